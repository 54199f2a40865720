//! Following: what a timeline shows, what is counted, who is told.

use serde_json::{Value, json};

use super::reading::{add, read, texts};
use super::shape::check;
use super::watching::{heard, user, watch};
use crate::app::{Caller, TestApp};
use crate::sockets::client::Server;
use crate::transcript::{frozen_app, refused};

const FOLLOWS: &str = "/api/v2/feeds/follows";

#[track_caller]
pub fn follow(by: &Caller, source: &str, target: &str) -> Value {
    let answer = by.post(FOLLOWS, &json!({"source": source, "target": target})).ok();
    check("Follow", &answer);
    answer["follow"].clone()
}

#[track_caller]
fn unfollow(by: &Caller, source: &str, target: &str, query: &str) -> Value {
    let answer = by.delete(&format!("{FOLLOWS}/{source}/{target}{query}")).ok();
    check("Unfollow", &answer);
    answer["follow"].clone()
}

/// An app in which John has posted three times and Jane has a timeline.
fn app() -> TestApp {
    let app = frozen_app();
    for text in ["one", "two", "three"] {
        add(&app.user("john"), &json!({"type": "post", "feeds": ["user:john"], "text": text}));
    }
    read(&app.user("jane"), "timeline:jane", &json!({}));
    app
}

fn timeline(app: &TestApp) -> Value {
    read(&app.user("jane"), "timeline:jane", &json!({}))
}

#[test]
fn history_comes_with_the_follow_and_goes_with_the_unfollow_and_counters_are_exact_in_each_answer() {
    let app = app();
    let jane = app.user("jane");
    assert_eq!(texts(&timeline(&app)), Vec::<&str>::new());
    let follow = follow(&jane, "timeline:jane", "user:john");
    let shown = |follow: &Value| {
        (
            follow["status"].clone(),
            follow["source_feed"]["following_count"].clone(),
            follow["target_feed"]["follower_count"].clone(),
        )
    };
    assert_eq!(shown(&follow), (json!("accepted"), json!(1), json!(1)));
    assert_eq!((&follow["follower_role"], &follow["push_preference"]), (&json!("feed_follower"), &json!("none")));
    let page = timeline(&app);
    assert_eq!(texts(&page), ["three", "two", "one"]);
    assert_eq!(page["activities"][0]["current_feed"]["feed"], "user:john", "the feed that it came from");
    assert_eq!(page["following"][0]["target_feed"]["feed"], "user:john");
    assert_eq!(read(&jane, "user:john", &json!({}))["followers"][0]["source_feed"]["feed"], "timeline:jane");
    let ended = unfollow(&jane, "timeline:jane", "user:john", "");
    assert_eq!(shown(&ended), (json!("accepted"), json!(0), json!(0)));
    assert_eq!(texts(&timeline(&app)), Vec::<&str>::new());
}

#[test]
fn what_was_shown_stays_when_that_is_asked_for_and_what_is_new_does_not_come() {
    let app = app();
    let (jane, john) = (app.user("jane"), app.user("john"));
    follow(&jane, "timeline:jane", "user:john");
    unfollow(&jane, "timeline:jane", "user:john", "?keep_history=true");
    add(&john, &json!({"type": "post", "feeds": ["user:john"], "text": "four"}));
    let page = timeline(&app);
    assert_eq!(texts(&page), ["three", "two", "one"]);
    assert_eq!(page["activities"][0]["current_feed"]["feed"], "user:john");
    follow(&jane, "timeline:jane", "user:john");
    assert_eq!(texts(&timeline(&app)), ["four", "three", "two", "one"], "each once");
    unfollow(&jane, "timeline:jane", "user:john", "");
    assert_eq!(texts(&timeline(&app)), Vec::<&str>::new());
}

#[test]
fn a_follow_shows_as_much_of_the_history_as_it_says() {
    for (limit, wanted) in [(0, vec!["new"]), (2, vec!["new", "three", "two"]), (9, vec!["new", "three", "two", "one"])]
    {
        let app = app();
        let body = json!({"source": "timeline:jane", "target": "user:john", "activity_copy_limit": limit});
        app.user("jane").post(FOLLOWS, &body).ok();
        add(&app.user("john"), &json!({"type": "post", "feeds": ["user:john"], "text": "new"}));
        assert_eq!(texts(&timeline(&app)), wanted, "{limit}");
    }
    let app = app();
    let body = json!({"source": "timeline:jane", "target": "user:john", "activity_copy_limit": 1001});
    refused(&app.user("jane").post(FOLLOWS, &body), "Follow", 400, 4, "activity_copy_limit must be 1,000 or less");
}

#[test]
fn an_activity_in_two_followed_feeds_is_shown_once() {
    let app = app();
    let jane = app.user("jane");
    add(&app.user("john"), &json!({"type": "post", "feeds": ["user:more", "user:john"], "text": "both"}));
    follow(&jane, "timeline:jane", "user:john");
    follow(&jane, "timeline:jane", "user:more");
    assert_eq!(texts(&timeline(&app)), ["both", "three", "two", "one"]);
    let one = read(&jane, "timeline:jane", &json!({"limit": 1}));
    assert_eq!(
        texts(&read(&jane, "timeline:jane", &json!({"limit": 3, "next": one["next"]}))),
        ["three", "two", "one"]
    );
}

#[test]
fn a_follow_of_a_followers_feed_is_asked_for_also_by_its_owner_and_decided_again_and_again() {
    let app = app();
    let john = app.user("john");
    read(&john, "user:closed", &json!({"data": {"visibility": "followers"}}));
    read(&john, "timeline:john", &json!({}));
    add(&john, &json!({"type": "post", "feeds": ["user:closed"], "text": "inner"}));
    let asked = follow(&john, "timeline:john", "user:closed");
    assert_eq!((&asked["status"], &asked["target_feed"]["follower_count"]), (&json!("pending"), &json!(0)));
    follow(&app.user("jane"), "timeline:jane", "user:closed");
    assert_eq!(texts(&timeline(&app)), Vec::<&str>::new());
    let pair = json!({"source": "timeline:jane", "target": "user:closed"});
    for (verb, by, status, count) in [
        ("accept", "john", "accepted", 1),
        ("accept", "john", "accepted", 1),
        ("reject", "john", "rejected", 0),
        ("accept", "john", "accepted", 1),
    ] {
        let answer = app.user(by).post(&format!("{FOLLOWS}/{verb}"), &pair).ok();
        check("AcceptFollow", &answer);
        let follow = &answer["follow"];
        assert_eq!(
            (&follow["status"], &follow["target_feed"]["follower_count"]),
            (&json!(status), &json!(count)),
            "{verb}"
        );
        assert_eq!(texts(&timeline(&app)), if count == 1 { vec!["inner"] } else { vec![] }, "{verb}");
    }
    let (status, code, text) = app.user("jane").post(&format!("{FOLLOWS}/accept"), &pair).error();
    assert_eq!((status, code), (403, 17), "{text}");
    assert!(text.contains("action UpdateFeedFollowers in scope 'feeds:followers'"), "{text}");
}

#[test]
fn what_is_followed_already_is_refused_or_kept_as_the_operation_says() {
    let app = app();
    let jane = app.user("jane");
    let pair = json!({"source": "timeline:jane", "target": "user:john"});
    let made = jane.post(&format!("{FOLLOWS}/upsert"), &pair).ok();
    check("GetOrCreateFollow", &made);
    assert_eq!(made["created"], true);
    assert_eq!(jane.post(&format!("{FOLLOWS}/upsert"), &pair).ok()["created"], false);
    let text = "follow with source timeline:jane and target user:john already exists in accepted state";
    refused(&jane.post(FOLLOWS, &pair), "Follow", 400, 4, text);
    let many = json!({"follows": [pair, {"source": "timeline:jane", "target": "user:jane"}]});
    read(&jane, "user:jane", &json!({}));
    refused(&jane.post(&format!("{FOLLOWS}/batch"), &many), "FollowBatch", 400, 4, text);
    let all = jane.post(&format!("{FOLLOWS}/batch/upsert"), &many).ok();
    check("GetOrCreateFollows", &all);
    assert_eq!((all["created"].as_array().unwrap().len(), all["follows"].as_array().unwrap().len()), (1, 2));
    assert_eq!(all["created"][0]["source_feed"]["following_count"], 2);
    let unfollow = "/api/v2/feeds/unfollow";
    let gone = jane.post(&format!("{unfollow}/upsert"), &pair).ok();
    assert_eq!((&gone["deleted"], &gone["follow"]["source_feed"]["following_count"]), (&json!(true), &json!(1)));
    assert_eq!(jane.post(&format!("{unfollow}/upsert"), &pair).ok()["deleted"], false);
    let ended = jane.post(&format!("{unfollow}/batch/upsert"), &many).ok();
    assert_eq!(ended["follows"].as_array().unwrap().len(), 1);
    let text = "follow with source timeline:jane and target user:john not found";
    refused(&jane.delete(&format!("{FOLLOWS}/timeline:jane/user:john")), "Unfollow", 404, 16, text);
    refused(
        &app.server().post(&format!("{unfollow}/batch"), &json!({"follows": [pair]})),
        "UnfollowBatch",
        404,
        16,
        text,
    );
    let itself = json!({"source": "user:jane", "target": "user:jane"});
    refused(&jane.post(FOLLOWS, &itself), "Follow", 400, 4, "a feed cannot follow itself");
}

#[test]
fn only_whose_feed_it_is_has_it_follow_and_addresses_may_come_encoded() {
    let app = app();
    let (status, code, text) =
        app.user("eve").post(FOLLOWS, &json!({"source": "timeline:jane", "target": "user:john"})).error();
    assert_eq!((status, code), (403, 17), "{text}");
    assert!(text.contains("User 'eve' with role 'user' is not allowed to perform action Follow in scope"), "{text}");
    follow(&app.user("jane"), "timeline:jane", "user:john");
    unfollow(&app.user("jane"), "timeline%3Ajane", "user%3Ajohn", "");
}

#[test]
fn a_server_follows_for_users_and_feeds_that_nobody_has_made_and_says_what_becomes_of_it() {
    let app = app();
    let server = app.server();
    let body = json!({"source": "timeline:new", "target": "user:newer", "create_users": true});
    assert_eq!(server.post(FOLLOWS, &body).ok()["follow"]["source_feed"]["created_by"]["id"], "new");
    let pending = json!({"source": "timeline:jane", "target": "user:john", "status": "pending", "follower_role": "fan", "custom": {"a": 1}});
    let made = server.post(FOLLOWS, &pending).ok();
    assert_eq!((&made["follow"]["status"], &made["follow"]["follower_role"]), (&json!("pending"), &json!("fan")));
    let change =
        json!({"source": "timeline:jane", "target": "user:john", "push_preference": "all", "custom": {"b": 2}});
    let changed = app.user("jane").patch(FOLLOWS, &change).ok();
    check("UpdateFollow", &changed);
    assert_eq!(
        (&changed["follow"]["push_preference"], &changed["follow"]["custom"]),
        (&json!("all"), &json!({"b": 2}))
    );
    assert_eq!(changed["follow"]["status"], "pending");
    let missing = json!({"source": "timeline:none", "target": "user:john"});
    refused(&server.post(FOLLOWS, &missing), "Follow", 404, 16, "feed with id timeline:none not found");
}

#[test]
fn a_follow_makes_the_feeds_of_users_who_are_there_and_nobody_elses() {
    let app = app();
    let (jane, server) = (app.user("jane"), app.server());
    server.post("/api/v2/users", &json!({"users": {"kim": {"id": "kim"}, "lee": {"id": "lee"}}})).ok();
    let made = jane.post(FOLLOWS, &json!({"source": "timeline:jane", "target": "user:kim"})).ok();
    assert_eq!(made["follow"]["target_feed"]["created_by"]["id"], "kim");
    let many = json!({"follows": [{"source": "timeline:lee", "target": "user:jane"}, {"source": "stories:lee", "target": "story:kim"}]});
    let made = server.post(&format!("{FOLLOWS}/batch/upsert"), &many).ok();
    let owner = |at: usize, side: &str| made["created"][at][side]["created_by"]["id"].as_str().unwrap().to_owned();
    assert_eq!([owner(0, "source_feed"), owner(1, "source_feed"), owner(1, "target_feed")], ["lee", "lee", "kim"]);
    let theirs = jane.post(FOLLOWS, &json!({"source": "timeline:kim", "target": "user:lee"}));
    assert_eq!(theirs.status, 403, "{}", theirs.text);
    let nobodys = jane.post(FOLLOWS, &json!({"source": "timeline:jane", "target": "story:nobody"}));
    refused(&nobodys, "Follow", 404, 16, "feed with id story:nobody not found");
    // What was refused has made nothing.
    let feeds = server
        .post("/api/v2/feeds/feeds/query", &json!({"filter": {"feed": {"$in": ["timeline:kim", "user:lee"]}}}))
        .ok();
    assert_eq!(feeds["feeds"], json!([]));
}

#[test]
fn who_watches_either_side_hears_of_a_follow_once_and_who_watches_the_timeline_of_what_is_posted_from_then_on() {
    let server = Server::start();
    let app = server.app();
    let (mut jane, mut john) = (app.join("jane"), app.join("john"));
    watch(&app, "jane", &jane, "timeline:jane");
    heard(&mut jane, "feeds.feed.created", "timeline:jane");
    watch(&app, "john", &john, "user:john");
    heard(&mut john, "feeds.feed.created", "user:john");
    let answer = follow(&user(&app, "jane"), "timeline:jane", "user:john");
    for (joined, fid) in [(&mut jane, "timeline:jane"), (&mut john, "user:john")] {
        let event = heard(joined, "feeds.follow.created", fid);
        assert_eq!(event["follow"], answer, "the same as in the answer");
    }
    add(&user(&app, "john"), &json!({"type": "post", "feeds": ["user:john"], "text": "hi"}));
    let event = heard(&mut jane, "feeds.activity.added", "timeline:jane");
    assert_eq!(
        (&event["activity"]["feeds"], &event["activity"]["current_feed"]["feed"]),
        (&json!(["user:john"]), &json!("user:john"))
    );
    heard(&mut john, "feeds.activity.added", "user:john");
    unfollow(&user(&app, "jane"), "timeline:jane", "user:john", "");
    heard(&mut jane, "feeds.follow.deleted", "timeline:jane");
    heard(&mut john, "feeds.follow.deleted", "user:john");
    add(&user(&app, "john"), &json!({"type": "post", "feeds": ["user:john"], "text": "unheard"}));
    heard(&mut john, "feeds.activity.added", "user:john");
    jane.quiet();
}

#[test]
fn own_follows_say_what_became_of_ones_own() {
    let app = app();
    let jane = app.user("jane");
    read(&app.user("john"), "user:closed", &json!({"data": {"visibility": "followers"}}));
    let body = json!({"source": "timeline:jane", "target": "user:closed", "enrich_own_fields": true});
    let answer = jane.post(FOLLOWS, &body).ok();
    check("Follow", &answer);
    let target = &answer["follow"]["target_feed"];
    assert_eq!(target["own_follows"][0]["status"], "pending");
    assert!(target["own_follows"][0]["target_feed"].get("own_follows").is_none(), "and nothing deeper");
    assert_eq!(answer["follow"]["source_feed"]["own_capabilities"].as_array().unwrap().len(), 29);
}

/// What Jane may do on a feed.
fn rights(app: &TestApp, feed: &str) -> usize {
    read(&app.user("jane"), feed, &json!({}))["feed"]["own_capabilities"].as_array().unwrap().len()
}

#[test]
fn a_role_that_no_follower_can_have_is_kept_and_counts_as_that_of_every_follower() {
    let app = app();
    read(&app.user("john"), "user:closed", &json!({"data": {"visibility": "followers"}}));
    let pair = |more: Value| {
        let mut body = json!({"source": "timeline:jane", "target": "user:closed"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    follow(&app.user("jane"), "timeline:jane", "user:closed");
    // Only a server says it.
    let accepted =
        app.user("john").post(&format!("{FOLLOWS}/accept"), &pair(json!({"follower_role": "feed_owner"}))).ok();
    assert_eq!(accepted["follow"]["follower_role"], "feed_follower");
    let plain = rights(&app, "user:closed");
    for role in ["no_such", "feed_owner", "feed_moderator", "admin"] {
        let changed = app.server().patch(FOLLOWS, &pair(json!({"follower_role": role}))).ok();
        assert_eq!((&changed["follow"]["follower_role"], rights(&app, "user:closed")), (&json!(role), plain), "{role}");
    }
    app.server().post("/api/v2/roles", &json!({"name": "fan"})).ok();
    app.server().patch(FOLLOWS, &pair(json!({"follower_role": "fan"}))).ok();
    let answer = app.user("jane").post(&super::reading::path("user:closed"), &json!({}));
    assert_eq!(answer.error().1, 17, "a role of the app's own may what the app grants it");
}

#[test]
fn a_group_says_as_what_its_feeds_are_followed_from_when_a_follow_is_accepted() {
    let app = app();
    let config =
        json!({"id": "clubs", "default_follower_role": "feed_member_viewer", "default_visibility": "followers"});
    let group = app.server().post("/api/v2/feeds/feed_groups", &config).ok();
    assert_eq!(group["feed_group"]["default_follower_role"], "feed_member_viewer");
    for id in ["asked", "open", "said"] {
        read(&app.user("john"), &format!("clubs:{id}"), &json!({}));
    }
    let pair = |id: &str| json!({"source": "timeline:jane", "target": format!("clubs:{id}")});
    assert_eq!(follow(&app.user("jane"), "timeline:jane", "clubs:asked")["follower_role"], "feed_follower");
    let accepted = app.user("john").post(&format!("{FOLLOWS}/accept"), &pair("asked")).ok();
    assert_eq!(accepted["follow"]["follower_role"], "feed_member_viewer");
    let made = |id: &str, more: Value| {
        let mut body = pair(id);
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        app.server().post(FOLLOWS, &body).ok()["follow"]["follower_role"].clone()
    };
    assert_eq!(made("open", json!({"status": "accepted"})), "feed_member_viewer");
    assert_eq!(made("said", json!({"status": "accepted", "follower_role": "feed_follower"})), "feed_follower");
}

#[test]
fn in_a_batch_users_are_made_for_all_follows_or_for_none() {
    let app = app();
    let follows = json!([{"source": "timeline:jane", "target": "user:fresh", "create_users": true}]);
    for path in ["batch", "batch/upsert"] {
        let refusal = app.server().post(&format!("{FOLLOWS}/{path}"), &json!({"follows": follows}));
        let (status, code, text) = refusal.error();
        assert_eq!((status, code), (400, 4), "{path}");
        assert!(text.contains("follows[0].create_users cannot be set"), "{text}");
    }
    let follows = json!([{"source": "timeline:jane", "target": "user:fresh"}]);
    app.server().post(&format!("{FOLLOWS}/batch"), &json!({"follows": follows, "create_users": true})).ok();
}
