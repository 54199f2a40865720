//! The `flags` table: who has flagged what for moderators.

use rusqlite::{OptionalExtension, params};

use super::sql::{Json, json};
use super::tx::{ReadTx, WriteTx};
use crate::error::Result;
use crate::model::flag::{Flag, PER_USER_MAX};

/// Sets a flag; the same user's flag upon the same thing is said anew. Of the user's flags only the newest stay.
pub fn save(tx: &WriteTx<'_>, flag: &Flag) -> Result<()> {
    let conn = tx.conn();
    conn.prepare_cached(
        "INSERT INTO flags (app, user_id, entity_type, entity_id, item_id, reason, custom, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
         ON CONFLICT (app, user_id, entity_type, entity_id) DO UPDATE SET item_id = excluded.item_id,
            reason = excluded.reason, custom = excluded.custom, updated_at = excluded.updated_at",
    )?
    .execute(params![
        tx.app,
        flag.user_id,
        flag.entity_type,
        flag.entity_id,
        flag.item_id,
        flag.reason,
        Json(&flag.custom),
        flag.created_at,
        flag.updated_at
    ])?;
    conn.prepare_cached(
        "DELETE FROM flags WHERE app = ?1 AND user_id = ?2 AND (entity_type, entity_id) IN (
            SELECT entity_type, entity_id FROM flags WHERE app = ?1 AND user_id = ?2
            ORDER BY created_at DESC, entity_type = ?3 AND entity_id = ?4 DESC, entity_type, entity_id LIMIT -1 OFFSET ?5)",
    )?
    .execute(params![tx.app, flag.user_id, flag.entity_type, flag.entity_id, PER_USER_MAX])?;
    Ok(())
}

/// The item of a thing that somebody has flagged already.
pub fn item_of(tx: &ReadTx<'_>, entity_type: &str, entity_id: &str) -> Result<Option<String>> {
    let mut query = tx
        .conn()
        .prepare_cached("SELECT item_id FROM flags WHERE app = ?1 AND entity_type = ?2 AND entity_id = ?3 LIMIT 1")?;
    Ok(query.query_row(params![tx.app, entity_type, entity_id], |row| row.get(0)).optional()?)
}

/// The flag of a user upon a thing.
pub fn get(tx: &ReadTx<'_>, user_id: &str, entity_type: &str, entity_id: &str) -> Result<Option<Flag>> {
    let text =
        format!("SELECT {COLUMNS} FROM flags WHERE app = ?1 AND user_id = ?2 AND entity_type = ?3 AND entity_id = ?4");
    let mut query = tx.conn().prepare_cached(&text)?;
    Ok(query.query_row(params![tx.app, user_id, entity_type, entity_id], flag_of).optional()?)
}

/// Every flag of the app, by its key.
pub fn all(tx: &ReadTx<'_>) -> Result<Vec<Flag>> {
    let mut query = tx.conn().prepare_cached(&format!(
        "SELECT {COLUMNS} FROM flags WHERE app = ?1 ORDER BY user_id, entity_type, entity_id"
    ))?;
    let rows = query.query_map([tx.app], flag_of)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

const COLUMNS: &str = "user_id, entity_type, entity_id, item_id, reason, custom, created_at, updated_at";

fn flag_of(row: &rusqlite::Row<'_>) -> rusqlite::Result<Flag> {
    Ok(Flag {
        user_id: row.get(0)?,
        entity_type: row.get(1)?,
        entity_id: row.get(2)?,
        item_id: row.get(3)?,
        reason: row.get(4)?,
        custom: json(row, 5)?,
        created_at: row.get(6)?,
        updated_at: row.get(7)?,
    })
}
