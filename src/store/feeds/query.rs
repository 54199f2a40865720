//! What may be asked of feeds, activities and follows, and what is found (feeds-core 1.5).

use rusqlite::types::Value as Parameter;
use rusqlite::{Row, params_from_iter};

use super::super::tx::ReadTx;
use super::{activities, feeds, follows};
use crate::clock::Time;
use crate::error::Result;
use crate::model::feeds::activity::Activity;
use crate::model::feeds::feed::Feed;
use crate::model::feeds::follow::Follow;
use crate::operation::table;
use crate::query::Operator::{Autocomplete, Contains, Equal, Exists, Gt, Gte, In, Lt, Lte, PathExists, Search};
use crate::query::page::{self, Walk};
use crate::query::{Field, Kind, Operator, Place, Resource, Sql};

mod comments;
#[cfg(test)]
mod tests;

pub use comments::{COMMENTS, comments};

const SAME: &[Operator] = &[Equal, In];
const TAGS: &[Operator] = &[Contains, Equal, In];
const COMPARED: &[Operator] = &[Equal, Gt, Gte, Lt, Lte];
const SEARCHED: &[Operator] = &[Autocomplete, Equal];

/// The numbers of feeds with one of these addresses.
macro_rules! feeds_by_address {
    () => {
        "SELECT x.no FROM json_each({values}) v CROSS JOIN feeds x
         WHERE x.app = ?1 AND x.group_id = substr(v.value, 1, instr(v.value, ':') - 1)
            AND x.id = substr(v.value, instr(v.value, ':') + 1)"
    };
}

/// The numbers of activities with one of these tags of a kind.
macro_rules! activities_by_tag {
    ($kind:literal) => {
        concat!(
            "SELECT t.activity FROM json_each({values}) v CROSS JOIN activity_tags t
             WHERE t.app = ?1 AND t.kind = '",
            $kind,
            "' AND t.tag = v.value"
        )
    };
}

/// The numbers of feeds that follow a feed of which a condition holds.
macro_rules! followers_of {
    ($condition:literal) => {
        concat!(
            "SELECT w.source FROM json_each({values}) v CROSS JOIN feeds x CROSS JOIN follows w
             WHERE x.app = ?1 AND ",
            $condition,
            " AND w.app = ?1 AND w.target = x.no AND w.status = 'accepted'"
        )
    };
}

/// The group of a feed that an activity is in: selectors ask it, and no client.
pub static IN_GROUP: Field = Field::new(
    "feed_groups",
    Kind::Names {
        from: "FROM feed_activities i CROSS JOIN feeds g
            WHERE i.app = ?1 AND i.activity = a.no AND i.origin IS NULL AND g.app = ?1 AND g.no = i.feed AND g.deleted_at IS NULL",
        column: "g.group_id",
    },
    &[In],
);

/// `activities` under the alias `a`.
pub static ACTIVITIES: Resource = Resource {
    operation: table::name("QueryActivities"),
    collection: "activities",
    filter: "filter",
    fields: &[
        Field::new("id", Kind::Id("a.id"), SAME).unsorted(),
        Field::new("activity_type", Kind::Id("a.type"), SAME).unsorted(),
        Field::new("user_id", Kind::Id("a.user_id"), SAME).unsorted(),
        Field::new(
            "feed",
            Kind::Listed {
                key: "a.no",
                of: concat!(
                    "SELECT l.activity FROM feed_activities l WHERE l.app = ?1 AND l.origin IS NULL AND l.feed IN (",
                    feeds_by_address!(),
                    ")"
                ),
            },
            SAME,
        )
        .unsorted(),
        Field::new("created_at", Kind::Time("a.created_at"), COMPARED),
        Field::new("expires_at", Kind::Time("a.expires_at"), &[Equal, Exists, Gt, Gte, Lt, Lte]).unsorted(),
        Field::new("popularity", Kind::Number("a.popularity"), COMPARED),
        Field::new(
            "hidden",
            Kind::Flag(
                "EXISTS (SELECT 1 FROM activity_feedback b WHERE b.app = ?1 AND b.user_id = {viewer} AND b.activity = a.no
                    AND b.action = 'hide' AND b.value)",
            ),
            &[Equal],
        )
        .unsorted(),
        Field::new("filter_tags", Kind::Listed { key: "a.no", of: activities_by_tag!("filter") }, TAGS).unsorted(),
        Field::new("interest_tags", Kind::Listed { key: "a.no", of: activities_by_tag!("interest") }, TAGS).unsorted(),
        Field::new(
            "text",
            Kind::Searched {
                text: "a.text",
                key: "a.no",
                of: "SELECT y.activity FROM activity_words y WHERE y.app = ?1",
                word: "y.word",
            },
            &[Autocomplete, Equal, Search],
        )
        .unsorted(),
        Field::new("search_data", Kind::Object("a.search_data"), &[Contains, In, PathExists]).unsorted(),
        Field::new("custom", Kind::Json("a.custom"), &[Contains, Equal, Exists, Gt, Gte, In, Lt, Lte]),
        Field::new("near", Kind::Near(Place { lat: "a.lat", lng: "a.lng" }), &[Equal]).unsorted(),
        Field::new("within_bounds", Kind::Within(Place { lat: "a.lat", lng: "a.lng" }), &[Equal]).unsorted(),
    ],
    bare: None,
    refused: &["custom"],
    order: ("a.created_at", true),
    ids: &["a.no"],
};

/// `feeds` under the alias `f`.
pub static FEEDS: Resource = Resource {
    operation: table::name("QueryFeeds"),
    collection: "feeds",
    filter: "filter",
    fields: &[
        Field::new("feed", Kind::Listed { key: "f.no", of: feeds_by_address!() }, SAME).unsorted(),
        Field::new("id", Kind::Id("f.id"), SAME).unsorted(),
        Field::new("group_id", Kind::Id("f.group_id"), SAME).unsorted(),
        Field::new("created_by_id", Kind::Id("f.created_by"), SAME).unsorted(),
        Field::new("visibility", Kind::Id("f.visibility"), SAME).unsorted(),
        Field::new("name", Kind::TextOrEmpty("f.name"), SEARCHED),
        Field::new("description", Kind::TextOrEmpty("f.description"), SEARCHED).unsorted(),
        Field::new(
            "created_by.name",
            Kind::Text("(SELECT u.name FROM users u WHERE u.app = ?1 AND u.id = f.created_by)"),
            SEARCHED,
        )
        .unsorted(),
        // Who is invited or has declined is none of them.
        Field::new(
            "members",
            Kind::Listed {
                key: "f.no",
                of: "SELECT m.feed FROM json_each({values}) v CROSS JOIN feed_members m
                     WHERE m.app = ?1 AND m.user_id = v.value AND m.status = 'member'",
            },
            TAGS,
        )
        .unsorted(),
        // Inferred: feeds that follow one of these feeds, and feeds that follow a feed of one of these users.
        Field::new(
            "following_feeds",
            Kind::Listed {
                key: "f.no",
                of: followers_of!(
                    "x.group_id = substr(v.value, 1, instr(v.value, ':') - 1) AND x.id = substr(v.value, instr(v.value, ':') + 1)"
                ),
            },
            TAGS,
        )
        .unsorted(),
        Field::new("following_users", Kind::Listed { key: "f.no", of: followers_of!("x.created_by = v.value") }, TAGS)
            .unsorted(),
        Field::new(
            "filter_tags",
            Kind::Listed {
                key: "f.no",
                of: "SELECT t.feed FROM json_each({values}) v CROSS JOIN feed_tags t WHERE t.app = ?1 AND t.tag = v.value",
            },
            TAGS,
        )
        .unsorted(),
        Field::new("activity_count", Kind::Number("f.activity_count"), COMPARED),
        Field::new("follower_count", Kind::Number("f.follower_count"), COMPARED),
        Field::new("following_count", Kind::Number("f.following_count"), COMPARED),
        Field::new("member_count", Kind::Number("f.member_count"), COMPARED),
        Field::new("created_at", Kind::Time("f.created_at"), COMPARED),
        Field::new("updated_at", Kind::Time("f.updated_at"), COMPARED),
        Field::new("near", Kind::Near(Place { lat: "f.lat", lng: "f.lng" }), &[Equal]).unsorted(),
        Field::new("within_bounds", Kind::Within(Place { lat: "f.lat", lng: "f.lng" }), &[Equal]).unsorted(),
    ],
    bare: None,
    refused: &[],
    order: ("f.created_at", true),
    ids: &["f.no"],
};

/// Something of a follow's one feed.
macro_rules! of_feed {
    ($what:literal, $side:literal) => {
        concat!("(SELECT x.", $what, " FROM feeds x WHERE x.app = ?1 AND x.no = w.", $side, ")")
    };
}

/// The name of who owns a follow's one feed.
macro_rules! owner_of {
    ($side:literal) => {
        concat!(
            "(SELECT u.name FROM feeds x CROSS JOIN users u
              WHERE x.app = ?1 AND x.no = w.",
            $side,
            " AND u.app = ?1 AND u.id = x.created_by)"
        )
    };
}

/// `follows` under the alias `w`.
pub static FOLLOWS: Resource = Resource {
    operation: table::name("QueryFollows"),
    collection: "follows",
    filter: "filter",
    fields: &[
        Field::new("source_feed", Kind::Listed { key: "w.source", of: feeds_by_address!() }, SAME).unsorted(),
        Field::new("target_feed", Kind::Listed { key: "w.target", of: feeds_by_address!() }, SAME).unsorted(),
        Field::new("source_fid", Kind::Listed { key: "w.source", of: feeds_by_address!() }, SAME).unsorted(),
        Field::new("target_fid", Kind::Listed { key: "w.target", of: feeds_by_address!() }, SAME).unsorted(),
        Field::new("source_id", Kind::Text(of_feed!("id", "source")), SAME).unsorted(),
        Field::new("target_id", Kind::Text(of_feed!("id", "target")), SAME).unsorted(),
        Field::new("status", Kind::Id("w.status"), SAME).unsorted(),
        Field::new("source_created_by_name", Kind::Text(owner_of!("source")), SAME).unsorted(),
        Field::new("target_created_by_name", Kind::Text(owner_of!("target")), SAME).unsorted(),
        Field::new("created_at", Kind::Time("w.created_at"), COMPARED),
    ],
    bare: None,
    refused: &[],
    order: ("w.created_at", true),
    ids: &["w.source", "w.target"],
};

/// Which activities are found that feeds do not show, or not to everybody.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    /// Those that have expired.
    pub expired: bool,
    /// Those that are deleted.
    pub deleted: bool,
    /// Those that are private.
    pub private: bool,
    /// Whose private ones are found all the same.
    pub user: Option<&'a str>,
}

/// The rows of a walk through activities.
pub fn activities(tx: &ReadTx<'_>, walk: &Walk, shown: Shown<'_>) -> Result<Vec<page::Row<Activity>>> {
    rows(tx, activities::COLUMNS, activities_of(walk, tx.now, shown), activities::row_of)
}

/// The rows of a walk through feeds.
pub fn feeds(tx: &ReadTx<'_>, walk: &Walk) -> Result<Vec<page::Row<Feed>>> {
    rows(tx, feeds::COLUMNS, feeds_of(walk, tx.now), feeds::feed_of)
}

/// The rows of a walk through follows.
pub fn follows(tx: &ReadTx<'_>, walk: &Walk) -> Result<Vec<page::Row<Follow>>> {
    rows(tx, follows::COLUMNS, follows_of(walk, tx.now), follows::follow_of)
}

fn activities_of(walk: &Walk, now: Time, shown: Shown<'_>) -> (String, Vec<Parameter>) {
    let Shown { expired, deleted, private, user } = shown;
    let mut sql = walk.to_sql(now);
    let mut from = "activities a WHERE a.app = ?1".to_owned();
    if !deleted {
        from.push_str(" AND a.deleted_at IS NULL");
    }
    if !expired {
        let now = sql.bind(now);
        from = format!("{from} AND (a.expires_at IS NULL OR a.expires_at > {now})");
    }
    if !private {
        let user = sql.bind(user.map(str::to_owned));
        from = format!("{from} AND (a.visibility <> 'private' OR a.user_id = {user})");
    }
    statement(activities::COLUMNS, &from, walk, sql)
}

fn feeds_of(walk: &Walk, now: Time) -> (String, Vec<Parameter>) {
    statement(feeds::COLUMNS, "feeds f WHERE f.app = ?1 AND f.deleted_at IS NULL", walk, walk.to_sql(now))
}

fn follows_of(walk: &Walk, now: Time) -> (String, Vec<Parameter>) {
    statement(follows::COLUMNS, "follows w WHERE w.app = ?1", walk, walk.to_sql(now))
}

/// A walk's statement with what it binds behind the app: columns, and behind them the keys.
pub(in crate::store) fn statement(columns: &str, from: &str, walk: &Walk, mut sql: Sql) -> (String, Vec<Parameter>) {
    let most = sql.bind(walk.rows());
    let Sql { condition, order_by, keys, params } = sql;
    (format!("SELECT {columns}, {keys} FROM {from} AND {condition} ORDER BY {order_by} LIMIT {most}"), params)
}

/// The rows that a walk's statement finds, each with its keys.
pub(in crate::store) fn rows<T>(
    tx: &ReadTx<'_>,
    columns: &str,
    (text, params): (String, Vec<Parameter>),
    read: fn(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<page::Row<T>>> {
    let keys_from = columns.split(',').count();
    let mut query = tx.conn().prepare_cached(&text)?;
    let end = query.column_count();
    let params = std::iter::once(Parameter::from(tx.app)).chain(params);
    let rows = query.query_map(params_from_iter(params), |row| {
        let keys = (keys_from..end).map(|at| row.get(at)).collect::<rusqlite::Result<Vec<Parameter>>>()?;
        Ok((read(row)?, keys))
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
