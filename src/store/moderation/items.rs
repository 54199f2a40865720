//! The `review_items` table.

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension, Row, named_params, params};

use super::super::feeds::query::{rows, statement};
use super::super::sql::{Columns, Json};
use super::super::tx::{ReadTx, WriteTx};
use crate::error::Result;
use crate::model::moderation::{ITEMS_MAX, ReviewItem};
use crate::operation::table;
use crate::query::Operator::{Contains, Equal, Exists, Gt, Gte, In, Lt, Lte, Nin, Unequal};
use crate::query::page::{self, Walk};
use crate::query::{Field, Kind, Operator, Resource};

/// The columns of an item, for [`item_of`].
const COLUMNS: &str = "q.no, q.id, q.entity_type, q.entity_id, q.creator_id, q.status = 'reviewed', q.recommended_action, q.config_key,
        q.verdict, q.payload, q.latest_action, q.reviewed_by, q.reviewed_at, q.escalation, q.escalated_by, q.escalated_at,
        q.created_at, q.updated_at";

/// Reads [`COLUMNS`], in their order.
fn item_of(row: &Row<'_>) -> rusqlite::Result<ReviewItem> {
    let mut columns = Columns::of(row);
    Ok(ReviewItem {
        no: columns.take()?,
        id: columns.take()?,
        entity_type: columns.take()?,
        entity_id: columns.take()?,
        creator_id: columns.take()?,
        is_reviewed: columns.take()?,
        recommended_action: columns.take()?,
        config_key: columns.take()?,
        verdict: columns.json()?,
        payload: columns.json()?,
        latest_action: columns.take()?,
        reviewed_by: columns.take()?,
        reviewed_at: columns.take()?,
        escalation: columns.json()?,
        escalated_by: columns.take()?,
        escalated_at: columns.take()?,
        created_at: columns.take()?,
        updated_at: columns.take()?,
    })
}

/// The item of that id.
pub fn get(tx: &ReadTx<'_>, id: &str) -> Result<Option<ReviewItem>> {
    let text = format!("SELECT {COLUMNS} FROM review_items q WHERE q.app = ?1 AND q.id = ?2");
    Ok(tx.conn().prepare_cached(&text)?.query_row(params![tx.app, id], item_of).optional()?)
}

/// The items of these ids that are there.
pub fn by_ids(tx: &ReadTx<'_>, ids: &[&str]) -> Result<Vec<ReviewItem>> {
    let text =
        format!("SELECT {COLUMNS} FROM review_items q WHERE q.app = ?1 AND q.id IN (SELECT value FROM json_each(?2))");
    let mut query = tx.conn().prepare_cached(&text)?;
    Ok(query.query_map(params![tx.app, Json(ids)], item_of)?.collect::<rusqlite::Result<_>>()?)
}

/// The item of a thing.
pub fn of_entity(tx: &ReadTx<'_>, entity_type: &str, entity_id: &str) -> Result<Option<ReviewItem>> {
    let text =
        format!("SELECT {COLUMNS} FROM review_items q WHERE q.app = ?1 AND q.entity_type = ?2 AND q.entity_id = ?3");
    Ok(tx.conn().prepare_cached(&text)?.query_row(params![tx.app, entity_type, entity_id], item_of).optional()?)
}

/// The number of a new item.
pub fn next_number(tx: &ReadTx<'_>) -> Result<i64> {
    let mut query = tx.conn().prepare_cached("SELECT coalesce(max(no), 0) + 1 FROM review_items WHERE app = ?1")?;
    Ok(query.query_row([tx.app], |row| row.get(0))?)
}

/// Writes an item: all columns. Of the app's items only the newest stay.
pub fn save(tx: &WriteTx<'_>, item: &ReviewItem) -> Result<()> {
    tx.conn()
        .prepare_cached(
            "INSERT OR REPLACE INTO review_items (app, no, id, entity_type, entity_id, creator_id, status, recommended_action,
                config_key, verdict, payload, latest_action, reviewed_by, reviewed_at, escalation, escalated_by, escalated_at,
                created_at, updated_at)
             VALUES (:app, :no, :id, :entity_type, :entity_id, :creator, :status, :recommended, :config, :verdict, :payload,
                :latest, :reviewed_by, :reviewed_at, :escalation, :escalated_by, :escalated_at, :created_at, :updated_at)",
        )?
        .execute(named_params! {
            ":app": tx.app, ":no": item.no, ":id": item.id, ":entity_type": item.entity_type, ":entity_id": item.entity_id,
            ":creator": item.creator_id, ":status": if item.is_reviewed { "reviewed" } else { "pending" },
            ":recommended": item.recommended_action, ":config": item.config_key, ":verdict": Json(&item.verdict),
            ":payload": Json(&item.payload), ":latest": item.latest_action, ":reviewed_by": item.reviewed_by,
            ":reviewed_at": item.reviewed_at, ":escalation": Json(&item.escalation), ":escalated_by": item.escalated_by,
            ":escalated_at": item.escalated_at, ":created_at": item.created_at, ":updated_at": item.updated_at,
        })?;
    tx.conn()
        .prepare_cached("DELETE FROM review_items WHERE app = ?1 AND no <= ?2")?
        .execute(params![tx.app, item.no - ITEMS_MAX])?;
    Ok(())
}

/// How many items there are of each status.
pub fn counts(tx: &ReadTx<'_>) -> Result<BTreeMap<String, i64>> {
    let mut query =
        tx.conn().prepare_cached("SELECT status, count(*) FROM review_items WHERE app = ?1 GROUP BY status")?;
    let rows = query.query_map([tx.app], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

const SAME: &[Operator] = &[Equal, In, Nin, Unequal];
const TEXT: &[Operator] = &[Equal, In, Exists];
const COMPARED: &[Operator] = &[Equal, Gt, Gte, Lt, Lte];
const CUSTOM: &[Operator] = &[Contains, Equal, Exists, Gt, Gte, In, Lt, Lte];

/// How many have flagged an item, what a policy found included.
const FLAGS_COUNT: &str =
    "((SELECT count(*) FROM flags f WHERE f.app = q.app AND f.item_id = q.id) + (q.verdict <> '{}'))";

/// What may be asked of the queue: `review_items` under the alias `q`. A name that is none of these leads into what an app sent
/// along as `custom` of the payload.
pub static ITEMS: Resource = Resource {
    operation: table::name("QueryReviewQueue"),
    collection: "review_queue",
    filter: "filter",
    fields: &[
        Field::new("id", Kind::Id("q.id"), SAME).unsorted(),
        Field::new("status", Kind::Id("q.status"), SAME).unsorted(),
        Field::new("reviewed", Kind::Flag("q.status = 'reviewed'"), &[Equal]).unsorted(),
        Field::new("entity_type", Kind::Id("q.entity_type"), SAME).unsorted(),
        Field::new("entity_id", Kind::Id("q.entity_id"), SAME).unsorted(),
        Field::new("entity_creator_id", Kind::Text("q.creator_id"), TEXT).unsorted(),
        Field::new("config_key", Kind::Text("q.config_key"), TEXT).unsorted(),
        Field::new("recommended_action", Kind::Id("q.recommended_action"), SAME).unsorted(),
        Field::new("latest_moderator_action", Kind::Id("q.latest_action"), SAME).unsorted(),
        Field::new("reviewed_by", Kind::Id("q.reviewed_by"), SAME).unsorted(),
        Field::new("escalated", Kind::Flag("q.escalated_at IS NOT NULL"), &[Equal]).unsorted(),
        Field::new("flags_count", Kind::Number(FLAGS_COUNT), COMPARED),
        Field::new("created_at", Kind::Time("q.created_at"), COMPARED),
        Field::new("updated_at", Kind::Time("q.updated_at"), COMPARED),
        Field::new("reviewed_at", Kind::Time("q.reviewed_at"), COMPARED),
        Field::new("custom", Kind::Json("json_extract(q.payload, '$.custom')"), CUSTOM).unsorted(),
    ],
    bare: Some("custom"),
    refused: &[],
    order: ("q.created_at", true),
    ids: &["q.no"],
};

/// The rows of a walk through the queue.
pub fn select(tx: &ReadTx<'_>, walk: &Walk) -> Result<Vec<page::Row<ReviewItem>>> {
    let statement = statement(COLUMNS, "review_items q WHERE q.app = ?1", walk, walk.to_sql(tx.now));
    rows(tx, COLUMNS, statement, item_of)
}
