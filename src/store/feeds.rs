//! The tables of Feeds V3.

use std::collections::BTreeSet;

use rusqlite::params;

use super::tx::WriteTx;
use crate::error::Result;

pub mod activities;
pub mod aggregates;
pub mod bookmarks;
pub mod collections;
pub mod comments;
pub mod feedback;
#[expect(clippy::module_inception, reason = "the same names in each layer")]
pub mod feeds;
pub mod folders;
pub mod follows;
pub mod groups;
pub mod interests;
pub mod marks;
pub mod members;
pub mod membership;
pub mod metrics;
pub mod notifications;
pub mod pins;
pub mod polls;
pub mod query;
pub mod reactions;
pub mod revisions;
pub mod selection;
pub mod shares;
pub mod suggestions;
pub mod threads;
pub mod timeline;
pub mod usage;
pub mod user_data;
pub mod views;

/// The next number of a feed, an activity or a comment.
pub fn next_number(tx: &WriteTx<'_>) -> Result<i64> {
    let mut statement = tx
        .conn()
        .prepare_cached("UPDATE states SET feeds_counter = feeds_counter + 1 WHERE app = ?1 RETURNING feeds_counter")?;
    Ok(statement.query_row(params![tx.app], |row| row.get(0))?)
}

/// A list as one parameter, for `IN (SELECT value FROM json_each(?))`: the same statement serves any number of values.
fn list<T: serde::Serialize>(values: &[T]) -> super::sql::Json<&[T]> {
    super::sql::Json(values)
}

/// Words of a text that are kept to find it by: more than anybody looks for, and bounded.
const WORDS_MAX: usize = 1_000;

/// The words of a text, each once.
fn words(text: &str) -> BTreeSet<String> {
    crate::query::words::of(text).take(WORDS_MAX).collect()
}
