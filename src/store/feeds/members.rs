//! The `feed_members` table.

use rusqlite::{Row, params};

use super::super::sql::Columns;
use super::super::tx::ReadTx;
use super::list;
use crate::error::Result;
use crate::model::feeds::member::Member;

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
