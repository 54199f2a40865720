//! What a feed shows, read from where it stands: its own activities, and those of the feeds that it follows. Nothing is copied
//! on a follow, so a history appears with it and goes with it.

use rusqlite::params_from_iter;
use rusqlite::types::Value as Parameter;

use super::super::tx::ReadTx;
use crate::error::Result;
use crate::query::{Query, Sql};

/// Which activities a feed shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sources {
    /// Those that are in it.
    pub own: bool,
    /// Those of the feeds that it follows, and what stayed of such as it follows no longer.
    pub followed: bool,
}

/// In which order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The newest first.
    NewestFirst,
    /// The oldest first.
    OldestFirst,
}

/// The place of an activity in a feed: by its moment, and by its number among those of one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// When the activity was made, in nanoseconds.
    pub created_at: i64,
    /// Its number.
    pub activity: i64,
}

/// An activity that a feed shows, and the feed through which it does; one that is in several of them comes once for each, in a
/// row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pick {
    /// Which, and where.
    pub place: Place,
    /// The number of the feed.
    pub through: i64,
}

/// Who reads, as far as activities are not for all.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    /// The user; `None` for nobody in particular.
    pub user: Option<&'a str>,
    /// Whether the feed's own activities that are private are shown whoever made them.
    pub sees_private: bool,
    /// Whose activities are left out.
    pub without: Option<&'a str>,
    /// Whether what the user has watched is left out.
    pub skips_watched: bool,
}

impl Reader<'_> {
    /// What holds of an activity `a` that the user, in this place, has not watched, where what he has is left out.
    pub(super) fn unwatched(&self, user: &str) -> String {
        if !self.skips_watched {
            return "TRUE".to_owned();
        }
        format!(
            "NOT EXISTS (SELECT 1 FROM watched_activities w WHERE w.app = ?1 AND w.user_id = {user} AND w.activity = a.no)"
        )
    }
}

/// What holds of an activity, by its number, that the user in this place has not hidden.
pub(super) fn unhidden(user: &str, activity: &str) -> String {
    format!(
        "NOT EXISTS (
            SELECT 1 FROM activity_feedback h
            WHERE h.app = ?1 AND h.user_id = {user} AND h.activity = {activity} AND h.action = 'hide' AND h.value)"
    )
}

/// What is read of a feed.
#[derive(Clone, Copy, Debug)]
pub struct Stretch<'a> {
    /// The feed's number.
    pub feed: i64,
    /// What it shows.
    pub sources: Sources,
    /// In which order.
    pub order: Order,
    /// Behind which place; from the start without one.
    pub behind: Option<Place>,
    /// By whom.
    pub reader: Reader<'a>,
    /// How many rows at the most.
    pub most: u32,
}

/// A stretch of what a feed shows, of the activities for which a filter holds.
pub fn pick(tx: &ReadTx<'_>, stretch: Stretch<'_>, filter: Option<&Query>) -> Result<Vec<Pick>> {
    let Stretch { feed, sources, order, behind, reader, most } = stretch;
    let mut sql = filter.map_or_else(Sql::all, |filter| filter.to_sql(tx.now));
    let feed = sql.bind(feed);
    let mut from = Vec::new();
    if sources.own {
        let sees_private = reader.sees_private;
        from.push(format!("SELECT {feed} AS feed, 0 AS shown_from, FALSE AS is_kept, {sees_private} AS sees_private"));
    }
    if sources.followed {
        from.push(format!(
            "SELECT target AS feed, shown_from, FALSE AS is_kept, FALSE AS sees_private FROM follows
             WHERE app = ?1 AND source = {feed} AND status = 'accepted'"
        ));
        from.push(format!("SELECT {feed} AS feed, 0 AS shown_from, TRUE AS is_kept, FALSE AS sees_private"));
    }
    if from.is_empty() {
        return Ok(Vec::new());
    }
    let (beyond, direction) = match order {
        Order::NewestFirst => ("<", "DESC"),
        Order::OldestFirst => (">", "ASC"),
    };
    let from = from.join(" UNION ALL ");
    let behind = behind.map_or_else(
        || "TRUE".to_owned(),
        |Place { created_at, activity }| {
            let (at, activity) = (sql.bind(created_at), sql.bind(activity));
            format!("(l.created_at, l.activity) {beyond} ({at}, {activity})")
        },
    );
    let now = sql.bind(tx.now);
    let user = sql.bind(reader.user.map(str::to_owned));
    let without = sql.bind(reader.without.map(str::to_owned));
    let unwatched = reader.unwatched(&user);
    let unhidden = unhidden(&user, "l.activity");
    let most = sql.bind(most);
    // Materialized, and the activity looked at in a condition: SQLite then leaves each feed's rows as soon as they are too old
    // to be on the page, however many feeds are followed.
    let text = format!(
        "WITH sources AS MATERIALIZED ({from})
         SELECT l.created_at, l.activity, coalesce(l.origin, l.feed) FROM sources s CROSS JOIN feed_activities l
         WHERE l.app = ?1 AND l.feed = s.feed AND {behind} AND l.activity >= s.shown_from
            AND (l.origin IS NOT NULL) = s.is_kept
            AND EXISTS (
                SELECT 1 FROM activities a
                WHERE a.app = ?1 AND a.no = l.activity AND (a.expires_at IS NULL OR a.expires_at > {now})
                    AND (a.visibility <> 'private' OR s.sees_private OR a.user_id = {user})
                    AND a.user_id IS NOT {without} AND {unwatched} AND ({})
            )
            AND {unhidden}
         ORDER BY l.created_at {direction}, l.activity {direction} LIMIT {most}",
        sql.condition
    );
    let mut query = tx.conn().prepare_cached(&text)?;
    let params = std::iter::once(Parameter::from(tx.app)).chain(sql.params);
    let rows = query.query_map(params_from_iter(params), |row| {
        Ok(Pick { place: Place { created_at: row.get(0)?, activity: row.get(1)? }, through: row.get(2)? })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
