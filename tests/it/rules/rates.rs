//! Rate limits in headers, by the app's clock (wire-contract 2.5).

use serde_json::json;

use crate::app::{Answer, TestApp};
use crate::forge::{NOON, refused};

const PATH: &str = "/api/v2/app";

#[track_caller]
fn number(answer: &Answer, header: &str) -> i64 {
    let value = answer.header(header);
    value.and_then(|value| value.parse().ok()).unwrap_or_else(|| panic!("{header}: {value:?} in {answer:?}"))
}

#[track_caller]
fn remaining(answer: &Answer) -> i64 {
    number(answer, "x-ratelimit-remaining")
}

#[test]
fn each_answer_tells_limit_remaining_and_reset() {
    let app = TestApp::at_noon();
    let answer = app.root().get(PATH);
    assert_eq!(number(&answer, "x-ratelimit-limit"), 10_000);
    assert_eq!(remaining(&answer), 9_999);
    assert_eq!(number(&answer, "x-ratelimit-reset"), NOON + 60);
}

#[test]
fn remaining_falls_with_each_call_successes_and_refusals_alike() {
    let app = TestApp::at_noon();
    let john = app.user("john");
    let body = json!({});
    let first = remaining(&john.post("/api/v2/users", &body));
    assert_eq!(first, 299);
    assert_eq!(remaining(&john.post("/api/v2/users", &json!({"users": {"john": {"id": "john"}}}))), 298);
    assert_eq!(remaining(&app.bearer(&json!({"user_id": "john", "exp": 1})).post("/api/v2/users", &body)), 297);
}

#[test]
fn reset_is_the_next_full_minute_of_the_apps_clock() {
    let app = TestApp::new();
    for (at, reset) in [
        ("2026-01-31T12:00:00Z", NOON + 60),
        ("2026-01-31T12:00:59.999999999Z", NOON + 60),
        ("2026-01-31T12:01:00Z", NOON + 120),
        ("1969-12-31T23:59:30Z", 0),
    ] {
        app.freeze(at);
        assert_eq!(number(&app.root().get(PATH), "x-ratelimit-reset"), reset, "{at}");
    }
}

#[test]
fn a_new_minute_is_a_new_window() {
    let app = TestApp::at_noon();
    let server = app.root();
    server.get(PATH);
    server.get(PATH);
    app.advance("59s");
    assert_eq!(remaining(&server.get(PATH)), 9_997);
    app.advance("1s");
    assert_eq!(remaining(&server.get(PATH)), 9_999);
}

#[test]
fn operations_and_apps_and_platforms_count_apart() {
    let (app, other) = (TestApp::at_noon(), TestApp::at_noon());
    app.root().get(PATH);
    assert_eq!(remaining(&app.root().get(PATH)), 9_998);
    assert_eq!(remaining(&app.root().get("/api/v2/roles")), 999);
    assert_eq!(remaining(&other.root().get(PATH)), 9_999);
    assert_eq!(remaining(&app.user("john").get(PATH)), 9_999, "a browser is not a server");
    let token = app.sign(&json!({"user_id": "john"}));
    for client in ["stream-chat-android-1", "stream-chat-swift-1", "unity", "stream-feeds-js-v1"] {
        let headers = [("stream-auth-type", "jwt"), ("authorization", token.as_str()), ("x-stream-client", client)];
        let answer = app.bare("GET", &format!("{PATH}?api_key={}", app.api_key), &headers, None);
        let expected = if client.contains("js") { 9_998 } else { 9_999 };
        assert_eq!(remaining(&answer), expected, "{client}");
    }
}

#[test]
fn the_mounts_of_one_operation_count_together() {
    let app = TestApp::at_noon();
    app.root().get("/api/v2/app");
    app.root().get("/app");
    assert_eq!(remaining(&app.root().get("/video/app")), 9_997);
}

#[test]
fn reported_limits_never_refuse() {
    let app = TestApp::at_noon();
    let john = app.user("john");
    for _ in 0..61 {
        john.get("/api/v2/devices").ok();
    }
    let answer = john.get("/api/v2/devices");
    assert_eq!(remaining(&answer), 0);
    assert_eq!(answer.header("retry-after"), None);
    answer.ok();
}

#[test]
fn enforced_limits_refuse_one_call_too_many_until_the_next_minute() {
    let app = TestApp::new();
    app.freeze("2026-01-31T12:00:10Z");
    app.tune(&json!({"rate_limits": "enforce"}));
    let john = app.user("john");
    for left in (0..60).rev() {
        let answer = john.get("/api/v2/devices");
        assert_eq!(remaining(&answer), left);
        answer.ok();
    }
    let answer = john.get("/api/v2/devices");
    let (status, code, message) = answer.error();
    assert_eq!((status, code), (429, 9));
    assert!(message.contains("Too many requests"), "{message}");
    assert_eq!(number(&answer, "retry-after"), 50);
    assert_eq!(remaining(&answer), 0);
    app.advance("50s");
    john.get("/api/v2/devices").ok();
}

#[test]
fn enforced_limits_do_not_reach_other_operations() {
    let app = TestApp::at_noon();
    app.tune(&json!({"rate_limits": "enforce"}));
    let john = app.user("john");
    for _ in 0..61 {
        john.get("/api/v2/devices");
    }
    assert_eq!(john.get("/api/v2/devices").status, 429);
    john.get(PATH).ok();
    app.root().get("/api/v2/devices?user_id=x").ok();
}

#[test]
fn errors_carry_the_headers_too() {
    let app = TestApp::at_noon();
    for answer in [
        app.caller(None, None).get(PATH),
        app.with_token("a").get(PATH),
        app.user("john").patch(PATH, &json!({})),
        app.root().patch(PATH, &json!({"disable_auth_checks": 5})),
        app.root().get("/api/v2/tasks/none"),
        app.root().post("/channels", &json!({})),
    ] {
        assert!(answer.status >= 400, "{answer:?}");
        assert!(remaining(&answer) < number(&answer, "x-ratelimit-limit"), "{answer:?}");
    }
}

#[test]
fn a_caller_of_no_app_gets_an_untouched_window() {
    let app = TestApp::new();
    for answer in [app.bare("GET", PATH, &[], None), app.bare("GET", "/api/v2/nothing", &[], None)] {
        assert_eq!(remaining(&answer), number(&answer, "x-ratelimit-limit"));
        assert!(number(&answer, "x-ratelimit-reset") > NOON / 2);
    }
    refused(&app.bare("GET", PATH, &[], None), "GetApp", (401, 2, "api_key or app_id not provided"));
}
