//! What a user has in feeds.

use rusqlite::params;

use super::super::tx::{ReadTx, WriteTx};
use super::{activities, feeds, members, pins};
use crate::error::Result;
use crate::model::feeds::activity::Activity;
use crate::model::feeds::feed::Feed;
use crate::model::feeds::member::Member;
use crate::model::feeds::pin::Pin;

/// The feeds that a user owns, deleted ones included.
pub fn feeds(tx: &ReadTx<'_>, user: &str) -> Result<Vec<Feed>> {
    let columns = feeds::COLUMNS;
    let text =
        format!("SELECT {columns} FROM feeds f WHERE f.app = ?1 AND f.created_by = ?2 ORDER BY f.created_at, f.no");
    let mut query = tx.conn().prepare_cached(&text)?;
    Ok(query.query_map(params![tx.app, user], feeds::feed_of)?.collect::<rusqlite::Result<_>>()?)
}

/// The activities that a user wrote, deleted ones included.
pub fn activities(tx: &ReadTx<'_>, user: &str) -> Result<Vec<Activity>> {
    let columns = activities::COLUMNS;
    let text =
        format!("SELECT {columns} FROM activities a WHERE a.app = ?1 AND a.user_id = ?2 ORDER BY a.created_at, a.no");
    let mut query = tx.conn().prepare_cached(&text)?;
    Ok(query.query_map(params![tx.app, user], activities::row_of)?.collect::<rusqlite::Result<_>>()?)
}

/// The feeds that a user is in, is invited to, or has declined.
pub fn memberships(tx: &ReadTx<'_>, user: &str) -> Result<Vec<Member>> {
    let columns = members::COLUMNS;
    let text = format!("SELECT {columns} FROM feed_members m WHERE m.app = ?1 AND m.user_id = ?2 ORDER BY m.feed");
    let mut query = tx.conn().prepare_cached(&text)?;
    Ok(query.query_map(params![tx.app, user], members::member_of)?.collect::<rusqlite::Result<_>>()?)
}

/// What a user has pinned.
pub fn pins(tx: &ReadTx<'_>, user: &str) -> Result<Vec<Pin>> {
    let columns = pins::COLUMNS;
    let text = format!("SELECT {columns} FROM pins p WHERE p.app = ?1 AND p.user_id = ?2 ORDER BY p.feed, p.activity");
    let mut query = tx.conn().prepare_cached(&text)?;
    Ok(query.query_map(params![tx.app, user], pins::pin_of)?.collect::<rusqlite::Result<_>>()?)
}

/// The tables of what a user has read, watched, measured, hidden and collected.
const OWN: &[&str] =
    &["feed_reads", "feed_marks", "watched_activities", "metric_hours", "activity_feedback", "collections"];

/// Forgets what a user has read, watched, measured, hidden and collected.
pub fn forget(tx: &WriteTx<'_>, user: &str) -> Result<()> {
    for table in OWN {
        let sql = format!("DELETE FROM {table} WHERE app = ?1 AND user_id = ?2");
        tx.conn().prepare_cached(&sql)?.execute(params![tx.app, user])?;
    }
    Ok(())
}
