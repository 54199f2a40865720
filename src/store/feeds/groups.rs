//! The `feed_groups` table: groups beside the built-in ones, and what was changed of those.

use rusqlite::{OptionalExtension, Row, params};

use super::super::sql::{Json, json};
use super::super::tx::{ReadTx, WriteTx};
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

/// All of them, by id.
pub fn all(tx: &ReadTx<'_>) -> Result<Vec<Group>> {
    let mut query =
        tx.conn().prepare_cached(&format!("SELECT {COLUMNS} FROM feed_groups WHERE app = ?1 ORDER BY id"))?;
    Ok(query.query_map([tx.app], group_of)?.collect::<rusqlite::Result<_>>()?)
}

/// Writes a group.
pub fn save(tx: &WriteTx<'_>, group: &Group) -> Result<()> {
    tx.conn()
        .prepare_cached(
            "INSERT INTO feed_groups (app, id, config, created_at, updated_at, deleted_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (app, id) DO UPDATE SET config = excluded.config, created_at = excluded.created_at,
                updated_at = excluded.updated_at, deleted_at = excluded.deleted_at",
        )?
        .execute(params![tx.app, group.id, Json(&group.config), group.created_at, group.updated_at, group.deleted_at])?;
    Ok(())
}

/// Removes a group.
pub fn remove(tx: &WriteTx<'_>, id: &str) -> Result<()> {
    tx.conn().prepare_cached("DELETE FROM feed_groups WHERE app = ?1 AND id = ?2")?.execute(params![tx.app, id])?;
    Ok(())
}
