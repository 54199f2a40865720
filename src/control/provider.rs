//! The token provider of Stream's docs, for a front end in development.

use std::borrow::Cow;
use std::sync::Arc;

use actix_web::http::Method;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::body::ControlBody;
use super::code::ControlCode;
use super::endpoint::Parameter;
use super::error::{ControlError, Result};
use super::shapes;
use super::{Control, tokens};
use crate::auth::fingerprint::Fingerprint;
use crate::clock::{SECOND_NS, Stopwatch};
use crate::domain::users as rules;
use crate::fault::armed::Fate;
use crate::ids::{USER_ID_MAX_BYTES, UserId};
use crate::journal::entry::CUT;
use crate::journal::{Caller, Entry, Text, Who};
use crate::mint::{Kind, TTL_DEFAULT_NS, Wanted};
use crate::operation::table::{LIMIT_DEFAULT, TOKEN_PROVIDER};
use crate::params::Params;
use crate::reply;
use crate::settings::UnknownUser;
use crate::store::{Scope, users};

/// The longest life that the provider gives, in seconds: a hundred years.
const VALIDITY_MAX_SECONDS: i64 = 100 * 366 * 86_400;

/// Whose token, and for how long.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "TokenRequest")]
pub struct Ask {
    /// The user.
    #[schemars(required, length(min = 1, max = USER_ID_MAX_BYTES))]
    user_id: Option<String>,
    /// How long it lives; an hour where it is not said. A negative one has expired already.
    #[schemars(range(min = -VALIDITY_MAX_SECONDS, max = VALIDITY_MAX_SECONDS))]
    validity_in_seconds: Option<i64>,
}

/// The same in a query.
pub fn parameters() -> [Parameter; 2] {
    let user_id = json!({ "type": "string", "minLength": 1, "maxLength": USER_ID_MAX_BYTES });
    let seconds = json!({ "type": "integer", "minimum": -VALIDITY_MAX_SECONDS, "maximum": VALIDITY_MAX_SECONDS });
    [
        Parameter::required("user_id", "The user", user_id),
        Parameter::new("validity_in_seconds", "How long it lives; an hour where it is not said", seconds),
    ]
}

/// `POST /apps/{api_key}/token-provider`.
pub async fn post(
    control: Data<Control>,
    key: Path<String>,
    body: ControlBody<Ask>,
    request: HttpRequest,
) -> Result<HttpResponse> {
    provide(&control, &key, body.0, request).await
}

/// `GET /apps/{api_key}/token-provider`: the same in the query.
pub async fn get(control: Data<Control>, key: Path<String>, request: HttpRequest) -> Result<HttpResponse> {
    let query = Params::parse(request.query_string());
    let validity = query.get("validity_in_seconds").filter(|text| !text.is_empty());
    let seconds = validity.map(str::parse).transpose().map_err(|cause: std::num::ParseIntError| {
        ControlError::invalid("/validity_in_seconds", format!("validity_in_seconds is no whole number: {cause}"))
    })?;
    let user_id = query.get("user_id").map(str::to_owned);
    provide(&control, &key, Ask { user_id, validity_in_seconds: seconds }, request).await
}

/// Provides, and has the app's journal told of it.
async fn provide(control: &Control, key: &str, ask: Ask, request: HttpRequest) -> Result<HttpResponse> {
    let (scope, started) = (control.scope(key)?, Stopwatch::start());
    let user_id = ask.user_id.as_deref().map(UserId::trusted);
    let strike = scope.app.state().faults.strike(TOKEN_PROVIDER, ask.user_id.as_deref(), Caller::Anonymous);
    let entry = |status| Entry {
        path: Text::new(request.path()),
        who: Who { caller: Caller::Anonymous, user_id: user_id.clone(), verdict: None, why: None, token: None },
        duration_ms: scope.app.measured(started),
        fault: strike.as_ref().map(|strike| Arc::clone(&strike.id)),
        ..Entry::new(scope.now, TOKEN_PROVIDER, if request.method() == Method::POST { "POST" } else { "GET" }, status)
    };
    if let Some(strike) = &strike {
        match strike.fate(LIMIT_DEFAULT, scope.now).await {
            Fate::Spared => {}
            Fate::Cut => {
                scope.app.journal.push(entry(CUT));
                return Ok(reply::cut());
            }
            Fate::Refused(error, rate) => {
                let (code, message) = (error.code.number(), Text::new(&error.message));
                scope.app.journal.push(Entry { code, message, ..entry(error.code.status()) });
                return Ok(reply::refused(TOKEN_PROVIDER, &error, rate, scope.now));
            }
        }
    }
    let provided = token_for(control, &scope, ask).await;
    let token = provided.as_ref().ok().map(|provided| Fingerprint::of(&provided.token));
    let refusal = provided.as_ref().err();
    let whole = entry(refusal.map_or(200, |refusal| refusal.status_code().as_u16()));
    scope.app.journal.push(Entry {
        who: Who { token, ..whole.who },
        code: refusal.map_or(0, ControlError::stream_code),
        message: refusal.map(|refusal| Text::new(&refusal.to_string())).unwrap_or_default(),
        ..whole
    });
    Ok(HttpResponse::Ok().json(provided?))
}

/// What the provider answers.
#[derive(Serialize, JsonSchema)]
pub struct Provided {
    /// The token.
    token: String,
    /// Its user.
    #[schemars(with = "String")]
    user_id: UserId,
    /// When it expires.
    expires_at: String,
}

async fn token_for(control: &Control, scope: &Scope, ask: Ask) -> Result<Provided> {
    let text = ask.user_id.unwrap_or_default();
    let user_id = rules::user_id("user_id", &text).map_err(|cause| ControlError::invalid("/user_id", cause.message))?;
    let seconds = ask.validity_in_seconds.unwrap_or(TTL_DEFAULT_NS / SECOND_NS);
    if !(-VALIDITY_MAX_SECONDS..=VALIDITY_MAX_SECONDS).contains(&seconds) {
        return Err(ControlError::invalid(
            "/validity_in_seconds",
            format!("a token lives for at most {VALIDITY_MAX_SECONDS} seconds"),
        ));
    }
    let state = scope.app.state();
    let known = control.store.read(scope, |tx| users::get(tx, user_id.as_str()))?;
    match known {
        Some(user) if user.deleted_at.is_some() => {
            return Err(ControlError::new(ControlCode::UserDeleted, format!("the user {user_id} was deleted")));
        }
        Some(user) if user.deactivated_at.is_some() => {
            return Err(ControlError::new(ControlCode::UserDeactivated, format!("the user {user_id} was deactivated")));
        }
        Some(_) => {}
        None if state.emulator.unknown_user == UnknownUser::Refuse => {
            return Err(ControlError::new(ControlCode::UnknownUser, format!("the user {user_id} does not exist"))
                .with_hint("create the user first, or set unknown_user to tolerate"));
        }
        None => {
            let made = user_id.clone();
            control.store.write(scope, move |tx| rules::ensure(tx, &made).map(drop)).await?;
        }
    }
    let wanted = Wanted {
        kind: Kind::User,
        user_id: Some(user_id.to_string()),
        ttl: Some(format!("{seconds}s")),
        ..Wanted::default()
    };
    let minted = tokens::issue(control, scope, &wanted).await?;
    let expires_at = crate::clock::Time::from_seconds(scope.now.seconds() + seconds).rfc3339();
    Ok(Provided { token: minted.token, user_id, expires_at })
}

/// An error in Stream's form, which the token provider answers when a fault says so.
pub struct StreamError;

impl JsonSchema for StreamError {
    fn schema_name() -> Cow<'static, str> {
        "StreamError".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        shapes::object(&json!({
            "code": { "type": "integer" },
            "message": { "type": "string" },
            "StatusCode": { "type": "integer" },
            "duration": { "type": "string" },
            "more_info": { "type": "string" },
            "details": { "type": "array" },
        }))
    }
}
