//! The `blocklists` table.

use rusqlite::{OptionalExtension, Row, params};

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

const SELECT: &str = "
    SELECT team, name, id, type, words, leet_check, plural_check, substring_match, confusable_folding, created_at, updated_at
    FROM blocklists WHERE app = ?1";

/// Every list of the app, the oldest first.
pub fn all(tx: &ReadTx<'_>) -> Result<Vec<Blocklist>> {
    let mut query = tx.conn().prepare_cached(&format!("{SELECT} ORDER BY created_at, name, team"))?;
    let rows = query.query_map([tx.app], list_of)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// A team's list of that name.
pub fn get(tx: &ReadTx<'_>, team: &str, name: &str) -> Result<Option<Blocklist>> {
    let mut query = tx.conn().prepare_cached(&format!("{SELECT} AND team = ?2 AND name = ?3"))?;
    Ok(query.query_row(params![tx.app, team, name], list_of).optional()?)
}

/// How many lists the app has.
pub fn count(tx: &ReadTx<'_>) -> Result<usize> {
    let mut query = tx.conn().prepare_cached("SELECT COUNT(*) FROM blocklists WHERE app = ?1")?;
    let count: u32 = query.query_row([tx.app], |row| row.get(0))?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
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
