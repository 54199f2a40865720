//! The `grants` table: what an app granted to roles, by scope, instead of the defaults.

use rusqlite::{Connection, params};

use super::sql::{Json, json};
use super::tx::WriteTx;
use crate::error::Result;
use crate::ids::AppId;
use crate::permission::{Grants, Scope};

/// The app's own grants.
pub fn all(conn: &Connection, app: AppId) -> Result<Grants> {
    let mut query = conn.prepare_cached("SELECT scope, role, permissions FROM grants WHERE app = ?1")?;
    let mut rows = query.query([app])?;
    let mut grants = Grants::default();
    while let Some(row) = rows.next()? {
        grants.set(Scope::of(&row.get::<_, String>(0)?), row.get(1)?, json(row, 2)?);
    }
    Ok(grants)
}

/// Sets what a role is granted in a scope.
pub fn save(tx: &WriteTx<'_>, scope: Scope<'_>, role: &str, permissions: &[String]) -> Result<()> {
    tx.conn()
        .prepare_cached(
            "INSERT INTO grants (app, scope, role, permissions) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (app, scope, role) DO UPDATE SET permissions = excluded.permissions",
        )?
        .execute(params![tx.app, scope.name(), role, Json(permissions)])?;
    tx.app_changed();
    Ok(())
}

/// Takes every role back to its defaults in a scope.
pub fn clear(tx: &WriteTx<'_>, scope: Scope<'_>) -> Result<()> {
    tx.conn()
        .prepare_cached("DELETE FROM grants WHERE app = ?1 AND scope = ?2")?
        .execute(params![tx.app, scope.name()])?;
    tx.app_changed();
    Ok(())
}

/// Takes a role back to its defaults in a scope.
pub fn remove(tx: &WriteTx<'_>, scope: Scope<'_>, role: &str) -> Result<()> {
    tx.conn().prepare_cached("DELETE FROM grants WHERE app = ?1 AND scope = ?2 AND role = ?3")?.execute(params![
        tx.app,
        scope.name(),
        role
    ])?;
    tx.app_changed();
    Ok(())
}

/// Takes a role back to its defaults in every scope.
pub fn remove_role(tx: &WriteTx<'_>, role: &str) -> Result<()> {
    tx.conn().prepare_cached("DELETE FROM grants WHERE app = ?1 AND role = ?2")?.execute(params![tx.app, role])?;
    tx.app_changed();
    Ok(())
}
