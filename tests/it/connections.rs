//! Connections: listed, closed, sent to.

use serde_json::{Value, json};

use crate::app::{Answer, TestApp, encode, send};
use crate::forge::{EXPIRED, NOON, NOON_TEXT};
use crate::sockets::client::{Counts, DOORS, Door, Joined, NOON_NS, Server};

impl TestApp {
    /// The connections, the oldest first.
    fn connections(&self, query: &str) -> Vec<Value> {
        let path = format!("/connections{query}");
        self.control("GET", &path, &Value::Null).ok()["connections"].as_array().unwrap().clone()
    }

    /// Calls a route of connections.
    fn connection(&self, rest: &str, body: &Value) -> Answer {
        self.control("POST", &format!("/connections{rest}"), body)
    }
}

fn ids(connections: &[Value]) -> Vec<&str> {
    connections.iter().map(|connection| connection["id"].as_str().unwrap()).collect()
}

/// A long-poll session of john's.
fn poll_begun(app: &TestApp) -> String {
    let json = json!({"user_id": "john", "user_details": {"id": "john"}}).to_string();
    let begun = app.bearer(&json!({"user_id": "john"})).get(&format!("/longpoll?json={}", encode(&json))).ok();
    begun["event"]["connection_id"].as_str().unwrap().to_owned()
}

fn poll(app: &TestApp, id: &str) -> Answer {
    app.bearer(&json!({"user_id": "john"})).get(&format!("/longpoll?connection_id={id}"))
}

#[test]
fn the_oldest_is_first_and_each_is_told_in_full() {
    let app = TestApp::at_noon();
    let v2 = app.join("john");
    app.advance("1s");
    let token = app.sign(&json!({"user_id": "mary", "exp": NOON + 60}));
    let legacy = Joined::of(Door::Legacy, app.show_token("mary", &token).through(Door::Legacy));
    let anonymous = crate::sockets::client::Show {
        auth_type: Some("anonymous".to_owned()),
        token: Value::Null,
        details: json!({"id": "!anon"}),
        ..app.show("x")
    };
    let video = Joined::of(Door::Video, anonymous.through(Door::Video));
    let long = poll_begun(&app);
    let later = "2026-01-31T12:00:01Z";
    let wanted = json!([
        {"id": v2.id, "user_id": "john", "dialect": "v2", "sdk": "test", "opened_at": NOON_TEXT, "token_expires_at": null},
        {"id": legacy.id, "user_id": "mary", "dialect": "legacy", "sdk": "test", "opened_at": later,
            "token_expires_at": "2026-01-31T12:01:00Z"},
        {"id": video.id, "user_id": null, "dialect": "video", "sdk": "test", "opened_at": later, "token_expires_at": null},
        {"id": long, "user_id": "john", "dialect": "legacy", "sdk": null, "opened_at": later, "token_expires_at": null},
    ]);
    assert_eq!(json!(app.connections("")), wanted);
    assert_eq!(ids(&app.connections("?user_id=john")), [&*v2.id, &*long]);
    assert_eq!(app.connections("?user_id=nobody"), [Value::Null; 0]);
    assert_eq!(app.control("GET", "/connections", &Value::Null).ok()["next"], Value::Null);
}

#[test]
fn one_is_closed_with_the_code_that_was_asked_for() {
    for door in DOORS {
        for (body, code) in
            [(json!({}), 1000), (json!({"code": 4001}), 4001), (json!({"code": 1001, "error": null}), 1001)]
        {
            let app = TestApp::at_noon();
            let (mut john, mut other) = (app.joined(door, "john"), app.joined(door, "john"));
            assert_eq!(app.connection(&format!("/{}/close", john.id), &body).ok(), json!({"closed": 1}));
            assert_eq!(john.socket.closed(), (code, "closed on request".to_owned()));
            other.quiet();
        }
    }
}

#[test]
fn one_is_told_an_error_first() {
    let error = |code: Value| json!({ "error": code });
    for door in DOORS {
        for (body, told, code) in [
            (error(json!({"code": 40})), EXPIRED, 4001),
            (error(json!({"code": "TokenExpiredError", "message": "now"})), (401, 40, "now"), 4001),
            (error(json!({"code": 16, "message": "gone"})), (404, 16, "gone"), 1000),
            (json!({"code": 4002, "error": {"code": 40}}), EXPIRED, 4002),
        ] {
            let app = TestApp::at_noon();
            let mut john = app.joined(door, "john");
            app.connection(&format!("/{}/close", john.id), &body).ok();
            john.ended(told, code);
        }
    }
}

#[test]
fn all_of_a_user_are_closed_or_all_of_the_app() {
    let app = TestApp::at_noon();
    let mut johns = DOORS.map(|door| app.joined(door, "john"));
    let mut mary = app.join("mary");
    assert_eq!(app.connection("/close?user_id=john", &json!({"code": 4001})).ok(), json!({"closed": 3}));
    for john in &mut johns {
        assert_eq!(john.socket.closed().0, 4001);
    }
    mary.quiet();
    assert_eq!(app.connection("/close?user_id=nobody", &json!({})).ok(), json!({"closed": 0}));
    assert_eq!(app.connection("/close", &json!({})).ok(), json!({"closed": 1}));
    assert_eq!(mary.socket.closed().0, 1000);
}

#[test]
fn an_event_goes_out_as_it_is_with_a_time_in_the_doors_form() {
    let event = json!({"type": "custom.greeting", "text": "hi", "deep": {"n": [1.5, null]}});
    for door in DOORS {
        let app = TestApp::at_noon();
        let mut john = app.joined(door, "john");
        assert_eq!(app.connection(&format!("/{}/send", john.id), &event).ok(), json!({"sent": 1}));
        let mut wanted = event.clone();
        wanted["created_at"] = if door == Door::V2 { json!(NOON_NS) } else { json!(NOON_TEXT) };
        assert_eq!(john.json(), wanted);
        let own = json!({"created_at": "yesterday", "type": "custom.greeting"});
        app.connection(&format!("/{}/send", john.id), &own).ok();
        assert_eq!(john.json(), own);
    }
}

#[test]
fn an_event_goes_to_all_of_a_user_or_of_the_app() {
    let (app, other) = (TestApp::at_noon(), TestApp::at_noon());
    let mut johns = DOORS.map(|door| app.joined(door, "john"));
    let (mut mary, mut bystander) = (app.join("mary"), other.join("john"));
    let one = json!({"type": "custom.one"});
    assert_eq!(app.connection("/send?user_id=john", &one).ok(), json!({"sent": 3}));
    assert_eq!(app.connection("/send", &json!({"type": "custom.two"})).ok(), json!({"sent": 4}));
    for john in &mut johns {
        assert_eq!([john.json()["type"].take(), john.json()["type"].take()], ["custom.one", "custom.two"]);
    }
    assert_eq!(mary.json()["type"], "custom.two");
    bystander.quiet();
}

#[test]
fn a_long_poll_is_sent_to_and_closed_too() {
    let app = TestApp::at_noon();
    let id = poll_begun(&app);
    app.connection(&format!("/{id}/send"), &json!({"type": "custom.hi"})).ok();
    assert_eq!(poll(&app, &id).ok()["events"], json!([{"created_at": NOON_TEXT, "type": "custom.hi"}]));
    app.connection(&format!("/{id}/close"), &json!({"code": 4001})).ok();
    assert_eq!(poll(&app, &id).error().1, 46);
    let id = poll_begun(&app);
    app.connection(&format!("/{id}/close"), &json!({"error": {"code": 16}})).ok();
    assert_eq!(poll(&app, &id).error().1, 16);
    assert_eq!(app.connections(""), [Value::Null; 0]);
}

#[test]
fn a_poll_that_waits_is_ended() {
    let app = TestApp::at_noon();
    let id = poll_begun(&app);
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| poll(&app, &id).error().1);
        // Whether the poll waits already makes no difference to what it is answered.
        app.connection(&format!("/{id}/close"), &json!({})).ok();
        assert_eq!(waiting.join().unwrap(), 46);
    });
}

#[test]
fn a_connection_is_known_by_its_own_app_alone() {
    let (app, other) = (TestApp::at_noon(), TestApp::at_noon());
    let mut john = app.join("john");
    for (place, body) in [("close", json!({})), ("send", json!({"type": "custom.hi"}))] {
        for id in ["nothing", &john.id] {
            let refused = other.connection(&format!("/{id}/{place}"), &body);
            let message = format!("the app has no connection \"{id}\"");
            let hint = "GET /_millpond/apps/{api_key}/connections lists them";
            let error = json!({"code": "unknown_connection", "message": message, "hint": hint});
            assert_eq!((refused.status, &refused.body["error"]), (404, &error));
        }
        let url = format!("{}/_millpond/apps/nobody/connections/{place}", app.url);
        let refused = send("POST", &url, &[], Some(&body.to_string()));
        assert_eq!((refused.status, &refused.body["error"]["code"]), (404, &json!("unknown_app")));
    }
    assert_eq!(other.connections(""), [Value::Null; 0]);
    john.quiet();
}

#[test]
fn what_cannot_be_done_is_refused_with_its_field() {
    let app = TestApp::at_noon();
    let mut john = app.join("john");
    for (place, body, field) in [
        ("close", json!({"code": 999}), "/code"),
        ("close", json!({"code": 1005}), "/code"),
        ("close", json!({"code": 5000}), "/code"),
        ("close", json!({"code": "4001"}), "/code"),
        ("close", json!({"code": 70_000}), "/code"),
        ("close", json!({"cod": 4001}), "/cod"),
        ("close", json!({"error": 40}), "/error"),
        ("close", json!({"error": {}}), "/error/code"),
        ("close", json!({"error": {"code": 999}}), "/error/code"),
        ("close", json!({"error": {"code": 40, "text": "x"}}), "/error/text"),
        ("send", json!({}), "/type"),
        ("send", json!({"type": ""}), "/type"),
        ("send", json!({"type": 5}), "/type"),
        ("send", json!([]), ""),
    ] {
        for rest in [format!("/{}/{place}", john.id), format!("/{place}")] {
            let refused = app.connection(&rest, &body);
            assert_eq!((refused.status, &refused.body["error"]["field"]), (400, &json!(field)), "{place} {body}");
        }
    }
    john.quiet();
}

#[test]
fn nothing_is_left_of_those_who_are_gone() {
    let server = Server::start();
    let app = server.app();
    let (mut john, mary) = (app.join("john"), app.joined(Door::Legacy, "mary"));
    mary.leave();
    assert_eq!(ids(&app.connections("")), [&*john.id]);
    app.control("POST", "/reset", &json!({})).ok();
    assert_eq!(app.connections(""), [Value::Null; 0]);
    assert_eq!(app.connection(&format!("/{}/send", john.id), &json!({"type": "custom.hi"})).status, 404);
    assert_eq!(john.socket.closed().0, 1000);
    let mut again = app.join("john");
    let url = format!("{}/_millpond/apps/{}", app.url, app.api_key);
    send("DELETE", &url, &[], None).ok();
    again.socket.drained();
    server.settles(Counts::default());
    let all = send("GET", &format!("{}/_millpond/connections", app.url), &[], None).ok();
    assert_eq!(all["connections"], json!([]));
}

#[test]
fn those_of_all_apps_name_theirs() {
    let server = Server::start();
    let (app, other) = (server.app(), server.app());
    let (one, two) = (app.join("john"), other.join("john"));
    let all = send("GET", &format!("{}/_millpond/connections", app.url), &[], None).ok();
    let brief = |connection: &Value| json!([connection["api_key"], connection["id"]]);
    let brief: Vec<_> = all["connections"].as_array().unwrap().iter().map(brief).collect();
    assert_eq!(json!(brief), json!([[app.api_key, one.id], [other.api_key, two.id]]));
}
