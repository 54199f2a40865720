//! The `apps` table, an app's own record in its live state, and what is read of an app into memory.

use std::collections::BTreeMap;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, ToSql, named_params, params};

use super::sql::{Columns, Json, clock_columns, clock_of};
use super::states::{self, Role};
use super::tables::{TABLES, Table};
use super::tx::{ReadTx, WriteTx};
use super::{ended_tokens, faults, grants, permissions, roles, stubs, token_times, users};
use crate::app::ended::EndedTokens;
use crate::app::{App, AppState, Identity, mixed};
use crate::auth::revocation::Revocation;
use crate::auth::secret::Secret;
use crate::clock::{ClockMode, Time, system_now};
use crate::error::{ApiError, Code, Result};
use crate::fault::armed::Faults;
use crate::ids::AppId;
use crate::settings::{Emulator, Settings};
use crate::stub::Stubs;

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
    /// Whether it belongs to what everything is reset to.
    pub is_base: bool,
}

/// Makes an app with an empty state, or gives the app of that key a new, empty one; the secret of an app stays.
///
/// The state that it had is given up.
pub fn create(conn: &Connection, new: &NewApp, seed: Option<u64>) -> Result<App> {
    conn.prepare_cached(
        "INSERT INTO apps (api_key, api_secret, is_base) VALUES (?1, ?2, ?3) ON CONFLICT (api_key) DO NOTHING",
    )?
    .execute(params![new.api_key, new.api_secret, new.is_base])?;
    let number = number(conn, &new.api_key)?.ok_or_else(|| ApiError::internal(&"an app was made and is not there"))?;
    let now = new.clock.now();
    let (mode, ns) = clock_columns(new.clock);
    conn.prepare_cached(
        "INSERT INTO states (owner, role, name, clock_mode, clock_ns, created_at, updated_at)
         VALUES (0, 'making', :name, :mode, :ns, :now, :now)",
    )?
    .execute(named_params! { ":name": new.name, ":mode": mode, ":ns": ns, ":now": now })?;
    states::adopt(conn, AppId(conn.last_insert_rowid()), number, &Role::Live)?;
    load(conn, number, seed)
}

/// The number of the app of that key, also of one that was deleted and that a reset brings back.
pub fn number(conn: &Connection, api_key: &str) -> Result<Option<i64>> {
    let mut query = conn.prepare_cached("SELECT id FROM apps WHERE api_key = ?1")?;
    Ok(query.query_row([api_key], |row| row.get(0)).optional()?)
}

/// Deletes an app. Of one that belongs to what everything is reset to, the baseline stays.
///
/// The rows of what is given up stay behind, under numbers that nobody has any more, for [`states::sweep`].
pub fn delete(conn: &Connection, number: i64) -> Result<()> {
    let gone = conn.prepare_cached("DELETE FROM apps WHERE id = ?1 AND NOT is_base")?.execute([number])? > 0;
    conn.prepare_cached("UPDATE states SET role = 'gone', owner = 0 WHERE owner = ?1 AND (?2 OR role <> 'baseline')")?
        .execute(params![number, gone])?;
    Ok(())
}

/// Makes an app part of what everything is reset to, or takes it out.
pub fn set_base(conn: &Connection, number: i64, is_base: bool) -> Result<()> {
    conn.prepare_cached("UPDATE apps SET is_base = ?2 WHERE id = ?1")?.execute(params![number, is_base])?;
    Ok(())
}

/// Sets the end of an app's time to live, in the system's time.
pub fn set_expiry(conn: &Connection, number: i64, at: Option<Time>) -> Result<()> {
    conn.prepare_cached("UPDATE apps SET expires_at = ?2 WHERE id = ?1")?.execute(params![number, at])?;
    Ok(())
}

/// All apps: number, and whether everything's reset brings it back.
pub fn numbers(conn: &Connection) -> Result<Vec<(i64, bool)>> {
    let mut query = conn.prepare_cached("SELECT id, is_base FROM apps ORDER BY id")?;
    let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// All live apps with what memory holds of them.
pub fn load_all(conn: &Connection, seed: Option<u64>) -> Result<Vec<App>> {
    let mut query = conn.prepare("SELECT owner FROM states WHERE role = 'live' ORDER BY owner")?;
    let numbers = query.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<i64>>>()?;
    numbers.into_iter().map(|number| load(conn, number, seed)).collect()
}

/// An app in its live state, with a memory of its own: nothing that an earlier state left in memory is in it.
pub fn load(conn: &Connection, number: i64, seed: Option<u64>) -> Result<App> {
    let mut query = conn.prepare_cached(
        "SELECT states.app, api_key, expires_at, clock_mode, clock_ns FROM apps JOIN states ON owner = id AND role = 'live'
         WHERE id = ?1",
    )?;
    let (id, api_key, expires_at, clock) =
        query.query_row([number], |row| Ok((row.get(0)?, row.get::<_, String>(1)?, row.get(2)?, clock_of(row)?)))?;
    let exceptional = users::exceptional(conn, id)?.into_iter().map(|(user, facts)| (user, Arc::new(facts))).collect();
    let identity = Identity { id, number, api_key: api_key.into(), expires_at };
    let seed = seed.map(|seed| own_seed(conn, id, seed)).transpose()?;
    let ended = EndedTokens::new(ended_tokens::kinds(conn, id)?);
    let history = token_times::history(conn, id, clock)?;
    let app = App::new(identity, history, load_state(conn, id)?, exceptional, ended, seed);
    app.judged_times.recall(token_times::judged_tokens(conn, id)?);
    Ok(app)
}

/// A seed that is the same for the same state, and another for one that has ids in it which the seed made before.
fn own_seed(conn: &Connection, state: AppId, seed: u64) -> Result<u64> {
    let of_table = |table: &Table| {
        let which = table.made?;
        Some(format!("SELECT id FROM {} WHERE app = ?1 AND {which}", table.name))
    };
    let sql = TABLES.iter().filter_map(of_table).collect::<Vec<_>>().join(" UNION ALL ");
    let mut query = conn.prepare_cached(&format!("{sql} ORDER BY 1"))?;
    let ids = query.query_map([state], |row| row.get::<_, String>(0))?;
    ids.map(|id| Ok(id?)).try_fold(seed, |seed, id: Result<String>| Ok(mixed(seed, &id?)))
}

/// Everything of an app but its users.
pub fn load_state(conn: &Connection, app: AppId) -> Result<AppState> {
    let mut query =
        conn.prepare_cached(
            "SELECT states.name, api_secret, settings, emulator, created_at, revocation FROM states JOIN apps ON id = owner WHERE app = ?1",
        )?;
    let (name, secret, settings, emulator, created_at, judged) = query.query_row([app], |row| {
        let mut columns = Columns::of(row);
        let (name, secret): (_, String) = (columns.take()?, columns.take()?);
        Ok((name, secret, columns.json()?, columns.json()?, columns.take()?, columns.take()?))
    })?;
    let settings = Settings::from_stored(settings);
    let before = settings.revoke_tokens_issued_before();
    Ok(AppState {
        name,
        secret: Secret::new(&secret),
        rules: settings.rules(),
        revocation: token_times::revocation(before, judged),
        settings,
        emulator,
        grants: grants::all(conn, app)?,
        roles: roles::all(conn, app)?.into_iter().map(|role| (role.name, (role.created_at, role.updated_at))).collect(),
        permissions: permissions::all(conn, app)?
            .into_iter()
            .map(|own| (own.id.clone(), own))
            .collect::<BTreeMap<_, _>>(),
        faults: Faults::new(faults::all(conn, app)?),
        stubs: Stubs::new(stubs::all(conn, app)?),
        created_at,
    })
}

/// Has the rest of a transaction see the changes that it made to the app itself.
pub fn renew_state(tx: &WriteTx<'_>) -> Result<()> {
    tx.see(load_state(tx.conn(), tx.app)?);
    Ok(())
}

/// Sets Stream's settings, and how the revocation among them is judged.
pub fn save_settings(tx: &WriteTx<'_>, settings: &Settings, revocation: Option<&Revocation>) -> Result<()> {
    tx.conn()
        .prepare_cached("UPDATE states SET revocation = ?2 WHERE app = ?1")?
        .execute(params![tx.app, revocation.map(Json)])?;
    update(tx, "settings", Json(settings.as_stored()))
}

/// The settings as this transaction sees them.
pub fn settings(tx: &ReadTx<'_>) -> Result<Settings> {
    let mut query = tx.conn().prepare_cached("SELECT settings FROM states WHERE app = ?1")?;
    let Json(stored) = query.query_row([tx.app], |row| row.get(0))?;
    Ok(Settings::from_stored(stored))
}

/// Sets millpond's own settings.
pub fn save_emulator(tx: &WriteTx<'_>, emulator: &Emulator) -> Result<()> {
    update(tx, "emulator", Json(emulator.as_stored()))
}

/// Gives the app another name.
pub fn save_name(tx: &WriteTx<'_>, name: &str) -> Result<()> {
    update(tx, "name", name)
}

fn update(tx: &WriteTx<'_>, column: &'static str, value: impl ToSql) -> Result<()> {
    let sql = format!("UPDATE states SET {column} = ?2, updated_at = ?3 WHERE app = ?1");
    tx.conn().prepare_cached(&sql)?.execute(params![tx.app, value, tx.now])?;
    tx.app_changed();
    Ok(())
}

/// Sets when the app was created and last changed. What is not said stays as it is.
pub fn save_times(tx: &WriteTx<'_>, created_at: Option<Time>, updated_at: Option<Time>) -> Result<()> {
    tx.conn()
        .prepare_cached(
            "UPDATE states SET created_at = coalesce(?2, created_at), updated_at = coalesce(?3, updated_at) WHERE app = ?1",
        )?
        .execute(params![tx.app, created_at, updated_at])?;
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
    let mut query = tx.conn().prepare_cached(
        "SELECT api_key, clock_mode, clock_ns, updated_at FROM states JOIN apps ON id = owner WHERE app = ?1",
    )?;
    let found =
        query.query_row([tx.app], |row| Ok((row.get(0)?, clock_of(row)?, row.get("updated_at")?))).optional()?;
    let gone = || ApiError::new(Code::AccessKeyError, "api_key not valid");
    let (api_key, clock, updated_at) = found.ok_or_else(gone)?;
    Ok(Whole { api_key, clock, updated_at, state: load_state(tx.conn(), tx.app)? })
}

/// Moves the app's clock, unless it runs so already.
pub fn save_clock(tx: &WriteTx<'_>, clock: ClockMode) -> Result<()> {
    let Some(run) = tx.clock_history().move_to(clock, system_now()) else { return Ok(()) };
    token_times::save_move(tx, run)?;
    let (mode, ns) = clock_columns(clock);
    tx.conn()
        .prepare_cached("UPDATE states SET clock_mode = ?2, clock_ns = ?3 WHERE app = ?1")?
        .execute(params![tx.app, mode, ns])?;
    tx.clock_moved(run);
    Ok(())
}
