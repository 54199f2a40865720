//! Rate limits in headers, by the app's clock (wire-contract 2.5).

use serde_json::{Value, json};

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

/// Limit and remaining, as the headers say.
#[track_caller]
fn room(answer: &Answer) -> (i64, i64) {
    (number(answer, "x-ratelimit-limit"), remaining(answer))
}

/// The text of a refusal where so many calls are taken in a minute.
fn too_many(limit: u32) -> String {
    format!("Too many requests, check response headers for more information. The limit is {limit} a minute")
}

#[test]
fn enforced_limits_take_sixty_calls_of_each_user_operation_and_platform_and_any_of_servers() {
    let app = TestApp::at_noon();
    app.tune(&json!({"rate_limits": "enforce"}));
    let john = app.user("john");
    for left in (0..60).rev() {
        let answer = john.get(PATH);
        assert_eq!(room(&answer), (60, left));
        answer.ok();
    }
    let answer = john.get(PATH);
    refused(&answer, "GetApp", (429, 9, &too_many(60)));
    assert_eq!((room(&answer), number(&answer, "retry-after")), ((60, 0), 60));
    // The app's own window is counted all the same, for the users of a platform together.
    app.user("mary").get(PATH).ok();
    john.get("/api/v2/devices").ok();
    let token = app.sign(&json!({"user_id": "john"}));
    let android =
        [("stream-auth-type", "jwt"), ("authorization", token.as_str()), ("x-stream-client", "stream-chat-android-6")];
    assert_eq!(room(&app.bare("GET", &format!("{PATH}?api_key={}", app.api_key), &android, None)), (60, 59));
    for left in (0..61).map(|call| 9_999 - call) {
        assert_eq!(room(&app.root().get(PATH)), (10_000, left));
    }
    app.tune(&json!({"user_calls_per_minute": null}));
    assert_eq!(room(&john.get(PATH)), (10_000, 10_000 - 63));
    app.tune(&json!({"user_calls_per_minute": 70}));
    assert_eq!(room(&john.get(PATH)), (70, 70 - 62), "what was not asked for was not counted");
    app.advance("1m");
    assert_eq!(room(&john.get(PATH)), (70, 69));
}

#[test]
fn a_user_is_counted_under_good_tokens_alone_and_nowhere_while_limits_are_only_told() {
    let app = TestApp::at_noon();
    app.tune(&json!({"user_calls_per_minute": 5}));
    let john = app.user("john");
    assert_eq!(room(&john.get(PATH)), (10_000, 9_999));
    app.tune(&json!({"rate_limits": "enforce"}));
    for bad in [
        "garbage".to_owned(),
        app.sign(&json!({"user_id": "john", "exp": 1})),
        format!("{}x", app.sign(&json!({"user_id": "john"}))),
    ] {
        for _ in 0..4 {
            assert_eq!(app.with_token(&bad).get(PATH).status, 401);
        }
    }
    assert_eq!(room(&john.get(PATH)), (5, 4));
    for _ in 0..4 {
        app.caller(Some("anonymous"), None).get(PATH);
    }
    assert_eq!(room(&john.get(PATH)), (5, 3));
    // Of the app's limit and the user's, the nearer is told, and refuses.
    app.tune(&json!({"calls_per_minute": {"GetApp": 20}}));
    assert_eq!(room(&john.get(PATH)), (20, 0));
    refused(&app.user("mary").get(PATH), "GetApp", (429, 9, &too_many(20)));
}

#[test]
fn a_users_sign_ins_over_sockets_are_counted_too() {
    use crate::sockets::client::DOORS;
    for door in DOORS {
        let app = TestApp::at_noon();
        app.tune(&json!({"rate_limits": "enforce", "user_calls_per_minute": 1}));
        app.joined(door, "john").leave();
        assert_eq!(app.show("john").through(door).refused(), door.refusal((429, 9, &too_many(1))));
        app.joined(door, "mary").leave();
        app.advance("1m");
        app.joined(door, "john").leave();
    }
}

#[test]
fn the_number_of_calls_of_a_user_is_a_number_or_null() {
    let app = TestApp::new();
    let set = |calls: Value| app.control("PATCH", "/settings", &json!({"user_calls_per_minute": calls}));
    for wrong in [json!(0), json!(1_000_001), json!(-1), json!("60"), json!(1.5), json!([])] {
        let answer = set(wrong.clone());
        assert_eq!((answer.status, &answer.body["error"]["field"]), (400, &json!("/user_calls_per_minute")), "{wrong}");
    }
    for right in [json!(1), json!(1_000_000), json!(null)] {
        assert_eq!(set(right.clone()).ok()["user_calls_per_minute"], right);
    }
    // What was set is there after a restart and in an export, null too.
    let fixture = app.control("GET", "/fixture", &Value::Null).ok();
    assert_eq!(fixture["apps"][0]["emulator"], json!({"user_calls_per_minute": null}));
    app.control(
        "PUT",
        "/fixture?mode=merge",
        &json!({"millpond": 1, "apps": [{"emulator": {"user_calls_per_minute": 7}}]}),
    )
    .ok();
    app.control("PUT", "/fixture?mode=merge", &json!({"millpond": 1, "apps": [{"emulator": {}}]})).ok();
    assert_eq!(app.control("GET", "/settings", &Value::Null).ok()["user_calls_per_minute"], 7);
    let zero = app.control(
        "PUT",
        "/fixture?mode=merge",
        &json!({"millpond": 1, "apps": [{"emulator": {"user_calls_per_minute": 0}}]}),
    );
    assert_eq!(zero.status, 400, "{zero:?}");
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
