//! The `roles` table: the roles that an app made. The built-in ones are in `permission::catalogue`.

use rusqlite::{Connection, params};

use super::tx::WriteTx;
use crate::clock::Time;
use crate::error::Result;
use crate::ids::AppId;

/// A role that an app made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// Its name.
    pub name: String,
    /// When it was made.
    pub created_at: Time,
    /// When it was last changed.
    pub updated_at: Time,
}

/// The app's own roles by name.
pub fn all(conn: &Connection, app: AppId) -> Result<Vec<Role>> {
    let mut query =
        conn.prepare_cached("SELECT name, created_at, updated_at FROM roles WHERE app = ?1 ORDER BY name")?;
    let rows = query
        .query_map([app], |row| Ok(Role { name: row.get(0)?, created_at: row.get(1)?, updated_at: row.get(2)? }))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Adds a role; one that is there stays as it is.
pub fn add(tx: &WriteTx<'_>, name: &str) -> Result<()> {
    tx.conn()
        .prepare_cached("INSERT OR IGNORE INTO roles (app, name, created_at, updated_at) VALUES (?1, ?2, ?3, ?3)")?
        .execute(params![tx.app, name, tx.now])?;
    tx.app_changed();
    Ok(())
}

/// Writes a role with its times.
pub fn save(tx: &WriteTx<'_>, role: &Role) -> Result<()> {
    tx.conn()
        .prepare_cached(
            "INSERT INTO roles (app, name, created_at, updated_at) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (app, name) DO UPDATE SET created_at = excluded.created_at, updated_at = excluded.updated_at",
        )?
        .execute(params![tx.app, role.name, role.created_at, role.updated_at])?;
    tx.app_changed();
    Ok(())
}

/// Removes a role.
pub fn remove(tx: &WriteTx<'_>, name: &str) -> Result<()> {
    tx.conn().prepare_cached("DELETE FROM roles WHERE app = ?1 AND name = ?2")?.execute(params![tx.app, name])?;
    tx.app_changed();
    Ok(())
}
