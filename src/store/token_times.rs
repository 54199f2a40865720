//! What the times of tokens are judged by: how the clock ran, what was shown before it was moved, and how many tokens
//! millpond made by it.

use rusqlite::{Connection, Row, params};

use super::sql::{Json, clock_columns, clock_of};
use super::tables::{TABLES, Table, columns};
use super::tx::{ReadTx, WriteTx};
use crate::app::App;
use crate::app::judged::JUDGED_MAX;
use crate::auth::fingerprint::Fingerprint;
use crate::auth::revocation::Revocation;
use crate::auth::times::{Rule, Times};
use crate::clock::{ClockMode, History, MOVES_MAX, Run, Time};
use crate::error::Result;
use crate::ids::AppId;

/// How the clock of a state ran that runs in this way now.
pub fn history(conn: &Connection, state: AppId, mode: ClockMode) -> Result<History> {
    let mut query = conn.prepare_cached(
        "SELECT since, mode AS clock_mode, ns AS clock_ns FROM clock_runs WHERE app = ?1 ORDER BY since",
    )?;
    let runs = query.query_map([state], |row| Ok(Run { since: row.get(0)?, mode: clock_of(row)? }))?;
    Ok(History::kept(runs.collect::<rusqlite::Result<Vec<_>>>()?, mode))
}

/// Writes a move of the clock down, and what was shown before it.
pub fn save_move(tx: &WriteTx<'_>, run: Run) -> Result<()> {
    let mut insert =
        tx.conn().prepare_cached("INSERT OR IGNORE INTO clock_runs (app, since, mode, ns) VALUES (?1, ?2, ?3, ?4)")?;
    let history = tx.clock_history();
    // The first move makes the way in which the clock was born worth keeping.
    for Run { since, mode } in history.runs().take(1).chain([&run]) {
        let (mode, ns) = clock_columns(*mode);
        insert.execute(params![tx.app, since, mode, ns])?;
    }
    let sql = format!(
        "DELETE FROM clock_runs WHERE app = ?1 AND since < (SELECT min(since) FROM
            (SELECT since FROM clock_runs WHERE app = ?1 ORDER BY since DESC LIMIT {}))",
        MOVES_MAX + 1
    );
    tx.conn().prepare_cached(&sql)?.execute([tx.app])?;
    write_shown(tx.conn(), tx.app, tx.unwritten_tokens())
}

/// Has memory know of a token that counts as shown, and writes it down.
pub fn save_shown(tx: &WriteTx<'_>, token: Fingerprint, times: Times) -> Result<()> {
    tx.token_shown(token, times);
    write_shown(tx.conn(), tx.app, vec![(token, times)])
}

/// Writes down what an app was shown since it was last done, for whoever loads its state or a copy of it: a clock that is
/// moved then would have what was minted just before count as fresh.
pub fn write_down(conn: &Connection, app: &App) -> Result<()> {
    write_shown(conn, app.id, app.judged_times.take_unwritten())
}

/// Writes down tokens that were shown.
fn write_shown(conn: &Connection, state: AppId, shown: Vec<(Fingerprint, Times)>) -> Result<()> {
    if shown.is_empty() {
        return Ok(());
    }
    let mut insert = conn.prepare_cached(
        "INSERT OR IGNORE INTO judged_tokens (app, token, shown_at, expiry, not_before, issued, is_settled)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    for (token, times) in shown {
        let Rule::FirstShown(at) = times.rule else { continue };
        let Times { expiry, not_before, issued, issue_is_settled, .. } = times;
        insert.execute(params![state, token, at, expiry, not_before, issued, issue_is_settled])?;
    }
    let sql = format!(
        "DELETE FROM judged_tokens WHERE app = ?1 AND token IN
            (SELECT token FROM judged_tokens WHERE app = ?1 ORDER BY shown_at DESC LIMIT -1 OFFSET {JUDGED_MAX})"
    );
    conn.prepare_cached(&sql)?.execute([state])?;
    Ok(())
}

/// The tokens that were written down, the oldest first.
pub fn judged_tokens(conn: &Connection, state: AppId) -> Result<Vec<(Fingerprint, Times)>> {
    let mut query = conn.prepare_cached(
        "SELECT token, shown_at, expiry, not_before, issued, is_settled FROM judged_tokens WHERE app = ?1 ORDER BY shown_at",
    )?;
    let rows = query.query_map([state], |row| Ok((row.get(0)?, times_of(row)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn times_of(row: &Row<'_>) -> rusqlite::Result<Times> {
    Ok(Times {
        expiry: row.get("expiry")?,
        not_before: row.get("not_before")?,
        issued: row.get("issued")?,
        issue_is_settled: row.get("is_settled")?,
        rule: Rule::FirstShown(row.get("shown_at")?),
    })
}

/// Has a new state of an app go on with what another one knew of the clock and of tokens.
pub fn inherit(conn: &Connection, from: AppId, to: AppId, shown: Vec<(Fingerprint, Times)>) -> Result<()> {
    write_shown(conn, from, shown)?;
    for Table { name, .. } in history_tables() {
        let columns = columns(conn, name)?.join(", ");
        let sql = format!("INSERT INTO {name} (app, {columns}) SELECT ?2, {columns} FROM {name} WHERE app = ?1");
        conn.prepare_cached(&sql)?.execute(params![from, to])?;
    }
    Ok(())
}

/// Has a state begin with its clock as it is: how it ran, and what was shown, was another app's.
pub fn forget(conn: &Connection, state: AppId) -> Result<()> {
    for Table { name, .. } in history_tables() {
        conn.prepare_cached(&format!("DELETE FROM {name} WHERE app = ?1"))?.execute([state])?;
    }
    Ok(())
}

fn history_tables() -> impl Iterator<Item = &'static Table> {
    TABLES.iter().filter(|table| table.is_history)
}

/// How many tokens millpond has made by the app's clock.
pub fn own_tokens(tx: &ReadTx<'_>) -> Result<u64> {
    let mut query = tx.conn().prepare_cached("SELECT own_tokens FROM states WHERE app = ?1")?;
    Ok(query.query_row([tx.app], |row| row.get::<_, i64>(0))?.unsigned_abs())
}

/// Counts one more, and answers its number.
pub fn count_own_token(tx: &WriteTx<'_>) -> Result<u64> {
    let mut query = tx
        .conn()
        .prepare_cached("UPDATE states SET own_tokens = own_tokens + 1 WHERE app = ?1 RETURNING own_tokens")?;
    Ok(query.query_row([tx.app], |row| row.get::<_, i64>(0))?.unsigned_abs())
}

/// Has the next one have a higher number than this.
pub fn count_own_tokens_up_to(tx: &WriteTx<'_>, n: u64) -> Result<()> {
    let n = i64::try_from(n).unwrap_or(i64::MAX - 1);
    tx.conn()
        .prepare_cached("UPDATE states SET own_tokens = max(own_tokens, ?2) WHERE app = ?1")?
        .execute(params![tx.app, n])?;
    Ok(())
}

/// A revocation out of its two columns: the time, and how it is judged.
pub(super) fn revocation(before: Option<Time>, judged: Option<Json<Revocation>>) -> Option<Revocation> {
    let before = before?;
    Some(match judged {
        Some(Json(judged)) => Revocation { before, ..judged },
        None => Revocation::by_app(before, 0),
    })
}
