//! Activities that selectors pick beyond a feed and what it follows: in feeds that everybody may see.

use rusqlite::params_from_iter;
use rusqlite::types::Value as Parameter;

use super::super::tx::ReadTx;
use super::timeline::{Pick, Place, Reader, unhidden};
use crate::error::Result;
use crate::query::{Query, Sql};

/// Activities that are looked at before the rest counts as not popular enough.
const POPULAR_VISITED_MAX: u32 = 20_000;

/// Among which activities.
#[derive(Clone, Copy, Debug)]
pub enum Among<'a> {
    /// Those in these feeds.
    Feeds(&'a [i64]),
    /// Those that are so popular at the least.
    Popular(i64),
    /// Those with one of these interest tags: of each the newest.
    Tags(&'a [&'a str]),
    /// All.
    All,
}

/// The first activities for which a query holds, in its order, each with a feed in which everybody may see it: so many, up to a
/// number.
pub fn pick(
    tx: &ReadTx<'_>,
    among: Among<'_>,
    query: &Query,
    reader: Reader<'_>,
    until: i64,
    most: u32,
) -> Result<Vec<Pick>> {
    let mut sql = query.to_sql(tx.now);
    let (until, most, now) = (sql.bind(until), sql.bind(most), sql.bind(tx.now));
    let without = sql.bind(reader.without.map(str::to_owned));
    let user = sql.bind(reader.user.map(str::to_owned));
    let (unwatched, unhidden) = (reader.unwatched(&user), unhidden(&user, "a.no"));
    let (from, through) = from(among, &mut sql, &until, &most);
    let Sql { condition, order_by, params, .. } = sql;
    let order_by = match among {
        Among::Popular(_) => format!("a.popularity DESC, {order_by}"),
        _ => order_by,
    };
    let text = format!(
        "SELECT a.created_at, a.no, {through} AS through FROM {from}
         WHERE a.app = ?1 AND a.no <= {until} AND a.deleted_at IS NULL AND (a.expires_at IS NULL OR a.expires_at > {now})
            AND a.visibility <> 'private' AND a.user_id IS NOT {without} AND {unwatched} AND {unhidden}
            AND ({condition})
            AND through IS NOT NULL
         ORDER BY {order_by} LIMIT {most}"
    );
    let mut query = tx.conn().prepare_cached(&text)?;
    let params = std::iter::once(Parameter::from(tx.app)).chain(params);
    let rows = query.query_map(params_from_iter(params), |row| {
        Ok(Pick { place: Place { created_at: row.get(0)?, activity: row.get(1)? }, through: row.get(2)? })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// A feed in which everybody may see an activity.
const OPEN_FEED: &str = "(SELECT min(l.feed) FROM feed_activities l CROSS JOIN feeds f
    WHERE l.app = ?1 AND l.activity = a.no AND l.origin IS NULL AND f.app = ?1 AND f.no = l.feed AND f.deleted_at IS NULL
        AND f.visibility IN ('public', 'visible'))";

/// Where they are looked for, and the feed through which each is seen.
fn from(among: Among<'_>, sql: &mut Sql, until: &str, most: &str) -> (String, String) {
    let json = |values: String| Parameter::from(values);
    match among {
        Among::Feeds(feeds) => {
            let feeds = sql.bind(json(serde_json::json!(feeds).to_string()));
            let of_feeds = format!(
                "(SELECT l.activity, min(l.feed) AS feed FROM json_each({feeds}) f CROSS JOIN feed_activities l
                  WHERE l.app = ?1 AND l.feed = f.value AND l.origin IS NULL AND l.activity <= {until}
                  GROUP BY l.activity ORDER BY l.activity DESC LIMIT {most}) p CROSS JOIN activities a ON a.no = p.activity"
            );
            (of_feeds, "p.feed".to_owned())
        }
        Among::Popular(least) => {
            let least = sql.bind(least);
            let popular = format!(
                "(SELECT p.no FROM activities p WHERE p.app = ?1 AND p.popularity >= {least} AND p.visibility = 'public'
                  ORDER BY p.popularity DESC, p.no DESC LIMIT {POPULAR_VISITED_MAX}) p
                 CROSS JOIN activities a ON a.no = p.no"
            );
            (popular, OPEN_FEED.to_owned())
        }
        Among::Tags(tags) => {
            let tags = sql.bind(json(serde_json::json!(tags).to_string()));
            let tagged = format!(
                "(SELECT DISTINCT t.activity FROM json_each({tags}) v CROSS JOIN activity_tags t
                  WHERE t.app = ?1 AND t.kind = 'interest' AND t.tag = v.value AND t.activity IN (
                    SELECT n.activity FROM activity_tags n
                    WHERE n.app = ?1 AND n.kind = 'interest' AND n.tag = v.value AND n.activity <= {until}
                    ORDER BY n.activity DESC LIMIT {most})) p CROSS JOIN activities a ON a.no = p.activity"
            );
            (tagged, OPEN_FEED.to_owned())
        }
        Among::All => ("activities a".to_owned(), OPEN_FEED.to_owned()),
    }
}

/// The numbers of these activities in the order of a query: so many of them.
pub fn ordered(tx: &ReadTx<'_>, activities: &[i64], query: &Query, most: u32) -> Result<Vec<i64>> {
    let mut sql = query.to_sql(tx.now);
    let (among, most) = (sql.bind(Parameter::from(serde_json::json!(activities).to_string())), sql.bind(most));
    let Sql { condition, order_by, params, .. } = sql;
    let text = format!(
        "SELECT a.no FROM activities a
         WHERE a.app = ?1 AND a.no IN (SELECT value FROM json_each({among})) AND ({condition})
         ORDER BY {order_by} LIMIT {most}"
    );
    let mut query = tx.conn().prepare_cached(&text)?;
    let params = std::iter::once(Parameter::from(tx.app)).chain(params);
    Ok(query.query_map(params_from_iter(params), |row| row.get(0))?.collect::<rusqlite::Result<_>>()?)
}
