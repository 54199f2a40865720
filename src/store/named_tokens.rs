//! The `named_tokens` table: the tokens that a fixture asked for, as they were minted when it was loaded.

use std::collections::BTreeMap;

use rusqlite::params;

use super::{ReadTx, WriteTx};
use crate::error::Result;

/// Name -> token.
pub fn all(tx: &ReadTx<'_>) -> Result<BTreeMap<String, String>> {
    let mut query = tx.conn().prepare_cached("SELECT name, token FROM named_tokens WHERE app = ?1")?;
    let rows = query.query_map([tx.app.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Keeps a token under a name.
pub fn save(tx: &WriteTx<'_>, name: &str, token: &str) -> Result<()> {
    tx.conn()
        .prepare_cached("INSERT INTO named_tokens (app, name, token) VALUES (?1, ?2, ?3) ON CONFLICT (app, name) DO UPDATE SET token = excluded.token")?
        .execute(params![tx.app.0, name, token])?;
    Ok(())
}
