//! An app's clock: read, set, freeze, advance.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::body::ControlBody;
use super::error::{ControlError, Result};
use super::shown::{ClockShown, clock_shown};
use super::{Control, shapes};
use crate::clock::{ClockMode, parse_duration};
use crate::mint::moment;
use crate::settings::TokenTimes;
use crate::store::apps;

/// `GET /apps/{api_key}/clock`.
pub async fn get(control: Data<Control>, key: Path<String>) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(clock_shown(control.app(&key)?.clock.mode())))
}

/// The body of `PUT clock`: one of the three.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("minProperties" = 1))]
pub struct SetClock {
    /// It stands still at this time; `true` for now.
    #[serde(default)]
    #[schemars(schema_with = "shapes::moment_or_true")]
    frozen: Option<Value>,
    /// It is so far ahead of the system's; a negative time is behind.
    #[serde(default)]
    #[schemars(schema_with = "shapes::duration_or_null")]
    offset: Option<Value>,
    /// It goes with the system's.
    system: Option<bool>,
}

/// `PUT /apps/{api_key}/clock`: `{frozen: T}`, `{offset: D}` or `{system: true}`.
pub async fn put(control: Data<Control>, key: Path<String>, body: ControlBody<SetClock>) -> Result<HttpResponse> {
    let scope = control.scope(&key)?;
    let mode = match body.0 {
        SetClock { frozen: Some(at), offset: None, system: None } => ClockMode::Frozen(match at {
            Value::Bool(true) => scope.now,
            other => moment("frozen", &other, scope.now)?,
        }),
        SetClock { frozen: None, offset: Some(by), system: None } => ClockMode::moved(duration("/offset", &by)?),
        SetClock { frozen: None, offset: None, system: Some(true) } => ClockMode::System,
        _ => {
            return Err(ControlError::invalid("", "a clock is set by one of frozen, offset and system")
                .with_hint(r#"{"frozen": "2026-01-31T12:00:00Z"}, {"offset": "1h"} or {"system": true}"#));
        }
    };
    set(&control, &key, move |_| mode).await
}

/// The body of `POST clock/advance`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Advance {
    /// How far; a negative time goes back.
    #[schemars(required, schema_with = "shapes::duration")]
    by: Option<Value>,
}

/// `POST /apps/{api_key}/clock/advance`: `{by: "1h"}`; negative goes back.
pub async fn advance(control: Data<Control>, key: Path<String>, body: ControlBody<Advance>) -> Result<HttpResponse> {
    let by = body.0.by.ok_or_else(|| ControlError::invalid("/by", "by is missing").with_hint(r#"{"by": "90s"}"#))?;
    let ns = duration("/by", &by)?;
    set(&control, &key, move |mode| mode.advanced(ns)).await
}

/// Changes the clock on the writer, so that two advances at once both count.
async fn set(
    control: &Control,
    key: &str,
    change: impl FnOnce(ClockMode) -> ClockMode + Send + 'static,
) -> Result<HttpResponse> {
    let scope = control.scope(key)?;
    let mode = control
        .store
        .write(&scope, move |tx| {
            let mode = change(tx.clock_history().mode());
            apps::save_clock(tx, mode)?;
            Ok(mode)
        })
        .await?;
    let by_wall = scope.app.state().emulator.token_times == TokenTimes::Wall;
    let note = by_wall.then_some(UNDECIDABLE);
    Ok(HttpResponse::Ok().json(Moved { clock: clock_shown(mode), note }))
}

/// What nobody can know of the tokens of a backend.
const UNDECIDABLE: &str = "A token that an SDK minted in the 6 seconds before a move, and that was not shown before it, counts as fresh: show it once, or mint it with millpond.";

/// A clock that was moved.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "MovedClock")]
pub struct Moved {
    #[serde(flatten)]
    clock: ClockShown,
    /// What is to be known of backends' tokens, unless their times count as they stand.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'static str>,
}

/// A duration in text; a bare number counts seconds.
pub fn duration(field: &str, value: &Value) -> Result<i64> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(seconds) => format!("{seconds}s"),
        _ => return Err(ControlError::invalid(field, "a duration is text such as 90s, 15m, 1h, 2d or PT1H30M")),
    };
    parse_duration(&text).map_err(|cause| ControlError::invalid(field, cause.to_string()))
}
