//! No token and no secret can be read in any answer of the journal, whatever carried it.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::app::{Answer, TestApp, encode};
use crate::forge::{HEADER, NOON, b64, token};
use crate::sockets::client::{DOORS, Door, Show, Socket};

/// Everything that the journal says.
fn everything(app: &TestApp) -> String {
    let whole = |answer: Answer| answer.text;
    let expect = json!([{"operation": "GetApp", "code": 99}, {"operation": "Connect", "code": 99}, {"code": 99}]);
    let mut said = whole(app.ask("?limit=1000"));
    said += &whole(app.ask("/wait?code=99&timeout=0"));
    said += &whole(app.verify(&json!({ "expect": expect })));
    said += &whole(app.bare("GET", "/_millpond/requests?limit=1000", &[], None));
    for id in app.journal("").iter().map(|entry| entry["id"].clone()) {
        said += &whole(app.ask(&format!("/{id}")));
    }
    said
}

/// Shows a token in every way there is.
fn show(app: &TestApp, token: &str) {
    let key = &app.api_key;
    for door in DOORS {
        let shown = Show { token: json!(token), ..app.show_token("john", "") };
        shown.through(door).drained_or_left();
    }
    let path = format!("/api/v2/connect?api_key={key}&stream-auth-type=jwt&authorization={}", encode(token));
    let mut socket = Socket::open(&app.url, &path, &[]);
    socket.say(&json!({"user_details": {"id": "john"}}).to_string());
    socket.drained_or_left();
    let jwt = ("stream-auth-type", "jwt");
    app.bare("GET", &format!("/api/v2/app?api_key={key}"), &[jwt, ("authorization", token)], None);
    app.bare("GET", &format!("/app?api_key={key}"), &[jwt, ("authorization", &format!("Bearer {token}"))], None);
    app.bare("GET", &format!("/video/app?api_key={key}&authorization={}", encode(token)), &[jwt], None);
    let json = encode(&json!({"user_details": {"id": "john"}, "user_token": token}).to_string());
    app.bare("GET", &format!("/longpoll?api_key={key}&stream-auth-type=jwt&json={json}"), &[], None);
}

impl Socket {
    /// Reads one message, and leaves.
    fn drained_or_left(mut self) {
        let _ = self.next();
        let _ = self.0.close(None);
        self.drained();
    }
}

#[track_caller]
fn hidden(said: &str, token: &str) {
    assert!(!said.contains(token), "{token}");
    for part in token.split('.').filter(|part| part.len() >= 16) {
        assert!(!said.contains(part), "{part} of {token}");
    }
}

#[test]
fn tokens_of_every_kind_are_hidden() {
    let app = TestApp::at_noon();
    let tokens = [
        app.sign(&json!({"user_id": "john"})),
        app.sign(&json!({"user_id": "john", "exp": NOON - 1})),
        app.sign(&json!({})),
        app.sign(&json!({"user_id": 7})),
        token(HEADER, r#"{"user_id":"john"}"#, "another secret"),
        token(r#"{"alg":"none"}"#, r#"{"user_id":"john"}"#, ""),
        format!("{}.{}.devtoken", b64(HEADER), b64(r#"{"user_id":"john"}"#)),
        format!("{}.not-json-not-json-not-json.abcdefghijklmnop", b64(HEADER)),
        app.api_secret.clone(),
    ];
    for token in &tokens {
        show(&app, token);
    }
    let given = app.control("POST", "/token-provider", &json!({"user_id": "john"})).ok();
    let said = everything(&app);
    assert!(said.contains("\"code\":40") && said.contains("TokenProvider") && said.contains("Disconnect"), "{said}");
    for token in &tokens {
        hidden(&said, token);
    }
    hidden(&said, given["token"].as_str().unwrap());
    hidden(&said, &app.api_secret);
}

#[test]
fn a_token_at_a_place_for_other_things_is_hidden_too() {
    let app = TestApp::at_noon();
    let token = app.sign(&json!({"user_id": "john"}));
    let (key, encoded) = (&app.api_key, encode(&token));
    let headers = [("authorization", &*token), ("stream-auth-type", "jwt"), ("x-stream-client", &*token)];
    app.bare("GET", &format!("/api/v2/app?api_key={key}&connection_id={encoded}"), &headers, None);
    app.bare("GET", &format!("/api/v2/tasks/{token}?api_key={key}"), &headers, None);
    app.root().get(&format!("/api/v2/users/{encoded}/export"));
    app.upsert(&[json!({"id": "john"})]);
    app.root().post("/api/v2/users/john/event", &json!({"event": {"type": token}}));
    app.show("john").through(Door::V2).drained_or_left();
    assert_eq!(app.ask(&format!("?token={encoded}")).status, 400);
    let said = everything(&app);
    assert!(said.contains("[token ") && said.contains("GetTask"), "{said}");
    hidden(&said, &token);
    let refused: Value = app.ask(&format!("?token={encoded}")).body;
    hidden(&refused.to_string(), &token);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_shown_as_a_token_is_hidden(token in "[A-Za-z0-9_=+/-]{16,60}(\\.[A-Za-z0-9_-]{16,40}){0,3}") {
        let app = TestApp::at_noon();
        show(&app, &token);
        hidden(&everything(&app), &token);
    }
}
