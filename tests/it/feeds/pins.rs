//! Pins: who pins what where, what is counted and told, what is found.

use serde_json::{Value, json};

use super::reading::{ADD, add, path, read};
use super::shape::check;
use super::watching::{heard, user, watch};
use crate::app::{Caller, TestApp};
use crate::sockets::client::Server;
use crate::transcript::{frozen_app, refused};

fn place(feed: &str, activity: &str) -> String {
    format!("{}/activities/{activity}/pin", path(feed))
}

#[track_caller]
fn pin(by: &Caller, feed: &str, activity: &str) -> Value {
    let answer = by.post(&place(feed, activity), &json!({})).ok();
    check("PinActivity", &answer);
    answer
}

#[track_caller]
fn unpin(by: &Caller, feed: &str, activity: &str) -> Value {
    let answer = by.delete(&place(feed, activity)).ok();
    check("UnpinActivity", &answer);
    answer
}

#[track_caller]
fn query(by: &Caller, body: &Value) -> Value {
    let answer = by.post(&format!("{}/pinned_activities/query", path("user:john")), body).ok();
    check("QueryPinnedActivities", &answer);
    answer
}

/// An app in which John has posted `a`, `b` and `c`.
fn app() -> TestApp {
    let app = frozen_app();
    for id in ["a", "b", "c"] {
        add(&app.user("john"), &json!({"id": id, "type": "post", "feeds": ["user:john"], "text": id}));
    }
    app
}

fn ids(pins: &Value) -> Vec<&str> {
    pins.as_array().unwrap().iter().map(|pin| pin["activity"]["id"].as_str().unwrap()).collect()
}

fn shown(by: &Caller) -> (Value, Value) {
    let page = read(by, "user:john", &json!({}));
    (json!(ids(&page["pinned_activities"])), page["feed"]["pin_count"].clone())
}

#[test]
fn what_is_pinned_is_shown_the_newest_pin_first_and_counted_and_stays_among_the_others() {
    let app = app();
    let john = app.user("john");
    for id in ["b", "a", "c"] {
        let answer = pin(&john, "user:john", id);
        assert_eq!((&answer["feed"], &answer["user_id"]), (&json!("user:john"), &json!("john")));
        assert!(answer["activity"]["current_feed"].get("own_capabilities").is_none());
        app.advance("1s");
    }
    assert_eq!(shown(&john), (json!(["c", "a", "b"]), json!(3)));
    let page = read(&john, "user:john", &json!({}));
    assert_eq!(page["activities"].as_array().unwrap().len(), 3);
    let first = &page["pinned_activities"][0];
    assert_eq!((&first["feed"], &first["user"]["id"]), (&json!("user:john"), &json!("john")));
    assert_eq!(first["activity"]["current_feed"]["pin_count"], 3);
    assert!(first["activity"]["current_feed"]["own_capabilities"].is_array());
    let again = pin(&john, "user:john", "b");
    assert_eq!(again["created_at"], page["pinned_activities"][2]["created_at"], "it is pinned as it was");
    assert_eq!(shown(&john), (json!(["c", "a", "b"]), json!(3)));
    let gone = unpin(&john, "user:john", "a");
    assert_eq!(gone["activity"]["current_feed"]["pin_count"], 2);
    assert_eq!(shown(&john), (json!(["c", "b"]), json!(2)));
    let skipped = read(&john, "user:john", &json!({"enrichment_options": {"skip_pins": true}}));
    assert_eq!((&skipped["pinned_activities"], &skipped["feed"]["pin_count"]), (&json!([]), &json!(2)));
    let own = john.post(&place("user:john", "a"), &json!({"enrich_own_fields": true})).ok();
    assert!(own["activity"]["current_feed"]["own_capabilities"].is_array());
}

#[test]
fn an_activity_that_leaves_its_feed_is_pinned_there_no_more_and_one_that_comes_back_is_not() {
    let app = app();
    let john = app.user("john");
    for id in ["a", "b", "c"] {
        pin(&john, "user:john", id);
    }
    let activity = |id: &str| format!("{ADD}/{id}");
    john.delete(&activity("a")).ok();
    assert_eq!(shown(&john), (json!(["c", "b"]), json!(2)));
    john.post(&format!("{}/restore", activity("a")), &json!({})).ok();
    assert_eq!(shown(&john), (json!(["c", "b"]), json!(2)));
    john.patch(&activity("b"), &json!({"set": {"feeds": ["user:other"]}})).ok();
    assert_eq!(shown(&john), (json!(["c"]), json!(1)));
    john.patch(&activity("b"), &json!({"set": {"feeds": ["user:other", "user:john"]}})).ok();
    assert_eq!(shown(&john), (json!(["c"]), json!(1)));
    john.delete(&format!("{}?hard_delete=true", activity("c"))).ok();
    assert_eq!(shown(&john), (json!([]), json!(0)));
}

#[test]
fn only_who_may_pins_and_only_what_is_in_the_feed() {
    let app = app();
    let (john, jane, server) = (app.user("john"), app.user("jane"), app.server());
    let text = "User 'jane' with role 'user' is not allowed to perform action PinActivity in scope 'feeds:visible'";
    refused(&jane.post(&place("user:john", "a"), &json!({})), "PinActivity", 403, 17, text);
    refused(&jane.delete(&place("user:john", "a")), "UnpinActivity", 403, 17, text);
    read(&john, "timeline:john", &json!({}));
    let elsewhere = "activity with id a is not in feed timeline:john";
    refused(&john.post(&place("timeline:john", "a"), &json!({})), "PinActivity", 400, 4, elsewhere);
    let unpinned = "activity with id a is not pinned in feed user:john";
    refused(&john.delete(&place("user:john", "a")), "UnpinActivity", 404, 16, unpinned);
    let missing = "activity with id nothing not found";
    refused(&john.post(&place("user:john", "nothing"), &json!({})), "PinActivity", 404, 16, missing);
    let nobody = "user_id is required for server side requests";
    refused(&server.post(&place("user:john", "a"), &json!({})), "PinActivity", 400, 4, nobody);
    refused(&server.delete(&place("user:john", "a")), "UnpinActivity", 400, 4, nobody);
    let answer = server.post(&place("user:john", "a"), &json!({"user_id": "admin"})).ok();
    assert_eq!(answer["user_id"], "admin");
    let undone = server.delete(&format!("{}?user_id=admin&enrich_own_fields=true", place("user:john", "a"))).ok();
    assert!(undone["activity"]["current_feed"]["own_capabilities"].is_array());
}

#[test]
fn pins_are_found_by_what_is_pinned_by_whom_and_when_and_in_pages() {
    let app = app();
    let john = app.user("john");
    for (id, by) in [("a", "john"), ("b", "jane"), ("c", "john")] {
        app.server().post(&place("user:john", id), &json!({"user_id": by})).ok();
        app.advance("1s");
    }
    let found = |body: Value| json!(ids(&query(&john, &body)["pinned_activities"]));
    assert_eq!(found(json!({})), json!(["c", "b", "a"]));
    assert_eq!(found(json!({"filter": {"user_id": "john"}})), json!(["c", "a"]));
    assert_eq!(found(json!({"filter": {"activity_id": {"$in": ["a", "b", "x"]}}})), json!(["b", "a"]));
    assert_eq!(found(json!({"filter": {"fid": "user:john"}, "limit": 1})), json!(["c"]));
    assert_eq!(found(json!({"filter": {"fid": "user:other"}})), json!([]));
    assert_eq!(found(json!({"filter": {"created_at": {"$gt": "2026-01-31T12:00:00Z"}}})), json!(["c", "b"]));
    let oldest_first = json!([{"field": "created_at", "direction": 1}]);
    assert_eq!(found(json!({"sort": oldest_first})), json!(["a", "b", "c"]));
    assert_eq!(found(json!({"limit": 0})), json!([]));
    let first = query(&john, &json!({"limit": 2}));
    let second = query(&john, &json!({"limit": 2, "next": first["next"]}));
    assert_eq!((ids(&second["pinned_activities"]), second.get("next")), (vec!["a"], None));
    assert!(query(&john, &json!({"limit": 3})).get("next").is_none(), "a page that is just full is the last");
    let place = format!("{}/pinned_activities/query", path("user:john"));
    let (status, code, text) = john.post(&place, &json!({"filter": {"type": "x"}})).error();
    assert_eq!((status, code), (400, 4), "{text}");
    john.post(&format!("{}/change_visibility", path("user:john")), &json!({"visibility": "private"})).ok();
    let text = "User 'jane' with role 'user' is not allowed to perform action ReadActivities in scope 'feeds:private'";
    refused(&app.user("jane").post(&place, &json!({})), "QueryPinnedActivities", 403, 17, text);
}

#[test]
fn what_is_private_or_has_expired_is_not_among_the_pins_of_others() {
    let app = app();
    let (john, jane) = (app.user("john"), app.user("jane"));
    let secret = json!({"id": "secret", "type": "post", "feeds": ["user:john"], "text": "s", "visibility": "private"});
    let soon_gone = json!({"id": "gone", "type": "post", "feeds": ["user:john"], "text": "g", "expires_at": "2026-01-31T12:01:00Z"});
    for body in [secret, soon_gone] {
        add(&john, &body);
        pin(&john, "user:john", body["id"].as_str().unwrap());
    }
    pin(&john, "user:john", "a");
    assert_eq!(shown(&john).0.as_array().unwrap().len(), 3);
    assert_eq!(shown(&jane).0.as_array().unwrap().len(), 2, "not the private one");
    app.advance("1m");
    assert_eq!(shown(&jane).0, json!(["a"]));
    assert_eq!(json!(ids(&query(&jane, &json!({}))["pinned_activities"])), json!(["a"]));
}

#[test]
fn who_watches_the_feed_hears_of_pins_and_who_may_not_see_the_activity_does_not() {
    let server = Server::start();
    let app = server.app();
    let (mut john, mut jane) = (app.join("john"), app.join("jane"));
    let owner = user(&app, "john");
    add(&owner, &json!({"id": "a", "type": "post", "feeds": ["user:john"], "text": "a"}));
    let secret = json!({"id": "secret", "type": "post", "feeds": ["user:john"], "text": "s", "visibility": "private"});
    add(&owner, &secret);
    watch(&app, "john", &john, "user:john");
    watch(&app, "jane", &jane, "user:john");
    let answer = pin(&owner, "user:john", "a");
    for joined in [&mut john, &mut jane] {
        let event = heard(joined, "feeds.activity.pinned", "user:john");
        assert_eq!(event["user"]["id"], "john");
        for key in ["created_at", "feed", "user_id"] {
            assert_eq!(event["pinned_activity"][key], answer[key], "{key} of answer and event");
        }
        assert_eq!(event["pinned_activity"]["activity"]["updated_at"], answer["activity"]["updated_at"]);
    }
    pin(&owner, "user:john", "a");
    john.quiet();
    unpin(&owner, "user:john", "a");
    heard(&mut john, "feeds.activity.unpinned", "user:john");
    heard(&mut jane, "feeds.activity.unpinned", "user:john");
    pin(&owner, "user:john", "secret");
    heard(&mut john, "feeds.activity.pinned", "user:john");
    jane.quiet();
}
