//! The `push_preferences` table: a user's own under an empty `channel_cid`, a channel's under its cid.

use rusqlite::{OptionalExtension, params};
use serde_json::{Map, Value};

use super::sql::{Json, json};
use super::tx::{ReadTx, WriteTx};
use crate::error::Result;

/// In which order preferences are kept, whatever the order in which they were set.
const ORDER: [&str; 6] =
    ["chat_level", "call_level", "feeds_level", "chat_preferences", "feeds_preferences", "disabled_until"];

/// The preferences of a user in a place.
#[derive(Clone, Debug, PartialEq)]
pub struct Preferences {
    /// Whose.
    pub user_id: String,
    /// For which channel; empty for the user's own.
    pub channel_cid: String,
    /// The levels and choices.
    pub set: Map<String, Value>,
}

/// The preferences in a place, if any were set.
pub fn get(tx: &ReadTx<'_>, user_id: &str, channel_cid: &str) -> Result<Option<Map<String, Value>>> {
    let mut query = tx.conn().prepare_cached(
        "SELECT preferences FROM push_preferences WHERE app = ?1 AND user_id = ?2 AND channel_cid = ?3",
    )?;
    let found = query.query_row(params![tx.app, user_id, channel_cid], |row| row.get(0)).optional()?;
    Ok(found.map(|Json(set)| set))
}

/// For how many channels a user has preferences.
pub fn channels(tx: &ReadTx<'_>, user_id: &str) -> Result<usize> {
    let mut query = tx.conn().prepare_cached(
        "SELECT count(*) FROM push_preferences WHERE app = ?1 AND user_id = ?2 AND channel_cid <> ''",
    )?;
    let count: i64 = query.query_row(params![tx.app, user_id], |row| row.get(0))?;
    Ok(usize::try_from(count).unwrap_or_default())
}

/// All preferences of the app, by user and channel.
pub fn all(tx: &ReadTx<'_>) -> Result<Vec<Preferences>> {
    let mut query = tx.conn().prepare_cached(
        "SELECT user_id, channel_cid, preferences FROM push_preferences WHERE app = ?1 ORDER BY user_id, channel_cid",
    )?;
    let rows = query.query_map([tx.app], |row| {
        Ok(Preferences { user_id: row.get(0)?, channel_cid: row.get(1)?, set: json(row, 2)? })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Sets the preferences in a place.
pub fn save(tx: &WriteTx<'_>, user_id: &str, channel_cid: &str, preferences: &Map<String, Value>) -> Result<()> {
    let mut entries: Vec<_> = preferences.iter().collect();
    entries.sort_by_key(|(key, _)| ORDER.iter().position(|known| known == key));
    let preferences: Map<_, _> = entries.into_iter().map(|(key, value)| (key.clone(), value.clone())).collect();
    tx.conn()
        .prepare_cached(
            "INSERT INTO push_preferences (app, user_id, channel_cid, preferences) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (app, user_id, channel_cid) DO UPDATE SET preferences = excluded.preferences",
        )?
        .execute(params![tx.app, user_id, channel_cid, Json(preferences)])?;
    Ok(())
}
