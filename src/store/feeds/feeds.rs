//! The `feeds` table, and `feed_tags` beside it.

use std::collections::HashMap;

use rusqlite::{OptionalExtension, Row, named_params, params};

use super::super::sql::{Columns, Json, feed_id, location};
use super::super::tx::{ReadTx, WriteTx};
use super::list;
use crate::error::Result;
use crate::ids::FeedId;
use crate::model::feeds::feed::{Counts, Feed};

/// The columns of a feed, for [`feed_of`].
pub(super) const COLUMNS: &str =
    "f.no, f.group_id, f.id, f.created_by, f.name, f.description, f.visibility, f.custom, f.filter_tags, f.lat, f.lng,
        f.activity_count, f.follower_count, f.following_count, f.member_count, f.pin_count, f.created_at, f.updated_at,
        f.deleted_at";

/// Reads [`COLUMNS`], in their order.
pub(super) fn feed_of(row: &Row<'_>) -> rusqlite::Result<Feed> {
    let mut columns = Columns::of(row);
    Ok(Feed {
        no: columns.take()?,
        fid: feed_id(&columns.take::<String>()?, &columns.take::<String>()?)?,
        created_by: columns.take()?,
        name: columns.take()?,
        description: columns.take()?,
        visibility: columns.take()?,
        custom: columns.json()?,
        filter_tags: columns.json()?,
        location: location(columns.take()?, columns.take()?),
        counts: Counts {
            activities: columns.take()?,
            followers: columns.take()?,
            following: columns.take()?,
            members: columns.take()?,
            pins: columns.take()?,
        },
        created_at: columns.take()?,
        updated_at: columns.take()?,
        deleted_at: columns.take()?,
    })
}

/// The feed at an address, deleted ones included.
pub fn get(tx: &ReadTx<'_>, fid: &FeedId) -> Result<Option<Feed>> {
    let text = format!("SELECT {COLUMNS} FROM feeds f WHERE f.app = ?1 AND f.group_id = ?2 AND f.id = ?3");
    let mut query = tx.conn().prepare_cached(&text)?;
    Ok(query.query_row(params![tx.app, fid.group(), fid.id()], feed_of).optional()?)
}

/// The feeds of these numbers that are there and not deleted, by number.
pub fn by_number(tx: &ReadTx<'_>, numbers: &[i64]) -> Result<HashMap<i64, Feed>> {
    let text = format!(
        "SELECT {COLUMNS} FROM feeds f
         WHERE f.app = ?1 AND f.no IN (SELECT value FROM json_each(?2)) AND f.deleted_at IS NULL"
    );
    let mut query = tx.conn().prepare_cached(&text)?;
    let rows = query.query_map(params![tx.app, list(numbers)], feed_of)?;
    Ok(rows.map(|feed| feed.map(|feed| (feed.no, feed))).collect::<rusqlite::Result<_>>()?)
}

/// The feeds at these addresses that are there and not deleted.
pub fn by_address<'a>(tx: &ReadTx<'_>, fids: impl IntoIterator<Item = &'a FeedId>) -> Result<Vec<Feed>> {
    let pairs: Vec<[&str; 2]> = fids.into_iter().map(|fid| [fid.group(), fid.id()]).collect();
    let text = format!(
        "SELECT {COLUMNS} FROM json_each(?2) p CROSS JOIN feeds f
         WHERE f.app = ?1 AND f.group_id = p.value ->> 0 AND f.id = p.value ->> 1 AND f.deleted_at IS NULL"
    );
    let mut query = tx.conn().prepare_cached(&text)?;
    let rows = query.query_map(params![tx.app, list(&pairs)], feed_of)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The feeds of a group, deleted ones included.
pub fn of_group(tx: &ReadTx<'_>, group: &str) -> Result<Vec<Feed>> {
    let text = format!("SELECT {COLUMNS} FROM feeds f WHERE f.app = ?1 AND f.group_id = ?2 ORDER BY f.no");
    let mut query = tx.conn().prepare_cached(&text)?;
    let rows = query.query_map(params![tx.app, group], feed_of)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Writes a feed: all columns, and the tags beside it.
pub fn save(tx: &WriteTx<'_>, feed: &Feed) -> Result<()> {
    tx.conn()
        .prepare_cached(
            "INSERT INTO feeds (app, no, group_id, id, created_by, name, description, visibility, custom, filter_tags, lat, lng,
                activity_count, follower_count, following_count, member_count, pin_count, created_at, updated_at, deleted_at)
             VALUES (:app, :no, :group, :id, :by, :name, :description, :visibility, :custom, :tags, :lat, :lng,
                :activities, :followers, :following, :members, :pins, :created_at, :updated_at, :deleted_at)
             ON CONFLICT (app, no) DO UPDATE SET created_by = excluded.created_by, name = excluded.name,
                description = excluded.description, visibility = excluded.visibility, custom = excluded.custom,
                filter_tags = excluded.filter_tags, lat = excluded.lat, lng = excluded.lng,
                activity_count = excluded.activity_count, follower_count = excluded.follower_count,
                following_count = excluded.following_count, member_count = excluded.member_count,
                pin_count = excluded.pin_count, created_at = excluded.created_at, updated_at = excluded.updated_at,
                deleted_at = excluded.deleted_at",
        )?
        .execute(named_params! {
            ":app": tx.app, ":no": feed.no, ":group": feed.fid.group(), ":id": feed.fid.id(), ":by": feed.created_by,
            ":name": feed.name, ":description": feed.description, ":visibility": feed.visibility,
            ":custom": Json(&feed.custom), ":tags": Json(&feed.filter_tags),
            ":lat": feed.location.map(|place| place.lat), ":lng": feed.location.map(|place| place.lng),
            ":activities": feed.counts.activities, ":followers": feed.counts.followers,
            ":following": feed.counts.following, ":members": feed.counts.members, ":pins": feed.counts.pins,
            ":created_at": feed.created_at, ":updated_at": feed.updated_at, ":deleted_at": feed.deleted_at,
        })?;
    save_tags(tx, feed)
}

fn save_tags(tx: &WriteTx<'_>, feed: &Feed) -> Result<()> {
    let conn = tx.conn();
    conn.prepare_cached("DELETE FROM feed_tags WHERE app = ?1 AND feed = ?2")?.execute(params![tx.app, feed.no])?;
    let mut insert = conn.prepare_cached("INSERT OR IGNORE INTO feed_tags (app, tag, feed) VALUES (?1, ?2, ?3)")?;
    for tag in &feed.filter_tags {
        insert.execute(params![tx.app, tag, feed.no])?;
    }
    Ok(())
}

/// Writes what a feed counts, and nothing else of it.
pub fn save_counts(tx: &WriteTx<'_>, feed: &Feed) -> Result<()> {
    let Counts { activities, followers, following, members, pins } = feed.counts;
    tx.conn()
        .prepare_cached(
            "UPDATE feeds SET activity_count = ?3, follower_count = ?4, following_count = ?5, member_count = ?6, pin_count = ?7
             WHERE app = ?1 AND no = ?2",
        )?
        .execute(params![tx.app, feed.no, activities, followers, following, members, pins])?;
    Ok(())
}

/// The tables whose rows hang on a feed by the column `feed`.
const HANGING: &[&str] = &[
    "feed_tags",
    "feed_activities",
    "feed_members",
    "pins",
    "feed_aggregates",
    "feed_reads",
    "feed_marks",
    "notifications",
];

/// Removes what hangs on a feed: its tags, members and pins, and what is listed in it.
pub fn empty(tx: &WriteTx<'_>, feed: i64) -> Result<()> {
    for table in HANGING {
        let sql = format!("DELETE FROM {table} WHERE app = ?1 AND feed = ?2");
        tx.conn().prepare_cached(&sql)?.execute(params![tx.app, feed])?;
    }
    Ok(())
}

/// Removes a feed that is empty.
pub fn remove(tx: &WriteTx<'_>, feed: i64) -> Result<()> {
    tx.conn().prepare_cached("DELETE FROM feeds WHERE app = ?1 AND no = ?2")?.execute(params![tx.app, feed])?;
    Ok(())
}

/// How many comments there are upon a feed's activities, replies included.
pub fn comments(tx: &ReadTx<'_>, feed: i64) -> Result<i64> {
    let mut query = tx.conn().prepare_cached(
        "SELECT coalesce(sum(a.comment_count), 0) FROM feed_activities l
            JOIN activities a ON a.app = l.app AND a.no = l.activity
         WHERE l.app = ?1 AND l.feed = ?2 AND l.origin IS NULL",
    )?;
    Ok(query.query_row(params![tx.app, feed], |row| row.get(0))?)
}
