//! The `appeals` table.

use rusqlite::{OptionalExtension, Row, named_params, params};

use super::super::feeds::query::{rows, statement};
use super::super::sql::{Columns, Json};
use super::super::tx::{ReadTx, WriteTx};
use crate::error::Result;
use crate::model::moderation::{APPEALS_MAX, Appeal};
use crate::operation::table;
use crate::query::Operator::{Equal, Gt, Gte, In, Lt, Lte};
use crate::query::page::{self, Walk};
use crate::query::{Field, Kind, Operator, Resource};

/// The columns of an appeal, for [`appeal_of`].
const COLUMNS: &str =
    "p.no, p.id, p.appellant_id, p.entity_type, p.entity_id, p.item_id, p.reason, p.attachments, p.status,
        p.decision_reason, p.created_at, p.updated_at";

/// Reads [`COLUMNS`], in their order.
fn appeal_of(row: &Row<'_>) -> rusqlite::Result<Appeal> {
    let mut columns = Columns::of(row);
    Ok(Appeal {
        no: columns.take()?,
        id: columns.take()?,
        appellant_id: columns.take()?,
        entity_type: columns.take()?,
        entity_id: columns.take()?,
        item_id: columns.take()?,
        reason: columns.take()?,
        attachments: columns.json()?,
        status: columns.take()?,
        decision_reason: columns.take()?,
        created_at: columns.take()?,
        updated_at: columns.take()?,
    })
}

/// The appeal of that id.
pub fn get(tx: &ReadTx<'_>, id: &str) -> Result<Option<Appeal>> {
    let text = format!("SELECT {COLUMNS} FROM appeals p WHERE p.app = ?1 AND p.id = ?2");
    Ok(tx.conn().prepare_cached(&text)?.query_row(params![tx.app, id], appeal_of).optional()?)
}

/// The last appeal about a thing.
pub fn last_of(tx: &ReadTx<'_>, entity_type: &str, entity_id: &str) -> Result<Option<Appeal>> {
    let text = format!(
        "SELECT {COLUMNS} FROM appeals p WHERE p.app = ?1 AND p.entity_type = ?2 AND p.entity_id = ?3
         ORDER BY p.no DESC LIMIT 1"
    );
    Ok(tx.conn().prepare_cached(&text)?.query_row(params![tx.app, entity_type, entity_id], appeal_of).optional()?)
}

/// The number of a new appeal.
pub fn next_number(tx: &ReadTx<'_>) -> Result<i64> {
    let mut query = tx.conn().prepare_cached("SELECT coalesce(max(no), 0) + 1 FROM appeals WHERE app = ?1")?;
    Ok(query.query_row([tx.app], |row| row.get(0))?)
}

/// Writes an appeal: all columns. Of the app's appeals only the newest stay.
pub fn save(tx: &WriteTx<'_>, appeal: &Appeal) -> Result<()> {
    tx.conn()
        .prepare_cached(
            "INSERT OR REPLACE INTO appeals (app, no, id, appellant_id, entity_type, entity_id, item_id, reason, attachments,
                status, decision_reason, created_at, updated_at)
             VALUES (:app, :no, :id, :appellant, :entity_type, :entity_id, :item, :reason, :attachments, :status, :decision,
                :created_at, :updated_at)",
        )?
        .execute(named_params! {
            ":app": tx.app, ":no": appeal.no, ":id": appeal.id, ":appellant": appeal.appellant_id,
            ":entity_type": appeal.entity_type, ":entity_id": appeal.entity_id, ":item": appeal.item_id,
            ":reason": appeal.reason, ":attachments": Json(&appeal.attachments), ":status": appeal.status,
            ":decision": appeal.decision_reason, ":created_at": appeal.created_at, ":updated_at": appeal.updated_at,
        })?;
    tx.conn()
        .prepare_cached("DELETE FROM appeals WHERE app = ?1 AND no <= ?2")?
        .execute(params![tx.app, appeal.no - APPEALS_MAX])?;
    Ok(())
}

const SAME: &[Operator] = &[Equal, In];

/// What may be asked of appeals: `appeals` under the alias `p`.
pub static APPEALS: Resource = Resource {
    operation: table::name("QueryAppeals"),
    collection: "appeals",
    filter: "filter",
    fields: &[
        Field::new("id", Kind::Id("p.id"), SAME).unsorted(),
        Field::new("status", Kind::Id("p.status"), SAME).unsorted(),
        Field::new("user_id", Kind::Id("p.appellant_id"), SAME).unsorted(),
        Field::new("entity_type", Kind::Id("p.entity_type"), SAME).unsorted(),
        Field::new("entity_id", Kind::Id("p.entity_id"), SAME).unsorted(),
        Field::new("review_queue_item_id", Kind::Text("p.item_id"), SAME).unsorted(),
        Field::new("created_at", Kind::Time("p.created_at"), &[Equal, Gt, Gte, Lt, Lte]),
        Field::new("updated_at", Kind::Time("p.updated_at"), &[Equal, Gt, Gte, Lt, Lte]),
    ],
    bare: None,
    refused: &[],
    order: ("p.created_at", true),
    ids: &["p.no"],
};

/// The rows of a walk through appeals, or through those of somebody.
pub fn select(tx: &ReadTx<'_>, appellant: Option<&str>, walk: &Walk) -> Result<Vec<page::Row<Appeal>>> {
    let mut sql = walk.to_sql(tx.now);
    let own = appellant.map(|id| format!(" AND p.appellant_id = {}", sql.bind(id.to_owned()))).unwrap_or_default();
    rows(tx, COLUMNS, statement(COLUMNS, &format!("appeals p WHERE p.app = ?1{own}"), walk, sql), appeal_of)
}
