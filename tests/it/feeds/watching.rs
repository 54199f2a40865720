//! Who watches a feed, and what reaches it.

use serde_json::{Value, json};

use super::reading::{ADD, add, path};
use super::shape::check;
use crate::app::{Caller, TestApp};
use crate::sockets::client::{Joined, Server};

/// Has a user's connection watch a feed.
#[track_caller]
pub fn watch(app: &TestApp, by: &str, joined: &Joined, feed: &str) -> Value {
    let path = format!("{}?connection_id={}", path(feed), joined.id);
    app.bearer(&json!({"user_id": by})).post(&path, &json!({"watch": true})).ok()
}

#[track_caller]
pub fn heard(joined: &mut Joined, kind: &str, fid: &str) -> Value {
    let event = joined.json();
    assert_eq!((&event["type"], &event["fid"]), (&json!(kind), &json!(fid)), "{event}");
    check(kind, &event);
    event
}

pub fn user(app: &TestApp, id: &str) -> Caller {
    app.bearer(&json!({"user_id": id}))
}

#[test]
fn who_watches_hears_of_the_feed_that_the_watching_made_and_of_what_is_added_to_it_once() {
    let server = Server::start();
    let app = server.app();
    let mut john = app.join("john");
    assert_eq!(watch(&app, "john", &john, "user:john")["created"], true);
    let created = heard(&mut john, "feeds.feed.created", "user:john");
    assert_eq!(created["feed_visibility"], "visible");
    watch(&app, "john", &john, "user:john");
    let answer = add(&user(&app, "john"), &json!({"type": "post", "feeds": ["user:john"], "text": "hi"}));
    let added = heard(&mut john, "feeds.activity.added", "user:john");
    for key in ["id", "updated_at", "created_at", "feeds", "text"] {
        assert_eq!(added["activity"][key], answer[key], "{key} of answer and event");
    }
    assert_eq!(added["activity"]["current_feed"]["activity_count"], 1);
    john.quiet();
}

#[test]
fn an_activity_in_two_feeds_is_told_once_for_each_that_is_watched() {
    let server = Server::start();
    let app = server.app();
    let mut john = app.join("john");
    for feed in ["user:a", "user:b"] {
        watch(&app, "john", &john, feed);
        heard(&mut john, "feeds.feed.created", feed);
    }
    add(&user(&app, "john"), &json!({"type": "post", "feeds": ["user:a", "user:b", "user:c"], "text": "hi"}));
    for feed in ["user:a", "user:b"] {
        assert!(heard(&mut john, "feeds.activity.added", feed)["activity"].get("current_feed").is_none());
    }
    john.quiet();
}

#[test]
fn who_stops_or_names_a_connection_of_somebody_else_hears_nothing() {
    let server = Server::start();
    let app = server.app();
    let (mut john, mut eve) = (app.join("john"), app.join("eve"));
    user(&app, "john").post(&path("user:john"), &json!({})).ok();
    // Eve watches with John's connection, which is none of hers.
    watch(&app, "eve", &john, "user:john");
    watch(&app, "eve", &eve, "user:john");
    let stop = format!("{}/watch?connection_id={}", path("user:john"), eve.id);
    for _ in 0..2 {
        user(&app, "eve").delete(&stop).ok();
    }
    user(&app, "john").post(ADD, &json!({"type": "post", "feeds": ["user:john"]})).ok();
    john.quiet();
    eve.quiet();
}

#[test]
fn who_may_not_read_a_feed_does_not_watch_it() {
    let server = Server::start();
    let app = server.app();
    let mut eve = app.join("eve");
    user(&app, "john").post(&path("user:john"), &json!({"data": {"visibility": "private"}})).ok();
    let watching = format!("{}?connection_id={}", path("user:john"), eve.id);
    let (status, code, text) = user(&app, "eve").post(&watching, &json!({"watch": true})).error();
    assert_eq!((status, code), (403, 17), "{text}");
    assert!(text.contains("action ReadFeed in scope 'feeds:private'"), "{text}");
    user(&app, "john").post(ADD, &json!({"type": "post", "feeds": ["user:john"]})).ok();
    eve.quiet();
}

#[test]
fn what_is_private_reaches_its_author_and_the_feeds_owner_and_nobody_else_who_watches() {
    let server = Server::start();
    let app = server.app();
    let (mut john, mut jane) = (app.join("john"), app.join("jane"));
    watch(&app, "john", &john, "user:john");
    heard(&mut john, "feeds.feed.created", "user:john");
    watch(&app, "jane", &jane, "user:john");
    watch(&app, "jane", &jane, "timeline:jane");
    heard(&mut jane, "feeds.feed.created", "timeline:jane");
    super::following::follow(&user(&app, "jane"), "timeline:jane", "user:john");
    for fid in ["timeline:jane", "user:john"] {
        heard(&mut jane, "feeds.follow.created", fid);
    }
    heard(&mut john, "feeds.follow.created", "user:john");
    let secret = json!({"id": "s", "type": "post", "feeds": ["user:john"], "text": "secret", "visibility": "private"});
    add(&user(&app, "john"), &secret);
    heard(&mut john, "feeds.activity.added", "user:john");
    user(&app, "john").delete(&format!("{ADD}/s")).ok();
    heard(&mut john, "feeds.activity.deleted", "user:john");
    jane.quiet();
}

#[test]
fn who_may_not_read_a_feed_any_more_hears_no_more_of_it_and_its_owner_does() {
    let server = Server::start();
    let app = server.app();
    let (mut john, mut jane) = (app.join("john"), app.join("jane"));
    watch(&app, "john", &john, "user:john");
    heard(&mut john, "feeds.feed.created", "user:john");
    watch(&app, "jane", &jane, "user:john");
    let post = json!({"type": "post", "feeds": ["user:john"], "text": "hi"});
    add(&user(&app, "john"), &post);
    heard(&mut jane, "feeds.activity.added", "user:john");
    heard(&mut john, "feeds.activity.added", "user:john");
    let close = format!("{}/change_visibility", path("user:john"));
    user(&app, "john").post(&close, &json!({"visibility": "followers"})).ok();
    heard(&mut john, "feeds.feed.updated", "user:john");
    add(&user(&app, "john"), &post);
    heard(&mut john, "feeds.activity.added", "user:john");
    jane.quiet();
    user(&app, "john").post(&close, &json!({"visibility": "visible"})).ok();
    heard(&mut jane, "feeds.feed.updated", "user:john");
}
