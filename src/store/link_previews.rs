//! The `link_previews` table, which fixtures and the control API fill.

use rusqlite::{OptionalExtension, params};
use serde_json::{Map, Value};

use super::sql::{Json, json};
use super::tx::{ReadTx, WriteTx};
use crate::error::Result;

/// What a link looks like: the fields of an attachment.
pub type Preview = Map<String, Value>;

/// What a link looks like, if the app says.
pub fn get(tx: &ReadTx<'_>, url: &str) -> Result<Option<Preview>> {
    let mut query = tx.conn().prepare_cached("SELECT preview FROM link_previews WHERE app = ?1 AND url = ?2")?;
    Ok(query.query_row(params![tx.app, url], |row| json(row, 0)).optional()?)
}

/// All of them, by address.
pub fn all(tx: &ReadTx<'_>) -> Result<Vec<(String, Preview)>> {
    let mut query = tx.conn().prepare_cached("SELECT url, preview FROM link_previews WHERE app = ?1 ORDER BY url")?;
    let rows = query.query_map([tx.app], |row| Ok((row.get(0)?, json(row, 1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// How many there are.
pub fn count(tx: &ReadTx<'_>) -> Result<u32> {
    let mut query = tx.conn().prepare_cached("SELECT count(*) FROM link_previews WHERE app = ?1")?;
    Ok(query.query_row([tx.app], |row| row.get(0))?)
}

/// Says what a link looks like.
pub fn save(tx: &WriteTx<'_>, url: &str, preview: &Preview) -> Result<()> {
    tx.conn()
        .prepare_cached(
            "INSERT INTO link_previews (app, url, preview) VALUES (?1, ?2, ?3)
             ON CONFLICT (app, url) DO UPDATE SET preview = excluded.preview",
        )?
        .execute(params![tx.app, url, Json(preview)])?;
    Ok(())
}

/// Forgets what a link looks like, or all of them. Answers how many there were.
pub fn remove(tx: &WriteTx<'_>, url: Option<&str>) -> Result<usize> {
    let mut delete =
        tx.conn().prepare_cached("DELETE FROM link_previews WHERE app = ?1 AND (?2 IS NULL OR url = ?2)")?;
    Ok(delete.execute(params![tx.app, url])?)
}
