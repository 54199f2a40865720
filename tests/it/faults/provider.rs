//! The token provider fails as Stream's operations do.

use std::io::Write;

use serde_json::{Value, json};

use crate::app::{Answer, TestApp};
use crate::forge::{EXPIRED, NOON, refused};
use crate::raw;

fn fails(then: &Value) -> Value {
    json!({"operation": "TokenProvider", "then": then})
}

fn ask(app: &TestApp, user: &str) -> Answer {
    app.control("POST", "/token-provider", &json!({ "user_id": user }))
}

#[test]
fn it_fails_with_an_error_of_streams_shape() {
    let app = TestApp::at_noon();
    let id = app.fault(&json!({"operation": "TokenProvider", "times": 2, "then": {"error": {"code": 40}}}));
    refused(&ask(&app, "john"), "TokenProvider", EXPIRED);
    refused(&app.control("GET", "/token-provider?user_id=john", &Value::Null), "TokenProvider", EXPIRED);
    ask(&app, "john").ok();
    let entries = app.journal("operation=TokenProvider");
    let seen = entries.iter().map(|entry| ["status", "code", "user_id", "fault"].map(|name| entry[name].clone()));
    let wanted = json!([[401, 40, "john", id], [401, 40, "john", id], [200, 0, "john", null]]);
    assert_eq!(json!(seen.collect::<Vec<_>>()), wanted);
    let known = app.root().query_users(&json!({"filter_conditions": {"id": "john"}})).ok();
    assert_eq!(known["users"].as_array().unwrap().len(), 1, "made by the one that was answered");
}

#[test]
fn it_is_over_its_rate_limit() {
    let app = TestApp::at_noon();
    app.fault(&fails(&json!({"rate_limit": "20s"})));
    let answer = ask(&app, "john");
    let text = "Too many requests, check response headers for more information. The limit is 1000 a minute";
    refused(&answer, "TokenProvider", (429, 9, text));
    let headers = ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", "retry-after"];
    let wanted = ["1000".to_owned(), "0".to_owned(), (NOON + 20).to_string(), "20".to_owned()];
    assert_eq!(headers.map(|name| answer.header(name).unwrap().to_owned()), wanted);
}

#[test]
fn it_is_slow_or_cut() {
    let app = TestApp::at_noon();
    let slow = app.fault(&fails(&json!({"latency": "20ms"})));
    ask(&app, "john").ok();
    let cut = app.fault(&fails(&json!({"cut": true})));
    let mut stream = raw::connect(&app.url);
    let head =
        format!("GET /_millpond/apps/{}/token-provider?user_id=john HTTP/1.1\r\nhost: localhost\r\n\r\n", app.api_key);
    stream.write_all(head.as_bytes()).unwrap();
    super::cut(&mut stream);
    let entries = app.journal("operation=TokenProvider");
    assert!(entries[0]["duration_ms"].as_f64().unwrap() >= 20.0);
    let seen = entries.iter().map(|entry| ["status", "outcome", "fault"].map(|name| entry[name].clone()));
    assert_eq!(json!(seen.collect::<Vec<_>>()), json!([[200, "ok", slow], [0, "failed", cut]]));
}

#[test]
fn one_user_is_struck_and_every_operation_is_not_the_provider() {
    let app = TestApp::at_noon();
    app.fault(&json!({"operation": "*", "times": null, "then": {"error": {"code": -1}}}));
    app.fault(&json!({"operation": "TokenProvider", "user_id": "john", "then": {"error": {"code": -1}}}));
    ask(&app, "mary").ok();
    assert_eq!(ask(&app, "john").status, 500);
    ask(&app, "john").ok();
    assert_eq!(app.hits(), [0, 1]);
}
