//! The `push_preferences` table: a user's own under an empty `channel_cid`, a channel's under its cid.

use rusqlite::{OptionalExtension, params};
use serde_json::{Map, Value};

use super::apps::from_json;
use super::{ReadTx, WriteTx};
use crate::error::Result;

/// The preferences in a place, if any were set.
pub fn get(tx: &ReadTx<'_>, user_id: &str, channel_cid: &str) -> Result<Option<Map<String, Value>>> {
    let mut query = tx.conn().prepare_cached(
        "SELECT preferences FROM push_preferences WHERE app = ?1 AND user_id = ?2 AND channel_cid = ?3",
    )?;
    let text: Option<String> = query.query_row(params![tx.app.0, user_id, channel_cid], |row| row.get(0)).optional()?;
    text.as_deref().map(from_json).transpose()
}

/// For how many channels a user has preferences.
pub fn channels(tx: &ReadTx<'_>, user_id: &str) -> Result<usize> {
    let mut query = tx.conn().prepare_cached(
        "SELECT count(*) FROM push_preferences WHERE app = ?1 AND user_id = ?2 AND channel_cid <> ''",
    )?;
    let count: i64 = query.query_row(params![tx.app.0, user_id], |row| row.get(0))?;
    Ok(usize::try_from(count).unwrap_or_default())
}

/// Every preferences of the app, by user and channel.
pub fn all(tx: &ReadTx<'_>) -> Result<Vec<(String, String, Map<String, Value>)>> {
    let mut query = tx.conn().prepare_cached(
        "SELECT user_id, channel_cid, preferences FROM push_preferences WHERE app = ?1 ORDER BY user_id, channel_cid",
    )?;
    let rows = query.query_map([tx.app.0], |row| Ok((row.get(0)?, row.get(1)?, row.get::<_, String>(2)?)))?;
    rows.map(|row| {
        let (user, cid, text) = row?;
        Ok((user, cid, from_json(&text)?))
    })
    .collect()
}

/// Sets the preferences in a place. Their keys are kept in order, so that they do not tell how they came about.
pub fn save(tx: &WriteTx<'_>, user_id: &str, channel_cid: &str, preferences: &Map<String, Value>) -> Result<()> {
    let mut preferences = preferences.clone();
    preferences.sort_keys();
    tx.conn()
        .prepare_cached(
            "INSERT INTO push_preferences (app, user_id, channel_cid, preferences) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (app, user_id, channel_cid) DO UPDATE SET preferences = excluded.preferences",
        )?
        .execute(params![tx.app.0, user_id, channel_cid, Value::Object(preferences).to_string()])?;
    Ok(())
}
