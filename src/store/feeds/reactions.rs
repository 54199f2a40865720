//! The `reactions` and `reaction_groups` tables: to objects of any kind, by their numbers.

use std::collections::BTreeMap;

use rusqlite::{Row, params};

use super::super::sql::{Columns, Json};
use super::super::tx::{ReadTx, WriteTx};
use super::list;
use super::query::{rows, statement};
use crate::error::Result;
use crate::model::feeds::object::{Object, ObjectKind};
use crate::model::feeds::reaction::{Reaction, ReactionGroup};
use crate::operation::table;
use crate::query::Operator::{Equal, Exists, Gt, Gte, In, Lt, Lte};
use crate::query::page::{Leads, Walk};
use crate::query::{Field, Kind, Operator, Resource};

/// The columns of a reaction, for [`reaction_of`].
const COLUMNS: &str = "r.no, r.kind, r.object, r.activity, r.user_id, r.type, r.custom, r.created_at, r.updated_at";

/// Reads [`COLUMNS`], in their order.
fn reaction_of(row: &Row<'_>) -> rusqlite::Result<Reaction> {
    let mut columns = Columns::of(row);
    Ok(Reaction {
        no: columns.take()?,
        object: Object { kind: columns.take()?, no: columns.take()?, activity: columns.take()? },
        user_id: columns.take()?,
        kind: columns.take()?,
        custom: columns.json()?,
        created_at: columns.take()?,
        updated_at: columns.take()?,
    })
}

/// All reactions that a user has to an object, in the order of their types.
pub fn of_user(tx: &ReadTx<'_>, object: Object, user: &str) -> Result<Vec<Reaction>> {
    own(tx, object.kind, &[object.no], user)
}

/// The same of several objects of a kind.
pub fn own(tx: &ReadTx<'_>, kind: ObjectKind, objects: &[i64], user: &str) -> Result<Vec<Reaction>> {
    let text = format!(
        "SELECT {COLUMNS} FROM json_each(?3) o CROSS JOIN reactions r
         WHERE r.app = ?1 AND r.kind = ?2 AND r.object = o.value AND r.user_id = ?4 ORDER BY r.type"
    );
    let mut query = tx.conn().prepare_cached(&text)?;
    let rows = query.query_map(params![tx.app, kind, list(objects), user], reaction_of)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// All reactions that a user has to objects of a kind, the oldest first.
pub fn all_of(tx: &ReadTx<'_>, kind: ObjectKind, user: &str) -> Result<Vec<Reaction>> {
    let text = format!(
        "SELECT {COLUMNS} FROM reactions r WHERE r.app = ?1 AND r.user_id = ?2 AND r.kind = ?3 ORDER BY r.created_at, r.no"
    );
    let mut query = tx.conn().prepare_cached(&text)?;
    let rows = query.query_map(params![tx.app, user, kind], reaction_of)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The newest reactions to each of these objects of a kind, the newest first.
pub fn latest(tx: &ReadTx<'_>, kind: ObjectKind, objects: &[i64], most: u32) -> Result<Vec<Reaction>> {
    let text = format!(
        "SELECT {COLUMNS} FROM json_each(?3) o CROSS JOIN reactions r
         WHERE r.app = ?1 AND r.no IN (
            SELECT x.no FROM reactions x WHERE x.app = ?1 AND x.kind = ?2 AND x.object = o.value
            ORDER BY x.created_at DESC, x.no DESC LIMIT ?4)
         ORDER BY r.created_at DESC, r.no DESC"
    );
    let mut query = tx.conn().prepare_cached(&text)?;
    let rows = query.query_map(params![tx.app, kind, list(objects), most], reaction_of)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The reactions to these objects of a kind by those whom a user follows: by those of them alone who follow the user too,
/// where it has to be mutual. The newest first.
pub fn of_friends(
    tx: &ReadTx<'_>,
    kind: ObjectKind,
    objects: &[i64],
    user: &str,
    is_mutual: bool,
) -> Result<Vec<Reaction>> {
    let text = format!(
        "WITH friends AS MATERIALIZED (
            SELECT DISTINCT t.created_by AS id FROM feeds s CROSS JOIN follows w CROSS JOIN feeds t
            WHERE s.app = ?1 AND s.created_by = ?4 AND w.app = ?1 AND w.source = s.no AND w.status = 'accepted'
                AND t.app = ?1 AND t.no = w.target AND t.created_by <> ?4
                AND (NOT ?5 OR EXISTS (
                    SELECT 1 FROM feeds f CROSS JOIN follows b CROSS JOIN feeds o
                    WHERE f.app = ?1 AND f.created_by = t.created_by AND b.app = ?1 AND b.source = f.no
                        AND b.status = 'accepted' AND o.app = ?1 AND o.no = b.target AND o.created_by = ?4))
         )
         SELECT {COLUMNS} FROM json_each(?3) o CROSS JOIN friends f CROSS JOIN reactions r
         WHERE r.app = ?1 AND r.kind = ?2 AND r.object = o.value AND r.user_id = f.id
         ORDER BY r.created_at DESC, r.no DESC"
    );
    let mut query = tx.conn().prepare_cached(&text)?;
    let rows = query.query_map(params![tx.app, kind, list(objects), user, is_mutual], reaction_of)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// How many reactions of each type there are to each of these objects of a kind.
pub fn groups(
    tx: &ReadTx<'_>,
    kind: ObjectKind,
    objects: &[i64],
) -> Result<BTreeMap<i64, BTreeMap<String, ReactionGroup>>> {
    let mut query = tx.conn().prepare_cached(
        "SELECT g.object, g.type, g.count, g.first_at, g.last_at FROM json_each(?3) o CROSS JOIN reaction_groups g
         WHERE g.app = ?1 AND g.kind = ?2 AND g.object = o.value",
    )?;
    let mut groups: BTreeMap<i64, BTreeMap<String, ReactionGroup>> = BTreeMap::new();
    let mut rows = query.query(params![tx.app, kind, list(objects)])?;
    while let Some(row) = rows.next()? {
        let mut columns = Columns::of(row);
        let (object, kind) = (columns.take()?, columns.take()?);
        let group = ReactionGroup { count: columns.take()?, first_at: columns.take()?, last_at: columns.take()? };
        groups.entry(object).or_default().insert(kind, group);
    }
    Ok(groups)
}

/// Writes a reaction. One that is not there yet is counted in its group.
pub fn save(tx: &WriteTx<'_>, reaction: &Reaction, is_new: bool) -> Result<()> {
    let Reaction { no, object, user_id, kind, custom, created_at, updated_at } = reaction;
    tx.conn()
        .prepare_cached(
            "INSERT OR REPLACE INTO reactions (app, no, kind, object, activity, user_id, type, custom, created_at, updated_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?
        .execute(params![
            tx.app,
            no,
            object.kind,
            object.no,
            object.activity,
            user_id,
            kind,
            Json(custom),
            created_at,
            updated_at
        ])?;
    if is_new {
        tx.conn()
            .prepare_cached(
                "INSERT INTO reaction_groups (app, kind, object, type, activity, count, first_at, last_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, 1, ?6, ?6)
                 ON CONFLICT DO UPDATE SET count = count + 1, first_at = min(first_at, excluded.first_at),
                    last_at = max(last_at, excluded.last_at)",
            )?
            .execute(params![tx.app, object.kind, object.no, kind, object.activity, created_at])?;
    }
    Ok(())
}

/// Removes a reaction, which its group counts out: one in which nothing is left goes. Only the ends of an index are looked at,
/// so what it costs does not grow with the group.
pub fn remove(tx: &WriteTx<'_>, reaction: &Reaction) -> Result<()> {
    let Reaction { no, object, kind, .. } = reaction;
    let group = params![tx.app, object.kind, object.no, kind];
    tx.conn().prepare_cached("DELETE FROM reactions WHERE app = ?1 AND no = ?2")?.execute(params![tx.app, no])?;
    tx.conn()
        .prepare_cached(
            "DELETE FROM reaction_groups WHERE app = ?1 AND kind = ?2 AND object = ?3 AND type = ?4 AND count = 1",
        )?
        .execute(group)?;
    tx.conn()
        .prepare_cached(
            "UPDATE reaction_groups SET count = count - 1,
                first_at = (SELECT r.created_at FROM reactions r
                    WHERE r.app = ?1 AND r.kind = ?2 AND r.object = ?3 AND r.type = ?4 ORDER BY r.created_at LIMIT 1),
                last_at = (SELECT r.created_at FROM reactions r
                    WHERE r.app = ?1 AND r.kind = ?2 AND r.object = ?3 AND r.type = ?4 ORDER BY r.created_at DESC LIMIT 1)
             WHERE app = ?1 AND kind = ?2 AND object = ?3 AND type = ?4",
        )?
        .execute(group)?;
    Ok(())
}

const SAME: &[Operator] = &[Equal, In];
const TIMED: &[Operator] = &[Equal, Exists, Gt, Gte, In, Lt, Lte];

/// What may be asked of reactions (feeds-interactions 3): `reactions` under the alias `r`.
macro_rules! queried {
    ($operation:expr) => {
        Resource {
            operation: $operation,
            collection: "reactions",
            filter: "filter",
            fields: FIELDS,
            bare: None,
            refused: &[],
            order: ("r.created_at", true),
            ids: &["r.no"],
        }
    };
}

const FIELDS: &[Field] = &[
    Field::new("created_at", Kind::Time("r.created_at"), TIMED),
    Field::new("reaction_type", Kind::Id("r.type"), SAME),
    // As server SDKs spell it in their own tests.
    Field::new("type", Kind::Id("r.type"), SAME).unsorted(),
    Field::new("user_id", Kind::Id("r.user_id"), SAME),
    Field::new(
        "comment_id",
        Kind::Text("(SELECT x.id FROM comments x WHERE r.kind = 'comment' AND x.app = r.app AND x.no = r.object)"),
        SAME,
    )
    .unsorted(),
    Field::new(
        "activity_id",
        Kind::Text("(SELECT x.id FROM activities x WHERE x.app = r.app AND x.no = r.activity)"),
        SAME,
    )
    .unsorted(),
];

/// Of the reactions to one activity.
pub static OF_ACTIVITY: Resource = queried!(table::name("QueryActivityReactions"));

/// Of the reactions to one comment.
pub static OF_COMMENT: Resource = queried!(table::name("QueryCommentReactions"));

/// Of a user's reactions to several comments.
pub static OF_COMMENTS: Resource = queried!(table::name("BatchQueryCommentReactions"));

/// Of a user's reactions to several.
pub static OF_ACTIVITIES: Resource = queried!(table::name("BatchQueryActivityReactions"));

/// A page of the reactions to these objects of a kind that a query finds: of those of one user alone, where one is named.
pub fn select(
    tx: &ReadTx<'_>,
    kind: ObjectKind,
    objects: &[i64],
    user: Option<&str>,
    walk: &Walk,
) -> Result<(Vec<Reaction>, Leads)> {
    let mut sql = walk.to_sql(tx.now);
    let kind = sql.bind(kind.name().to_owned());
    let objects = if let [one] = objects {
        format!("r.object = {}", sql.bind(*one))
    } else {
        let objects = serde_json::to_string(objects).unwrap_or_default();
        format!("r.object IN (SELECT value FROM json_each({}))", sql.bind(objects))
    };
    let user = user.map(|user| format!(" AND r.user_id = {}", sql.bind(user.to_owned()))).unwrap_or_default();
    let from = format!("reactions r WHERE r.app = ?1 AND r.kind = {kind} AND {objects}{user}");
    Ok(walk.page(rows(tx, COLUMNS, statement(COLUMNS, &from, walk, sql), reaction_of)?))
}
