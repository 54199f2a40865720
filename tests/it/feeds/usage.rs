//! How much feeds are used, the limits on that, and what a user has in them.

use serde_json::{Value, json};

use super::following::follow;
use super::reading::{ADD, add, path, read};
use super::shape::check;
use crate::app::{Caller, TestApp, send};
use crate::transcript::{frozen_app, refused};

const USAGE: &str = "/api/v2/feeds/stats/usage";

#[track_caller]
fn usage(app: &TestApp, body: &Value) -> Value {
    let answer = app.server().post(USAGE, body).ok();
    check("QueryFeedsUsageStats", &answer);
    answer
}

#[test]
fn the_limits_of_feeds_are_told_by_platform_and_operation() {
    let app = TestApp::new();
    read(&app.user("john"), "user:john", &json!({}));
    let place = "/api/v2/feeds/feeds/rate_limits";
    let all = app.server().get(place).ok();
    let server_side = all["server_side"].as_object().unwrap();
    assert!(server_side.contains_key("AddActivity") && !server_side.contains_key("QueryUsers"), "those of feeds");
    assert_eq!(server_side["AddActivity"]["limit"], 1_000);
    assert_eq!(server_side["CreateFeedGroup"]["limit"], 300);
    let one = app.server().get(&format!("{place}?web=true&endpoints=GetOrCreateFeed,AddActivity")).ok();
    assert_eq!(one.as_object().unwrap().keys().collect::<Vec<_>>(), ["web", "duration"]);
    assert_eq!(one["web"]["GetOrCreateFeed"]["remaining"], 999);
    assert_eq!(one["web"]["AddActivity"]["remaining"], 1_000);
}

#[test]
fn usage_is_told_day_by_day_of_what_was_made_and_called() {
    let app = frozen_app();
    let john = app.user("john");
    add(&john, &json!({"type": "post", "feeds": ["user:john"]}));
    add(&john, &json!({"type": "post", "feeds": ["user:john"]}));
    app.advance("1d");
    let (john, jane) = (app.user("john"), app.user("jane"));
    add(&john, &json!({"type": "post", "feeds": ["user:john"]}));
    read(&jane, "timeline:jane", &json!({}));
    follow(&jane, "timeline:jane", "user:john");
    let two_days = usage(&app, &json!({"from": "2026-01-31", "to": "2026-02-01"}));
    let days =
        |one: u32, other: u32| json!([{"date": "2026-01-31", "value": one}, {"date": "2026-02-01", "value": other}]);
    assert_eq!(two_days["activities"], json!({"total": 3, "daily": days(2, 1)}));
    assert_eq!(two_days["follows"], json!({"total": 1, "daily": days(0, 1)}));
    assert_eq!(two_days["api_requests"], json!({"total": 6, "daily": days(2, 4)}), "this call is one of them");
    assert_eq!(two_days["openai_requests"], json!({"total": 0, "daily": days(0, 0)}));
    app.user("john").get("/api/v2/app").ok();
    let month = usage(&app, &json!({}));
    let daily = month["activities"]["daily"].as_array().unwrap();
    assert_eq!((daily.len(), &daily[29]["date"], &daily[0]["date"]), (30, &json!("2026-02-01"), &json!("2026-01-03")));
    assert_eq!((&month["activities"]["total"], &month["api_requests"]["total"]), (&json!(3), &json!(7)));
    for body in [json!({"from": "31.01.2026"}), json!({"from": "2026-02-30"}), json!({"to": "2026-1-31"})] {
        let (status, code, text) = app.server().post(USAGE, &body).error();
        assert_eq!((status, code), (400, 4), "{text}");
        assert!(text.contains("must be a date in the format YYYY-MM-DD"), "{text}");
    }
    let text = "from must be before to, by 366 days at the most";
    for body in [json!({"from": "2026-02-02"}), json!({"from": "2024-01-01"})] {
        refused(&app.server().post(USAGE, &body), "QueryFeedsUsageStats", 400, 4, text);
    }
}

/// An app in which a user has something of everything: a feed, posts, a share, a mention, a follow, a membership, a pin.
fn scene() -> TestApp {
    let app = frozen_app();
    app.upsert(&[json!({"id": "ghost", "name": "Ghost", "image": "i", "custom": {"a": 1}}), json!({"id": "john"})]);
    let (ghost, john) = (app.user("ghost"), app.user("john"));
    for (by, feed) in [(&ghost, "user:ghost"), (&ghost, "timeline:ghost"), (&john, "timeline:john")] {
        read(by, feed, &json!({}));
    }
    add(
        &john,
        &json!({"id": "johns", "type": "post", "feeds": ["user:john"], "text": "j", "mentioned_user_ids": ["ghost"]}),
    );
    add(&ghost, &json!({"id": "ghosts", "type": "post", "feeds": ["user:ghost"], "text": "g"}));
    add(&ghost, &json!({"id": "share", "type": "share", "feeds": ["user:ghost"], "parent_id": "johns"}));
    follow(&ghost, "timeline:ghost", "user:john");
    follow(&john, "timeline:john", "user:ghost");
    let members = json!({"operation": "upsert", "members": [{"user_id": "ghost"}]});
    app.server().patch(&format!("{}/members", path("user:john")), &members).ok();
    let guest = json!({"id": "posted", "type": "post", "feeds": ["user:john"], "text": "guest"});
    add(&ghost, &guest);
    let pin = format!("{}/activities/johns/pin", path("user:john"));
    app.server().post(&pin, &json!({"user_id": "ghost"})).ok();
    talk(&ghost, &john);
    app
}

/// Both talk under a post of John's, the ghost votes in a poll of his, and each reacts to what the other said.
fn talk(ghost: &Caller, john: &Caller) {
    let polls = "/api/v2/polls";
    john.post(polls, &json!({"id": "johns", "name": "?", "options": [{"id": "o", "text": "O"}]})).ok();
    ghost.post(polls, &json!({"id": "ghosts", "name": "?", "options": []})).ok();
    john.patch(&format!("{ADD}/johns"), &json!({"set": {"poll_id": "johns"}})).ok();
    ghost.post(&format!("{ADD}/johns/polls/johns/vote"), &json!({"vote": {"option_id": "o"}})).ok();
    ghost.post(&format!("{ADD}/johns/reactions"), &json!({"type": "like"})).ok();
    let say = |by: &Caller, id: &str, more: &Value| {
        let mut body = json!({"id": id, "object_id": "johns", "object_type": "activity", "comment": id});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        by.post("/api/v2/feeds/comments", &body).ok();
    };
    say(john, "first", &json!({}));
    say(ghost, "reply", &json!({"parent_id": "first"}));
    say(ghost, "other", &json!({}));
    ghost.post("/api/v2/feeds/comments/first/reactions", &json!({"type": "upvote"})).ok();
    john.post("/api/v2/feeds/comments/other/reactions", &json!({"type": "like"})).ok();
}

fn names(list: &Value, of: &str) -> Vec<Value> {
    list.as_array().unwrap().iter().map(|one| one.pointer(of).cloned().unwrap_or(Value::Null)).collect()
}

/// Every answer that names the user, and what it counts.
#[track_caller]
fn look(app: &TestApp) {
    let john = app.user("john");
    let page = read(&john, "user:john", &json!({}));
    let feed = &page["feed"];
    let counts = ["activity_count", "member_count", "follower_count", "pin_count"].map(|name| feed[name].clone());
    assert_eq!(counts, [json!(2), json!(1), json!(1), json!(1)]);
    assert_eq!(names(&page["members"], "/user/id"), [json!("ghost")]);
    assert_eq!(names(&page["followers"], "/source_feed/created_by/id"), [json!("ghost")]);
    assert_eq!(names(&page["activities"], "/user/id"), [json!("ghost"), json!("john")]);
    assert_eq!(names(&page["activities"], "/mentioned_users/0/id")[1], json!("ghost"));
    assert_eq!(names(&page["pinned_activities"], "/user/id"), [json!("ghost")]);
    assert_eq!(page["activities"][1]["latest_shares"][0]["user"]["id"], "ghost");
    let other = read(&john, "user:ghost", &json!({}));
    assert_eq!((&other["feed"]["created_by"]["id"], &other["feed"]["activity_count"]), (&json!("ghost"), &json!(2)));
    assert!(other["feed"]["created_by"]["deleted_at"].is_i64(), "{other}");
    let timeline = read(&john, "timeline:john", &json!({}));
    assert_eq!(names(&timeline["activities"], "/current_feed/created_by/id"), [json!("ghost"), json!("ghost")]);
    assert_eq!(names(&timeline["activities"], "/parent/mentioned_users/0/id")[0], json!("ghost"));
    for (name, place, list, of) in [
        ("QueryActivities", format!("{ADD}/query"), "activities", "/user/id"),
        ("QueryFeeds", "/api/v2/feeds/feeds/query".to_owned(), "feeds", "/created_by/id"),
        ("QueryFollows", "/api/v2/feeds/follows/query".to_owned(), "follows", "/source_feed/created_by/id"),
        ("QueryFeedMembers", format!("{}/members/query", path("user:john")), "members", "/user/id"),
        (
            "QueryPinnedActivities",
            format!("{}/pinned_activities/query", path("user:john")),
            "pinned_activities",
            "/user/id",
        ),
    ] {
        for by in [&john, &app.server()] {
            let answer = by.post(&place, &json!({})).ok();
            check(name, &answer);
            assert!(names(&answer[list], of).contains(&json!("ghost")), "{name}: {answer}");
        }
    }
    let shares = john.get(&format!("{ADD}/johns/shares")).ok();
    assert_eq!(names(&shares["shares"], "/user/id"), [json!("ghost")]);
    let suggestions = app.user("eve").get("/api/v2/feeds/feed_groups/user/follow_suggestions").ok();
    assert!(names(&suggestions["suggestions"], "/created_by/id").contains(&json!("ghost")));
    for id in ["ghosts", "johns", "share", "posted"] {
        check("GetActivity", &john.get(&format!("{ADD}/{id}")).ok());
    }
    let own = john.post("/api/v2/feeds/feeds/own/batch", &json!({"feeds": ["user:ghost"]})).ok();
    assert_eq!(own["data"]["user:ghost"]["own_follows"][0]["target_feed"]["created_by"]["id"], "ghost");
    // What is his can still be changed by those who may.
    app.server().put(&path("user:ghost"), &json!({"name": "Haunted"})).ok();
    app.server()
        .patch(&format!("{ADD}/batch/partial"), &json!({"changes": [{"activity_id": "johns", "set": {"text": "J"}}]}))
        .ok();
}

#[test]
fn a_deletion_of_a_user_leaves_what_he_has_in_feeds_and_every_answer_that_names_him() {
    for mode in ["soft", "pruning", "hard"] {
        let app = scene();
        let mut body = json!({"user_ids": ["ghost"], "user": mode});
        if mode == "hard" {
            body["messages"] = json!("hard");
            body["conversations"] = json!("hard");
        }
        app.server().post("/api/v2/users/delete", &body).ok();
        look(&app);
        let shown = &read(&app.user("john"), "user:ghost", &json!({}))["feed"]["created_by"];
        assert_eq!(shown.get("name").is_some(), mode == "soft", "{mode}: {shown}");
    }
}

#[test]
fn what_a_user_has_in_feeds_is_deleted_by_itself_and_no_counter_lies() {
    for (hard, is_gone_before) in [(false, false), (true, false), (true, true)] {
        let app = scene();
        let john = app.user("john");
        if is_gone_before {
            let body = json!({"user_ids": ["ghost"], "user": "hard", "messages": "hard", "conversations": "hard"});
            app.server().post("/api/v2/users/delete", &body).ok();
        }
        let answer = app.server().post("/api/v2/feeds/users/ghost/delete", &json!({"hard_delete": hard})).ok();
        check("DeleteFeedUserData", &answer);
        let task = app.server().get(&format!("/api/v2/tasks/{}", answer["task_id"].as_str().unwrap())).ok();
        assert_eq!(task["status"], "completed");
        let page = read(&john, "user:john", &json!({}));
        let counts =
            ["activity_count", "member_count", "follower_count", "pin_count"].map(|name| page["feed"][name].clone());
        assert_eq!(counts, [json!(1), json!(0), json!(0), json!(0)]);
        let lists = ["members", "followers", "pinned_activities"].map(|name| page[name].as_array().unwrap().len());
        assert_eq!((lists, names(&page["activities"], "/id")), ([0, 0, 0], vec![json!("johns")]));
        assert_eq!(
            (&page["activities"][0]["share_count"], page["activities"][0].get("latest_shares")),
            (&json!(0), None)
        );
        let johns = &page["activities"][0];
        let counts = ["comment_count", "reaction_count", "popularity"].map(|name| johns[name].clone());
        assert_eq!(counts, [json!(1), json!(0), json!(2)], "his own comment alone");
        assert_eq!((&johns["poll"]["vote_count"], &johns["poll"]["vote_counts_by_option"]), (&json!(0), &json!({})));
        let first = john.get("/api/v2/feeds/comments/first").ok()["comment"].clone();
        let counts = ["reply_count", "reaction_count", "upvote_count", "score"].map(|name| first[name].clone());
        assert_eq!(counts, [json!(0), json!(0), json!(0), json!(0)]);
        for at in ["/api/v2/feeds/comments/reply", "/api/v2/feeds/comments/other", "/api/v2/polls/ghosts"] {
            assert_eq!(john.get(at).status, 404, "{at}");
        }
        assert_eq!(read(&john, "timeline:john", &json!({}))["feed"]["following_count"], 0);
        for id in ["ghosts", "share", "posted"] {
            assert_eq!(john.get(&format!("{ADD}/{id}")).status, 404, "{id}");
        }
        let deleted = json!({"filter": {"user_id": "ghost"}, "include_soft_deleted_activities": true});
        let kept = app.server().post(&format!("{ADD}/query"), &deleted).ok();
        assert_eq!(kept["activities"].as_array().unwrap().len(), if hard { 0 } else { 3 });
        assert_eq!(app.server().post(&path("user:ghost"), &json!({"user_id": "john"})).ok()["created"], true);
    }
    let missing = "the user nobody does not exist";
    let answer = TestApp::new().server().post("/api/v2/feeds/users/nobody/delete", &json!({}));
    refused(&answer, "DeleteFeedUserData", 404, 16, missing);
}

#[test]
fn what_a_user_has_in_feeds_is_exported_into_a_file_of_a_task() {
    let app = scene();
    let answer = app.server().post("/api/v2/feeds/users/ghost/export", &json!({})).ok();
    check("ExportFeedUserData", &answer);
    let task = app.server().get(&format!("/api/v2/tasks/{}", answer["task_id"].as_str().unwrap())).ok();
    assert_eq!(task["status"], "completed");
    let file = send("GET", task["result"]["url"].as_str().unwrap(), &[], None).ok();
    assert_eq!((&file["user"]["id"], &file["user"]["name"]), (&json!("ghost"), &json!("Ghost")));
    assert_eq!(names(&file["feeds"], "/feed"), [json!("user:ghost"), json!("timeline:ghost")]);
    assert_eq!(names(&file["activities"], "/id"), [json!("ghosts"), json!("share"), json!("posted")]);
    assert_eq!(names(&file["follows"], "/target_feed/feed"), [json!("user:john")]);
    assert_eq!(file["memberships"][0]["feed"], "user:john");
    assert_eq!(file["memberships"][0]["membership"]["status"], "member");
    assert_eq!(file["pins"], json!([{"feed": "user:john", "activity_id": "johns"}]));
    let missing = "the user nobody does not exist";
    refused(
        &app.server().post("/api/v2/feeds/users/nobody/export", &json!({})),
        "ExportFeedUserData",
        404,
        16,
        missing,
    );
}
