//! The `permissions` table: those that an app made. The built-in ones are in `permission::catalogue`.

use rusqlite::{Connection, named_params, params};

use super::sql::{Json, json};
use super::tx::WriteTx;
use crate::error::Result;
use crate::ids::AppId;
use crate::permission::catalogue::Permission;

/// The app's own permissions by id.
pub fn all(conn: &Connection, app: AppId) -> Result<Vec<Permission>> {
    let mut query = conn.prepare_cached(
        "SELECT id, name, description, action, owner, same_team, condition FROM permissions WHERE app = ?1 ORDER BY id",
    )?;
    let rows = query.query_map([app], |row| {
        Ok(Permission {
            id: row.get(0)?,
            name: row.get(1)?,
            description: row.get(2)?,
            action: row.get(3)?,
            custom: true,
            owner: row.get(4)?,
            same_team: row.get(5)?,
            condition: json(row, 6)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Writes a permission.
pub fn save(tx: &WriteTx<'_>, own: &Permission) -> Result<()> {
    tx.conn()
        .prepare_cached(
            "INSERT INTO permissions (app, id, name, description, action, owner, same_team, condition)
             VALUES (:app, :id, :name, :description, :action, :owner, :same_team, :condition)
             ON CONFLICT (app, id) DO UPDATE SET name = excluded.name, description = excluded.description,
                action = excluded.action, owner = excluded.owner, same_team = excluded.same_team, condition = excluded.condition",
        )?
        .execute(named_params! {
            ":app": tx.app, ":id": own.id, ":name": own.name, ":description": own.description, ":action": own.action,
            ":owner": own.owner, ":same_team": own.same_team, ":condition": Json(&own.condition),
        })?;
    tx.app_changed();
    Ok(())
}

/// Removes a permission.
pub fn remove(tx: &WriteTx<'_>, id: &str) -> Result<()> {
    tx.conn().prepare_cached("DELETE FROM permissions WHERE app = ?1 AND id = ?2")?.execute(params![tx.app, id])?;
    tx.app_changed();
    Ok(())
}
