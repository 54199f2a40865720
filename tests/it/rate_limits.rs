//! `GetRateLimits` and the headers of every answer.

use serde_json::{Value, json};

use crate::app::{Answer, TestApp};
use crate::transcript::{NOW_NS, frozen_app, on_each_mount, refused};

/// Limit, remaining and reset, as the headers say.
fn headers(answer: &Answer) -> (i64, i64, i64) {
    let number = |name: &str| answer.header(&format!("x-ratelimit-{name}")).unwrap().parse().unwrap();
    (number("limit"), number("remaining"), number("reset"))
}

const NEXT_MINUTE: i64 = NOW_NS / 1_000_000_000 + 60;

#[test]
fn the_limits_of_some_operations_are_answered_in_full() {
    insta::assert_snapshot!(on_each_mount(|app, mount, log| {
        app.server().get("/api/v2/app").ok();
        app.user("john").get("/app").ok();
        let query = "server_side=true&web=true&ios=false&endpoints=GetApp%2CQueryChannels,GetOrCreateChannel";
        log.call(&app.server(), "GET", &format!("{mount}/rate_limits?{query}"), &Value::Null);
    }));
}

#[test]
fn without_a_filter_all_platforms_and_built_operations_are_there() {
    let limits = TestApp::new().server().get("/api/v2/rate_limits").ok();
    let platforms: Vec<_> =
        limits.as_object().unwrap().keys().map(String::as_str).filter(|key| *key != "duration").collect();
    assert_eq!(platforms, ["android", "ios", "server_side", "unity", "web"]);
    let built = millpond::routes::OPERATIONS.iter().filter(|operation| operation.built).count();
    for platform in platforms {
        assert_eq!(limits[platform].as_object().unwrap().len(), built, "{platform}");
    }
}

#[test]
fn an_operation_that_nobody_knows_has_its_whole_window_left() {
    let app = frozen_app();
    let limits = app.server().get("/rate_limits?web=true&endpoints=NoSuchThing").ok();
    assert_eq!(limits["web"], json!({"NoSuchThing": {"limit": 1000, "remaining": 1000, "reset": NEXT_MINUTE}}));
}

#[test]
fn remaining_falls_with_each_call_also_a_refused_one_and_rises_with_the_next_minute() {
    let app = frozen_app();
    let server = app.server();
    assert_eq!(headers(&server.get("/api/v2/app")), (10_000, 9_999, NEXT_MINUTE));
    assert_eq!(headers(&server.get("/app")), (10_000, 9_998, NEXT_MINUTE));
    assert_eq!(headers(&server.get("/tasks/none")), (1_000, 999, NEXT_MINUTE));
    assert_eq!(headers(&server.get("/tasks/none")), (1_000, 998, NEXT_MINUTE));
    app.advance("1m");
    assert_eq!(headers(&server.get("/api/v2/app")), (10_000, 9_999, NEXT_MINUTE + 60));
}

#[test]
fn what_one_platform_calls_is_not_taken_from_another() {
    let app = frozen_app();
    app.server().get("/api/v2/app").ok();
    assert_eq!(headers(&app.user("john").get("/api/v2/app")).1, 9_999);
}

#[test]
fn the_limits_are_told_and_not_enforced_unless_the_app_says_so() {
    let app = frozen_app();
    let update = || app.server().patch("/api/v2/app", &json!({}));
    for _ in 0..60 {
        update().ok();
    }
    assert_eq!(headers(&update()), (60, 0, NEXT_MINUTE));
    update().ok();
    app.control("PATCH", "/settings", &json!({"rate_limits": "enforce"})).ok();
    let answer = update();
    let text = "Too many requests, check response headers for more information. The limit is 60 a minute";
    refused(&answer, "UpdateApp", 429, 9, text);
    assert_eq!(answer.header("retry-after"), Some("60"));
    app.advance("1m");
    update().ok();
}

#[test]
fn a_platform_is_true_or_false() {
    let answer = TestApp::new().server().get("/api/v2/rate_limits?web=perhaps");
    refused(&answer, "GetRateLimits", 400, 4, "web must be a boolean");
}
