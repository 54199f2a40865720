//! The `moderation_logs` table: what was done in moderation.

use std::collections::HashMap;

use rusqlite::{Row, named_params, params};

use super::super::feeds::query::{rows, statement};
use super::super::sql::{Columns, Json};
use super::super::tx::{ReadTx, WriteTx};
use crate::error::Result;
use crate::model::moderation::{LOGS_MAX, LogEntry, SHOWN_MAX};
use crate::operation::table;
use crate::query::Operator::{Equal, Gt, Gte, In, Lt, Lte};
use crate::query::page::{self, Walk};
use crate::query::{Field, Kind, Operator, Resource};

/// The columns of an entry, for [`entry_of`].
const COLUMNS: &str =
    "l.id, l.type, l.item_id, l.moderator_id, l.reporter_type, l.creator_id, l.reason, l.custom, l.created_at";

/// Reads [`COLUMNS`], in their order.
fn entry_of(row: &Row<'_>) -> rusqlite::Result<LogEntry> {
    let mut columns = Columns::of(row);
    Ok(LogEntry {
        id: columns.take()?,
        action: columns.take()?,
        item_id: columns.take()?,
        moderator_id: columns.take()?,
        reporter_type: columns.take()?,
        creator_id: columns.take()?,
        reason: columns.take()?,
        custom: columns.json()?,
        created_at: columns.take()?,
    })
}

/// Writes an entry down. Of the app's entries only the newest stay.
pub fn add(tx: &WriteTx<'_>, entry: &LogEntry) -> Result<()> {
    let conn = tx.conn();
    let mut last = conn.prepare_cached("SELECT coalesce(max(no), 0) + 1 FROM moderation_logs WHERE app = ?1")?;
    let no: i64 = last.query_row([tx.app], |row| row.get(0))?;
    conn.prepare_cached(
        "INSERT INTO moderation_logs (app, no, id, type, item_id, moderator_id, reporter_type, creator_id, reason, custom, created_at)
         VALUES (:app, :no, :id, :type, :item, :moderator, :reporter, :creator, :reason, :custom, :created_at)",
    )?
    .execute(named_params! {
        ":app": tx.app, ":no": no, ":id": entry.id, ":type": entry.action, ":item": entry.item_id,
        ":moderator": entry.moderator_id, ":reporter": entry.reporter_type, ":creator": entry.creator_id,
        ":reason": entry.reason, ":custom": Json(&entry.custom), ":created_at": entry.created_at,
    })?;
    conn.prepare_cached("DELETE FROM moderation_logs WHERE app = ?1 AND no <= ?2")?
        .execute(params![tx.app, no - LOGS_MAX])?;
    Ok(())
}

/// What was last done with these items, the newest first.
pub fn of_items(tx: &ReadTx<'_>, items: &[String]) -> Result<Vec<LogEntry>> {
    let text = format!(
        "SELECT {COLUMNS} FROM json_each(?2) i CROSS JOIN moderation_logs l
         WHERE l.app = ?1 AND l.item_id = i.value AND l.no IN (SELECT n.no FROM moderation_logs n
            WHERE n.app = ?1 AND n.item_id = i.value ORDER BY n.created_at DESC, n.no DESC LIMIT {SHOWN_MAX})
         ORDER BY l.created_at DESC, l.no DESC"
    );
    let mut query = tx.conn().prepare_cached(&text)?;
    let found = query.query_map(params![tx.app, Json(items)], entry_of)?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

/// How often each of these users was banned, and how many of his things were deleted.
pub fn counts(tx: &ReadTx<'_>, creators: &[&str]) -> Result<HashMap<String, (i64, i64)>> {
    let mut query = tx.conn().prepare_cached(
        "SELECT l.creator_id, count(*) FILTER (WHERE l.type = 'ban'), count(*) FILTER (WHERE l.type LIKE 'delete\\_%' ESCAPE '\\')
         FROM json_each(?2) i CROSS JOIN moderation_logs l WHERE l.app = ?1 AND l.creator_id = i.value GROUP BY l.creator_id",
    )?;
    let rows = query.query_map(params![tx.app, Json(creators)], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?))))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

const SAME: &[Operator] = &[Equal, In];

/// What may be asked of what was done: `moderation_logs` under the alias `l`.
pub static LOGS: Resource = Resource {
    operation: table::name("QueryModerationLogs"),
    collection: "moderation_logs",
    filter: "filter",
    fields: &[
        Field::new("id", Kind::Id("l.id"), SAME).unsorted(),
        Field::new("type", Kind::Id("l.type"), SAME).unsorted(),
        Field::new("user_id", Kind::Id("l.moderator_id"), SAME).unsorted(),
        Field::new("target_user_id", Kind::Id("l.creator_id"), SAME).unsorted(),
        Field::new("reporter_type", Kind::Id("l.reporter_type"), SAME).unsorted(),
        Field::new("review_queue_item_id", Kind::Id("l.item_id"), SAME).unsorted(),
        Field::new("created_at", Kind::Time("l.created_at"), &[Equal, Gt, Gte, Lt, Lte]),
    ],
    bare: None,
    refused: &[],
    order: ("l.created_at", true),
    ids: &["l.no"],
};

/// The rows of a walk through what was done.
pub fn select(tx: &ReadTx<'_>, walk: &Walk) -> Result<Vec<page::Row<LogEntry>>> {
    let statement = statement(COLUMNS, "moderation_logs l WHERE l.app = ?1", walk, walk.to_sql(tx.now));
    rows(tx, COLUMNS, statement, entry_of)
}
