//! The `follows` table.

use rusqlite::{OptionalExtension, Row, named_params, params};

use super::super::sql::{Columns, Json};
use super::super::tx::{ReadTx, WriteTx};
use super::list;
use crate::error::Result;
use crate::model::feeds::feed::Feed;
use crate::model::feeds::follow::{Follow, FollowStatus};

/// The columns of a follow, for [`follow_of`].
pub(super) const COLUMNS: &str =
    "w.source, w.target, w.status, w.shown_from, w.follower_role, w.push_preference, w.custom, w.created_at, w.updated_at,
        w.accepted_at, w.rejected_at";

/// Reads [`COLUMNS`], in their order.
pub(super) fn follow_of(row: &Row<'_>) -> rusqlite::Result<Follow> {
    let mut columns = Columns::of(row);
    Ok(Follow {
        source: columns.take()?,
        target: columns.take()?,
        status: columns.take()?,
        shown_from: columns.take()?,
        follower_role: columns.take()?,
        push_preference: columns.take()?,
        custom: columns.json()?,
        created_at: columns.take()?,
        updated_at: columns.take()?,
        accepted_at: columns.take()?,
        rejected_at: columns.take()?,
    })
}

/// The follow of one feed by another, whatever became of it.
pub fn get(tx: &ReadTx<'_>, source: i64, target: i64) -> Result<Option<Follow>> {
    let text = format!("SELECT {COLUMNS} FROM follows w WHERE w.app = ?1 AND w.source = ?2 AND w.target = ?3");
    let mut query = tx.conn().prepare_cached(&text)?;
    Ok(query.query_row(params![tx.app, source, target], follow_of).optional()?)
}

/// Writes a follow: all columns.
pub fn save(tx: &WriteTx<'_>, follow: &Follow) -> Result<()> {
    tx.conn()
        .prepare_cached(
            "INSERT OR REPLACE INTO follows (app, source, target, status, shown_from, follower_role, push_preference, custom,
                created_at, updated_at, accepted_at, rejected_at)
             VALUES (:app, :source, :target, :status, :shown_from, :role, :push, :custom, :created_at, :updated_at,
                :accepted_at, :rejected_at)",
        )?
        .execute(named_params! {
            ":app": tx.app, ":source": follow.source, ":target": follow.target, ":status": follow.status,
            ":shown_from": follow.shown_from, ":role": follow.follower_role, ":push": follow.push_preference,
            ":custom": Json(&follow.custom), ":created_at": follow.created_at, ":updated_at": follow.updated_at,
            ":accepted_at": follow.accepted_at, ":rejected_at": follow.rejected_at,
        })?;
    Ok(())
}

/// Follows of these feeds by feeds that a user owns, whatever became of them, oldest first.
pub fn by_owner_of(tx: &ReadTx<'_>, owner: &str, targets: &[i64]) -> Result<Vec<Follow>> {
    let text = format!(
        "SELECT {COLUMNS} FROM feeds f CROSS JOIN json_each(?3) t
            JOIN follows w ON w.app = f.app AND w.source = f.no AND w.target = t.value
         WHERE f.app = ?1 AND f.created_by = ?2 AND f.deleted_at IS NULL ORDER BY w.created_at, w.source, w.target"
    );
    let mut query = tx.conn().prepare_cached(&text)?;
    let rows = query.query_map(params![tx.app, owner, list(targets)], follow_of)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Which side of its follows a feed is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// It follows.
    Source,
    /// It is followed.
    Target,
}

impl Side {
    fn columns(self) -> (&'static str, &'static str) {
        match self {
            Self::Source => ("source", "target"),
            Self::Target => ("target", "source"),
        }
    }
}

/// A feed's follows of one status, newest first: so many of those behind a follow's moment and other feed.
pub fn of(
    tx: &ReadTx<'_>,
    feed: i64,
    side: Side,
    status: FollowStatus,
    behind: Option<(i64, i64)>,
    most: u32,
) -> Result<Vec<Follow>> {
    let (own, other) = side.columns();
    let text = format!(
        "SELECT {COLUMNS} FROM follows w
         WHERE w.app = ?1 AND w.{own} = ?2 AND w.status = ?3 AND (w.created_at, w.{other}) < (?4, ?5)
         ORDER BY w.created_at DESC, w.{other} DESC LIMIT ?6"
    );
    let (at, behind) = behind.unwrap_or((i64::MAX, i64::MAX));
    let mut query = tx.conn().prepare_cached(&text)?;
    let rows = query.query_map(params![tx.app, feed, status, at, behind, most], follow_of)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Of these feeds those that follow one of those, with accepted follows: (source, target).
pub fn among(tx: &ReadTx<'_>, sources: &[i64], targets: &[i64]) -> Result<Vec<(i64, i64)>> {
    let mut query = tx.conn().prepare_cached(
        "SELECT w.source, w.target FROM json_each(?2) s CROSS JOIN json_each(?3) t
            JOIN follows w ON w.app = ?1 AND w.source = s.value AND w.target = t.value
         WHERE w.status = 'accepted'",
    )?;
    let rows = query.query_map(params![tx.app, list(sources), list(targets)], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Follows of feeds that a user owns by feeds that others do, the newest first.
pub fn between_owners(tx: &ReadTx<'_>, followers: &[&str], followed: &str, most: u32) -> Result<Vec<Follow>> {
    let text = format!(
        "SELECT {COLUMNS} FROM json_each(?2) o CROSS JOIN feeds s CROSS JOIN follows w CROSS JOIN feeds t
         WHERE s.app = ?1 AND s.created_by = o.value AND s.deleted_at IS NULL
            AND w.app = ?1 AND w.source = s.no
            AND t.app = ?1 AND t.no = w.target AND t.created_by = ?3 AND t.deleted_at IS NULL
         ORDER BY w.created_at DESC, w.source, w.target LIMIT ?4"
    );
    let mut query = tx.conn().prepare_cached(&text)?;
    let rows = query.query_map(params![tx.app, list(followers), followed, most], follow_of)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Removes a follow.
pub fn remove(tx: &WriteTx<'_>, source: i64, target: i64) -> Result<()> {
    tx.conn()
        .prepare_cached("DELETE FROM follows WHERE app = ?1 AND source = ?2 AND target = ?3")?
        .execute(params![tx.app, source, target])?;
    Ok(())
}

/// Activities that stay in a feed at the most when it no longer follows another.
const KEPT_MAX: u32 = 1_000;

/// Has the source keep what the follow showed of the target, the newest of it.
pub fn keep_history(tx: &WriteTx<'_>, follow: &Follow) -> Result<()> {
    tx.conn()
        .prepare_cached(
            "INSERT OR IGNORE INTO feed_activities (app, feed, created_at, activity, origin)
             SELECT app, ?2, created_at, activity, ?3 FROM feed_activities
             WHERE app = ?1 AND feed = ?3 AND origin IS NULL AND activity >= ?4
             ORDER BY created_at DESC, activity DESC LIMIT ?5",
        )?
        .execute(params![tx.app, follow.source, follow.target, follow.shown_from, KEPT_MAX])?;
    Ok(())
}

/// Forgets what a feed has kept of another.
pub fn forget_kept(tx: &WriteTx<'_>, source: i64, target: i64) -> Result<()> {
    tx.conn()
        .prepare_cached("DELETE FROM feed_activities WHERE app = ?1 AND feed = ?2 AND origin = ?3")?
        .execute(params![tx.app, source, target])?;
    Ok(())
}

/// Who may own a feed that goes on following another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// Who owns the other.
    SameAsTarget,
    /// A member of the other.
    Member,
}

/// Follows of a feed by feeds that none of these owns.
pub fn by_others(tx: &ReadTx<'_>, target: &Feed, owners: &[Owner]) -> Result<Vec<Follow>> {
    let members = owners.contains(&Owner::Member);
    let text = format!(
        "SELECT {COLUMNS} FROM follows w JOIN feeds f ON f.app = w.app AND f.no = w.source
         WHERE w.app = ?1 AND w.target = ?2 AND f.created_by <> ?3
            AND NOT ({members} AND EXISTS (SELECT 1 FROM feed_members m
                WHERE m.app = w.app AND m.feed = w.target AND m.user_id = f.created_by AND m.status = 'member'))"
    );
    let mut query = tx.conn().prepare_cached(&text)?;
    let rows = query.query_map(params![tx.app, target.no, target.created_by], follow_of)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// All follows of a feed on one side, perhaps of one status.
pub fn all_of(tx: &ReadTx<'_>, feed: i64, side: Side, status: Option<FollowStatus>) -> Result<Vec<Follow>> {
    let (own, _) = side.columns();
    let text =
        format!("SELECT {COLUMNS} FROM follows w WHERE w.app = ?1 AND w.{own} = ?2 AND (?3 IS NULL OR w.status = ?3)");
    let mut query = tx.conn().prepare_cached(&text)?;
    let rows = query.query_map(params![tx.app, feed, status], follow_of)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Whether a feed of somebody's follows one of somebody else's.
pub fn is_followed_by(tx: &ReadTx<'_>, user: &str, author: &str) -> Result<bool> {
    let mut query = tx.conn().prepare_cached(
        "SELECT EXISTS (
            SELECT 1 FROM feeds s CROSS JOIN follows w CROSS JOIN feeds t
            WHERE s.app = ?1 AND s.created_by = ?3 AND s.deleted_at IS NULL
                AND w.app = ?1 AND w.source = s.no AND w.status = 'accepted'
                AND t.app = ?1 AND t.no = w.target AND t.created_by = ?2 AND t.deleted_at IS NULL
         )",
    )?;
    Ok(query.query_row(params![tx.app, user, author], |row| row.get(0))?)
}
