//! The `moderation_templates` table.

use rusqlite::{OptionalExtension, Row, params};

use super::super::sql::{Columns, Json};
use super::super::tx::{ReadTx, WriteTx};
use crate::error::Result;
use crate::model::moderation::Template;

const COLUMNS: &str = "name, config, created_at, updated_at FROM moderation_templates WHERE app = ?1";

fn template_of(row: &Row<'_>) -> rusqlite::Result<Template> {
    let mut columns = Columns::of(row);
    Ok(Template {
        name: columns.take()?,
        config: columns.json()?,
        created_at: columns.take()?,
        updated_at: columns.take()?,
    })
}

/// The template of that name.
pub fn get(tx: &ReadTx<'_>, name: &str) -> Result<Option<Template>> {
    let mut query = tx.conn().prepare_cached(&format!("SELECT {COLUMNS} AND name = ?2"))?;
    Ok(query.query_row(params![tx.app, name], template_of).optional()?)
}

/// All templates of the app, by name.
pub fn all(tx: &ReadTx<'_>) -> Result<Vec<Template>> {
    let mut query = tx.conn().prepare_cached(&format!("SELECT {COLUMNS} ORDER BY name"))?;
    Ok(query.query_map([tx.app], template_of)?.collect::<rusqlite::Result<_>>()?)
}

/// Writes a template: all columns.
pub fn save(tx: &WriteTx<'_>, template: &Template) -> Result<()> {
    let Template { name, config, created_at, updated_at } = template;
    tx.conn()
        .prepare_cached(
            "INSERT OR REPLACE INTO moderation_templates (app, name, config, created_at, updated_at)
             VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![tx.app, name, Json(config), created_at, updated_at])?;
    Ok(())
}

/// Removes all templates of the app.
pub fn clear(tx: &WriteTx<'_>) -> Result<()> {
    tx.conn().prepare_cached("DELETE FROM moderation_templates WHERE app = ?1")?.execute([tx.app])?;
    Ok(())
}
