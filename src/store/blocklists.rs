//! The `blocklists` table.

use rusqlite::{Row, params};

use super::sql::{Json, json};
use super::tx::{ReadTx, WriteTx};
use crate::error::Result;
use crate::model::blocklist::{Blocklist, Checks};

fn list_of(row: &Row<'_>) -> rusqlite::Result<Blocklist> {
    Ok(Blocklist {
        team: row.get(0)?,
        name: row.get(1)?,
        id: row.get(2)?,
        kind: row.get(3)?,
        words: json(row, 4)?,
        checks: Checks { leet: row.get(5)?, plural: row.get(6)?, substring: row.get(7)?, confusable: row.get(8)? },
        created_at: row.get(9)?,
        updated_at: row.get(10)?,
    })
}

/// Every list of the app, the oldest first.
pub fn all(tx: &ReadTx<'_>) -> Result<Vec<Blocklist>> {
    let mut query = tx.conn().prepare_cached(
        "SELECT team, name, id, type, words, leet_check, plural_check, substring_match, confusable_folding, created_at, updated_at
         FROM blocklists WHERE app = ?1 ORDER BY created_at, name, team",
    )?;
    let rows = query.query_map([tx.app], list_of)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Writes a list: all columns.
pub fn save(tx: &WriteTx<'_>, list: &Blocklist) -> Result<()> {
    let Blocklist { team, name, id, kind, words, checks, created_at, updated_at } = list;
    tx.conn()
        .prepare_cached(
            "INSERT OR REPLACE INTO blocklists (app, team, name, id, type, words, leet_check, plural_check, substring_match,
                confusable_folding, created_at, updated_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        )?
        .execute(params![
            tx.app,
            team,
            name,
            id,
            kind,
            Json(words),
            checks.leet.unwrap_or_default(),
            checks.plural.unwrap_or_default(),
            checks.substring.unwrap_or_default(),
            checks.confusable.unwrap_or_default(),
            created_at,
            updated_at
        ])?;
    Ok(())
}

/// Removes a list.
pub fn remove(tx: &WriteTx<'_>, list: &Blocklist) -> Result<()> {
    tx.conn()
        .prepare_cached("DELETE FROM blocklists WHERE app = ?1 AND team = ?2 AND name = ?3")?
        .execute(params![tx.app, list.team, list.name])?;
    Ok(())
}
