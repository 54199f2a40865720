//! The `mutes` table: who has muted whom.

use std::sync::LazyLock;

use rusqlite::{OptionalExtension, params};

use super::tx::{ReadTx, WriteTx};
use super::users;
use crate::error::Result;
use crate::model::mute::{Mute, Row};
use crate::model::user::User;

/// Mutes of a user that are shown at the most: the newest.
const SHOWN_MAX: usize = 1_000;

/// Sets a mute. One that is there keeps its beginning, unless it had ended.
pub fn save(tx: &WriteTx<'_>, row: &Row) -> Result<()> {
    tx.conn()
        .prepare_cached(
            "INSERT INTO mutes (app, user_id, target_id, created_at, updated_at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (app, user_id, target_id) DO UPDATE SET updated_at = excluded.updated_at,
                created_at = iif(expires_at <= excluded.updated_at, excluded.created_at, created_at),
                expires_at = excluded.expires_at",
        )?
        .execute(params![
            tx.app,
            row.user_id,
            row.target_id,
            row.created_at,
            row.updated_at,
            row.expires_at
        ])?;
    Ok(())
}

/// Ends a mute. Answers whether there was one.
pub fn remove(tx: &WriteTx<'_>, user_id: &str, target_id: &str) -> Result<bool> {
    let gone = tx
        .conn()
        .prepare_cached("DELETE FROM mutes WHERE app = ?1 AND user_id = ?2 AND target_id = ?3")?
        .execute(params![tx.app, user_id, target_id])?;
    Ok(gone > 0)
}

/// A user's mutes that hold now, newest first.
pub fn of(tx: &ReadTx<'_>, user_id: &str) -> Result<Vec<Mute>> {
    static TEXT: LazyLock<String> = LazyLock::new(|| {
        format!(
            "SELECT {COLUMNS} FROM mutes WHERE app = ?1 AND user_id = ?2 AND (expires_at IS NULL OR expires_at > ?3)"
        )
    });
    let mut query = tx.conn().prepare_cached(&TEXT)?;
    let rows = query.query_map(params![tx.app, user_id, tx.now], row_of)?;
    // Put in order here: SQLite makes a table for that even where there is nothing, as there mostly is.
    let mut rows = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    rows.sort_by(|one, other| (other.created_at, &one.target_id).cmp(&(one.created_at, &other.target_id)));
    let mut mutes = Vec::new();
    for row in rows.into_iter().take(SHOWN_MAX) {
        if let Some(target) = users::get(tx, &row.target_id)? {
            mutes.push(Mute { target, row });
        }
    }
    Ok(mutes)
}

/// The mute of a user upon another, if there is one.
pub fn get(tx: &ReadTx<'_>, user_id: &str, target: User) -> Result<Option<Mute>> {
    let mut query = tx
        .conn()
        .prepare_cached(&format!("SELECT {COLUMNS} FROM mutes WHERE app = ?1 AND user_id = ?2 AND target_id = ?3"))?;
    let row = query.query_row(params![tx.app, user_id, target.id], row_of).optional()?;
    Ok(row.map(|row| Mute { target, row }))
}

/// Every mute of the app, ended ones included, by user and target.
pub fn all(tx: &ReadTx<'_>) -> Result<Vec<Row>> {
    let mut query =
        tx.conn().prepare_cached(&format!("SELECT {COLUMNS} FROM mutes WHERE app = ?1 ORDER BY user_id, target_id"))?;
    let rows = query.query_map([tx.app], row_of)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

const COLUMNS: &str = "user_id, target_id, created_at, updated_at, expires_at";

fn row_of(row: &rusqlite::Row<'_>) -> rusqlite::Result<Row> {
    Ok(Row {
        user_id: row.get(0)?,
        target_id: row.get(1)?,
        created_at: row.get(2)?,
        updated_at: row.get(3)?,
        expires_at: row.get(4)?,
    })
}
