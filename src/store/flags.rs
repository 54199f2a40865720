//! The `flags` table: who has flagged what for moderators.

use std::collections::HashMap;

use rusqlite::{OptionalExtension, params};

use super::feeds::query::{rows, statement};
use super::sql::{Json, json};
use super::tx::{ReadTx, WriteTx};
use crate::error::Result;
use crate::model::flag::{Flag, PER_USER_MAX};
use crate::model::moderation::SHOWN_MAX;
use crate::operation::table;
use crate::query::Operator::{Equal, Gt, Gte, In, Lt, Lte};
use crate::query::page::{self, Walk};
use crate::query::{Field, Kind, Operator, Resource};

/// Sets a flag; the same user's flag upon the same thing is said anew. Of the user's flags only the newest stay.
pub fn save(tx: &WriteTx<'_>, flag: &Flag) -> Result<()> {
    let conn = tx.conn();
    conn.prepare_cached(
        "INSERT INTO flags (app, user_id, entity_type, entity_id, item_id, reason, custom, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
         ON CONFLICT (app, user_id, entity_type, entity_id) DO UPDATE SET item_id = excluded.item_id,
            reason = excluded.reason, custom = excluded.custom, updated_at = excluded.updated_at",
    )?
    .execute(params![
        tx.app,
        flag.user_id,
        flag.entity_type,
        flag.entity_id,
        flag.item_id,
        flag.reason,
        Json(&flag.custom),
        flag.created_at,
        flag.updated_at
    ])?;
    conn.prepare_cached(
        "DELETE FROM flags WHERE app = ?1 AND user_id = ?2 AND (entity_type, entity_id) IN (
            SELECT entity_type, entity_id FROM flags WHERE app = ?1 AND user_id = ?2
            ORDER BY created_at DESC, entity_type = ?3 AND entity_id = ?4 DESC, entity_type, entity_id LIMIT -1 OFFSET ?5)",
    )?
    .execute(params![tx.app, flag.user_id, flag.entity_type, flag.entity_id, PER_USER_MAX])?;
    Ok(())
}

/// The item of a thing that somebody has flagged already.
pub fn item_of(tx: &ReadTx<'_>, entity_type: &str, entity_id: &str) -> Result<Option<String>> {
    let mut query = tx
        .conn()
        .prepare_cached("SELECT item_id FROM flags WHERE app = ?1 AND entity_type = ?2 AND entity_id = ?3 LIMIT 1")?;
    Ok(query.query_row(params![tx.app, entity_type, entity_id], |row| row.get(0)).optional()?)
}

/// The flag of a user upon a thing.
pub fn get(tx: &ReadTx<'_>, user_id: &str, entity_type: &str, entity_id: &str) -> Result<Option<Flag>> {
    let text =
        format!("SELECT {COLUMNS} FROM flags WHERE app = ?1 AND user_id = ?2 AND entity_type = ?3 AND entity_id = ?4");
    let mut query = tx.conn().prepare_cached(&text)?;
    Ok(query.query_row(params![tx.app, user_id, entity_type, entity_id], flag_of).optional()?)
}

/// Every flag of the app, by its key.
pub fn all(tx: &ReadTx<'_>) -> Result<Vec<Flag>> {
    let mut query = tx.conn().prepare_cached(&format!(
        "SELECT {COLUMNS} FROM flags WHERE app = ?1 ORDER BY user_id, entity_type, entity_id"
    ))?;
    let rows = query.query_map([tx.app], flag_of)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

const COLUMNS: &str = "user_id, entity_type, entity_id, item_id, reason, custom, created_at, updated_at";

fn flag_of(row: &rusqlite::Row<'_>) -> rusqlite::Result<Flag> {
    Ok(Flag {
        user_id: row.get(0)?,
        entity_type: row.get(1)?,
        entity_id: row.get(2)?,
        item_id: row.get(3)?,
        reason: row.get(4)?,
        custom: json(row, 5)?,
        created_at: row.get(6)?,
        updated_at: row.get(7)?,
    })
}

/// The newest flags of these items, the newest first.
pub fn of_items(tx: &ReadTx<'_>, items: &[String]) -> Result<Vec<Flag>> {
    let text = format!(
        "SELECT {COLUMNS} FROM (
            SELECT {COLUMNS}, row_number() OVER (PARTITION BY item_id ORDER BY created_at DESC, user_id) AS place
            FROM json_each(?2) i CROSS JOIN flags WHERE app = ?1 AND item_id = i.value)
         WHERE place <= {SHOWN_MAX} ORDER BY created_at DESC, user_id"
    );
    let mut query = tx.conn().prepare_cached(&text)?;
    Ok(query.query_map(params![tx.app, Json(items)], flag_of)?.collect::<rusqlite::Result<_>>()?)
}

/// How many flags these items have.
pub fn counts(tx: &ReadTx<'_>, items: &[String]) -> Result<HashMap<String, i64>> {
    let mut query = tx.conn().prepare_cached(
        "SELECT item_id, count(*) FROM json_each(?2) i CROSS JOIN flags WHERE app = ?1 AND item_id = i.value GROUP BY item_id",
    )?;
    let rows = query.query_map(params![tx.app, Json(items)], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// How many flags there are upon the things of each of these users, or upon those of a kind. Who has none is not among them.
pub fn upon_things_of(tx: &ReadTx<'_>, creators: &[&str], entity_type: Option<&str>) -> Result<HashMap<String, i64>> {
    let mut query = tx.conn().prepare_cached(
        "SELECT q.creator_id, count(*) FROM json_each(?2) i CROSS JOIN review_items q CROSS JOIN flags f
         WHERE q.app = ?1 AND q.creator_id = i.value AND (?3 IS NULL OR q.entity_type = ?3) AND f.app = ?1 AND f.item_id = q.id
         GROUP BY q.creator_id",
    )?;
    let rows = query.query_map(params![tx.app, Json(creators), entity_type], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// What was flagged and is not in the queue.
pub fn without_item(tx: &ReadTx<'_>) -> Result<Vec<(String, String)>> {
    let mut query = tx.conn().prepare_cached(
        "SELECT DISTINCT entity_type, entity_id FROM flags f WHERE app = ?1 AND NOT EXISTS (SELECT 1 FROM review_items q
            WHERE q.app = ?1 AND q.entity_type = f.entity_type AND q.entity_id = f.entity_id)
         ORDER BY f.created_at, entity_type, entity_id",
    )?;
    let rows = query.query_map([tx.app], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

const SAME: &[Operator] = &[Equal, In];
const COMPARED: &[Operator] = &[Equal, Gt, Gte, Lt, Lte];

/// What may be asked of flags: `flags` under the alias `f`.
pub static FLAGS: Resource = Resource {
    operation: table::name("QueryModerationFlags"),
    collection: "flags",
    filter: "filter",
    fields: &[
        Field::new("user_id", Kind::Id("f.user_id"), SAME).unsorted(),
        Field::new("entity_type", Kind::Id("f.entity_type"), SAME).unsorted(),
        Field::new("entity_id", Kind::Id("f.entity_id"), SAME).unsorted(),
        Field::new("review_queue_item_id", Kind::Id("f.item_id"), SAME).unsorted(),
        Field::new("reason", Kind::Text("f.reason"), SAME).unsorted(),
        Field::new("created_at", Kind::Time("f.created_at"), COMPARED),
        Field::new("updated_at", Kind::Time("f.updated_at"), COMPARED),
    ],
    bare: None,
    refused: &[],
    order: ("f.created_at", true),
    ids: &["f.user_id", "f.entity_type", "f.entity_id"],
};

const QUERIED: &str =
    "f.user_id, f.entity_type, f.entity_id, f.item_id, f.reason, f.custom, f.created_at, f.updated_at, q.creator_id";

/// A flag, and whose the thing is.
pub type Upon = (Flag, Option<String>);

/// The rows of a walk through flags.
pub fn select(tx: &ReadTx<'_>, walk: &Walk) -> Result<Vec<page::Row<Upon>>> {
    let from = "flags f LEFT JOIN review_items q ON q.app = f.app AND q.id = f.item_id WHERE f.app = ?1";
    let statement = statement(QUERIED, from, walk, walk.to_sql(tx.now));
    rows(tx, QUERIED, statement, |row| Ok((flag_of(row)?, row.get(8)?)))
}
