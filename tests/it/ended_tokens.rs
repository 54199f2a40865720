//! Tokens that were ended by hand: made to expire, or revoked as those that a user had in use.

use millpond::auth::fingerprint::Fingerprint;
use millpond::clock::Time;
use millpond::config::{Config, Database};
use serde_json::{Value, json};

use crate::app::{Answer, TestApp, send};
use crate::forge::{EXPIRED, NOON, REVOKED, refused};
use crate::sockets::client::{DOORS, Joined, Server, config, open};

/// As many as an app can have.
const MAX: i64 = 100_000;

fn fingerprint(token: &str) -> String {
    Fingerprint::of(token).to_string()
}

fn list(app: &TestApp, query: &str) -> Vec<Value> {
    let answer = app.control("GET", &format!("/ended-tokens{query}"), &Value::Null).ok();
    answer["ended_tokens"].as_array().unwrap().clone()
}

fn listed(app: &TestApp, query: &str) -> Vec<String> {
    list(app, query).iter().map(|ended| ended["token"].as_str().unwrap().to_owned()).collect()
}

fn end_in_use(app: &TestApp, user: &str) -> Answer {
    app.control("POST", "/ended-tokens", &json!({"user_id": user}))
}

/// A token of john's that expires an hour after noon.
fn token(app: &TestApp, number: i64) -> String {
    app.sign(&json!({"user_id": "john", "iat": NOON, "exp": NOON + 3_600, "number": number}))
}

#[track_caller]
fn is_good(app: &TestApp, token: &str) {
    app.with_token(token).get("/api/v2/app").ok();
}

#[track_caller]
fn is_refused(app: &TestApp, token: &str, error: (u16, i64, &str)) {
    refused(&app.with_token(token).get("/api/v2/app"), "GetApp", error);
}

/// An app where john shows one token in a call, and has it revoked as one in use.
fn with_one_revoked() -> (TestApp, String) {
    let app = TestApp::at_noon();
    let shown = token(&app, 1);
    is_good(&app, &shown);
    assert_eq!(end_in_use(&app, "john").ok()["ended"], 1);
    (app, shown)
}

#[test]
fn what_a_user_has_in_use_is_revoked_and_nothing_that_is_minted_later() {
    for door in DOORS {
        let app = TestApp::at_noon();
        let [called, open, later] = [1, 2, 3].map(|number| token(&app, number));
        let past = app.sign(&json!({"user_id": "john", "exp": NOON - 1}));
        let mary = app.sign(&json!({"user_id": "mary"}));
        is_good(&app, &called);
        is_good(&app, &mary);
        is_refused(&app, &past, EXPIRED);
        let mut socket = Joined::of(door, app.show_token("john", &open).through(door));
        let mut bystander = app.joined(door, "mary");
        assert_eq!(end_in_use(&app, "john").ok(), json!({"user_id": "john", "ended": 2}));
        socket.ended(REVOKED, 4001);
        bystander.quiet();
        is_refused(&app, &called, REVOKED);
        is_refused(&app, &open, REVOKED);
        assert_eq!(app.show_token("john", &open).through(door).refused()["error"]["code"], 40);
        is_refused(&app, &past, EXPIRED);
        is_good(&app, &mary);
        // Minted after that, in the same second: good, over a socket as well.
        is_good(&app, &later);
        Joined::of(door, app.show_token("john", &later).through(door)).quiet();
    }
}

#[test]
fn a_revocation_of_what_is_in_use_leaves_sockets_open_where_revocations_do() {
    let app = TestApp::at_noon();
    app.tune(&json!({"open_sockets": {"on_revocation": "keep"}}));
    let mut john = app.join("john");
    end_in_use(&app, "john").ok();
    john.quiet();
    is_refused(&app, &app.sign(&json!({"user_id": "john"})), REVOKED);
}

#[test]
fn a_token_that_passes_only_since_auth_checks_are_disabled_is_not_said_to_be_ended() {
    let app = TestApp::at_noon();
    app.set(&json!({"disable_auth_checks": true}));
    let developer = app.mint(&json!({"kind": "dev", "user_id": "john"}));
    is_good(&app, &developer);
    let mut john = Joined::of(DOORS[0], app.show_token("john", &developer).through(DOORS[0]));
    assert_eq!(end_in_use(&app, "john").ok()["ended"], 0);
    john.quiet();
    app.tune(&json!({"disabled_auth_checks": "check_times"}));
    is_good(&app, &developer);
    assert_eq!(end_in_use(&app, "john").ok()["ended"], 1);
    john.ended(REVOKED, 4001);
    is_refused(&app, &developer, REVOKED);
}

#[test]
fn the_answer_says_when_a_revocation_by_time_refuses_what_is_minted_now() {
    let app = TestApp::at_noon();
    let note = |revoke: &dyn Fn(&Value)| {
        let notes = [Some(NOON - 6), Some(NOON - 5), Some(NOON + 60), None].map(|before| {
            revoke(&before.map_or(Value::Null, |before| json!(Time::from_seconds(before).rfc3339())));
            end_in_use(&app, "john").ok().get("note").cloned()
        });
        let [safe, backdated, later, none] = notes;
        assert_eq!((safe, none), (None, None));
        assert!(backdated.unwrap().as_str().unwrap().contains("2026-01-31T12:00:01Z"), "six seconds later");
        assert!(later.unwrap().as_str().unwrap().contains("2026-01-31T12:01:06Z"));
    };
    app.upsert(&[json!({"id": "john"})]);
    note(&|before| app.revoke("john", before));
    note(&|before| app.set(&json!({"revoke_tokens_issued_before": before})));
}

#[test]
fn the_inspector_says_how_a_token_was_ended() {
    let (app, token) = with_one_revoked();
    let why = json!({"token": token, "api_key": app.api_key});
    let told = send("POST", &format!("{}/_millpond/tokens/inspect", app.url), &[], Some(&why.to_string())).ok();
    let check = told["checks"].as_array().unwrap().iter().find(|check| check["name"] == "user_revocation").unwrap();
    assert_eq!((&told["code"], &check["outcome"]), (&json!(40), &json!("fail")));
    assert_eq!(check["seen"], "it was revoked as one that the user had in use");
}

#[test]
fn they_are_listed_the_newest_first_and_each_can_be_taken_back() {
    let (app, first) = with_one_revoked();
    let (second, third) = (token(&app, 2), app.sign(&json!({"user_id": "mary"})));
    app.advance("1m");
    is_good(&app, &second);
    let _mary = Joined::of(DOORS[0], app.show_token("mary", &third).through(DOORS[0]));
    end_in_use(&app, "john").ok();
    app.advance("1m");
    app.control("POST", "/connections/close?user_id=mary", &json!({"expire": true})).ok();
    let (one, two, three) = (fingerprint(&first), fingerprint(&second), fingerprint(&third));
    let shown = |token: &str, kind: &str, user: &str, at: &str, expires_at: Option<&str>| json!({"token": token, "kind": kind, "user_id": user, "ended_at": format!("2026-01-31T{at}Z"), "expires_at": expires_at});
    let one_o_clock = Some("2026-01-31T13:00:00Z");
    let all = [
        shown(&three, "expired", "mary", "12:02:00", None),
        shown(&two, "revoked", "john", "12:01:00", one_o_clock),
        // It was ended already, and is not ended once more.
        shown(&one, "revoked", "john", "12:00:00", one_o_clock),
    ];
    assert_eq!(list(&app, ""), all);
    assert_eq!(listed(&app, "?user_id=mary"), std::slice::from_ref(&three));
    assert_eq!(listed(&app, "?limit=1"), std::slice::from_ref(&three));
    let take_back = |query: &str| app.control("DELETE", &format!("/ended-tokens{query}"), &Value::Null);
    assert_eq!(take_back(&format!("?token={one}")).ok()["cleared"], 1);
    is_good(&app, &first);
    is_refused(&app, &second, REVOKED);
    assert_eq!(take_back("?user_id=john").ok()["cleared"], 1);
    is_good(&app, &second);
    is_refused(&app, &third, EXPIRED);
    assert_eq!(take_back("").ok()["cleared"], 1);
    is_good(&app, &third);
    assert_eq!(list(&app, ""), Vec::<Value>::new());
}

#[test]
fn what_cannot_be_meant_is_refused_and_changes_nothing() {
    let (app, token) = with_one_revoked();
    let code = |answer: Answer| {
        let error = &answer.body["error"];
        (answer.status, error["code"].as_str().unwrap().to_owned(), error["field"].as_str().map(str::to_owned))
    };
    let refused = |status: u16, code: &str, field: Option<&str>| (status, code.to_owned(), field.map(str::to_owned));
    let ask = |method: &str, query: &str| code(app.control(method, &format!("/ended-tokens{query}"), &Value::Null));
    let own = fingerprint(&token);
    for (method, query, wanted) in [
        ("DELETE", "?token=0123456789ab".to_owned(), refused(404, "unknown_ended_token", None)),
        ("DELETE", "?token=john".to_owned(), refused(400, "invalid_request", Some("/token"))),
        ("DELETE", format!("?token={own}&user_id=john"), refused(400, "invalid_request", Some("/token"))),
        // A name that is not known must not mean all of them.
        ("DELETE", "?user=john".to_owned(), refused(400, "invalid_request", Some("/user"))),
        ("GET", "?limit=0".to_owned(), refused(400, "invalid_request", Some("/limit"))),
        ("GET", format!("?limit={}", MAX + 1), refused(400, "invalid_request", Some("/limit"))),
        ("GET", "?users=john".to_owned(), refused(400, "invalid_request", Some("/users"))),
    ] {
        assert_eq!(ask(method, &query), wanted, "{query}");
    }
    assert_eq!(code(end_in_use(&app, "nobody")), refused(404, "unknown_user", None));
    assert_eq!(listed(&app, ""), [own]);
    app.upsert(&[json!({"id": "jane"})]);
    assert_eq!(end_in_use(&app, "jane").ok(), json!({"user_id": "jane", "ended": 0}));
}

#[test]
fn one_whose_time_is_over_is_forgotten() {
    let (app, first) = with_one_revoked();
    app.advance("1h");
    assert_eq!(listed(&app, ""), [fingerprint(&first)], "it is good at its very last moment");
    app.advance("1s");
    is_refused(&app, &first, EXPIRED);
    assert_eq!(listed(&app, ""), Vec::<String>::new());
    // The next one that is ended sweeps it away.
    app.join("mary");
    end_in_use(&app, "mary").ok();
    app.advance("-1h");
    assert_eq!(list(&app, "?user_id=john"), Vec::<Value>::new());
}

#[test]
fn they_go_with_the_state_back_and_forth_and_along() {
    let (app, token) = with_one_revoked();
    let own = [fingerprint(&token)];
    app.control("POST", "/snapshots", &json!({"name": "ended"})).ok();
    let key = format!("{}-copy", app.api_key);
    let body = json!({"api_key": key, "api_secret": app.api_secret});
    app.control("POST", "/clone", &body).ok();
    let clone = TestApp { url: app.url.clone(), api_key: key, api_secret: app.api_secret.clone() };
    let exported = app.control("GET", "/fixture", &Value::Null).text;

    app.control("POST", "/reset", &json!({})).ok();
    app.freeze("2026-01-31T12:00:00Z");
    assert_eq!(listed(&app, ""), Vec::<String>::new());
    is_good(&app, &token);

    app.control("POST", "/snapshots/ended/restore", &json!({})).ok();
    assert_eq!(listed(&app, ""), own);
    is_refused(&app, &token, REVOKED);

    assert_eq!(listed(&clone, ""), own);
    is_refused(&clone, &token, REVOKED);
    clone.control("DELETE", "/ended-tokens", &Value::Null).ok();
    is_good(&clone, &token);
    clone.control("POST", "/reset", &json!({})).ok();
    is_refused(&clone, &token, REVOKED);

    app.control("DELETE", "/ended-tokens", &Value::Null).ok();
    app.control("PUT", "/fixture", &serde_json::from_str(&exported).unwrap()).ok();
    is_refused(&app, &token, REVOKED);
    assert_eq!(app.control("GET", "/fixture", &Value::Null).text, exported);
    // The import is what a reset goes back to.
    app.control("DELETE", "/ended-tokens", &Value::Null).ok();
    app.control("POST", "/reset", &json!({})).ok();
    is_refused(&app, &token, REVOKED);
}

#[test]
fn what_an_app_has_seen_is_no_part_of_its_state() {
    let app = TestApp::at_noon();
    let token = token(&app, 1);
    app.upsert(&[json!({"id": "john"})]);
    app.control("POST", "/snapshots", &json!({"name": "seen"})).ok();
    is_good(&app, &token);
    app.control("POST", "/snapshots/seen/restore", &json!({})).ok();
    assert_eq!(end_in_use(&app, "john").ok()["ended"], 0);
    is_good(&app, &token);
}

/// A server on a file.
fn on(path: &std::path::Path) -> Server {
    Server::with(Config { database: Database::File(path.to_owned()), ..config() })
}

#[test]
fn they_outlive_the_process() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.db");
    let server = on(&path);
    let mut app = server.app();
    let (in_use, open) = (token(&app, 1), token(&app, 2));
    is_good(&app, &in_use);
    end_in_use(&app, "john").ok();
    let _john = Joined::of(DOORS[0], app.show_token("john", &open).through(DOORS[0]));
    app.control("POST", "/connections/close", &json!({"expire": true})).ok();
    let before = list(&app, "");
    assert_eq!(before.len(), 2);
    server.stop().join().unwrap();
    let server = on(&path);
    app.url.clone_from(&server.url);
    assert_eq!(list(&app, ""), before);
    is_refused(&app, &in_use, REVOKED);
    is_refused(&app, &open, EXPIRED);
    app.control("DELETE", "/ended-tokens", &Value::Null).ok();
    is_good(&app, &open);
    server.stop().join().unwrap();
}

#[test]
fn when_there_is_no_room_for_more_the_call_is_refused_and_nothing_is_ended() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.db");
    let server = on(&path);
    let mut app = server.app();
    server.stop().join().unwrap();
    // All but one place are taken, half of them for an hour.
    rusqlite::Connection::open(&path)
        .unwrap()
        .execute(
            "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?1 - 1)
             INSERT INTO ended_tokens (app, token, kind, ended_at, expires_at)
             SELECT states.app, printf('%012x', n), 'revoked', 0, CASE n % 2 WHEN 0 THEN ?2 END
             FROM numbers, states JOIN apps ON id = owner WHERE role = 'live' AND api_key = ?3",
            rusqlite::params![MAX, (NOON + 3_600) * 1_000_000_000, app.api_key],
        )
        .unwrap();
    let server = on(&path);
    app.url.clone_from(&server.url);
    let tokens = [1, 2].map(|number| token(&app, number));
    for token in &tokens {
        is_good(&app, token);
    }
    let too_many = |answer: &Answer| {
        assert_eq!((answer.status, &answer.body["error"]["code"]), (409, &json!("too_many_ended_tokens")));
        assert!(answer.body["error"]["message"].as_str().unwrap().contains("100000"), "{}", answer.text);
    };
    too_many(&end_in_use(&app, "john"));
    for token in &tokens {
        is_good(&app, token);
    }
    // One fits.
    let mut mary = app.join("mary");
    assert_eq!(end_in_use(&app, "mary").ok()["ended"], 1);
    mary.ended(REVOKED, 4001);
    assert_eq!(end_in_use(&app, "mary").ok()["ended"], 0, "it is ended already");
    // Nor is a socket ended whose token cannot be.
    let mut john = Joined::of(DOORS[0], app.show_token("john", &tokens[0]).through(DOORS[0]));
    too_many(&app.control("POST", "/connections/close?user_id=john", &json!({"expire": true})));
    let expire = json!({"operation": "Connect", "times": 2, "then": {"socket": {"expire": true}}});
    too_many(&app.control("POST", "/faults", &expire));
    assert_eq!(app.control("GET", "/faults", &Value::Null).ok()["faults"], json!([]), "the fault is not there either");
    john.quiet();
    john.leave();
    server.settles(open(0));
    app.control("POST", "/faults", &expire).ok();
    let refusal = app.show_token("john", &tokens[1]).through(DOORS[0]).refused();
    assert!(refusal["error"]["message"].as_str().unwrap().contains("100000"), "{refusal}");
    app.control("DELETE", "/faults", &Value::Null).ok();
    // When their hour is over, there is room.
    app.advance("1h");
    app.advance("1s");
    let fresh = app.sign(&json!({"user_id": "john", "number": 3}));
    is_good(&app, &fresh);
    end_in_use(&app, "john").ok();
    is_refused(&app, &fresh, REVOKED);
    server.stop().join().unwrap();
}
