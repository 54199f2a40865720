//! Who shares activities, read from the activities that do.

use rusqlite::{Row, params};

use super::super::sql::Columns;
use super::super::tx::ReadTx;
use super::list;
use crate::error::Result;
use crate::model::feeds::share::Share;

/// The columns of a share, for [`share_of`].
const COLUMNS: &str = "a.parent, a.no, a.id, a.user_id, a.created_at";

/// Reads [`COLUMNS`], in their order.
fn share_of(row: &Row<'_>) -> rusqlite::Result<Share> {
    let mut columns = Columns::of(row);
    Ok(Share {
        parent: columns.take()?,
        activity: columns.take()?,
        activity_id: columns.take()?,
        user_id: columns.take()?,
        created_at: columns.take()?,
    })
}

/// The shares of an activity that everybody may know of, and this user's own, the newest first: so many of those behind a
/// share's moment and number.
pub fn of(
    tx: &ReadTx<'_>,
    parent: i64,
    user: Option<&str>,
    behind: Option<(i64, i64)>,
    most: u32,
) -> Result<Vec<Share>> {
    let text = format!(
        "SELECT {COLUMNS} FROM activities a
         WHERE a.app = ?1 AND a.parent = ?2 AND a.deleted_at IS NULL AND (a.visibility <> 'private' OR a.user_id = ?3)
            AND (a.created_at, a.no) < (?4, ?5)
         ORDER BY a.created_at DESC, a.no DESC LIMIT ?6"
    );
    let (at, behind) = behind.unwrap_or((i64::MAX, i64::MAX));
    let mut query = tx.conn().prepare_cached(&text)?;
    let rows = query.query_map(params![tx.app, parent, user, at, behind, most], share_of)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The newest shares of each of these activities that everybody may know of.
pub fn newest(tx: &ReadTx<'_>, parents: &[i64], most: u32) -> Result<Vec<Share>> {
    let text = format!(
        "SELECT {COLUMNS} FROM json_each(?2) p CROSS JOIN activities a
         WHERE a.app = ?1 AND a.no IN (
            SELECT x.no FROM activities x
            WHERE x.app = ?1 AND x.parent = p.value AND x.deleted_at IS NULL AND x.visibility <> 'private'
            ORDER BY x.created_at DESC, x.no DESC LIMIT ?3)
         ORDER BY a.created_at DESC, a.no DESC"
    );
    let mut query = tx.conn().prepare_cached(&text)?;
    let rows = query.query_map(params![tx.app, list(parents), most], share_of)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
