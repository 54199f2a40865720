//! The `push_providers` table: named configurations of those who deliver push messages.

use rusqlite::{OptionalExtension, Row, params};

use super::sql::{Json, json};
use super::tx::{ReadTx, WriteTx};
use crate::error::Result;
use crate::model::push_provider::PushProvider;

/// Sets a configuration. One that is there keeps its beginning.
pub fn save(tx: &WriteTx<'_>, own: &PushProvider) -> Result<()> {
    tx.conn()
        .prepare_cached(
            "INSERT INTO push_providers (app, provider, name, config, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (app, provider, name) DO UPDATE SET config = excluded.config, updated_at = excluded.updated_at",
        )?
        .execute(params![tx.app, own.provider, own.name, Json(&own.config), own.created_at, own.updated_at])?;
    Ok(())
}

/// Removes a configuration. Answers whether there was one.
pub fn remove(tx: &WriteTx<'_>, provider: &str, name: &str) -> Result<bool> {
    let gone = tx
        .conn()
        .prepare_cached("DELETE FROM push_providers WHERE app = ?1 AND provider = ?2 AND name = ?3")?
        .execute(params![tx.app, provider, name])?;
    Ok(gone > 0)
}

/// The configuration of that name.
pub fn get(tx: &ReadTx<'_>, provider: &str, name: &str) -> Result<Option<PushProvider>> {
    let text = format!("SELECT {COLUMNS} FROM push_providers WHERE app = ?1 AND provider = ?2 AND name = ?3");
    let mut query = tx.conn().prepare_cached(&text)?;
    Ok(query.query_row(params![tx.app, provider, name], provider_of).optional()?)
}

/// Every configuration of the app, by provider and name.
pub fn all(tx: &ReadTx<'_>) -> Result<Vec<PushProvider>> {
    let text = format!("SELECT {COLUMNS} FROM push_providers WHERE app = ?1 ORDER BY provider, name");
    let mut query = tx.conn().prepare_cached(&text)?;
    let rows = query.query_map([tx.app], provider_of)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

const COLUMNS: &str = "provider, name, config, created_at, updated_at";

fn provider_of(row: &Row<'_>) -> rusqlite::Result<PushProvider> {
    Ok(PushProvider {
        provider: row.get(0)?,
        name: row.get(1)?,
        config: json(row, 2)?,
        created_at: row.get(3)?,
        updated_at: row.get(4)?,
    })
}
