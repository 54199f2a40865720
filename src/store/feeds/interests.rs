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

/// The tags of activities of which the user said to see more, or less: of each activity once.
pub fn said(tx: &ReadTx<'_>, user: &str, action: Action, most: u32) -> Result<Vec<Vec<String>>> {
    let mut query = tx.conn().prepare_cached(
        "SELECT a.interest_tags
         FROM (
             SELECT activity FROM activity_feedback WHERE app = ?1 AND user_id = ?2 AND action = ?3 AND value
             ORDER BY activity DESC LIMIT ?4
         ) f CROSS JOIN activities a
         WHERE a.app = ?1 AND a.no = f.activity AND a.deleted_at IS NULL AND a.interest_tags <> '[]'",
    )?;
    let rows = query.query_map(params![tx.app, user, action.name(), most], |row| Columns::of(row).json())?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
