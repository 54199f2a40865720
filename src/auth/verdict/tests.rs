use std::sync::Arc;

use serde_json::{Value, json};

use super::*;
use crate::app::AppState;
use crate::auth::secret::Secret;
use crate::auth::token;
use crate::clock::SECOND_NS;
use crate::settings::{Emulator, Settings};

const NOW_SECONDS: i64 = 1_769_860_800;
const NOW: Time = Time(NOW_SECONDS * SECOND_NS);

fn app(settings: &Value, own: &Value) -> AppState {
    let mut set = Settings::default();
    set.fill(settings.as_object().expect("an object")).expect("fine");
    AppState::plain(Secret::new("s"), set, Emulator::default().patched(own).expect("fine"))
}

fn plain() -> AppState {
    app(&json!({}), &json!({}))
}

fn shown(raw: &str) -> Credentials {
    Credentials {
        api_key: Some("key".to_owned()),
        auth_type: Some("jwt".to_owned()),
        token: Some(Arc::new(Examined::new(raw, &Secret::new("s")))),
    }
}

fn bearing(claims: &Value) -> Credentials {
    shown(&token::sign(&token::header(), claims, &Secret::new("s")))
}

/// The times of a token that nothing has moved.
fn as_sent(credentials: &Credentials) -> Times {
    credentials.claims().map_or_else(Times::default, Times::as_sent)
}

fn judged(app: &AppState, credentials: &Credentials, facts: &UserFacts) -> Verdict {
    verify(
        Some(app.facts()),
        credentials,
        UserState { facts, exists: true, token_ended: None },
        as_sent(credentials),
        NOW,
    )
}

fn failed(app: &AppState, credentials: &Credentials) -> Option<Check> {
    judged(app, credentials, &UserFacts::ordinary()).failed
}

#[test]
fn a_good_token_fails_no_check() {
    let verdict = judged(&plain(), &bearing(&json!({"user_id": "john", "iat": NOW_SECONDS})), &UserFacts::ordinary());
    assert_eq!((verdict.failed, verdict.kind), (None, Some(Bearer::User)));
    for check in Check::ALL {
        assert!(matches!(verdict.outcome(check), Outcome::Pass | Outcome::Skipped), "{check:?}");
    }
}

#[test]
fn without_an_app_nothing_behind_its_key_is_reached() {
    let facts = UserFacts::ordinary();
    let verdict = verify(
        None,
        &bearing(&json!({})),
        UserState { facts: &facts, exists: true, token_ended: None },
        Times::default(),
        NOW,
    );
    assert_eq!(verdict.failed, Some(Check::ApiKeyKnown));
    assert_eq!(verdict.evaluated(Check::Signature), Outcome::NotReached);
    let nothing = Credentials::default();
    let verdict =
        verify(None, &nothing, UserState { facts: &facts, exists: true, token_ended: None }, Times::default(), NOW);
    assert_eq!(verdict.failed, Some(Check::ApiKeyPresent));
    assert_eq!(verdict.kind, None);
}

#[test]
fn a_suspended_app_is_told_before_the_auth_type() {
    let app = app(&json!({"suspended": true}), &json!({}));
    let credentials = Credentials { auth_type: None, ..bearing(&json!({})) };
    assert_eq!(failed(&app, &credentials), Some(Check::AppActive));
    let anonymous = Credentials { auth_type: Some("anonymous".to_owned()), token: None, ..credentials };
    assert_eq!(failed(&app, &anonymous), Some(Check::AppActive));
}

#[test]
fn what_lies_behind_the_deciding_check_is_not_reached_but_is_evaluated() {
    let verdict = judged(
        &plain(),
        &bearing(&json!({"user_id": "john", "exp": 1, "iat": NOW_SECONDS + 9})),
        &UserFacts::ordinary(),
    );
    assert_eq!(verdict.failed, Some(Check::Expiry));
    assert_eq!(verdict.outcome(Check::Signature), Outcome::Pass);
    assert_eq!(verdict.outcome(Check::IssuedAt), Outcome::NotReached);
    assert_eq!(verdict.evaluated(Check::IssuedAt), Outcome::Fail);
}

#[test]
fn every_state_of_a_user_fails_its_own_check() {
    let revoked = Some(Revocation::by_app(Time::from_seconds(NOW_SECONDS), 0));
    let ordinary = UserFacts::ordinary;
    for (facts, check) in [
        (UserFacts { revocation: revoked, ..ordinary() }, Check::UserRevocation),
        (UserFacts { deleted: true, deactivated: true, ..ordinary() }, Check::UserNotDeleted),
        (UserFacts { deactivated: true, ..ordinary() }, Check::UserNotDeactivated),
    ] {
        assert_eq!(judged(&plain(), &bearing(&json!({"user_id": "john"})), &facts).failed, Some(check));
        assert_eq!(judged(&plain(), &bearing(&json!({})), &facts).failed, None, "a server is no user");
    }
}

#[test]
fn an_unknown_user_matters_only_when_the_setting_says_so() {
    let facts = UserFacts::ordinary();
    let user = UserState { facts: &facts, exists: false, token_ended: None };
    let credentials = bearing(&json!({"user_id": "ghost"}));
    assert_eq!(verify(Some(plain().facts()), &credentials, user, as_sent(&credentials), NOW).failed, None);
    let strict = app(&json!({}), &json!({"unknown_user": "refuse"}));
    assert_eq!(
        verify(Some(strict.facts()), &credentials, user, as_sent(&credentials), NOW).failed,
        Some(Check::UserKnown)
    );
    assert_eq!(verify(Some(strict.facts()), &bearing(&json!({})), user, Times::default(), NOW).failed, None);
}

#[test]
fn an_unverified_user_is_told_from_a_user() {
    let open = app(&json!({"disable_auth_checks": true}), &json!({}));
    let kind = |raw: &str| judged(&open, &shown(raw), &UserFacts::ordinary()).kind;
    assert_eq!(kind(&token::dev_token("john")), Some(Bearer::UnverifiedUser));
    assert_eq!(
        kind(&token::sign(&token::header(), &json!({"user_id": "john"}), &Secret::new("s"))),
        Some(Bearer::User)
    );
    assert_eq!(kind(&token::sign(&token::header(), &json!({}), &Secret::new("s"))), Some(Bearer::Server));
}

#[test]
fn there_is_a_refusal_for_exactly_the_verdicts_that_failed() {
    for credentials in [
        bearing(&json!({})),
        bearing(&json!({"exp": 1})),
        shown("x"),
        shown(&token::dev_token("john")),
        Credentials::default(),
    ] {
        let verdict = judged(&plain(), &credentials, &UserFacts::ordinary());
        assert_eq!(refusal(&verdict, &credentials).is_some(), verdict.failed.is_some());
    }
}

#[test]
fn a_verdict_is_a_small_value_without_heap() {
    fn is_copy<T: Copy>() {}
    is_copy::<Verdict>();
    assert!(size_of::<Verdict>() <= 24);
}
