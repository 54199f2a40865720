//! Which feeds of a group are followed most.

use rusqlite::params;

use super::super::tx::ReadTx;
use super::feeds::{COLUMNS, feed_of};
use crate::error::Result;
use crate::model::feeds::feed::Feed;

/// The feeds of a group that others own, the most followed first, and of equally followed ones the newest: so many of those
/// behind one with these many followers and this number.
pub fn most_followed(
    tx: &ReadTx<'_>,
    group: &str,
    owner: Option<&str>,
    behind: Option<(i64, i64)>,
    most: u32,
) -> Result<Vec<Feed>> {
    let text = format!(
        "SELECT {COLUMNS} FROM feeds f INDEXED BY feeds_by_followers
         WHERE f.app = ?1 AND f.group_id = ?2 AND f.deleted_at IS NULL AND f.created_by IS NOT ?3
            AND (f.follower_count, f.no) < (?4, ?5)
         ORDER BY f.follower_count DESC, f.no DESC LIMIT ?6"
    );
    let (followers, no) = behind.unwrap_or((i64::MAX, i64::MAX));
    let mut query = tx.conn().prepare_cached(&text)?;
    let rows = query.query_map(params![tx.app, group, owner, followers, no, most], feed_of)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
