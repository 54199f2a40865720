//! The samples: each gets exactly what it says, over HTTP and over sockets, whatever the app is set to.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use millpond::config::{Config, Database, LoadedFixture};
use millpond::fixture::format::parse;
use serde_json::{Value, json};

use crate::app::{TestApp, encode, send, start};
use crate::forge::{BEFORE_ISSUE, EXPIRED, NOON, NOON_TEXT, NOT_YET, REVOKED, SEGMENTS, refused};
use crate::sockets::client::{Door, Joined, Show};

const GOOD: (u16, i64, &str) = (200, 0, "");
const SERVER_ON_SOCKET: &str = "Websocket connection with server side authentication isn't supported";

/// The samples of a user.
fn samples(app: &TestApp, user: &str) -> Vec<Value> {
    let answer = app.control("GET", &format!("/tokens/samples?user_id={}", encode(user)), &Value::Null).ok();
    answer["samples"].as_array().unwrap().clone()
}

fn sample(app: &TestApp, name: &str) -> Value {
    let found = samples(app, "john").into_iter().find(|sample| sample["name"] == name);
    found.unwrap_or_else(|| panic!("no sample {name}"))
}

/// What a sample of john says that a request gets.
#[track_caller]
fn says(app: &TestApp, name: &str, (status, code, message): (u16, i64, &str)) {
    assert_eq!(sample(app, name)["expect"], json!({"status": status, "code": code, "message": message}), "{name}");
}

/// The user id among the claims of a token, if it is a text.
fn user_of(token: &str) -> Option<String> {
    let claims = token.split('.').nth(1)?.trim_end_matches('=').replace('-', "+").replace('_', "/");
    let padding = "=".repeat((4 - claims.len() % 4) % 4);
    let claims: Value = serde_json::from_slice(&STANDARD.decode(claims + &padding).ok()?).ok()?;
    claims["user_id"].as_str().map(str::to_owned)
}

/// Every sample of a user gets what it says. Requests come first: a connect makes its user.
#[track_caller]
fn each_gets_what_it_says(app: &TestApp, user: &str, state: &str) {
    let samples = samples(app, user);
    assert!(samples.len() > 20, "{state}");
    for sample in &samples {
        let (expect, token) = (&sample["expect"], sample["token"].as_str().unwrap());
        let answer = app.with_token_as(sample["auth_type"].as_str().unwrap(), token).get("/api/v2/app");
        let place = format!("{state}: {}: {}", sample["name"], answer.text);
        assert_eq!(answer.status, expect["status"], "{place}");
        if answer.status == 200 {
            assert_eq!((&expect["code"], &expect["message"]), (&json!(0), &json!("")), "{place}");
        } else {
            let status = expect["status"].as_u64().unwrap().try_into().unwrap();
            let (code, message) = (expect["code"].as_i64().unwrap(), expect["message"].as_str().unwrap());
            refused(&answer, "GetApp", (status, code, message));
        }
    }
    for (sample, door) in samples.iter().flat_map(|sample| [(sample, Door::V2), (sample, Door::Legacy)]) {
        let token = sample["token"].as_str().unwrap();
        let expect = sample.get("socket").unwrap_or(&sample["expect"]);
        let show = Show {
            auth_type: Some(sample["auth_type"].as_str().unwrap().to_owned()),
            ..app.show_token(&user_of(token).unwrap_or_else(|| user.to_owned()), token)
        };
        let mut socket = show.through(door);
        if expect["code"] == 0 {
            Joined::of(door, socket).leave();
        } else {
            let error = &socket.refused()["error"];
            let place = format!("{state}: {}: {door:?}: {error}", sample["name"]);
            assert_eq!((&error["code"], &error["message"]), (&expect["code"], &expect["message"]), "{place}");
        }
    }
}

fn plain(_: &TestApp) {}

fn checks_off(app: &TestApp) {
    app.set(&json!({"disable_auth_checks": true}));
}

fn times_are_checked(app: &TestApp) {
    checks_off(app);
    app.tune(&json!({"disabled_auth_checks": "check_times"}));
}

fn user_revoked(app: &TestApp) {
    app.revoke("john", &json!(NOON_TEXT));
}

fn app_revoked(app: &TestApp) {
    app.set(&json!({"revoke_tokens_issued_before": NOON_TEXT}));
}

fn revoked_from_tomorrow_on(app: &TestApp) {
    app.revoke("john", &json!("2026-02-01T12:00:00Z"));
}

fn deactivated(app: &TestApp) {
    app.root().post("/api/v2/users/john/deactivate", &json!({})).ok();
}

fn deleted(app: &TestApp) {
    app.root().post("/api/v2/users/delete", &json!({"user_ids": ["john"]})).ok();
}

fn lenient(app: &TestApp) {
    app.tune(&json!({"iat_leeway_seconds": 86_400, "revocation_granularity": "exact"}));
}

/// An app in a state, and the answers that john's samples must have there, besides those that the server gives them.
struct State {
    name: &'static str,
    bring_about: fn(&TestApp),
    answers: &'static [(&'static str, (u16, i64, &'static str))],
}

const STATES: &[State] = &[
    State {
        name: "plain",
        bring_about: plain,
        answers: &[
            ("user", GOOD),
            ("server", GOOD),
            ("guest", GOOD),
            ("no_iat", GOOD),
            ("padded_base64", GOOD),
            ("standard_base64", GOOD),
            ("no_user_id", GOOD),
            ("empty_claims", GOOD),
            ("revoked", GOOD),
            ("anonymous", GOOD),
            ("anonymous_expired", EXPIRED),
            ("anonymous_of_user", (401, 5, "anon auth token must have user_id claim equal to '!anon'")),
            ("expired", EXPIRED),
            ("future_iat", BEFORE_ISSUE),
            ("future_nbf", NOT_YET),
            ("garbage", SEGMENTS),
        ],
    },
    State {
        name: "auth checks disabled",
        bring_about: checks_off,
        answers: &[("dev_token", GOOD), ("other_secret", GOOD), ("truncated", GOOD), ("expired", EXPIRED)],
    },
    State { name: "and times checked", bring_about: times_are_checked, answers: &[("dev_token", GOOD)] },
    State {
        name: "user revoked",
        bring_about: user_revoked,
        answers: &[("revoked", REVOKED), ("no_iat", REVOKED), ("guest", REVOKED), ("user", GOOD), ("server", GOOD)],
    },
    State {
        name: "app revoked",
        bring_about: app_revoked,
        answers: &[("revoked", REVOKED), ("no_iat", REVOKED), ("user", GOOD), ("server", GOOD)],
    },
    State {
        name: "revoked from tomorrow on",
        bring_about: revoked_from_tomorrow_on,
        answers: &[("revoked", REVOKED), ("user", REVOKED)],
    },
    State {
        name: "user deactivated",
        bring_about: deactivated,
        answers: &[
            ("user", (404, 16, "the user john was deactivated")),
            ("deactivated_user", (404, 16, "the user john was deactivated")),
        ],
    },
    State { name: "user deleted", bring_about: deleted, answers: &[("user", (404, 16, "the user john was deleted"))] },
    State { name: "lenient", bring_about: lenient, answers: &[("future_iat", BEFORE_ISSUE)] },
];

#[test]
fn every_sample_gets_what_it_says_in_every_state() {
    for State { name, bring_about, answers } in STATES {
        let app = TestApp::at_noon();
        app.upsert(&[json!({"id": "john"})]);
        bring_about(&app);
        for (sample, expected) in *answers {
            says(&app, sample, *expected);
        }
        each_gets_what_it_says(&app, "john", name);
    }
}

#[test]
fn what_is_signed_wrongly_is_told_which_app_it_came_to() {
    let app = TestApp::at_noon();
    let bad = app.bad_signature();
    for name in ["dev_token", "other_secret", "other_app", "alg_none", "wrong_alg", "wrong_alg_rs256", "truncated"] {
        says(&app, name, (401, 43, &bad));
    }
}

#[test]
fn samples_are_for_a_running_clock_too() {
    each_gets_what_it_says(&TestApp::new(), "john", "running clock");
}

#[test]
fn a_user_who_is_not_known_is_refused_over_http_and_let_in_by_a_socket_where_the_app_wants_it_so() {
    let app = TestApp::at_noon();
    app.tune(&json!({"unknown_user": "refuse"}));
    says(&app, "user", (404, 16, "the user john does not exist"));
    assert_eq!(sample(&app, "user")["socket"], json!({"code": 0, "message": ""}));
    each_gets_what_it_says(&app, "john", "unknown user");
    says(&app, "user", GOOD);
}

#[test]
fn a_suspended_app_refuses_every_sample() {
    let text = "millpond: 1\napps: [{api_key: k, api_secret: s, settings: {suspended: true}}]\n";
    let fixture = parse(text, "suspended.yaml").unwrap();
    let loaded = LoadedFixture { file: "suspended.yaml".to_owned(), text: text.to_owned(), fixture };
    let url =
        start(Config { port: 0, database: Database::Memory, workers: 1, fixtures: vec![loaded], ..Config::default() });
    let app = TestApp { url, api_key: "k".to_owned(), api_secret: "s".to_owned() };
    for sample in samples(&app, "john") {
        assert_eq!(sample["expect"], json!({"status": 403, "code": 99, "message": "this app is suspended"}));
    }
    each_gets_what_it_says(&app, "john", "suspended");
}

#[test]
fn a_server_token_is_refused_by_sockets_alone_and_says_so() {
    let app = TestApp::at_noon();
    for name in ["server", "no_user_id", "empty_claims"] {
        assert_eq!(sample(&app, name)["socket"], json!({"code": 4, "message": SERVER_ON_SOCKET}), "{name}");
    }
    for name in ["user", "expired", "garbage"] {
        assert_eq!(sample(&app, name).get("socket"), None, "{name}");
    }
}

#[test]
fn the_same_moment_gives_the_same_bytes_and_writes_nothing() {
    let app = TestApp::at_noon();
    let ask = || app.control("GET", "/tokens/samples", &Value::Null).text;
    let first = ask();
    assert_eq!(ask(), first);
    let found = app.server().query_users(&json!({"filter_conditions": {}})).ok();
    assert_eq!(found["users"], json!([]));
}

#[test]
fn names_come_in_one_order_and_tokens_are_what_their_names_say() {
    let app = TestApp::at_noon();
    let names: Vec<_> =
        samples(&app, "john").iter().map(|sample| sample["name"].as_str().unwrap().to_owned()).collect();
    let wanted = "user server guest dev_token no_iat padded_base64 standard_base64 expired future_iat future_nbf \
                  other_secret other_app alg_none wrong_alg wrong_alg_rs256 no_user_id empty_claims wrong_claim_type \
                  wrong_exp_type anonymous anonymous_expired anonymous_of_user revoked truncated garbage";
    assert_eq!(names.join(" "), wanted);
    let token = |name: &str| sample(&app, name)["token"].as_str().unwrap().to_owned();
    assert_eq!(token("user"), app.mint(&json!({"user_id": "john"})));
    assert!(token("padded_base64").split('.').next().unwrap().ends_with('='));
    let standard = token("standard_base64");
    assert!(standard.contains('+') && standard.contains('/'), "{standard}");
    assert!(token("user").starts_with(&token("truncated")));
    // An HMAC of 512 bits in base64.
    assert_eq!(token("wrong_alg").rsplit('.').next().unwrap().len(), 86);
}

#[test]
fn the_user_is_anyone_who_could_be_one() {
    let app = TestApp::at_noon();
    let default = app.control("GET", "/tokens/samples", &Value::Null).ok();
    assert_eq!(user_of(default["samples"][0]["token"].as_str().unwrap()).as_deref(), Some("sample-user"));
    for id in ["nobody yet", "a@b.c", &"x".repeat(255)] {
        assert_eq!(user_of(samples(&app, id)[0]["token"].as_str().unwrap()).as_deref(), Some(id));
    }
    for id in ["", "a/b", "!anon", &"x".repeat(256)] {
        let answer = app.control("GET", &format!("/tokens/samples?user_id={}", encode(id)), &Value::Null);
        assert_eq!((answer.status, &answer.body["error"]["field"]), (400, &json!("/user_id")), "{id}");
    }
    let unknown = send("GET", &format!("{}/_millpond/apps/nobody/tokens/samples", app.url), &[], None);
    assert_eq!((unknown.status, &unknown.body["error"]["code"]), (404, &json!("unknown_app")));
}

#[test]
fn the_deactivated_user_is_the_first_by_id() {
    let app = TestApp::at_noon();
    app.upsert(&["zoe", "ann", "amy", "bob"].map(|id| json!({"id": id})));
    for id in ["zoe", "ann", "amy"] {
        app.root().post(&format!("/api/v2/users/{id}/deactivate"), &json!({})).ok();
    }
    app.root().post("/api/v2/users/delete", &json!({"user_ids": ["amy"]})).ok();
    says(&app, "deactivated_user", (404, 16, "the user ann was deactivated"));
}

#[test]
fn another_apps_secret_signs_its_sample() {
    let app = TestApp::at_noon();
    let token = sample(&app, "other_app")["token"].as_str().unwrap().to_owned();
    let seen = send(
        "POST",
        &format!("{}/_millpond/tokens/inspect", app.url),
        &[],
        Some(&json!({"token": token, "api_key": app.api_key}).to_string()),
    )
    .ok();
    let signed_by = seen["matched_secret"].as_str().unwrap();
    assert!(signed_by != app.api_key, "{seen}");
    assert_eq!(seen["claims"]["iat"], NOON);
}
