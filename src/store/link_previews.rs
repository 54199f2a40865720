//! The `link_previews` table, which fixtures fill.

use rusqlite::{OptionalExtension, params};
use serde_json::{Map, Value};

use super::sql::json;
use super::tx::ReadTx;
use crate::error::Result;

/// What a link looks like, if the app says.
pub fn get(tx: &ReadTx<'_>, url: &str) -> Result<Option<Map<String, Value>>> {
    let mut query = tx.conn().prepare_cached("SELECT preview FROM link_previews WHERE app = ?1 AND url = ?2")?;
    Ok(query.query_row(params![tx.app, url], |row| json(row, 0)).optional()?)
}
