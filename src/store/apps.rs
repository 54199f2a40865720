//! The `apps` table, and what is read of an app into memory.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, Row, named_params, params};
use serde_json::{Map, Value};

use super::{ReadTx, WriteTx, grants, permissions, roles, users};
use crate::app::{App, AppState};
use crate::auth::secret::Secret;
use crate::clock::{ClockMode, Time};
use crate::error::{ApiError, Code, Result};
use crate::ids::AppId;
use crate::settings::{Emulator, Settings};

/// Every table in which rows of an app lie under its number, and the rest of its primary key.
pub const TABLES: &[(&str, &str)] = &[
    ("users", "id"),
    ("user_teams", "team, user_id"),
    ("bans", "user_id, channel_cid"),
    ("blocks", "user_id, blocked_id"),
    ("devices", "id"),
    ("push_preferences", "user_id, channel_cid"),
    ("roles", "name"),
    ("grants", "role"),
    ("permissions", "id"),
    ("tasks", "id"),
    ("named_tokens", "name"),
];

/// Rows of one table that one piece of a deletion takes: what the writer does in some milliseconds.
const PIECE_MAX_ROWS: usize = 1_000;

/// An app that is to be made.
#[derive(Clone, Debug)]
pub struct NewApp {
    /// Its name.
    pub name: String,
    /// Its api key.
    pub api_key: String,
    /// Its secret.
    pub api_secret: String,
    /// How its clock runs.
    pub clock: ClockMode,
}

/// Makes an app. Refused when the key is taken.
pub fn create(conn: &Connection, new: &NewApp) -> Result<App> {
    let taken = conn.query_row("SELECT 1 FROM apps WHERE api_key = ?1", [&new.api_key], |_| Ok(())).optional()?;
    if taken.is_some() {
        return Err(ApiError::input(format!("api_key \"{}\" is taken", new.api_key)));
    }
    let now = new.clock.now();
    let (mode, ns) = clock_columns(new.clock);
    conn.prepare_cached(
        "INSERT INTO apps (api_key, api_secret, name, clock_mode, clock_ns, created_at, updated_at)
         VALUES (:api_key, :api_secret, :name, :mode, :ns, :now, :now)",
    )?
    .execute(named_params! {
        ":api_key": new.api_key, ":api_secret": new.api_secret, ":name": new.name, ":mode": mode, ":ns": ns, ":now": now.0,
    })?;
    load(conn, AppId(conn.last_insert_rowid()))
}

/// Deletes an app. Its rows stay behind, under a number that nobody has any more, for [`sweep`].
pub fn delete(conn: &Connection, app: AppId) -> Result<()> {
    conn.execute("INSERT OR IGNORE INTO deleted_apps (app) VALUES (?1)", [app.0])?;
    conn.execute("DELETE FROM apps WHERE app = ?1", [app.0])?;
    Ok(())
}

/// Takes a piece of a deleted app's rows away. Answers whether something may be left.
pub fn sweep(conn: &Connection, app: AppId) -> Result<bool> {
    for (table, key) in TABLES {
        let piece = format!("SELECT app, {key} FROM {table} WHERE app = ?1 LIMIT {PIECE_MAX_ROWS}");
        let gone = conn.execute(&format!("DELETE FROM {table} WHERE (app, {key}) IN ({piece})"), [app.0])?;
        if gone == PIECE_MAX_ROWS {
            return Ok(true);
        }
    }
    conn.execute("DELETE FROM deleted_apps WHERE app = ?1", [app.0])?;
    Ok(false)
}

/// Finishes the deletions that an earlier process did not get to finish.
pub fn sweep_all(conn: &Connection) -> Result<()> {
    let mut query = conn.prepare("SELECT app FROM deleted_apps")?;
    let deleted = query.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<i64>>>()?;
    for app in deleted {
        while sweep(conn, AppId(app))? {}
    }
    Ok(())
}

/// All apps with what memory holds of them.
pub fn load_all(conn: &Connection) -> Result<Vec<App>> {
    let mut query = conn.prepare("SELECT app FROM apps ORDER BY app")?;
    let ids = query.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<i64>>>()?;
    ids.into_iter().map(|id| load(conn, AppId(id))).collect()
}

fn load(conn: &Connection, app: AppId) -> Result<App> {
    let (api_key, clock) = conn
        .prepare_cached("SELECT api_key, clock_mode, clock_ns FROM apps WHERE app = ?1")?
        .query_row([app.0], |row| Ok((row.get::<_, String>(0)?, clock_of(row)?)))?;
    let exceptional: HashMap<_, _> =
        users::exceptional(conn, app)?.into_iter().map(|(user, facts)| (user, Arc::new(facts))).collect();
    Ok(App::new(app, &api_key, clock, load_state(conn, app)?, exceptional))
}

/// Everything of an app but its users.
pub fn load_state(conn: &Connection, app: AppId) -> Result<AppState> {
    let mut query =
        conn.prepare_cached("SELECT name, api_secret, settings, emulator, created_at FROM apps WHERE app = ?1")?;
    let (name, secret, settings, emulator, created_at) = query.query_row([app.0], |row| {
        let text = |at| row.get::<_, String>(at);
        Ok((text(0)?, text(1)?, text(2)?, text(3)?, Time(row.get(4)?)))
    })?;
    let settings = Settings::from_stored(from_json(&settings)?);
    Ok(AppState {
        name,
        secret: Secret::new(&secret),
        rules: settings.rules(),
        settings,
        emulator: from_json(&emulator)?,
        grants: grants::all(conn, app)?,
        roles: roles::all(conn, app)?.into_iter().map(|role| (role.name, (role.created_at, role.updated_at))).collect(),
        permissions: permissions::all(conn, app)?
            .into_iter()
            .map(|own| (own.id.clone(), own))
            .collect::<BTreeMap<_, _>>(),
        created_at,
    })
}

/// Reads a JSON column that millpond wrote.
pub fn from_json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|cause| ApiError::internal(&cause))
}

/// Sets Stream's settings.
pub fn save_settings(tx: &WriteTx<'_>, settings: &Settings) -> Result<()> {
    update(tx, "settings", &Value::Object(settings.as_stored().clone()).to_string())
}

/// The settings as this transaction sees them.
pub fn settings(tx: &ReadTx<'_>) -> Result<Settings> {
    let mut query = tx.conn().prepare_cached("SELECT settings FROM apps WHERE app = ?1")?;
    let text: String = query.query_row([tx.app.0], |row| row.get(0))?;
    Ok(Settings::from_stored(from_json::<Map<String, Value>>(&text)?))
}

/// Sets millpond's own settings.
pub fn save_emulator(tx: &WriteTx<'_>, emulator: &Emulator) -> Result<()> {
    update(tx, "emulator", &emulator.as_stored().to_string())
}

/// Gives the app another name.
pub fn save_name(tx: &WriteTx<'_>, name: &str) -> Result<()> {
    update(tx, "name", name)
}

fn update(tx: &WriteTx<'_>, column: &'static str, value: &str) -> Result<()> {
    let sql = format!("UPDATE apps SET {column} = ?2, updated_at = ?3 WHERE app = ?1");
    tx.conn().prepare_cached(&sql)?.execute(params![tx.app.0, value, tx.now.0])?;
    tx.app_changed();
    Ok(())
}

/// Sets when the app was created and last changed. What is not said stays as it is.
pub fn save_times(tx: &WriteTx<'_>, created_at: Option<Time>, updated_at: Option<Time>) -> Result<()> {
    tx.conn()
        .prepare_cached(
            "UPDATE apps SET created_at = coalesce(?2, created_at), updated_at = coalesce(?3, updated_at) WHERE app = ?1",
        )?
        .execute(params![tx.app.0, created_at.map(|at| at.0), updated_at.map(|at| at.0)])?;
    tx.app_changed();
    Ok(())
}

/// An app as one snapshot of the database has it: all but its users, tasks and tokens.
pub struct Whole {
    /// Its api key.
    pub api_key: String,
    /// How its clock runs.
    pub clock: ClockMode,
    /// When it was last changed.
    pub updated_at: Time,
    /// The rest.
    pub state: AppState,
}

/// Reads an app whole. Refused when it is gone.
pub fn whole(tx: &ReadTx<'_>) -> Result<Whole> {
    let mut query =
        tx.conn().prepare_cached("SELECT api_key, clock_mode, clock_ns, updated_at FROM apps WHERE app = ?1")?;
    let found = query
        .query_row([tx.app.0], |row| Ok((row.get(0)?, clock_of(row)?, Time(row.get("updated_at")?))))
        .optional()?;
    let gone = || ApiError::new(Code::AccessKeyError, "api_key not valid");
    let (api_key, clock, updated_at) = found.ok_or_else(gone)?;
    Ok(Whole { api_key, clock, updated_at, state: load_state(tx.conn(), tx.app)? })
}

/// Writes down how the app's clock runs.
pub fn save_clock(tx: &WriteTx<'_>, clock: ClockMode) -> Result<()> {
    let (mode, ns) = clock_columns(clock);
    tx.conn()
        .prepare_cached("UPDATE apps SET clock_mode = ?2, clock_ns = ?3 WHERE app = ?1")?
        .execute(params![tx.app.0, mode, ns])?;
    tx.clock_changed(clock);
    Ok(())
}

fn clock_columns(clock: ClockMode) -> (&'static str, i64) {
    match clock {
        ClockMode::System => ("system", 0),
        ClockMode::Offset(ns) => ("offset", ns),
        ClockMode::Frozen(at) => ("frozen", at.0),
    }
}

fn clock_of(row: &Row<'_>) -> rusqlite::Result<ClockMode> {
    let ns = row.get("clock_ns")?;
    Ok(match row.get::<_, String>("clock_mode")?.as_str() {
        "offset" => ClockMode::Offset(ns),
        "frozen" => ClockMode::Frozen(Time(ns)),
        _ => ClockMode::System,
    })
}
