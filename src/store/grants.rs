//! The `grants` table: what an app granted to roles instead of the defaults.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};

use super::sql::{Json, json};
use super::tx::WriteTx;
use crate::error::Result;
use crate::ids::AppId;

/// The app's own grants: role -> permission ids.
pub fn all(conn: &Connection, app: AppId) -> Result<BTreeMap<String, Vec<String>>> {
    let mut query = conn.prepare_cached("SELECT role, permissions FROM grants WHERE app = ?1")?;
    let rows = query.query_map([app], |row| Ok((row.get(0)?, json(row, 1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Sets what a role is granted.
pub fn save(tx: &WriteTx<'_>, role: &str, permissions: &[String]) -> Result<()> {
    tx.conn()
        .prepare_cached(
            "INSERT INTO grants (app, role, permissions) VALUES (?1, ?2, ?3)
             ON CONFLICT (app, role) DO UPDATE SET permissions = excluded.permissions",
        )?
        .execute(params![tx.app, role, Json(permissions)])?;
    tx.app_changed();
    Ok(())
}

/// Takes every role back to its defaults.
pub fn clear(tx: &WriteTx<'_>) -> Result<()> {
    tx.conn().prepare_cached("DELETE FROM grants WHERE app = ?1")?.execute([tx.app])?;
    tx.app_changed();
    Ok(())
}

/// Takes a role back to its defaults.
pub fn remove(tx: &WriteTx<'_>, role: &str) -> Result<()> {
    tx.conn().prepare_cached("DELETE FROM grants WHERE app = ?1 AND role = ?2")?.execute(params![tx.app, role])?;
    tx.app_changed();
    Ok(())
}
