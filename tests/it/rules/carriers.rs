//! Where the three credentials may stand (wire-contract 1.1).

use serde_json::json;

use crate::app::{Answer, TestApp};
use crate::forge::{NO_AUTH_TYPE, SEGMENTS, refused};

/// `GetApp` with exactly this query and these headers.
fn get(app: &TestApp, query: &str, headers: &[(&str, &str)]) -> Answer {
    app.bare("GET", &format!("/api/v2/app{query}"), headers, None)
}

#[test]
fn the_api_key_comes_in_the_query_or_in_a_header() {
    let app = TestApp::new();
    let (key, token) = (app.api_key.as_str(), app.sign(&json!({"user_id": "john"})));
    let auth = [("stream-auth-type", "jwt"), ("authorization", token.as_str())];
    get(&app, &format!("?api_key={key}"), &auth).ok();
    get(&app, "", &[auth[0], auth[1], ("api_key", key)]).ok();
    get(&app, "", &[auth[0], auth[1], ("API_KEY", key)]).ok();
    get(&app, "?api_key=", &[auth[0], auth[1], ("api_key", key)]).ok();
}

#[test]
fn the_query_wins_over_the_header_when_both_have_an_api_key() {
    let app = TestApp::new();
    let token = app.sign(&json!({}));
    let headers = |key| [("stream-auth-type", "jwt"), ("authorization", token.as_str()), ("api_key", key)];
    get(&app, &format!("?api_key={}", app.api_key), &headers("nobody")).ok();
    refused(&get(&app, "?api_key=nobody", &headers(&app.api_key)), "GetApp", (401, 2, "api_key not valid"));
}

#[test]
fn an_api_key_that_is_missing_or_empty_is_not_provided() {
    let app = TestApp::new();
    for (query, headers) in [("", &[][..]), ("?api_key=", &[]), ("?api_key=", &[("api_key", "")]), ("?API_KEY=x", &[])]
    {
        refused(&get(&app, query, headers), "GetApp", (401, 2, "api_key or app_id not provided"));
    }
}

#[test]
fn an_api_key_that_no_app_has_is_not_valid() {
    let app = TestApp::new();
    for key in ["nobody", "%00", "%F0%9F%98%80", &app.api_key.to_uppercase(), &format!("{}%20", app.api_key)] {
        refused(&get(&app, &format!("?api_key={key}"), &[]), "GetApp", (401, 2, "api_key not valid"));
    }
}

#[test]
fn the_auth_type_comes_in_a_header_of_any_case_or_in_the_query() {
    let app = TestApp::new();
    let (key, token) = (app.api_key.as_str(), app.sign(&json!({"user_id": "john"})));
    for name in ["stream-auth-type", "Stream-Auth-Type", "STREAM-AUTH-TYPE"] {
        get(&app, &format!("?api_key={key}"), &[(name, "jwt"), ("authorization", &token)]).ok();
    }
    get(&app, &format!("?api_key={key}&stream-auth-type=jwt"), &[("authorization", &token)]).ok();
    get(&app, &format!("?api_key={key}&stream-auth-type=anonymous"), &[]).ok();
    get(&app, &format!("?api_key={key}&stream-auth-type=jwt"), &[("stream-auth-type", ""), ("authorization", &token)])
        .ok();
}

#[test]
fn any_other_auth_type_is_none() {
    let app = TestApp::new();
    let token = app.sign(&json!({}));
    for word in ["", "JWT", "Anonymous", "jwt ,", "bearer", "undefined"] {
        let answer =
            get(&app, &format!("?api_key={}", app.api_key), &[("stream-auth-type", word), ("authorization", &token)]);
        refused(&answer, "GetApp", NO_AUTH_TYPE);
    }
}

#[test]
fn bearer_before_the_token_is_tolerated() {
    let app = TestApp::new();
    let token = app.sign(&json!({"user_id": "john"}));
    for shown in [format!("Bearer {token}"), format!("bearer {token}"), format!("BEARER   {token} ")] {
        app.with_token(&shown).get("/api/v2/app").ok();
    }
    refused(&app.with_token(&format!("Basic {token}")).get("/api/v2/app"), "GetApp", (401, 5, &basic_fault(&token)));
}

/// What is wrong with `Basic <token>`: its first segment has a space where base64 has none.
fn basic_fault(_: &str) -> String {
    "JWTAuth error: illegal base64 data at input byte 5".to_owned()
}

#[test]
fn the_token_may_stand_in_the_query_as_on_the_legacy_socket() {
    let app = TestApp::new();
    let (key, token) = (&app.api_key, app.sign(&json!({"user_id": "john"})));
    let answer = get(&app, &format!("?api_key={key}&authorization={token}&stream-auth-type=jwt"), &[]);
    answer.ok();
}

#[test]
fn an_empty_authorization_is_absent() {
    let app = TestApp::new();
    let query = format!("?api_key={}", app.api_key);
    get(&app, &query, &[("stream-auth-type", "anonymous"), ("authorization", "")]).ok();
    refused(&get(&app, &query, &[("stream-auth-type", "jwt"), ("authorization", "")]), "GetApp", SEGMENTS);
    let token = app.sign(&json!({}));
    get(&app, &format!("{query}&authorization={token}"), &[("stream-auth-type", "jwt"), ("authorization", "")]).ok();
}

#[test]
fn the_word_undefined_is_no_token_of_an_anonymous_caller() {
    let app = TestApp::new();
    let query = format!("?api_key={}&authorization=undefined", app.api_key);
    get(&app, &query, &[("stream-auth-type", "anonymous")]).ok();
}

#[test]
fn what_sdks_send_besides_is_tolerated() {
    let app = TestApp::new();
    let token = app.sign(&json!({"user_id": "john"}));
    let query = format!("?api_key={}&connection_id=c1&user_id=john&X-Stream-Client=x&a=1&a=2&b", app.api_key);
    let headers = [
        ("stream-auth-type", "jwt"),
        ("authorization", token.as_str()),
        ("content-type", "application/json"),
        ("x-stream-client", "stream-feeds-js-v1|client_bundle=browser"),
        ("x-client-request-id", "6a2fea53-0a15-1922-0200-00000000048f"),
    ];
    let answer = app.bare("GET", &format!("/api/v2/app{query}"), &headers, None);
    answer.ok();
}
