//! What was made in feeds, by day, from the rows that are there.

use std::collections::BTreeMap;

use rusqlite::params;

use super::super::tx::ReadTx;
use crate::clock::Time;
use crate::error::Result;
use crate::usage::{begin_of, day_of};

/// Activities that were made on these days, deleted ones included as long as they are kept.
pub fn activities(tx: &ReadTx<'_>, first: i64, last: i64) -> Result<BTreeMap<i64, i64>> {
    by_day(tx, "SELECT created_at FROM activities WHERE app = ?1 AND created_at >= ?2 AND created_at < ?3", first, last)
}

/// Follows that were made on these days, whatever became of them.
pub fn follows(tx: &ReadTx<'_>, first: i64, last: i64) -> Result<BTreeMap<i64, i64>> {
    by_day(tx, "SELECT created_at FROM follows WHERE app = ?1 AND created_at >= ?2 AND created_at < ?3", first, last)
}

fn by_day(tx: &ReadTx<'_>, text: &str, first: i64, last: i64) -> Result<BTreeMap<i64, i64>> {
    let mut query = tx.conn().prepare_cached(text)?;
    let rows = query.query_map(params![tx.app, begin_of(first), begin_of(last + 1)], |row| row.get::<_, Time>(0))?;
    let mut days = BTreeMap::new();
    for row in rows {
        *days.entry(day_of(row?)).or_default() += 1;
    }
    Ok(days)
}
