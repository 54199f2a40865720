//! The `stubs` table: fixed answers, by the place where they are given.

use rusqlite::{Connection, params};

use super::sql::{Json, json};
use super::tx::WriteTx;
use crate::error::Result;
use crate::ids::AppId;
use crate::stub::Stub;

/// All stubs, by place.
pub fn all(conn: &Connection, app: AppId) -> Result<Vec<Stub>> {
    let mut query = conn.prepare_cached("SELECT stub FROM stubs WHERE app = ?1 ORDER BY place")?;
    let rows = query.query_map([app], |row| json(row, 0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Adds a stub, in place of the one at the same place.
pub fn save(tx: &WriteTx<'_>, stub: &Stub) -> Result<()> {
    tx.conn()
        .prepare_cached(
            "INSERT INTO stubs (app, place, stub) VALUES (?1, ?2, ?3)
             ON CONFLICT (app, place) DO UPDATE SET stub = excluded.stub",
        )?
        .execute(params![tx.app, stub.place(), Json(stub)])?;
    tx.app_changed();
    Ok(())
}

/// Takes the stub of a place away. Answers whether there was one.
pub fn remove(tx: &WriteTx<'_>, place: &str) -> Result<bool> {
    let mut delete = tx.conn().prepare_cached("DELETE FROM stubs WHERE app = ?1 AND place = ?2")?;
    let gone = delete.execute(params![tx.app, place])?;
    tx.app_changed();
    Ok(gone > 0)
}

/// Takes all stubs away, and answers how many there were.
pub fn clear(tx: &WriteTx<'_>) -> Result<usize> {
    let gone = tx.conn().prepare_cached("DELETE FROM stubs WHERE app = ?1")?.execute([tx.app])?;
    tx.app_changed();
    Ok(gone)
}
