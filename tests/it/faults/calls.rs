//! What happens to a call over HTTP.

use std::io::Write;

use serde_json::{Value, json};

use crate::app::TestApp;
use crate::forge::{EXPIRED, NOON, SEGMENTS, refused};
use crate::raw;

/// One call is struck so.
fn then(operation: &str, then: &Value) -> Value {
    json!({"operation": operation, "then": then})
}

#[test]
fn an_error_comes_in_streams_shape_by_number_and_by_name() {
    let app = TestApp::at_noon();
    for code in [json!(40), json!("TokenExpiredError")] {
        for path in ["/api/v2/app", "/app", "/video/app"] {
            app.fault(&then("GetApp", &json!({"error": {"code": code}})));
            refused(&app.root().get(path), "GetApp", EXPIRED);
            app.root().get(path).ok();
        }
    }
}

#[test]
fn every_code_has_its_status_and_a_text_of_its_own() {
    let app = TestApp::at_noon();
    for code in millpond::error::Code::ALL {
        app.fault(&then("QueryUsers", &json!({"error": {"code": code.name()}})));
        let (status, number, text) = app.root().query_users(&json!({"filter_conditions": {}})).error();
        assert_eq!((status, number), (code.status(), i64::from(code.number())), "{text}");
        assert!(text.starts_with("QueryUsers failed with error: \"") && text.len() > 35, "{text}");
    }
}

#[test]
fn an_error_says_what_it_was_told_to_say() {
    let app = TestApp::at_noon();
    let message = "the \"moon\" is full\n🌕";
    app.fault(&then("GetApp", &json!({"error": {"code": -1, "message": message}})));
    refused(&app.root().get("/app"), "GetApp", (500, -1, message));
    app.fault(&then("GetApp", &json!({"error": {"code": "NotBuiltError", "message": "later"}})));
    refused(&app.root().get("/app"), "GetApp", (501, 16, "later"));
}

#[test]
fn a_struck_write_changes_nothing() {
    let app = TestApp::at_noon();
    let write = || app.root().post("/api/v2/users", &json!({"users": {"john": {"id": "john"}}}));
    let there = || app.root().query_users(&json!({"filter_conditions": {"id": "john"}})).ok()["users"].clone();
    for happens in [json!({"error": {"code": -1}}), json!({"rate_limit": "1m"})] {
        app.fault(&then("UpdateUsers", &happens));
        assert!(write().status >= 400);
        assert_eq!(there(), json!([]));
    }
    app.fault(&then("UpdateUsers", &json!({"cut": true})));
    let mut stream = raw::connect(&app.url);
    stream.write_all(&app.bytes("POST", "/api/v2/users", r#"{"users": {"john": {"id": "john"}}}"#)).unwrap();
    super::cut(&mut stream);
    assert_eq!(there(), json!([]));
    write().ok();
    assert_eq!(there()[0]["id"], "john");
}

#[test]
fn a_fault_beats_the_verdict() {
    let app = TestApp::at_noon();
    app.fault(&then("GetApp", &json!({"error": {"code": -1, "message": "down"}})));
    refused(&app.with_token("a.b").get("/app"), "GetApp", (500, -1, "down"));
    refused(&app.with_token("a.b").get("/app"), "GetApp", SEGMENTS);
    let (struck, judged) = (&app.journal("operation=GetApp")[0], &app.journal("operation=GetApp")[1]);
    assert_eq!((&struck["caller"], &judged["caller"]), (&json!("none"), &json!("none")));
}

#[test]
fn a_call_that_waits_is_overtaken_by_the_next_one() {
    let app = TestApp::at_noon();
    let id = app.fault(&then("GetApp", &json!({"latency": "1m"})));
    let mut slow = raw::connect(&app.url);
    slow.write_all(&app.bytes("GET", "/api/v2/app", "")).unwrap();
    app.struck(0);
    app.root().get("/api/v2/app").ok();
    assert_eq!(app.journal("operation=GetApp").len(), 1, "the one before is not answered yet");
    drop(slow);
    let left = app.ask("/wait?operation=GetApp&status=499&timeout=20s").ok();
    assert_eq!(left["requests"][0]["fault"], id.as_str(), "who hung up while it waited was struck all the same");
}

#[test]
fn latencies_add_up_and_the_call_goes_on_in_real_time_though_the_clock_stands_still() {
    let app = TestApp::at_noon();
    let first = app.fault(&json!({"operation": "GetApp", "then": {"latency": "20ms"}}));
    app.fault(&json!({"operation": "*", "then": {"latency": "PT0.03S"}}));
    app.root().get("/app").ok();
    let entry = &app.journal("operation=GetApp")[0];
    assert_eq!((&entry["fault"], &entry["outcome"]), (&json!(first), &json!("ok")));
    assert!(entry["duration_ms"].as_f64().unwrap() >= 50.0, "{entry}");
}

#[test]
fn what_decides_comes_when_the_wait_is_over() {
    let app = TestApp::at_noon();
    app.fault(&then("GetApp", &json!({"latency": "20ms"})));
    let id = app.fault(&then("GetApp", &json!({"error": {"code": 40}})));
    refused(&app.root().get("/app"), "GetApp", EXPIRED);
    let entry = &app.journal("operation=GetApp")[0];
    assert_eq!(entry["fault"], id.as_str());
    assert!(entry["duration_ms"].as_f64().unwrap() >= 20.0, "{entry}");
}

#[test]
fn a_cut_connection_ends_without_a_byte_of_an_answer() {
    let app = TestApp::at_noon();
    let id = app.fault(&then("GetApp", &json!({"cut": true})));
    let mut stream = raw::connect(&app.url);
    // The connection was good for another operation before.
    stream.write_all(&app.bytes("GET", "/api/v2/rate_limits", "")).unwrap();
    assert_eq!(raw::read(&mut stream).unwrap().status, 200);
    stream.write_all(&app.bytes("GET", "/api/v2/app", "")).unwrap();
    super::cut(&mut stream);
    let entry = &app.journal("operation=GetApp")[0];
    let seen = ["status", "code", "outcome", "fault", "message"].map(|name| entry[name].clone());
    assert_eq!(json!(seen), json!([0, 0, "failed", id, ""]));
    assert_eq!(app.journal("outcome=failed&status=0").len(), 1);
    app.root().get("/app").ok();
}

#[test]
fn a_rate_limit_tells_true_headers_by_the_apps_clock() {
    let app = TestApp::at_noon();
    app.fault(&json!({"operation": "GetApp", "times": 3, "then": {"rate_limit": "30s"}}));
    let limited = || {
        let answer = app.root().get("/api/v2/app");
        let text = "Too many requests, check response headers for more information. The limit is 10000 a minute";
        refused(&answer, "GetApp", (429, 9, text));
        ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", "retry-after"]
            .map(|name| answer.header(name).unwrap().parse::<i64>().unwrap())
    };
    assert_eq!(limited(), [10_000, 0, NOON + 30, 30]);
    app.advance("1h");
    assert_eq!(limited(), [10_000, 0, NOON + 3_630, 30]);
    app.advance("100ms");
    assert_eq!(limited(), [10_000, 0, NOON + 3_631, 31], "not over before it is");
    let answer = app.root().get("/api/v2/app");
    assert_eq!((answer.status, answer.header("retry-after")), (200, None));
    assert_eq!(answer.header("x-ratelimit-remaining"), Some("9997"), "those that were struck count as well");
}

#[test]
fn a_rate_limit_may_outlast_everybody() {
    let app = TestApp::at_noon();
    app.fault(&then("GetApp", &json!({"rate_limit": "30000d"})));
    let answer = app.root().get("/app");
    assert_eq!((answer.status, answer.header("retry-after")), (429, Some("2592000000")));
}

#[test]
fn an_operation_that_is_not_built_can_fail_too() {
    let app = TestApp::at_noon();
    for operation in ["*", "Unknown"] {
        app.fault(&then(operation, &json!({"error": {"code": 40}})));
        assert_eq!(app.root().get("/api/v2/nothing").status, 404, "what nobody answers uses no fault up");
        refused(&app.root().post("/api/v2/chat/channels", &json!({})), "Request", EXPIRED);
        assert_eq!(app.root().post("/api/v2/chat/channels", &json!({})).status, 501);
    }
}

#[test]
fn an_error_is_readable_by_a_browser() {
    let app = TestApp::at_noon();
    app.fault(&then("GetApp", &json!({"error": {"code": 40}})));
    let answer = app.root().get("/api/v2/app");
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    assert_eq!(answer.header("x-ratelimit-limit"), Some("10000"));
}
