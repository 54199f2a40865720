//! A verdict in words: for the token inspector, the journal and the dashboard. Decides nothing.

use serde::Serialize;
use serde_json::Value;

use super::check::{Check, Outcome, Verdict};
use super::credentials::Credentials;
use super::revocation::Of;
use super::secret::Secret;
use super::segments;
use super::times::{Rule, Times};
use super::token;
use super::verdict::UserState;
use crate::app::AppState;
use crate::auth::facts::End;
use crate::auth::kind::ANONYMOUS_ID;
use crate::clock::Time;
use crate::settings::emulator::{DisabledAuthChecks, RevocationGranularity};

/// One check in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct ExplainedCheck {
    /// The check's name.
    pub name: &'static str,
    /// `pass`, `fail`, `skipped` or `not_reached`.
    #[schemars(extend("enum" = ["pass", "fail", "skipped", "not_reached"]))]
    pub outcome: &'static str,
    /// What was there.
    pub seen: String,
    /// What would have passed.
    pub wanted: String,
}

/// What a verdict was made from.
#[derive(Clone, Copy)]
pub struct Grounds<'a> {
    /// The app, when its key is known.
    pub app: Option<&'a AppState>,
    /// What was shown.
    pub credentials: &'a Credentials,
    /// What is known of the user.
    pub user: UserState<'a>,
    /// The token's times as the app judges them.
    pub times: Times,
    /// The moment.
    pub now: Time,
}

/// All checks in order, those behind the deciding one as well.
pub fn explain(verdict: &Verdict, grounds: Grounds<'_>) -> Vec<ExplainedCheck> {
    Check::ALL.into_iter().map(|check| explain_one(verdict, check, grounds)).collect()
}

/// One of them.
pub fn explain_one(verdict: &Verdict, check: Check, grounds: Grounds<'_>) -> ExplainedCheck {
    let outcome = verdict.evaluated(check);
    let (seen, wanted) = words(check, outcome, grounds);
    ExplainedCheck { name: check.name(), outcome: outcome.name(), seen, wanted }
}

fn words(check: Check, outcome: Outcome, grounds: Grounds<'_>) -> (String, String) {
    let Grounds { app, credentials, user, .. } = grounds;
    let key = credentials.api_key.as_deref().unwrap_or_default();
    let user_id = credentials.user_id().unwrap_or_default();
    let said = |seen: String, wanted: &str| (seen, wanted.to_owned());
    match check {
        Check::ApiKeyPresent if key.is_empty() => {
            said("no api key".to_owned(), "an api key in the query `api_key` or in a header of that name")
        }
        Check::ApiKeyPresent => said(format!("api key {key}"), "an api key"),
        Check::ApiKeyKnown => match app {
            Some(app) => said(format!("the key of the app {}", app.name), "the key of an app"),
            None => said(format!("no app has the key {key}"), "the key of an app: see /_millpond/apps"),
        },
        Check::AppActive => {
            let suspended = app.is_some_and(|app| app.rules.suspended);
            said(
                if suspended { "the app is suspended" } else { "the app is not suspended" }.to_owned(),
                "an app that is not suspended",
            )
        }
        Check::AuthType => {
            let seen = credentials.auth_type.as_deref().map_or_else(|| "none".to_owned(), |word| format!("`{word}`"));
            said(seen, "stream-auth-type `jwt` or `anonymous`")
        }
        Check::TokenWellFormed => said(
            token_seen(outcome, credentials),
            "three segments, of which the first two are JSON, and claims of the right types",
        ),
        Check::Signature => said(signature_seen(outcome, grounds), "HS256 with the app's secret"),
        Check::Expiry | Check::NotBefore | Check::IssuedAt => time_words(check, outcome, grounds),
        Check::AnonymousUser => {
            let seen = match outcome {
                Outcome::Skipped => "the auth type is not `anonymous`, or there is no token".to_owned(),
                _ if user_id.is_empty() => "no user_id".to_owned(),
                _ => format!("user_id `{user_id}`"),
            };
            (seen, format!("a token of `{ANONYMOUS_ID}`, when one comes with the auth type `anonymous`"))
        }
        Check::AppRevocation | Check::UserRevocation => revocation_words(check, outcome, grounds),
        Check::UserNotDeleted => {
            let deleted = if user.facts.deleted { "deleted" } else { "not deleted" };
            said(user_seen(user_id, deleted), "a user who is not deleted")
        }
        Check::UserNotDeactivated => {
            let state = if user.facts.deactivated { "deactivated" } else { "not deactivated" };
            said(user_seen(user_id, state), "a user who is not deactivated")
        }
        Check::UserKnown => {
            let wanted = "a user who was created, when the setting unknown_user is `refuse`";
            let seen = match outcome {
                Outcome::Skipped => "the setting unknown_user is `tolerate`".to_owned(),
                _ if user.exists => user_seen(user_id, "known"),
                _ => user_seen(user_id, "not known"),
            };
            said(seen, wanted)
        }
    }
}

fn user_seen(user_id: &str, state: &str) -> String {
    if user_id.is_empty() { "no user".to_owned() } else { format!("user {user_id} is {state}") }
}

fn token_seen(outcome: Outcome, credentials: &Credentials) -> String {
    match (outcome, credentials.token.as_deref().map(|examined| &examined.token)) {
        (Outcome::Skipped, _) => "an anonymous caller shows no token".to_owned(),
        (_, None) => "no token".to_owned(),
        (_, Some(Ok(token))) => match &token.user_id {
            Some(user) => format!("a token of user {user}"),
            None => "a server token: it has no user_id".to_owned(),
        },
        (_, Some(Err(fault))) => fault.to_string(),
    }
}

fn signature_seen(outcome: Outcome, grounds: Grounds<'_>) -> String {
    let Some(examined) = grounds.credentials.token.as_deref() else { return "no token".to_owned() };
    let Ok(token) = &examined.token else { return "nothing to verify".to_owned() };
    let fault = if token.is_hs256 { "the signature is another one" } else { "the header's alg is not HS256" };
    match outcome {
        Outcome::Pass => "the signature is the app's".to_owned(),
        Outcome::Skipped => format!("{fault}; passed over, since auth checks are disabled"),
        _ => fault.to_owned(),
    }
}

/// How far a moment is from now.
fn distance(at: Time, now: Time) -> String {
    match at.seconds().saturating_sub(now.seconds()) {
        0 => "now".to_owned(),
        ahead @ 1.. => format!("{ahead} s from now"),
        behind => format!("{} s ago", behind.unsigned_abs()),
    }
}

/// A moment of a claim as it was sent and as it is judged, with how far it is from now.
fn moment(seconds: i64, judged: Option<Time>, grounds: Grounds<'_>) -> String {
    let sent = Time::from_seconds(seconds);
    let judged = judged.unwrap_or(sent);
    let distance = distance(judged, grounds.now);
    if judged == sent {
        return format!("{seconds} ({}, {distance})", sent.rfc3339());
    }
    let rule = rule_words(grounds.times.rule);
    format!("{seconds} ({}), judged as {} ({distance}): {rule}", sent.rfc3339(), judged.rfc3339())
}

/// Why a token's times are judged as they are.
pub fn rule_words(rule: Rule) -> String {
    match rule {
        Rule::AsSent => "times count as they stand in the token".to_owned(),
        Rule::Own => "millpond made the token by the app's clock, so its times count as they stand".to_owned(),
        Rule::Wall => "a server's token is judged on the wall's time, however the app's clock was moved".to_owned(),
        Rule::FirstShown(at) => format!(
            "a backend's times are of the wall: brought to the app's clock once, when the token was first shown, at {}",
            at.rfc3339()
        ),
    }
}

fn time_words(check: Check, outcome: Outcome, grounds: Grounds<'_>) -> (String, String) {
    let (token, times) = (grounds.credentials.claims(), grounds.times);
    let (claim, value, judged, wanted) = match check {
        Check::Expiry => ("exp", token.and_then(|token| token.exp), times.expiry, "no exp, or one that is not past"),
        Check::NotBefore => {
            ("nbf", token.and_then(|token| token.nbf), times.not_before, "no nbf, or one that is not in the future")
        }
        _ => ("iat", token.and_then(|token| token.iat), times.issued, "no iat, or one that is not in the future"),
    };
    let now = format!("; now is {}", grounds.now.rfc3339());
    let seen = match (value, outcome) {
        _ if check == Check::Expiry && grounds.user.token_ended == Some(End::Expired) => {
            "it was made to expire by a fault".to_owned()
        }
        (None, _) => format!("no {claim}"),
        (Some(value), Outcome::Skipped) => {
            format!("{claim} {}; not looked at, since auth checks are disabled", moment(value, judged, grounds))
        }
        (Some(value), _) => format!("{claim} {}", moment(value, judged, grounds)),
    };
    (seen, format!("{wanted}{now}"))
}

fn revocation_words(check: Check, outcome: Outcome, grounds: Grounds<'_>) -> (String, String) {
    if check == Check::UserRevocation && grounds.user.token_ended == Some(End::Revoked) {
        let wanted = "a token that was not among those in use when they were revoked";
        return ("it was revoked as one that the user had in use".to_owned(), wanted.to_owned());
    }
    let (whose, set) = match check {
        Check::AppRevocation => ("the app", grounds.app.and_then(|app| app.revocation)),
        _ => ("the user", grounds.user.facts.revocation),
    };
    let Some(set) = set else { return (format!("{whose} revoked nothing"), "no revocation".to_owned()) };
    let unchecked = grounds.app.is_some_and(|app| app.emulator.disabled_auth_checks == DisabledAuthChecks::ParseOnly);
    let seen = match grounds.credentials.claims() {
        None => "no token".to_owned(),
        Some(token) if token.user_id.is_none() => "a server token, which no revocation reaches".to_owned(),
        Some(_) if outcome == Outcome::Skipped && unchecked => {
            "not looked at, since auth checks are disabled".to_owned()
        }
        Some(token) => token.iat.map_or_else(
            || "no iat, so every revocation reaches it".to_owned(),
            |iat| match set.asked(token, &grounds.times) {
                // On the wall: how far that is from the app's now says nothing.
                asked if asked != grounds.times.issued => {
                    format!("iat {iat} ({}), as it was sent", Time::from_seconds(iat).rfc3339())
                }
                asked => format!("iat {}", moment(iat, asked, grounds)),
            },
        ),
    };
    let exact = grounds.app.is_some_and(|app| app.emulator.revocation_granularity == RevocationGranularity::Exact);
    let limit = set.limit(&grounds.times);
    let from = if exact { limit } else { Time::from_seconds(limit.seconds()) };
    let said = match set.of {
        Of::App => set.before.rfc3339(),
        Of::Wall if set.judged == set.before => set.before.rfc3339(),
        Of::Wall => format!("{} (the wall's time; {} by the app's clock)", set.before.rfc3339(), set.judged.rfc3339()),
    };
    (seen, format!("an iat of {} or later: {whose} revoked what was issued before {said}", from.rfc3339()))
}

/// A mistake that people make with the secret, found by trying it.
pub fn secret_mistake(raw: &str, app: &AppState, api_key: &str) -> Option<&'static str> {
    use base64::Engine;
    let parts = segments::split(raw)?;
    let secret = app.secret.reveal();
    let verifies = |text: &str| Secret::new(text).verifies(&parts);
    if parts.signature == "devtoken" {
        return Some("this is a developer token: it passes only while the app's auth checks are disabled");
    }
    if verifies(api_key) {
        return Some("it was signed with the api key instead of the secret");
    }
    if verifies(&format!("{secret}\n"))
        || verifies(&format!(" {secret}"))
        || verifies(&format!("{secret} "))
        || verifies(&format!("\"{secret}\""))
    {
        return Some("it was signed with the secret and a blank, a line break or quotes around it");
    }
    if verifies(&base64::engine::general_purpose::STANDARD.encode(secret)) {
        return Some("it was signed with the base64 form of the secret instead of the secret itself");
    }
    None
}

/// Header and claims for display; `null` when they cannot be read.
pub fn contents(raw: &str) -> (Value, Value) {
    token::contents(raw).map_or((Value::Null, Value::Null), |contents| (contents.header, contents.claims))
}

#[cfg(test)]
mod tests;
