//! Auth checks disabled, word for word as design.md 3 has it.

use serde_json::json;

use crate::app::TestApp;
use crate::forge::{
    BAD_SERVER_SIGNATURE, BEFORE_ISSUE, EXPIRED, HEADER, NOON, NOON_TEXT, NOT_YET, REVOKED, SEGMENTS, SERVER_ONLY, b64,
    btoa, refused, token,
};

const PATH: &str = "/api/v2/app";

/// An app with auth checks off, its clock at noon.
fn open_app() -> TestApp {
    let app = TestApp::at_noon();
    app.set(&json!({"disable_auth_checks": true}));
    app
}

/// A token with the literal signature of developer tokens.
fn dev(claims: &serde_json::Value) -> String {
    format!("{}.{}.devtoken", b64(HEADER), b64(claims.to_string()))
}

#[test]
fn a_dev_token_passes_as_each_sdk_writes_it() {
    let app = open_app();
    for raw in [
        app.mint(&json!({"kind": "dev", "user_id": "john"})),
        format!("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.{}.devtoken", btoa(r#"{"user_id":"john"}"#)),
        format!("{}.{}.devtoken", b64(HEADER), b64(r#"{"user_id":"john"}"#)),
    ] {
        app.with_token(&raw).get(PATH).ok();
    }
}

#[test]
fn a_tampered_token_with_a_user_passes() {
    let app = open_app();
    let good = app.sign(&json!({"user_id": "john"}));
    app.with_token(&format!("{good}x")).get(PATH).ok();
    app.with_token(&token(HEADER, r#"{"user_id":"john"}"#, "another")).get(PATH).ok();
    app.with_token(&token(r#"{"alg":"RS256"}"#, r#"{"user_id":"john"}"#, &app.api_secret)).get(PATH).ok();
}

#[test]
fn its_bearer_is_that_user() {
    let app = open_app();
    let john = app.with_token(&dev(&json!({"user_id": "john"})));
    john.post("/api/v2/users", &json!({"users": {"john": {"id": "john", "name": "John"}}})).ok();
    let other = john.post("/api/v2/users", &json!({"users": {"eve": {"id": "eve"}}}));
    let text = "User with role 'user' is not allowed to perform action UpdateUser";
    refused(&other, "UpdateUsers", (403, 17, text));
}

#[test]
fn it_never_reaches_a_server_only_operation() {
    let app = open_app();
    let raw = dev(&json!({"user_id": "john", "server": true}));
    refused(&app.with_token(&raw).patch(PATH, &json!({})), "UpdateApp", SERVER_ONLY);
}

#[test]
fn a_tampered_server_token_is_refused() {
    let app = open_app();
    for payload in ["{}", r#"{"server":true}"#, r#"{"user_id":""}"#, r#"{"user_id":null}"#, "null"] {
        let raw = token(HEADER, payload, "another");
        refused(&app.with_token(&raw).get(PATH), "GetApp", BAD_SERVER_SIGNATURE);
        let raw = format!("{}.{}.devtoken", b64(HEADER), b64(payload));
        refused(&app.with_token(&raw).get(PATH), "GetApp", BAD_SERVER_SIGNATURE);
    }
}

#[test]
fn no_token_at_all_stays_refused() {
    let app = open_app();
    refused(&app.caller(Some("jwt"), None).get(PATH), "GetApp", SEGMENTS);
    refused(&app.with_token("").get(PATH), "GetApp", SEGMENTS);
}

#[test]
fn it_still_has_to_parse() {
    let app = open_app();
    refused(&app.with_token("a.b").get(PATH), "GetApp", SEGMENTS);
    let wrong = dev(&json!({"user_id": 5}));
    let text =
        "JWTAuth error: json: cannot unmarshal number into Go struct field StreamJWTClaims.user_id of type string";
    refused(&app.with_token(&wrong).get(PATH), "GetApp", (401, 5, text));
}

#[test]
fn the_other_credentials_are_checked_as_always() {
    let app = open_app();
    let raw = dev(&json!({"user_id": "john"}));
    refused(&app.caller(None, Some(&raw)).get(PATH), "GetApp", crate::forge::NO_AUTH_TYPE);
}

#[test]
fn parse_only_looks_at_no_times_and_no_revocation() {
    let app = open_app();
    app.upsert(&[json!({"id": "john"})]);
    app.revoke("john", &json!(NOON_TEXT));
    app.set(&json!({"revoke_tokens_issued_before": NOON_TEXT}));
    for claims in [
        json!({"user_id": "john"}),
        json!({"user_id": "john", "exp": 1}),
        json!({"user_id": "john", "nbf": NOON + 100}),
        json!({"user_id": "john", "iat": NOON + 100}),
        json!({"user_id": "john", "iat": 1}),
    ] {
        app.with_token(&dev(&claims)).get(PATH).ok();
    }
}

#[test]
fn check_times_looks_at_them_all() {
    let app = open_app();
    app.tune(&json!({"disabled_auth_checks": "check_times"}));
    app.upsert(&[json!({"id": "john"})]);
    let answer = |claims| app.with_token(&dev(&claims)).get(PATH);
    answer(json!({"user_id": "john"})).ok();
    refused(&answer(json!({"user_id": "john", "exp": NOON - 1})), "GetApp", EXPIRED);
    refused(&answer(json!({"user_id": "john", "nbf": NOON + 1})), "GetApp", NOT_YET);
    refused(&answer(json!({"user_id": "john", "iat": NOON + 1})), "GetApp", BEFORE_ISSUE);
    app.revoke("john", &json!(NOON_TEXT));
    refused(&answer(json!({"user_id": "john"})), "GetApp", REVOKED);
    refused(&answer(json!({"user_id": "john", "iat": NOON - 1})), "GetApp", REVOKED);
    answer(json!({"user_id": "john", "iat": NOON})).ok();
    app.set(&json!({"revoke_tokens_issued_before": NOON_TEXT}));
    refused(&answer(json!({"user_id": "jane"})), "GetApp", REVOKED);
}

#[test]
fn a_good_signature_is_judged_as_always() {
    let app = open_app();
    app.upsert(&[json!({"id": "john"})]);
    refused(&app.bearer(&json!({"user_id": "john", "exp": NOON - 1})).get(PATH), "GetApp", EXPIRED);
    refused(&app.bearer(&json!({"user_id": "john", "nbf": NOON + 1})).get(PATH), "GetApp", NOT_YET);
    refused(&app.bearer(&json!({"user_id": "john", "iat": NOON + 1})).get(PATH), "GetApp", BEFORE_ISSUE);
    app.revoke("john", &json!(NOON_TEXT));
    refused(&app.bearer(&json!({"user_id": "john"})).get(PATH), "GetApp", REVOKED);
    app.bearer(&json!({"user_id": "john", "iat": NOON})).get(PATH).ok();
}

#[test]
fn server_tokens_go_on_working_and_expire_as_always() {
    let app = open_app();
    app.root().patch(PATH, &json!({})).ok();
    app.bearer(&json!({"server": true, "exp": NOON})).patch(PATH, &json!({})).ok();
    refused(&app.bearer(&json!({"server": true, "exp": NOON - 1})).patch(PATH, &json!({})), "UpdateApp", EXPIRED);
    refused(&app.bearer(&json!({"iat": NOON + 1})).get(PATH), "GetApp", BEFORE_ISSUE);
}

#[test]
fn deactivated_and_deleted_users_stay_out() {
    let app = open_app();
    app.upsert(&[json!({"id": "john"}), json!({"id": "jane"})]);
    app.root().post("/api/v2/users/john/deactivate", &json!({})).ok();
    app.root().post("/api/v2/users/delete", &json!({"user_ids": ["jane"]})).ok();
    let answer = |id: &str| app.with_token(&dev(&json!({"user_id": id}))).get(PATH);
    refused(&answer("john"), "GetApp", (404, 16, "the user john was deactivated"));
    refused(&answer("jane"), "GetApp", (404, 16, "the user jane was deleted"));
}

#[test]
fn anonymous_callers_stay_anonymous() {
    let app = open_app();
    app.anonymous().get(PATH).ok();
    refused(&app.anonymous().patch(PATH, &json!({})), "UpdateApp", SERVER_ONLY);
}
