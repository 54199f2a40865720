//! `GetRateLimits` and the headers of every answer.

use serde_json::{Value, json};

use crate::app::{Answer, TestApp, encode};
use crate::forge::SEGMENTS;
use crate::sockets::client::{DOORS, Door, Joined};
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
fn without_a_filter_all_platforms_and_operations_are_there() {
    let limits = TestApp::new().server().get("/api/v2/rate_limits").ok();
    let platforms: Vec<_> =
        limits.as_object().unwrap().keys().map(String::as_str).filter(|key| *key != "duration").collect();
    assert_eq!(platforms, ["android", "ios", "server_side", "unity", "web"]);
    let built = millpond::operation::table::OPERATIONS.len();
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

/// The text of a refusal where so many calls are taken in a minute.
fn too_many(limit: u32) -> String {
    format!("Too many requests, check response headers for more information. The limit is {limit} a minute")
}

#[test]
fn an_apps_own_number_is_told_in_headers_and_limits_and_counts_for_no_other_app() {
    let (app, other) = (frozen_app(), frozen_app());
    let settings = app.control("PATCH", "/settings", &json!({"calls_per_minute": {"GetApp": 5, "GetTask": 2}})).ok();
    assert_eq!(settings["calls_per_minute"], json!({"GetApp": 5, "GetTask": 2}));
    assert_eq!(headers(&app.server().get("/api/v2/app")), (5, 4, NEXT_MINUTE));
    assert_eq!(headers(&app.server().get("/tasks/none")), (2, 1, NEXT_MINUTE));
    assert_eq!(headers(&app.user("john").get("/app")), (5, 4, NEXT_MINUTE), "each platform by itself");
    let limits = app.server().get("/rate_limits?server_side=true&endpoints=GetApp,GetTask,QueryUsers").ok();
    let window = |limit: u32, remaining: u32| json!({"limit": limit, "remaining": remaining, "reset": NEXT_MINUTE});
    let wanted = json!({"GetApp": window(5, 4), "GetTask": window(2, 1), "QueryUsers": window(1_000, 1_000)});
    assert_eq!(limits["server_side"], wanted);
    assert_eq!(headers(&other.server().get("/api/v2/app")), (10_000, 9_999, NEXT_MINUTE));
}

#[test]
fn a_call_over_the_apps_own_number_is_refused_until_the_next_minute_of_its_clock() {
    let app = frozen_app();
    app.control("PATCH", "/settings", &json!({"rate_limits": "enforce", "calls_per_minute": {"UpdateApp": 3}})).ok();
    let update = || app.server().patch("/api/v2/app", &json!({}));
    for remaining in [2, 1, 0] {
        let answer = update();
        assert_eq!((answer.status, headers(&answer)), (200, (3, remaining, NEXT_MINUTE)));
    }
    app.advance("20s");
    let answer = update();
    refused(&answer, "UpdateApp", 429, 9, &too_many(3));
    assert_eq!((answer.header("retry-after"), headers(&answer)), (Some("40"), (3, 0, NEXT_MINUTE)));
    app.server().get("/api/v2/app").ok();
    app.advance("39s");
    refused(&update(), "UpdateApp", 429, 9, &too_many(3));
    app.advance("1s");
    update().ok();
}

#[test]
fn null_takes_one_number_back_or_all_and_what_was_called_stays_counted() {
    let app = frozen_app();
    let set = |numbers: Value| app.control("PATCH", "/settings", &json!({"calls_per_minute": numbers})).ok();
    set(json!({"GetApp": 5, "UpdateApp": 1, "Ban": 1_000_000}));
    app.server().get("/api/v2/app").ok();
    assert_eq!(set(json!({"GetApp": null}))["calls_per_minute"], json!({"Ban": 1_000_000, "UpdateApp": 1}));
    assert_eq!(headers(&app.server().get("/api/v2/app")), (10_000, 9_998, NEXT_MINUTE));
    assert_eq!(set(Value::Null)["calls_per_minute"], json!({}));
    assert_eq!(headers(&app.server().patch("/api/v2/app", &json!({}))), (60, 59, NEXT_MINUTE));
}

#[test]
fn a_number_that_is_none_and_an_operation_that_is_none_are_refused_by_name() {
    let app = TestApp::new();
    let set = |numbers: Value| app.control("PATCH", "/settings", &json!({"calls_per_minute": numbers}));
    for (numbers, field, said) in [
        (json!({"UpdateUser": 3}), "/calls_per_minute/UpdateUser", "did you mean `UpdateUsers`?"),
        (json!({"GetApp": 3, "getapp": null}), "/calls_per_minute/getapp", "did you mean `GetApp`?"),
        (json!({"a/b": 3}), "/calls_per_minute/a~1b", "there is no operation `a/b`"),
        (json!({"GetApp": 0}), "/calls_per_minute/GetApp", "at least 1"),
        (json!({"GetApp": 1_000_001}), "/calls_per_minute/GetApp", "at most 1000000"),
        (json!({"GetApp": -1}), "/calls_per_minute/GetApp", "-1"),
        (json!({"GetApp": "3"}), "/calls_per_minute/GetApp", "\"3\""),
        (json!(3), "/calls_per_minute", "a map"),
        (json!(["GetApp"]), "/calls_per_minute", "a map"),
    ] {
        let answer = set(numbers);
        assert_eq!((answer.status, &answer.body["error"]["field"]), (400, &json!(field)), "{}", answer.text);
        assert!(answer.text.contains(&said.replace('"', "\\\"")), "{said}: {}", answer.text);
    }
    assert_eq!(app.control("GET", "/settings", &Value::Null).ok()["calls_per_minute"], json!({}));
}

#[test]
fn a_sign_in_over_a_socket_counts_as_a_connect_and_is_refused_when_it_is_one_too_many() {
    for door in DOORS {
        let app = TestApp::at_noon();
        app.tune(&json!({"calls_per_minute": {"Connect": 2}}));
        let connects = || {
            let limits = app.server().get("/rate_limits?web=true&endpoints=Connect").ok();
            limits["web"]["Connect"]["remaining"].as_u64().unwrap()
        };
        app.joined(door, "john").leave();
        assert_eq!(connects(), 1);
        // A refused one counts as well.
        app.show_token("john", "garbage").through(door).refused();
        assert_eq!(connects(), 0);
        app.joined(door, "john").leave();
        app.tune(&json!({"rate_limits": "enforce"}));
        let frame = app.show("john").through(door).refused();
        assert_eq!(frame, door.refusal((429, 9, &too_many(2))));
        let frame = app.show_token("john", "garbage").through(door).refused();
        assert_eq!(frame["error"]["code"], 5, "what is wrong with the token comes first");
        app.advance("1m");
        app.joined(door, "john").leave();
    }
}

#[test]
fn a_long_poll_begins_with_a_connect_and_has_a_limit_of_its_own() {
    let app = frozen_app();
    let json = encode(&json!({"user_details": {"id": "john"}}).to_string());
    let poll = || app.user("john").get(&format!("/longpoll?json={json}"));
    app.control("PATCH", "/settings", &json!({"rate_limits": "enforce", "calls_per_minute": {"Connect": 1}})).ok();
    Joined::of(Door::Legacy, app.show("john").through(Door::Legacy)).leave();
    let answer = poll();
    refused(&answer, "LongPoll", 429, 9, &too_many(1));
    assert_eq!(answer.header("retry-after"), Some("60"));
    app.control("PATCH", "/settings", &json!({"calls_per_minute": {"Connect": 9, "LongPoll": 2}})).ok();
    poll().ok();
    refused(&poll(), "LongPoll", 429, 9, &too_many(2));
    refused(&app.with_token("garbage").get("/longpoll?json=%7B%7D"), "LongPoll", 401, 5, SEGMENTS.2);
}
