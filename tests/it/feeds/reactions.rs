//! Reactions to activities: what is counted and shown, who may, what is told and found, and what becomes of them.

use serde_json::{Value, json};

use super::reading::{ADD, add, path, read};
use super::shape::check;
use super::watching::{heard, user, watch};
use crate::app::{Caller, TestApp, encode};
use crate::sockets::client::Server;
use crate::transcript::{frozen_app, refused};

fn place(activity: &str) -> String {
    format!("{ADD}/{activity}/reactions")
}

#[track_caller]
pub fn react(by: &Caller, activity: &str, body: &Value) -> Value {
    let answer = by.post(&place(activity), body).ok();
    check("AddActivityReaction", &answer);
    answer
}

#[track_caller]
fn take_back(by: &Caller, activity: &str, kind: &str) -> Value {
    let answer = by.delete(&format!("{}/{}", place(activity), encode(kind))).ok();
    check("DeleteActivityReaction", &answer);
    answer
}

#[track_caller]
fn query(by: &Caller, activity: &str, body: &Value) -> Value {
    let answer = by.post(&format!("{}/query", place(activity)), body).ok();
    check("QueryActivityReactions", &answer);
    answer
}

#[track_caller]
fn get(by: &Caller, activity: &str) -> Value {
    let answer = by.get(&format!("{ADD}/{activity}")).ok();
    check("GetActivity", &answer);
    answer["activity"].clone()
}

/// Who reacted how.
fn who(reactions: &Value) -> Vec<(&str, &str)> {
    let all = reactions.as_array().unwrap().iter();
    all.map(|one| (one["user"]["id"].as_str().unwrap(), one["type"].as_str().unwrap())).collect()
}

fn counts(activity: &Value) -> Value {
    let groups = activity["reaction_groups"].as_object().unwrap();
    let groups: serde_json::Map<String, Value> =
        groups.iter().map(|(kind, group)| (kind.clone(), group["count"].clone())).collect();
    json!([activity["reaction_count"], activity["popularity"], groups])
}

/// An app in which John has posted `a` and `b`.
fn app() -> TestApp {
    let app = frozen_app();
    for id in ["a", "b"] {
        add(&app.user("john"), &json!({"id": id, "type": "post", "feeds": ["user:john"], "text": id}));
    }
    app
}

#[test]
fn a_reaction_is_counted_once_for_each_type_and_shown_the_newest_first() {
    let app = app();
    let (jane, jill) = (app.user("jane"), app.user("jill"));
    let first = react(&jane, "a", &json!({"type": "like", "custom": {"n": 1}}));
    assert_eq!(counts(&first["activity"]), json!([1, 1, {"like": 1}]));
    assert_eq!((&first["reaction"]["activity_id"], &first["reaction"]["custom"]), (&json!("a"), &json!({"n": 1})));
    app.advance("1s");
    react(&jane, "a", &json!({"type": "❤️"}));
    let last = react(&jill, "a", &json!({"type": "like"}));
    assert_eq!(counts(&last["activity"]), json!([3, 3, {"like": 2, "❤️": 1}]));
    assert_eq!(who(&last["activity"]["latest_reactions"]), [("jill", "like"), ("jane", "❤️"), ("jane", "like")]);
    assert_eq!(who(&last["activity"]["own_reactions"]), [("jill", "like")]);
    let likes = &last["activity"]["reaction_groups"]["like"];
    assert_eq!(likes["first_reaction_at"], first["reaction"]["created_at"]);
    assert_eq!(likes["last_reaction_at"], last["reaction"]["created_at"]);
    // The same as elsewhere.
    assert_eq!(who(&get(&jane, "a")["own_reactions"]), [("jane", "like"), ("jane", "❤️")]);
    assert_eq!(get(&jill, "a")["latest_reactions"], last["activity"]["latest_reactions"]);
    assert_eq!(get(&app.server(), "a")["own_reactions"], json!([]), "nobody's own");
    let page = read(&jane, "user:john", &json!({}));
    assert_eq!(counts(&page["activities"][1]), json!([3, 3, {"like": 2, "❤️": 1}]));
    assert_eq!(who(&page["activities"][1]["own_reactions"]).len(), 2);
    assert_eq!(counts(&page["activities"][0]), json!([0, 0, {}]));
    let skipped = read(&jane, "user:john", &json!({"enrichment_options": {"skip_activity_reactions": true}}));
    let skipped = &skipped["activities"][1];
    assert_eq!(
        [&skipped["latest_reactions"], &skipped["own_reactions"], &skipped["reaction_groups"]],
        [&json!([]), &json!([]), &json!({})]
    );
    assert_eq!(skipped["reaction_count"], 3, "that is the activity's own");
}

#[test]
fn the_same_reaction_again_is_the_same_one_with_what_it_says_now() {
    let app = app();
    let jane = app.user("jane");
    let first = react(&jane, "a", &json!({"type": "like", "custom": {"n": 1}}));
    let again = react(&jane, "a", &json!({"type": "like", "custom": {"n": 2}}));
    assert_eq!(counts(&again["activity"]), json!([1, 1, {"like": 1}]));
    assert_eq!(again["reaction"]["created_at"], first["reaction"]["created_at"]);
    assert_eq!(again["reaction"]["custom"], json!({"n": 2}));
    let moved = again["reaction"]["updated_at"].as_i64().unwrap() - first["reaction"]["updated_at"].as_i64().unwrap();
    assert_eq!(moved, 1_001_000);
    assert_eq!(again["activity"]["updated_at"], first["activity"]["updated_at"], "the activity is as it was");
}

#[test]
fn what_is_unique_takes_the_place_of_the_users_others() {
    let app = app();
    let (jane, jill) = (app.user("jane"), app.user("jill"));
    for kind in ["like", "wow"] {
        react(&jane, "a", &json!({"type": kind}));
    }
    react(&jill, "a", &json!({"type": "like"}));
    let only = react(&jane, "a", &json!({"type": "sad", "enforce_unique": true}));
    assert_eq!(counts(&only["activity"]), json!([2, 2, {"like": 1, "sad": 1}]));
    assert_eq!(who(&only["activity"]["own_reactions"]), [("jane", "sad")]);
    let again = react(&jane, "a", &json!({"type": "sad", "enforce_unique": true}));
    assert_eq!(counts(&again["activity"]), json!([2, 2, {"like": 1, "sad": 1}]));
    assert_eq!(who(&get(&jill, "a")["own_reactions"]), [("jill", "like")], "others keep theirs");
}

#[test]
fn a_reaction_that_is_taken_back_leaves_the_first_and_the_last_of_those_that_stay() {
    let app = app();
    let mut at = Vec::new();
    for id in ["jane", "jill", "jack"] {
        at.push(react(&app.user(id), "a", &json!({"type": "like"}))["reaction"]["created_at"].clone());
        app.advance("1s");
    }
    let group = |answer: &Value| answer["activity"]["reaction_groups"]["like"].clone();
    let gone = take_back(&app.user("jane"), "a", "like");
    assert_eq!((&gone["reaction"]["type"], &gone["reaction"]["user"]["id"]), (&json!("like"), &json!("jane")));
    assert_eq!(group(&gone), json!({"count": 2, "first_reaction_at": at[1], "last_reaction_at": at[2]}));
    let gone = take_back(&app.user("jack"), "a", "like");
    assert_eq!(group(&gone), json!({"count": 1, "first_reaction_at": at[1], "last_reaction_at": at[1]}));
    let gone = take_back(&app.user("jill"), "a", "like");
    assert_eq!(counts(&gone["activity"]), json!([0, 0, {}]));
    assert_eq!(gone["activity"]["latest_reactions"], json!([]));
    let again = app.user("jill").delete(&format!("{}/like", place("a")));
    refused(&again, "DeleteActivityReaction", 404, 16, "reaction of type like not found");
}

#[test]
fn fifteen_are_shown_and_all_are_found_page_by_page() {
    let app = app();
    for n in 0..17 {
        react(&app.user(&format!("u{n}")), "a", &json!({"type": if n % 2 == 0 { "like" } else { "wow" }}));
    }
    let shown = get(&app.user("u0"), "a");
    let newest: Vec<(String, &str)> =
        (2..17).rev().map(|n| (format!("u{n}"), if n % 2 == 0 { "like" } else { "wow" })).collect();
    assert_eq!(
        who(&shown["latest_reactions"]),
        newest.iter().map(|(id, kind)| (id.as_str(), *kind)).collect::<Vec<_>>()
    );
    assert_eq!(who(&shown["own_reactions"]), [("u0", "like")]);
    let (mut found, mut next) = (Vec::new(), Value::Null);
    loop {
        let page = query(&app.user("jane"), "a", &json!({"limit": 6, "next": next, "filter": {}, "sort": null}));
        found.extend(who(&page["reactions"]).into_iter().map(|(id, _)| id.to_owned()));
        next = page.get("next").cloned().unwrap_or_default();
        if next.is_null() {
            break;
        }
    }
    assert_eq!(found, (0..17).rev().map(|n| format!("u{n}")).collect::<Vec<_>>());
    let full = query(&app.user("jane"), "a", &json!({"limit": 17}));
    assert!(full.get("next").is_none(), "a page that is exactly full is the last");
}

#[test]
fn reactions_are_found_by_type_user_activity_and_time() {
    let app = app();
    react(&app.user("jane"), "a", &json!({"type": "like"}));
    app.advance("1m");
    react(&app.user("jill"), "a", &json!({"type": "wow"}));
    react(&app.user("jill"), "b", &json!({"type": "like"}));
    let found = |filter: Value| query(&app.server(), "a", &json!({"filter": filter}))["reactions"].clone();
    for (filter, expected) in [
        (json!({"reaction_type": "like"}), vec![("jane", "like")]),
        (json!({"type": {"$in": ["like", "wow"]}}), vec![("jill", "wow"), ("jane", "like")]),
        (json!({"user_id": "jill"}), vec![("jill", "wow")]),
        (json!({"activity_id": "b"}), vec![]),
        (json!({"created_at": {"$lt": "2026-01-31T12:00:30Z"}}), vec![("jane", "like")]),
    ] {
        assert_eq!(who(&found(filter.clone())), expected, "{filter}");
    }
    let sorted = query(&app.server(), "a", &json!({"sort": [{"field": "created_at", "direction": 1}]}));
    assert_eq!(who(&sorted["reactions"]), [("jane", "like"), ("jill", "wow")]);
    let unknown = app.server().post(&format!("{}/query", place("a")), &json!({"filter": {"x": 1}}));
    refused(&unknown, "QueryActivityReactions", 400, 4, "field x is not supported in QueryActivityReactions");
}

#[test]
fn ones_own_reactions_to_several_activities_are_found_at_once_and_nobody_elses() {
    let app = app();
    add(&app.user("john"), &json!({"id": "secret", "type": "post", "feeds": ["user:john"], "visibility": "private"}));
    for (id, activity) in [("jane", "a"), ("jane", "b"), ("jill", "a"), ("john", "secret")] {
        react(&app.user(id), activity, &json!({"type": "like"}));
    }
    let batch = format!("{ADD}/reactions/query");
    let found = |by: &Caller, body: &Value| {
        let answer = by.post(&batch, body).ok();
        check("BatchQueryActivityReactions", &answer);
        let all = answer["reactions"].as_array().unwrap().clone();
        let ids = all.iter().map(|one| format!("{} {}", one["user"]["id"], one["activity_id"]).replace('"', ""));
        ids.collect::<Vec<_>>()
    };
    let all = json!({"activity_ids": ["a", "b", "secret", "unknown"]});
    assert_eq!(found(&app.user("jane"), &all), ["jane b", "jane a"]);
    assert_eq!(found(&app.user("john"), &all), ["john secret"]);
    assert_eq!(found(&app.server(), &json!({"activity_ids": ["a"], "user_id": "jill"})), ["jill a"]);
    assert_eq!(found(&app.server(), &all), [""; 0]);
    let none = app.user("jane").post(&batch, &json!({"activity_ids": []}));
    refused(&none, "BatchQueryActivityReactions", 400, 4, "activity_ids must contain at least 1 item");
}

#[test]
fn who_may_not_react_is_told_and_what_is_not_there_too() {
    let app = app();
    let (john, jane) = (app.user("john"), app.user("jane"));
    read(&john, "user:closed", &json!({"data": {"visibility": "private"}}));
    add(&john, &json!({"id": "c", "type": "post", "feeds": ["user:closed"]}));
    add(&john, &json!({"id": "p", "type": "post", "feeds": ["user:john"], "visibility": "private"}));
    for (id, scope) in [("c", "private"), ("p", "visible")] {
        let text = format!(
            "User 'jane' with role 'user' is not allowed to perform action AddActivityReaction in scope 'feeds:{scope}'"
        );
        refused(&jane.post(&place(id), &json!({"type": "like"})), "AddActivityReaction", 403, 17, &text);
    }
    react(&john, "c", &json!({"type": "like"}));
    react(&john, "p", &json!({"type": "like"}));
    for (body, text) in [
        (json!({}), "type is a required field"),
        (json!({"type": "x".repeat(256)}), "type must be a maximum of 255 characters in length"),
        (
            json!({"type": "x", "target_feeds": ["x"]}),
            "feed \"x\" is invalid: it has to be the id of a group, a colon, and an id",
        ),
    ] {
        refused(&jane.post(&place("a"), &body), "AddActivityReaction", 400, 4, text);
    }
    let missing = jane.post(&place("none"), &json!({"type": "like"}));
    refused(&missing, "AddActivityReaction", 404, 16, "activity with id none not found");
    let nobody = app.server().post(&place("a"), &json!({"type": "like"}));
    refused(&nobody, "AddActivityReaction", 400, 4, "user_id is required for server side requests");
    let served =
        react(&app.server(), "a", &json!({"type": "like", "user_id": "fresh", "create_users": true, "custom": null}));
    assert_eq!(who(&served["activity"]["own_reactions"]), [("fresh", "like")]);
    let foreign = app.user("jane").delete(&format!("{}/like", place("a")));
    refused(&foreign, "DeleteActivityReaction", 404, 16, "reaction of type like not found");
    app.server().delete(&format!("{}/like?user_id=fresh", place("a"))).ok();
}

#[test]
fn a_reaction_with_target_feeds_shares_the_activity_in_them() {
    let app = app();
    let jane = app.user("jane");
    let answer = react(&jane, "a", &json!({"type": "repost", "target_feeds": ["user:jane", "user:jane"]}));
    let reference = &answer["reference_activity"];
    assert_eq!((&reference["type"], &reference["feeds"]), (&json!("repost"), &json!(["user:jane"])));
    assert_eq!((&reference["user"]["id"], &reference["parent"]["id"]), (&json!("jane"), &json!("a")));
    assert_eq!((&answer["activity"]["share_count"], &answer["activity"]["popularity"]), (&json!(1), &json!(4)));
    assert_eq!(read(&jane, "user:jane", &json!({}))["activities"][0]["id"], reference["id"]);
    let foreign = jane.post(&place("b"), &json!({"type": "repost", "target_feeds": ["user:john"]}));
    let text = "User 'jane' with role 'user' is not allowed to perform action AddActivity in scope 'feeds:visible'";
    refused(&foreign, "AddActivityReaction", 403, 17, text);
    assert_eq!(get(&jane, "b")["reaction_count"], 0, "all or nothing");
}

#[test]
fn reactions_of_whom_the_viewer_follows_are_shown_where_they_are_asked_for() {
    let app = app();
    let server = app.server();
    for (source, target) in [("jane", "jill"), ("jane", "jack"), ("jack", "jane"), ("jane", "jane")] {
        for id in [source, target] {
            read(&server, &format!("user:{id}"), &json!({"user_id": id}));
            read(&server, &format!("timeline:{id}"), &json!({"user_id": id}));
        }
        server
            .post(
                "/api/v2/feeds/follows",
                &json!({"source": format!("timeline:{source}"), "target": format!("user:{target}")}),
            )
            .ok();
    }
    for id in ["jill", "stranger", "jack", "jane"] {
        react(&app.user(id), "a", &json!({"type": "like"}));
    }
    let shown = |options: Value| {
        let page = read(&app.user("jane"), "user:john", &json!({"friend_reactions_options": options}));
        page["activities"].as_array().unwrap().clone()
    };
    let page = shown(json!({"enabled": true}));
    assert_eq!(who(&page[1]["friend_reactions"]), [("jack", "like"), ("jill", "like")]);
    assert_eq!(page[1]["friend_reaction_count"], 2);
    assert_eq!((&page[0]["friend_reactions"], &page[0]["friend_reaction_count"]), (&json!([]), &json!(0)));
    let one = &shown(json!({"enabled": true, "limit": 1}))[1];
    assert_eq!((who(&one["friend_reactions"]), &one["friend_reaction_count"]), (vec![("jack", "like")], &json!(2)));
    assert_eq!(who(&shown(json!({"enabled": true, "type": "mutual"}))[1]["friend_reactions"]), [("jack", "like")]);
    assert!(shown(json!({}))[1].get("friend_reactions").is_none());
    for (options, text) in [
        (json!({"enabled": true, "limit": 11}), "limit must be 10 or less"),
        (json!({"enabled": true, "type": "all"}), "type must be one of [following mutual]"),
    ] {
        let answer = app.user("jane").post(&path("user:john"), &json!({"friend_reactions_options": options}));
        refused(&answer, "GetOrCreateFeed", 400, 4, text);
    }
}

#[test]
fn reactions_come_back_with_the_activity_and_are_gone_with_it_for_good() {
    let app = app();
    let (john, jane) = (app.user("john"), app.user("jane"));
    react(&jane, "a", &json!({"type": "like"}));
    john.delete(&format!("{ADD}/a")).ok();
    let gone = jane.post(&place("a"), &json!({"type": "wow"}));
    refused(&gone, "AddActivityReaction", 404, 16, "activity with id a not found");
    john.post(&format!("{ADD}/a/restore"), &json!({})).ok();
    let back = get(&jane, "a");
    assert_eq!((counts(&back), who(&back["own_reactions"])), (json!([1, 1, {"like": 1}]), vec![("jane", "like")]));
    john.delete(&format!("{ADD}/a?hard_delete=true")).ok();
    let anew = add(&john, &json!({"id": "a", "type": "post", "feeds": ["user:john"]}));
    assert_eq!((counts(&anew), &anew["latest_reactions"]), (json!([0, 0, {}]), &json!([])));
    react(&jane, "b", &json!({"type": "like"}));
    john.delete(&format!("{ADD}/b")).ok();
    let taken = add(&jane, &json!({"id": "b", "type": "post", "feeds": ["user:jane"]}));
    assert_eq!((counts(&taken), &taken["own_reactions"]), (json!([0, 0, {}]), &json!([])), "it is another's by now");
    assert_eq!(query(&app.server(), "b", &json!({}))["reactions"], json!([]));
}

#[test]
fn reactions_of_who_is_deleted_stay_and_say_so() {
    for mode in ["soft", "pruning", "hard"] {
        let app = app();
        react(&app.user("jane"), "a", &json!({"type": "like"}));
        let body = json!({"user_ids": ["jane"], "user": mode});
        app.server().post("/api/v2/users/delete", &body).ok();
        let shown = get(&app.user("john"), "a");
        assert_eq!(
            (counts(&shown), who(&shown["latest_reactions"])),
            (json!([1, 1, {"like": 1}]), vec![("jane", "like")])
        );
        assert!(shown["latest_reactions"][0]["user"]["deleted_at"].is_i64(), "{mode}");
    }
}

#[test]
fn who_watches_hears_of_reactions_by_the_name_that_tells_whether_they_are_unique() {
    let server = Server::start();
    let app = server.app();
    let (mut john, mut jane) = (app.join("john"), app.join("jane"));
    let owner = user(&app, "john");
    add(&owner, &json!({"id": "a", "type": "post", "feeds": ["user:john"], "text": "a"}));
    let body = json!({"source": "timeline:jane", "target": "user:john"});
    read(&user(&app, "jane"), "timeline:jane", &json!({}));
    user(&app, "jane").post("/api/v2/feeds/follows", &body).ok();
    watch(&app, "john", &john, "user:john");
    watch(&app, "jane", &jane, "timeline:jane");
    let steps = [
        (json!({"type": "like"}), "feeds.activity.reaction.added"),
        (json!({"type": "wow", "enforce_unique": true}), "feeds.activity.reaction.updated"),
    ];
    for (body, kind) in steps {
        let answer = react(&user(&app, "jane"), "a", &body);
        for (joined, fid) in [(&mut john, "user:john"), (&mut jane, "timeline:jane")] {
            let event = heard(joined, kind, fid);
            assert_eq!(event["reaction"], answer["reaction"]);
            for key in ["reaction_count", "popularity", "reaction_groups", "latest_reactions", "updated_at"] {
                assert_eq!(event["activity"][key], answer["activity"][key], "{key} of answer and event");
            }
        }
    }
    take_back(&user(&app, "jane"), "a", "wow");
    let event = heard(&mut john, "feeds.activity.reaction.deleted", "user:john");
    assert_eq!((counts(&event["activity"]), &event["reaction"]["type"]), (json!([0, 0, {}]), &json!("wow")));
    heard(&mut jane, "feeds.activity.reaction.deleted", "timeline:jane");
    john.quiet();
    jane.quiet();
}

#[test]
fn the_author_is_notified_where_that_is_asked_for_and_no_longer_once_it_is_taken_back() {
    let app = app();
    let (john, jane) = (app.user("john"), app.user("jane"));
    let told = |answer: &Value| answer.get("notification_created").cloned();
    assert_eq!(told(&react(&jane, "a", &json!({"type": "like"}))), None);
    let asked = json!({"type": "like", "create_notification_activity": true, "skip_push": true, "custom": {"n": 1},
        "copy_custom_to_notification": true});
    let answer = react(&jane, "a", &asked);
    assert_eq!((told(&answer), &answer["notification_accepted"]), (Some(json!(true)), &json!(true)));
    let task = app.server().get(&format!("/api/v2/tasks/{}", answer["notification_task_id"].as_str().unwrap())).ok();
    assert_eq!(task["status"], "completed");
    let shown = || read(&john, "notification:john", &json!({}))["aggregated_activities"].clone();
    let notification = &shown()[0]["activities"][0];
    assert_eq!((&notification["type"], &notification["custom"]), (&json!("reaction"), &json!({"n": 1})));
    assert_eq!(told(&react(&jane, "a", &asked)), None, "he knows");
    assert_eq!(told(&react(&john, "a", &asked)), None, "nobody is told of what he does himself");
    let place = format!("{}/like?delete_notification_activity=", place("a"));
    app.user("jane").delete(&format!("{place}true")).ok();
    assert_eq!(shown(), json!([]));
    john.delete(&format!("{place}false")).ok();
}

#[test]
fn all_that_a_user_has_reacted_to_bookmarked_and_hidden_goes_when_that_is_asked_for() {
    for is_hard in [false, true] {
        let app = app();
        let (jane, server) = (app.user("jane"), app.server());
        react(&jane, "a", &json!({"type": "like"}));
        react(&app.user("jill"), "a", &json!({"type": "like"}));
        react(&jane, "b", &json!({"type": "like"}));
        jane.post(&format!("{ADD}/a/bookmarks"), &json!({"new_folder": {"name": "x"}})).ok();
        jane.post(&format!("{ADD}/a/bookmarks"), &json!({})).ok();
        jane.post(&format!("{ADD}/a/feedback"), &json!({"hide": true})).ok();
        app.user("john").delete(&format!("{ADD}/b")).ok();
        server.post("/api/v2/feeds/users/jane/delete", &json!({"hard_delete": is_hard})).ok();
        app.user("john").post(&format!("{ADD}/b/restore"), &json!({})).ok();
        let shown = get(&jane, "a");
        assert_eq!((counts(&shown), &shown["hidden"]), (json!([1, 1, {"like": 1}]), &json!(false)));
        assert_eq!((&shown["bookmark_count"], who(&shown["latest_reactions"])), (&json!(0), vec![("jill", "like")]));
        assert_eq!(counts(&get(&jane, "b")), json!([0, 0, {}]), "of what was deleted meanwhile too");
        let left = server.post("/api/v2/feeds/bookmark_folders/query", &json!({})).ok();
        assert_eq!(left["bookmark_folders"], json!([]));
    }
}

#[test]
fn who_watches_hears_in_full_of_a_reaction_by_who_is_shown_a_preview() {
    let server = Server::start();
    let app = server.app();
    let mut john = app.join("john");
    let body = json!({"id": "t", "type": "post", "feeds": ["user:john"], "text": "paid", "visibility": "tag", "visibility_tag": "gold"});
    add(&user(&app, "john"), &body);
    watch(&app, "john", &john, "user:john");
    let answer = react(&user(&app, "jane"), "t", &json!({"type": "like", "create_notification_activity": true}));
    assert_eq!((&answer["activity"]["preview"], answer["activity"].get("text")), (&json!(true), None));
    let event = heard(&mut john, "feeds.activity.reaction.added", "user:john");
    assert_eq!((&event["activity"]["preview"], &event["activity"]["text"]), (&json!(false), &json!("paid")));
    user(&app, "jane").post(&format!("{ADD}/t/bookmarks"), &json!({})).ok();
    assert_eq!(john.json()["bookmark"]["activity"]["text"], "paid");
}
