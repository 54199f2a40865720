//! Making and reading feeds, and what is posted to them.

use serde_json::{Value, json};

use super::shape::check;
use crate::app::{Caller, TestApp};
use crate::transcript::{frozen_app, refused};

pub const ADD: &str = "/api/v2/feeds/activities";

pub fn path(feed: &str) -> String {
    let (group, id) = feed.split_once(':').unwrap();
    format!("/api/v2/feeds/feed_groups/{group}/feeds/{id}")
}

/// A feed as a caller is shown it.
#[track_caller]
pub fn read(by: &Caller, feed: &str, body: &Value) -> Value {
    let answer = by.post(&path(feed), body).ok();
    check("GetOrCreateFeed", &answer);
    answer
}

/// An activity that a caller adds.
#[track_caller]
pub fn add(by: &Caller, body: &Value) -> Value {
    let answer = by.post(ADD, body).ok();
    check("AddActivity", &answer);
    answer["activity"].clone()
}

pub fn texts(page: &Value) -> Vec<&str> {
    page["activities"].as_array().unwrap().iter().map(|activity| activity["text"].as_str().unwrap()).collect()
}

fn post(feed: &str, text: &str) -> Value {
    json!({"type": "post", "feeds": [feed], "text": text})
}

#[test]
fn a_feed_is_made_by_its_first_reader_as_he_says_and_is_his() {
    let app = frozen_app();
    let john = app.user("john");
    let data = json!({"name": "Mine", "description": "All of it", "visibility": "public", "custom": {"a": 1},
        "filter_tags": ["x"], "location": {"lat": 52.5, "lng": 13.4}});
    let made = read(&john, "user:any-id", &json!({"data": data}));
    assert_eq!(made["created"], true);
    for (key, value) in data.as_object().unwrap() {
        assert_eq!(made["feed"][key], *value, "{key}");
    }
    assert_eq!(made["feed"]["created_by"]["id"], "john", "whatever the id is");
    assert_eq!(made["feed"]["own_capabilities"].as_array().unwrap().len(), 29);
    app.advance("1h");
    let again = read(&john, "user:any-id", &json!({"data": {"name": "Other"}}));
    assert_eq!((&again["created"], &again["feed"]["name"]), (&json!(false), &json!("Mine")), "data count once");
    assert_eq!(again["feed"]["updated_at"], made["feed"]["updated_at"]);
}

#[test]
fn a_server_makes_a_feed_for_the_user_that_it_names_who_is_made_too_and_blanks_nothing_of_him() {
    let app = TestApp::new();
    let server = app.server();
    assert_eq!(read(&server, "user:a", &json!({"user_id": "fresh"}))["feed"]["created_by"]["id"], "fresh");
    app.upsert(&[json!({"id": "named", "name": "Name", "image": "i.png", "custom": {"c": 1}})]);
    let by_id = read(&server, "user:b", &json!({"user": {"id": "named"}}));
    assert_eq!(
        (&by_id["feed"]["created_by"]["name"], &by_id["feed"]["created_by"]["custom"]),
        (&json!("Name"), &json!({"c": 1}))
    );
    let renamed = read(&server, "user:b", &json!({"user": {"id": "named", "name": "New"}}));
    assert_eq!(
        (&renamed["feed"]["created_by"]["name"], &renamed["feed"]["created_by"]["image"]),
        (&json!("New"), &json!("i.png"))
    );
    let text = "user_id is required for server side requests";
    for nobody in [json!({}), json!({"user_id": ""}), json!({"user": {"id": ""}}), json!({"user_id": null})] {
        refused(&server.post(&path("user:c"), &nobody), "GetOrCreateFeed", 400, 4, text);
    }
    let both = json!({"user_id": "a", "user": {"id": "b"}});
    refused(&server.post(&path("user:c"), &both), "GetOrCreateFeed", 400, 4, "cannot set both user and user_id.");
}

#[test]
fn what_is_posted_is_shown_newest_first_and_of_one_moment_the_last_first() {
    let app = frozen_app();
    let john = app.user("john");
    for text in ["a", "b", "c"] {
        add(&john, &post("user:john", text));
    }
    app.advance("1s");
    add(&john, &post("user:john", "d"));
    let page = read(&john, "user:john", &json!({}));
    assert_eq!(texts(&page), ["d", "c", "b", "a"]);
    assert_eq!(page["feed"]["activity_count"], 4);
    assert_eq!(page["activities"][0]["current_feed"]["feed"], "user:john");
    assert!(page["activities"][0]["current_feed"]["own_capabilities"].is_array());
    assert_eq!(texts(&read(&john, "user:john", &json!({"limit": 0}))), Vec::<&str>::new());
}

#[test]
fn stories_are_shown_oldest_first_and_what_has_expired_not_at_all() {
    let app = frozen_app();
    let john = app.user("john");
    let expiring =
        json!({"type": "story", "feeds": ["story:john"], "text": "soon gone", "expires_at": "2026-01-31T12:30:00Z"});
    add(&john, &expiring);
    add(&john, &post("story:john", "stays"));
    assert_eq!(texts(&read(&john, "story:john", &json!({}))), ["soon gone", "stays"]);
    app.advance("30m");
    assert_eq!(texts(&read(&john, "story:john", &json!({}))), ["stays"]);
}

#[test]
fn a_timeline_shows_what_is_added_to_itself_too() {
    let app = frozen_app();
    let jane = app.user("jane");
    for feed in ["user:jane", "timeline:jane"] {
        read(&jane, feed, &json!({}));
    }
    super::following::follow(&app.server(), "timeline:jane", "user:jane");
    add(&jane, &post("timeline:jane", "direct"));
    add(&jane, &json!({"type": "post", "feeds": ["user:jane", "timeline:jane"], "text": "both"}));
    add(&jane, &post("user:jane", "followed"));
    let page = read(&jane, "timeline:jane", &json!({}));
    assert_eq!(texts(&page), ["followed", "both", "direct"]);
    let through: Vec<&Value> =
        page["activities"].as_array().unwrap().iter().map(|one| &one["current_feed"]["feed"]).collect();
    assert_eq!(through, ["user:jane", "timeline:jane", "timeline:jane"]);
    let by_filter = read(&jane, "timeline:jane", &json!({"filter": {"user_id": "jane"}}));
    assert_eq!(texts(&by_filter), ["followed", "both", "direct"]);
    super::selecting::group(
        &app,
        "ranked",
        json!({"activity_selectors": [{"type": "following"}], "ranking": {"type": "expression", "score": "popularity"}}),
    );
    read(&jane, "ranked:jane", &json!({}));
    add(&jane, &post("ranked:jane", "own"));
    assert_eq!(texts(&read(&jane, "ranked:jane", &json!({}))), ["own"]);
}

#[test]
fn an_activity_in_several_feeds_is_in_each_and_shows_the_feed_that_is_read() {
    let app = frozen_app();
    let john = app.user("john");
    let both = add(&john, &json!({"type": "post", "feeds": ["user:john", "user:other", "user:john"], "text": "both"}));
    assert_eq!(both["feeds"], json!(["user:john", "user:other"]), "each once");
    assert!(both.get("current_feed").is_none(), "it is in no one feed");
    for feed in ["user:john", "user:other"] {
        let page = read(&john, feed, &json!({}));
        assert_eq!(page["activities"][0]["current_feed"]["feed"], feed);
        assert_eq!(page["feed"]["activity_count"], 1);
    }
}

#[test]
fn an_id_that_is_there_is_replaced_and_one_that_was_dropped_from_a_feed_is_gone_from_it() {
    let app = frozen_app();
    let john = app.user("john");
    let first =
        json!({"id": "1", "type": "post", "feeds": ["user:john", "user:other"], "text": "one", "custom": {"a": 1}});
    let first = add(&john, &first);
    app.advance("1s");
    let second = add(&john, &json!({"id": "1", "type": "note", "feeds": ["user:john"], "text": "two"}));
    assert_eq!((&second["type"], &second["text"], &second["custom"]), (&json!("note"), &json!("two"), &json!({})));
    assert_eq!(second["created_at"], first["created_at"]);
    assert_eq!(second["edited_at"], second["updated_at"]);
    assert_eq!(read(&john, "user:other", &json!({}))["feed"]["activity_count"], 0);
    assert_eq!(texts(&read(&john, "user:john", &json!({}))), ["two"]);
    refused_text(&app.user("eve"), &json!({"id": "1", "type": "post", "feeds": ["user:eve"]}), "UpdateActivity");
}

#[track_caller]
fn refused_text(by: &Caller, body: &Value, action: &str) {
    let (status, code, text) = by.post(ADD, body).error();
    assert_eq!((status, code), (403, 17), "{text}");
    assert!(text.contains(&format!("is not allowed to perform action {action} in scope 'feeds:")), "{text}");
}

#[test]
fn what_is_wrong_with_an_activity_is_told_in_the_validators_words() {
    let app = TestApp::new();
    let john = app.user("john");
    for (body, text) in [
        (json!({"feeds": ["user:john"]}), "type is a required field"),
        (json!({"type": "post"}), "feeds is a required field"),
        (json!({"type": "post", "feeds": []}), "feeds must contain at least 1 item"),
        (
            json!({"type": "post", "feeds": ["user:john"], "visibility": "secret"}),
            "visibility must be one of [public private tag]",
        ),
        (
            json!({"type": "post", "feeds": ["user:john"], "restrict_replies": "x"}),
            "restrict_replies must be one of [everyone people_i_follow nobody]",
        ),
        (
            json!({"type": "post", "feeds": ["user:john"], "location": {"lat": 91, "lng": 0}}),
            "location.lat must be 90 or less",
        ),
    ] {
        refused(&john.post(ADD, &body), "AddActivity", 400, 4, text);
    }
    let missing = json!({"type": "post", "feeds": ["nope:john"]});
    refused(&john.post(ADD, &missing), "AddActivity", 404, 16, "feed group with id nope not found");
    let gone = json!({"type": "post", "feeds": ["user:john"], "parent_id": "none"});
    refused(&john.post(ADD, &gone), "AddActivity", 404, 16, "activity with id none not found");
    assert_eq!(read(&john, "user:john", &json!({}))["created"], true, "what failed has left nothing behind");
}

#[test]
fn a_walk_by_pages_loses_and_repeats_nothing_while_others_write() {
    let app = frozen_app();
    let server = app.server();
    let body = |text: &str, user: &str| json!({"type": "post", "feeds": ["user:busy"], "text": text, "user_id": user});
    for at in 0..100 {
        add(&server, &body(&format!("old {at}"), &format!("user-{}", at % 10)));
        if at % 7 == 0 {
            app.advance("1s");
        }
    }
    let (mut seen, mut next) = (Vec::new(), Value::Null);
    loop {
        let page = read(&server, "user:busy", &json!({"user_id": "reader", "limit": 10, "next": next}));
        seen.extend(texts(&page).into_iter().map(str::to_owned));
        add(&server, &body("new", "late"));
        match page.get("next") {
            Some(cursor) => next = cursor.clone(),
            None => break,
        }
    }
    let wanted: Vec<_> = (0..100).rev().map(|at| format!("old {at}")).collect();
    assert_eq!(seen, wanted);
}

#[test]
fn a_cursor_is_of_its_feed_and_of_no_other() {
    let app = frozen_app();
    let john = app.user("john");
    for text in ["a", "b"] {
        add(&john, &post("user:john", text));
        add(&john, &post("user:other", text));
    }
    let page = read(&john, "user:john", &json!({"limit": 1}));
    let next = page["next"].as_str().unwrap();
    let other = john.post(&path("user:other"), &json!({"next": next})).error();
    assert!(other.2.contains("next is a cursor of another filter or sort"), "{}", other.2);
    for wrong in ["x", "W10", "eyJhIjoxfQ"] {
        let (status, code, text) = john.post(&path("user:john"), &json!({"next": wrong})).error();
        assert_eq!((status, code), (400, 4), "{text}");
    }
    refused(
        &john.post(&path("user:john"), &json!({"limit": 101})),
        "GetOrCreateFeed",
        400,
        4,
        "limit must be 100 or less",
    );
}
