//! Files with all that is stored of some users, for who asks what is known of them (wire-contract 4.5, 4.6).
//!
//! A file lies in the task that made it, so that it goes wherever the app's state goes. Its address has a part that only the
//! app's secret makes: nobody else finds it, and nothing needs to be kept for it.

use actix_web::http::header;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::app::AppState;
use crate::auth::segments::SignedParts;
use crate::clock::{SECOND_NS, Time};
use crate::domain::users as rules;
use crate::door::Gate;
use crate::entrance::base_url;
use crate::error::{ApiError, Result};
use crate::model::ban::Ban;
use crate::model::flag::Flag;
use crate::model::mute;
use crate::store::push_preferences::Preferences;
use crate::store::tasks::{self, EXPORT};
use crate::store::{ReadTx, Scope, WriteTx, bans, blocks, devices, flags, mutes, push_preferences};
use crate::wire::users::UserResponse;
use crate::wire::{Dialect, to_json};

/// The address of an export, behind the server's.
pub const PATH: &str = "/exports/users/{api_key}/{task_id}/{proof}";

/// How long a file is there, by the app's clock.
const LIFE_NS: i64 = 24 * 60 * 60 * SECOND_NS;

/// Writes down what is stored of some users, as a completed task.
pub fn write(tx: &WriteTx<'_>, ids: &[String]) -> Result<String> {
    keep(tx, json!({ "users": stored(tx, ids)? }))
}

/// Keeps a file in a completed task, for a day.
pub fn keep(tx: &WriteTx<'_>, file: Value) -> Result<String> {
    tasks::forget_exports(tx, tx.now.plus(-LIFE_NS))?;
    tasks::complete(tx, &Map::from_iter([(EXPORT.to_owned(), file)]))
}

/// All that is stored of some users, table by table, in the order in which they were asked for.
fn stored(tx: &ReadTx<'_>, ids: &[String]) -> Result<Vec<Value>> {
    let (blocks, bans, preferences) = (blocks::all(tx)?, bans::all(tx)?, push_preferences::all(tx)?);
    let (mutes, flags) = (mutes::all(tx)?, flags::all(tx)?);
    let one = |id: &String| {
        let user = rules::undeleted(tx, id)?;
        let devices = devices::of(tx, id)?;
        let mut entry = shown(&UserResponse::with_devices(user, devices))?;
        let blocks = blocks.iter().filter(|(by, ..)| by == id);
        entry["blocked_users"] = blocks
            .map(|(_, whom, since)| Ok(json!({"user_id": whom, "created_at": shown(since)?})))
            .collect::<Result<_>>()?;
        let suffered = bans.iter().filter(|ban| ban.user_id == *id);
        entry["bans"] = suffered.map(ban).collect::<Result<_>>()?;
        let imposed = bans.iter().filter(|ban| ban.banned_by.as_deref() == Some(id));
        entry["bans_imposed"] = imposed.map(ban).collect::<Result<_>>()?;
        entry["mutes"] = mutes.iter().filter(|row| row.user_id == *id).map(mute).collect::<Result<_>>()?;
        entry["flags"] = flags.iter().filter(|row| row.user_id == *id).map(flag).collect::<Result<_>>()?;
        let preferences = preferences.iter().filter(|set| set.user_id == *id);
        entry["push_preferences"] = preferences.map(preference).collect::<Result<_>>()?;
        Ok(entry)
    };
    ids.iter().map(one).collect()
}

fn ban(ban: &Ban) -> Result<Value> {
    Ok(json!({
        "user_id": ban.user_id, "channel_cid": ban.channel_cid, "shadow": ban.shadow, "banned_by": ban.banned_by, "reason": ban.reason,
        "created_at": shown(&ban.created_at)?, "expires_at": shown(&ban.expires_at)?,
    }))
}

fn mute(row: &mute::Row) -> Result<Value> {
    Ok(json!({
        "user_id": row.target_id, "created_at": shown(&row.created_at)?, "updated_at": shown(&row.updated_at)?,
        "expires_at": shown(&row.expires_at)?,
    }))
}

fn flag(flag: &Flag) -> Result<Value> {
    Ok(json!({
        "entity_type": flag.entity_type, "entity_id": flag.entity_id, "reason": flag.reason, "custom": flag.custom,
        "created_at": shown(&flag.created_at)?, "updated_at": shown(&flag.updated_at)?,
    }))
}

fn preference(preferences: &Preferences) -> Result<Value> {
    let mut set = preferences.set.clone();
    if let Some(until) = set.get("disabled_until").and_then(Value::as_i64) {
        set.insert("disabled_until".to_owned(), shown(&Time(until))?);
    }
    set.insert("channel_cid".to_owned(), json!(preferences.channel_cid));
    Ok(Value::Object(set))
}

/// As people read it: times as text, custom data apart.
pub fn shown<T: Serialize>(value: &T) -> Result<Value> {
    let bytes = to_json(Dialect::Video, value).map_err(|cause| ApiError::internal(&cause))?;
    serde_json::from_slice(&bytes).map_err(|cause| ApiError::internal(&cause))
}

/// What only who has the app's secret can sign. It has no dot: no token has this signature.
fn message(task_id: &str) -> String {
    format!("export of {}", task_id.replace('.', " "))
}

fn proof(state: &AppState, task_id: &str) -> String {
    URL_SAFE_NO_PAD.encode(state.secret.sign(&message(task_id), "HS256"))
}

/// The result of a task as it is told: where the file is, in place of the file.
pub fn told(request: &HttpRequest, scope: &Scope, task: &tasks::Task) -> Map<String, Value> {
    if !task.result.contains_key(EXPORT) {
        return task.result.clone();
    }
    let path = PATH
        .replace("{api_key}", &escaped(&scope.app.api_key))
        .replace("{task_id}", &escaped(&task.id))
        .replace("{proof}", &proof(&scope.app.state(), &task.id));
    Map::from_iter([("url".to_owned(), json!(format!("{}{path}", base_url(request))))])
}

fn escaped(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}

/// `GET` of an export's address. Whoever has the address needs nothing else; all else is not there.
pub async fn read(gate: Data<Gate>, place: Path<(String, String, String)>) -> Result<HttpResponse> {
    let (api_key, task_id, shown) = place.into_inner();
    let not_found = || ApiError::not_found("Not Found");
    let app = gate.store.apps().get(&api_key).ok_or_else(not_found)?;
    let message = message(&task_id);
    if !app.state().secret.verifies(&SignedParts { message: &message, signature: &shown }) {
        return Err(not_found());
    }
    let task = gate.store.read(&Scope::own(&app), |tx| tasks::get(tx, &task_id))?.ok_or_else(not_found)?;
    let is_there = app.clock.now() <= task.created_at.plus(LIFE_NS);
    let file = task.result.get(EXPORT).filter(|file| is_there && !file.is_null()).ok_or_else(not_found)?;
    // It holds what users wrote: no browser is to take it for a page.
    Ok(HttpResponse::Ok()
        .content_type("application/json")
        .insert_header((header::CONTENT_DISPOSITION, "attachment; filename=\"users.json\""))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .body(file.to_string()))
}

#[cfg(test)]
mod tests {
    use crate::store::tables::TABLES;

    /// Tables whose rows are a user's own: an export shows each as a list beside the user.
    const SHOWN: &[&str] = &["bans", "blocks", "mutes", "flags", "devices", "push_preferences"];

    #[test]
    fn an_export_shows_every_table_with_something_of_a_users_own() {
        let own = TABLES.iter().filter(|table| table.owner.is_some()).map(|table| table.name);
        assert_eq!(own.collect::<Vec<_>>(), SHOWN, "show it in `stored`, then name it here");
    }
}
