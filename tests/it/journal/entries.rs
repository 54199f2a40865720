//! What is written down.

use millpond::auth::fingerprint::Fingerprint;
use serde_json::{Value, json};

use super::{brief, told};
use crate::app::{TestApp, encode};
use crate::forge::{NOON, NOON_TEXT};
use crate::sockets::client::{DOORS, Door, Server};

/// The only entry of an operation.
#[track_caller]
fn only(app: &TestApp, filters: &str) -> Value {
    let found = app.journal(filters);
    assert_eq!(found.len(), 1, "{found:#?}");
    found[0].clone()
}

/// The outcome of a check.
fn check<'a>(entry: &'a Value, name: &str) -> &'a str {
    let checks = entry["checks"].as_array().unwrap();
    checks.iter().find(|check| check["name"] == name).unwrap()["outcome"].as_str().unwrap()
}

#[test]
fn a_call_is_there_in_full() {
    let app = TestApp::at_noon();
    let token = app.sign(&json!({"user_id": "john"}));
    let headers = [("authorization", &*token), ("stream-auth-type", "jwt"), ("x-stream-client", "feeds-js-1.2.3")];
    let query = format!("api_key={}&connection_id=c-1", app.api_key);
    app.bare("GET", &format!("/api/v2/app?{query}"), &headers, None).ok();
    let mut entry = only(&app, "");
    assert!(entry["duration_ms"].as_f64().unwrap() > 0.0);
    entry["duration_ms"] = json!(1.5);
    assert_eq!(check(&entry, "signature"), "pass");
    assert_eq!(check(&entry, "expiry"), "skipped");
    assert_eq!(entry["checks"].as_array().unwrap().len(), 15);
    entry["checks"] = json!([]);
    let wanted = json!({
        "id": 1, "at": NOON_TEXT, "operation": "GetApp", "method": "GET", "path": "/api/v2/app", "caller": "user",
        "user_id": "john", "outcome": "ok", "status": 200, "code": 0, "message": "", "checks": [], "duration_ms": 1.5,
        "connection_id": "c-1", "token": Fingerprint::of(&token).to_string(), "sdk": "feeds-js-1.2.3", "fault": null,
        "stubbed": false,
    });
    assert_eq!(entry, wanted);
    let keys: Vec<&String> = entry.as_object().unwrap().keys().collect();
    assert_eq!(keys.len(), wanted.as_object().unwrap().len());
}

#[test]
fn a_refused_call_names_the_check_and_whom_the_token_named() {
    let app = TestApp::at_noon();
    app.bearer(&json!({"user_id": "john", "exp": NOON - 1})).get("/api/v2/app");
    let entry = only(&app, "outcome=refused");
    assert_eq!(brief(&entry), json!(["GetApp", "john", 401, 40]));
    assert_eq!(
        (&entry["caller"], &entry["message"]),
        (&json!("none"), &json!("JWTAuth error: token is expired (exp)"))
    );
    assert_eq!((check(&entry, "signature"), check(&entry, "expiry")), ("pass", "fail"));
    assert_eq!(check(&entry, "app_revocation"), "not_reached");
}

#[test]
fn every_kind_of_caller_has_its_word() {
    let app = TestApp::at_noon();
    app.root().get("/api/v2/app").ok();
    app.anonymous().get("/api/v2/app").ok();
    let guest = app.anonymous().post("/api/v2/guest", &json!({"user": {"id": "g"}})).ok();
    app.with_token(guest["access_token"].as_str().unwrap()).get("/api/v2/app").ok();
    app.with_token("nonsense").get("/api/v2/app");
    let callers: Vec<Value> = app.journal("operation=GetApp").iter().map(|entry| entry["caller"].clone()).collect();
    assert_eq!(callers, ["server", "anonymous", "guest", "none"]);
    let users: Vec<Value> = app.journal("operation=GetApp").iter().map(|entry| entry["user_id"].clone()).collect();
    assert_eq!(users[..2], [Value::Null, Value::Null]);
    assert!(users[2].as_str().unwrap().ends_with('g') && users[3].is_null(), "{users:?}");
}

#[test]
fn what_permission_refuses_and_what_is_not_built_is_there_too() {
    let app = TestApp::at_noon();
    app.bearer(&json!({"user_id": "john"})).patch("/api/v2/app", &json!({}));
    app.root().post("/api/v2/chat/channels", &json!({}));
    app.root().post("/api/v2/users", &json!({"users": 5}));
    let entries = app.journal("");
    let wanted = [
        json!(["UpdateApp", "john", 403, 17]),
        json!(["Unknown", null, 501, 16]),
        json!(["UpdateUsers", null, 400, 4]),
    ];
    assert_eq!(told(&entries), wanted);
    let outcomes: Vec<&Value> = entries.iter().map(|entry| &entry["outcome"]).collect();
    assert_eq!(outcomes, ["refused", "failed", "refused"]);
    assert_eq!(entries[0]["caller"], "user");
}

#[test]
fn what_is_no_call_of_streams_or_calls_no_app_is_not_there() {
    let app = TestApp::new();
    app.control("GET", "/settings", &Value::Null).ok();
    app.mint(&json!({"user_id": "john"}));
    app.control("GET", "/requests", &Value::Null).ok();
    app.bare("GET", "/api/v2/app?api_key=nobody", &[], None);
    for path in ["/", "/favicon.ico", "/robots.txt", "/.well-known/x", "/_millpond/", "/_millpond/nothing"] {
        app.bare("GET", &format!("{path}?api_key={}", app.api_key), &[], None);
    }
    app.bare("OPTIONS", &format!("/api/v2/feeds/x?api_key={}", app.api_key), &[], None);
    assert_eq!(app.journal(""), [Value::Null; 0]);
}

#[test]
fn a_socket_is_there_with_its_beginning_and_its_end() {
    for door in DOORS {
        let app = TestApp::at_noon();
        let mut john = app.joined(door, "john");
        let connect = only(&app, "operation=Connect");
        assert_eq!(brief(&connect), json!(["Connect", "john", 101, 0]));
        let shown = (&connect["method"], &connect["path"], &connect["connection_id"], &connect["sdk"]);
        assert_eq!(shown, (&json!("GET"), &json!(door.path()), &json!(john.id), &json!("test")));
        assert_eq!((&connect["outcome"], check(&connect, "user_not_deactivated")), (&json!("ok"), "pass"));
        app.revoke("john", &json!(NOON_TEXT));
        john.socket.drained();
        let end = only(&app, "operation=Disconnect");
        assert_eq!(brief(&end), json!(["Disconnect", "john", 4001, 40]));
        let shown = (&end["method"], &end["path"], &end["connection_id"], &end["token"]);
        assert_eq!(shown, (&json!("WS"), &json!(door.path()), &json!(john.id), &connect["token"]));
        assert_eq!(end["message"], "This token has been revoked, please generate a new token");
        assert_eq!(end["outcome"], "refused");
    }
}

#[test]
fn a_refused_sign_in_is_there_with_its_reason() {
    let app = TestApp::at_noon();
    let stale = app.sign(&json!({"user_id": "john", "exp": NOON - 1}));
    for door in DOORS {
        app.show_token("john", &stale).through(door).refused();
    }
    let mismatch = app.sign(&json!({"user_id": "jane"}));
    app.show_token("john", &mismatch).through(Door::V2).refused();
    // An upgrade that is none.
    let path = format!("/api/v2/connect?api_key={}", app.api_key);
    app.bare("GET", &path, &[("connection", "upgrade"), ("upgrade", "websocket")], None);
    let refused = json!(["Connect", "john", 401, 40]);
    let wanted = [
        refused.clone(),
        refused.clone(),
        refused,
        json!(["Connect", "jane", 401, 5]),
        json!(["Connect", null, 400, 4]),
    ];
    let entries = app.journal("");
    assert_eq!(told(&entries), wanted);
    assert!(entries.iter().all(|entry| entry["connection_id"].is_null() && entry["caller"] == "none"), "{entries:#?}");
}

#[test]
fn who_closes_is_told_by_code_and_words() {
    use tungstenite::protocol::CloseFrame;
    let app = TestApp::at_noon();
    let mut one = app.join("john");
    one.socket.0.close(Some(CloseFrame { code: 4000.into(), reason: "eyJ.secret".into() })).unwrap();
    one.socket.drained();
    app.join("john").leave();
    let mut three = app.join("john");
    three.socket.say(&"x".repeat(65 * 1024));
    three.socket.drained();
    drop(app.join("john"));
    // The last one is only noticed by the server.
    app.ask("/wait?operation=Disconnect&count=4&timeout=10s").ok();
    let ends: Vec<Value> = app
        .journal("operation=Disconnect")
        .iter()
        .map(|end| json!([end["status"], end["message"], end["outcome"]]))
        .collect();
    let wanted = [
        json!([4000, "the client closed", "ok"]),
        json!([1005, "the client closed", "ok"]),
        json!([1008, "a message is larger than 64 KiB", "failed"]),
        json!([1006, "the connection broke off", "ok"]),
    ];
    assert_eq!(ends, wanted);
}

#[test]
fn an_event_is_there_once_before_the_call_that_brought_it_about() {
    let app = TestApp::at_noon();
    app.upsert(&[json!({"id": "john"}), json!({"id": "jane"})]);
    let _two = (app.join("john"), app.join("john"));
    let before = app.journal("").last().unwrap()["id"].as_u64().unwrap();
    app.root().patch("/api/v2/users", &json!({"users": [{"id": "john", "set": {"name": "John"}}]})).ok();
    app.set(&json!({"disable_auth_checks": true}));
    let entries = app.journal(&format!("after={before}"));
    let wanted = [
        json!(["user.updated", "john", 200, 0]),
        json!(["UpdateUsersPartial", null, 200, 0]),
        json!(["app.updated", null, 200, 0]),
        json!(["UpdateApp", null, 200, 0]),
    ];
    assert_eq!(told(&entries), wanted);
    let event = &entries[0];
    assert_eq!((&event["method"], &event["path"], &event["caller"]), (&json!("EVENT"), &json!(""), &json!("none")));
    assert_eq!((&event["at"], &event["checks"]), (&json!(NOON_TEXT), &json!([])));
}

#[test]
fn the_token_provider_is_there_and_its_token_is_known_again() {
    let app = TestApp::at_noon();
    let ask = json!({"user_id": "john"});
    let given = app.control("POST", "/token-provider", &ask).ok()["token"].as_str().unwrap().to_owned();
    app.with_token(&given).get("/api/v2/app").ok();
    app.control("GET", "/token-provider?user_id=j%2Fn", &Value::Null);
    app.root().post("/api/v2/users/john/deactivate", &json!({})).ok();
    app.control("GET", "/token-provider?user_id=john", &Value::Null);
    let entries = app.journal("operation=TokenProvider");
    let wanted = [
        json!(["TokenProvider", "john", 200, 0]),
        json!(["TokenProvider", "j/n", 400, 4]),
        json!(["TokenProvider", "john", 403, 17]),
    ];
    assert_eq!(told(&entries), wanted);
    assert_eq!((&entries[0]["method"], &entries[1]["method"]), (&json!("POST"), &json!("GET")));
    assert_eq!(entries[0]["path"], format!("/_millpond/apps/{}/token-provider", app.api_key));
    assert_eq!(entries[2]["message"], "the user john was deactivated");
    assert_eq!(entries[0]["token"], only(&app, "operation=GetApp")["token"]);
    assert!(entries[1]["token"].is_null());
}

#[test]
fn a_long_poll_that_begins_has_the_connection_that_it_opened() {
    let app = TestApp::at_noon();
    let user = app.bearer(&json!({"user_id": "john"}));
    let begun = user.get(&format!("/longpoll?json={}", encode(r#"{"user_details":{"id":"john"}}"#))).ok();
    let id = &begun["event"]["connection_id"];
    assert!(id.is_string(), "{begun}");
    user.get(&format!("/longpoll?close=true&connection_id={}", id.as_str().unwrap())).ok();
    let entries = app.journal("operation=LongPoll");
    assert_eq!(entries.len(), 2);
    assert!(entries.iter().all(|entry| entry["connection_id"] == *id), "{entries:#?}");
}

#[test]
fn two_uses_of_a_token_have_one_fingerprint_in_every_process() {
    let server = Server::start();
    let (app, other) = (TestApp::at_noon(), server.app());
    let token = app.sign(&json!({"user_id": "john"}));
    app.with_token(&token).get("/api/v2/app").ok();
    let mut socket = app.show_token("john", &token).through(Door::V2);
    socket.json();
    other.with_token(&token).get("/api/v2/app");
    app.bearer(&json!({"user_id": "john", "iat": 1})).get("/api/v2/app").ok();
    let tokens: Vec<Value> = app.journal("caller=user").iter().map(|entry| entry["token"].clone()).collect();
    assert_eq!(tokens.len(), 3, "{tokens:?}");
    assert!(tokens[0] == tokens[1] && tokens[1] != tokens[2], "{tokens:?}");
    assert_eq!(tokens[0], only(&other, "code=43")["token"]);
    assert_eq!(app.journal(&format!("token={}", tokens[0].as_str().unwrap())).len(), 2);
}

#[test]
fn a_call_whose_client_hangs_up_is_there() {
    use std::io::Write;
    let app = TestApp::at_noon();
    let john = app.bearer(&json!({"user_id": "john"}));
    let begun = john.get(&format!("/longpoll?json={}", encode(r#"{"user_details":{"id":"john"}}"#))).ok();
    let id = begun["event"]["connection_id"].as_str().unwrap();
    let token = app.sign(&json!({"user_id": "john"}));
    let mut client = std::net::TcpStream::connect(app.url.trim_start_matches("http://")).unwrap();
    let target = format!("/longpoll?api_key={}&connection_id={id}", app.api_key);
    let head = format!("GET {target} HTTP/1.1\r\nhost: x\r\nstream-auth-type: jwt\r\nauthorization: {token}\r\n\r\n");
    client.write_all(head.as_bytes()).unwrap();
    drop(client);
    let waited = app.ask("/wait?operation=LongPoll&status=499").ok();
    let entry = &waited["requests"][0];
    assert_eq!((&entry["connection_id"], &entry["outcome"]), (&json!(id), &json!("failed")));
}
