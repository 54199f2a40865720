//! Tokens that cannot be read, in the words of Go's decoder (wire-contract 2.3 rows 4 to 7).

use serde_json::{Value, json};

use crate::app::TestApp;
use crate::forge::{HEADER, SEGMENTS, b64, btoa, refused, signed, token};

const PATH: &str = "/api/v2/app";

#[track_caller]
fn malformed(app: &TestApp, raw: &str, fault: &str) {
    let text = format!("JWTAuth error: {fault}");
    refused(&app.with_token(raw).get(PATH), "GetApp", (401, 5, &text));
}

#[test]
fn a_token_has_three_segments() {
    let app = TestApp::new();
    for raw in ["a", "a.b", "a.b.c.d", ".", "...", "undefined", "null"] {
        refused(&app.with_token(raw).get(PATH), "GetApp", SEGMENTS);
    }
}

#[test]
fn no_token_and_an_empty_one_are_answered_as_too_few_segments() {
    let app = TestApp::new();
    refused(&app.caller(Some("jwt"), None).get(PATH), "GetApp", SEGMENTS);
    for empty in ["", " ", "Bearer ", "bearer"] {
        refused(&app.with_token(empty).get(PATH), "GetApp", SEGMENTS);
    }
}

#[test]
fn three_empty_segments_end_before_their_json_begins() {
    malformed(&TestApp::new(), "..", "unexpected end of JSON input");
}

#[test]
fn a_segment_that_is_not_json_names_gos_first_bad_byte() {
    let app = TestApp::new();
    for (payload, fault) in [
        ("this", "invalid character 'h' in literal true (expecting 'r')"),
        ("<html>", "invalid character '<' looking for beginning of value"),
        ("{", "unexpected end of JSON input"),
        (r#"{"user_id":"john"} x"#, "invalid character 'x' after top-level value"),
        (r#"{"user_id" "john"}"#, "invalid character '\\\"' after object key"),
    ] {
        let fault = fault.replace("\\\"", "\"");
        malformed(&app, &token(HEADER, payload, &app.api_secret), &fault);
    }
    malformed(&app, &token("this", "{}", &app.api_secret), "invalid character 'h' in literal true (expecting 'r')");
}

#[test]
fn a_segment_that_is_not_base64_names_the_byte() {
    let app = TestApp::new();
    malformed(&app, &signed(&format!("{}.e3*0", b64(HEADER)), &app.api_secret), "illegal base64 data at input byte 2");
    malformed(&app, "$.e30.x", "illegal base64 data at input byte 0");
}

#[test]
fn a_user_id_that_is_no_text_names_the_go_field() {
    let app = TestApp::new();
    for (value, found) in [
        (json!(5), "number"),
        (json!(5.5), "number"),
        (json!(true), "bool"),
        (json!([]), "array"),
        (json!({}), "object"),
    ] {
        let raw = app.sign(&json!({ "user_id": value }));
        let fault =
            format!("json: cannot unmarshal {found} into Go struct field StreamJWTClaims.user_id of type string");
        malformed(&app, &raw, &fault);
    }
}

#[test]
fn a_time_that_is_no_whole_number_names_the_go_field() {
    let app = TestApp::new();
    for claim in ["exp", "nbf", "iat"] {
        for (value, found) in [
            (json!("1769860800"), "string"),
            (json!({}), "object"),
            (json!([1]), "array"),
            (json!(false), "bool"),
            (json!(1.5), "number 1.5"),
        ] {
            let mut claims = json!({"user_id": "john"});
            claims[claim] = value;
            let fault =
                format!("json: cannot unmarshal {found} into Go struct field StreamJWTClaims.{claim} of type int64");
            malformed(&app, &app.sign(&claims), &fault);
        }
    }
}

#[test]
fn a_payload_that_is_no_object_is_named_by_its_type() {
    let app = TestApp::new();
    for (payload, found) in [("[1]", "array"), ("5", "number"), ("\"x\"", "string"), ("true", "bool")] {
        let fault = format!("json: cannot unmarshal {found} into Go value of type StreamJWTClaims");
        malformed(&app, &token(HEADER, payload, &app.api_secret), &fault);
    }
}

#[test]
fn a_header_that_is_no_object_is_named_by_its_type() {
    let app = TestApp::new();
    let fault = "json: cannot unmarshal array into Go value of type map[string]interface {}";
    malformed(&app, &token("[1]", "{}", &app.api_secret), fault);
}

#[test]
fn of_a_repeated_claim_the_last_counts() {
    let app = TestApp::at_noon();
    let raw = token(HEADER, r#"{"user_id":5,"user_id":"john","exp":1,"exp":null}"#, &app.api_secret);
    app.with_token(&raw).get(PATH).ok();
}

#[test]
fn a_browsers_dev_token_is_latin_1_and_is_read_all_the_same() {
    let app = TestApp::new();
    app.set(&json!({"disable_auth_checks": true}));
    let mut payload = br#"{"user_id":"john","name":""#.to_vec();
    payload.push(0xe9);
    payload.extend_from_slice(br#""}"#);
    app.with_token(&format!("{}.{}.devtoken", btoa(HEADER), btoa(&payload))).get(PATH).ok();
}

#[test]
fn deep_nesting_in_a_claim_is_refused_and_not_followed() {
    let app = TestApp::new();
    let deep: Value = json!({"user_id": "john"});
    let text = deep.to_string().replace('}', &format!(",\"x\":{}{}}}", "[".repeat(5_000), "]".repeat(5_000)));
    let answer = app.with_token(&token(HEADER, &text, &app.api_secret)).get(PATH);
    let (status, code, message) = answer.error();
    assert_eq!((status, code), (401, 5), "{message}");
    assert!(message.contains("exceeded max depth"), "{message}");
}
