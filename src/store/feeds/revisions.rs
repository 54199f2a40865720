//! The `revisions` table.

use rusqlite::{Row, named_params, params};

use super::super::sql::{Columns, Json};
use super::super::tx::{ReadTx, WriteTx};
use super::query::{rows, statement};
use crate::error::Result;
use crate::model::feeds::revision::Revision;
use crate::operation::table;
use crate::query::Operator::{Equal, Gt, Gte, In, Lt, Lte};
use crate::query::page::{Leads, Walk};
use crate::query::{Field, Kind, Operator, Resource};

const COLUMNS: &str =
    "r.no, r.kind, r.object, r.object_id, r.action, r.user_id, r.changed_fields, r.previous, r.created_at";

/// Reads [`COLUMNS`], in their order.
fn revision_of(row: &Row<'_>) -> rusqlite::Result<Revision> {
    let mut columns = Columns::of(row);
    Ok(Revision {
        no: columns.take()?,
        kind: columns.take()?,
        object: columns.take()?,
        object_id: columns.take()?,
        action: columns.take()?,
        user_id: columns.take()?,
        changed_fields: columns.json()?,
        previous: columns.json()?,
        created_at: columns.take()?,
    })
}

/// Keeps a revision, and of its object no more than the newest so many.
pub fn add(tx: &WriteTx<'_>, revision: &Revision, most: u32) -> Result<()> {
    tx.conn()
        .prepare_cached(
            "INSERT INTO revisions (app, no, kind, object, object_id, action, user_id, changed_fields, previous, created_at)
             VALUES (:app, :no, :kind, :object, :object_id, :action, :user, :changed, :previous, :created_at)",
        )?
        .execute(named_params! {
            ":app": tx.app, ":no": revision.no, ":kind": revision.kind, ":object": revision.object,
            ":object_id": revision.object_id, ":action": revision.action, ":user": revision.user_id,
            ":changed": Json(&revision.changed_fields), ":previous": Json(&revision.previous),
            ":created_at": revision.created_at,
        })?;
    tx.conn()
        .prepare_cached(
            "DELETE FROM revisions WHERE app = ?1 AND no IN (
                SELECT no FROM revisions WHERE app = ?1 AND kind = ?2 AND object = ?3 ORDER BY no DESC LIMIT -1 OFFSET ?4)",
        )?
        .execute(params![tx.app, revision.kind, revision.object, most])?;
    Ok(())
}

const SAME: &[Operator] = &[Equal, In];
const COMPARED: &[Operator] = &[Equal, Gt, Gte, Lt, Lte];

/// What may be asked of revisions (feeds-core 1.5): `revisions` under the alias `r`.
pub static QUERIED: Resource = Resource {
    operation: table::name("QueryRevisionHistory"),
    collection: "revisions",
    filter: "filter",
    fields: &[
        Field::new("object_id", Kind::Id("r.object_id"), SAME).unsorted(),
        Field::new("object_type", Kind::Id("r.kind"), &[Equal]).unsorted(),
        Field::new("user_id", Kind::Id("r.user_id"), SAME).unsorted(),
        Field::new("action_type", Kind::Id("r.action"), SAME).unsorted(),
        Field::new("id", Kind::Number("r.no"), COMPARED),
        Field::new("created_at", Kind::Time("r.created_at"), COMPARED),
    ],
    bare: None,
    refused: &[],
    order: ("r.created_at", true),
    ids: &["r.no"],
};

/// A page of what a query finds.
pub fn select(tx: &ReadTx<'_>, walk: &Walk) -> Result<(Vec<Revision>, Leads)> {
    let found = statement(COLUMNS, "revisions r WHERE r.app = ?1", walk, walk.to_sql(tx.now));
    Ok(walk.page(rows(tx, COLUMNS, found, revision_of)?))
}
