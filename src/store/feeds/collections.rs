//! The `collections` table.

use std::collections::HashMap;

use rusqlite::{Row, named_params, params};

use super::super::sql::{Columns, Json};
use super::super::tx::{ReadTx, WriteTx};
use super::list;
use super::query::{rows, statement};
use crate::error::Result;
use crate::model::feeds::collection::{Collection, Reference};
use crate::operation::table;
use crate::query::Operator::{Autocomplete, Contains, Equal, Exists, Gt, Gte, In, Lt, Lte, Nin, Search, Unequal};
use crate::query::page::{Leads, Walk};
use crate::query::{Field, Kind, Operator, Resource};

/// The columns of what is kept, for [`collection_of`].
const COLUMNS: &str = "c.name, c.id, c.user_id, c.custom, c.created_at, c.updated_at";

/// Reads [`COLUMNS`], in their order.
fn collection_of(row: &Row<'_>) -> rusqlite::Result<Collection> {
    let mut columns = Columns::of(row);
    Ok(Collection {
        reference: Reference { name: columns.take()?, id: columns.take()? },
        user_id: columns.take()?,
        custom: columns.json()?,
        created_at: columns.take()?,
        updated_at: columns.take()?,
    })
}

/// What is there of these.
pub fn by_reference<'a>(
    tx: &ReadTx<'_>,
    references: impl IntoIterator<Item = &'a Reference>,
) -> Result<HashMap<Reference, Collection>> {
    let keys: Vec<[&str; 2]> = references.into_iter().map(|one| [one.name.as_str(), one.id.as_str()]).collect();
    if keys.is_empty() {
        return Ok(HashMap::new());
    }
    let text = format!(
        "SELECT {COLUMNS} FROM json_each(?2) k CROSS JOIN collections c
         WHERE c.app = ?1 AND c.name = k.value ->> 0 AND c.id = k.value ->> 1"
    );
    let mut query = tx.conn().prepare_cached(&text)?;
    let rows = query.query_map(params![tx.app, list(&keys)], collection_of)?;
    Ok(rows.map(|one| one.map(|one| (one.reference.clone(), one))).collect::<rusqlite::Result<_>>()?)
}

/// All that is a user's, the oldest first.
pub fn all_of(tx: &ReadTx<'_>, user: &str) -> Result<Vec<Collection>> {
    let text = format!(
        "SELECT {COLUMNS} FROM collections c WHERE c.app = ?1 AND c.user_id = ?2 ORDER BY c.created_at, c.name, c.id"
    );
    let mut query = tx.conn().prepare_cached(&text)?;
    let rows = query.query_map(params![tx.app, user], collection_of)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Writes what is kept: all columns.
pub fn save(tx: &WriteTx<'_>, collection: &Collection) -> Result<()> {
    let Collection { reference: Reference { name, id }, user_id, custom, created_at, updated_at } = collection;
    tx.conn()
        .prepare_cached(
            "INSERT OR REPLACE INTO collections (app, name, id, user_id, custom, created_at, updated_at)
             VALUES (:app, :name, :id, :user, :custom, :created_at, :updated_at)",
        )?
        .execute(named_params! {
            ":app": tx.app, ":name": name, ":id": id, ":user": user_id, ":custom": Json(custom),
            ":created_at": created_at, ":updated_at": updated_at,
        })?;
    Ok(())
}

/// Removes what is kept.
pub fn remove(tx: &WriteTx<'_>, Reference { name, id }: &Reference) -> Result<()> {
    tx.conn()
        .prepare_cached("DELETE FROM collections WHERE app = ?1 AND name = ?2 AND id = ?3")?
        .execute(params![tx.app, name, id])?;
    Ok(())
}

const SAME: &[Operator] = &[Equal, In];
const COMPARED: &[Operator] = &[Equal, Gt, Gte, Lt, Lte];

/// What may be asked of collections (feeds-core 1.5): `collections` under the alias `c`.
pub static QUERIED: Resource = Resource {
    operation: table::name("QueryCollections"),
    collection: "collections",
    filter: "filter",
    fields: &[
        Field::new("id", Kind::Id("c.id"), SAME),
        Field::new("name", Kind::Id("c.name"), SAME),
        Field::new("user_id", Kind::Text("c.user_id"), SAME).unsorted(),
        Field::new("created_at", Kind::Time("c.created_at"), COMPARED),
        Field::new("updated_at", Kind::Time("c.updated_at"), COMPARED),
        Field::new(
            "custom",
            Kind::Json("c.custom"),
            &[Autocomplete, Contains, Equal, Exists, Gt, Gte, In, Lt, Lte, Nin, Search, Unequal],
        ),
    ],
    bare: None,
    refused: &["custom"],
    order: ("c.created_at", true),
    ids: &["c.name", "c.id"],
};

/// A page of what a query finds: of what is one user's alone, where one is named.
pub fn select(tx: &ReadTx<'_>, user: Option<&str>, walk: &Walk) -> Result<(Vec<Collection>, Leads)> {
    let mut sql = walk.to_sql(tx.now);
    let user = user.map(|user| format!(" AND c.user_id = {}", sql.bind(user.to_owned()))).unwrap_or_default();
    let found = statement(COLUMNS, &format!("collections c WHERE c.app = ?1{user}"), walk, sql);
    Ok(walk.page(rows(tx, COLUMNS, found, collection_of)?))
}
