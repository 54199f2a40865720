//! Tokens that were ended by hand: made to expire, or revoked as those that a user had in use.

use std::collections::HashMap;

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::answers::{Cleared, EndedTokens};
use super::asked;
use super::body::ControlBody;
use super::code::ControlCode;
use super::endpoint::Parameter;
use super::error::{ControlError, Result};
use super::{Control, body};
use crate::app::ended::ENDED_TOKENS_MAX;
use crate::auth::backdated::still_refused;
use crate::auth::facts::End;
use crate::auth::fingerprint::Fingerprint;
use crate::clock::Time;
use crate::ids::UserId;
use crate::live::hub::{Connection, Hub};
use crate::settings::DisabledAuthChecks;
use crate::store::ended_tokens::{self, EndedToken, Full, Which};
use crate::store::{Scope, Store, users};

/// Tokens that are listed where no number is asked for.
const LIMIT_DEFAULT: usize = 1_000;

/// A token that was ended, as the control API shows it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "EndedToken")]
pub struct EndedTokenShown {
    /// Its fingerprint, as the journal shows it.
    #[schemars(with = "String")]
    token: Fingerprint,
    /// Refused as if its `exp` were past, or as if it had been revoked.
    kind: End,
    /// Whose it is.
    user_id: Option<String>,
    /// When it was ended, by the app's clock.
    ended_at: String,
    /// When it would have expired by itself, and is forgotten; null for never.
    expires_at: Option<String>,
}

fn shown(ended: &EndedToken) -> EndedTokenShown {
    EndedTokenShown {
        token: ended.token,
        kind: ended.kind,
        user_id: ended.user_id.as_ref().map(UserId::to_string),
        ended_at: ended.ended_at.rfc3339(),
        expires_at: ended.expires_at.map(Time::rfc3339),
    }
}

/// What the list can be asked for.
pub fn parameters() -> [Parameter; 2] {
    [asked::of_user(), asked::limit(ENDED_TOKENS_MAX)]
}

/// Which are meant.
pub fn choice() -> [Parameter; 2] {
    let token = Parameter::new("token", "The one of this fingerprint", json!({ "type": "string" }));
    [asked::of_user(), token]
}

/// `GET /apps/{api_key}/ended-tokens?user_id=&limit=`: the newest first.
pub async fn list(control: Data<Control>, key: Path<String>, request: HttpRequest) -> Result<HttpResponse> {
    let scope = control.scope(&key)?;
    let query = body::query(&request, &["user_id", "limit"])?;
    let user = query.get("user_id").map(str::to_owned);
    let limit = limit(query.get("limit"))?;
    let ended = control.store.scan(&scope, move |tx| ended_tokens::list(tx, user.as_deref(), limit)).await?;
    Ok(HttpResponse::Ok().json(ended.iter().map(shown).collect::<EndedTokens<_>>()))
}

fn limit(given: Option<&str>) -> Result<usize> {
    let Some(text) = given else { return Ok(LIMIT_DEFAULT) };
    let number = text.parse().ok().filter(|number| (1..=ENDED_TOKENS_MAX).contains(number));
    number.ok_or_else(|| ControlError::invalid("/limit", format!("a number from 1 to {ENDED_TOKENS_MAX} is wanted")))
}

/// Whose tokens are to be ended.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InUse {
    /// The user.
    user_id: String,
}

/// How many were ended.
#[derive(Serialize, JsonSchema)]
pub struct RevokedInUse {
    /// Whose.
    user_id: String,
    /// How many tokens.
    ended: usize,
    /// Why a token that is minted now may still be refused, where it may be.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

/// `POST /apps/{api_key}/ended-tokens`: revokes what a user's open connections and last calls showed, and nothing that is
/// minted later. Its open sockets are told as on any revocation.
pub async fn end_in_use(
    control: Data<Control>,
    hub: Data<Hub>,
    key: Path<String>,
    body: ControlBody<InUse>,
) -> Result<HttpResponse> {
    let scope = control.scope(&key)?;
    let InUse { user_id } = body.0;
    let tokens = in_use(&hub, &scope, &user_id);
    if tokens.is_empty() && !control.store.read(&scope, |tx| users::exists(tx, &user_id))? {
        return Err(ControlError::new(ControlCode::UnknownUser, format!("the app knows no user \"{user_id}\"")));
    }
    let ended = tokens.len();
    end(&control.store, &scope, tokens).await?;
    // The sockets have been told before this is answered.
    hub.echo().await;
    let note = note(&scope, &user_id);
    Ok(HttpResponse::Ok().json(RevokedInUse { user_id, ended, note }))
}

/// What revocations by time of issue do to tokens that are minted now.
fn note(scope: &Scope, user: &str) -> Option<String> {
    let of_user = scope.app.facts(user).revocation.map(|revocation| revocation.judged);
    let of_app = scope.app.state().revocation.map(|revocation| revocation.judged);
    still_refused(of_user.max(of_app)?, scope.now)
}

fn in_use(hub: &Hub, scope: &Scope, user: &str) -> Vec<EndedToken> {
    let (app, now) = (&scope.app, scope.now);
    let state = app.state();
    let mut found: HashMap<_, _> = app.shown_tokens.of(user, now).into_iter().collect();
    // While auth checks are disabled, tokens that none of ours signed pass whatever else is wrong with them.
    let is_ours =
        !state.rules.disable_auth_checks || state.emulator.disabled_auth_checks != DisabledAuthChecks::ParseOnly;
    let open =
        hub.connections_of(app.id).into_iter().filter(|open| open.user.as_ref().map(UserId::as_str) == Some(user));
    found.extend(open.filter(|_| is_ours).filter_map(|open| Some((open.token?, open.token_expires_at))));
    found.retain(|token, _| app.ended_tokens.get(*token).is_none());
    let user_id = Some(UserId::trusted(user));
    let revoked = |(token, expires_at)| EndedToken {
        token,
        kind: End::Revoked,
        user_id: user_id.clone(),
        ended_at: now,
        expires_at,
    };
    found.into_iter().map(revoked).collect()
}

/// The token of a connection, to be made to expire now.
pub fn expired(connection: &Connection, now: Time) -> Option<EndedToken> {
    Some(EndedToken {
        token: connection.token?,
        kind: End::Expired,
        user_id: connection.user.clone(),
        ended_at: now,
        expires_at: connection.token_expires_at,
    })
}

/// Ends tokens: all of these, or none when that would be too many.
pub async fn end(store: &Store, scope: &Scope, tokens: Vec<EndedToken>) -> Result<()> {
    if tokens.is_empty() {
        return Ok(());
    }
    let ended = store.write(scope, move |tx| ended_tokens::end(tx, &tokens)).await?;
    ended.map_err(|full: Full| {
        ControlError::new(ControlCode::TooManyEndedTokens, full.to_string())
            .with_hint("take back those that are done: DELETE /_millpond/apps/{api_key}/ended-tokens")
    })
}

/// `DELETE /apps/{api_key}/ended-tokens`: takes all of them back; with `?user_id=` those of a user, with `?token=` one.
pub async fn take_back(control: Data<Control>, key: Path<String>, request: HttpRequest) -> Result<HttpResponse> {
    let scope = control.scope(&key)?;
    let query = body::query(&request, &["user_id", "token"])?;
    let which = match (query.get("token"), query.get("user_id")) {
        (Some(_), Some(_)) => {
            return Err(ControlError::invalid("/token", "token and user_id contradict each other; give one"));
        }
        (Some(token), None) => Which::One(Fingerprint::parse(token).ok_or_else(|| unreadable(token))?),
        (None, Some(user)) => Which::OfUser(user.to_owned()),
        (None, None) => Which::All,
    };
    let wanted = which.clone();
    let cleared = control.store.write(&scope, move |tx| ended_tokens::take_back(tx, &wanted)).await?;
    match which {
        Which::One(token) if cleared == 0 => {
            Err(ControlError::new(ControlCode::UnknownEndedToken, format!("the token \"{token}\" was not ended"))
                .with_hint("GET /_millpond/apps/{api_key}/ended-tokens lists them"))
        }
        _ => Ok(HttpResponse::Ok().json(Cleared { cleared })),
    }
}

fn unreadable(token: &str) -> ControlError {
    ControlError::invalid(
        "/token",
        format!("\"{token}\" is no fingerprint of a token: 12 hex digits, as the journal shows them"),
    )
}
