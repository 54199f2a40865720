//! The `membership_levels` table, and what the levels of members open.

use std::collections::HashMap;

use rusqlite::{OptionalExtension, Row, named_params, params};

use super::super::sql::{Columns, Json, json};
use super::super::tx::{ReadTx, WriteTx};
use super::list;
use super::query::{rows, statement};
use crate::error::Result;
use crate::ids::FeedId;
use crate::model::feeds::membership::MembershipLevel;
use crate::operation::table;
use crate::query::Operator::{Contains, Equal, Gt, Gte, In, Lt, Lte, PathExists};
use crate::query::page::{Leads, Walk};
use crate::query::{Field, Kind, Operator, Resource};

/// The columns of a level, for [`level_of`].
const COLUMNS: &str = "y.id, y.name, y.description, y.priority, y.tags, y.custom, y.created_at, y.updated_at";

/// Reads [`COLUMNS`], in their order.
fn level_of(row: &Row<'_>) -> rusqlite::Result<MembershipLevel> {
    let mut columns = Columns::of(row);
    Ok(MembershipLevel {
        id: columns.take()?,
        name: columns.take()?,
        description: columns.take()?,
        priority: columns.take()?,
        tags: columns.json()?,
        custom: columns.json()?,
        created_at: columns.take()?,
        updated_at: columns.take()?,
    })
}

/// The level of that id.
pub fn get(tx: &ReadTx<'_>, id: &str) -> Result<Option<MembershipLevel>> {
    let text = format!("SELECT {COLUMNS} FROM membership_levels y WHERE y.app = ?1 AND y.id = ?2");
    let mut query = tx.conn().prepare_cached(&text)?;
    Ok(query.query_row(params![tx.app, id], level_of).optional()?)
}

/// The levels of these ids that are there, by id.
pub fn by_ids(tx: &ReadTx<'_>, ids: &[&str]) -> Result<HashMap<String, MembershipLevel>> {
    let text = format!(
        "SELECT {COLUMNS} FROM membership_levels y WHERE y.app = ?1 AND y.id IN (SELECT value FROM json_each(?2))"
    );
    let mut query = tx.conn().prepare_cached(&text)?;
    let rows = query.query_map(params![tx.app, list(ids)], level_of)?;
    Ok(rows.map(|level| level.map(|level| (level.id.clone(), level))).collect::<rusqlite::Result<_>>()?)
}

/// Writes a level: all columns.
pub fn save(tx: &WriteTx<'_>, level: &MembershipLevel) -> Result<()> {
    tx.conn()
        .prepare_cached(
            "INSERT OR REPLACE INTO membership_levels (app, id, name, description, priority, tags, custom, created_at, updated_at)
             VALUES (:app, :id, :name, :description, :priority, :tags, :custom, :created_at, :updated_at)",
        )?
        .execute(named_params! {
            ":app": tx.app, ":id": level.id, ":name": level.name, ":description": level.description,
            ":priority": level.priority, ":tags": Json(&level.tags), ":custom": Json(&level.custom),
            ":created_at": level.created_at, ":updated_at": level.updated_at,
        })?;
    Ok(())
}

/// Removes a level; members who had it have none.
pub fn remove(tx: &WriteTx<'_>, id: &str) -> Result<()> {
    for sql in [
        "UPDATE feed_members SET membership_level = NULL WHERE app = ?1 AND membership_level = ?2",
        "DELETE FROM membership_levels WHERE app = ?1 AND id = ?2",
    ] {
        tx.conn().prepare_cached(sql)?.execute(params![tx.app, id])?;
    }
    Ok(())
}

/// What a user's levels open: the tags, by the feed in which he is a member with the level.
pub fn opened(tx: &ReadTx<'_>, user: &str) -> Result<HashMap<FeedId, Vec<String>>> {
    let mut query = tx.conn().prepare_cached(
        "SELECT f.group_id || ':' || f.id, y.tags FROM feed_members m
            CROSS JOIN membership_levels y CROSS JOIN feeds f
         WHERE m.app = ?1 AND m.user_id = ?2 AND m.status = 'member' AND m.membership_level IS NOT NULL
            AND y.app = ?1 AND y.id = m.membership_level AND f.app = ?1 AND f.no = m.feed",
    )?;
    let rows = query.query_map(params![tx.app, user], |row| Ok((row.get::<_, String>(0)?, json(row, 1)?)))?;
    let rows = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(rows.into_iter().filter_map(|(fid, tags)| Some((FeedId::parse(&fid)?, tags))).collect())
}

const NAMED: &[Operator] = &[Equal, In];
const COMPARED: &[Operator] = &[Equal, Gt, Gte, Lt, Lte];

/// What may be asked of levels (feeds-core 1.5): `membership_levels` under the alias `y`.
pub static QUERIED: Resource = Resource {
    operation: table::name("QueryMembershipLevels"),
    collection: "membership levels",
    filter: "filter",
    fields: &[
        Field::new("id", Kind::Id("y.id"), NAMED),
        Field::new("name", Kind::Id("y.name"), NAMED),
        Field::new("description", Kind::Text("y.description"), NAMED).unsorted(),
        Field::new("priority", Kind::Number("y.priority"), COMPARED),
        Field::new(
            "tags",
            Kind::Listed {
                key: "y.id",
                of: "SELECT z.id FROM json_each({values}) v CROSS JOIN membership_levels z CROSS JOIN json_each(z.tags) t
                     WHERE z.app = ?1 AND t.value = v.value",
            },
            &[Contains, Equal, In],
        )
        .unsorted(),
        Field::new("custom", Kind::Object("y.custom"), &[Contains, In, PathExists]).unsorted(),
        Field::new("created_at", Kind::Time("y.created_at"), COMPARED),
        Field::new("updated_at", Kind::Time("y.updated_at"), COMPARED),
    ],
    bare: None,
    refused: &[],
    order: ("y.created_at", true),
    ids: &["y.id"],
};

/// A page of levels, and what leads on.
pub fn select(tx: &ReadTx<'_>, walk: &Walk) -> Result<(Vec<MembershipLevel>, Leads)> {
    let found = statement(COLUMNS, "membership_levels y WHERE y.app = ?1", walk, walk.to_sql(tx.now));
    Ok(walk.page(rows(tx, COLUMNS, found, level_of)?))
}
