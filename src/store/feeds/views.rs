//! The `feed_views` table.

use rusqlite::{OptionalExtension, Row, params};

use super::super::sql::{Json, json};
use super::super::tx::{ReadTx, WriteTx};
use crate::error::Result;
use crate::model::feeds::view::View;

fn view_of(row: &Row<'_>) -> rusqlite::Result<View> {
    Ok(View { id: row.get(0)?, config: json(row, 1)?, last_used_at: row.get(2)? })
}

/// The view of that id.
pub fn get(tx: &ReadTx<'_>, id: &str) -> Result<Option<View>> {
    let mut query =
        tx.conn().prepare_cached("SELECT id, config, last_used_at FROM feed_views WHERE app = ?1 AND id = ?2")?;
    Ok(query.query_row(params![tx.app, id], view_of).optional()?)
}

/// All of them, by id.
pub fn all(tx: &ReadTx<'_>) -> Result<Vec<View>> {
    let mut query =
        tx.conn().prepare_cached("SELECT id, config, last_used_at FROM feed_views WHERE app = ?1 ORDER BY id")?;
    Ok(query.query_map([tx.app], view_of)?.collect::<rusqlite::Result<_>>()?)
}

/// Writes a view.
pub fn save(tx: &WriteTx<'_>, view: &View) -> Result<()> {
    tx.conn()
        .prepare_cached("INSERT OR REPLACE INTO feed_views (app, id, config, last_used_at) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![tx.app, view.id, Json(&view.config), view.last_used_at])?;
    Ok(())
}

/// Removes a view.
pub fn remove(tx: &WriteTx<'_>, id: &str) -> Result<()> {
    tx.conn().prepare_cached("DELETE FROM feed_views WHERE app = ?1 AND id = ?2")?.execute(params![tx.app, id])?;
    Ok(())
}
