//! HS256 over the segments as they were sent, with the secret's raw bytes (wire-contract 1.2).

use serde_json::json;

use crate::app::{TestApp, send};
use crate::forge::{BAD_SERVER_SIGNATURE, HEADER, b64, btoa, refused, signature, signed, token};

/// An app with a pair of the test's choice.
fn app_with_secret(secret: &str) -> TestApp {
    let maker = TestApp::new();
    let api_key = format!("{}-own", maker.api_key);
    let body = json!({"api_key": api_key, "api_secret": secret}).to_string();
    send("POST", &format!("{}/_millpond/apps", maker.url), &[], Some(&body)).ok();
    TestApp { url: maker.url, api_key, api_secret: secret.to_owned() }
}

#[test]
fn tokens_that_another_implementation_signed_pass() {
    // Made by Python's hmac and hashlib.
    for (secret, vector) in [
        (
            "millpond-test-secret",
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ1c2VyX2lkIjoiam9obiJ9.b9LSWEMDvf2GhiLPkSbOZzK8Vq-5txjggVYSfrPllU4",
        ),
        (
            "millpond-test-secret",
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.VMvBtFCHCLzqmGOXvEVy77ynfT8Pfbso4jOQmxtNoc4",
        ),
        (
            "sécret ☂ ключ",
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ1c2VyX2lkIjoiam9obiJ9.shYeg0ATzeTyl6A1CGOnJ522-Dpzq99ODeayOmNn5Ow",
        ),
    ] {
        app_with_secret(secret).with_token(vector).get("/api/v2/app").ok();
    }
}

#[test]
fn the_key_is_the_secrets_raw_bytes() {
    for secret in ["s", "sécret ☂", "c2VjcmV0", "  blanks  ", &"long ".repeat(100), "0123456789abcdef", "\"quoted\""]
    {
        let app = app_with_secret(secret);
        app.root().patch("/api/v2/app", &json!({})).ok();
        for other in [secret.trim(), &btoa(secret), &format!("{secret}\n"), "secret"] {
            if other != secret {
                let answer = app.with_token(&token(HEADER, "{}", other)).get("/api/v2/app");
                refused(&answer, "GetApp", BAD_SERVER_SIGNATURE);
            }
        }
    }
}

#[test]
fn every_algorithm_but_hs256_is_refused_even_when_the_signature_is_hs256s() {
    let app = TestApp::new();
    for alg in ["none", "None", "RS256", "HS384", "HS512", "ES256", "hs256", "", "HS256 "] {
        let header = json!({"alg": alg, "typ": "JWT"}).to_string();
        let user = app.with_token(&token(&header, r#"{"user_id":"john"}"#, &app.api_secret));
        refused(&user.get("/api/v2/app"), "GetApp", (401, 43, &app.bad_signature()));
        let server = app.with_token(&token(&header, "{}", &app.api_secret));
        refused(&server.get("/api/v2/app"), "GetApp", BAD_SERVER_SIGNATURE);
    }
}

#[test]
fn a_header_without_a_usable_alg_is_refused() {
    let app = TestApp::new();
    for header in ["{}", "null", r#"{"alg":null}"#, r#"{"alg":5}"#, r#"{"alg":["HS256"]}"#, r#"{"ALG":"HS256"}"#] {
        let user = app.with_token(&token(header, r#"{"user_id":"john"}"#, &app.api_secret));
        refused(&user.get("/api/v2/app"), "GetApp", (401, 43, &app.bad_signature()));
    }
}

#[test]
fn alg_none_is_refused_with_and_without_a_signature() {
    let app = TestApp::new();
    let message = format!("{}.{}", b64(r#"{"alg":"none"}"#), b64(r#"{"user_id":"john"}"#));
    for bare in [format!("{message}."), format!("{message}.e30"), signed(&message, &app.api_secret)] {
        refused(&app.with_token(&bare).get("/api/v2/app"), "GetApp", (401, 43, &app.bad_signature()));
    }
}

#[test]
fn order_and_number_of_header_fields_do_not_matter() {
    let app = TestApp::new();
    for header in [
        r#"{"typ":"JWT","alg":"HS256"}"#,
        r#"{"alg":"HS256"}"#,
        r#" { "alg" : "HS256", "typ":"JWT", "kid":"1", "cty":null } "#,
        r#"{"alg":"HS256","typ":5}"#,
    ] {
        app.with_token(&token(header, r#"{"user_id":"john"}"#, &app.api_secret)).get("/api/v2/app").ok();
    }
}

#[test]
fn both_alphabets_pass_with_and_without_padding_signed_as_they_are_sent() {
    let app = TestApp::new();
    // A payload whose base64 has both of the signs that differ, and that needs padding.
    let payload = r#"{"user_id":"john","x":"???>>>~~~ÿÿ"}"#;
    let standard = btoa(payload);
    assert!(standard.contains('/') && standard.contains('+') && standard.ends_with('='), "{standard}");
    let bare = standard.trim_end_matches('=');
    let url_safe = b64(payload);
    for segment in [&standard, bare, &url_safe, &format!("{url_safe}=")] {
        let message = format!("{}.{segment}", b64(HEADER));
        app.with_token(&signed(&message, &app.api_secret)).get("/api/v2/app").ok();
    }
}

#[test]
fn the_signature_too_passes_in_both_alphabets_and_padded() {
    let app = TestApp::new();
    let message = format!("{}.{}", b64(HEADER), b64("{}"));
    let signature = signature(&message, &app.api_secret);
    let standard = signature.replace('-', "+").replace('_', "/");
    for spelled in [signature.clone(), format!("{signature}="), standard.clone(), format!("{standard}=")] {
        app.with_token(&format!("{message}.{spelled}")).get("/api/v2/app").ok();
    }
}

#[test]
fn a_signature_over_another_spelling_of_the_same_segments_is_refused() {
    let app = TestApp::new();
    let (padded, bare) = (btoa(r#"{"user_id":"jo"}"#), b64(r#"{"user_id":"jo"}"#));
    assert_ne!(padded, bare);
    let over_bare = signature(&format!("{}.{bare}", b64(HEADER)), &app.api_secret);
    let moved = format!("{}.{padded}.{over_bare}", b64(HEADER));
    refused(&app.with_token(&moved).get("/api/v2/app"), "GetApp", (401, 43, &app.bad_signature()));
}

#[test]
fn a_changed_payload_or_signature_is_refused() {
    let app = TestApp::new();
    let good = app.sign(&json!({"user_id": "john"}));
    let (message, signature) = good.rsplit_once('.').unwrap();
    let forged = format!("{}.{}.{signature}", b64(HEADER), b64(r#"{"user_id":"eve"}"#));
    let mut flipped = signature.to_owned();
    let first = if flipped.starts_with('A') { "B" } else { "A" };
    flipped.replace_range(0..1, first);
    for bad in [
        forged,
        format!("{message}.{flipped}"),
        format!("{message}."),
        format!("{message}.!"),
        format!("{message}.{}", &signature[..20]),
    ] {
        refused(&app.with_token(&bad).get("/api/v2/app"), "GetApp", (401, 43, &app.bad_signature()));
    }
}

#[test]
fn a_bad_signature_speaks_of_the_key_to_users_and_not_to_servers() {
    let app = TestApp::new();
    let other = TestApp::new();
    let user = token(HEADER, r#"{"user_id":"john"}"#, &other.api_secret);
    refused(&app.with_token(&user).get("/api/v2/app"), "GetApp", (401, 43, &app.bad_signature()));
    let server = token(HEADER, r#"{"server":true}"#, &other.api_secret);
    refused(&app.with_token(&server).get("/api/v2/app"), "GetApp", BAD_SERVER_SIGNATURE);
}

#[test]
fn a_token_that_passed_once_is_judged_by_its_own_apps_secret_alone() {
    let (app, other) = (TestApp::new(), TestApp::new());
    let token = app.sign(&json!({"user_id": "john"}));
    app.with_token(&token).get("/api/v2/app").ok();
    app.with_token(&token).get("/api/v2/app").ok();
    refused(&other.with_token(&token).get("/api/v2/app"), "GetApp", (401, 43, &other.bad_signature()));
}
