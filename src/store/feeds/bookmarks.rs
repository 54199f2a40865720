//! The `bookmarks` table: of objects of any kind, by their numbers.

use rusqlite::{Row, params};

use super::super::sql::{Columns, Json};
use super::super::tx::{ReadTx, WriteTx};
use super::list;
use super::query::{rows, statement};
use crate::error::Result;
use crate::model::feeds::bookmark::Bookmark;
use crate::model::feeds::object::{Object, ObjectKind};
use crate::operation::table;
use crate::query::Operator::{Equal, Exists, Gt, Gte, In, Lt, Lte};
use crate::query::page::{self, Walk};
use crate::query::{Field, Kind, Operator, Resource};

/// The columns of a bookmark, for [`bookmark_of`].
const COLUMNS: &str = "b.no, b.kind, b.object, b.activity, b.user_id, b.folder, b.custom, b.created_at, b.updated_at";

/// Reads [`COLUMNS`], in their order.
fn bookmark_of(row: &Row<'_>) -> rusqlite::Result<Bookmark> {
    let mut columns = Columns::of(row);
    Ok(Bookmark {
        no: columns.take()?,
        object: Object { kind: columns.take()?, no: columns.take()?, activity: columns.take()? },
        user_id: columns.take()?,
        folder: Some(columns.take()?).filter(|folder| *folder != 0),
        custom: columns.json()?,
        created_at: columns.take()?,
        updated_at: columns.take()?,
    })
}

/// All bookmarks that a user has of these objects of a kind, the newest first.
pub fn own(tx: &ReadTx<'_>, kind: ObjectKind, objects: &[i64], user: &str) -> Result<Vec<Bookmark>> {
    let text = format!(
        "SELECT {COLUMNS} FROM json_each(?3) o CROSS JOIN bookmarks b
         WHERE b.app = ?1 AND b.kind = ?2 AND b.object = o.value AND b.user_id = ?4 ORDER BY b.created_at DESC, b.no DESC"
    );
    let mut query = tx.conn().prepare_cached(&text)?;
    let rows = query.query_map(params![tx.app, kind, list(objects), user], bookmark_of)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// All bookmarks of a user, the oldest first.
pub fn all_of(tx: &ReadTx<'_>, user: &str) -> Result<Vec<Bookmark>> {
    let text =
        format!("SELECT {COLUMNS} FROM bookmarks b WHERE b.app = ?1 AND b.user_id = ?2 ORDER BY b.created_at, b.no");
    let mut query = tx.conn().prepare_cached(&text)?;
    let rows = query.query_map(params![tx.app, user], bookmark_of)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// All bookmarks in a folder.
pub fn in_folder(tx: &ReadTx<'_>, folder: i64) -> Result<Vec<Bookmark>> {
    let text = format!("SELECT {COLUMNS} FROM bookmarks b WHERE b.app = ?1 AND b.folder = ?2 AND b.folder <> 0");
    let mut query = tx.conn().prepare_cached(&text)?;
    let rows = query.query_map(params![tx.app, folder], bookmark_of)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Writes a bookmark.
pub fn save(tx: &WriteTx<'_>, bookmark: &Bookmark) -> Result<()> {
    let Bookmark { no, object, user_id, folder, custom, created_at, updated_at } = bookmark;
    tx.conn()
        .prepare_cached(
            "INSERT OR REPLACE INTO bookmarks (app, no, kind, object, activity, user_id, folder, custom, created_at, updated_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?
        .execute(params![
            tx.app,
            no,
            object.kind,
            object.no,
            object.activity,
            user_id,
            folder.unwrap_or_default(),
            Json(custom),
            created_at,
            updated_at
        ])?;
    Ok(())
}

/// Removes a bookmark.
pub fn remove(tx: &WriteTx<'_>, bookmark: i64) -> Result<()> {
    tx.conn().prepare_cached("DELETE FROM bookmarks WHERE app = ?1 AND no = ?2")?.execute(params![tx.app, bookmark])?;
    Ok(())
}

const SAME: &[Operator] = &[Equal, In];
const COMPARED: &[Operator] = &[Equal, Gt, Gte, Lt, Lte];
const ACTIVITY_ID: &str =
    "(SELECT x.id FROM activities x WHERE b.kind = 'activity' AND x.app = b.app AND x.no = b.object)";

const OBJECT_ID: &str = "(CASE b.kind
    WHEN 'activity' THEN (SELECT x.id FROM activities x WHERE x.app = b.app AND x.no = b.object)
    ELSE (SELECT c.id FROM comments c WHERE c.app = b.app AND c.no = b.object) END)";

/// What may be asked of bookmarks (feeds-interactions 4): `bookmarks` under the alias `b`.
pub static QUERIED: Resource = Resource {
    operation: table::name("QueryBookmarks"),
    collection: "bookmarks",
    filter: "filter",
    fields: &[
        Field::new("created_at", Kind::Time("b.created_at"), COMPARED),
        Field::new("updated_at", Kind::Time("b.updated_at"), COMPARED),
        Field::new("user_id", Kind::Id("b.user_id"), SAME).unsorted(),
        Field::new("object_type", Kind::Id("b.kind"), SAME).unsorted(),
        Field::new("object_id", Kind::Text(OBJECT_ID), SAME).unsorted(),
        Field::new("activity_id", Kind::Text(ACTIVITY_ID), SAME).unsorted(),
        Field::new(
            "folder_id",
            Kind::Text("(SELECT d.id FROM bookmark_folders d WHERE d.app = b.app AND d.no = b.folder)"),
            &[Equal, Exists, In],
        )
        .unsorted(),
    ],
    bare: None,
    refused: &[],
    order: ("b.created_at", true),
    ids: &["b.no"],
};

/// The rows of a walk through bookmarks of what is not deleted: through those of one user alone, where one is named.
pub fn select(tx: &ReadTx<'_>, user: Option<&str>, walk: &Walk) -> Result<Vec<page::Row<Bookmark>>> {
    let mut sql = walk.to_sql(tx.now);
    let user = user.map(|user| format!(" AND b.user_id = {}", sql.bind(user.to_owned()))).unwrap_or_default();
    let from = format!(
        "bookmarks b WHERE b.app = ?1{user}
            AND EXISTS (SELECT 1 FROM activities a WHERE a.app = ?1 AND a.no = b.activity AND a.deleted_at IS NULL)
            AND (b.kind = 'activity'
                OR EXISTS (SELECT 1 FROM comments c WHERE c.app = ?1 AND c.no = b.object AND c.deleted_with IS NULL))"
    );
    rows(tx, COLUMNS, statement(COLUMNS, &from, walk, sql), bookmark_of)
}
