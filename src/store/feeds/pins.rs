//! The `pins` table.

use rusqlite::types::Value as Parameter;
use rusqlite::{OptionalExtension, Row, params, params_from_iter};

use super::super::sql::Columns;
use super::super::tx::{ReadTx, WriteTx};
use super::query::{rows, statement};
use super::timeline::Reader;
use crate::clock::Time;
use crate::error::Result;
use crate::model::feeds::pin::Pin;
use crate::operation::table;
use crate::query::Operator::{Equal, Gt, Gte, In, Lt, Lte};
use crate::query::page::{Leads, Walk};
use crate::query::{Field, Kind, Operator, Resource, Sql};

/// The columns of a pin, for [`pin_of`].
pub(super) const COLUMNS: &str = "p.feed, p.activity, p.user_id, p.created_at, p.updated_at";

/// Reads [`COLUMNS`], in their order.
pub(super) fn pin_of(row: &Row<'_>) -> rusqlite::Result<Pin> {
    let mut columns = Columns::of(row);
    Ok(Pin {
        feed: columns.take()?,
        activity: columns.take()?,
        user_id: columns.take()?,
        created_at: columns.take()?,
        updated_at: columns.take()?,
    })
}

/// The pin of an activity in a feed.
pub fn get(tx: &ReadTx<'_>, feed: i64, activity: i64) -> Result<Option<Pin>> {
    let text = format!("SELECT {COLUMNS} FROM pins p WHERE p.app = ?1 AND p.feed = ?2 AND p.activity = ?3");
    let mut query = tx.conn().prepare_cached(&text)?;
    Ok(query.query_row(params![tx.app, feed, activity], pin_of).optional()?)
}

/// Writes a pin that is not there.
pub fn add(tx: &WriteTx<'_>, pin: &Pin) -> Result<()> {
    tx.conn()
        .prepare_cached(
            "INSERT INTO pins (app, feed, activity, user_id, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![tx.app, pin.feed, pin.activity, pin.user_id, pin.created_at, pin.updated_at])?;
    Ok(())
}

const NAMED: &[Operator] = &[Equal, In];
const TIMED: &[Operator] = &[Equal, Gt, Gte, Lt, Lte];

/// What may be asked of pins (feeds-core 1.5): `pins` under the alias `p`.
pub static QUERIED: Resource = Resource {
    operation: table::name("QueryPinnedActivities"),
    collection: "pinned activities",
    filter: "filter",
    fields: &[
        Field::new("created_at", Kind::Time("p.created_at"), TIMED),
        Field::new("updated_at", Kind::Time("p.updated_at"), TIMED),
        Field::new("user_id", Kind::Id("p.user_id"), NAMED),
        Field::new(
            "activity_id",
            Kind::Text("(SELECT x.id FROM activities x WHERE x.app = p.app AND x.no = p.activity)"),
            NAMED,
        )
        .unsorted(),
        Field::new(
            "fid",
            Kind::Text("(SELECT f.group_id || ':' || f.id FROM feeds f WHERE f.app = p.app AND f.no = p.feed)"),
            NAMED,
        )
        .unsorted(),
    ],
    bare: None,
    refused: &[],
    order: ("p.created_at", true),
    ids: &["p.activity"],
};

/// A page of those of a feed's pins that a query finds and a reader is shown, and what leads on.
pub fn select(tx: &ReadTx<'_>, feed: i64, reader: Reader<'_>, walk: &Walk) -> Result<(Vec<Pin>, Leads)> {
    let mut sql = walk.to_sql(tx.now);
    let from = shown(&mut sql, feed, reader, tx.now);
    Ok(walk.page(rows(tx, COLUMNS, statement(COLUMNS, &from, walk, sql), pin_of)?))
}

/// The pins of a feed that a reader is shown, the newest first.
pub fn newest(tx: &ReadTx<'_>, feed: i64, reader: Reader<'_>, most: u32) -> Result<Vec<Pin>> {
    let mut sql = Sql::all();
    let (from, most) = (shown(&mut sql, feed, reader, tx.now), sql.bind(most));
    let text = format!("SELECT {COLUMNS} FROM {from} ORDER BY p.created_at DESC, p.activity DESC LIMIT {most}");
    let mut query = tx.conn().prepare_cached(&text)?;
    let params = std::iter::once(Parameter::from(tx.app)).chain(sql.params);
    let rows = query.query_map(params_from_iter(params), pin_of)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The pins of a feed that a reader is shown, behind `FROM`.
fn shown(sql: &mut Sql, feed: i64, reader: Reader<'_>, now: Time) -> String {
    let (feed, now, user) = (sql.bind(feed), sql.bind(now), sql.bind(reader.user.map(str::to_owned)));
    let sees_private = reader.sees_private;
    format!(
        "pins p WHERE p.app = ?1 AND p.feed = {feed} AND EXISTS (
            SELECT 1 FROM activities a
            WHERE a.app = ?1 AND a.no = p.activity AND a.deleted_at IS NULL
                AND (a.expires_at IS NULL OR a.expires_at > {now})
                AND (a.visibility <> 'private' OR {sees_private} OR a.user_id = {user})
         )"
    )
}
