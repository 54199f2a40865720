//! `exp`, `nbf` and `iat` by the app's clock, in whole seconds, without leeway (wire-contract 1.4).

use serde_json::json;

use crate::app::TestApp;
use crate::forge::{BEFORE_ISSUE, EXPIRED, NOON, NOT_YET, refused};

const PATH: &str = "/api/v2/app";

#[test]
fn exp_is_not_required_and_neither_are_nbf_and_iat() {
    let app = TestApp::at_noon();
    app.bearer(&json!({"user_id": "john"})).get(PATH).ok();
    app.bearer(&json!({"user_id": "john", "exp": null, "nbf": null, "iat": null})).get(PATH).ok();
}

#[test]
fn a_token_lives_to_the_very_second_of_exp_and_not_a_nanosecond_longer() {
    let app = TestApp::at_noon();
    let token = app.bearer(&json!({"user_id": "john", "exp": NOON}));
    token.get(PATH).ok();
    app.advance("1ns");
    refused(&token.get(PATH), "GetApp", EXPIRED);
    let server = app.bearer(&json!({"exp": NOON}));
    refused(&server.get(PATH), "GetApp", EXPIRED);
}

#[test]
fn exp_has_no_leeway() {
    let app = TestApp::at_noon();
    for exp in [NOON - 1, NOON - 59, 0, 1, -1, i64::MIN] {
        refused(&app.bearer(&json!({"user_id": "john", "exp": exp})).get(PATH), "GetApp", EXPIRED);
    }
    for exp in [NOON + 1, i64::MAX, NOON * 1000] {
        app.bearer(&json!({"user_id": "john", "exp": exp})).get(PATH).ok();
    }
}

#[test]
fn nbf_passes_from_its_second_on() {
    let app = TestApp::at_noon();
    app.bearer(&json!({"user_id": "john", "nbf": NOON})).get(PATH).ok();
    let early = app.bearer(&json!({"user_id": "john", "nbf": NOON + 1}));
    refused(&early.get(PATH), "GetApp", NOT_YET);
    app.advance("1s");
    early.get(PATH).ok();
    refused(&app.bearer(&json!({"nbf": i64::MAX})).get(PATH), "GetApp", NOT_YET);
}

#[test]
fn iat_of_now_passes_and_a_second_later_is_before_issue() {
    let app = TestApp::at_noon();
    app.bearer(&json!({"user_id": "john", "iat": NOON})).get(PATH).ok();
    let early = app.bearer(&json!({"user_id": "john", "iat": NOON + 1}));
    refused(&early.get(PATH), "GetApp", BEFORE_ISSUE);
    refused(&app.bearer(&json!({"server": true, "iat": NOON + 1})).get(PATH), "GetApp", BEFORE_ISSUE);
    app.advance("999ms");
    refused(&early.get(PATH), "GetApp", BEFORE_ISSUE);
    app.advance("1ms");
    early.get(PATH).ok();
}

#[test]
fn iat_leeway_is_a_setting() {
    let app = TestApp::at_noon();
    app.tune(&json!({"iat_leeway_seconds": 2}));
    app.bearer(&json!({"user_id": "john", "iat": NOON + 2})).get(PATH).ok();
    refused(&app.bearer(&json!({"user_id": "john", "iat": NOON + 3})).get(PATH), "GetApp", BEFORE_ISSUE);
    app.tune(&json!({"iat_leeway_seconds": null}));
    refused(&app.bearer(&json!({"user_id": "john", "iat": NOON + 1})).get(PATH), "GetApp", BEFORE_ISSUE);
}

#[test]
fn the_leeway_of_iat_is_none_for_exp_and_nbf() {
    let app = TestApp::at_noon();
    app.tune(&json!({"iat_leeway_seconds": 3600}));
    refused(&app.bearer(&json!({"user_id": "john", "exp": NOON - 1})).get(PATH), "GetApp", EXPIRED);
    refused(&app.bearer(&json!({"user_id": "john", "nbf": NOON + 1})).get(PATH), "GetApp", NOT_YET);
}

#[test]
fn the_times_of_a_real_net_server_token_are_checked() {
    let app = TestApp::at_noon();
    let net = app.bearer(&json!({"nbf": NOON - 5, "iat": NOON - 5, "exp": NOON + 3600}));
    net.get(PATH).ok();
    app.advance("1h1s");
    refused(&net.get(PATH), "GetApp", EXPIRED);
}

#[test]
fn a_clock_that_is_moved_back_makes_tokens_early_again() {
    let app = TestApp::at_noon();
    let token = app.bearer(&json!({"user_id": "john", "iat": NOON}));
    token.get(PATH).ok();
    app.advance("-1s");
    refused(&token.get(PATH), "GetApp", BEFORE_ISSUE);
}

#[test]
fn a_token_that_verified_before_is_looked_at_by_the_clock_each_time() {
    let app = TestApp::at_noon();
    let token = app.bearer(&json!({"user_id": "john", "exp": NOON + 10}));
    for _ in 0..3 {
        token.get(PATH).ok();
    }
    app.advance("11s");
    refused(&token.get(PATH), "GetApp", EXPIRED);
    app.advance("-11s");
    token.get(PATH).ok();
}

#[test]
fn each_app_goes_by_its_own_clock() {
    let (early, late) = (TestApp::at_noon(), TestApp::at_noon());
    late.advance("1d");
    early.bearer(&json!({"user_id": "john", "exp": NOON + 60})).get(PATH).ok();
    refused(&late.bearer(&json!({"user_id": "john", "exp": NOON + 60})).get(PATH), "GetApp", EXPIRED);
}
