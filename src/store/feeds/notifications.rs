//! The `notifications` table: for what an activity was made that notifies somebody.

use rusqlite::{OptionalExtension, params};

use super::super::tx::{ReadTx, WriteTx};
use crate::clock::Time;
use crate::error::Result;
use crate::ids::UserId;

/// For what somebody is notified: by whom, of what kind, and about what.
#[derive(Clone, Copy, Debug)]
pub struct Cause<'a> {
    /// The kind of the notification.
    pub kind: &'a str,
    /// The id of what it is about.
    pub about: &'a str,
    /// Who did it.
    pub actor: &'a UserId,
}

/// Whether a recipient's feed has a notification for a cause that was made since a moment.
pub fn exists(tx: &ReadTx<'_>, feed: i64, cause: Cause<'_>, since: Time) -> Result<bool> {
    let mut query = tx.conn().prepare_cached(
        "SELECT 1 FROM notifications n CROSS JOIN activities a
         WHERE n.app = ?1 AND n.kind = ?2 AND n.cause = ?3 AND n.actor = ?4 AND n.feed = ?5 AND n.created_at >= ?6
            AND a.app = ?1 AND a.no = n.activity AND a.deleted_at IS NULL LIMIT 1",
    )?;
    let found =
        query.query_row(params![tx.app, cause.kind, cause.about, cause.actor, feed, since], |_| Ok(())).optional()?;
    Ok(found.is_some())
}

/// Remembers for what an activity was made.
pub fn add(tx: &WriteTx<'_>, activity: i64, feed: i64, cause: Cause<'_>) -> Result<()> {
    tx.conn()
        .prepare_cached(
            "INSERT OR REPLACE INTO notifications (app, activity, feed, kind, cause, actor, created_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![tx.app, activity, feed, cause.kind, cause.about, cause.actor, tx.now])?;
    Ok(())
}

/// The activities that were made for a cause: the number of each, and of the feed that it is in.
pub fn of(tx: &ReadTx<'_>, cause: Cause<'_>) -> Result<Vec<(i64, i64)>> {
    let mut query = tx.conn().prepare_cached(
        "SELECT activity, feed FROM notifications WHERE app = ?1 AND kind = ?2 AND cause = ?3 AND actor = ?4
         ORDER BY activity",
    )?;
    let rows =
        query.query_map(params![tx.app, cause.kind, cause.about, cause.actor], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
