//! Why a login failed is in the journal: what was seen and what was wanted in the check that decided, and no secret.

use serde_json::{Value, json};

use super::live::Stream;
use crate::app::{TestApp, send};
use crate::forge::{HEADER, NOON, NOON_TEXT, token};
use crate::sockets::client::{DOORS, Server};

/// The checks of the newest entry that have words: name, what was seen, what was wanted.
fn told(entry: &Value) -> Vec<(&str, &str, &str)> {
    let text = |check: &'_ Value, name: &str| check[name].as_str().map(str::len);
    let checks = entry["checks"].as_array().unwrap();
    assert!(checks.iter().all(|check| text(check, "seen").is_some() == text(check, "wanted").is_some()));
    let with_words = checks.iter().filter(|check| check["seen"].is_string());
    with_words.map(|check| ["name", "seen", "wanted"].map(|name| check[name].as_str().unwrap()).into()).collect()
}

/// The newest entry.
fn newest(app: &TestApp) -> Value {
    app.journal("").last().unwrap().clone()
}

#[test]
fn an_expired_token_is_told_with_its_time_and_the_clock_that_judged_it() {
    let app = TestApp::at_noon();
    app.bearer(&json!({"user_id": "john", "exp": NOON - 5, "iat": NOON - 9})).get("/api/v2/app");
    let entry = newest(&app);
    let [(name, seen, wanted)] = told(&entry)[..] else { panic!("{entry:#}") };
    assert_eq!(name, "expiry");
    assert!(seen.contains(&(NOON - 5).to_string()) && seen.contains("5 s ago"), "{seen}");
    assert!(wanted.contains(NOON_TEXT) && wanted.ends_with("the app's clock is frozen"), "{wanted}");
    app.bearer(&json!({"user_id": "john"})).get("/api/v2/app").ok();
    assert_eq!(told(&newest(&app)), [], "who is let in is told nothing");
}

#[test]
fn a_refused_socket_is_told_the_same_at_every_door() {
    for door in DOORS {
        let app = TestApp::at_noon();
        app.show_token("john", &app.sign(&json!({"user_id": "john", "exp": NOON - 5}))).through(door).refused();
        assert_eq!(told(&newest(&app))[0].0, "expiry");
    }
}

#[test]
fn a_signature_is_told_with_whose_secret_made_it_and_streams_api_hears_nothing_of_that() {
    let (app, other) = (TestApp::at_noon(), TestApp::new());
    let foreign = other.sign(&json!({"user_id": "john"}));
    let answer = app.with_token(&foreign).get("/api/v2/app");
    assert_eq!(answer.error().1, 43);
    assert!(!answer.text.contains(&other.api_key), "{}", answer.text);
    let entry = newest(&app);
    let check = entry["checks"].as_array().unwrap().iter().find(|check| check["name"] == "signature").unwrap();
    assert_eq!(check["signed_by"], other.api_key);
    assert!(check["seen"].as_str().unwrap().contains("the secret of another app"), "{check}");
    for (secret, words) in [
        (app.api_key.clone(), "signed with the api key instead of the secret"),
        (format!("{}\n", app.api_secret), "a blank, a line break or quotes"),
        ("anything".to_owned(), "no secret that is known here"),
    ] {
        let wrong = token(HEADER, r#"{"user_id":"john"}"#, &secret);
        app.with_token(&wrong).get("/api/v2/app").error();
        let entry = newest(&app);
        assert!(told(&entry)[0].1.contains(words), "{entry:#}");
        let text = entry.to_string();
        assert!(!text.contains("signed_by") && !text.contains(&app.api_secret) && !text.contains(&wrong), "{text}");
    }
}

#[test]
fn the_secrets_of_so_many_apps_are_tried_and_no_more() {
    let server = Server::start();
    let (judge, signer) = (server.app(), server.app());
    let ask = || {
        judge.with_token(&signer.sign(&json!({"user_id": "john"}))).get("/api/v2/app").error();
        newest(&judge)["checks"].as_array().unwrap().iter().any(|check| check["signed_by"] == signer.api_key)
    };
    (0..63).for_each(|_| drop(server.app()));
    assert!(ask(), "the oldest of the newest 64");
    drop(server.app());
    assert!(!ask(), "one too old");
}

#[test]
fn a_key_that_no_app_has_is_told_unless_it_is_a_secret() {
    let server = Server::start();
    let app = server.app();
    let entry = |key: &str| {
        send("GET", &format!("{}/api/v2/app?api_key={key}", server.url), &[], None).error();
        let list = send("GET", &format!("{}/_millpond/requests?keyless=true&limit=1", server.url), &[], None).ok();
        list["requests"][0].clone()
    };
    assert_eq!(told(&entry("nobodys"))[0].1, "no app has the key nobodys");
    assert_eq!(told(&entry(""))[0].0, "api_key_present");
    let shown = entry(&app.api_secret);
    assert_eq!(told(&shown)[0].1, "the secret of an app in place of its key");
    assert!(!shown.to_string().contains(&app.api_secret), "{shown}");
    let token = app.sign(&json!({}));
    assert!(!entry(&token).to_string().contains(&token), "a token in place of a key is hidden too");
}

#[test]
fn a_user_who_is_refused_over_and_over_is_told_once_with_the_likely_cause() {
    let app = TestApp::at_noon();
    let mut stream = Stream::of(&app, "?operation=TokenProvider");
    let loops = || app.control("GET", "", &Value::Null).ok()["loops"].clone();
    assert_eq!(loops(), json!([]));
    let stale = app.bearer(&json!({"user_id": "john", "exp": NOON - 1}));
    // As fast as it goes, until there were more than 20 within some second.
    let calls = (1..5_000).find(|_| {
        stale.get("/api/v2/app").error();
        loops() != json!([])
    });
    let found = loops();
    assert!(calls.is_some_and(|calls| calls > 20), "{calls:?}");
    assert_eq!(
        (&found[0]["user_id"], &found[0]["operation"], &found[0]["code"]),
        (&json!("john"), &json!("GetApp"), &json!(40))
    );
    assert!(found[0]["refused"].as_u64().unwrap() > 20);
    assert!(found[0]["likely_cause"].as_str().unwrap().contains("expired already"), "{found}");
    (0..30).for_each(|_| drop(stale.get("/api/v2/app")));
    app.control("GET", "/token-provider?user_id=jane", &Value::Null).ok();
    let names: Vec<_> = (0..2).map(|_| stream.next().unwrap()).collect();
    assert_eq!((names[0].1.as_str(), &names[0].2["user_id"]), ("loop", &json!("john")));
    assert_eq!(names[1].1, "request", "it is told once");
}
