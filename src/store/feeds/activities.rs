//! The `activities` table, with the rows of feeds, tags and words beside it.

use std::collections::HashMap;

use rusqlite::{OptionalExtension, Row, named_params, params};

use super::super::sql::{Columns, Json, location};
use super::super::tx::{ReadTx, WriteTx};
use super::{comments, list, words};
use crate::error::Result;
use crate::ids::FeedId;
use crate::model::feeds::activity::{Activity, ActivityCounts};
use crate::model::feeds::feed::Feed;

/// The columns of an activity, for [`activity_of`].
pub(super) const COLUMNS: &str =
    "a.no, a.id, a.user_id, a.type, a.feeds, a.text, a.visibility, a.visibility_tag, a.restrict_replies, a.custom,
        a.i18n, a.search_data, a.attachments, a.mentioned, a.filter_tags, a.interest_tags, a.notification_context, a.collections, a.parent, a.poll_id, a.lat,
        a.lng, a.comment_count, a.reaction_count, a.bookmark_count, a.share_count, a.popularity, a.created_at, a.updated_at,
        a.edited_at, a.expires_at, a.deleted_at, a.moderation";

/// Reads [`COLUMNS`], in their order.
pub(super) fn activity_of(columns: &mut Columns<'_>) -> rusqlite::Result<Activity> {
    Ok(Activity {
        no: columns.take()?,
        id: columns.take()?,
        user_id: columns.take()?,
        kind: columns.take()?,
        feeds: columns.json::<Vec<String>>()?.iter().filter_map(|fid| FeedId::parse(fid)).collect(),
        text: columns.take()?,
        visibility: columns.take()?,
        visibility_tag: columns.take()?,
        restrict_replies: columns.take()?,
        custom: columns.json()?,
        i18n: columns.json()?,
        search_data: columns.json()?,
        attachments: columns.json()?,
        mentioned: columns.json()?,
        filter_tags: columns.json()?,
        interest_tags: columns.json()?,
        notification_context: columns.json()?,
        collections: columns.json()?,
        parent: columns.take()?,
        poll_id: columns.take()?,
        location: location(columns.take()?, columns.take()?),
        counts: ActivityCounts {
            comments: columns.take()?,
            reactions: columns.take()?,
            bookmarks: columns.take()?,
            shares: columns.take()?,
            popularity: columns.take()?,
        },
        created_at: columns.take()?,
        updated_at: columns.take()?,
        edited_at: columns.take()?,
        expires_at: columns.take()?,
        deleted_at: columns.take()?,
        moderation: columns.json()?,
    })
}

pub(super) fn row_of(row: &Row<'_>) -> rusqlite::Result<Activity> {
    activity_of(&mut Columns::of(row))
}

/// The activity of that id, deleted ones included.
pub fn get(tx: &ReadTx<'_>, id: &str) -> Result<Option<Activity>> {
    let text = format!("SELECT {COLUMNS} FROM activities a WHERE a.app = ?1 AND a.id = ?2");
    let mut query = tx.conn().prepare_cached(&text)?;
    Ok(query.query_row(params![tx.app, id], row_of).optional()?)
}

/// The activities of these numbers, deleted ones included, by number.
pub fn by_number(tx: &ReadTx<'_>, numbers: &[i64]) -> Result<HashMap<i64, Activity>> {
    let text =
        format!("SELECT {COLUMNS} FROM activities a WHERE a.app = ?1 AND a.no IN (SELECT value FROM json_each(?2))");
    let mut query = tx.conn().prepare_cached(&text)?;
    let rows = query.query_map(params![tx.app, list(numbers)], row_of)?;
    Ok(rows.map(|activity| activity.map(|activity| (activity.no, activity))).collect::<rusqlite::Result<_>>()?)
}

/// The activities of these ids, deleted ones included.
pub fn by_id(tx: &ReadTx<'_>, ids: &[String]) -> Result<Vec<Activity>> {
    let text = format!(
        "SELECT {COLUMNS} FROM json_each(?2) i CROSS JOIN activities a WHERE a.app = ?1 AND a.id = i.value ORDER BY i.key"
    );
    let mut query = tx.conn().prepare_cached(&text)?;
    let rows = query.query_map(params![tx.app, list(ids)], row_of)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Writes an activity: all columns, and its tags and words. Where it is listed is [`list_in`].
pub fn save(tx: &WriteTx<'_>, activity: &Activity) -> Result<()> {
    tx.conn()
        .prepare_cached(
            "INSERT OR REPLACE INTO activities (app, no, id, user_id, type, feeds, text, visibility, visibility_tag,
                restrict_replies, custom, i18n, search_data, attachments, mentioned, filter_tags, interest_tags, notification_context,
                collections, parent, poll_id, lat, lng, comment_count, reaction_count, bookmark_count, share_count, popularity, created_at,
                updated_at, edited_at, expires_at, deleted_at, moderation)
             VALUES (:app, :no, :id, :user, :type, :feeds, :text, :visibility, :tag, :replies, :custom, :i18n, :search_data,
                :attachments, :mentioned, :filter_tags, :interest_tags, :context, :collections, :parent, :poll, :lat, :lng, :comments,
                :reactions, :bookmarks, :shares, :popularity, :created_at, :updated_at, :edited_at, :expires_at, :deleted_at, :moderation)",
        )?
        .execute(named_params! {
            ":app": tx.app, ":no": activity.no, ":id": activity.id, ":user": activity.user_id, ":type": activity.kind,
            ":feeds": Json(&activity.feeds), ":text": activity.text, ":visibility": activity.visibility,
            ":tag": activity.visibility_tag, ":replies": activity.restrict_replies, ":custom": Json(&activity.custom),
            ":i18n": Json(&activity.i18n),
            ":search_data": Json(&activity.search_data), ":attachments": Json(&activity.attachments),
            ":mentioned": Json(&activity.mentioned), ":filter_tags": Json(&activity.filter_tags),
            ":interest_tags": Json(&activity.interest_tags), ":context": Json(&activity.notification_context), ":collections": Json(&activity.collections),
            ":parent": activity.parent, ":poll": activity.poll_id,
            ":lat": activity.location.map(|place| place.lat), ":lng": activity.location.map(|place| place.lng),
            ":comments": activity.counts.comments, ":reactions": activity.counts.reactions,
            ":bookmarks": activity.counts.bookmarks, ":shares": activity.counts.shares,
            ":popularity": activity.counts.popularity, ":created_at": activity.created_at,
            ":updated_at": activity.updated_at, ":edited_at": activity.edited_at, ":expires_at": activity.expires_at,
            ":deleted_at": activity.deleted_at, ":moderation": Json(&activity.moderation),
        })?;
    save_tags(tx, activity)?;
    save_words(tx, activity)
}

fn save_tags(tx: &WriteTx<'_>, activity: &Activity) -> Result<()> {
    let conn = tx.conn();
    conn.prepare_cached("DELETE FROM activity_tags WHERE app = ?1 AND activity = ?2")?
        .execute(params![tx.app, activity.no])?;
    let mut insert =
        conn.prepare_cached("INSERT OR IGNORE INTO activity_tags (app, kind, tag, activity) VALUES (?1, ?2, ?3, ?4)")?;
    for (kind, tags) in [("filter", &activity.filter_tags), ("interest", &activity.interest_tags)] {
        for tag in tags {
            insert.execute(params![tx.app, kind, tag, activity.no])?;
        }
    }
    Ok(())
}

fn save_words(tx: &WriteTx<'_>, activity: &Activity) -> Result<()> {
    let conn = tx.conn();
    conn.prepare_cached("DELETE FROM activity_words WHERE app = ?1 AND activity = ?2")?
        .execute(params![tx.app, activity.no])?;
    let mut insert = conn.prepare_cached("INSERT INTO activity_words (app, word, activity) VALUES (?1, ?2, ?3)")?;
    for word in words(activity.text.as_deref().unwrap_or_default()) {
        insert.execute(params![tx.app, word, activity.no])?;
    }
    Ok(())
}

/// Lists an activity in a feed, under a key where the feed's group aggregates.
pub fn list_in(tx: &WriteTx<'_>, activity: &Activity, feed: i64, group_key: Option<&str>) -> Result<()> {
    tx.conn()
        .prepare_cached(
            "INSERT OR REPLACE INTO feed_activities (app, feed, created_at, activity, group_key) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![tx.app, feed, activity.created_at, activity.no, group_key])?;
    Ok(())
}

/// How an activity was listed in a feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listed {
    /// It was not.
    Not,
    /// Without a key.
    Plainly,
    /// Under the key of a group.
    Under(String),
}

/// Takes an activity out of a feed, where it was listed of its own. Answers how it was.
pub fn unlist_from(tx: &WriteTx<'_>, activity: &Activity, feed: i64) -> Result<Listed> {
    let mut delete = tx.conn().prepare_cached(
        "DELETE FROM feed_activities WHERE app = ?1 AND feed = ?2 AND created_at = ?3 AND activity = ?4
         RETURNING group_key",
    )?;
    let mut rows = delete.query(params![tx.app, feed, activity.created_at, activity.no])?;
    let listed = match rows.next()?.map(|row| row.get(0)).transpose()? {
        None => Listed::Not,
        Some(None) => Listed::Plainly,
        Some(Some(key)) => Listed::Under(key),
    };
    // The statement ends with its last row.
    while rows.next()?.is_some() {}
    Ok(listed)
}

/// Takes an activity out of all feeds, kept ones included.
pub fn unlist(tx: &WriteTx<'_>, activity: i64) -> Result<()> {
    tx.conn()
        .prepare_cached("DELETE FROM feed_activities WHERE app = ?1 AND activity = ?2")?
        .execute(params![tx.app, activity])?;
    Ok(())
}

/// Writes what an activity counts, and nothing else of it.
pub fn save_counts(tx: &WriteTx<'_>, activity: &Activity) -> Result<()> {
    let ActivityCounts { comments, reactions, bookmarks, shares, popularity } = activity.counts;
    tx.conn()
        .prepare_cached(
            "UPDATE activities SET comment_count = ?3, reaction_count = ?4, bookmark_count = ?5, share_count = ?6,
                popularity = ?7
             WHERE app = ?1 AND no = ?2",
        )?
        .execute(params![tx.app, activity.no, comments, reactions, bookmarks, shares, popularity])?;
    Ok(())
}

/// The tables whose rows hang on an activity by the column `activity`.
const HANGING: &[&str] = &[
    "feed_activities",
    "activity_tags",
    "activity_words",
    "pins",
    "watched_activities",
    "notifications",
    "activity_metrics",
    "metric_hours",
    "reactions",
    "reaction_groups",
    "bookmarks",
    "activity_feedback",
];

/// Removes an activity with all that hangs on it.
pub fn remove(tx: &WriteTx<'_>, activity: i64) -> Result<()> {
    comments::remove(tx, &comments::upon(tx, activity)?)?;
    tx.conn()
        .prepare_cached("DELETE FROM revisions WHERE app = ?1 AND kind = 'activity' AND object = ?2")?
        .execute(params![tx.app, activity])?;
    for table in HANGING {
        let sql = format!("DELETE FROM {table} WHERE app = ?1 AND activity = ?2");
        tx.conn().prepare_cached(&sql)?.execute(params![tx.app, activity])?;
    }
    tx.conn()
        .prepare_cached("DELETE FROM activities WHERE app = ?1 AND no = ?2")?
        .execute(params![tx.app, activity])?;
    Ok(())
}

/// The last number that was given to a feed or an activity.
pub fn last_number(tx: &ReadTx<'_>) -> Result<i64> {
    let mut query = tx.conn().prepare_cached("SELECT feeds_counter FROM states WHERE app = ?1")?;
    Ok(query.query_row([tx.app], |row| row.get(0))?)
}

/// The number of the so many-newest activity of a feed; `None` when it has fewer.
pub fn number_of_newest(tx: &ReadTx<'_>, feed: i64, place: i64) -> Result<Option<i64>> {
    let mut query = tx.conn().prepare_cached(
        "SELECT activity FROM feed_activities WHERE app = ?1 AND feed = ?2 AND origin IS NULL
         ORDER BY created_at DESC, activity DESC LIMIT 1 OFFSET ?3",
    )?;
    Ok(query.query_row(params![tx.app, feed, place - 1], |row| row.get(0)).optional()?)
}

/// Unpins an activity from a feed, which counts it out.
pub fn unpin(tx: &WriteTx<'_>, activity: &Activity, feed: &mut Feed) -> Result<()> {
    let gone = tx
        .conn()
        .prepare_cached("DELETE FROM pins WHERE app = ?1 AND feed = ?2 AND activity = ?3")?
        .execute(params![tx.app, feed.no, activity.no])?;
    feed.counts.pins -= i64::try_from(gone).unwrap_or_default();
    Ok(())
}

/// Has the activities of a feed leave it, which is deleted. Those that are in no other are deleted with it, for good where that
/// is asked for; what other feeds have kept of them goes too.
pub fn leave(tx: &WriteTx<'_>, feed: &Feed, for_good: bool) -> Result<()> {
    let text = format!(
        "SELECT {COLUMNS} FROM feed_activities l JOIN activities a ON a.app = l.app AND a.no = l.activity
         WHERE l.app = ?1 AND l.feed = ?2 AND l.origin IS NULL"
    );
    let found = {
        let mut query = tx.conn().prepare_cached(&text)?;
        let rows = query.query_map(params![tx.app, feed.no], row_of)?;
        rows.collect::<rusqlite::Result<Vec<_>>>()?
    };
    for mut activity in found {
        activity.feeds.retain(|fid| *fid != feed.fid);
        match (activity.feeds.is_empty(), for_good) {
            (true, true) => remove(tx, activity.no)?,
            (true, false) => {
                activity.feeds.push(feed.fid.clone());
                unlist(tx, activity.no)?;
                save(tx, &Activity { deleted_at: Some(tx.now), ..activity })?;
            }
            (false, _) => {
                drop(unlist_from(tx, &activity, feed.no)?);
                save(tx, &activity)?;
            }
        }
    }
    Ok(())
}
