//! The legacy long-poll: a session without a socket (wire-contract 5.8).

use std::time::Duration;

use millpond::config::Config;
use millpond::live::limits::Limits;
use serde_json::{Value, json};

use super::client::{Counts, Door, Server, config};
use crate::app::{Answer, Caller, TestApp, encode};
use crate::forge::{EXPIRED, NOON, NOON_TEXT, REVOKED, SEGMENTS};

/// Begins a session.
fn begin(by: &Caller, user: &str) -> Answer {
    let json = json!({"user_id": user, "user_details": {"id": user}}).to_string();
    by.get(&format!("/longpoll?json={}", encode(&json)))
}

/// The id of a session that was begun.
#[track_caller]
fn begun(by: &Caller, user: &str) -> String {
    begin(by, user).ok()["event"]["connection_id"].as_str().unwrap().to_owned()
}

fn poll(by: &Caller, id: &str) -> Answer {
    by.get(&format!("/longpoll?connection_id={id}"))
}

/// The types of the events that a poll answers.
#[track_caller]
fn types(answer: Answer) -> Vec<String> {
    let body = answer.ok();
    let events = body["events"].as_array().unwrap();
    events.iter().map(|event| event["type"].as_str().unwrap().to_owned()).collect()
}

fn john(app: &TestApp) -> Caller {
    app.bearer(&json!({"user_id": "john"}))
}

/// The answer is a refusal in Stream's form with this status, code and text.
#[track_caller]
fn refused(answer: &Answer, (status, code, text): (u16, i64, &str)) {
    assert_eq!(answer.error(), (status, code, format!("LongPoll failed with error: \"{text}\"")));
}

#[track_caller]
fn unknown(answer: &Answer) {
    assert_eq!(answer.error().1, 46, "{}", answer.text);
}

#[test]
fn a_session_begins_with_the_greeting_of_the_legacy_socket() {
    let app = TestApp::at_noon();
    let mut of_socket = app.joined(Door::Legacy, "john").hello;
    let json = encode(&json!({"user_id": "john", "user_details": {"id": "john"}}).to_string());
    for answer in [begin(&john(&app), "john"), john(&app).post(&format!("/longpoll?json={json}"), &json!({}))] {
        let mut body = answer.ok();
        assert!(body["duration"].is_string());
        assert!(body.get("events").is_none());
        let id = body["event"]["connection_id"].take();
        assert!((1..=36).contains(&id.as_str().unwrap().len()));
        of_socket["connection_id"] = Value::Null;
        assert_eq!(body["event"], of_socket);
    }
}

#[test]
fn refusals_come_as_those_of_any_request() {
    let app = TestApp::at_noon();
    refused(&begin(&app.with_token("a.b"), "john"), SEGMENTS);
    refused(&begin(&app.bearer(&json!({"user_id": "john", "exp": NOON - 1})), "john"), EXPIRED);
    let mismatch = "JWTAuth error: user_id in token does not match user_details.id";
    refused(&begin(&john(&app), "mary"), (401, 5, mismatch));
    let server = "Websocket connection with server side authentication isn't supported";
    refused(&begin(&app.root(), "john"), (400, 4, server));
    refused(&john(&app).get("/longpoll"), (400, 4, "user_details is a required field"));
    refused(&john(&app).get("/longpoll?json=nope"), (400, 4, "invalid json data"));
}

#[test]
fn a_poll_answers_what_has_happened_in_order() {
    let app = TestApp::at_noon();
    let id = begun(&john(&app), "john");
    app.upsert(&[json!({"id": "john", "name": "Jo"})]);
    app.set(&json!({"auto_translation_enabled": true}));
    assert_eq!(types(poll(&john(&app), &id)), ["user.updated", "app.updated"]);
    app.upsert(&[json!({"id": "john", "name": "Johnny"})]);
    let body = poll(&john(&app), &id).ok();
    assert_eq!(body["events"][0]["user"]["name"], "Johnny");
    assert!(body["events"][0]["created_at"].is_string(), "the dialect is the legacy one");
}

#[test]
fn a_poll_that_waits_is_answered_by_the_event() {
    let app = TestApp::at_noon();
    let id = begun(&john(&app), "john");
    let by = john(&app);
    std::thread::scope(|scope| {
        let polling = scope.spawn(|| types(poll(&by, &id)));
        app.upsert(&[json!({"id": "john", "name": "Jo"})]);
        assert_eq!(polling.join().unwrap(), ["user.updated"]);
    });
}

#[test]
fn a_session_may_watch_and_is_online() {
    let app = TestApp::at_noon();
    let id = begun(&john(&app), "john");
    app.upsert(&[json!({"id": "mary"})]);
    let payload = encode(&json!({"filter_conditions": {"id": "mary"}, "presence": true}).to_string());
    john(&app).get(&format!("/users?connection_id={id}&payload={payload}")).ok();
    let mary = app.join("mary");
    assert_eq!(types(poll(&john(&app), &id)), ["user.presence.changed"]);
    drop(mary);
    let seen = app.root().query_users(&json!({"filter_conditions": {"id": "john"}})).ok();
    assert_eq!(seen["users"][0]["online"], true);
}

#[test]
fn a_poll_in_which_nothing_happens_answers_nothing() {
    let limits = Limits { poll: Duration::from_millis(20), ..Limits::default() };
    let server = Server::with(Config { limits, ..config() });
    let app = server.app();
    let id = begun(&john(&app), "john");
    for _ in 0..2 {
        let body = poll(&john(&app), &id).ok();
        assert_eq!((&body["events"], body.get("event")), (&json!([]), None));
    }
}

#[test]
fn who_polls_no_more_is_gone() {
    let limits = Limits { poll_idle: Duration::from_millis(20), ..Limits::default() };
    let server = Server::with(Config { limits, ..config() });
    let app = server.app();
    let mut watcher = app.join("mary");
    app.upsert(&[json!({"id": "john"})]);
    watcher.watch(&app, "mary", &["john"]);
    let id = begun(&john(&app), "john");
    for online in [true, false] {
        assert_eq!(watcher.json()["user"]["online"], online);
    }
    unknown(&poll(&john(&app), &id));
}

#[test]
fn a_close_ends_the_session() {
    let server = Server::start();
    let app = server.app();
    let id = begun(&john(&app), "john");
    let body = john(&app).get(&format!("/longpoll?connection_id={id}&close=true")).ok();
    assert_eq!(body["events"], json!([]));
    server.settles(Counts::default());
    unknown(&poll(&john(&app), &id));
    assert_eq!(john(&app).get(&format!("/longpoll?connection_id={id}&close=maybe")).error().1, 4);
}

#[test]
fn only_a_session_of_the_callers_own_can_be_polled() {
    let app = TestApp::at_noon();
    let other = TestApp::at_noon();
    let id = begun(&john(&app), "john");
    let socket = app.joined(Door::Legacy, "john");
    unknown(&poll(&john(&app), "nothing"));
    unknown(&poll(&john(&app), &socket.id));
    unknown(&poll(&john(&other), &id));
    unknown(&poll(&app.bearer(&json!({"user_id": "mary"})), &id));
    unknown(&poll(&app.root(), &id));
    refused(&poll(&app.with_token("a.b"), &id), SEGMENTS);
    app.upsert(&[json!({"id": "john", "name": "Jo"})]);
    assert_eq!(types(poll(&john(&app), &id)), ["user.updated"]);
}

#[test]
fn a_revocation_ends_a_poll_that_waits() {
    let app = TestApp::at_noon();
    app.upsert(&[json!({"id": "john"})]);
    let id = begun(&john(&app), "john");
    let by = john(&app);
    std::thread::scope(|scope| {
        // The change is told first; then the next poll hears of the end.
        let polling = scope.spawn(|| {
            let first = poll(&by, &id);
            if first.status == 200 { poll(&by, &id) } else { first }
        });
        app.revoke("john", &json!(NOON_TEXT));
        refused(&polling.join().unwrap(), REVOKED);
    });
    begun(&app.bearer(&json!({"user_id": "john", "iat": NOON})), "john");
}

#[test]
fn a_session_goes_on_with_a_fresh_token() {
    let app = TestApp::at_noon();
    app.upsert(&[json!({"id": "john"})]);
    let id = begun(&john(&app), "john");
    app.revoke("john", &json!(NOON_TEXT));
    refused(&poll(&john(&app), &id), REVOKED);
    let fresh = app.bearer(&json!({"user_id": "john", "iat": NOON}));
    assert_eq!(types(poll(&fresh, &id)), ["user.updated"]);
}

#[test]
fn an_expiry_ends_a_poll_where_it_is_to() {
    let app = TestApp::at_noon();
    app.tune(&json!({"open_sockets": {"on_expiry": "close"}}));
    let short = app.bearer(&json!({"user_id": "john", "exp": NOON + 60}));
    let id = begun(&short, "john");
    std::thread::scope(|scope| {
        let polling = scope.spawn(|| poll(&short, &id));
        app.advance("2m");
        refused(&polling.join().unwrap(), EXPIRED);
    });
}

#[test]
fn an_anonymous_session_hears_what_everyone_does() {
    let app = TestApp::at_noon();
    refused(&app.anonymous().get("/longpoll"), (400, 4, "user_details is a required field"));
    let begun = begin(&app.anonymous(), "whoever").ok();
    assert_eq!(begun["event"]["me"]["id"], "!anon");
    app.set(&json!({"auto_translation_enabled": true}));
    let id = begun["event"]["connection_id"].as_str().unwrap();
    assert_eq!(types(poll(&app.anonymous(), id)), ["app.updated"]);
    let of_john = app.with_token_as("anonymous", &app.sign(&json!({"user_id": "john"})));
    let text = "anon auth token must have user_id claim equal to '!anon'";
    refused(&begin(&of_john, "john"), (401, 5, text));
    refused(&poll(&of_john, id), (401, 5, text));
}

#[test]
fn a_stop_ends_a_poll() {
    let server = Server::start();
    let app = server.app();
    let id = begun(&john(&app), "john");
    let by = john(&app);
    std::thread::scope(|scope| {
        let polling = scope.spawn(|| poll(&by, &id));
        actix_web::rt::System::new().block_on(server.hub.stop());
        unknown(&polling.join().unwrap());
    });
    server.settles(Counts::default());
}
