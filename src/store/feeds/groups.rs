//! The `feed_groups` table: groups beside the built-in ones, and what was changed of those.

use rusqlite::{OptionalExtension, Row, params};

use super::super::sql::json;
use super::super::tx::ReadTx;
use crate::error::Result;
use crate::model::feeds::group::Group;

const COLUMNS: &str = "id, config, created_at, updated_at, deleted_at";

fn group_of(row: &Row<'_>) -> rusqlite::Result<Group> {
    Ok(Group {
        id: row.get(0)?,
        config: json(row, 1)?,
        created_at: row.get(2)?,
        updated_at: row.get(3)?,
        deleted_at: row.get(4)?,
    })
}

/// The group of that id, deleted ones included; `None` too for a built-in one that nobody has changed.
pub fn get(tx: &ReadTx<'_>, id: &str) -> Result<Option<Group>> {
    let mut query =
        tx.conn().prepare_cached(&format!("SELECT {COLUMNS} FROM feed_groups WHERE app = ?1 AND id = ?2"))?;
    Ok(query.query_row(params![tx.app, id], group_of).optional()?)
}
