//! Feed views: other ways to read feeds than their group's.

use serde_json::{Value, json};

use super::following::follow;
use super::reading::{add, path, read, texts};
use super::shape::check;
use super::watching::{heard, user, watch};
use crate::app::TestApp;
use crate::sockets::client::Server;
use crate::transcript::{frozen_app, refused};

const VIEWS: &str = "/api/v2/feeds/feed_views";

fn at(id: &str) -> String {
    format!("{VIEWS}/{id}")
}

fn oldest_first() -> Value {
    json!([{"type": "current_feed", "sort": [{"field": "created_at", "direction": 1}]}])
}

/// An app in which John has posted three times, and Jane's timeline shows it and has a post of its own.
fn app() -> TestApp {
    let app = frozen_app();
    for text in ["one", "two", "three"] {
        add(&app.user("john"), &json!({"type": "post", "feeds": ["user:john"], "text": text}));
    }
    add(&app.user("jane"), &json!({"type": "post", "feeds": ["timeline:jane"], "text": "own"}));
    follow(&app.user("jane"), "timeline:jane", "user:john");
    app
}

#[test]
fn views_are_made_read_replaced_and_deleted() {
    let app = frozen_app();
    let server = app.server();
    assert_eq!(server.get(VIEWS).ok()["views"], json!({}));
    let made =
        server.post(VIEWS, &json!({"id": "old", "activity_selectors": oldest_first(), "ranking": {"type": "recency"}}));
    let made = made.ok();
    check("CreateFeedView", &made);
    assert_eq!(made["feed_view"]["activity_selectors"], oldest_first());
    assert!(made["feed_view"].get("last_used_at").is_none());
    assert_eq!(server.get(&at("old")).ok()["feed_view"], made["feed_view"]);
    let there = server.post(&at("old"), &json!({"aggregation": {"format": "x"}})).ok();
    check("GetOrCreateFeedView", &there);
    assert_eq!((&there["was_created"], &there["feed_view"]), (&json!(false), &made["feed_view"]));
    assert_eq!(server.post(&at("new"), &json!({})).ok()["was_created"], true);
    let changed = server.put(&at("old"), &json!({"aggregation": {"format": "x"}})).ok();
    assert_eq!(changed["feed_view"], json!({"id": "old", "aggregation": {"format": "x"}}));
    let views = server.get(VIEWS).ok();
    assert_eq!(views["views"].as_object().unwrap().keys().collect::<Vec<_>>(), ["new", "old"]);
    server.delete(&at("old")).ok();
    let missing = "feed view with id old not found";
    refused(&server.get(&at("old")), "GetFeedView", 404, 16, missing);
    refused(&server.put(&at("old"), &json!({})), "UpdateFeedView", 404, 16, missing);
    refused(&server.delete(&at("old")), "DeleteFeedView", 404, 16, missing);
    let selectors = json!([{"type": "a"}, {"type": "b"}, {"type": "c"}, {"type": "d"}]);
    let text = "activity_selectors must contain at maximum 3 items";
    refused(&server.post(&at("x"), &json!({"activity_selectors": selectors})), "GetOrCreateFeedView", 400, 4, text);
    refused(&server.post(VIEWS, &json!({})), "CreateFeedView", 400, 4, "id is a required field");
    for n in 1..100 {
        server.post(&at(&format!("v{n}")), &json!({})).ok();
    }
    let text = "maximum number of feed views (100) reached";
    refused(&server.post(&at("one-more"), &json!({})), "GetOrCreateFeedView", 400, 4, text);
}

#[test]
fn a_feed_is_read_as_the_view_says_that_is_asked_for_page_by_page_and_the_view_tells_when() {
    let app = app();
    let (server, john, jane) = (app.server(), app.user("john"), app.user("jane"));
    server.post(&at("old"), &json!({"activity_selectors": oldest_first()})).ok();
    assert_eq!(texts(&read(&john, "user:john", &json!({}))), ["three", "two", "one"]);
    let first = read(&john, "user:john", &json!({"view": "old", "limit": 2}));
    assert_eq!(texts(&first), ["one", "two"]);
    let next = json!({"view": "old", "limit": 2, "next": first["next"]});
    assert_eq!(texts(&read(&john, "user:john", &next)), ["three"]);
    let (status, code, text) = john.post(&path("user:john"), &json!({"next": first["next"]})).error();
    assert_eq!((status, code), (400, 4), "a cursor leads on in its own view alone: {text}");
    let used = server.get(&at("old")).ok()["feed_view"]["last_used_at"].as_i64().unwrap();
    app.advance("1h");
    read(&john, "user:new", &json!({"view": "old"}));
    let later = server.get(&at("old")).ok()["feed_view"]["last_used_at"].as_i64().unwrap();
    assert!(later - used >= 3_600_000_000_000, "{used} {later}");
    assert_eq!(texts(&read(&jane, "timeline:jane", &json!({"view": "old"}))), ["own"]);
    server.post(&at("none"), &json!({})).ok();
    assert_eq!(
        texts(&read(&jane, "timeline:jane", &json!({"view": "none"}))),
        ["own", "three", "two", "one"],
        "as the group"
    );
    let text = "feed view with id nope not found";
    refused(&john.post(&path("user:john"), &json!({"view": "nope"})), "GetOrCreateFeed", 404, 16, text);
}

#[test]
fn a_view_with_the_id_of_a_built_in_group_is_how_its_feeds_are_read_and_heard() {
    let app = app();
    let jane = app.user("jane");
    let own = json!({"activity_selectors": [{"type": "current_feed"}]});
    app.server().post(&at("timeline"), &own).ok();
    assert_eq!(texts(&read(&jane, "timeline:jane", &json!({}))), ["own"]);
    app.server().delete(&at("timeline")).ok();
    assert_eq!(texts(&read(&jane, "timeline:jane", &json!({}))), ["own", "three", "two", "one"]);
    let server = Server::start();
    let app = server.app();
    let mut jane = app.join("jane");
    read(&user(&app, "john"), "user:john", &json!({}));
    watch(&app, "jane", &jane, "timeline:jane");
    heard(&mut jane, "feeds.feed.created", "timeline:jane");
    follow(&user(&app, "jane"), "timeline:jane", "user:john");
    heard(&mut jane, "feeds.follow.created", "timeline:jane");
    app.server().post(&at("timeline"), &json!({"activity_selectors": oldest_first()})).ok();
    add(&user(&app, "john"), &json!({"type": "post", "feeds": ["user:john"], "text": "unheard"}));
    app.server().delete(&at("timeline")).ok();
    add(&user(&app, "john"), &json!({"type": "post", "feeds": ["user:john"], "text": "heard"}));
    assert_eq!(heard(&mut jane, "feeds.activity.added", "timeline:jane")["activity"]["text"], "heard");
}
