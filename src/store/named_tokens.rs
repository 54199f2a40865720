//! The `named_tokens` table: the tokens that a fixture asked for, as they were minted when it was loaded.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, params};

use super::tx::{ReadTx, WriteTx};
use crate::error::Result;
use crate::ids::AppId;

/// A token with a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedToken {
    /// Its name.
    pub name: String,
    /// The token.
    pub token: String,
    /// What was asked for, as a fixture says it with all times absolute, in JSON: minted again it gives the same token.
    /// `None` where an older millpond did not write it down.
    pub spec: Option<String>,
}

/// Name -> token.
pub fn all(tx: &ReadTx<'_>) -> Result<BTreeMap<String, String>> {
    Ok(with_specs(tx)?.into_iter().map(|named| (named.name, named.token)).collect())
}

/// The token of that name.
pub fn get(tx: &ReadTx<'_>, name: &str) -> Result<Option<String>> {
    let mut query = tx.conn().prepare_cached("SELECT token FROM named_tokens WHERE app = ?1 AND name = ?2")?;
    Ok(query.query_row(params![tx.app, name], |row| row.get(0)).optional()?)
}

/// The tokens by name, with what was asked for.
pub fn with_specs(tx: &ReadTx<'_>) -> Result<Vec<NamedToken>> {
    let mut query =
        tx.conn().prepare_cached("SELECT name, token, spec FROM named_tokens WHERE app = ?1 ORDER BY name")?;
    let rows =
        query.query_map([tx.app], |row| Ok(NamedToken { name: row.get(0)?, token: row.get(1)?, spec: row.get(2)? }))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Signs the tokens of a state anew, which came from an app with another secret: those that can be made again from what was
/// asked for. The others stay as they are.
pub fn sign_anew(conn: &Connection, state: AppId, again: impl Fn(&str) -> Option<String>) -> Result<()> {
    let mut query = conn.prepare_cached("SELECT name, spec FROM named_tokens WHERE app = ?1 AND spec IS NOT NULL")?;
    let specs = query.query_map([state], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
    let specs = specs.collect::<rusqlite::Result<Vec<_>>>()?;
    let mut update = conn.prepare_cached("UPDATE named_tokens SET token = ?3 WHERE app = ?1 AND name = ?2")?;
    for (name, spec) in specs {
        if let Some(token) = again(&spec) {
            update.execute(params![state, name, token])?;
        }
    }
    Ok(())
}

/// Keeps a token under its name.
pub fn save(tx: &WriteTx<'_>, named: &NamedToken) -> Result<()> {
    tx.conn()
        .prepare_cached(
            "INSERT INTO named_tokens (app, name, token, spec) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (app, name) DO UPDATE SET token = excluded.token, spec = excluded.spec",
        )?
        .execute(params![tx.app, named.name, named.token, named.spec])?;
    Ok(())
}
