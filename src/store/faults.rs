//! The `faults` table: an app's faults, in the order in which they were made. How often each has struck is in memory alone.

use rusqlite::{Connection, params};

use super::sql::{Json, json};
use super::tx::WriteTx;
use crate::error::Result;
use crate::fault::Fault;
use crate::ids::AppId;

/// All faults with their ids, the oldest first.
pub fn all(conn: &Connection, app: AppId) -> Result<Vec<(String, Fault)>> {
    let mut query = conn.prepare_cached("SELECT id, fault FROM faults WHERE app = ?1 ORDER BY position")?;
    let rows = query.query_map([app], |row| Ok((row.get(0)?, json(row, 1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Adds a fault behind the others, in place of one of its id.
pub fn save(tx: &WriteTx<'_>, id: &str, fault: &Fault) -> Result<()> {
    let stored = Fault { id: Some(id.to_owned()), ..fault.clone() };
    tx.conn()
        .prepare_cached(
            "INSERT INTO faults (app, id, position, fault)
             VALUES (?1, ?2, (SELECT coalesce(max(position), 0) + 1 FROM faults WHERE app = ?1), ?3)
             ON CONFLICT (app, id) DO UPDATE SET position = excluded.position, fault = excluded.fault",
        )?
        .execute(params![tx.app, id, Json(stored)])?;
    tx.app_changed();
    Ok(())
}

/// Adds a fault behind the others, unless one has its id already. Answers whether it did.
pub fn add(tx: &WriteTx<'_>, id: &str, fault: &Fault) -> Result<bool> {
    let taken = "SELECT EXISTS (SELECT 1 FROM faults WHERE app = ?1 AND id = ?2)";
    let taken: bool = tx.conn().prepare_cached(taken)?.query_row(params![tx.app, id], |row| row.get(0))?;
    if !taken {
        save(tx, id, fault)?;
    }
    Ok(!taken)
}

/// How many there are.
pub fn count(tx: &WriteTx<'_>) -> Result<i64> {
    let mut query = tx.conn().prepare_cached("SELECT count(*) FROM faults WHERE app = ?1")?;
    Ok(query.query_row([tx.app], |row| row.get(0))?)
}

/// Takes a fault away. Answers whether there was one of that id.
pub fn remove(tx: &WriteTx<'_>, id: &str) -> Result<bool> {
    let gone =
        tx.conn().prepare_cached("DELETE FROM faults WHERE app = ?1 AND id = ?2")?.execute(params![tx.app, id])?;
    tx.app_changed();
    Ok(gone > 0)
}

/// Takes all faults away, and answers how many there were.
pub fn clear(tx: &WriteTx<'_>) -> Result<usize> {
    let gone = tx.conn().prepare_cached("DELETE FROM faults WHERE app = ?1")?.execute([tx.app])?;
    tx.app_changed();
    Ok(gone)
}
