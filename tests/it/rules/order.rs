//! Of two faults the earlier in the order of wire-contract 2.4 is answered.

use serde_json::{Value, json};

use crate::app::{Answer, Caller, TestApp};
use crate::forge::{BEFORE_ISSUE, EXPIRED, HEADER, NO_AUTH_TYPE, NOON, NOT_YET, REVOKED, SERVER_ONLY, refused, token};

/// What can be wrong with a user's call of `UpdateUsers`, in the order in which it is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Wrong {
    Key,
    AuthType,
    Claims,
    Signature,
    Exp,
    Nbf,
    Iat,
    AppRevoked,
    UserRevoked,
    Deleted,
    Deactivated,
    Unknown,
    Body,
    Validation,
    Permission,
}

use Wrong::*;

const ALL: [Wrong; 15] = [
    Key,
    AuthType,
    Claims,
    Signature,
    Exp,
    Nbf,
    Iat,
    AppRevoked,
    UserRevoked,
    Deleted,
    Deactivated,
    Unknown,
    Body,
    Validation,
    Permission,
];

/// Faults that cannot both be: there is one body, and who does not exist was not deleted.
fn exclude(one: Wrong, other: Wrong) -> bool {
    let user = [UserRevoked, Deleted, Deactivated];
    one != other && ((one >= Body && other >= Body) || (user.contains(&one) && other == Unknown))
}

/// The app and its user `john`, with whatever of the two faults lies in the state.
fn prepare(faults: [Wrong; 2]) -> TestApp {
    let app = TestApp::at_noon();
    let has = |fault| faults.contains(&fault);
    if !has(Unknown) {
        app.upsert(&[json!({"id": "john"})]);
    }
    if has(Unknown) {
        app.tune(&json!({"unknown_user": "refuse"}));
    }
    if has(UserRevoked) {
        app.revoke("john", &json!("2026-01-31T12:00:10Z"));
    }
    if has(AppRevoked) {
        app.set(&json!({"revoke_tokens_issued_before": "2026-01-31T12:00:10Z"}));
    }
    if has(Deactivated) {
        app.root().post("/api/v2/users/john/deactivate", &json!({})).ok();
    }
    if has(Deleted) {
        app.root().post("/api/v2/users/delete", &json!({"user_ids": ["john"]})).ok();
    }
    app
}

fn call(app: &TestApp, faults: [Wrong; 2]) -> Answer {
    let has = |fault| faults.contains(&fault);
    let mut claims = json!({"user_id": "john", "iat": NOON});
    let mut set = |fault, claim: &str, value: Value| {
        if has(fault) {
            claims[claim] = value;
        }
    };
    set(Exp, "exp", json!(NOON - 1));
    set(Nbf, "nbf", json!(NOON + 1));
    set(Iat, "iat", json!(NOON + 1));
    // A claim of the wrong type, in whichever claim the other fault leaves free.
    set(Claims, if has(Exp) { "nbf" } else { "exp" }, json!({}));
    let secret = if has(Signature) { "another" } else { &app.api_secret };
    let raw = token(HEADER, &claims.to_string(), secret);
    let key = if has(Key) { "nobody" } else { &app.api_key };
    let auth_type = if has(AuthType) { "basic" } else { "jwt" };
    let body = if has(Body) {
        "nope".to_owned()
    } else if has(Validation) {
        json!({"users": {}}).to_string()
    } else if has(Permission) {
        json!({"users": {"eve": {"id": "eve"}}}).to_string()
    } else {
        json!({"users": {"john": {"id": "john"}}}).to_string()
    };
    let headers = [("stream-auth-type", auth_type), ("authorization", raw.as_str())];
    app.bare("POST", &format!("/api/v2/users?api_key={key}"), &headers, Some(&body))
}

fn expected(app: &TestApp, fault: Wrong, other: Wrong) -> (u16, i64, String) {
    let said = |(status, code, text): (u16, i64, &str)| (status, code, text.to_owned());
    let claim = if other == Exp { "nbf" } else { "exp" };
    match fault {
        Key => said((401, 2, "api_key not valid")),
        AuthType => said(NO_AUTH_TYPE),
        Claims => (
            401,
            5,
            format!(
                "JWTAuth error: json: cannot unmarshal object into Go struct field StreamJWTClaims.{claim} of type int64"
            ),
        ),
        Signature => (401, 43, app.bad_signature()),
        Exp => said(EXPIRED),
        Nbf => said(NOT_YET),
        Iat => said(BEFORE_ISSUE),
        AppRevoked | UserRevoked => said(REVOKED),
        Deleted => said((404, 16, "the user john was deleted")),
        Deactivated => said((404, 16, "the user john was deactivated")),
        Unknown => said((404, 16, "the user john does not exist")),
        Body => said((400, 4, "invalid json data")),
        Validation => said((400, 4, "users is a required field")),
        Permission => said((403, 17, "User with role 'user' is not allowed to perform action UpdateUser")),
    }
}

#[test]
fn of_any_two_faults_the_earlier_wins() {
    for (at, first) in ALL.into_iter().enumerate() {
        for second in ALL.into_iter().skip(at) {
            if exclude(first, second) {
                continue;
            }
            let app = prepare([first, second]);
            let answer = call(&app, [first, second]);
            let (status, code, text) = expected(&app, first, second);
            let wanted = (status, code, format!("UpdateUsers failed with error: \"{text}\""));
            assert_eq!(answer.error(), wanted, "{first:?} before {second:?}");
        }
    }
}

#[test]
fn without_faults_the_same_call_passes() {
    let app = prepare([Permission, Permission]);
    let raw = token(HEADER, &json!({"user_id": "john", "iat": NOON}).to_string(), &app.api_secret);
    app.with_token(&raw).post("/api/v2/users", &json!({"users": {"john": {"id": "john"}}})).ok();
}

#[test]
fn an_auth_error_wins_over_a_body_error_twenty_times_out_of_twenty() {
    let app = TestApp::at_noon();
    let old = app.sign(&json!({"user_id": "john", "exp": 1}));
    let path = format!("/api/v2/users?api_key={}", app.api_key);
    for _ in 0..20 {
        let headers = [("stream-auth-type", "jwt"), ("authorization", old.as_str())];
        refused(&app.bare("POST", &path, &headers, Some("{nope")), "UpdateUsers", EXPIRED);
    }
}

#[test]
fn a_server_only_refusal_wins_over_body_and_path_errors() {
    let app = TestApp::new();
    let john = app.user("john");
    let call = |caller: &Caller, method: &str, path: &str| caller.call(method, path, Some(&json!([1])));
    refused(&call(&john, "PATCH", "/api/v2/app"), "UpdateApp", SERVER_ONLY);
    refused(&call(&john, "POST", "/api/v2/users/nobody/deactivate"), "DeactivateUser", SERVER_ONLY);
    refused(&call(&john, "GET", "/api/v2/tasks/none"), "GetTask", SERVER_ONLY);
}

#[test]
fn a_refused_token_wins_over_a_server_only_refusal() {
    let app = TestApp::at_noon();
    let old = app.bearer(&json!({"user_id": "john", "exp": 1}));
    refused(&old.patch("/api/v2/app", &json!({})), "UpdateApp", EXPIRED);
}

#[test]
fn server_only_comes_before_the_rate_limit_and_the_rate_limit_before_the_body() {
    let app = TestApp::at_noon();
    app.tune(&json!({"rate_limits": "enforce"}));
    let (server, john) = (app.root(), app.user("john"));
    for _ in 0..60 {
        server.post("/api/v2/users/deactivate", &json!({}));
        john.post("/api/v2/users/deactivate", &json!({}));
        john.delete("/api/v2/devices");
    }
    refused(&john.post("/api/v2/users/deactivate", &json!({})), "DeactivateUsers", SERVER_ONLY);
    let (status, code, _) = server.call("POST", "/api/v2/users/deactivate", Some(&json!([1]))).error();
    assert_eq!((status, code), (429, 9));
    let (status, code, _) = john.delete("/api/v2/devices").error();
    assert_eq!((status, code), (429, 9), "before `id is a required field`");
    let old = app.bearer(&json!({"user_id": "john", "exp": 1}));
    refused(&old.delete("/api/v2/devices"), "DeleteDevice", EXPIRED);
}

#[test]
fn a_rule_of_the_request_comes_before_the_permission_and_the_permission_before_the_lookup() {
    let app = TestApp::new();
    let john = app.user("john");
    let ban = |body: Value| john.post("/api/v2/moderation/ban", &body);
    refused(&ban(json!({})), "Ban", (400, 4, "target_user_id is a required field"));
    let text = "User 'john' with role 'user' is not allowed to perform action BanUser";
    refused(&ban(json!({"target_user_id": "nobody"})), "Ban", (403, 17, text));
    let nobody = app.root().post("/api/v2/moderation/ban", &json!({"target_user_id": "nobody"}));
    refused(&nobody, "Ban", (404, 16, "the user nobody does not exist"));
}

#[test]
fn an_unknown_route_is_answered_before_any_credentials_are_looked_at() {
    let app = TestApp::new();
    let answer = app.bare("GET", "/api/v2/nothing", &[], None);
    refused(&answer, "Request", (404, 16, "Not Found"));
}
