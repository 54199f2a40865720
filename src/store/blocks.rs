//! The `blocks` table: who has blocked whom.

use rusqlite::params;

use super::tx::{ReadTx, WriteTx};
use crate::clock::Time;
use crate::error::Result;

/// Blocks somebody. Doing it again keeps the first time. Answers since when.
pub fn add(tx: &WriteTx<'_>, user_id: &str, blocked_id: &str) -> Result<Time> {
    add_at(tx, user_id, blocked_id, tx.now)
}

/// Blocks somebody since a moment. Doing it again keeps the first time. Answers since when.
pub fn add_at(tx: &WriteTx<'_>, user_id: &str, blocked_id: &str, since: Time) -> Result<Time> {
    let conn = tx.conn();
    conn.prepare_cached("INSERT OR IGNORE INTO blocks (app, user_id, blocked_id, created_at) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![tx.app, user_id, blocked_id, since])?;
    let mut query =
        conn.prepare_cached("SELECT created_at FROM blocks WHERE app = ?1 AND user_id = ?2 AND blocked_id = ?3")?;
    Ok(query.query_row(params![tx.app, user_id, blocked_id], |row| row.get(0))?)
}

/// Unblocks somebody.
pub fn remove(tx: &WriteTx<'_>, user_id: &str, blocked_id: &str) -> Result<()> {
    tx.conn()
        .prepare_cached("DELETE FROM blocks WHERE app = ?1 AND user_id = ?2 AND blocked_id = ?3")?
        .execute(params![tx.app, user_id, blocked_id])?;
    Ok(())
}

/// Every block of the app: who, whom, since when; by these.
pub fn all(tx: &ReadTx<'_>) -> Result<Vec<(String, String, Time)>> {
    let mut query = tx.conn().prepare_cached(
        "SELECT user_id, blocked_id, created_at FROM blocks WHERE app = ?1 ORDER BY user_id, blocked_id",
    )?;
    let rows = query.query_map([tx.app], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
