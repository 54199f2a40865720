//! What tells of a user's interests: the tags of activities that the user reacted to, or said to see more or less of.

use rusqlite::params;

use super::super::sql::Columns;
use super::super::tx::ReadTx;
use crate::clock::Time;
use crate::error::Result;
use crate::model::feeds::feedback::Action;
use crate::model::feeds::object::ObjectKind;

/// Something that a user did with an activity that has tags.
pub struct Sign {
    /// The activity's number.
    pub activity: i64,
    /// When.
    pub at: Time,
    /// Its tags.
    pub tags: Vec<String>,
}

/// The user's newest reactions to objects of a kind, so many at the most, as far as the activities that they are upon or beneath are
/// there and have tags.
pub fn reactions(tx: &ReadTx<'_>, user: &str, kind: ObjectKind, most: u32) -> Result<Vec<Sign>> {
    let mut query = tx.conn().prepare_cached(
        "SELECT a.no, r.created_at, a.interest_tags
         FROM (
             SELECT activity, created_at FROM reactions WHERE app = ?1 AND user_id = ?2 AND kind = ?3
             ORDER BY created_at DESC, no DESC LIMIT ?4
         ) r CROSS JOIN activities a
         WHERE a.app = ?1 AND a.no = r.activity AND a.deleted_at IS NULL AND a.interest_tags <> '[]'",
    )?;
    let rows = query.query_map(params![tx.app, user, kind, most], |row| {
        let mut columns = Columns::of(row);
        Ok(Sign { activity: columns.take()?, at: columns.take()?, tags: columns.json()? })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The tags of the activities, the newest and so many at the most, of which the user said to see more (`true`) or less.
pub fn said(tx: &ReadTx<'_>, user: &str, most: u32) -> Result<Vec<(bool, Vec<String>)>> {
    let mut query = tx.conn().prepare_cached(
        "SELECT f.action = ?3, a.interest_tags
         FROM (
             SELECT activity, action FROM activity_feedback WHERE app = ?1 AND user_id = ?2 AND action IN (?3, ?4) AND value
             ORDER BY activity DESC LIMIT ?5
         ) f CROSS JOIN activities a
         WHERE a.app = ?1 AND a.no = f.activity AND a.deleted_at IS NULL AND a.interest_tags <> '[]'",
    )?;
    let (more, less) = (Action::ShowMore.name(), Action::ShowLess.name());
    let rows = query.query_map(params![tx.app, user, more, less, most], |row| {
        let mut columns = Columns::of(row);
        Ok((columns.take()?, columns.json()?))
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
