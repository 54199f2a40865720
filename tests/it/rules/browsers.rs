//! What a browser's SDK needs of CORS (wire-contract 2.5, trap 15).

use serde_json::json;

use crate::app::{Answer, TestApp};

const ORIGIN: (&str, &str) = ("origin", "https://app.example");

#[track_caller]
fn lists(answer: &Answer, header: &str, words: &[&str]) {
    let value = answer.header(header).unwrap_or_else(|| panic!("no {header}")).to_ascii_lowercase();
    let listed: Vec<_> = value.split(',').map(str::trim).collect();
    for word in words {
        assert!(listed.contains(word), "{header} lacks {word}: {value}");
    }
}

#[track_caller]
fn open_to_browsers(answer: &Answer) {
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    lists(answer, "access-control-allow-methods", &["get", "post", "put", "patch", "delete", "options"]);
    let headers = ["authorization", "content-type", "stream-auth-type", "x-stream-client", "x-client-request-id"];
    lists(answer, "access-control-allow-headers", &headers);
    let exposed = ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", "retry-after"];
    lists(answer, "access-control-expose-headers", &exposed);
}

#[test]
fn successes_and_errors_can_be_read_by_any_origin() {
    let app = TestApp::new();
    open_to_browsers(&app.root().get("/api/v2/app"));
    open_to_browsers(&app.caller(None, None).get("/api/v2/app"));
    open_to_browsers(&app.root().get("/api/v2/nothing"));
    open_to_browsers(&app.bare("GET", "/video/app", &[ORIGIN], None));
    open_to_browsers(&app.root().get("/nothing"));
}

#[test]
fn a_preflight_needs_neither_key_nor_token() {
    let app = TestApp::new();
    for path in ["/api/v2/users", "/api/v2/users/john/deactivate", "/users", "/video/app", "/api/v2/not/there"] {
        let asks = [ORIGIN, ("access-control-request-method", "PATCH"), ("access-control-request-headers", "x-a")];
        let answer = app.bare("OPTIONS", path, &asks, None);
        assert_eq!((answer.status, answer.text.as_str()), (204, ""), "{path}");
        open_to_browsers(&answer);
    }
}

#[test]
fn a_preflight_counts_against_no_limit() {
    let app = TestApp::at_noon();
    app.bare("OPTIONS", &format!("/api/v2/app?api_key={}", app.api_key), &[ORIGIN], None);
    assert_eq!(app.root().get("/api/v2/app").header("x-ratelimit-remaining"), Some("9999"));
}

#[test]
fn answers_are_not_cached_and_say_what_they_are() {
    let app = TestApp::new();
    for answer in [app.root().get("/api/v2/app"), app.with_token("x").get("/api/v2/app"), app.root().get("/x")] {
        assert_eq!(answer.header("cache-control"), Some("no-cache"));
        assert_eq!(answer.header("content-type"), Some("application/json;charset=utf-8"));
    }
}

#[test]
fn compression_is_said_when_it_is_done() {
    let app = TestApp::new();
    app.upsert(&[json!({"id": "john"})]);
    let headers = [("stream-auth-type", "anonymous"), ("accept-encoding", "identity")];
    let plain = app.bare("GET", &format!("/api/v2/app?api_key={}", app.api_key), &headers, None);
    assert_eq!(plain.header("content-encoding"), None);
    assert_eq!(plain.ok()["app"]["placement"], "local");
}
