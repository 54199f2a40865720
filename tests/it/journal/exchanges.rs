//! What was said in a call: the query and both bodies, without secrets.

use millpond::journal::exchange::{EXCHANGES_MAX, KEPT_MAX_BYTES, MASK};
use serde_json::{Value, json};

use crate::app::{TestApp, encode};

impl TestApp {
    /// The newest entry, asked for by its id.
    fn newest(&self) -> Value {
        let entries = self.journal("");
        self.ask(&format!("/{}", entries.last().unwrap()["id"])).ok()
    }
}

#[test]
fn a_call_has_its_query_and_its_bodies() {
    let app = TestApp::at_noon();
    let body = json!({"users": {"john": {"id": "john", "name": "John"}}});
    let answer = app.root().post("/api/v2/users?connection_id=c-1", &body).ok();
    let call = app.newest();
    assert_eq!(call["request"]["query"], json!({"connection_id": "c-1"}));
    let length = body.to_string().len();
    assert_eq!(
        (&call["request"]["body"], &call["request"]["body_bytes"], &call["request"]["body_kind"]),
        (&body, &json!(length), &json!("json"))
    );
    assert_eq!(call["answer"]["body"], answer);
    assert!(app.journal("").iter().all(|entry| entry.get("request").is_none()), "lists are as they were");

    app.with_token("nonsense").get("/api/v2/app");
    let refused = app.newest();
    assert_eq!(refused["answer"]["body"]["StatusCode"], 401);
    assert_eq!(refused["request"], json!({"query": {}, "body": null, "body_bytes": null, "body_kind": null}));
}

#[test]
fn no_secret_can_be_read() {
    let app = TestApp::at_noon();
    let token = app.sign(&json!({"user_id": "john"}));
    let update = json!({
        "apn_config": {"auth_key": "apn-hidden", "auth_type": "token", "bundle_id": "b", "key_id": "k", "team_id": "t"},
        "firebase_config": {"credentials_json": "{\"private_key\": \"firebase-hidden\"}"},
    });
    app.root().patch("/api/v2/app", &update);
    let mut said = app.newest().to_string();
    assert!(said.contains("bundle_id") && said.contains(MASK), "{said}");
    app.upsert(&[json!({"id": "john", "custom": {"said": format!("it is {token}")}})]);
    said += &app.newest().to_string();
    let guest = app.anonymous().post("/api/v2/guest", &json!({"user": {"id": "g"}})).ok();
    assert_eq!(app.newest()["answer"]["body"]["access_token"], MASK);
    said += &app.newest().to_string();
    let (key, payload) = (&app.api_key, encode(&json!({"user_token": app.api_secret}).to_string()));
    let query = format!("api_key={key}&authorization={}&stream-auth-type=jwt&payload={payload}", encode(&token));
    app.bare("GET", &format!("/api/v2/app?{query}"), &[], None).ok();
    let call = app.newest();
    assert_eq!(
        call["request"]["query"],
        json!({"stream-auth-type": "jwt", "payload": json!({"user_token": MASK}).to_string()})
    );
    said += &call.to_string();
    for hidden in ["apn-hidden", "firebase-hidden", &token, guest["access_token"].as_str().unwrap(), &app.api_secret] {
        assert!(!said.contains(hidden), "{hidden} in {said}");
    }
}

#[test]
fn what_is_too_long_is_told_by_its_length() {
    let app = TestApp::at_noon();
    let body = json!({"users": {"john": {"id": "john", "custom": {"long": "x".repeat(KEPT_MAX_BYTES)}}}});
    app.root().post(&format!("/api/v2/users?long={}", "x".repeat(KEPT_MAX_BYTES)), &body).ok();
    let call = app.newest();
    let wanted = json!({"query": null, "body": null, "body_bytes": body.to_string().len(), "body_kind": "too_long"});
    assert_eq!(call["request"], wanted);
    assert_eq!(call["answer"]["body_kind"], "too_long");
}

#[test]
fn the_newest_are_kept_until_the_journal_is_cleared() {
    let app = TestApp::at_noon();
    for _ in 0..=EXCHANGES_MAX {
        app.root().get("/api/v2/app").ok();
    }
    let kept = |id: usize| !app.ask(&format!("/{id}")).ok()["answer"]["body"].is_null();
    assert_eq!((kept(1), kept(2), kept(EXCHANGES_MAX + 1)), (false, true, true));
    app.control("DELETE", "/requests", &Value::Null).ok();
    assert_eq!(app.ask("/2").status, 404);
    app.root().get("/api/v2/app").ok();
    assert!(kept(EXCHANGES_MAX + 2));
}
