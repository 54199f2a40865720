//! Feedback on activities: what is hidden is left out of what its user reads, and of nobody else's.

use serde_json::{Value, json};

use super::reading::{ADD, add, read};
use super::shape::check;
use super::watching::{user, watch};
use crate::app::{Caller, TestApp};
use crate::sockets::client::{Joined, Server};
use crate::transcript::{frozen_app, refused};

#[track_caller]
fn say(by: &Caller, activity: &str, body: &Value) {
    let answer = by.post(&format!("{ADD}/{activity}/feedback"), body).ok();
    check("ActivityFeedback", &answer);
    assert_eq!(answer["activity_id"], activity);
}

/// An app in which John has posted `a`, `b` and `c`.
fn app() -> TestApp {
    let app = frozen_app();
    for id in ["a", "b", "c"] {
        add(&app.user("john"), &json!({"id": id, "type": "post", "feeds": ["user:john"], "text": id}));
    }
    app
}

fn ids(activities: &Value) -> Vec<(&str, bool)> {
    let all = activities.as_array().unwrap().iter();
    all.map(|one| (one["id"].as_str().unwrap(), one["hidden"].as_bool().unwrap())).collect()
}

#[test]
fn what_a_user_hides_is_left_out_of_the_feeds_that_he_reads_alone() {
    let app = app();
    let (john, jane) = (app.user("john"), app.user("jane"));
    say(&jane, "b", &json!({"hide": true}));
    let shown = |by: &Caller, body: Value| read(by, "user:john", &body)["activities"].clone();
    assert_eq!(ids(&shown(&jane, json!({}))), [("c", false), ("a", false)]);
    assert_eq!(ids(&shown(&john, json!({}))), [("c", false), ("b", false), ("a", false)]);
    let served = shown(&app.server(), json!({"user_id": "jane"}));
    assert_eq!(ids(&served), [("c", false), ("a", false)]);
    let page = read(&jane, "user:john", &json!({"limit": 2}));
    assert!(page.get("next").is_none(), "a page of what is shown, exactly full");
    assert_eq!(page["feed"]["activity_count"], 3, "what the feed has is the same for all");
    say(&jane, "b", &json!({"hide": false}));
    assert_eq!(ids(&shown(&jane, json!({}))), [("c", false), ("b", false), ("a", false)]);
}

#[test]
fn what_is_hidden_is_gone_from_timelines_and_pins_too() {
    let app = app();
    let (john, jane) = (app.user("john"), app.user("jane"));
    read(&jane, "timeline:jane", &json!({}));
    jane.post("/api/v2/feeds/follows", &json!({"source": "timeline:jane", "target": "user:john"})).ok();
    john.post("/api/v2/feeds/feed_groups/user/feeds/john/activities/b/pin", &json!({})).ok();
    say(&jane, "b", &json!({"hide": true}));
    let page = read(&jane, "timeline:jane", &json!({}));
    assert_eq!(ids(&page["activities"]), [("c", false), ("a", false)]);
    assert_eq!(read(&jane, "user:john", &json!({}))["pinned_activities"], json!([]));
    assert_eq!(read(&john, "user:john", &json!({}))["pinned_activities"].as_array().unwrap().len(), 1);
}

#[test]
fn queries_find_what_is_hidden_and_say_so() {
    let app = app();
    let (john, jane) = (app.user("john"), app.user("jane"));
    say(&jane, "b", &json!({"hide": true}));
    let found = |by: &Caller, filter: Value| {
        let answer = by.post(&format!("{ADD}/query"), &json!({"filter": filter})).ok();
        check("QueryActivities", &answer);
        answer["activities"].clone()
    };
    assert_eq!(ids(&found(&jane, json!({}))), [("c", false), ("b", true), ("a", false)]);
    assert_eq!(ids(&found(&jane, json!({"hidden": true}))), [("b", true)]);
    assert_eq!(ids(&found(&jane, json!({"hidden": false}))), [("c", false), ("a", false)]);
    assert_eq!(ids(&found(&john, json!({"hidden": true}))), []);
    assert_eq!(ids(&found(&app.server(), json!({"hidden": false}))).len(), 3, "nobody has hidden anything");
    assert_eq!(jane.get(&format!("{ADD}/b")).ok()["activity"]["hidden"], true);
    assert_eq!(john.get(&format!("{ADD}/b")).ok()["activity"]["hidden"], false);
}

#[test]
fn feedback_goes_with_the_activity_and_is_for_who_may_read_it() {
    let app = app();
    let (john, jane) = (app.user("john"), app.user("jane"));
    say(&jane, "b", &json!({"hide": true}));
    john.delete(&format!("{ADD}/b")).ok();
    john.post(&format!("{ADD}/b/restore"), &json!({})).ok();
    assert_eq!(jane.get(&format!("{ADD}/b")).ok()["activity"]["hidden"], true, "it came back as it was");
    john.delete(&format!("{ADD}/b?hard_delete=true")).ok();
    add(&john, &json!({"id": "b", "type": "post", "feeds": ["user:john"]}));
    assert_eq!(jane.get(&format!("{ADD}/b")).ok()["activity"]["hidden"], false);
    add(&john, &json!({"id": "p", "type": "post", "feeds": ["user:john"], "visibility": "private"}));
    let closed = jane.post(&format!("{ADD}/p/feedback"), &json!({"hide": true}));
    assert_eq!(closed.error().0, 403);
    let missing = jane.post(&format!("{ADD}/none/feedback"), &json!({"hide": true}));
    refused(&missing, "ActivityFeedback", 404, 16, "activity with id none not found");
    let nobody = app.server().post(&format!("{ADD}/a/feedback"), &json!({"hide": true}));
    refused(&nobody, "ActivityFeedback", 400, 4, "user_id is required for server side requests");
    say(&app.server(), "a", &json!({"user_id": "jane", "hide": null}));
    assert_eq!(jane.get(&format!("{ADD}/a")).ok()["activity"]["hidden"], false);
}

#[track_caller]
fn told(joined: &mut Joined) -> (String, String, i64) {
    let event = joined.json();
    assert_eq!(event["type"], "feeds.activity.feedback", "{event}");
    assert!(event.get("fid").is_none());
    check("feeds.activity.feedback", &event);
    let said = &event["activity_feedback"];
    assert_eq!((&said["user"]["id"], &said["activity_id"]), (&json!("jane"), &json!("a")));
    let text = |key: &str| said[key].as_str().unwrap().to_owned();
    (text("action"), text("value"), said["updated_at"].as_i64().unwrap())
}

#[test]
fn the_users_own_connections_are_told_of_each_thing_that_he_says() {
    let server = Server::start();
    let app = server.app();
    let (mut john, mut jane) = (app.join("john"), app.join("jane"));
    add(&user(&app, "john"), &json!({"id": "a", "type": "post", "feeds": ["user:john"]}));
    watch(&app, "john", &john, "user:john");
    let by = user(&app, "jane");
    say(&by, "a", &json!({"hide": true, "show_less": true}));
    let (action, value, at) = told(&mut jane);
    assert_eq!((action.as_str(), value.as_str()), ("hide", "true"));
    let (action, value, _) = told(&mut jane);
    assert_eq!((action.as_str(), value.as_str()), ("show_less", "true"));
    say(&by, "a", &json!({"hide": false}));
    let (action, value, later) = told(&mut jane);
    assert_eq!((action.as_str(), value.as_str()), ("hide", "false"));
    assert!(later >= at + 1_001_000);
    say(&by, "a", &json!({}));
    jane.quiet();
    john.quiet();
}
