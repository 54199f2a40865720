//! What happens to a sign-in, on each door and over long-poll.

use std::io::Write;

use serde_json::{Value, json};
use tungstenite::Error;
use tungstenite::error::ProtocolError;

use crate::app::{Answer, TestApp, encode};
use crate::forge::{EXPIRED, NOON, SEGMENTS, refused};
use crate::raw;
use crate::sockets::client::{DOORS, Door, Joined};

fn connect(then: &Value) -> Value {
    json!({"operation": "Connect", "then": then})
}

/// Status, code, outcome, caller and fault of the sign-ins.
fn sign_ins(app: &TestApp) -> Value {
    let names = ["status", "code", "outcome", "caller", "fault"];
    let entries = app.journal("operation=Connect");
    json!(entries.iter().map(|entry| names.map(|name| entry[name].clone())).collect::<Vec<_>>())
}

fn begin(app: &TestApp) -> Answer {
    let json = json!({"user_id": "john", "user_details": {"id": "john"}}).to_string();
    app.bearer(&json!({"user_id": "john"})).get(&format!("/longpoll?json={}", encode(&json)))
}

#[test]
fn an_error_is_told_as_a_real_refusal_is() {
    for door in DOORS {
        let app = TestApp::at_noon();
        let id = app.fault(&connect(&json!({"error": {"code": "TokenExpiredError"}})));
        assert_eq!(app.show("john").through(door).refused(), door.refusal(EXPIRED));
        app.joined(door, "john").quiet();
        let wanted = json!([[401, 40, "refused", "user", id], [101, 0, "ok", "user", null]]);
        assert_eq!(sign_ins(&app), wanted, "{door:?}");
    }
}

#[test]
fn a_fault_beats_the_verdict_on_sockets_too() {
    for door in DOORS {
        let app = TestApp::at_noon();
        app.fault(&json!({"operation": "*", "caller": "none", "then": {"error": {"code": -1, "message": "down"}}}));
        assert_eq!(app.show_token("john", "a.b").through(door).refused(), door.refusal((500, -1, "down")));
        assert_eq!(app.show_token("john", "a.b").through(door).refused(), door.refusal(SEGMENTS));
    }
}

#[test]
fn a_slow_sign_in_is_overtaken_and_comes_through() {
    for door in DOORS {
        let app = TestApp::at_noon();
        let never = json!({"operation": "Connect", "user_id": "john", "times": null, "then": {"latency": "1m"}});
        app.fault(&never);
        let waiting = app.show("john").through(door);
        app.struck(0);
        app.joined(door, "mary").quiet();
        assert_eq!(app.journal("operation=Connect").len(), 1, "john still waits");
        drop(waiting);
        app.control("DELETE", "/faults", &Value::Null).ok();
        let id = app.fault(&connect(&json!({"latency": "20ms"})));
        app.joined(door, "john").quiet();
        let entries = app.journal("operation=Connect");
        let slow = &entries[1];
        assert_eq!((&slow["fault"], &slow["status"]), (&json!(id), &json!(101)));
        assert!(slow["duration_ms"].as_f64().unwrap() >= 20.0);
    }
}

#[test]
fn a_cut_sign_in_is_told_nothing() {
    for door in DOORS {
        let app = TestApp::at_noon();
        let id = app.fault(&connect(&json!({"cut": true})));
        let end = app.show("john").through(door).0.read();
        let broke_off = Error::Protocol(ProtocolError::ResetWithoutClosingHandshake);
        assert_eq!(format!("{:?}", end.unwrap_err()), format!("{broke_off:?}"), "{door:?}");
        assert_eq!(sign_ins(&app), json!([[0, 0, "failed", "user", id]]));
        app.joined(door, "john").quiet();
    }
}

#[test]
fn a_sign_in_is_over_its_rate_limit() {
    for door in DOORS {
        let app = TestApp::at_noon();
        app.fault(&connect(&json!({"rate_limit": "30s"})));
        let limit = app.root().get("/rate_limits?web=true&endpoints=Connect").ok()["web"]["Connect"]["limit"].clone();
        let text =
            format!("Too many requests, check response headers for more information. The limit is {limit} a minute");
        assert_eq!(app.show("john").through(door).refused(), door.refusal((429, 9, &text)));
        app.joined(door, "john").quiet();
    }
}

#[test]
fn only_the_user_who_is_named_is_struck() {
    let app = TestApp::at_noon();
    app.fault(&json!({"operation": "Connect", "user_id": "john", "times": null, "then": {"error": {"code": 40}}}));
    for door in DOORS {
        app.joined(door, "mary").quiet();
        assert_eq!(app.show("john").through(door).refused(), door.refusal(EXPIRED));
    }
    assert_eq!(app.hits(), [3]);
}

#[test]
fn a_long_poll_begins_with_a_sign_in_that_can_fail() {
    let app = TestApp::at_noon();
    let ids = [json!({"error": {"code": 40}}), json!({"rate_limit": "30s"}), json!({"latency": "20ms"})]
        .map(|then| app.fault(&connect(&then)));
    // The latency strikes the first sign-in as well.
    refused(&begin(&app), "LongPoll", EXPIRED);
    let limited = begin(&app);
    assert_eq!((limited.status, limited.body["code"].as_i64()), (429, Some(9)));
    let header = |name: &str| limited.header(name).unwrap().parse::<i64>().unwrap();
    assert_eq!([header("x-ratelimit-reset"), header("retry-after")], [NOON + 30, 30]);
    begin(&app).ok();
    let entries = app.journal("operation=LongPoll");
    let faults: Vec<_> = entries.iter().map(|entry| entry["fault"].clone()).collect();
    assert_eq!(json!(faults), json!([ids[0], ids[1], null]));
    assert!(entries[0]["duration_ms"].as_f64().unwrap() >= 20.0);
}

#[test]
fn a_long_poll_whose_sign_in_is_cut_is_cut() {
    let app = TestApp::at_noon();
    let id = app.fault(&connect(&json!({"cut": true})));
    let json = encode(&json!({"user_details": {"id": "john"}}).to_string());
    let token = app.sign(&json!({"user_id": "john"}));
    let mut stream = raw::connect(&app.url);
    let query = format!("api_key={}&stream-auth-type=jwt&authorization={token}&json={json}", app.api_key);
    stream.write_all(format!("GET /longpoll?{query} HTTP/1.1\r\nhost: x\r\n\r\n").as_bytes()).unwrap();
    super::cut(&mut stream);
    let entry = &app.journal("operation=LongPoll")[0];
    assert_eq!(["status", "outcome", "fault"].map(|name| entry[name].clone()), [json!(0), json!("failed"), json!(id)]);
}

#[test]
fn polls_of_a_session_are_struck_by_their_own_name() {
    let app = TestApp::at_noon();
    let id = begin(&app).ok()["event"]["connection_id"].as_str().unwrap().to_owned();
    app.fault(&json!({"operation": "LongPoll", "then": {"error": {"code": 40}}}));
    let poll = || app.bearer(&json!({"user_id": "john"})).get(&format!("/longpoll?connection_id={id}"));
    refused(&poll(), "LongPoll", EXPIRED);
    app.control("POST", &format!("/connections/{id}/send"), &json!({"type": "custom.hi"})).ok();
    assert_eq!(poll().ok()["events"][0]["type"], "custom.hi", "the session is still there");
}

#[test]
fn a_sign_in_that_is_refused_uses_up_nothing_that_is_meant_for_sockets() {
    let app = TestApp::at_noon();
    app.fault(&connect(&json!({"socket": {"close": 4002}})));
    assert_eq!(app.show_token("john", "a.b").through(Door::V2).refused(), Door::V2.refusal(SEGMENTS));
    assert_eq!(app.hits(), [0]);
    let mut john = Joined::of(Door::V2, app.show("john").through(Door::V2));
    assert_eq!(john.socket.closed().0, 4002);
    assert_eq!(app.hits(), [1]);
}
