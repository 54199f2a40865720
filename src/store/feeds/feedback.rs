//! The `activity_feedback` table.

use std::collections::HashSet;

use rusqlite::{OptionalExtension, params};

use super::super::sql::Columns;
use super::super::tx::{ReadTx, WriteTx};
use super::list;
use crate::error::Result;
use crate::model::feeds::feedback::{Action, Feedback};

/// What a user has said of an activity, of one kind.
pub fn get(tx: &ReadTx<'_>, user: &str, activity: i64, action: Action) -> Result<Option<Feedback>> {
    let mut query = tx.conn().prepare_cached(
        "SELECT user_id, activity, value, created_at, updated_at FROM activity_feedback
         WHERE app = ?1 AND user_id = ?2 AND activity = ?3 AND action = ?4",
    )?;
    let found = query.query_row(params![tx.app, user, activity, action.name()], |row| {
        let mut columns = Columns::of(row);
        Ok(Feedback {
            user_id: columns.take()?,
            activity: columns.take()?,
            action,
            value: columns.take()?,
            created_at: columns.take()?,
            updated_at: columns.take()?,
        })
    });
    Ok(found.optional()?)
}

/// Writes what a user says.
pub fn save(tx: &WriteTx<'_>, feedback: &Feedback) -> Result<()> {
    let Feedback { user_id, activity, action, value, created_at, updated_at } = feedback;
    tx.conn()
        .prepare_cached(
            "INSERT OR REPLACE INTO activity_feedback (app, user_id, activity, action, value, created_at, updated_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![tx.app, user_id, activity, action.name(), value, created_at, updated_at])?;
    Ok(())
}

/// Which of these activities a user has hidden.
pub fn hidden(tx: &ReadTx<'_>, user: &str, activities: &[i64]) -> Result<HashSet<i64>> {
    let mut query = tx.conn().prepare_cached(
        "SELECT activity FROM activity_feedback
         WHERE app = ?1 AND user_id = ?2 AND activity IN (SELECT value FROM json_each(?3)) AND action = 'hide' AND value",
    )?;
    let rows = query.query_map(params![tx.app, user, list(activities)], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
