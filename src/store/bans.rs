//! The `bans` table. The ban upon the whole app has an empty `channel_cid`.

use rusqlite::types::Value as Sql;
use rusqlite::{Row, named_params, params, params_from_iter};

use super::sql::Json;
use super::tx::{ReadTx, WriteTx};
use crate::error::Result;
use crate::model::ban::Ban;
use crate::operation::table;
use crate::query::Operator::{Autocomplete, Equal, Exists, Gt, Gte, In, Lt, Lte, Nin, Unequal};
use crate::query::page::Page;
use crate::query::{Field, Kind, Operator, Query, Resource};

#[cfg(test)]
mod tests;

const COMPARED: &[Operator] = &[Equal, Exists, Gt, Gte, In, Lt, Lte, Unequal, Nin];
const SEARCHED: &[Operator] = &[Equal, Exists, Gt, Gte, In, Lt, Lte, Unequal, Nin, Autocomplete];

/// What may be asked of bans: `bans` under the alias `b`. An order is documented for `created_at` alone.
pub static BANS: Resource = Resource {
    operation: table::name("QueryBannedUsers"),
    collection: "bans",
    filter: "filter_conditions",
    fields: &[
        Field::new("user_id", Kind::Id("b.user_id"), COMPARED).unsorted(),
        Field::new("banned_by_id", Kind::Text("b.banned_by"), COMPARED).unsorted(),
        Field::new("channel_cid", Kind::TextOrEmpty("b.channel_cid"), &[Equal, In]).unsorted(),
        Field::new("reason", Kind::Text("b.reason"), SEARCHED).unsorted(),
        Field::new("created_at", Kind::Time("b.created_at"), COMPARED),
    ],
    bare: None,
    refused: &[],
    order: ("b.created_at", true),
    ids: &["b.user_id", "b.channel_cid"],
};

/// Sets a ban; an earlier one in the same place gives way.
pub fn save(tx: &WriteTx<'_>, ban: &Ban) -> Result<()> {
    tx.conn()
        .prepare_cached(
            "INSERT INTO bans (app, user_id, channel_cid, shadow, banned_by, reason, created_at, expires_at)
             VALUES (:app, :user, :cid, :shadow, :by, :reason, :created, :expires)
             ON CONFLICT (app, user_id, channel_cid) DO UPDATE SET shadow = excluded.shadow, banned_by = excluded.banned_by,
                reason = excluded.reason, created_at = excluded.created_at, expires_at = excluded.expires_at",
        )?
        .execute(named_params! {
            ":app": tx.app, ":user": ban.user_id, ":cid": ban.channel_cid, ":shadow": ban.shadow, ":by": ban.banned_by,
            ":reason": ban.reason, ":created": ban.created_at.unwrap_or(tx.now), ":expires": ban.expires_at,
        })?;
    Ok(())
}

/// Lifts a ban.
pub fn lift(tx: &WriteTx<'_>, user_id: &str, channel_cid: &str) -> Result<()> {
    tx.conn()
        .prepare_cached("DELETE FROM bans WHERE app = ?1 AND user_id = ?2 AND channel_cid = ?3")?
        .execute(params![tx.app, user_id, channel_cid])?;
    Ok(())
}

const COLUMNS: &str = "b.user_id, b.channel_cid, b.shadow, b.banned_by, b.reason, b.expires_at, b.created_at FROM bans b WHERE b.app = ?1";

fn ban_of(row: &Row<'_>) -> rusqlite::Result<Ban> {
    Ok(Ban {
        user_id: row.get(0)?,
        channel_cid: row.get(1)?,
        shadow: row.get(2)?,
        banned_by: row.get(3)?,
        reason: row.get(4)?,
        expires_at: row.get(5)?,
        created_at: row.get(6)?,
    })
}

/// Every ban of the app, ended ones included, in a stable order.
pub fn all(tx: &ReadTx<'_>) -> Result<Vec<Ban>> {
    let mut query = tx.conn().prepare_cached(&format!("SELECT {COLUMNS} ORDER BY b.user_id, b.channel_cid"))?;
    Ok(query.query_map([tx.app], ban_of)?.collect::<rusqlite::Result<_>>()?)
}

/// The bans upon these users in the whole app, ended or not.
pub fn upon(tx: &ReadTx<'_>, users: &[&str]) -> Result<Vec<Ban>> {
    let text = format!("SELECT {COLUMNS} AND b.user_id IN (SELECT value FROM json_each(?2)) AND b.channel_cid = ''");
    let mut query = tx.conn().prepare_cached(&text)?;
    Ok(query.query_map(params![tx.app, Json(users)], ban_of)?.collect::<rusqlite::Result<_>>()?)
}

/// A page of a query's bans, of the app and of channels; those that have ended only where they are wanted.
pub fn select(tx: &ReadTx<'_>, query: &Query, page: Page, include_ended: bool) -> Result<Vec<Ban>> {
    let mut sql = query.to_sql(tx.now);
    let now = sql.bind(tx.now);
    let (limit, offset) = (sql.bind(page.limit), sql.bind(page.offset));
    let lasting = format!("(b.expires_at IS NULL OR b.expires_at > {now})");
    let text = format!(
        "SELECT {COLUMNS} AND ({include_ended} OR {lasting}) AND ({}) ORDER BY {} LIMIT {limit} OFFSET {offset}",
        sql.condition, sql.order_by
    );
    let params = std::iter::once(Sql::from(tx.app)).chain(sql.params);
    let mut query = tx.conn().prepare_cached(&text)?;
    Ok(query.query_map(params_from_iter(params), ban_of)?.collect::<rusqlite::Result<_>>()?)
}
