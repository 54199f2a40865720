//! What may be asked of comments (feeds-interactions 2.2).

use rusqlite::types::Value as Parameter;

use super::super::super::tx::ReadTx;
use super::super::comments::{COLUMNS, comment_of};
use super::{COMPARED, SAME, rows, statement};
use crate::error::Result;
use crate::model::feeds::comment::Comment;
use crate::operation::table;
use crate::query::Operator::{Contains, Equal, Exists, Gt, Gte, In, Lt, Lte, Search};
use crate::query::page::{self, Walk};
use crate::query::{Field, Kind, Operator, Resource};

const COUNTED: &[Operator] = &[Gt, Gte, Lt, Lte];

/// `comments` under the alias `c`.
pub static COMMENTS: Resource = Resource {
    operation: table::name("QueryComments"),
    collection: "comments",
    filter: "filter",
    fields: &[
        Field::new("id", Kind::Id("c.id"), SAME).unsorted(),
        Field::new("user_id", Kind::Id("c.user_id"), SAME).unsorted(),
        Field::new("object_id", Kind::Id("c.object_id"), SAME).unsorted(),
        // Nothing but activities is commented upon.
        Field::new("object_type", Kind::Id("'activity'"), SAME).unsorted(),
        Field::new(
            "parent_id",
            Kind::Listed {
                key: "c.under",
                of: "SELECT p.no FROM json_each({values}) v CROSS JOIN comments p WHERE p.app = ?1 AND p.id = v.value",
            },
            SAME,
        )
        .unsorted(),
        Field::new("status", Kind::Id("iif(c.deleted_with IS NULL, 'active', 'deleted')"), SAME).unsorted(),
        Field::new(
            "comment_text",
            Kind::Searched {
                text: "c.text",
                key: "c.no",
                of: "SELECT y.comment FROM comment_words y WHERE y.app = ?1",
                word: "y.word",
            },
            &[Search],
        )
        .unsorted(),
        Field::new("created_at", Kind::Time("c.created_at"), COMPARED),
        Field::new("upvote_count", Kind::Number("c.upvote_count"), COUNTED).unsorted(),
        Field::new("downvote_count", Kind::Number("c.downvote_count"), COUNTED).unsorted(),
        Field::new("reply_count", Kind::Number("c.reply_count"), COUNTED).unsorted(),
        Field::new("score", Kind::Number("c.score"), COUNTED),
        Field::new("confidence_score", Kind::Number("c.confidence_score"), COUNTED),
        // A comment without one has no place among those that have.
        Field::new("controversy_score", Kind::Number("nullif(c.controversy_score, 0)"), COUNTED).unsorted(),
        // For the order alone, in which such come last.
        Field::new("controversy", Kind::Number("c.controversy_score"), &[]),
        Field::new("custom", Kind::Json("c.custom"), &[Contains, Equal, Exists, Gt, Gte, In, Lt, Lte]).unsorted(),
    ],
    bare: None,
    refused: &["custom"],
    order: ("c.created_at", true),
    ids: &["c.no"],
};

/// The rows of a walk through comments, of those that are there, and of the others where these are asked for.
pub fn comments(tx: &ReadTx<'_>, walk: &Walk, deleted: bool) -> Result<Vec<page::Row<Comment>>> {
    rows(tx, COLUMNS, comments_of(tx, walk, deleted), comment_of)
}

fn comments_of(tx: &ReadTx<'_>, walk: &Walk, deleted: bool) -> (String, Vec<Parameter>) {
    let only = if deleted { "" } else { " AND c.deleted_with IS NULL" };
    let from = format!(
        "comments c WHERE c.app = ?1{only}
            AND EXISTS (SELECT 1 FROM activities a WHERE a.app = ?1 AND a.no = c.activity AND a.deleted_at IS NULL)"
    );
    statement(COLUMNS, &from, walk, walk.to_sql(tx.now))
}
