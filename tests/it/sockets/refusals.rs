//! Every row of wire-contract 2.3 that can happen on a socket: the exact frame with the bare text, then 1000.

use serde_json::{Value, json};
use tungstenite::protocol::Message;

use super::client::{DOORS, Door, Joined, Show, Socket};
use crate::app::{TestApp, encode, send};
use crate::forge::{
    BEFORE_ISSUE, EXPIRED, HEADER, NO_AUTH_TYPE, NOON, NOON_TEXT, NOT_YET, REVOKED, SEGMENTS, b64, token,
};

/// A row: its number, what is shown, and the status, code and text that it gets.
struct Row(u8, fn(&TestApp) -> Show, (u16, i64, &'static str));

fn claims(app: &TestApp, claims: &Value) -> Show {
    app.show_token("john", &app.sign(claims))
}

fn payload(app: &TestApp, payload: &str) -> Show {
    app.show_token("john", &token(HEADER, payload, &app.api_secret))
}

fn no_key(app: &TestApp) -> Show {
    Show { api_key: None, ..app.show("john") }
}

fn with_auth_type(app: &TestApp, word: &str) -> Show {
    Show { auth_type: Some(word.to_owned()), ..app.show("john") }
}

fn revoked_for_all(app: &TestApp) -> Show {
    app.set(&json!({"revoke_tokens_issued_before": NOON_TEXT}));
    claims(app, &json!({"user_id": "john", "iat": NOON - 1}))
}

fn revoked_for_one(app: &TestApp) -> Show {
    app.upsert(&[json!({"id": "john"})]);
    app.revoke("john", &json!(NOON_TEXT));
    claims(app, &json!({"user_id": "john"}))
}

fn deactivated(app: &TestApp) -> Show {
    app.upsert(&[json!({"id": "john"})]);
    app.root().post("/api/v2/users/john/deactivate", &json!({})).ok();
    app.show("john")
}

fn deleted(app: &TestApp) -> Show {
    app.upsert(&[json!({"id": "john"})]);
    app.root().post("/api/v2/users/delete", &json!({"user_ids": ["john"]})).ok();
    app.show("john")
}

fn other_teams(app: &TestApp) -> Show {
    app.upsert(&[json!({"id": "john", "teams": ["red"]})]);
    Show { details: json!({"id": "john", "teams": ["red", "blue"]}), ..app.show("john") }
}

const INVALID: (u16, i64, &str) = (400, 4, "invalid json data");
const MISMATCH: (u16, i64, &str) = (401, 5, "JWTAuth error: user_id in token does not match user_details.id");
const NO_DETAILS: (u16, i64, &str) = (400, 4, "user_details is a required field");
const NO_KEY: (u16, i64, &str) = (401, 2, "api_key or app_id not provided");
const NO_APP: (u16, i64, &str) = (401, 2, "api_key not valid");
const SERVER: (u16, i64, &str) = (400, 4, "Websocket connection with server side authentication isn't supported");
const TEAMS: (u16, i64, &str) = (400, 4, "user teams cannot be changed at connection time");
const NOT_JSON: (u16, i64, &str) = (401, 5, "JWTAuth error: invalid character 'h' in literal true (expecting 'r')");
const USER_ID_TYPE: (u16, i64, &str) = (
    401,
    5,
    "JWTAuth error: json: cannot unmarshal number into Go struct field StreamJWTClaims.user_id of type string",
);
const EXP_TYPE: (u16, i64, &str) =
    (401, 5, "JWTAuth error: json: cannot unmarshal object into Go struct field StreamJWTClaims.exp of type int64");

const ROWS: &[Row] = &[
    Row(1, no_key, NO_KEY),
    Row(1, |app| Show { api_key: Some(String::new()), ..app.show("john") }, NO_KEY),
    Row(2, |app| Show { api_key: Some("nobody".to_owned()), ..app.show("john") }, NO_APP),
    Row(3, |app| Show { auth_type: None, ..app.show("john") }, NO_AUTH_TYPE),
    Row(3, |app| with_auth_type(app, "basic"), NO_AUTH_TYPE),
    Row(4, |app| Show { token: Value::Null, ..app.show("john") }, SEGMENTS),
    Row(4, |app| app.show_token("john", ""), SEGMENTS),
    Row(4, |app| app.show_token("john", "a.b"), SEGMENTS),
    Row(5, |app| app.show_token("john", &format!("{}.{}.x", b64(HEADER), b64("this"))), NOT_JSON),
    Row(6, |app| payload(app, r#"{"user_id":5}"#), USER_ID_TYPE),
    Row(7, |app| payload(app, r#"{"user_id":"john","exp":{}}"#), EXP_TYPE),
    Row(8, |app| claims(app, &json!({"user_id": "john", "exp": NOON - 1})), EXPIRED),
    Row(9, |app| claims(app, &json!({"user_id": "john", "nbf": NOON + 1})), NOT_YET),
    Row(10, |app| claims(app, &json!({"user_id": "john", "iat": NOON + 1})), BEFORE_ISSUE),
    Row(13, revoked_for_all, REVOKED),
    Row(13, revoked_for_one, REVOKED),
    Row(14, deactivated, (404, 16, "the user john was deactivated")),
    Row(15, deleted, (404, 16, "the user john was deleted")),
    Row(17, |app| claims(app, &json!({"server": true})), SERVER),
    Row(17, |app| claims(app, &json!({})), SERVER),
    Row(18, |app| claims(app, &json!({"user_id": "mary"})), MISMATCH),
    Row(19, |app| Show { details: Value::Null, ..app.show("john") }, NO_DETAILS),
    Row(19, |app| Show { details: json!({}), ..app.show("john") }, (400, 4, "user_details.id is a required field")),
    Row(21, other_teams, TEAMS),
];

#[test]
fn every_row_is_answered_by_its_frame_and_closed_with_1000() {
    for door in DOORS {
        for Row(number, show, answer) in ROWS {
            let app = TestApp::at_noon();
            let mut frame = show(&app).through(door).refused();
            let mut wanted = door.refusal(*answer);
            // Without an app the time is the system's.
            if *number <= 2 && door != Door::Legacy {
                assert_eq!(frame["created_at"].is_i64(), door == Door::V2);
                frame["created_at"] = wanted["created_at"].take();
                wanted["created_at"] = frame["created_at"].clone();
            }
            assert_eq!(frame, wanted, "{door:?}, row {number}");
        }
    }
}

#[test]
fn a_bad_signature_is_told_with_the_apps_key() {
    let app = TestApp::at_noon();
    for door in DOORS {
        let show = app.show_token("john", &token(HEADER, r#"{"user_id":"john"}"#, "another"));
        assert_eq!(show.through(door).refused(), door.refusal((401, 43, &app.bad_signature())), "{door:?}");
        let server = app.show_token("john", &token(HEADER, r#"{"server":true}"#, "another"));
        let wanted = door.refusal((401, 5, "Token signature is invalid"));
        assert_eq!(server.through(door).refused(), wanted, "{door:?}");
    }
}

/// Opens a v2 door with good credentials in the query, and sends this as the first frame.
fn first(app: &TestApp, message: Message) -> Socket {
    let show = app.show("john");
    let mut socket = Socket::open(&app.url, &format!("/api/v2/connect?{}", show.query(Door::V2)), &[]);
    socket.send(message);
    socket
}

#[test]
fn a_first_frame_without_a_token_is_row_4_whatever_else_it_has() {
    let app = TestApp::at_noon();
    for frame in [
        json!({}),
        json!({"token": null}),
        json!({"token": ""}),
        json!({"user_details": {"id": "john"}}),
        json!({"token": null, "user_details": 5}),
    ] {
        let refused = first(&app, Message::text(frame.to_string())).refused();
        assert_eq!(refused, Door::V2.refusal(SEGMENTS), "{frame}");
    }
}

#[test]
fn a_first_frame_that_is_no_object_is_refused_by_its_decoders_words() {
    let app = TestApp::at_noon();
    let body = |kind: &str| format!("expected object for field \"body\" but got {kind}");
    for (text, message) in [
        ("", "invalid json data".to_owned()),
        ("hello", "invalid json data".to_owned()),
        ("{", "invalid json data".to_owned()),
        ("[]", body("array")),
        ("7", body("number")),
        ("null", body("null")),
        (r#""text""#, body("string")),
        (r#"{"token":5}"#, "expected string for field \"token\" but got number".to_owned()),
        (super::client::JS_PING, body("array")),
    ] {
        let wanted = Door::V2.refusal((400, 4, &message));
        assert_eq!(first(&app, Message::text(text)).refused(), wanted, "{text}");
        assert_eq!(first(&app, Message::binary(text)).refused(), wanted, "{text}");
    }
    let binary = first(&app, Message::binary(vec![0xff, 0xfe, 0x00])).refused();
    assert_eq!(binary, Door::V2.refusal(INVALID));
}

#[test]
fn key_and_auth_type_are_looked_at_before_the_first_frame() {
    let app = TestApp::at_noon();
    for (query, wanted) in [
        (String::new(), NO_KEY),
        ("api_key=nobody&stream-auth-type=jwt".to_owned(), NO_APP),
        (format!("api_key={}", app.api_key), NO_AUTH_TYPE),
    ] {
        let mut socket = Socket::open(&app.url, &format!("/api/v2/connect?{query}"), &[]);
        socket.say("no JSON");
        let frame = socket.refused();
        assert_eq!(frame["error"], super::client::wire_error(wanted), "{query}");
        let legacy = Socket::open(&app.url, &format!("/connect?{query}&json=nope"), &[]).refused();
        assert_eq!(legacy, Door::Legacy.refusal(wanted), "{query}");
    }
}

#[test]
fn a_json_with_a_raw_semicolon_in_it_is_no_json_and_an_escaped_one_is_part_of_it() {
    let app = TestApp::at_noon();
    let token = app.sign(&json!({"user_id": "john"}));
    let keys = format!("api_key={}&stream-auth-type=jwt&authorization={token}", app.api_key);
    let json = crate::app::encode(&json!({"user_details": {"id": "john", "name": "a;b"}}).to_string());
    assert!(json.contains("%3B"));
    for path in ["/connect", "/longpoll"] {
        for raw in [json.replace("%3B", ";"), format!("{json};")] {
            let query = format!("{path}?{keys}&json={raw}");
            if path == "/connect" {
                assert_eq!(Socket::open(&app.url, &query, &[]).refused(), Door::Legacy.refusal(INVALID), "{raw}");
            } else {
                let answer = send("GET", &format!("{}{query}", app.url), &[], None);
                let message = "LongPoll failed with error: \"invalid json data\"";
                assert_eq!((answer.status, &answer.body["message"]), (400, &json!(message)), "{raw}");
            }
        }
    }
    // Elsewhere in the query a semicolon is nothing special.
    let joined = Joined::of(Door::Legacy, Socket::open(&app.url, &format!("/connect?x=1;2&{keys}&json={json}"), &[]));
    assert_eq!(joined.hello["me"]["name"], "a;b");
    // Who shows no good key is told that first.
    let refused = Socket::open(&app.url, "/connect?api_key=nobody&stream-auth-type=jwt&json={;}", &[]).refused();
    assert_eq!(refused, Door::Legacy.refusal(NO_APP));
}

#[test]
fn a_legacy_json_that_is_none_is_refused_in_a_frame() {
    let app = TestApp::at_noon();
    let token = app.sign(&json!({"user_id": "john"}));
    for (json, answer) in [
        ("nope", INVALID),
        ("[]", (400, 4, "expected object for field \"body\" but got array")),
        (r#"{"user_details":[]}"#, (400, 4, "expected object for field \"user_details\" but got array")),
        (r#"{"user_details":{"id":5}}"#, (400, 4, "expected string for field \"id\" but got number")),
        ("", NO_DETAILS),
        ("{}", NO_DETAILS),
    ] {
        let path = format!(
            "/connect?api_key={}&stream-auth-type=jwt&authorization={token}&json={}",
            app.api_key,
            encode(json)
        );
        assert_eq!(Socket::open(&app.url, &path, &[]).refused(), Door::Legacy.refusal(answer), "{json}");
    }
}

#[test]
fn a_refused_connect_makes_no_user_and_puts_nobody_online() {
    let app = TestApp::at_noon();
    for door in DOORS {
        claims(&app, &json!({"user_id": "john", "exp": NOON - 1})).through(door).refused();
        claims(&app, &json!({"user_id": "mary"})).through(door).refused();
    }
    let users = app.root().query_users(&json!({"filter_conditions": {}})).ok();
    assert_eq!(users["users"], json!([]));
}

#[test]
fn a_user_who_is_unknown_is_let_in_even_where_strangers_are_refused() {
    let app = TestApp::at_noon();
    app.tune(&json!({"unknown_user": "refuse"}));
    // The contract calls the connect what cures an unknown user (wire-contract 2.3 row 16).
    app.join("john");
    app.bearer(&json!({"user_id": "john"})).get("/api/v2/app").ok();
}

#[test]
fn auth_checks_that_are_off_let_a_dev_token_in_but_not_none() {
    let app = TestApp::at_noon();
    let dev = format!("{}.{}.devtoken", b64(HEADER), crate::forge::btoa(r#"{"user_id":"john"}"#));
    for door in DOORS {
        let refused = app.show_token("john", &dev).through(door).refused();
        assert_eq!(refused["error"]["code"], 43, "{door:?}");
    }
    app.set(&json!({"disable_auth_checks": true}));
    for door in DOORS {
        super::client::Joined::of(door, app.show_token("john", &dev).through(door)).quiet();
        let none = app.show_token("john", "").through(door).refused();
        assert_eq!(none, door.refusal(SEGMENTS), "{door:?}");
        let other = app.show_token("mary", &dev).through(door).refused();
        assert_eq!(other, door.refusal(MISMATCH), "{door:?}");
    }
}
