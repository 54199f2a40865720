//! The `feed_members` table.

use rusqlite::{OptionalExtension, Row, named_params, params};

use super::super::sql::{Columns, Json};
use super::super::tx::{ReadTx, WriteTx};
use super::list;
use super::query::{rows, statement};
use crate::error::Result;
use crate::model::feeds::member::Member;
use crate::operation::table;
use crate::query::Operator::{Equal, Gt, Gte, In, Lt, Lte};
use crate::query::page::{Leads, Walk};
use crate::query::{Field, Kind, Operator, Resource};

/// The columns of a member, for [`member_of`].
pub(super) const COLUMNS: &str =
    "m.feed, m.user_id, m.role, m.status, m.membership_level, m.custom, m.created_at, m.updated_at, m.accepted_at,
        m.rejected_at";

/// Reads [`COLUMNS`], in their order.
pub(super) fn member_of(row: &Row<'_>) -> rusqlite::Result<Member> {
    let mut columns = Columns::of(row);
    Ok(Member {
        feed: columns.take()?,
        user_id: columns.take()?,
        role: columns.take()?,
        status: columns.take()?,
        membership_level: columns.take()?,
        custom: columns.json()?,
        created_at: columns.take()?,
        updated_at: columns.take()?,
        accepted_at: columns.take()?,
        rejected_at: columns.take()?,
    })
}

/// A user's membership in a feed, invitations included.
pub fn get(tx: &ReadTx<'_>, feed: i64, user: &str) -> Result<Option<Member>> {
    let text = format!("SELECT {COLUMNS} FROM feed_members m WHERE m.app = ?1 AND m.feed = ?2 AND m.user_id = ?3");
    let mut query = tx.conn().prepare_cached(&text)?;
    Ok(query.query_row(params![tx.app, feed, user], member_of).optional()?)
}

/// A user's memberships in these feeds.
pub fn of_user(tx: &ReadTx<'_>, user: &str, feeds: &[i64]) -> Result<Vec<Member>> {
    let text = format!(
        "SELECT {COLUMNS} FROM json_each(?3) f
            JOIN feed_members m ON m.app = ?1 AND m.feed = f.value AND m.user_id = ?2"
    );
    let mut query = tx.conn().prepare_cached(&text)?;
    let rows = query.query_map(params![tx.app, user, list(feeds)], member_of)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Who has joined a feed or is invited, by id: so many of those behind an id.
pub fn of_feed(tx: &ReadTx<'_>, feed: i64, behind: &str, most: u32) -> Result<Vec<Member>> {
    let text = format!(
        "SELECT {COLUMNS} FROM feed_members m
         WHERE m.app = ?1 AND m.feed = ?2 AND m.user_id > ?3 AND m.status <> 'rejected' ORDER BY m.user_id LIMIT ?4"
    );
    let mut query = tx.conn().prepare_cached(&text)?;
    let rows = query.query_map(params![tx.app, feed, behind, most], member_of)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Writes a member: all columns.
pub fn save(tx: &WriteTx<'_>, member: &Member) -> Result<()> {
    tx.conn()
        .prepare_cached(
            "INSERT OR REPLACE INTO feed_members (app, feed, user_id, role, status, membership_level, custom, created_at,
                updated_at, accepted_at, rejected_at)
             VALUES (:app, :feed, :user, :role, :status, :level, :custom, :created_at, :updated_at, :accepted_at, :rejected_at)",
        )?
        .execute(named_params! {
            ":app": tx.app, ":feed": member.feed, ":user": member.user_id, ":role": member.role, ":status": member.status,
            ":level": member.membership_level, ":custom": Json(&member.custom), ":created_at": member.created_at,
            ":updated_at": member.updated_at, ":accepted_at": member.accepted_at, ":rejected_at": member.rejected_at,
        })?;
    Ok(())
}

/// Removes a member.
pub fn remove(tx: &WriteTx<'_>, feed: i64, user: &str) -> Result<()> {
    tx.conn()
        .prepare_cached("DELETE FROM feed_members WHERE app = ?1 AND feed = ?2 AND user_id = ?3")?
        .execute(params![tx.app, feed, user])?;
    Ok(())
}

const NAMED: &[Operator] = &[Equal, In];
const TIMED: &[Operator] = &[Equal, Gt, Gte, Lt, Lte];

/// What may be asked of members (feeds-core 1.5): `feed_members` under the alias `m`.
pub static QUERIED: Resource = Resource {
    operation: table::name("QueryFeedMembers"),
    collection: "feed members",
    filter: "filter",
    fields: &[
        Field::new("user_id", Kind::Id("m.user_id"), NAMED),
        Field::new("created_at", Kind::Time("m.created_at"), TIMED),
        Field::new("updated_at", Kind::Time("m.updated_at"), TIMED),
        Field::new("role", Kind::Id("m.role"), NAMED).unsorted(),
        Field::new("status", Kind::Id("m.status"), NAMED).unsorted(),
        Field::new(
            "fid",
            Kind::Text("(SELECT f.group_id || ':' || f.id FROM feeds f WHERE f.app = m.app AND f.no = m.feed)"),
            NAMED,
        )
        .unsorted(),
        Field::new(
            "user_name",
            Kind::Text("(SELECT u.name FROM users u WHERE u.app = m.app AND u.id = m.user_id)"),
            NAMED,
        )
        .unsorted(),
    ],
    bare: None,
    refused: &[],
    order: ("m.created_at", true),
    ids: &["m.user_id"],
};

/// A page of those of a feed's members, invited ones and those who declined included, whom a query finds; and what leads on.
pub fn select(tx: &ReadTx<'_>, feed: i64, walk: &Walk) -> Result<(Vec<Member>, Leads)> {
    let mut sql = walk.to_sql(tx.now);
    let from = format!("feed_members m WHERE m.app = ?1 AND m.feed = {}", sql.bind(feed));
    Ok(walk.page(rows(tx, COLUMNS, statement(COLUMNS, &from, walk, sql), member_of)?))
}
