//! From what a socket shows to a session: the judgement, the rules that only sockets have, and the upsert of the user.

use std::sync::Arc;

use actix_web::web::Data;
use serde_json::{Map, Value};

use super::hub::Hub;
use super::shown::Shown;
use super::signed_in::{Refused, SignedIn};
use crate::auth::check::{Bearer, Check, Verdict};
use crate::auth::credentials::{AuthType, Credentials, Examined};
use crate::auth::facts::End;
use crate::auth::kind::{ANONYMOUS_ID, ROLE_ANONYMOUS};
use crate::auth::verdict;
use crate::clock::Time;
use crate::domain::sessions::{self, Details};
use crate::domain::users;
use crate::door::{Gate, Judged, Judgement};
use crate::error::{ApiError, Code, Result};
use crate::fault::SocketThen;
use crate::fault::armed::Fate;
use crate::ids::UserId;
use crate::model::user::User;
use crate::operation::table::{CONNECT, CONNECT_INDEX, LIMIT_DEFAULT};
use crate::rate::Rate;
use crate::store::ended_tokens::EndedToken;
use crate::store::{Scope, WriteTx, devices, ended_tokens, mutes};
use crate::validate::wrong_type;
use crate::wire::Dialect;
use crate::wire::user_request::UserRequest;
use crate::wire::users::UserResponse;

/// Judges what is shown, and lets the user in.
pub async fn sign_in(
    gate: &Data<Gate>,
    hub: &Arc<Hub>,
    dialect: Dialect,
    shown: Shown,
) -> std::result::Result<SignedIn, Refused> {
    let judged = gate.judge(shown.api_key.as_deref(), shown.auth_type.as_deref(), shown.token.as_deref());
    let at = judged.app.as_ref().map_or_else(crate::clock::system_now, |_| judged.judgement.now);
    let client = shown.client;
    let rate = count(&judged, &client);
    let limit = rate.map_or(LIMIT_DEFAULT, |rate| rate.limit);
    let checked = check(&judged, rate, shown.details, shown.fault, dialect);
    let who = judged.who(checked.is_ok());
    let by = judged.app.as_ref().map(Arc::clone);
    let faults = judged.state.as_ref().map(|state| &state.faults);
    let strike = faults.and_then(|faults| faults.strike_handshake(who.user(), who.caller, checked.is_err()));
    let fault = strike.as_ref().map(|strike| Arc::clone(&strike.id));
    let refused_who = who.clone();
    let struck = |error, rate| Refused { error, rate, at, by, who: refused_who, fault: fault.clone() };
    if let Some(strike) = &strike {
        match strike.fate(limit, at).await {
            Fate::Spared => {}
            Fate::Cut => return Err(struck(None, None)),
            Fate::Refused(error, rate) => return Err(struck(Some(error), rate)),
        }
    }
    let refused = |error| struck(Some(error), None);
    let user = match checked {
        Ok(user) => user,
        Err(refusal) => {
            if let (Some(app), Some(times)) = (&judged.app, &judged.judgement.twin) {
                app.outlast_twin(times).await;
            }
            return Err(refused(refusal));
        }
    };
    let Judged { app: Some(app), credentials, epoch, judgement: Judgement { times, .. }, .. } = judged else {
        return Err(refused(ApiError::internal(&"a socket was admitted to no app")));
    };
    let struck = strike.and_then(|strike| strike.socket().cloned());
    let is_ended = matches!(struck, Some(SocketThen::Expire(_)));
    let ends = credentials.token.as_deref().filter(|_| is_ended).map(|token| expired(token, times.expiry, at));
    let connection_id = app.new_id();
    let listening = hub.listen();
    let admission = gate.admission(&app, credentials.clone(), times, verdict::refusal_to_connect);
    let scope = Scope::admitted(&app, at, epoch, admission);
    let (user, me, since) = match write(gate, hub, &scope, user, ends).await {
        Ok(written) => written,
        Err(refusal) => return Err(refused(refusal)),
    };
    Ok(SignedIn {
        app,
        credentials,
        times,
        epoch,
        user,
        connection_id,
        me,
        since,
        listening,
        at,
        who,
        client,
        fault,
        struck,
    })
}

/// Counts a sign-in as a call of Connect, whatever carried it (wire-contract 2.5).
fn count(judged: &Judged, client: &str) -> Option<Rate> {
    judged.count(CONNECT_INDEX, CONNECT, client)
}

/// Why a socket that shows this is refused, as far as its token goes: the verdict, and that no server has one
/// (wire-contract 2.3 row 17).
pub fn refusal(verdict: &Verdict, credentials: &Credentials) -> Option<ApiError> {
    let no_server = || ApiError::input("Websocket connection with server side authentication isn't supported");
    let is_server = verdict.kind == Some(Bearer::Server);
    verdict::refusal_to_connect(verdict, credentials).or_else(|| is_server.then(no_server))
}

/// The verdict, then what only sockets ask for (wire-contract 2.3 rows 17 to 19). `None` is an anonymous caller.
fn check(
    judged: &Judged,
    rate: Option<Rate>,
    details: Option<Value>,
    fault: Option<ApiError>,
    dialect: Dialect,
) -> Result<Option<Details>> {
    let (verdict, credentials) = (&judged.judgement.verdict, &judged.credentials);
    // What cannot be read has hidden the token.
    let hidden = verdict.failed == Some(Check::TokenWellFormed) && credentials.token.is_none();
    match (refusal(verdict, credentials), fault) {
        (Some(_), Some(fault)) if hidden => return Err(fault),
        (Some(refusal), _) => return Err(refusal),
        (None, fault) => {
            if let (Some(rate), Some(state)) = (rate, &judged.state) {
                rate.check(state.emulator.rate_limits)?;
            }
            fault.map_or(Ok(()), Err)?;
        }
    }
    let details = details
        .filter(|details| !details.is_null())
        .ok_or_else(|| ApiError::input("user_details is a required field"))?;
    // An anonymous one says who it is as well, and becomes `!anon` whatever it says (wire-contract 1.5).
    if credentials.auth_type() == Some(AuthType::Anonymous) {
        return read(details).map(|_| None);
    }
    let details = details_of(details, dialect)?;
    if Some(details.id.as_str()) != credentials.user_id() {
        let text = "JWTAuth error: user_id in token does not match user_details.id";
        return Err(ApiError::new(Code::AuthenticationError, text));
    }
    Ok(Some(details))
}

/// Reads the user.
pub fn details_of(details: Value, dialect: Dialect) -> Result<Details> {
    let request = read(details)?;
    request.refuse_reserved("user_details", users::is_reserved_to_connect)?;
    let input = request.into_input(dialect)?;
    if input.id.is_empty() {
        return Err(ApiError::input("user_details.id is a required field"));
    }
    let mut custom = input.custom;
    // The chat SDK marks its anonymous users so.
    if dialect == Dialect::Legacy {
        custom.remove("anon");
    }
    Ok(Details {
        id: input.id,
        name: input.name,
        image: input.image,
        language: input.language,
        invisible: input.invisible,
        teams: input.teams,
        privacy_settings: input.privacy_settings,
        custom,
    })
}

fn read(details: Value) -> Result<UserRequest> {
    if !details.is_object() {
        return Err(ApiError::input(wrong_type("user_details", &details, "object")));
    }
    crate::json::from_tree(details)
}

/// Writes a sign-in down, of a user or of nobody. Answers who it is, what it is told of itself, and the last commit in that.
async fn write(
    gate: &Data<Gate>,
    hub: &Hub,
    scope: &Scope,
    user: Option<Details>,
    ends: Option<EndedToken>,
) -> Result<(Option<UserId>, UserResponse, u64)> {
    let Some(details) = user else {
        end(gate, &Scope::own(&scope.app), ends).await?;
        return Ok((None, anonymous(scope.now), gate.store.told()));
    };
    let ((id, me), since) = open(gate, hub, scope, details, ends).await?;
    Ok((Some(id), me, since))
}

async fn open(
    gate: &Data<Gate>,
    hub: &Hub,
    scope: &Scope,
    details: Details,
    ends: Option<EndedToken>,
) -> Result<((UserId, UserResponse), u64)> {
    let _permit = hub.connects.acquire().await.map_err(|closed| ApiError::internal(&closed))?;
    gate.store
        .write_numbered(scope, move |tx| {
            end_one(tx, ends)?;
            let devices = devices::of(tx, &details.id)?;
            let mutes = mutes::of(tx, &details.id)?;
            let user = sessions::open(tx, details)?;
            Ok((user.id.clone(), UserResponse::own(user, devices, mutes)))
        })
        .await
}

/// The token of a sign-in that a fault has expire at once.
fn expired(token: &Examined, expires_at: Option<Time>, at: Time) -> EndedToken {
    EndedToken {
        token: token.fingerprint,
        kind: End::Expired,
        user_id: token.user_id().map(UserId::trusted),
        ended_at: at,
        expires_at,
    }
}

async fn end(gate: &Data<Gate>, scope: &Scope, ends: Option<EndedToken>) -> Result<()> {
    if ends.is_some() { gate.store.write(scope, |tx| end_one(tx, ends)).await } else { Ok(()) }
}

fn end_one(tx: &WriteTx<'_>, ends: Option<EndedToken>) -> Result<()> {
    match ends {
        Some(ended) => ended_tokens::end(tx, &[ended])?.map_err(|full| ApiError::input(full.to_string())),
        None => Ok(()),
    }
}

/// Nobody in particular, as a connection is told of it (wire-contract 1.5).
fn anonymous(now: Time) -> UserResponse {
    let user = User {
        role: ROLE_ANONYMOUS.to_owned(),
        custom: Map::new(),
        last_active: Some(now),
        online: true,
        ..User::new(UserId::trusted(ANONYMOUS_ID), Time::NEVER)
    };
    UserResponse::own(user, Vec::new(), Vec::new())
}
