//! The `activity_metrics` and `metric_hours` tables.

use std::collections::{BTreeMap, HashMap};

use rusqlite::{OptionalExtension, params};

use super::super::tx::{ReadTx, WriteTx};
use super::list;
use crate::error::Result;

/// What is measured of these activities, by their numbers.
pub fn of(tx: &ReadTx<'_>, activities: &[i64]) -> Result<HashMap<i64, BTreeMap<String, i64>>> {
    let mut query = tx.conn().prepare_cached(
        "SELECT m.activity, m.name, m.value FROM json_each(?2) a CROSS JOIN activity_metrics m
         WHERE m.app = ?1 AND m.activity = a.value",
    )?;
    let rows = query.query_map(params![tx.app, list(activities)], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let mut metrics: HashMap<i64, BTreeMap<String, i64>> = HashMap::new();
    for row in rows {
        let (activity, name, value) = row?;
        metrics.entry(activity).or_default().insert(name, value);
    }
    Ok(metrics)
}

/// Moves a metric of an activity, which is never less than 0.
pub fn add(tx: &WriteTx<'_>, activity: i64, name: &str, delta: i64) -> Result<()> {
    tx.conn()
        .prepare_cached(
            "INSERT INTO activity_metrics (app, activity, name, value) VALUES (?1, ?2, ?3, max(?4, 0))
             ON CONFLICT (app, activity, name) DO UPDATE SET value = max(value + ?4, 0)",
        )?
        .execute(params![tx.app, activity, name, delta])?;
    Ok(())
}

/// How much of a metric of an activity a user has moved in an hour.
pub fn moved(tx: &ReadTx<'_>, hour: i64, user: &str, activity: i64, name: &str) -> Result<i64> {
    let mut query = tx.conn().prepare_cached(
        "SELECT moved FROM metric_hours WHERE app = ?1 AND hour = ?2 AND user_id = ?3 AND activity = ?4 AND name = ?5",
    )?;
    let moved = query.query_row(params![tx.app, hour, user, activity, name], |row| row.get(0)).optional()?;
    Ok(moved.unwrap_or_default())
}

/// Writes down how much that is by now, and forgets all other hours.
pub fn set_moved(tx: &WriteTx<'_>, hour: i64, user: &str, activity: i64, name: &str, moved: i64) -> Result<()> {
    tx.conn()
        .prepare_cached("DELETE FROM metric_hours WHERE app = ?1 AND hour <> ?2")?
        .execute(params![tx.app, hour])?;
    tx.conn()
        .prepare_cached(
            "INSERT OR REPLACE INTO metric_hours (app, hour, user_id, activity, name, moved) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![tx.app, hour, user, activity, name, moved])?;
    Ok(())
}
