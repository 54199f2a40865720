use std::sync::Arc;

use serde_json::json;

use super::*;
use crate::auth::credentials::Examined;
use crate::auth::facts::UserFacts;
use crate::auth::revocation::Revocation;
use crate::auth::verdict::verify;
use crate::clock::SECOND_NS;
use crate::settings::{Emulator, Settings};

const NOW: Time = Time(1_769_860_800 * SECOND_NS);

fn explained(settings: &Value, raw: &str, facts: &UserFacts) -> Vec<ExplainedCheck> {
    let mut set = Settings::default();
    set.fill(settings.as_object().expect("an object")).expect("fine");
    let app = AppState::plain(Secret::new("s"), set, Emulator::default());
    let credentials = Credentials {
        api_key: Some("key".to_owned()),
        auth_type: Some("jwt".to_owned()),
        token: Some(Arc::new(Examined::new(raw, &app.secret))),
    };
    let user = UserState { facts, exists: true, token_ended: None };
    let times = credentials.claims().map_or_else(Times::default, Times::as_sent);
    let verdict = verify(Some(app.facts()), &credentials, user, times, NOW);
    explain(&verdict, Grounds { app: Some(&app), credentials: &credentials, user, times, now: NOW })
}

fn signed(claims: &Value) -> String {
    token::sign(&token::header(), claims, &Secret::new("s"))
}

fn words<'a>(checks: &'a [ExplainedCheck], name: &str) -> (&'a str, &'a str, &'a str) {
    let check = checks.iter().find(|check| check.name == name).expect(name);
    (check.outcome, &check.seen, &check.wanted)
}

#[test]
fn an_expired_token_says_by_how_much() {
    let raw = signed(&json!({"user_id": "john", "exp": 1_769_860_790}));
    let checks = explained(&json!({}), &raw, &UserFacts::ordinary());
    let (outcome, seen, wanted) = words(&checks, "expiry");
    assert_eq!(outcome, "fail");
    assert_eq!(seen, "exp 1769860790 (2026-01-31T11:59:50Z, 10 s ago)");
    assert!(wanted.ends_with("now is 2026-01-31T12:00:00Z"), "{wanted}");
}

#[test]
fn a_token_that_passes_only_since_auth_checks_are_off_says_so() {
    let checks = explained(&json!({"disable_auth_checks": true}), &token::dev_token("john"), &UserFacts::ordinary());
    let (outcome, seen, _) = words(&checks, "signature");
    assert_eq!(
        (outcome, seen),
        ("skipped", "the signature is another one; passed over, since auth checks are disabled")
    );
}

#[test]
fn a_revocation_says_when_and_what_would_have_passed() {
    let facts = UserFacts { revocation: Some(Revocation::by_app(NOW.plus(5), 0)), ..UserFacts::ordinary() };
    let checks = explained(&json!({}), &signed(&json!({"user_id": "john"})), &facts);
    let (outcome, seen, wanted) = words(&checks, "user_revocation");
    assert_eq!((outcome, seen), ("fail", "no iat, so every revocation reaches it"));
    assert!(wanted.starts_with("an iat of 2026-01-31T12:00:00Z or later"), "{wanted}");
    assert_eq!(words(&checks, "app_revocation").1, "the app revoked nothing");
}

#[test]
fn no_words_tell_the_secret_or_the_token() {
    let raw = signed(&json!({"user_id": "john"}));
    let text = format!("{:?}", explained(&json!({}), &raw, &UserFacts::ordinary()));
    assert!(!text.contains(&raw));
    assert_eq!(format!("{:?}", Secret::new("worth-hiding")), "Secret(…)");
}
