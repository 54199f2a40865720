//! The control API: each route's answer, and its errors in their one shape (design.md 5 and 6).

use millpond::config::{Config, Database};
use millpond::ids::UserId;
use millpond::store::Scope;
use serde_json::{Value, json};

use crate::app::{Answer, TestApp, send};
use crate::forge::{NOON, NOON_TEXT};
use crate::sockets::client::{GUARD, Server, config};

/// Calls `/_millpond{path}`.
fn control(app: &TestApp, method: &str, path: &str, body: &Value) -> Answer {
    let body = (!body.is_null()).then(|| body.to_string());
    send(method, &format!("{}/_millpond{path}", app.url), &[], body.as_deref())
}

/// The answer is an error of the control API with this status, code and field; its message is returned.
#[track_caller]
fn refused(answer: &Answer, status: u16, code: &str, field: Option<&str>) -> String {
    let error = &answer.body["error"];
    let said = (answer.status, error["code"].as_str(), error.get("field").and_then(Value::as_str));
    assert_eq!(said, (status, Some(code), field), "{}", answer.text);
    assert_eq!(answer.body.as_object().map(serde_json::Map::len), Some(1), "{}", answer.text);
    let message = error["message"].as_str().unwrap_or_default();
    assert!(!message.is_empty());
    message.to_owned()
}

#[track_caller]
fn invalid(answer: &Answer, field: &str) -> String {
    refused(answer, 400, "invalid_request", Some(field))
}

#[test]
fn health_says_ready_version_and_url() {
    let app = TestApp::new();
    let health = control(&app, "GET", "/health", &Value::Null).ok();
    assert_eq!(health, json!({"ready": true, "version": env!("CARGO_PKG_VERSION"), "url": app.url}));
}

#[test]
fn info_says_what_runs_here() {
    let app = TestApp::new();
    let info = control(&app, "GET", "/info", &Value::Null).ok();
    assert_eq!(info["name"], "millpond");
    assert_eq!(info["pid"], std::process::id());
    assert_eq!(info["db"], Value::Null, "a temporary file is nobody's business");
    assert_eq!(info["ready"], true);
    assert!(info["apps"].as_array().unwrap().iter().any(|one| one["api_key"] == app.api_key.as_str()));
}

#[test]
fn operations_list_where_each_is_and_whether_it_is_built() {
    let app = TestApp::new();
    let list = control(&app, "GET", "/operations", &Value::Null).ok();
    let find =
        |name: &str| list["operations"].as_array().unwrap().iter().find(|one| one["name"] == name).cloned().unwrap();
    assert_eq!(find("GetApp")["places"], json!(["GET /api/v2/app", "GET /app", "GET /video/app"]));
    assert_eq!(find("Ban")["status"], "sdk");
    let family = |name: &str| list["families"].as_array().unwrap().iter().find(|one| one["name"] == name).unwrap();
    assert_eq!(
        family("Threads"),
        &json!({"name": "Threads", "status": "not_built", "paths": ["/api/v2/chat/threads", "/threads"]})
    );
    assert_eq!(list["next"], Value::Null);
}

#[test]
fn an_app_is_made_with_a_pair_of_its_own_that_works() {
    let app = TestApp::new();
    let answer = control(&app, "POST", "/apps", &json!({"name": "mine"}));
    assert_eq!(answer.status, 201);
    let made = answer.ok();
    assert_eq!((&made["name"], &made["expires_at"]), (&json!("mine"), &Value::Null));
    let text = |key: &str| made[key].as_str().unwrap().to_owned();
    TestApp { url: app.url, api_key: text("api_key"), api_secret: text("api_secret") }.root().get("/api/v2/roles").ok();
}

#[test]
fn an_app_without_a_body_or_name_is_called_by_its_key() {
    let app = TestApp::new();
    for body in [Value::Null, json!({}), json!({"name": ""}), json!({"name": null})] {
        let made = control(&app, "POST", "/apps", &body).ok();
        assert_eq!(made["name"], made["api_key"]);
    }
}

#[test]
fn a_pair_of_ones_own_is_taken_once() {
    let app = TestApp::new();
    let pair = json!({"api_key": format!("{}-pair", app.api_key), "api_secret": "s"});
    control(&app, "POST", "/apps", &pair).ok();
    refused(&control(&app, "POST", "/apps", &pair), 409, "api_key_taken", None);
}

#[test]
fn of_many_who_want_one_key_at_once_one_gets_it_and_the_others_a_conflict() {
    let app = TestApp::new();
    let pair = json!({"api_key": format!("{}-race", app.api_key), "api_secret": "s"});
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let all: Vec<_> = (0..6).map(|_| scope.spawn(|| control(&app, "POST", "/apps", &pair).status)).collect();
        all.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 5, "{statuses:?}");
}

#[test]
fn half_a_pair_is_refused_by_the_half_that_is_missing() {
    let app = TestApp::new();
    invalid(&control(&app, "POST", "/apps", &json!({"api_key": "k"})), "/api_secret");
    invalid(&control(&app, "POST", "/apps", &json!({"api_secret": "s"})), "/api_key");
}

#[test]
fn keys_and_secrets_have_limits() {
    let app = TestApp::new();
    for key in ["", "with space", "a/b", "é", "a?b", &"k".repeat(101)] {
        invalid(&control(&app, "POST", "/apps", &json!({"api_key": key, "api_secret": "s"})), "/api_key");
    }
    for secret in [String::new(), "s".repeat(1001)] {
        invalid(&control(&app, "POST", "/apps", &json!({"api_key": "k-1", "api_secret": secret})), "/api_secret");
    }
    invalid(&control(&app, "POST", "/apps", &json!({"name": "é".repeat(256)})), "/name");
    control(&app, "POST", "/apps", &json!({"name": "é".repeat(255)})).ok();
}

#[test]
fn an_app_that_is_deleted_is_unknown_at_once() {
    let app = TestApp::new();
    app.root().get("/api/v2/app").ok();
    let gone = control(&app, "DELETE", &format!("/apps/{}", app.api_key), &Value::Null).ok();
    assert_eq!(gone, json!({"deleted": app.api_key}));
    crate::forge::refused(&app.root().get("/api/v2/app"), "GetApp", (401, 2, "api_key not valid"));
    refused(&control(&app, "DELETE", &format!("/apps/{}", app.api_key), &Value::Null), 404, "unknown_app", None);
}

#[test]
fn an_app_of_the_key_of_a_deleted_one_begins_empty() {
    let app = TestApp::new();
    app.upsert(&[json!({"id": "john"})]);
    app.set(&json!({"disable_auth_checks": true}));
    control(&app, "DELETE", &format!("/apps/{}", app.api_key), &Value::Null).ok();
    let pair = json!({"api_key": app.api_key, "api_secret": app.api_secret});
    control(&app, "POST", "/apps", &pair).ok();
    assert_eq!(app.root().query_users(&json!({"filter_conditions": {}})).ok()["users"], json!([]));
    assert_eq!(app.root().get("/api/v2/app").ok()["app"]["disable_auth_checks"], false);
}

#[test]
fn an_unknown_app_is_404_on_every_route_and_says_how_many_are_known() {
    let app = TestApp::new();
    for (method, path, body) in [
        ("GET", "", Value::Null),
        ("DELETE", "", Value::Null),
        ("GET", "/settings", Value::Null),
        ("PATCH", "/settings", json!({})),
        ("GET", "/clock", Value::Null),
        ("PUT", "/clock", json!({"system": true})),
        ("POST", "/clock/advance", json!({"by": "1s"})),
        ("GET", "/tokens", Value::Null),
        ("POST", "/tokens", json!({"user_id": "john"})),
        ("GET", "/token-provider?user_id=john", Value::Null),
        ("POST", "/token-provider", json!({"user_id": "john"})),
    ] {
        let message = refused(&control(&app, method, &format!("/apps/nobody{path}"), &body), 404, "unknown_app", None);
        assert!(
            message.contains("no app has the api key \"nobody\"") && message.ends_with("apps are known"),
            "{message}"
        );
    }
}

#[test]
fn secrets_are_shown_only_when_they_are_asked_for() {
    let app = TestApp::new();
    for path in ["/info", "/apps", &format!("/apps/{}", app.api_key)] {
        assert!(!control(&app, "GET", path, &Value::Null).text.contains(&app.api_secret), "{path}");
        assert!(!control(&app, "GET", &format!("{path}?secrets=false"), &Value::Null).text.contains(&app.api_secret));
        assert!(
            control(&app, "GET", &format!("{path}?secrets=true"), &Value::Null).text.contains(&app.api_secret),
            "{path}"
        );
        invalid(&control(&app, "GET", &format!("{path}?secrets=maybe"), &Value::Null), "/secrets");
    }
}

#[test]
fn an_app_shows_its_name_key_and_clock() {
    let app = TestApp::at_noon();
    let shown = control(&app, "GET", &format!("/apps/{}", app.api_key), &Value::Null).ok();
    assert_eq!((&shown["api_key"], &shown["clock"]["mode"]), (&json!(app.api_key), &json!("frozen")));
    assert_eq!(shown.get("api_secret"), None);
}

#[test]
fn settings_begin_with_the_documented_defaults() {
    let settings = TestApp::new().control("GET", "/settings", &Value::Null).ok();
    let defaults = json!({
        "revocation_granularity": "second",
        "iat_leeway_seconds": 0,
        "token_times": "wall",
        "unknown_user": "tolerate",
        "disabled_auth_checks": "parse_only",
        "open_sockets": {"on_revocation": "close", "on_expiry": "keep", "on_deactivation": "keep"},
        "rate_limits": "report",
        "calls_per_minute": {},
        "user_calls_per_minute": 60,
        "push_providers": "lenient",
    });
    assert_eq!(settings, defaults);
}

#[test]
fn a_settings_patch_merges_and_null_goes_back() {
    let app = TestApp::new();
    let patch = |body: Value| app.control("PATCH", "/settings", &body).ok();
    patch(json!({"unknown_user": "refuse", "open_sockets": {"on_expiry": "close"}}));
    let all = patch(json!({"iat_leeway_seconds": 5}));
    assert_eq!(all["unknown_user"], "refuse");
    assert_eq!(all["open_sockets"], json!({"on_revocation": "close", "on_expiry": "close", "on_deactivation": "keep"}));
    assert_eq!(all["iat_leeway_seconds"], 5);
    let back = patch(json!({"unknown_user": null, "open_sockets": {"on_expiry": null}}));
    assert_eq!((&back["unknown_user"], &back["open_sockets"]["on_expiry"]), (&json!("tolerate"), &json!("keep")));
    assert_eq!(app.control("GET", "/settings", &Value::Null).ok(), back);
}

#[test]
fn a_settings_patch_that_is_wrong_names_the_field_and_changes_nothing() {
    let app = TestApp::new();
    let before = app.control("GET", "/settings", &Value::Null).ok();
    for (patch, field) in [
        (json!({"nope": 1}), "/nope"),
        (json!({"nope": null}), "/nope"),
        (json!({"unknown_user": "refuse", "open_sockets": {"on_fire": "close"}}), "/open_sockets/on_fire"),
        (json!({"unknown_user": "shrug"}), "/unknown_user"),
        (json!({"iat_leeway_seconds": -1}), "/iat_leeway_seconds"),
        (json!({"iat_leeway_seconds": 86_401}), "/iat_leeway_seconds"),
        (json!({"iat_leeway_seconds": "5"}), "/iat_leeway_seconds"),
        (json!({"open_sockets": {"on_expiry": 5}}), "/open_sockets/on_expiry"),
        (json!({"open_sockets": "close"}), "/open_sockets"),
        (json!([]), ""),
    ] {
        let answer = app.control("PATCH", "/settings", &patch);
        invalid(&answer, field);
        assert_eq!(app.control("GET", "/settings", &Value::Null).ok(), before, "{patch}");
    }
}

#[test]
fn a_clock_is_the_systems_until_it_is_set() {
    let app = TestApp::new();
    let clock = app.control("GET", "/clock", &Value::Null).ok();
    assert_eq!((&clock["mode"], &clock["offset_seconds"]), (&json!("system"), &json!(0)));
}

#[test]
fn a_clock_is_frozen_moved_and_given_back() {
    let app = TestApp::new();
    let put = |body: Value| app.control("PUT", "/clock", &body).ok();
    let frozen = put(json!({"frozen": NOON_TEXT}));
    assert_eq!((&frozen["mode"], &frozen["now"]), (&json!("frozen"), &json!(NOON_TEXT)));
    assert_eq!(put(json!({"frozen": NOON}))["now"], NOON_TEXT, "seconds");
    assert_eq!(put(json!({"frozen": NOON * 1_000_000_000}))["now"], NOON_TEXT, "nanoseconds");
    assert_eq!(put(json!({"frozen": true}))["now"], NOON_TEXT, "where it stands");
    let moved = put(json!({"offset": "1h30m"}));
    assert_eq!((&moved["mode"], &moved["offset_seconds"]), (&json!("offset"), &json!(5400)));
    assert_eq!(put(json!({"offset": -90}))["offset_seconds"], -90);
    assert_eq!(put(json!({"system": true}))["mode"], "system");
}

#[test]
fn a_clock_advances_in_either_spelling_and_either_direction() {
    let app = TestApp::at_noon();
    let advance = |by: Value| app.control("POST", "/clock/advance", &json!({ "by": by })).ok()["now"].clone();
    assert_eq!(advance(json!("1h")), "2026-01-31T13:00:00Z");
    assert_eq!(advance(json!("PT30M")), "2026-01-31T13:30:00Z");
    assert_eq!(advance(json!("-90m")), NOON_TEXT);
    assert_eq!(advance(json!(60)), "2026-01-31T12:01:00Z");
    assert_eq!(advance(json!("-60s")), NOON_TEXT);
    assert_eq!(advance(json!("1500ms")), "2026-01-31T12:00:01.5Z");
    app.control("PUT", "/clock", &json!({"system": true})).ok();
    app.advance("1h");
    app.advance("1h");
    let clock = app.control("GET", "/clock", &Value::Null).ok();
    assert_eq!((&clock["mode"], &clock["offset_seconds"]), (&json!("offset"), &json!(7200)));
}

#[test]
fn advances_at_once_all_count() {
    let app = TestApp::at_noon();
    std::thread::scope(|scope| {
        for _ in 0..10 {
            scope.spawn(|| app.advance("1s"));
        }
    });
    assert_eq!(app.control("GET", "/clock", &Value::Null).ok()["now"], "2026-01-31T12:00:10Z");
}

#[test]
fn a_clock_at_the_edge_of_time_stays_there() {
    let app = TestApp::new();
    for edge in ["0000-01-01T00:00:00Z", "9999-12-31T23:59:59Z"] {
        app.freeze(edge);
        for by in ["100000d", "-100000d"] {
            for _ in 0..4 {
                app.advance(by);
            }
        }
        app.freeze(edge);
        app.bearer(&json!({})).get("/api/v2/app").ok();
        app.mint(&json!({"user_id": "john", "ttl": "36500d"}));
    }
}

#[test]
fn a_clock_is_set_by_exactly_one_of_three() {
    let app = TestApp::new();
    for body in [json!({}), json!({"frozen": NOON, "system": true}), json!({"system": false}), json!({"frozen": null})]
    {
        invalid(&app.control("PUT", "/clock", &body), "");
    }
    for (body, field) in [
        (json!({"frozen": "yesterday"}), "/frozen"),
        (json!({"frozen": []}), "/frozen"),
        (json!({"frozen": "300000-01-01T00:00:00Z"}), "/frozen"),
        (json!({"offset": "soon"}), "/offset"),
        (json!({"offset": true}), "/offset"),
        (json!({"system": "yes"}), "/system"),
        (json!({"slow": 2}), "/slow"),
    ] {
        invalid(&app.control("PUT", "/clock", &body), field);
    }
}

#[test]
fn an_advance_needs_a_duration() {
    let app = TestApp::new();
    for body in [
        json!({}),
        json!({"by": null}),
        json!({"by": "1"}),
        json!({"by": ""}),
        json!({"by": {}}),
        json!({"by": "9999999999999d"}),
    ] {
        invalid(&app.control("POST", "/clock/advance", &body), "/by");
    }
    invalid(&app.control("POST", "/clock/advance", &json!({"to": "1h"})), "/to");
}

#[test]
fn a_minted_token_is_answered_with_its_claims() {
    let app = TestApp::at_noon();
    let mint = |body: Value| app.control("POST", "/tokens", &body);
    let answer = mint(json!({"user_id": "john"}));
    assert_eq!(answer.status, 201);
    let minted = answer.ok();
    assert_eq!(minted["claims"], json!({"user_id": "john", "iat": NOON, "exp": NOON + 3600}));
    app.with_token(minted["token"].as_str().unwrap()).get("/api/v2/app").ok();
    assert_eq!(mint(json!({"kind": "server"})).ok()["claims"], json!({"server": true}));
    assert_eq!(mint(json!({"kind": "guest", "user_id": "pat"})).ok()["claims"], json!({"user_id": "pat"}));
    assert_eq!(mint(json!({"kind": "dev", "user_id": "john"})).ok()["claims"], json!({"user_id": "john"}));
    assert_eq!(mint(json!({"kind": "raw", "claims": {"a": 1}})).ok()["claims"], json!({"a": 1}));
    assert_eq!(mint(json!({"kind": "raw"})).ok()["claims"], json!({}));
    assert_eq!(
        mint(json!({"user_id": "john", "no_expiry": true})).ok()["claims"],
        json!({"user_id": "john", "iat": NOON})
    );
    assert_eq!(mint(json!({"user_id": "john", "ttl": "90s", "iat": "-1h"})).ok()["claims"]["exp"], NOON + 90);
}

#[test]
fn a_token_is_minted_wrong_on_purpose() {
    let app = TestApp::at_noon();
    let code = |body: Value| app.with_token(&app.mint(&body)).get("/api/v2/app").body["code"].as_i64();
    assert_eq!(code(json!({"user_id": "john", "ttl": "-1s"})), Some(40));
    assert_eq!(code(json!({"user_id": "john", "nbf": "1s"})), Some(41));
    assert_eq!(code(json!({"user_id": "john", "iat": "1s"})), Some(42));
    assert_eq!(code(json!({"user_id": "john", "secret": "another"})), Some(43));
    assert_eq!(code(json!({"user_id": "john", "header": {"alg": "none"}})), Some(43));
    assert_eq!(code(json!({"user_id": "john", "header": {"alg": "RS256"}})), Some(43));
    assert_eq!(code(json!({"user_id": "john", "claims": {"user_id": 5}})), Some(5));
    assert_eq!(code(json!({"user_id": "john"})), None);
}

#[test]
fn contradictions_in_a_wanted_token_name_the_field() {
    let app = TestApp::new();
    for (body, field) in [
        (json!({}), "/user_id"),
        (json!({"kind": "user", "user_id": ""}), "/user_id"),
        (json!({"kind": "server", "user_id": "john"}), "/user_id"),
        (json!({"kind": "king"}), "/kind"),
        (json!({"user_id": "john", "ttl": "1h", "exp": 1}), "/exp"),
        (json!({"user_id": "john", "no_expiry": true, "exp": 1}), "/exp"),
        (json!({"user_id": "john", "iat": 1, "no_iat": true}), "/iat"),
        (json!({"user_id": "john", "ttl": "soon"}), "/ttl"),
        (json!({"user_id": "john", "ttl": 5}), "/ttl"),
        (json!({"user_id": "john", "nbf": {}}), "/nbf"),
        (json!({"user_id": "john", "iat": 1.5}), "/iat"),
        (json!({"user_id": 5}), "/user_id"),
        (json!({"user_id": "john", "claims": []}), "/claims"),
        (json!({"user_id": "john", "expires": 5}), "/expires"),
    ] {
        invalid(&app.control("POST", "/tokens", &body), field);
    }
}

#[test]
fn an_app_without_a_fixture_has_no_named_tokens() {
    assert_eq!(TestApp::new().control("GET", "/tokens", &Value::Null).ok(), json!({"tokens": {}}));
}

#[test]
fn the_token_provider_gives_an_hour_by_the_apps_clock() {
    let app = TestApp::at_noon();
    let given = app.control("POST", "/token-provider", &json!({"user_id": "john"}));
    assert_eq!(given.status, 200);
    let given = given.ok();
    assert_eq!((&given["user_id"], &given["expires_at"]), (&json!("john"), &json!("2026-01-31T13:00:00Z")));
    let john = app.with_token(given["token"].as_str().unwrap());
    john.get("/api/v2/app").ok();
    app.advance("1h1s");
    assert_eq!(john.get("/api/v2/app").body["code"], 40);
    let again = app.control("GET", "/token-provider?user_id=john", &Value::Null).ok();
    assert_eq!(again["expires_at"], "2026-01-31T14:00:01Z");
    app.with_token(again["token"].as_str().unwrap()).get("/api/v2/app").ok();
}

#[test]
fn the_token_provider_takes_a_validity_in_seconds() {
    let app = TestApp::at_noon();
    let given = app.control("POST", "/token-provider", &json!({"user_id": "john", "validity_in_seconds": 86400})).ok();
    assert_eq!(given["expires_at"], "2026-02-01T12:00:00Z");
    let given = app.control("GET", "/token-provider?user_id=john&validity_in_seconds=2", &Value::Null).ok();
    assert_eq!(given["expires_at"], "2026-01-31T12:00:02Z");
    let given = app.control("POST", "/token-provider", &json!({"user_id": "john", "validity_in_seconds": -1})).ok();
    assert_eq!(app.with_token(given["token"].as_str().unwrap()).get("/api/v2/app").body["code"], 40);
}

#[test]
fn the_token_provider_creates_a_user_whom_it_does_not_know() {
    let app = TestApp::new();
    app.control("POST", "/token-provider", &json!({"user_id": "new"})).ok();
    let found = app.root().query_users(&json!({"filter_conditions": {"id": "new"}})).ok();
    assert_eq!(found["users"][0]["role"], "user");
    app.tune(&json!({"unknown_user": "refuse"}));
    let answer = app.control("POST", "/token-provider", &json!({"user_id": "newer"}));
    refused(&answer, 404, "unknown_user", None);
    app.control("POST", "/token-provider", &json!({"user_id": "new"})).ok();
}

#[test]
fn the_token_provider_refuses_deactivated_and_deleted_users() {
    let app = TestApp::new();
    app.upsert(&[json!({"id": "a"}), json!({"id": "b"})]);
    app.root().post("/api/v2/users/a/deactivate", &json!({})).ok();
    app.root().post("/api/v2/users/delete", &json!({"user_ids": ["b"]})).ok();
    let ask = |id: &str| app.control("POST", "/token-provider", &json!({"user_id": id}));
    assert_eq!(refused(&ask("a"), 403, "user_deactivated", None), "the user a was deactivated");
    assert_eq!(refused(&ask("b"), 403, "user_deleted", None), "the user b was deleted");
}

#[test]
fn the_token_provider_names_what_is_wrong() {
    let app = TestApp::new();
    for (body, field) in [
        (json!({}), "/user_id"),
        (json!({"user_id": ""}), "/user_id"),
        (json!({"user_id": 5}), "/user_id"),
        (json!({"user_id": "a|b"}), "/user_id"),
        (json!({"user_id": "x".repeat(256)}), "/user_id"),
        (json!({"user_id": "john", "validity_in_seconds": "1h"}), "/validity_in_seconds"),
        (json!({"user_id": "john", "validity_in_seconds": i64::MAX}), "/validity_in_seconds"),
        (json!({"user_id": "john", "validity_in_seconds": i64::MIN}), "/validity_in_seconds"),
        (json!({"user_id": "john", "validity": 5}), "/validity"),
    ] {
        invalid(&app.control("POST", "/token-provider", &body), field);
    }
    invalid(&app.control("GET", "/token-provider", &Value::Null), "/user_id");
    let query = "/token-provider?user_id=john&validity_in_seconds=soon";
    invalid(&app.control("GET", query, &Value::Null), "/validity_in_seconds");
}

#[test]
fn inspect_names_what_is_wrong_with_the_question() {
    let app = TestApp::new();
    let ask = |body: Value| control(&app, "POST", "/tokens/inspect", &body);
    invalid(&ask(json!({"token": 5})), "/token");
    invalid(&ask(json!({"tokn": "x"})), "/tokn");
    invalid(&ask(json!([])), "");
    assert_eq!(ask(json!({})).ok()["code"], 5);
    assert_eq!(ask(json!({"api_key": "nobody", "token": "a.b.c"})).ok()["message"], "api_key not valid");
}

#[test]
fn a_body_that_is_not_json_says_where() {
    let app = TestApp::new();
    let url = format!("{}/_millpond/apps", app.url);
    for body in ["{", "nope", "{\"name\":}", "\u{1}"] {
        let message = invalid(&send("POST", &url, &[], Some(body)), "");
        assert!(message.contains("line 1"), "{message}");
    }
}

#[test]
fn a_body_that_is_too_large_is_413() {
    let app = TestApp::new();
    let body = json!({"token": "x".repeat(5 * 1024 * 1024)}).to_string();
    let answer = send("POST", &format!("{}/_millpond/tokens/inspect", app.url), &[], Some(&body));
    refused(&answer, 413, "too_large", None);
}

#[test]
fn an_unknown_control_route_is_404_in_the_same_shape() {
    let app = TestApp::new();
    for (method, path) in [
        ("GET", "/nothing"),
        ("POST", "/health"),
        ("DELETE", "/apps"),
        ("GET", "/apps/x/y/z"),
        ("GET", "/tokens/inspect"),
    ] {
        let message = refused(&control(&app, method, path, &Value::Null), 404, "unknown_route", None);
        assert!(message.contains(method) && message.contains(path), "{message}");
    }
    refused(&control(&app, "GET", "/assets/nothing.js", &Value::Null), 404, "unknown_asset", None);
}

/// Calls a route with a `Host` and an `Origin` of the test's choice.
fn from(app: &TestApp, host: &str, origin: Option<&str>) -> crate::raw::Raw {
    let origin = origin.map(|origin| format!("origin: {origin}\r\n")).unwrap_or_default();
    let head = format!("GET /_millpond/health HTTP/1.1\r\nhost: {host}\r\n{origin}connection: close\r\n\r\n");
    crate::raw::exchange(&app.url, head.as_bytes())
}

#[test]
fn hosts_of_this_machine_are_served_with_any_port_and_spelling() {
    let app = TestApp::new();
    for host in
        ["localhost", "LocalHost:9", "127.0.0.1", "127.0.0.1:7663", "[::1]", "[::1]:7663", "a.localhost", "localhost."]
    {
        assert_eq!(from(&app, host, None).status, 200, "{host}");
    }
}

#[test]
fn foreign_hosts_are_refused() {
    let app = TestApp::new();
    for host in
        ["evil.example", "evil.example:7663", "localhost.evil.example", "10.0.0.1", "[2001:db8::1]:7663", "0.0.0.0"]
    {
        let answer = from(&app, host, None);
        assert_eq!((answer.status, &answer.json()["error"]["code"]), (403, &json!("foreign_host")), "{host}");
    }
}

#[test]
fn pages_of_this_machine_are_answered_with_cors() {
    let app = TestApp::new();
    for origin in ["http://localhost:5173", "http://127.0.0.1:3000", "https://LOCALHOST", "http://[::1]:8080"] {
        let answer = from(&app, "localhost", Some(origin));
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, Some(origin)));
        assert_eq!(answer.header("vary").map(str::to_ascii_lowercase).as_deref(), Some("origin"));
    }
    let preflight = app.bare(
        "OPTIONS",
        "/_millpond/apps",
        &[("origin", "http://localhost:5173"), ("access-control-request-method", "POST")],
        None,
    );
    assert_eq!(preflight.status, 204);
    assert_eq!(preflight.header("access-control-allow-origin"), Some("http://localhost:5173"));
    assert!(preflight.header("access-control-allow-methods").unwrap().contains("POST"));
}

/// A front end in development asks the token provider, and shows what it is told. It is also what a script of somebody
/// else's in it can do.
#[test]
fn a_page_of_another_port_asks_the_provider_and_reads_what_is_no_secret_and_nothing_else() {
    let app = TestApp::new();
    let neighbour = ("origin", "http://localhost:5173");
    let provider = format!("/_millpond/apps/{}/token-provider", app.api_key);
    let asked = app.bare("POST", &provider, &[neighbour], Some(r#"{"user_id": "john"}"#));
    assert_eq!(asked.status, 200, "{}", asked.text);
    for endpoint in millpond::control::routes::table().into_iter().flat_map(|area| area.endpoints) {
        let path = endpoint.path.replace("{api_key}", &app.api_key).replace("{name}", "none").replace("{id}", "none");
        let path = format!("/_millpond{path}");
        let secret = ["exportAll", "exportApp", "namedTokens", "sampleTokens", "getRequest"].contains(&endpoint.id);
        let refused = |path: &str| {
            let answer = app.bare(endpoint.method.as_str(), path, &[neighbour], None);
            assert_eq!((answer.status, &answer.body["error"]["code"]), (403, &json!("foreign_origin")), "{path}");
            let message = answer.body["error"].to_string();
            assert!(message.contains("http://localhost:5173") && message.contains("--allow-origin"), "{message}");
            // So that the page's author reads it.
            assert_eq!(answer.header("access-control-allow-origin"), Some("http://localhost:5173"));
        };
        if path.ends_with("/token-provider") {
            continue;
        }
        if secret || endpoint.method != "GET" {
            refused(&path);
        } else if !endpoint.id.starts_with("follow") && endpoint.id != "waitForRequests" {
            let answer = app.bare("GET", &path, &[neighbour], None);
            assert_ne!(answer.status, 403, "{path} {}", answer.text);
            refused(&format!("{path}?secrets=true"));
        }
    }
}

#[test]
fn foreign_pages_are_refused_also_in_a_preflight_and_get_no_cors() {
    let app = TestApp::new();
    for origin in [
        "null",
        "http://evil.example",
        "http://evil.example:7663",
        "http://localhost.evil.example",
        "file://",
        "ftp://localhost",
    ] {
        let answer = from(&app, "localhost", Some(origin));
        assert_eq!((answer.status, &answer.json()["error"]["code"]), (403, &json!("foreign_origin")), "{origin}");
        assert_eq!(answer.header("access-control-allow-origin"), None);
        let preflight = app.bare("OPTIONS", "/_millpond/apps", &[("origin", origin)], None);
        assert_eq!(preflight.status, 403, "{origin}");
    }
}

#[test]
fn what_a_page_of_another_site_loads_is_refused_but_its_links_to_the_dashboard_work() {
    let app = TestApp::new();
    let get = |path: &str, headers: &[(&str, &str)]| app.bare("GET", path, headers, None);
    let site = |site| ("sec-fetch-site", site);
    let (navigate, no_cors) = (("sec-fetch-mode", "navigate"), ("sec-fetch-mode", "no-cors"));
    let provider = format!("/_millpond/apps/{}/token-provider?user_id=john", app.api_key);
    for (path, mode) in [
        (provider.as_str(), no_cors),
        (provider.as_str(), navigate),
        ("/_millpond/info", navigate),
        ("/_millpond/", no_cors),
        ("/_millpond/assets/index.html", navigate),
    ] {
        let answer = get(path, &[site("cross-site"), mode]);
        assert_eq!((answer.status, &answer.body["error"]["code"]), (403, &json!("foreign_origin")), "{path}");
    }
    for page in ["/_millpond/", "/_millpond"] {
        assert_eq!(get(page, &[site("cross-site"), navigate]).status, 200, "{page}");
    }
    let local = ("origin", "http://localhost:5173");
    assert_eq!(get(&provider, &[site("cross-site"), ("sec-fetch-mode", "cors"), local]).status, 200);
    for near in ["same-origin", "same-site", "none"] {
        assert_eq!(get(&provider, &[site(near), no_cors]).status, 200, "{near}");
    }
}

#[test]
fn streams_routes_are_served_to_every_host_and_origin() {
    let app = TestApp::new();
    let head = format!(
        "GET /api/v2/app?api_key={}&stream-auth-type=anonymous HTTP/1.1\r\nhost: evil.example\r\norigin: http://evil.example\r\nconnection: close\r\n\r\n",
        app.api_key
    );
    assert_eq!(crate::raw::exchange(&app.url, head.as_bytes()).status, 200);
}

#[test]
fn a_browser_at_the_root_is_sent_to_the_dashboard_and_others_are_not() {
    let app = TestApp::new();
    let head =
        |accept: &str| format!("GET / HTTP/1.1\r\nhost: localhost\r\naccept: {accept}\r\nconnection: close\r\n\r\n");
    let browser = crate::raw::exchange(&app.url, head("text/html,*/*").as_bytes());
    assert_eq!((browser.status, browser.header("location")), (307, Some("/_millpond/")));
    assert_eq!(crate::raw::exchange(&app.url, head("application/json").as_bytes()).error().0, 404);
}

#[test]
fn a_change_that_has_begun_is_finished_when_its_client_hangs_up() {
    use std::io::Write;

    const USERS: usize = 3_000;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.db");
    let server = Server::with(Config { database: Database::File(path.clone()), ..config() });
    let app = TestApp::on(&server.url);
    let own = server.store.apps().get(&app.api_key).unwrap();
    let fill = |tx: &millpond::store::WriteTx<'_>| {
        let mut ids = (0..USERS).map(|number| UserId::trusted(&format!("u{number}")));
        ids.try_for_each(|id| millpond::domain::users::ensure(tx, &id).map(drop))
    };
    actix_web::rt::System::new().block_on(server.store.write(&Scope::own(&own), fill)).unwrap();
    let mut client = std::net::TcpStream::connect(server.url.trim_start_matches("http://")).unwrap();
    let head = format!("DELETE /_millpond/apps/{} HTTP/1.1\r\nhost: localhost\r\n\r\n", app.api_key);
    client.write_all(head.as_bytes()).unwrap();
    drop(client);
    let database = rusqlite::Connection::open(&path).unwrap();
    let rows = || database.query_row("SELECT count(*) FROM users", [], |row| row.get::<_, i64>(0)).unwrap();
    let began = std::time::Instant::now();
    while rows() > 0 {
        assert!(began.elapsed() < GUARD, "{} rows are left", rows());
        // A round trip gives the server's threads their turn.
        send("GET", &format!("{}/_millpond/health", server.url), &[], None).ok();
    }
}
