//! The `moderation_configs` table.

use rusqlite::{OptionalExtension, Row, params};

use super::super::feeds::query::{rows, statement};
use super::super::sql::{Columns, Json};
use super::super::tx::{ReadTx, WriteTx};
use crate::error::Result;
use crate::model::moderation::Policy;
use crate::operation::table;
use crate::query::Operator::{Autocomplete, Equal, Gt, Gte, In, Lt, Lte};
use crate::query::page::{self, Walk};
use crate::query::{Field, Kind, Operator, Resource};

/// The columns of a policy, for [`policy_of`].
const COLUMNS: &str = "p.team, p.key, p.is_async, p.config, p.created_at, p.updated_at";

/// Reads [`COLUMNS`], in their order.
fn policy_of(row: &Row<'_>) -> rusqlite::Result<Policy> {
    let mut columns = Columns::of(row);
    Ok(Policy {
        team: columns.take()?,
        key: columns.take()?,
        is_async: columns.take()?,
        config: columns.json()?,
        created_at: columns.take()?,
        updated_at: columns.take()?,
    })
}

/// The policy of that key in a team.
pub fn get(tx: &ReadTx<'_>, team: &str, key: &str) -> Result<Option<Policy>> {
    let text = format!("SELECT {COLUMNS} FROM moderation_configs p WHERE p.app = ?1 AND p.team = ?2 AND p.key = ?3");
    Ok(tx.conn().prepare_cached(&text)?.query_row(params![tx.app, team, key], policy_of).optional()?)
}

/// The policies of these keys that are of no team.
pub fn of_keys(tx: &ReadTx<'_>, keys: &[String]) -> Result<Vec<Policy>> {
    let text = format!(
        "SELECT {COLUMNS} FROM moderation_configs p
         WHERE p.app = ?1 AND p.team = '' AND p.key IN (SELECT value FROM json_each(?2))"
    );
    let mut query = tx.conn().prepare_cached(&text)?;
    Ok(query.query_map(params![tx.app, Json(keys)], policy_of)?.collect::<rusqlite::Result<_>>()?)
}

/// How many policies there are.
pub fn count(tx: &ReadTx<'_>) -> Result<i64> {
    let mut query = tx.conn().prepare_cached("SELECT count(*) FROM moderation_configs WHERE app = ?1")?;
    Ok(query.query_row([tx.app], |row| row.get(0))?)
}

/// Whether there are any.
pub fn any(tx: &ReadTx<'_>) -> Result<bool> {
    let mut query = tx.conn().prepare_cached("SELECT EXISTS (SELECT 1 FROM moderation_configs WHERE app = ?1)")?;
    Ok(query.query_row([tx.app], |row| row.get(0))?)
}

/// Writes a policy: all columns.
pub fn save(tx: &WriteTx<'_>, policy: &Policy) -> Result<()> {
    let Policy { team, key, is_async, config, created_at, updated_at } = policy;
    tx.conn()
        .prepare_cached(
            "INSERT OR REPLACE INTO moderation_configs (app, team, key, is_async, config, created_at, updated_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![tx.app, team, key, is_async, Json(config), created_at, updated_at])?;
    Ok(())
}

/// Removes a policy.
pub fn remove(tx: &WriteTx<'_>, policy: &Policy) -> Result<()> {
    tx.conn()
        .prepare_cached("DELETE FROM moderation_configs WHERE app = ?1 AND team = ?2 AND key = ?3")?
        .execute(params![tx.app, policy.team, policy.key])?;
    Ok(())
}

const SAME: &[Operator] = &[Equal, In, Autocomplete];
const COMPARED: &[Operator] = &[Equal, Gt, Gte, Lt, Lte];

/// What may be asked of policies: `moderation_configs` under the alias `p`.
pub static CONFIGS: Resource = Resource {
    operation: table::name("QueryModerationConfigs"),
    collection: "moderation_configs",
    filter: "filter",
    fields: &[
        Field::new("key", Kind::Id("p.key"), SAME),
        Field::new("team", Kind::Id("p.team"), &[Equal, In]).unsorted(),
        Field::new("created_at", Kind::Time("p.created_at"), COMPARED),
        Field::new("updated_at", Kind::Time("p.updated_at"), COMPARED),
    ],
    bare: None,
    refused: &[],
    order: ("p.created_at", true),
    ids: &["p.team", "p.key"],
};

/// The rows of a walk through policies.
pub fn select(tx: &ReadTx<'_>, walk: &Walk) -> Result<Vec<page::Row<Policy>>> {
    let statement = statement(COLUMNS, "moderation_configs p WHERE p.app = ?1", walk, walk.to_sql(tx.now));
    rows(tx, COLUMNS, statement, policy_of)
}
