//! The `feed_aggregates` table: the groups of feeds that aggregate what is in them, and their members.

use std::collections::HashMap;

use rusqlite::params;

use super::super::tx::{ReadTx, WriteTx};
use super::list;
use super::timeline::{Place, Reader};
use crate::clock::Time;
use crate::error::Result;

/// A group of a feed: its key, and the place of its last activity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aggregate {
    /// Its key.
    pub key: String,
    /// Where its last activity is in the feed.
    pub last: Place,
}

/// A member of a group.
#[derive(Clone, Debug)]
pub struct Member {
    /// Its group's key.
    pub key: String,
    /// Where it is in the feed.
    pub place: Place,
    /// Its author.
    pub author: String,
    /// Whether the reader is shown it.
    pub is_shown: bool,
}

/// Has a group know its last activity, after one came or went. Answers whether there is still one.
pub fn renew(tx: &WriteTx<'_>, feed: i64, key: &str, may_hide: bool) -> Result<bool> {
    let written = tx
        .conn()
        .prepare_cached(
            "INSERT INTO feed_aggregates (app, feed, group_key, updated_at, activity, may_hide)
             SELECT app, feed, group_key, created_at, activity, ?4 FROM feed_activities
             WHERE app = ?1 AND feed = ?2 AND group_key = ?3 ORDER BY created_at DESC, activity DESC LIMIT 1
             ON CONFLICT (app, feed, group_key) DO UPDATE SET updated_at = excluded.updated_at,
                activity = excluded.activity, may_hide = max(may_hide, excluded.may_hide)",
        )?
        .execute(params![tx.app, feed, key, may_hide])?;
    if written == 0 {
        tx.conn()
            .prepare_cached("DELETE FROM feed_aggregates WHERE app = ?1 AND feed = ?2 AND group_key = ?3")?
            .execute(params![tx.app, feed, key])?;
    }
    Ok(written > 0)
}

/// The groups of a feed behind a place, the last changed first, or turned around.
pub fn page(
    tx: &ReadTx<'_>,
    feed: i64,
    behind: Option<Place>,
    newest_first: bool,
    most: u32,
) -> Result<Vec<Aggregate>> {
    let (beyond, direction, start) = if newest_first { ("<", "DESC", i64::MAX) } else { (">", "ASC", i64::MIN) };
    let text = format!(
        "SELECT group_key, updated_at, activity FROM feed_aggregates
         WHERE app = ?1 AND feed = ?2 AND (updated_at, activity) {beyond} (?3, ?4)
         ORDER BY updated_at {direction}, activity {direction} LIMIT ?5"
    );
    let Place { created_at, activity } = behind.unwrap_or(Place { created_at: start, activity: start });
    let mut query = tx.conn().prepare_cached(&text)?;
    let rows = query.query_map(params![tx.app, feed, created_at, activity, most], |row| {
        Ok(Aggregate { key: row.get(0)?, last: Place { created_at: row.get(1)?, activity: row.get(2)? } })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// What is shown of an activity `a` to a reader, who is bound as `?3` with whether he sees what is private as `?4`, at `?5`.
const IS_SHOWN: &str =
    "(a.expires_at IS NULL OR a.expires_at > ?5) AND (a.visibility <> 'private' OR ?4 OR a.user_id = ?3)
        AND NOT EXISTS (
            SELECT 1 FROM activity_feedback h
            WHERE h.app = ?1 AND h.user_id = ?3 AND h.activity = a.no AND h.action = 'hide' AND h.value)";

/// The newest members of these groups, of each so many at the most; group by group, the newest first.
pub fn members(tx: &ReadTx<'_>, feed: i64, keys: &[&str], reader: Reader<'_>, most: u32) -> Result<Vec<Member>> {
    let text = format!(
        "SELECT k.value, a.no, a.created_at, a.user_id, {IS_SHOWN} FROM json_each(?6) k CROSS JOIN activities a
         WHERE a.app = ?1 AND a.no IN (
            SELECT l.activity FROM feed_activities l WHERE l.app = ?1 AND l.feed = ?2 AND l.group_key = k.value
            ORDER BY l.created_at DESC, l.activity DESC LIMIT ?7)
         ORDER BY k.key, a.created_at DESC, a.no DESC"
    );
    let mut query = tx.conn().prepare_cached(&text)?;
    let params = params![tx.app, feed, reader.user, reader.sees_private, tx.now, list(keys), most];
    let rows = query.query_map(params, |row| {
        Ok(Member {
            key: row.get(0)?,
            place: Place { activity: row.get(1)?, created_at: row.get(2)? },
            author: row.get(3)?,
            is_shown: row.get(4)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// How many members of a group a reader is shown, and when the first of them was made.
pub fn count(tx: &ReadTx<'_>, feed: i64, key: &str, reader: Reader<'_>) -> Result<(i64, Time)> {
    let text = format!(
        "SELECT count(*), coalesce(min(l.created_at), 0) FROM feed_activities l CROSS JOIN activities a
         WHERE l.app = ?1 AND l.feed = ?2 AND l.group_key = ?6 AND a.app = l.app AND a.no = l.activity AND {IS_SHOWN}"
    );
    let mut query = tx.conn().prepare_cached(&text)?;
    let params = params![tx.app, feed, reader.user, reader.sees_private, tx.now, key];
    Ok(query.query_row(params, |row| Ok((row.get(0)?, row.get(1)?)))?)
}

/// The keys that activities have in a feed, by their numbers.
pub fn keys(tx: &ReadTx<'_>, feed: i64, activities: &[i64]) -> Result<HashMap<i64, String>> {
    let mut query = tx.conn().prepare_cached(
        "SELECT l.activity, l.group_key FROM json_each(?3) n CROSS JOIN feed_activities l
         WHERE l.app = ?1 AND l.activity = n.value AND l.feed = ?2 AND l.group_key IS NOT NULL",
    )?;
    let rows = query.query_map(params![tx.app, feed, list(activities)], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Of these texts those that are keys of a feed's groups, and the keys of the activities of which they are the ids, in their
/// order.
pub fn named(tx: &ReadTx<'_>, feed: i64, names: &[String]) -> Result<Vec<String>> {
    let mut query = tx.conn().prepare_cached(
        "SELECT coalesce(
            (SELECT g.group_key FROM feed_aggregates g WHERE g.app = ?1 AND g.feed = ?2 AND g.group_key = n.value),
            (SELECT l.group_key FROM activities a CROSS JOIN feed_activities l
             WHERE a.app = ?1 AND a.id = n.value AND l.app = ?1 AND l.activity = a.no AND l.feed = ?2))
         FROM json_each(?3) n",
    )?;
    let rows = query.query_map(params![tx.app, feed, list(names)], |row| row.get::<_, Option<String>>(0))?;
    Ok(rows.collect::<rusqlite::Result<Vec<_>>>()?.into_iter().flatten().collect())
}

/// The numbers of a feed's own activities that have no key: they came before its group aggregated.
pub fn without_key(tx: &ReadTx<'_>, feed: i64) -> Result<Vec<i64>> {
    let mut query = tx.conn().prepare_cached(
        "SELECT activity FROM feed_activities WHERE app = ?1 AND feed = ?2 AND origin IS NULL AND group_key IS NULL
         ORDER BY created_at, activity",
    )?;
    let rows = query.query_map(params![tx.app, feed], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
