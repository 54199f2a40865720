//! What a token makes of its bearer (wire-contract 1.2, 1.3).

use serde_json::json;

use crate::app::TestApp;
use crate::forge::{BAD_SERVER_SIGNATURE, HEADER, NOON, SEGMENTS, SERVER_ONLY, refused, token};

#[test]
fn a_token_without_a_user_is_a_servers_in_every_shape_that_sdks_send() {
    let app = TestApp::at_noon();
    for payload in [
        json!({"server": true}),
        json!({}),
        json!({"nbf": NOON - 5, "iat": NOON - 5, "exp": NOON + 3600}),
        json!({"iat": NOON - 5, "server": true}),
        json!({"iat": NOON, "server": true}),
        json!({"iat": NOON - 5, "iss": "Stream Chat Java SDK", "sub": "Stream Chat Java SDK", "server": true, "scope": "admins"}),
        json!({"resource": "*", "action": "*", "feed_id": "*"}),
        json!({"user_id": ""}),
        json!({"user_id": null}),
    ] {
        let name = app.bearer(&payload).get("/api/v2/app").ok()["app"]["sqs_secret"].clone();
        assert_eq!(name, "", "the full settings, which a server alone sees: {payload}");
    }
}

#[test]
fn the_server_claim_is_never_read_and_may_be_of_any_type() {
    let app = TestApp::new();
    for server in [json!("true"), json!(false), json!(0), json!(null), json!([1, {"a": []}]), json!({})] {
        app.bearer(&json!({"server": server})).patch("/api/v2/app", &json!({})).ok();
        let user = app.bearer(&json!({"server": server, "user_id": "john"}));
        refused(&user.patch("/api/v2/app", &json!({})), "UpdateApp", SERVER_ONLY);
    }
}

#[test]
fn a_payload_of_null_is_a_servers_as_an_empty_object_is() {
    let app = TestApp::new();
    app.payload("null").patch("/api/v2/app", &json!({})).ok();
}

#[test]
fn a_token_with_a_user_is_that_users_whatever_else_it_claims() {
    let app = TestApp::new();
    let john = app.bearer(&json!({"user_id": "john", "server": true, "role": "admin", "scope": "admins"}));
    refused(&john.patch("/api/v2/app", &json!({})), "UpdateApp", SERVER_ONLY);
    let made = john.post("/api/v2/users", &json!({"users": {"john": {"id": "john"}}})).ok();
    assert_eq!(made["users"]["john"]["role"], "user", "the claim `role` gives no role");
}

#[test]
fn a_call_token_is_a_users_token() {
    let app = TestApp::new();
    let claims =
        json!({"user_id": "john", "call_cids": ["default:1"], "channel_cids": ["messaging:1"], "role": "host"});
    app.bearer(&claims).get("/api/v2/app").ok();
    refused(&app.bearer(&claims).get("/api/v2/roles"), "ListRoles", SERVER_ONLY);
}

#[test]
fn claims_that_nobody_knows_are_ignored() {
    let app = TestApp::new();
    app.bearer(&json!({"user_id": "john", "validity_in_seconds": "x", "aud": {"a": [1]}, "custom": null}))
        .get("/api/v2/app")
        .ok();
}

#[test]
fn a_guests_token_is_a_users_token_and_has_the_role_guest() {
    let app = TestApp::new();
    let made = app.anonymous().post("/api/v2/guest", &json!({"user": {"id": "pat"}})).ok();
    let guest = app.with_token(made["access_token"].as_str().unwrap());
    guest.get("/api/v2/app").ok();
    refused(&guest.get("/api/v2/roles"), "ListRoles", SERVER_ONLY);
    let id = made["user"]["id"].as_str().unwrap();
    let ban = guest.post("/api/v2/moderation/ban", &json!({"target_user_id": id}));
    let text = format!("User '{id}' with role 'guest' is not allowed to perform action BanUser");
    refused(&ban, "Ban", (403, 17, &text));
}

#[test]
fn a_dev_token_is_nobodys_while_auth_checks_are_on() {
    let app = TestApp::new();
    let dev = app.mint(&json!({"kind": "dev", "user_id": "john"}));
    assert!(dev.ends_with(".devtoken"));
    refused(&app.with_token(&dev).get("/api/v2/app"), "GetApp", (401, 43, &app.bad_signature()));
}

#[test]
fn anonymous_callers_need_no_token() {
    let app = TestApp::new();
    app.anonymous().get("/api/v2/app").ok();
    refused(&app.anonymous().get("/api/v2/roles"), "ListRoles", SERVER_ONLY);
}

#[test]
fn a_token_makes_nobody_of_an_anonymous_caller() {
    let app = TestApp::new();
    for shown in ["", "undefined", &app.sign(&json!({"user_id": "!anon", "role": "admin", "call_cids": ["a:b"]}))] {
        let caller = app.with_token_as("anonymous", shown);
        caller.get("/api/v2/app").ok();
        refused(&caller.get("/api/v2/roles"), "ListRoles", SERVER_ONLY);
        caller.post("/api/v2/guest", &json!({"user": {"id": "pat"}})).ok();
    }
}

#[test]
fn with_auth_checks_off_an_anonymous_token_need_not_verify_but_must_be_of_nobody() {
    let app = TestApp::new();
    let forged = |user: &str| token(HEADER, &json!({"user_id": user}).to_string(), "another");
    let ask = |user: &str| app.with_token_as("anonymous", &forged(user)).get("/api/v2/app");
    refused(&ask("!anon"), "GetApp", (401, 43, &app.bad_signature()));
    app.set(&json!({"disable_auth_checks": true}));
    ask("!anon").ok();
    refused(&ask("john"), "GetApp", (401, 5, "anon auth token must have user_id claim equal to '!anon'"));
}

#[test]
fn the_user_id_in_an_anonymous_callers_query_is_not_believed() {
    let app = TestApp::new();
    app.upsert(&[json!({"id": "john"})]);
    let answer = app.anonymous().get("/api/v2/devices?user_id=john");
    let text = "User '!anon' with role 'anonymous' is not allowed to perform action ListDevices";
    refused(&answer, "ListDevices", (403, 17, text));
}

#[test]
fn a_guest_is_made_without_a_token_but_not_with_a_bad_one() {
    let app = TestApp::new();
    let body = json!({"user": {"id": "pat"}});
    app.anonymous().post("/api/v2/guest", &body).ok();
    app.root().post("/api/v2/guest", &body).ok();
    refused(&app.caller(Some("jwt"), None).post("/api/v2/guest", &body), "CreateGuest", SEGMENTS);
    let forged = token(r#"{"alg":"HS256"}"#, "{}", "another");
    refused(&app.with_token(&forged).post("/api/v2/guest", &body), "CreateGuest", BAD_SERVER_SIGNATURE);
    let none = app.caller(None, None).post("/api/v2/guest", &body);
    refused(&none, "CreateGuest", crate::forge::NO_AUTH_TYPE);
}
