//! The `comments` table, with the words of the texts beside it.

use rusqlite::{OptionalExtension, Row, named_params, params};

use super::super::sql::{Columns, Json};
use super::super::tx::{ReadTx, WriteTx};
use super::{list, words};
use crate::error::Result;
use crate::model::feeds::comment::{Comment, CommentCounts};

/// The columns of a comment, for [`comment_of`].
pub(super) const COLUMNS: &str =
    "c.no, c.id, c.activity, c.object_id, c.under, c.parent_id, c.user_id, c.text, c.attachments, c.mentioned, c.custom, c.i18n,
        c.reply_count, c.reaction_count, c.bookmark_count, c.upvote_count, c.downvote_count, c.created_at, c.updated_at,
        c.edited_at, c.deleted_at, c.deleted_with, c.moderation";

/// Reads [`COLUMNS`], in their order.
pub(super) fn comment_of(row: &Row<'_>) -> rusqlite::Result<Comment> {
    let mut columns = Columns::of(row);
    Ok(Comment {
        no: columns.take()?,
        id: columns.take()?,
        activity: columns.take()?,
        object_id: columns.take()?,
        under: columns.take()?,
        parent_id: columns.take()?,
        user_id: columns.take()?,
        text: columns.take()?,
        attachments: columns.json()?,
        mentioned: columns.json()?,
        custom: columns.json()?,
        i18n: columns.json()?,
        counts: CommentCounts {
            replies: columns.take()?,
            reactions: columns.take()?,
            bookmarks: columns.take()?,
            upvotes: columns.take()?,
            downvotes: columns.take()?,
        },
        created_at: columns.take()?,
        updated_at: columns.take()?,
        edited_at: columns.take()?,
        deleted_at: columns.take()?,
        deleted_with: columns.take()?,
        moderation: columns.json()?,
    })
}

/// The comment of that id, deleted ones included.
pub fn get(tx: &ReadTx<'_>, id: &str) -> Result<Option<Comment>> {
    let text = format!("SELECT {COLUMNS} FROM comments c WHERE c.app = ?1 AND c.id = ?2");
    let mut query = tx.conn().prepare_cached(&text)?;
    Ok(query.query_row(params![tx.app, id], comment_of).optional()?)
}

/// The ids of the comments that a user wrote, deleted ones included, the newest first.
pub fn written_by(tx: &ReadTx<'_>, user: &str) -> Result<Vec<String>> {
    let mut query =
        tx.conn().prepare_cached("SELECT id FROM comments WHERE app = ?1 AND user_id = ?2 ORDER BY no DESC")?;
    Ok(query.query_map(params![tx.app, user], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?)
}

/// The comments of these numbers, deleted ones included.
pub fn by_number(tx: &ReadTx<'_>, numbers: &[i64]) -> Result<Vec<Comment>> {
    let text =
        format!("SELECT {COLUMNS} FROM comments c WHERE c.app = ?1 AND c.no IN (SELECT value FROM json_each(?2))");
    let mut query = tx.conn().prepare_cached(&text)?;
    let rows = query.query_map(params![tx.app, list(numbers)], comment_of)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The comments of these ids, deleted ones included.
pub fn by_id(tx: &ReadTx<'_>, ids: &[String]) -> Result<Vec<Comment>> {
    let text =
        format!("SELECT {COLUMNS} FROM comments c WHERE c.app = ?1 AND c.id IN (SELECT value FROM json_each(?2))");
    let mut query = tx.conn().prepare_cached(&text)?;
    let rows = query.query_map(params![tx.app, list(ids)], comment_of)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Writes a comment: all columns, and its words.
pub fn save(tx: &WriteTx<'_>, comment: &Comment) -> Result<()> {
    let CommentCounts { replies, reactions, bookmarks, upvotes, downvotes } = comment.counts;
    tx.conn()
        .prepare_cached(
            "INSERT OR REPLACE INTO comments (app, no, id, activity, object_id, under, parent_id, user_id, text, attachments,
                mentioned, custom, i18n, reply_count, reaction_count, bookmark_count, upvote_count, downvote_count, score,
                confidence_score, controversy_score, created_at, updated_at, edited_at, deleted_at, deleted_with, moderation)
             VALUES (:app, :no, :id, :activity, :object, :under, :parent, :user, :text, :attachments, :mentioned, :custom, :i18n,
                :replies, :reactions, :bookmarks, :upvotes, :downvotes, :score, :confidence, :controversy, :created_at,
                :updated_at, :edited_at, :deleted_at, :deleted_with, :moderation)",
        )?
        .execute(named_params! {
            ":app": tx.app, ":no": comment.no, ":id": comment.id, ":activity": comment.activity,
            ":object": comment.object_id, ":under": comment.under, ":parent": comment.parent_id, ":user": comment.user_id,
            ":text": comment.text, ":attachments": Json(&comment.attachments), ":mentioned": Json(&comment.mentioned),
            ":custom": Json(&comment.custom), ":i18n": Json(&comment.i18n), ":replies": replies, ":reactions": reactions,
            ":bookmarks": bookmarks, ":upvotes": upvotes, ":downvotes": downvotes, ":score": comment.counts.score(),
            ":confidence": comment.counts.confidence(), ":controversy": comment.counts.controversy(),
            ":created_at": comment.created_at, ":updated_at": comment.updated_at, ":edited_at": comment.edited_at,
            ":deleted_at": comment.deleted_at, ":deleted_with": comment.deleted_with,
            ":moderation": Json(&comment.moderation),
        })?;
    save_words(tx, comment)
}

fn save_words(tx: &WriteTx<'_>, comment: &Comment) -> Result<()> {
    let conn = tx.conn();
    conn.prepare_cached("DELETE FROM comment_words WHERE app = ?1 AND comment = ?2")?
        .execute(params![tx.app, comment.no])?;
    let mut insert = conn.prepare_cached("INSERT INTO comment_words (app, word, comment) VALUES (?1, ?2, ?3)")?;
    for word in words(comment.text.as_deref().unwrap_or_default()) {
        insert.execute(params![tx.app, word, comment.no])?;
    }
    Ok(())
}

/// Writes what a comment counts, and nothing else of it.
pub fn save_counts(tx: &WriteTx<'_>, no: i64, counts: CommentCounts) -> Result<()> {
    let CommentCounts { replies, reactions, bookmarks, upvotes, downvotes } = counts;
    tx.conn()
        .prepare_cached(
            "UPDATE comments SET reply_count = ?3, reaction_count = ?4, bookmark_count = ?5, upvote_count = ?6,
                downvote_count = ?7, score = ?8, confidence_score = ?9, controversy_score = ?10
             WHERE app = ?1 AND no = ?2",
        )?
        .execute(params![
            tx.app,
            no,
            replies,
            reactions,
            bookmarks,
            upvotes,
            downvotes,
            counts.score(),
            counts.confidence(),
            counts.controversy()
        ])?;
    Ok(())
}

/// The comments of a subtree as `tree`, down to where a condition on a comment `c` no longer holds.
macro_rules! tree {
    ($condition:literal) => {
        concat!(
            "WITH RECURSIVE tree(no) AS (
                SELECT ?2 UNION ALL
                SELECT c.no FROM tree t CROSS JOIN comments c WHERE c.app = ?1 AND c.under = t.no AND ",
            $condition,
            ") "
        )
    };
}

/// Takes a comment away with all that answer it and are there. Answers how many there were.
pub fn delete_tree(tx: &WriteTx<'_>, top: i64) -> Result<i64> {
    let gone = tx
        .conn()
        .prepare_cached(concat!(
            tree!("c.deleted_with IS NULL"),
            "UPDATE comments SET deleted_with = ?2, deleted_at = max(?3, updated_at + ?4), updated_at = max(?3, updated_at + ?4)
             WHERE app = ?1 AND no IN (SELECT no FROM tree) AND deleted_with IS NULL"
        ))?
        .execute(params![tx.app, top, tx.now, STEP_NS])?;
    Ok(i64::try_from(gone).unwrap_or_default())
}

/// Brings back a comment with all that its deletion took along. Answers how many they are.
pub fn restore_tree(tx: &WriteTx<'_>, top: i64) -> Result<i64> {
    let back = tx
        .conn()
        .prepare_cached(concat!(
            tree!("c.deleted_with = ?2"),
            "UPDATE comments SET deleted_with = NULL, deleted_at = NULL, updated_at = max(?3, updated_at + ?4)
             WHERE app = ?1 AND no IN (SELECT no FROM tree)"
        ))?
        .execute(params![tx.app, top, tx.now, STEP_NS])?;
    Ok(i64::try_from(back).unwrap_or_default())
}

/// The numbers of a comment and of all below it, deleted ones included, and how many of them are there.
pub fn tree(tx: &ReadTx<'_>, top: i64) -> Result<(Vec<i64>, i64)> {
    let mut query = tx.conn().prepare_cached(concat!(
        tree!("TRUE"),
        "SELECT c.no, c.deleted_with IS NULL FROM tree t CROSS JOIN comments c WHERE c.app = ?1 AND c.no = t.no"
    ))?;
    let rows = query.query_map(params![tx.app, top], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, bool>(1)?)))?;
    let rows = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    let live = rows.iter().filter(|(_, is_live)| *is_live).count();
    Ok((rows.into_iter().map(|(no, _)| no).collect(), i64::try_from(live).unwrap_or_default()))
}

/// The numbers of all comments upon an activity, deleted ones included.
pub fn upon(tx: &ReadTx<'_>, activity: i64) -> Result<Vec<i64>> {
    let mut query = tx.conn().prepare_cached(
        "SELECT c.no FROM activities a CROSS JOIN comments c
         WHERE a.app = ?1 AND a.no = ?2 AND c.app = ?1 AND c.object_id = a.id AND c.activity = a.no",
    )?;
    let rows = query.query_map(params![tx.app, activity], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Removes comments with all that hangs on them.
pub fn remove(tx: &WriteTx<'_>, numbers: &[i64]) -> Result<()> {
    if numbers.is_empty() {
        return Ok(());
    }
    for sql in [
        "DELETE FROM reactions WHERE app = ?1 AND kind = 'comment' AND object IN (SELECT value FROM json_each(?2))",
        "DELETE FROM reaction_groups WHERE app = ?1 AND kind = 'comment' AND object IN (SELECT value FROM json_each(?2))",
        "DELETE FROM bookmarks WHERE app = ?1 AND kind = 'comment' AND object IN (SELECT value FROM json_each(?2))",
        "DELETE FROM revisions WHERE app = ?1 AND kind = 'comment' AND object IN (SELECT value FROM json_each(?2))",
        "DELETE FROM comment_words WHERE app = ?1 AND comment IN (SELECT value FROM json_each(?2))",
        "DELETE FROM comments WHERE app = ?1 AND no IN (SELECT value FROM json_each(?2))",
    ] {
        tx.conn().prepare_cached(sql)?.execute(params![tx.app, list(numbers)])?;
    }
    Ok(())
}

/// What a change adds to the time of the last one at the least, as `domain::later` has it for single rows.
const STEP_NS: i64 = 1_001_000;

/// The number of the comment that leads from what is answered to a comment: itself, or the one above it that answers that.
pub fn branch(tx: &ReadTx<'_>, of: i64, under: i64) -> Result<Option<i64>> {
    let mut query = tx.conn().prepare_cached(
        "WITH RECURSIVE up(no, under) AS (
            SELECT c.no, c.under FROM comments c WHERE c.app = ?1 AND c.no = ?2 UNION ALL
            SELECT c.no, c.under FROM up CROSS JOIN comments c WHERE up.under <> ?3 AND c.app = ?1 AND c.no = up.under
         )
         SELECT no FROM up WHERE under = ?3",
    )?;
    Ok(query.query_row(params![tx.app, of, under], |row| row.get(0)).optional()?)
}
