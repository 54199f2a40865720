//! What a feed shows, read from where it stands: its own activities, and those of the feeds that it follows. Nothing is copied
//! on a follow, so a history appears with it and goes with it.

use rusqlite::params_from_iter;
use rusqlite::types::Value as Parameter;

use super::super::tx::ReadTx;
use crate::clock::Time;
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
    if !stretch.sources.own && !stretch.sources.followed {
        return Ok(Vec::new());
    }
    let (text, params) = statement(tx.now, stretch, filter);
    let mut query = tx.conn().prepare_cached(&text)?;
    let params = std::iter::once(Parameter::from(tx.app)).chain(params);
    let rows = query.query_map(params_from_iter(params), |row| {
        Ok(Pick { place: Place { created_at: row.get(0)?, activity: row.get(1)? }, through: row.get(2)? })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The statement of a stretch, and what it binds behind the app.
fn statement(now: Time, stretch: Stretch<'_>, filter: Option<&Query>) -> (String, Vec<Parameter>) {
    let Stretch { feed, sources, order, behind, reader, most } = stretch;
    let mut sql = filter.map_or_else(Sql::all, |filter| filter.to_sql(now));
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
    let now = sql.bind(now);
    let user = sql.bind(reader.user.map(str::to_owned));
    let without = sql.bind(reader.without.map(str::to_owned));
    let unwatched = reader.unwatched(&user);
    let unhidden = unhidden(&user, "l.activity");
    let most = sql.bind(most);
    // Materialized, and the activity looked at in a condition: SQLite then leaves each feed's rows as soon as they are too old
    // to be on the page, however many feeds are followed. No `EXISTS`: it is made a join, in which that is not so.
    let text = format!(
        "WITH sources AS MATERIALIZED ({from})
         SELECT l.created_at, l.activity, coalesce(l.origin, l.feed) FROM sources s CROSS JOIN feed_activities l
         WHERE l.app = ?1 AND l.feed = s.feed AND {behind} AND l.activity >= s.shown_from
            AND (l.origin IS NOT NULL) = s.is_kept
            AND (
                SELECT TRUE FROM activities a
                WHERE a.app = ?1 AND a.no = l.activity AND (a.expires_at IS NULL OR a.expires_at > {now})
                    AND (a.visibility <> 'private' OR s.sees_private OR a.user_id = {user})
                    AND a.user_id IS NOT {without} AND {unwatched} AND ({})
            )
            AND {unhidden}
         ORDER BY l.created_at {direction}, l.activity {direction} LIMIT {most}",
        sql.condition
    );
    (text, sql.params)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use rusqlite::{Connection, StatementStatus};

    use super::*;
    use crate::store::migrate;

    /// A database in which the feed 1 follows fifty others, each with so many activities.
    fn database(each: i64) -> Connection {
        let mut conn = Connection::open_in_memory().expect("memory");
        migrate::run(&mut conn, Path::new("x.db")).expect("migrates");
        let follow =
            "INSERT INTO follows (app, source, target, status, follower_role, push_preference, created_at, updated_at)
            VALUES (1, 1, ?1, 'accepted', 'r', 'none', 1, 1)";
        let activity = "INSERT INTO activities (app, no, id, user_id, type, created_at, updated_at)
            VALUES (1, ?1, ?1, 'u', 't', ?1, ?1)";
        let place = "INSERT INTO feed_activities VALUES (1, ?2, ?1, ?1, NULL, NULL)";
        let run = |sql: &str, params: &[i64]| {
            conn.prepare_cached(sql).and_then(|mut insert| insert.execute(params_from_iter(params))).expect(sql);
        };
        for feed in 2..52 {
            run(follow, &[feed]);
            for at in 0..each {
                run(activity, &[at * 100 + feed]);
                run(place, &[at * 100 + feed, feed]);
            }
        }
        conn
    }

    /// How many steps a page takes.
    fn steps(conn: &Connection, order: Order, behind: Option<Place>) -> i32 {
        let sources = Sources { own: true, followed: true };
        let reader = Reader { user: Some("u"), sees_private: false, without: None, skips_watched: true };
        let (text, params) = statement(Time(1), Stretch { feed: 1, sources, order, behind, reader, most: 26 }, None);
        let mut query = conn.prepare(&text).expect(&text);
        let params = std::iter::once(Parameter::from(1)).chain(params);
        let found = query.query_map(params_from_iter(params), |_| Ok(())).expect("runs").count();
        assert_eq!(found, 26);
        query.get_status(StatementStatus::VmStep)
    }

    #[test]
    fn what_a_page_costs_does_not_grow_with_what_is_behind_it() {
        let (few, many) = (database(10), database(200));
        for (order, behind) in [
            (Order::NewestFirst, None),
            (Order::OldestFirst, None),
            (Order::NewestFirst, Some(Place { created_at: 950, activity: 950 })),
        ] {
            let (few, many) = (steps(&few, order, behind), steps(&many, order, behind));
            assert!(many < few * 2, "{order:?}: {few} steps among 500 activities, {many} among 10,000");
        }
    }
}
