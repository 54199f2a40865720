//! App settings (wire-contract 6).

use actix_web::web::Data;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::auth::caller::{AnyCaller, ServerCaller};
use crate::clock::Time;
use crate::door::Gate;
use crate::error::{ApiError, Result};
use crate::event::{Audience, Event, Payload};
use crate::params::Body;
use crate::permission;
use crate::reply::Reply;
use crate::settings::{FIELDS, HOOK_TIMES, Kind, Settings, wrong_type};
use crate::store::{WriteTx, apps, grants};
use crate::wire::Empty;

/// The settings that a client sees.
const CLIENT_FIELDS: &[&str] =
    &["async_url_enrich_enabled", "auto_translation_enabled", "file_upload_config", "image_upload_config", "placement"];

/// The one setting that is a time, and so is written in the caller's dialect.
const REVOCATION: &str = "revoke_tokens_issued_before";

/// `GET /app`: everything for a server, a few settings for the others.
pub async fn get(caller: AnyCaller) -> Reply<AppResponse> {
    let state = caller.state();
    let is_server = caller.is_server();
    let shown = |name: &str| (is_server || CLIENT_FIELDS.contains(&name)) && name != REVOCATION;
    let set = state.settings.as_stored();
    let mut app: Map<String, Value> = FIELDS
        .iter()
        .filter(|field| shown(field.name) && (!field.optional || set.contains_key(field.name)))
        .map(|field| (field.name.to_owned(), state.settings.get(field.name)))
        .collect();
    app.insert("id".to_owned(), caller.app().number.into());
    app.insert("name".to_owned(), state.name.clone().into());
    if is_server {
        app.insert("grants".to_owned(), serde_json::json!(permission::all_grants(caller.app())));
    }
    let revoked_before = state.rules.revoke_tokens_issued_before.filter(|_| is_server);
    Reply(AppResponse { app: AppFields { app, revoked_before } })
}

/// The answer of `GET /app`.
#[derive(Serialize)]
pub struct AppResponse {
    app: AppFields,
}

struct AppFields {
    app: Map<String, Value>,
    revoked_before: Option<Time>,
}

impl Serialize for AppFields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        let mut map = serializer.serialize_map(None)?;
        for (key, value) in &self.app {
            match value {
                Value::Array(hooks) if key == "event_hooks" => {
                    map.serialize_entry(key, &hooks.iter().map(Hook).collect::<Vec<_>>())?;
                }
                _ => map.serialize_entry(key, value)?,
            }
        }
        if let Some(time) = self.revoked_before {
            map.serialize_entry(REVOCATION, &time)?;
        }
        map.end()
    }
}

/// An event hook, with its times in the dialect of who asks.
struct Hook<'a>(&'a Value);

impl Serialize for Hook<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let fields = self.0.as_object().into_iter().flatten();
        serializer.collect_map(fields.map(|(key, value)| match value.as_i64() {
            Some(ns) if HOOK_TIMES.contains(&key.as_str()) => (key, Either::Time(Time(ns))),
            _ => (key, Either::Value(value)),
        }))
    }
}

/// A member of a hook.
#[derive(Serialize)]
#[serde(untagged)]
enum Either<'a> {
    Time(Time),
    Value(&'a Value),
}

/// What `app.updated` says of the settings (wire-contract 5.9).
fn client_fields(name: &str, settings: &Settings) -> Map<String, Value> {
    let told = ["async_url_enrich_enabled", "auto_translation_enabled", "file_upload_config", "image_upload_config"];
    let mut shown: Map<String, Value> = told.iter().map(|key| ((*key).to_owned(), settings.get(key))).collect();
    shown.insert("name".to_owned(), name.into());
    shown
}

/// `PATCH /app`: changes the settings that are named, all or none.
pub async fn update(caller: ServerCaller, gate: Data<Gate>, body: Body<Map<String, Value>>) -> Result<Reply<Empty>> {
    let patch = body.0;
    gate.store.write(caller.scope(), move |tx| apply(tx, &patch)).await?;
    Ok(Reply(Empty {}))
}

/// Applies a settings patch, grants included. Fixtures, which set more than this, have a way of their own.
pub fn apply(tx: &WriteTx<'_>, patch: &Map<String, Value>) -> Result<()> {
    let before = apps::settings(tx)?;
    let mut after: Settings = before.clone();
    after.patch(patch).map_err(|fault| ApiError::input(fault.message))?;
    if after != before {
        apps::save_settings(tx, &after)?;
        let shown = client_fields(&tx.state().name, &after);
        tx.emit(Event::new("app.updated", tx.now, Audience::Everyone, Payload::App(shown)));
    }
    match patch.get("grants") {
        None => Ok(()),
        Some(change) => apply_grants(tx, change),
    }
}

/// Replaces the grants of the roles that are named; `null` and `{}` take all back to the defaults (wire-contract 6.2).
fn apply_grants(tx: &WriteTx<'_>, change: &Value) -> Result<()> {
    let change = match change {
        Value::Null => return grants::clear(tx),
        Value::Object(roles) if roles.is_empty() => return grants::clear(tx),
        Value::Object(roles) => roles,
        other => return Err(ApiError::input(wrong_type("grants", other, "object"))),
    };
    for (role, ids) in change {
        if !permission::role_exists(&tx.state(), role) {
            return Err(ApiError::input(format!("role \"{role}\" does not exist")));
        }
        if ids.is_null() {
            grants::remove(tx, role)?;
            continue;
        }
        let key = format!("grants.{role}");
        let ids = Kind::Texts(1_000, 255).accept(&key, ids).map_err(ApiError::input)?;
        let ids: Vec<String> = crate::params::from_tree(ids)?;
        grants::save(tx, role, &ids)?;
    }
    Ok(())
}
