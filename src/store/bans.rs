//! The `bans` table. The ban upon the whole app has an empty `channel_cid`.

use rusqlite::{named_params, params};

use super::{ReadTx, WriteTx};
use crate::clock::Time;
use crate::error::Result;

/// A ban.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ban {
    /// Who is banned.
    pub user_id: String,
    /// Where; empty for the whole app.
    pub channel_cid: String,
    /// Only others notice.
    pub shadow: bool,
    /// Who banned.
    pub banned_by: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// When it ends, if it does.
    pub expires_at: Option<Time>,
    /// Since when; where it is not said, since it is written.
    pub created_at: Option<Time>,
}

/// Sets a ban; an earlier one in the same place gives way.
pub fn save(tx: &WriteTx<'_>, ban: &Ban) -> Result<()> {
    tx.conn()
        .prepare_cached(
            "INSERT INTO bans (app, user_id, channel_cid, shadow, banned_by, reason, created_at, expires_at)
             VALUES (:app, :user, :cid, :shadow, :by, :reason, :created, :expires)
             ON CONFLICT (app, user_id, channel_cid) DO UPDATE SET shadow = excluded.shadow, banned_by = excluded.banned_by,
                reason = excluded.reason, created_at = excluded.created_at, expires_at = excluded.expires_at",
        )?
        .execute(named_params! {
            ":app": tx.app.0, ":user": ban.user_id, ":cid": ban.channel_cid, ":shadow": ban.shadow, ":by": ban.banned_by,
            ":reason": ban.reason, ":created": ban.created_at.unwrap_or(tx.now).0, ":expires": ban.expires_at.map(|t| t.0),
        })?;
    Ok(())
}

/// Lifts a ban.
pub fn lift(tx: &WriteTx<'_>, user_id: &str, channel_cid: &str) -> Result<()> {
    tx.conn()
        .prepare_cached("DELETE FROM bans WHERE app = ?1 AND user_id = ?2 AND channel_cid = ?3")?
        .execute(params![tx.app.0, user_id, channel_cid])?;
    Ok(())
}

/// Every ban of the app, ended ones included, in a stable order.
pub fn all(tx: &ReadTx<'_>) -> Result<Vec<Ban>> {
    let mut query = tx.conn().prepare_cached(
        "SELECT user_id, channel_cid, shadow, banned_by, reason, expires_at, created_at FROM bans WHERE app = ?1 ORDER BY user_id, channel_cid",
    )?;
    let rows = query.query_map([tx.app.0], |row| {
        Ok(Ban {
            user_id: row.get(0)?,
            channel_cid: row.get(1)?,
            shadow: row.get(2)?,
            banned_by: row.get(3)?,
            reason: row.get(4)?,
            expires_at: row.get::<_, Option<i64>>(5)?.map(Time),
            created_at: Some(Time(row.get(6)?)),
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
