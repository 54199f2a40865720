//! The tables `feed_reads`, `feed_marks` and `watched_activities`: what somebody has read, seen and watched (feeds-core 7).

use std::collections::{HashMap, HashSet};

use rusqlite::{OptionalExtension, params};

use super::super::tx::{ReadTx, WriteTx};
use super::{list, next_number};
use crate::clock::Time;
use crate::error::Result;
use crate::ids::UserId;

/// In which way something is marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// As read.
    Read,
    /// As seen.
    Seen,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Seen => "seen",
        }
    }

    /// The columns of when all of it was, and of whether any ever was.
    fn columns(self) -> (&'static str, &'static str) {
        match self {
            Self::Read => ("last_read_at", "has_read"),
            Self::Seen => ("last_seen_at", "has_seen"),
        }
    }
}

/// What of a feed is marked one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Items {
    /// Its groups.
    Groups,
    /// Its activities.
    Activities,
}

/// How far somebody has come in one way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Whether anything was marked so, ever.
    pub began: bool,
    /// When all was.
    pub all_at: Option<Time>,
}

/// How far somebody has come with a feed.
pub fn progress(tx: &ReadTx<'_>, feed: i64, user: &UserId, kind: Kind) -> Result<Progress> {
    let (at, has) = kind.columns();
    let text = format!("SELECT {at} FROM feed_reads WHERE app = ?1 AND feed = ?2 AND user_id = ?3 AND {has}");
    let mut query = tx.conn().prepare_cached(&text)?;
    let found = query.query_row(params![tx.app, feed, user], |row| Ok(Progress { began: true, all_at: row.get(0)? }));
    Ok(found.optional()?.unwrap_or_default())
}

/// The users who have marked anything in a feed.
pub fn users(tx: &ReadTx<'_>, feed: i64) -> Result<HashSet<UserId>> {
    let mut query = tx.conn().prepare_cached("SELECT user_id FROM feed_reads WHERE app = ?1 AND feed = ?2")?;
    let rows = query.query_map(params![tx.app, feed], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The newest marks of somebody in a feed.
pub fn newest(tx: &ReadTx<'_>, feed: i64, user: &UserId, kind: Kind, most: u32) -> Result<Vec<String>> {
    let mut query = tx.conn().prepare_cached(
        "SELECT item FROM feed_marks WHERE app = ?1 AND feed = ?2 AND user_id = ?3 AND kind = ?4
         ORDER BY no DESC, item LIMIT ?5",
    )?;
    let rows = query.query_map(params![tx.app, feed, user, kind.name(), most], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Of these items those that somebody has marked one by one, and each mark's place among all that is numbered.
pub fn among(tx: &ReadTx<'_>, feed: i64, user: &UserId, kind: Kind, items: &[&str]) -> Result<HashMap<String, i64>> {
    let mut query = tx.conn().prepare_cached(
        "SELECT m.item, m.no FROM json_each(?5) n CROSS JOIN feed_marks m
         WHERE m.app = ?1 AND m.feed = ?2 AND m.user_id = ?3 AND m.kind = ?4 AND m.item = n.value",
    )?;
    let params = params![tx.app, feed, user, kind.name(), list(items)];
    let rows = query.query_map(params, |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// What holds of an activity `a` that the reader has not hidden.
macro_rules! unhidden {
    () => {
        "NOT EXISTS (SELECT 1 FROM activity_feedback h
            WHERE h.app = ?1 AND h.user_id = ?3 AND h.activity = a.no AND h.action = 'hide' AND h.value)"
    };
}

/// Groups `g` of a feed that changed at `?5` or later, as far as what they have is shown: at `?6`, to whom `?3` names, who sees
/// what is private if `?7` says so. Where neither a group nor the reader hides anything, none of its activities is looked at.
const GROUPS: &str = concat!(
    "g.app = ?1 AND g.feed = ?2 AND g.updated_at >= ?5 AND (
        NOT g.may_hide
            AND NOT EXISTS (SELECT 1 FROM activity_feedback f WHERE f.app = ?1 AND f.user_id = ?3 AND f.action = 'hide' AND f.value)
        OR EXISTS (
            SELECT 1 FROM feed_activities l CROSS JOIN activities a
            WHERE l.app = ?1 AND l.feed = ?2 AND l.group_key = g.group_key AND l.created_at >= ?5
                AND a.app = ?1 AND a.no = l.activity AND (a.expires_at IS NULL OR a.expires_at > ?6)
                AND (a.visibility <> 'private' OR ?7 OR a.user_id = ?3) AND ",
    unhidden!(),
    "))"
);
/// The same of activities `a` that are listed in a feed as `l`.
const ACTIVITIES: &str = concat!(
    "l.app = ?1 AND l.feed = ?2 AND l.origin IS NULL AND a.app = ?1 AND a.no = l.activity
        AND a.updated_at >= ?5 AND (a.expires_at IS NULL OR a.expires_at > ?6)
        AND (a.visibility <> 'private' OR ?7 OR a.user_id = ?3) AND ",
    unhidden!()
);
/// Marks `m` of somebody.
const MARKS: &str = "m.app = ?1 AND m.feed = ?2 AND m.user_id = ?3 AND m.kind = ?4";

/// What is counted of a feed.
#[derive(Clone, Copy, Debug)]
pub struct Counted<'a> {
    /// The feed's number.
    pub feed: i64,
    /// Who reads.
    pub user: Option<&'a UserId>,
    /// Whether what is private is shown to him, whoever made it.
    pub sees_private: bool,
    /// What is marked one by one.
    pub items: Items,
    /// From when on.
    pub since: i64,
}

/// How many items of a feed are as new as a moment, or newer, shown to a reader, and not marked. Marked items are counted apart:
/// there are few, while there may be thousands of items.
pub fn count(tx: &ReadTx<'_>, kind: Kind, counted: Counted<'_>) -> Result<i64> {
    let Counted { feed, user, sees_private, items, since } = counted;
    let text = match items {
        Items::Groups => format!(
            "SELECT (SELECT count(*) FROM feed_aggregates g WHERE {GROUPS})
                - (SELECT count(*) FROM feed_marks m CROSS JOIN feed_aggregates g
                    WHERE {MARKS} AND g.group_key = m.item AND {GROUPS})"
        ),
        Items::Activities => format!(
            "SELECT (SELECT count(*) FROM feed_activities l CROSS JOIN activities a WHERE {ACTIVITIES})
                - (SELECT count(*) FROM feed_marks m CROSS JOIN activities a CROSS JOIN feed_activities l
                    WHERE {MARKS} AND a.app = ?1 AND a.id = m.item AND {ACTIVITIES})"
        ),
    };
    let mut query = tx.conn().prepare_cached(&text)?;
    Ok(query.query_row(params![tx.app, feed, user, kind.name(), since, tx.now, sees_private], |row| row.get(0))?)
}

fn begin(tx: &WriteTx<'_>, feed: i64, user: &UserId, kind: Kind, at: Option<Time>) -> Result<()> {
    let (at_column, has) = kind.columns();
    let text = format!(
        "INSERT INTO feed_reads (app, feed, user_id, {at_column}, {has}) VALUES (?1, ?2, ?3, ?4, TRUE)
         ON CONFLICT (app, feed, user_id) DO UPDATE SET {has} = TRUE,
            {at_column} = coalesce(excluded.{at_column}, {at_column})"
    );
    tx.conn().prepare_cached(&text)?.execute(params![tx.app, feed, user, at])?;
    Ok(())
}

/// Remembers that somebody marked all that a feed shows.
pub fn mark_all(tx: &WriteTx<'_>, feed: i64, user: &UserId, kind: Kind) -> Result<()> {
    begin(tx, feed, user, kind, Some(tx.now))
}

/// Marks what is in a feed one by one, as far as it is as new as a moment, or newer.
pub fn mark_since(tx: &WriteTx<'_>, feed: i64, user: &UserId, kind: Kind, items: Items, since: i64) -> Result<()> {
    let text = match items {
        Items::Groups => {
            "INSERT OR REPLACE INTO feed_marks (app, feed, user_id, kind, item, no)
             SELECT app, feed, ?3, ?4, group_key, ?6 FROM feed_aggregates
             WHERE app = ?1 AND feed = ?2 AND updated_at >= ?5"
        }
        Items::Activities => {
            "INSERT OR REPLACE INTO feed_marks (app, feed, user_id, kind, item, no)
             SELECT l.app, l.feed, ?3, ?4, a.id, ?6 FROM feed_activities l CROSS JOIN activities a
             WHERE l.app = ?1 AND l.feed = ?2 AND l.origin IS NULL AND a.app = ?1 AND a.no = l.activity
                AND a.updated_at >= ?5"
        }
    };
    let no = next_number(tx)?;
    tx.conn().prepare_cached(text)?.execute(params![tx.app, feed, user, kind.name(), since, no])?;
    Ok(())
}

/// Marks items one by one, the first as the last that was marked.
pub fn mark(tx: &WriteTx<'_>, feed: i64, user: &UserId, kind: Kind, items: &[String]) -> Result<()> {
    begin(tx, feed, user, kind, None)?;
    let mut insert = tx.conn().prepare_cached(
        "INSERT OR REPLACE INTO feed_marks (app, feed, user_id, kind, item, no) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    for item in items.iter().rev() {
        insert.execute(params![tx.app, feed, user, kind.name(), item, next_number(tx)?])?;
    }
    Ok(())
}

/// Forgets who has marked something: it is another by now, or gone.
pub fn forget(tx: &WriteTx<'_>, feed: i64, item: &str) -> Result<()> {
    tx.conn()
        .prepare_cached("DELETE FROM feed_marks WHERE app = ?1 AND feed = ?2 AND item = ?3")?
        .execute(params![tx.app, feed, item])?;
    Ok(())
}

/// Of these texts those that are ids of activities in a feed, in their order.
pub fn named(tx: &ReadTx<'_>, feed: i64, ids: &[String]) -> Result<Vec<String>> {
    let mut query = tx.conn().prepare_cached(
        "SELECT a.id FROM json_each(?3) n CROSS JOIN activities a CROSS JOIN feed_activities l
         WHERE a.app = ?1 AND a.id = n.value AND l.app = ?1 AND l.activity = a.no AND l.feed = ?2 ORDER BY n.key",
    )?;
    let rows = query.query_map(params![tx.app, feed, list(ids)], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Remembers that somebody has watched activities.
pub fn watch(tx: &WriteTx<'_>, user: &UserId, activities: &[i64]) -> Result<()> {
    tx.conn()
        .prepare_cached(
            "INSERT OR IGNORE INTO watched_activities (app, user_id, activity) SELECT ?1, ?2, value FROM json_each(?3)",
        )?
        .execute(params![tx.app, user, list(activities)])?;
    Ok(())
}

/// Of these activities those that somebody has watched.
pub fn watched(tx: &ReadTx<'_>, user: &UserId, activities: &[i64]) -> Result<HashSet<i64>> {
    let mut query = tx.conn().prepare_cached(
        "SELECT w.activity FROM json_each(?3) n CROSS JOIN watched_activities w
         WHERE w.app = ?1 AND w.user_id = ?2 AND w.activity = n.value",
    )?;
    let rows = query.query_map(params![tx.app, user, list(activities)], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
