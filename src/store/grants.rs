//! The `grants` table: what an app granted to roles instead of the defaults.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};

use super::apps::from_json;
use super::tx::WriteTx;
use crate::error::Result;
use crate::ids::AppId;

/// The app's own grants: role -> permission ids.
pub fn all(conn: &Connection, app: AppId) -> Result<BTreeMap<String, Vec<String>>> {
    let mut query = conn.prepare_cached("SELECT role, permissions FROM grants WHERE app = ?1")?;
    let rows = query.query_map([app.0], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
    rows.map(|row| {
        let (role, permissions) = row?;
        Ok((role, from_json(&permissions)?))
    })
    .collect()
}

/// Sets what a role is granted.
pub fn save(tx: &WriteTx<'_>, role: &str, permissions: &[String]) -> Result<()> {
    tx.conn()
        .prepare_cached(
            "INSERT INTO grants (app, role, permissions) VALUES (?1, ?2, ?3)
             ON CONFLICT (app, role) DO UPDATE SET permissions = excluded.permissions",
        )?
        .execute(params![tx.app.0, role, serde_json::json!(permissions).to_string()])?;
    tx.app_changed();
    Ok(())
}

/// Takes every role back to its defaults.
pub fn clear(tx: &WriteTx<'_>) -> Result<()> {
    tx.conn().prepare_cached("DELETE FROM grants WHERE app = ?1")?.execute([tx.app.0])?;
    tx.app_changed();
    Ok(())
}

/// Takes a role back to its defaults.
pub fn remove(tx: &WriteTx<'_>, role: &str) -> Result<()> {
    tx.conn().prepare_cached("DELETE FROM grants WHERE app = ?1 AND role = ?2")?.execute(params![tx.app.0, role])?;
    tx.app_changed();
    Ok(())
}
