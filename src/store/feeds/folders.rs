//! The `bookmark_folders` table.

use std::collections::HashMap;

use rusqlite::{OptionalExtension, Row, params};

use super::super::sql::{Columns, Json};
use super::super::tx::{ReadTx, WriteTx};
use super::list;
use super::query::{rows, statement};
use crate::error::Result;
use crate::model::feeds::bookmark::Folder;
use crate::operation::table;
use crate::query::Operator::{Autocomplete, Contains, Equal, Exists, Gt, Gte, In, Lt, Lte};
use crate::query::page::{Leads, Walk};
use crate::query::{Field, Kind, Operator, Resource};

/// The columns of a folder, for [`folder_of`].
const COLUMNS: &str = "d.no, d.id, d.user_id, d.name, d.custom, d.created_at, d.updated_at";

/// Reads [`COLUMNS`], in their order.
fn folder_of(row: &Row<'_>) -> rusqlite::Result<Folder> {
    let mut columns = Columns::of(row);
    Ok(Folder {
        no: columns.take()?,
        id: columns.take()?,
        user_id: columns.take()?,
        name: columns.take()?,
        custom: columns.json()?,
        created_at: columns.take()?,
        updated_at: columns.take()?,
    })
}

/// The folder of that id.
pub fn get(tx: &ReadTx<'_>, id: &str) -> Result<Option<Folder>> {
    let text = format!("SELECT {COLUMNS} FROM bookmark_folders d WHERE d.app = ?1 AND d.id = ?2");
    let mut query = tx.conn().prepare_cached(&text)?;
    Ok(query.query_row(params![tx.app, id], folder_of).optional()?)
}

/// The folders of these numbers, by number.
pub fn by_number(tx: &ReadTx<'_>, numbers: &[i64]) -> Result<HashMap<i64, Folder>> {
    let text = format!(
        "SELECT {COLUMNS} FROM bookmark_folders d WHERE d.app = ?1 AND d.no IN (SELECT value FROM json_each(?2))"
    );
    let mut query = tx.conn().prepare_cached(&text)?;
    let rows = query.query_map(params![tx.app, list(numbers)], folder_of)?;
    Ok(rows.map(|folder| folder.map(|folder| (folder.no, folder))).collect::<rusqlite::Result<_>>()?)
}

/// All folders of a user, the oldest first.
pub fn all_of(tx: &ReadTx<'_>, user: &str) -> Result<Vec<Folder>> {
    let text = format!(
        "SELECT {COLUMNS} FROM bookmark_folders d WHERE d.app = ?1 AND d.user_id = ?2 ORDER BY d.created_at, d.no"
    );
    let mut query = tx.conn().prepare_cached(&text)?;
    let rows = query.query_map(params![tx.app, user], folder_of)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Writes a folder.
pub fn save(tx: &WriteTx<'_>, folder: &Folder) -> Result<()> {
    let Folder { no, id, user_id, name, custom, created_at, updated_at } = folder;
    tx.conn()
        .prepare_cached(
            "INSERT OR REPLACE INTO bookmark_folders (app, no, id, user_id, name, custom, created_at, updated_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![tx.app, no, id, user_id, name, Json(custom), created_at, updated_at])?;
    Ok(())
}

/// Removes a folder.
pub fn remove(tx: &WriteTx<'_>, folder: i64) -> Result<()> {
    tx.conn()
        .prepare_cached("DELETE FROM bookmark_folders WHERE app = ?1 AND no = ?2")?
        .execute(params![tx.app, folder])?;
    Ok(())
}

const COMPARED: &[Operator] = &[Equal, Gt, Gte, Lt, Lte];

/// What may be asked of folders (feeds-interactions 4): `bookmark_folders` under the alias `d`.
pub static QUERIED: Resource = Resource {
    operation: table::name("QueryBookmarkFolders"),
    collection: "bookmark_folders",
    filter: "filter",
    fields: &[
        Field::new("created_at", Kind::Time("d.created_at"), COMPARED),
        Field::new("updated_at", Kind::Time("d.updated_at"), COMPARED),
        Field::new("user_id", Kind::Id("d.user_id"), &[Equal, In]).unsorted(),
        Field::new("folder_name", Kind::Text("d.name"), &[Autocomplete, Contains, Equal, In]),
        Field::new("custom", Kind::Json("d.custom"), &[Contains, Equal, Exists, Gt, Gte, In, Lt, Lte]),
    ],
    bare: None,
    refused: &["custom"],
    order: ("d.created_at", true),
    ids: &["d.no"],
};

/// A page of the folders that a query finds: of those of one user alone, where one is named.
pub fn select(tx: &ReadTx<'_>, user: Option<&str>, walk: &Walk) -> Result<(Vec<Folder>, Leads)> {
    let mut sql = walk.to_sql(tx.now);
    let user = user.map(|user| format!(" AND d.user_id = {}", sql.bind(user.to_owned()))).unwrap_or_default();
    let found = statement(COLUMNS, &format!("bookmark_folders d WHERE d.app = ?1{user}"), walk, sql);
    Ok(walk.page(rows(tx, COLUMNS, found, folder_of)?))
}
