//! App settings (wire-contract 6).

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::app::AppState;
use crate::auth::caller::{AnyCaller, ServerCaller};
use crate::auth::revocation::Said;
use crate::body::Body;
use crate::clock::Time;
use crate::domain::{push_providers, revocation};
use crate::error::{ApiError, Result};
use crate::event::topic::Topic;
use crate::event::{Event, Payload};
use crate::model::device::PUSH_PROVIDERS;
use crate::permission::{self, Scope};
use crate::reply::Reply;
use crate::settings::{FIELDS, Field, HOOK_TIMES, SettingKind, Settings};
use crate::store::{WriteTx, apps, grants};
use crate::validate::wrong_type;
use crate::wire::Empty;

/// The settings that a client sees.
const CLIENT_FIELDS: &[&str] =
    &["async_url_enrich_enabled", "auto_translation_enabled", "file_upload_config", "image_upload_config", "placement"];

/// The one setting that is a time, and so is written in the caller's dialect.
const REVOCATION: &str = "revoke_tokens_issued_before";

static SHOWN_TO_SERVERS: LazyLock<Vec<&Field>> =
    LazyLock::new(|| FIELDS.iter().filter(|field| field.name != REVOCATION).collect());
static SHOWN_TO_CLIENTS: LazyLock<Vec<&Field>> =
    LazyLock::new(|| FIELDS.iter().filter(|field| CLIENT_FIELDS.contains(&field.name)).collect());

/// `GET /app`: everything for a server, a few settings for the others.
pub async fn get(caller: AnyCaller) -> Reply<AppResponse> {
    let grants = caller.is_server().then(|| permission::all_grants(&caller.state(), Scope::App));
    Reply(AppResponse { app: AppFields { state: caller.state(), number: caller.app().number, grants } })
}

/// The answer of `GET /app`.
#[derive(Serialize)]
pub struct AppResponse {
    app: AppFields,
}

/// An app as a caller sees it; written from its state as it is, without a copy.
struct AppFields {
    state: Arc<AppState>,
    number: i64,
    /// For servers, which also see every setting.
    grants: Option<BTreeMap<String, Vec<String>>>,
}

impl Serialize for AppFields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (state, is_server) = (&self.state, self.grants.is_some());
        let set = state.settings.as_stored();
        let mut map = serializer.serialize_map(None)?;
        let shown: &[&Field] = if is_server { &SHOWN_TO_SERVERS } else { &SHOWN_TO_CLIENTS };
        for Field { name, optional, .. } in shown {
            if *optional && !set.contains_key(*name) {
                continue;
            }
            match state.settings.get(name) {
                Value::Array(hooks) if *name == "event_hooks" => {
                    map.serialize_entry(name, &hooks.iter().map(Hook).collect::<Vec<_>>())?;
                }
                value if *name == "push_notifications" => {
                    map.serialize_entry(name, &push_notifications(&state.settings, value))?;
                }
                value => map.serialize_entry(name, value)?,
            }
        }
        map.serialize_entry("id", &self.number)?;
        map.serialize_entry("name", &state.name)?;
        if let Some(grants) = &self.grants {
            map.serialize_entry("grants", grants)?;
        }
        if let Some(time) = state.revocation.map(|revocation| revocation.before).filter(|_| is_server) {
            map.serialize_entry(REVOCATION, &time)?;
        }
        map.end()
    }
}

/// Which providers push, as their unnamed configurations have it; what was never configured is as it was set.
fn push_notifications(settings: &Settings, set: &Value) -> Value {
    let mut shown = set.clone();
    for provider in PUSH_PROVIDERS {
        let Some(set) = push_providers::setting(provider).map(|name| settings.get(name)).filter(|set| set.is_object())
        else {
            continue;
        };
        shown[*provider]["enabled"] = push_providers::unnamed(settings, provider).is_some().into();
        if let Some(development) = set.get("development").filter(|_| *provider == "apn") {
            shown["apn"]["development"] = development.clone();
        }
    }
    shown
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
    let mut shown: Map<String, Value> = told.iter().map(|key| ((*key).to_owned(), settings.get(key).clone())).collect();
    shown.insert("name".to_owned(), name.into());
    shown
}

/// `PATCH /app`: changes the settings that are named, all or none.
pub async fn update(caller: ServerCaller, body: Body<Map<String, Value>>) -> Result<Reply<Empty>> {
    let (patch, said) = (body.0, caller.said());
    caller.write(move |tx| apply(tx, &patch, said)).await?;
    Ok(Reply(Empty {}))
}

/// Applies a settings patch, grants included. Fixtures, which set more than this, have a way of their own.
pub fn apply(tx: &WriteTx<'_>, patch: &Map<String, Value>, said: Said) -> Result<()> {
    let before = apps::settings(tx)?;
    let mut after: Settings = before.clone();
    after.patch(patch).map_err(|fault| ApiError::input(fault.message))?;
    let revocation = if patch.contains_key(REVOCATION) {
        after.revoke_tokens_issued_before().map(|before| revocation::decide(tx, before, said)).transpose()?
    } else {
        tx.state().revocation
    };
    if after != before || revocation != tx.state().revocation {
        apps::save_settings(tx, &after, revocation.as_ref())?;
        let shown = client_fields(&tx.state().name, &after);
        tx.emit(Event::new("app.updated", tx.now, [Topic::App], Payload::App(shown)));
    }
    match patch.get("grants") {
        None => Ok(()),
        Some(change) => apply_grants(tx, Scope::App, change),
    }
}

/// Replaces the grants of the roles that are named; `null` and `{}` take all back to the defaults (wire-contract 6.2).
pub(super) fn apply_grants(tx: &WriteTx<'_>, scope: Scope<'_>, change: &Value) -> Result<()> {
    let change = match change {
        Value::Null => return grants::clear(tx, scope),
        Value::Object(roles) if roles.is_empty() => return grants::clear(tx, scope),
        Value::Object(roles) => roles,
        other => return Err(ApiError::input(wrong_type("grants", other, "object"))),
    };
    for (role, ids) in change {
        if !permission::may_be_granted(&tx.state(), scope, role) {
            return Err(ApiError::input(format!("role \"{role}\" does not exist")));
        }
        if ids.is_null() {
            grants::remove(tx, scope, role)?;
            continue;
        }
        let key = format!("grants.{role}");
        let ids = SettingKind::Texts(1_000, 255).accept(&key, ids).map_err(ApiError::input)?;
        let ids: Vec<String> = crate::json::from_tree(ids)?;
        grants::save(tx, scope, role, &ids)?;
    }
    Ok(())
}
