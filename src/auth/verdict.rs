//! The one judgement of credentials. Pure: no clock, no I/O, no heap in its result.
//!
//! The checks are those of wire-contract 2.4 from "api key present" to "user deactivated", in that order; the first
//! that fails decides. Whoever wants words (`explain`) makes them from the verdict later.

use super::check::{Bearer, Check, Outcome, Verdict};
use super::credentials::{AuthType, Credentials, Examined};
use super::facts::{AppFacts, End, UserFacts};
use super::kind::ANONYMOUS_ID;
use super::revocation::Revocation;
use super::times::Times;
use super::token::Token;
use crate::clock::{SECOND_NS, Time};
use crate::error::{ApiError, Code};
use crate::settings::emulator::{DisabledAuthChecks, UnknownUser};

/// What is known of the user that a token names.
#[derive(Clone, Copy, Debug)]
pub struct UserState<'a> {
    /// What is in memory.
    pub facts: &'a UserFacts,
    /// Whether the user is there. Only asked for under `unknown_user: refuse`; otherwise take `true`.
    pub exists: bool,
    /// As what the token was ended by hand, if it was.
    pub token_ended: Option<End>,
}

/// Judges credentials, at a moment by the app's clock. The token's times are handed over as the app judges them.
pub fn verify(
    app: Option<AppFacts<'_>>,
    credentials: &Credentials,
    user: UserState<'_>,
    times: Times,
    now: Time,
) -> Verdict {
    let mut verdict = Verdict { evaluated: [Outcome::NotReached; Check::ALL.len()], failed: None, kind: None };
    let has_key = credentials.api_key.as_deref().is_some_and(|key| !key.is_empty());
    verdict.set(Check::ApiKeyPresent, Outcome::of(has_key));
    if has_key {
        verdict.set(Check::ApiKeyKnown, Outcome::of(app.is_some()));
    }
    if let Some(app) = app {
        verdict.set(Check::AppActive, Outcome::of(!app.rules.suspended));
    }
    let auth_type = credentials.auth_type();
    verdict.set(Check::AuthType, Outcome::of(auth_type.is_some()));
    match (app, auth_type) {
        (Some(_), Some(AuthType::Anonymous)) if credentials.token.is_none() => {
            verdict.kind = Some(Bearer::Anonymous);
            verdict.rest(Check::TokenWellFormed, Outcome::Skipped);
        }
        // An unknown auth type is no reason to hide what is wrong with the token.
        (Some(app), _) => {
            judge_token(&mut verdict, app, credentials.token.as_deref(), user, (times, now));
            judge_anonymous(&mut verdict, credentials);
        }
        (None, _) => {}
    }
    verdict.failed = Check::ALL.into_iter().find(|check| verdict.evaluated(*check) == Outcome::Fail);
    verdict
}

impl Verdict {
    fn set(&mut self, check: Check, outcome: Outcome) {
        self.evaluated[check as usize] = outcome;
    }

    fn rest(&mut self, from: Check, outcome: Outcome) {
        for check in Check::ALL.into_iter().filter(|check| *check >= from) {
            self.set(check, outcome);
        }
    }
}

fn judge_token(
    verdict: &mut Verdict,
    app: AppFacts<'_>,
    examined: Option<&Examined>,
    user: UserState<'_>,
    (times, now): (Times, Time),
) {
    let Some((token, verifies)) = examined.and_then(|e| Some((e.token.as_ref().ok()?, e.signature_verifies))) else {
        verdict.set(Check::TokenWellFormed, Outcome::Fail);
        return;
    };
    verdict.set(Check::TokenWellFormed, Outcome::Pass);
    let genuine = verifies && token.is_hs256;
    // Auth checks off: a bad signature passes only with a user, and never makes a server (design.md 3).
    let excused = !genuine && app.rules.disable_auth_checks && token.user_id.is_some();
    verdict.set(Check::Signature, if excused { Outcome::Skipped } else { Outcome::of(genuine) });
    verdict.kind = Some(match &token.user_id {
        None => Bearer::Server,
        Some(_) if genuine => Bearer::User,
        Some(_) => Bearer::UnverifiedUser,
    });
    if excused && app.emulator.disabled_auth_checks == DisabledAuthChecks::ParseOnly {
        for check in [Check::Expiry, Check::NotBefore, Check::IssuedAt, Check::AppRevocation, Check::UserRevocation] {
            verdict.set(check, Outcome::Skipped);
        }
    } else {
        judge_times(verdict, app, times, now);
        judge_revocation(verdict, app, token, times, user.facts);
        match user.token_ended {
            Some(End::Expired) => verdict.set(Check::Expiry, Outcome::Fail),
            Some(End::Revoked) => verdict.set(Check::UserRevocation, Outcome::Fail),
            None => {}
        }
    }
    judge_user(verdict, app, token, user);
}

/// A token that comes with the auth type `anonymous` is verified like any other, and must be of `!anon` (wire-contract 1.5).
fn judge_anonymous(verdict: &mut Verdict, credentials: &Credentials) {
    if credentials.claims().is_none() {
        return;
    }
    if credentials.auth_type() != Some(AuthType::Anonymous) {
        verdict.set(Check::AnonymousUser, Outcome::Skipped);
        return;
    }
    verdict.kind = Some(Bearer::Anonymous);
    verdict.set(Check::AnonymousUser, Outcome::of(credentials.user_id() == Some(ANONYMOUS_ID)));
    verdict.rest(Check::UserNotDeleted, Outcome::Skipped);
}

fn judge_times(verdict: &mut Verdict, app: AppFacts<'_>, times: Times, now: Time) {
    let leeway = i64::from(app.emulator.iat_leeway_seconds) * SECOND_NS;
    // Zero leeway: `exp` is past when the moment lies behind it (wire-contract 1.4).
    verdict.set(Check::Expiry, optional(times.expiry, |expiry| now <= expiry));
    verdict.set(Check::NotBefore, optional(times.not_before, |begin| begin <= now));
    // Claims are whole seconds: what SDKs issue "now" passes (wire-contract, trap 12).
    verdict.set(Check::IssuedAt, optional(times.issued, |issued| times.issue_is_settled || issued <= now.plus(leeway)));
}

fn optional(time: Option<Time>, holds: impl Fn(Time) -> bool) -> Outcome {
    time.map_or(Outcome::Skipped, |time| Outcome::of(holds(time)))
}

fn judge_revocation(verdict: &mut Verdict, app: AppFacts<'_>, token: &Token, times: Times, user: &UserFacts) {
    let judge = |revocation: Option<Revocation>| match revocation {
        None => Outcome::Skipped,
        Some(set) => Outcome::of(!set.reaches(token, &times, app.emulator.revocation_granularity)),
    };
    // Server tokens are spared (wire-contract 3).
    let (by_app, by_user) = match token.user_id {
        None => (None, None),
        Some(_) => (app.revocation, user.revocation),
    };
    verdict.set(Check::AppRevocation, judge(by_app));
    verdict.set(Check::UserRevocation, judge(by_user));
}

fn judge_user(verdict: &mut Verdict, app: AppFacts<'_>, token: &Token, user: UserState<'_>) {
    if token.user_id.is_none() {
        verdict.rest(Check::UserNotDeleted, Outcome::Skipped);
        return;
    }
    verdict.set(Check::UserNotDeleted, Outcome::of(!user.facts.deleted));
    verdict.set(Check::UserNotDeactivated, Outcome::of(!user.facts.deactivated));
    let known = match app.emulator.unknown_user {
        UnknownUser::Tolerate => Outcome::Skipped,
        UnknownUser::Refuse => Outcome::of(user.exists),
    };
    verdict.set(Check::UserKnown, known);
}

/// The error that a failed check is answered with (wire-contract 2.3). `None` when all passed.
pub fn refusal(verdict: &Verdict, credentials: &Credentials) -> Option<ApiError> {
    verdict.failed.map(|check| refusal_of(check, credentials))
}

/// The same for a connect, which makes the user that it names: an unknown one is no reason (wire-contract 2.3 row 16).
pub fn refusal_to_connect(verdict: &Verdict, credentials: &Credentials) -> Option<ApiError> {
    verdict.failed.filter(|check| *check != Check::UserKnown).map(|check| refusal_of(check, credentials))
}

/// The error for a check that failed.
pub fn refusal_of(check: Check, credentials: &Credentials) -> ApiError {
    let user = credentials.user_id().unwrap_or_default();
    match check {
        Check::ApiKeyPresent => ApiError::new(Code::AccessKeyError, "api_key or app_id not provided"),
        Check::ApiKeyKnown => ApiError::new(Code::AccessKeyError, "api_key not valid"),
        Check::AppActive => ApiError::new(Code::AppSuspendedError, "this app is suspended"),
        Check::AuthType => ApiError::new(Code::AuthenticationError, "stream-auth-type missing or invalid"),
        Check::TokenWellFormed => {
            let fault = match credentials.token.as_deref() {
                Some(Examined { token: Err(fault), .. }) => fault.to_string(),
                _ => super::token::Malformed::Segments.to_string(),
            };
            ApiError::new(Code::AuthenticationError, format!("JWTAuth error: {fault}"))
        }
        Check::Signature => signature_refusal(credentials),
        Check::Expiry => ApiError::new(Code::TokenExpiredError, "JWTAuth error: token is expired (exp)"),
        Check::NotBefore => ApiError::new(Code::TokenNotValidYetError, "JWTAuth error: token is not valid yet (nbf)"),
        Check::IssuedAt => {
            ApiError::new(Code::TokenUsedBeforeIssuedAtError, "JWTAuth error: token used before issue at (iat)")
        }
        Check::AnonymousUser => ApiError::new(
            Code::AuthenticationError,
            format!("anon auth token must have user_id claim equal to '{ANONYMOUS_ID}'"),
        ),
        Check::AppRevocation | Check::UserRevocation => {
            ApiError::new(Code::TokenExpiredError, "This token has been revoked, please generate a new token")
        }
        Check::UserNotDeleted => ApiError::not_found(format!("the user {user} was deleted")),
        Check::UserNotDeactivated => ApiError::not_found(format!("the user {user} was deactivated")),
        Check::UserKnown => ApiError::not_found(format!("the user {user} does not exist")),
    }
}

/// Two texts and codes for a bad signature: with a user 43, without one 5 (wire-contract 2.3 rows 11 and 12).
fn signature_refusal(credentials: &Credentials) -> ApiError {
    if credentials.user_id().is_none() {
        return ApiError::new(Code::AuthenticationError, "Token signature is invalid");
    }
    let key = credentials.api_key.as_deref().unwrap_or_default();
    ApiError::new(
        Code::TokenSignatureInvalidError,
        format!(
            "JWTAuth error: signature is not valid. Make sure the token is created using the secret for API key \"{key}\""
        ),
    )
}

#[cfg(test)]
mod tests;
