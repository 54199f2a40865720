//! Every row of wire-contract 2.3 that can happen over HTTP, on each mount, and the same verdict in the inspector.

use std::sync::OnceLock;

use millpond::config::{Config, Database, LoadedFixture};
use millpond::fixture::format;
use serde_json::{Value, json};

use crate::app::{Answer, TestApp, encode, send, start};
use crate::forge::{HEADER, NOON, NOON_TEXT, b64, refused, token};

/// What a caller shows.
struct Shown {
    app: TestApp,
    api_key: String,
    auth_type: String,
    token: String,
}

fn shown(app: TestApp, token: String) -> Shown {
    Shown { api_key: app.api_key.clone(), auth_type: "jwt".to_owned(), token, app }
}

/// A row: its number, what is shown, and the status, code and inner text that it gets.
struct Row(u8, fn() -> Shown, u16, i64, &'static str);

fn bearer(claims: &Value) -> Shown {
    let app = TestApp::at_noon();
    let token = app.sign(claims);
    shown(app, token)
}

fn raw(token: &str) -> Shown {
    shown(TestApp::at_noon(), token.to_owned())
}

/// An app on a server of its own whose fixture suspends it: no call of Stream's API does.
fn suspended() -> Shown {
    static URL: OnceLock<String> = OnceLock::new();
    let url = URL.get_or_init(|| {
        let text = "millpond: 1\napps:\n  - name: suspended\n    api_key: suspended-key\n    api_secret: suspended-secret\n    settings: {suspended: true}\n";
        let fixture = format::parse(text, "suspended.yaml").unwrap();
        let loaded = LoadedFixture { file: "suspended.yaml".to_owned(), text: text.to_owned(), fixture };
        start(Config { port: 0, database: Database::Memory, workers: 1, fixtures: vec![loaded], ..Config::default() })
    });
    let app =
        TestApp { url: url.clone(), api_key: "suspended-key".to_owned(), api_secret: "suspended-secret".to_owned() };
    let token = app.sign(&json!({"user_id": "john"}));
    shown(app, token)
}

/// A token that comes with the auth type `anonymous`.
fn anonymous(claims: &Value) -> Shown {
    Shown { auth_type: "anonymous".to_owned(), ..bearer(claims) }
}

const NOT_ANONYMOUS: &str = "anon auth token must have user_id claim equal to '!anon'";

const ROWS: &[Row] = &[
    // Of section 1.5, which gives no numbers.
    Row(0, || anonymous(&json!({"user_id": "john"})), 401, 5, NOT_ANONYMOUS),
    Row(0, || anonymous(&json!({"user_id": "anon"})), 401, 5, NOT_ANONYMOUS),
    Row(0, || anonymous(&json!({"server": true})), 401, 5, NOT_ANONYMOUS),
    Row(
        0,
        || anonymous(&json!({"user_id": "!anon", "exp": NOON - 1})),
        401,
        40,
        "JWTAuth error: token is expired (exp)",
    ),
    Row(
        0,
        || anonymous(&json!({"user_id": "!anon", "nbf": NOON + 1})),
        401,
        41,
        "JWTAuth error: token is not valid yet (nbf)",
    ),
    Row(
        0,
        || anonymous(&json!({"user_id": "!anon", "iat": NOON + 1})),
        401,
        42,
        "JWTAuth error: token used before issue at (iat)",
    ),
    Row(
        0,
        || Shown { auth_type: "anonymous".to_owned(), ..raw(&token(HEADER, r#"{"user_id":"!anon"}"#, "another")) },
        401,
        43,
        "JWTAuth error: signature is not valid. Make sure the token is created using the secret for API key \"<key>\"",
    ),
    Row(
        0,
        || Shown { auth_type: "anonymous".to_owned(), ..raw(&token(HEADER, "{}", "another")) },
        401,
        5,
        "Token signature is invalid",
    ),
    Row(
        0,
        || Shown { auth_type: "anonymous".to_owned(), ..raw("nonsense") },
        401,
        5,
        "JWTAuth error: token contains an invalid number of segments",
    ),
    Row(
        0,
        || {
            let shown = anonymous(&json!({"user_id": "john"}));
            shown.app.set(&json!({"disable_auth_checks": true}));
            let dev = shown.app.mint(&json!({"kind": "dev", "user_id": "john"}));
            Shown { token: dev, ..shown }
        },
        401,
        5,
        NOT_ANONYMOUS,
    ),
    Row(1, || Shown { api_key: String::new(), ..bearer(&json!({})) }, 401, 2, "api_key or app_id not provided"),
    Row(2, || Shown { api_key: "nobody".to_owned(), ..bearer(&json!({})) }, 401, 2, "api_key not valid"),
    Row(3, || Shown { auth_type: String::new(), ..bearer(&json!({})) }, 401, 5, "stream-auth-type missing or invalid"),
    Row(
        3,
        || Shown { auth_type: "basic".to_owned(), ..bearer(&json!({})) },
        401,
        5,
        "stream-auth-type missing or invalid",
    ),
    Row(4, || raw(""), 401, 5, "JWTAuth error: token contains an invalid number of segments"),
    Row(4, || raw("a.b"), 401, 5, "JWTAuth error: token contains an invalid number of segments"),
    Row(
        5,
        || raw(&format!("{}.{}.x", b64(HEADER), b64("this"))),
        401,
        5,
        "JWTAuth error: invalid character 'h' in literal true (expecting 'r')",
    ),
    Row(
        6,
        || bearer(&json!({"user_id": 5})),
        401,
        5,
        "JWTAuth error: json: cannot unmarshal number into Go struct field StreamJWTClaims.user_id of type string",
    ),
    Row(
        7,
        || bearer(&json!({"user_id": "john", "exp": {}})),
        401,
        5,
        "JWTAuth error: json: cannot unmarshal object into Go struct field StreamJWTClaims.exp of type int64",
    ),
    Row(8, || bearer(&json!({"user_id": "john", "exp": NOON - 1})), 401, 40, "JWTAuth error: token is expired (exp)"),
    Row(8, || bearer(&json!({"exp": NOON - 1})), 401, 40, "JWTAuth error: token is expired (exp)"),
    Row(
        9,
        || bearer(&json!({"user_id": "john", "nbf": NOON + 1})),
        401,
        41,
        "JWTAuth error: token is not valid yet (nbf)",
    ),
    Row(
        10,
        || bearer(&json!({"user_id": "john", "iat": NOON + 1})),
        401,
        42,
        "JWTAuth error: token used before issue at (iat)",
    ),
    Row(
        11,
        || raw(&token(HEADER, r#"{"user_id":"john"}"#, "another")),
        401,
        43,
        "JWTAuth error: signature is not valid. Make sure the token is created using the secret for API key \"<key>\"",
    ),
    Row(12, || raw(&token(HEADER, r#"{"server":true}"#, "another")), 401, 5, "Token signature is invalid"),
    Row(
        13,
        || {
            let shown = bearer(&json!({"user_id": "john", "iat": NOON - 1}));
            shown.app.set(&json!({"revoke_tokens_issued_before": NOON_TEXT}));
            shown
        },
        401,
        40,
        "This token has been revoked, please generate a new token",
    ),
    Row(
        13,
        || {
            let shown = bearer(&json!({"user_id": "john"}));
            shown.app.upsert(&[json!({"id": "john"})]);
            shown.app.revoke("john", &json!(NOON_TEXT));
            shown
        },
        401,
        40,
        "This token has been revoked, please generate a new token",
    ),
    Row(
        14,
        || {
            let shown = bearer(&json!({"user_id": "john"}));
            shown.app.upsert(&[json!({"id": "john"})]);
            shown.app.root().post("/api/v2/users/john/deactivate", &json!({})).ok();
            shown
        },
        404,
        16,
        "the user john was deactivated",
    ),
    Row(
        15,
        || {
            let shown = bearer(&json!({"user_id": "john"}));
            shown.app.upsert(&[json!({"id": "john"})]);
            shown.app.root().post("/api/v2/users/delete", &json!({"user_ids": ["john"]})).ok();
            shown
        },
        404,
        16,
        "the user john was deleted",
    ),
    Row(
        16,
        || {
            let shown = bearer(&json!({"user_id": "john"}));
            shown.app.tune(&json!({"unknown_user": "refuse"}));
            shown
        },
        404,
        16,
        "the user john does not exist",
    ),
    Row(31, suspended, 403, 99, "this app is suspended"),
];

fn query_users(shown: &Shown, prefix: &str) -> Answer {
    let path = format!("{prefix}/users?api_key={}&payload={}", shown.api_key, encode(r#"{"filter_conditions":{}}"#));
    let headers = [("stream-auth-type", shown.auth_type.as_str()), ("authorization", shown.token.as_str())];
    shown.app.bare("GET", &path, &headers, None)
}

fn inspect(shown: &Shown) -> Value {
    let body = json!({"token": shown.token, "api_key": shown.api_key, "auth_type": shown.auth_type}).to_string();
    send("POST", &format!("{}/_millpond/tokens/inspect", shown.app.url), &[], Some(&body)).ok()
}

#[test]
fn every_auth_row_has_its_status_code_and_text_on_every_mount() {
    for Row(number, make, status, code, text) in ROWS {
        let shown = make();
        let text = text.replace("<key>", &shown.api_key);
        for prefix in ["/api/v2", "", "/video"] {
            let wanted = (*status, *code, format!("QueryUsers failed with error: \"{text}\""));
            assert_eq!(query_users(&shown, prefix).error(), wanted, "row {number} on {prefix:?}");
        }
    }
}

#[test]
fn the_inspector_gives_every_row_the_verdict_that_the_request_gets() {
    for Row(number, make, status, code, text) in ROWS {
        let shown = make();
        let seen = inspect(&shown);
        let text = text.replace("<key>", &shown.api_key);
        let wanted = json!(["refused", status, code, text]);
        let said = json!([seen["outcome"], seen["status"], seen["code"], seen["message"]]);
        assert_eq!(said, wanted, "row {number}");
        let failed = seen["checks"].as_array().unwrap().iter().filter(|check| check["outcome"] == "fail").count();
        assert!(failed >= 1, "row {number} names a check that failed");
    }
}

#[test]
fn what_passes_passes_in_the_inspector_too() {
    for shown in [
        bearer(&json!({})),
        bearer(&json!({"user_id": "john", "iat": NOON, "exp": NOON})),
        Shown { auth_type: "anonymous".to_owned(), ..raw("") },
    ] {
        query_users(&shown, "/api/v2").ok();
        let seen = inspect(&shown);
        assert_eq!(json!([seen["outcome"], seen["status"], seen["code"], seen["message"]]), json!(["ok", 200, 0, ""]));
    }
}

/// The names of the checks in the order of wire-contract 2.4.
const CHECKS: [&str; 15] = [
    "api_key_present",
    "api_key_known",
    "app_active",
    "auth_type",
    "token_well_formed",
    "signature",
    "expiry",
    "not_before",
    "issued_at",
    "anonymous_user",
    "app_revocation",
    "user_revocation",
    "user_not_deleted",
    "user_not_deactivated",
    "user_known",
];

#[test]
fn the_inspector_lists_every_check_with_what_was_seen_and_wanted() {
    for Row(number, make, ..) in ROWS {
        let seen = inspect(&make());
        let checks = seen["checks"].as_array().unwrap();
        let names: Vec<_> = checks.iter().map(|check| check["name"].as_str().unwrap()).collect();
        assert_eq!(names, CHECKS, "row {number}");
        for check in checks {
            assert!(["pass", "fail", "skipped", "not_reached"].contains(&check["outcome"].as_str().unwrap()));
            assert!(!check["seen"].as_str().unwrap().is_empty(), "row {number}: {check}");
            assert!(!check["wanted"].as_str().unwrap().is_empty(), "row {number}: {check}");
        }
    }
}

#[test]
fn the_inspector_evaluates_what_lies_behind_the_deciding_check() {
    let shown = bearer(&json!({"user_id": "john", "exp": NOON - 1, "iat": NOON + 5}));
    shown.app.set(&json!({"revoke_tokens_issued_before": "2026-01-31T13:00:00Z"}));
    let seen = inspect(&shown);
    let outcome = |name: &str| {
        let checks = seen["checks"].as_array().unwrap();
        checks.iter().find(|check| check["name"] == name).unwrap()["outcome"].clone()
    };
    assert_eq!(seen["code"], 40);
    for (name, wanted) in [
        ("signature", "pass"),
        ("expiry", "fail"),
        ("not_before", "skipped"),
        ("issued_at", "fail"),
        ("app_revocation", "fail"),
        ("user_revocation", "skipped"),
        ("user_not_deleted", "pass"),
        ("user_known", "skipped"),
    ] {
        assert_eq!(outcome(name), wanted, "{name}");
    }
}

#[test]
fn the_inspector_shows_header_claims_kind_and_moment() {
    let seen = inspect(&bearer(&json!({"user_id": "john", "x": [1]})));
    assert_eq!(seen["header"], json!({"alg": "HS256", "typ": "JWT"}));
    assert_eq!(seen["claims"], json!({"user_id": "john", "x": [1]}));
    assert_eq!(seen["kind"], "user");
    assert_eq!(seen["now"], NOON_TEXT);
    assert_eq!(inspect(&bearer(&json!({})))["kind"], "server");
    assert_eq!(inspect(&raw("a.b"))["kind"], Value::Null);
    let anonymous = Shown { auth_type: "anonymous".to_owned(), ..raw("") };
    assert_eq!(inspect(&anonymous)["kind"], "anonymous");
}

#[test]
fn the_inspector_tells_a_guest_from_a_user_and_a_dev_token_from_both() {
    let app = TestApp::new();
    let made = app.anonymous().post("/api/v2/guest", &json!({"user": {"id": "pat"}})).ok();
    let guest = made["access_token"].as_str().unwrap().to_owned();
    let shown_guest = shown(app, guest);
    assert_eq!(inspect(&shown_guest)["kind"], "guest");
    let app = TestApp::new();
    app.set(&json!({"disable_auth_checks": true}));
    let dev = app.mint(&json!({"kind": "dev", "user_id": "john"}));
    let seen = inspect(&shown(app, dev));
    assert_eq!((seen["kind"].as_str(), seen["outcome"].as_str()), (Some("dev"), Some("ok")));
}

#[test]
fn the_inspector_names_the_mistake_that_a_wrong_signature_shows() {
    let payload = r#"{"user_id":"john"}"#;
    let app = TestApp::new();
    for (secret, hint) in [
        (app.api_key.clone(), "the api key instead of the secret"),
        (crate::forge::btoa(&app.api_secret), "the base64 form of the secret"),
        (format!("{}\n", app.api_secret), "a line break"),
        (format!("\"{}\"", app.api_secret), "quotes around it"),
    ] {
        let shown = Shown {
            app: TestApp { url: app.url.clone(), api_key: app.api_key.clone(), api_secret: app.api_secret.clone() },
            api_key: app.api_key.clone(),
            auth_type: "jwt".to_owned(),
            token: token(HEADER, payload, &secret),
        };
        let seen = inspect(&shown);
        assert!(seen["hint"].as_str().unwrap_or_default().contains(hint), "{hint}: {seen}");
        assert_eq!((seen["code"].as_i64(), &seen["matched_secret"]), (Some(43), &Value::Null));
    }
    let other = TestApp::new();
    let seen = inspect(&shown(app, token(HEADER, payload, &other.api_secret)));
    assert_eq!(seen["matched_secret"], other.api_key.as_str());
    assert!(seen["hint"].as_str().unwrap().contains(&other.api_key), "{seen}");
    let seen = inspect(&raw(&format!("{}.{}.devtoken", b64(HEADER), b64(payload))));
    assert!(seen["hint"].as_str().unwrap().contains("developer token"), "{seen}");
}

#[test]
fn without_a_key_the_inspector_takes_the_app_whose_secret_matches() {
    let app = TestApp::at_noon();
    let _another = TestApp::new();
    let body = json!({"token": app.sign(&json!({"user_id": "john", "exp": NOON}))}).to_string();
    let seen = send("POST", &format!("{}/_millpond/tokens/inspect", app.url), &[], Some(&body)).ok();
    assert_eq!(seen["outcome"], "ok");
    assert_eq!(seen["matched_secret"], app.api_key.as_str());
    assert_eq!(seen["now"], NOON_TEXT, "by that app's clock");
}

#[test]
fn the_inspector_takes_a_token_as_a_header_has_it() {
    let app = TestApp::new();
    let token = format!("Bearer {}", app.sign(&json!({"user_id": "john"})));
    assert_eq!(inspect(&shown(app, token))["outcome"], "ok");
}

/// The rows that lie behind authentication.
#[test]
fn rows_22_to_26_and_28_and_32_and_33_have_their_codes() {
    let app = TestApp::new();
    app.upsert(&[json!({"id": "john", "teams": ["red"]}), json!({"id": "eve"})]);
    let john = app.user("john");
    let teams = john.post("/api/v2/users", &json!({"users": {"john": {"id": "john", "teams": ["blue"]}}}));
    refused(&teams, "UpdateUsers", (403, 17, "user teams can only be updated server-side"));
    let ban = json!({"target_user_id": "eve"});
    let text = "User 'john' with role 'user' is not allowed to perform action BanUser";
    refused(&john.post("/api/v2/moderation/ban", &ban), "Ban", (403, 17, text));
    let text = "User '!anon' with role 'anonymous' is not allowed to perform action BanUser";
    refused(&app.anonymous().post("/api/v2/moderation/ban", &ban), "Ban", (403, 17, text));
    refused(&john.get("/api/v2/roles"), "ListRoles", crate::forge::SERVER_ONLY);
    let text = "users can only be exported server side";
    refused(&john.get("/api/v2/users/john/export"), "ExportUser", (403, 17, text));
    refused(&john.post("/api/v2/export/users", &json!({"user_ids": ["john"]})), "ExportUsers", (403, 17, text));
    let text = "user_id is required for server side requests";
    refused(&app.root().get("/api/v2/devices"), "ListDevices", (400, 4, text));
    app.set(&json!({"guest_user_creation_disabled": true}));
    let guest = app.anonymous().post("/api/v2/guest", &json!({"user": {"id": "pat"}}));
    refused(&guest, "CreateGuest", (403, 17, "guest access is disabled for this application"));
    app.set(&json!({"multi_tenant_enabled": true, "permission_version": "v1"}));
    let text = "you must include a team filter to use this endpoint client-side";
    refused(&john.query_users(&json!({"filter_conditions": {}})), "QueryUsers", (403, 17, text));
    app.freeze(NOON_TEXT);
    app.tune(&json!({"rate_limits": "enforce"}));
    let fresh = app.user("john");
    for _ in 0..60 {
        fresh.get("/api/v2/devices").ok();
    }
    let last = fresh.get("/api/v2/devices");
    let (status, code, message) = last.error();
    assert_eq!((status, code), (429, 9));
    assert!(message.contains("Too many requests"), "{message}");
}
