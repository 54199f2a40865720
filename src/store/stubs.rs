//! The `stubs` table: fixed answers, by the place where they are given.

use rusqlite::{Connection, params};

use super::apps::from_json;
use super::tx::WriteTx;
use crate::error::Result;
use crate::ids::AppId;
use crate::stub::Stub;

/// All stubs, by place.
pub fn all(conn: &Connection, app: AppId) -> Result<Vec<Stub>> {
    let mut query = conn.prepare_cached("SELECT stub FROM stubs WHERE app = ?1 ORDER BY place")?;
    let rows = query.query_map([app.0], |row| row.get::<_, String>(0))?;
    rows.map(|row| from_json(&row?)).collect()
}

/// Adds a stub, in place of the one at the same place.
pub fn save(tx: &WriteTx<'_>, stub: &Stub) -> Result<()> {
    tx.conn()
        .prepare_cached(
            "INSERT INTO stubs (app, place, stub) VALUES (?1, ?2, ?3)
             ON CONFLICT (app, place) DO UPDATE SET stub = excluded.stub",
        )?
        .execute(params![tx.app.0, stub.place(), serde_json::json!(stub).to_string()])?;
    tx.app_changed();
    Ok(())
}

/// Takes the stub of a place away. Answers whether there was one.
pub fn remove(tx: &WriteTx<'_>, place: &str) -> Result<bool> {
    let mut delete = tx.conn().prepare_cached("DELETE FROM stubs WHERE app = ?1 AND place = ?2")?;
    let gone = delete.execute(params![tx.app.0, place])?;
    tx.app_changed();
    Ok(gone > 0)
}

/// Takes all stubs away, and answers how many there were.
pub fn clear(tx: &WriteTx<'_>) -> Result<usize> {
    let gone = tx.conn().prepare_cached("DELETE FROM stubs WHERE app = ?1")?.execute([tx.app.0])?;
    tx.app_changed();
    Ok(gone)
}
