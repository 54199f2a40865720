//! The `ended_tokens` table: tokens that were ended by hand, by their fingerprints.

use std::collections::{HashMap, HashSet};
use std::fmt;

use rusqlite::{Connection, Row, params};

use super::tx::{ReadTx, WriteTx};
use crate::app::ended::ENDED_TOKENS_MAX;
use crate::auth::facts::End;
use crate::auth::fingerprint::Fingerprint;
use crate::clock::Time;
use crate::error::{ApiError, Result};
use crate::ids::{AppId, UserId};

/// A token that was ended by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndedToken {
    /// Which.
    pub token: Fingerprint,
    /// As what.
    pub kind: End,
    /// Whose it is.
    pub user_id: Option<UserId>,
    /// When it was ended.
    pub ended_at: Time,
    /// When it would have expired by itself.
    pub expires_at: Option<Time>,
}

/// No more tokens can be ended; what was asked for was left undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

impl fmt::Display for Full {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at most {ENDED_TOKENS_MAX} tokens of an app can be ended at the same time; nothing was ended")
    }
}

/// Which of them.
#[derive(Clone, Debug)]
pub enum Which {
    /// All.
    All,
    /// Those of a user.
    OfUser(String),
    /// One.
    One(Fingerprint),
}

/// How each was ended.
pub fn kinds(conn: &Connection, app: AppId) -> Result<HashMap<Fingerprint, End>> {
    let mut query = conn.prepare_cached("SELECT token, kind FROM ended_tokens WHERE app = ?1")?;
    let rows = query.query_map([app], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// All of them, in the order of their fingerprints.
pub fn all(tx: &ReadTx<'_>) -> Result<Vec<EndedToken>> {
    let mut query =
        tx.conn().prepare_cached(&format!("SELECT {COLUMNS} FROM ended_tokens WHERE app = ?1 ORDER BY token"))?;
    let rows = query.query_map([tx.app], read)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Those that would still be good by themselves, the newest first; of one user, if one is named.
pub fn list(tx: &ReadTx<'_>, user: Option<&str>, limit: usize) -> Result<Vec<EndedToken>> {
    let mut query = tx.conn().prepare_cached(&format!(
        "SELECT {COLUMNS} FROM ended_tokens WHERE app = ?1 AND (?2 IS NULL OR user_id = ?2) AND (expires_at IS NULL OR expires_at >= ?3)
         ORDER BY ended_at DESC, token LIMIT ?4"
    ))?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = query.query_map(params![tx.app, user, tx.now, limit], read)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Ends tokens, all of these or none. Those that have expired meanwhile are forgotten first.
pub fn end(tx: &WriteTx<'_>, tokens: &[EndedToken]) -> Result<std::result::Result<(), Full>> {
    forget(tx, "expires_at < ?2", Some(tx.now))?;
    let mut known = tx.conn().prepare_cached("SELECT 1 FROM ended_tokens WHERE app = ?1 AND token = ?2")?;
    let mut more = HashSet::new();
    for EndedToken { token, .. } in tokens {
        if !known.exists(params![tx.app, token])? {
            more.insert(*token);
        }
    }
    if count(tx)? + more.len() > ENDED_TOKENS_MAX {
        return Ok(Err(Full));
    }
    tokens.iter().try_for_each(|ended| save(tx, ended)).map(Ok)
}

/// Writes a token down as ended. Whoever does that asks [`check_room`] afterwards.
pub fn save(tx: &WriteTx<'_>, ended: &EndedToken) -> Result<()> {
    let EndedToken { token, kind, user_id, ended_at, expires_at } = ended;
    tx.conn()
        .prepare_cached(
            "INSERT INTO ended_tokens (app, token, kind, user_id, ended_at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (app, token) DO UPDATE SET kind = excluded.kind, user_id = excluded.user_id,
                 ended_at = excluded.ended_at, expires_at = excluded.expires_at",
        )?
        .execute(params![tx.app, token, kind, user_id, ended_at, expires_at])?;
    tx.token_ended(*token, Some(*kind), user_id.clone());
    Ok(())
}

/// Whether there are no more than there may be.
pub fn check_room(tx: &ReadTx<'_>) -> Result<()> {
    if count(tx)? <= ENDED_TOKENS_MAX { Ok(()) } else { Err(ApiError::input(Full.to_string())) }
}

fn count(tx: &ReadTx<'_>) -> Result<usize> {
    let mut query = tx.conn().prepare_cached("SELECT count(*) FROM ended_tokens WHERE app = ?1")?;
    let count: i64 = query.query_row([tx.app], |row| row.get(0))?;
    Ok(usize::try_from(count).unwrap_or_default())
}

/// Takes the ending back. Answers of how many.
pub fn take_back(tx: &WriteTx<'_>, which: &Which) -> Result<usize> {
    match which {
        Which::All => forget(tx, "?2 IS NULL", None::<i64>),
        Which::OfUser(user) => forget(tx, "user_id = ?2", Some(user)),
        Which::One(token) => forget(tx, "token = ?2", Some(token)),
    }
}

fn forget(tx: &WriteTx<'_>, which: &'static str, value: impl rusqlite::ToSql) -> Result<usize> {
    let sql = format!("DELETE FROM ended_tokens WHERE app = ?1 AND {which} RETURNING token");
    let mut delete = tx.conn().prepare_cached(&sql)?;
    let gone = delete.query_map(params![tx.app, value], |row| row.get(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
    for token in &gone {
        tx.token_ended(*token, None, None);
    }
    Ok(gone.len())
}

const COLUMNS: &str = "token, kind, user_id, ended_at, expires_at";

fn read(row: &Row<'_>) -> rusqlite::Result<EndedToken> {
    Ok(EndedToken {
        token: row.get(0)?,
        kind: row.get(1)?,
        user_id: row.get(2)?,
        ended_at: row.get(3)?,
        expires_at: row.get(4)?,
    })
}
