//! `token`, `create-token` and `inspect`: without an emulator, and with one.

use millpond::auth::secret::Secret;
use millpond::auth::{segments, token};
use serde_json::{Value, json};

use super::harness::{Place, SECRET};

fn claims(token: &str) -> Value {
    token::contents(token).expect("a token").claims
}

fn is_signed_by(token: &str, secret: &str) -> bool {
    Secret::new(secret).verifies(&segments::split(token).expect("three segments"))
}

fn number(claims: &Value, name: &str) -> i64 {
    claims[name].as_i64().unwrap_or_else(|| panic!("no {name}: {claims}"))
}

#[test]
fn a_token_needs_no_emulator_and_lives_for_an_hour() {
    let place = Place::new();
    let done = place.run(&["token", "john"]);
    assert!(is_signed_by(done.line(), SECRET));
    let claims = claims(done.line());
    assert_eq!(claims["user_id"], "john");
    assert_eq!(number(&claims, "exp") - number(&claims, "iat"), 3_600);
    assert_eq!(done.stderr, "");
}

#[test]
fn every_kind_of_token_has_its_claims() {
    let place = Place::new();
    let of = |arguments: &[&str]| {
        let mut all = vec!["token"];
        all.extend(arguments);
        claims(place.run(&all).line())
    };
    assert_eq!(of(&["--server"]), json!({"server": true}));
    assert_eq!(of(&["gil", "--guest"]), json!({"user_id": "gil"}));
    assert_eq!(of(&["john", "--no-expiry", "--no-iat"]), json!({"user_id": "john"}));
    assert_eq!(
        of(&["john", "--iat", "5", "--nbf", "1970-01-01T00:00:06Z", "--exp", "7"]),
        json!({"user_id": "john", "iat": 5, "nbf": 6, "exp": 7})
    );
    let extra = ["john", "--no-iat", "--no-expiry", "--claim", "role=admin", "--claim", "n=5", "--claim", "a=[true]"];
    assert_eq!(of(&extra), json!({"user_id": "john", "role": "admin", "n": 5, "a": [true]}));
    assert!(place.run(&["token", "john", "--dev"]).line().ends_with(".devtoken"));
    assert!(place.run(&["token", "john", "--header", "alg=none"]).line().ends_with('.'));
}

#[test]
fn a_token_is_signed_by_the_pair_that_is_found_here_or_by_a_secret_that_is_given() {
    let place = Place::new();
    place.write(".env", "STREAM_API_KEY=k\nSTREAM_API_SECRET=of-the-file\n");
    let done = place.run(&["token", "john"]);
    assert!(is_signed_by(done.line(), "of-the-file"));
    assert!(done.stderr.contains("STREAM_API_SECRET comes from .env"), "{}", done.stderr);
    assert!(is_signed_by(place.run(&["token", "john", "--secret", "other"]).line(), "other"));
    let flags = ["token", "john", "--api-key", "k", "--api-secret", "of-the-flag", "--json"];
    let minted = place.run(&flags).json();
    assert!(is_signed_by(minted["token"].as_str().expect("a token"), "of-the-flag"));
    assert_eq!(minted["claims"]["user_id"], "john");
}

#[test]
fn create_token_takes_the_flags_of_streams_own_command_line() {
    let place = Place::new();
    let of = |arguments: &[&str]| claims(place.run(arguments).line());
    assert_eq!(of(&["create-token", "--user", "john"]), json!({"user_id": "john"}));
    assert_eq!(
        of(&["create-token", "--user", "john", "--expiration", "1893456000", "--issued-at", "1577880000"]),
        json!({"user_id": "john", "iat": 1_577_880_000, "exp": 1_893_456_000})
    );
    assert_eq!(
        of(&["create-token", "-u", "john", "-e", "5", "-i", "4"]),
        json!({"user_id": "john", "iat": 4, "exp": 5})
    );
}

#[test]
fn a_token_that_cannot_be_made_is_bad_input() {
    let place = Place::new();
    for (arguments, word) in [
        (&["token"][..], "USER_ID"),
        (&["token", ""], "--user-id: a token of this kind needs a user_id"),
        (&["token", "john", "--ttl", "soon"], "--ttl: `soon` is no duration"),
        (&["token", "john", "--iat", "then"], "--iat: "),
        (&["token", "john", "--claim", "x"], "--claim: `x` is no NAME=JSON"),
        (&["token", "john", "--ttl", "1h", "--no-expiry"], "--no-expiry"),
        (&["token", "john", "--server"], "--server"),
        (&["create-token"], "--user"),
    ] {
        let done = place.run(arguments);
        done.refused(2, &[word]);
        assert_eq!(done.stdout, "", "{arguments:?}");
    }
}

#[test]
fn what_token_makes_inspect_explains_from_an_argument_and_from_stdin() {
    let place = Place::new();
    let offline = |token: &str| place.run(&["inspect", token, "--offline", "--json"]);
    let token = place.run(&["token", "john"]).line().to_owned();
    let done = offline(&token);
    assert_eq!((done.code, &done.json()["outcome"], &done.json()["kind"]), (0, &json!("ok"), &json!("user")));
    for arguments in [&["inspect", "--offline", "--json"][..], &["inspect", "-", "--offline", "--json"]] {
        let done = place.run_with(arguments, &[], &format!("  Bearer {token}\n"));
        assert_eq!((done.code, &done.json()["claims"]["user_id"]), (0, &json!("john")), "{done:?}");
    }
    for (arguments, code, check) in [
        (&["token", "john", "--iat", "-2h", "--exp", "-1h"][..], 40, "expiry"),
        (&["token", "john", "--nbf", "1h"], 41, "not_before"),
        (&["token", "john", "--iat", "1h", "--ttl", "2h"], 42, "issued_at"),
        (&["token", "john", "--secret", "other"], 43, "signature"),
        (&["token", "--server", "--secret", "other"], 5, "signature"),
        (&["token", "john", "--dev"], 43, "signature"),
    ] {
        let done = offline(place.run(arguments).line());
        let verdict = done.json();
        assert_eq!((done.code, &verdict["code"]), (1, &json!(code)), "{arguments:?}: {verdict}");
        let checks = verdict["checks"].as_array().expect("checks");
        let failed = checks.iter().find(|check| check["outcome"] == "fail").expect("one failed");
        assert_eq!(failed["name"], check, "{arguments:?}");
    }
}

#[test]
fn an_explanation_reads_well_and_cannot_drive_the_terminal() {
    let place = Place::new();
    let token = place.run(&["token", "j\u{1b}[31mohn", "--iat", "-2h", "--exp", "-1h"]);
    let done = place.run(&["inspect", token.line(), "--offline"]);
    assert_eq!(done.code, 1);
    for wanted in [
        "refused: status 401, code 40: JWTAuth error: token is expired (exp)",
        "signed by  the secret of the app with the api key millpond",
        "1 h ago)",
        "✓ signature",
        "✗ expiry",
        "wanted: no exp, or one that is not past",
        "this decides",
        "– not_before",
    ] {
        assert!(done.stdout.contains(wanted), "{wanted}: {}", done.stdout);
    }
    assert!(!done.stdout.contains('\x1b'), "{:?}", done.stdout);
}

#[test]
fn what_is_no_token_is_explained_too() {
    let place = Place::new();
    for text in ["x", "a.b.c", "..", &"x".repeat(100_000)] {
        let done = place.run_with(&["inspect", "--offline", "--json"], &[], text);
        assert_eq!((done.code, &done.json()["code"]), (1, &json!(5)), "{done:?}");
    }
    place.run_with(&["inspect"], &[], " \n").refused(2, &["there is no token"]);
    place.run_with(&["inspect"], &[], &"x".repeat(3 << 20)).refused(2, &["longer than"]);
}

#[test]
fn with_an_emulator_its_app_and_its_clock_count() {
    let place = Place::new();
    place.write(
        "two.yaml",
        "millpond: 1\napps:\n  - {api_key: one, api_secret: first}\n  - {api_key: two, api_secret: second, clock: {frozen: '2020-01-01T00:00:00Z'}}\n",
    );
    let server = place.serve(&["--memory", "--fixture", "two.yaml"]);
    let made = place.run(&["token", "john", "--app", "two", "--url", &server.url]);
    assert!(is_signed_by(made.line(), "second"));
    assert_eq!(claims(made.line()), json!({"user_id": "john", "iat": 1_577_836_800, "exp": 1_577_840_400}));
    // Nobody named a pair, so the emulator's first app is meant.
    let first = place.run_with(&["token", "john"], &[("MILLPOND_URL", &server.url)], "");
    assert!(is_signed_by(first.line(), "first"));
    // A variable that leads nowhere keeps no token from being made.
    let alone = place.run_with(&["token", "john"], &[("MILLPOND_URL", "http://127.0.0.1:9")], "");
    assert!(is_signed_by(alone.line(), SECRET));
    // A pair that the emulator does not know is used without it.
    let other = ["token", "john", "--api-key", "x", "--api-secret", "third", "--url", &server.url];
    assert!(is_signed_by(place.run(&other).line(), "third"));
    let verdict = place.run(&["inspect", made.line(), "--url", &server.url, "--json"]);
    assert_eq!((verdict.code, &verdict.json()["matched_secret"]), (0, &json!("two")), "{verdict:?}");
    let wrong = place.run(&["inspect", made.line(), "--app", "one", "--url", &server.url]);
    assert_eq!(wrong.code, 1);
    assert!(wrong.stdout.contains("hint: it was signed with the secret of the app two"), "{}", wrong.stdout);
    place.run(&["token", "john", "--app", "three", "--url", &server.url]).refused(2, &["three", "It has: one, two"]);
}

#[test]
fn a_secret_of_this_directory_that_the_emulator_does_not_have_is_recognised() {
    let place = Place::new();
    let server = place.serve(&["--memory"]);
    place.write(".env", "STREAM_API_KEY=k\nSTREAM_API_SECRET=of-the-file\n");
    let token = place.run(&["token", "john", "--url", &server.url]);
    assert!(is_signed_by(token.line(), "of-the-file"));
    let done = place.run(&["inspect", token.line(), "--url", &server.url]);
    assert_eq!(done.code, 1);
    assert!(
        done.stdout.contains("signed with the secret of .env, which the emulator does not have"),
        "{}",
        done.stdout
    );
}
