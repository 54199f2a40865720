//! The `uploads` table.

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{OptionalExtension, named_params, params};

use super::files::Received;
use super::sql::Columns;
use super::tx::{ReadTx, WriteTx};
use crate::error::{ApiError, Result};
use crate::model::upload::{Upload, UploadKind};

impl ToSql for UploadKind {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.name().into())
    }
}

impl FromSql for UploadKind {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let word = value.as_str()?;
        Self::parse(word).ok_or(FromSqlError::InvalidType)
    }
}

/// Keeps what was received, and writes its row. In this order: what no row names is swept, and a row without its file is nothing.
pub fn add(tx: &WriteTx<'_>, upload: &Upload, received: Received) -> Result<()> {
    received.keep(&upload.hash).map_err(|cause| ApiError::internal(&cause))?;
    tx.conn()
        .prepare_cached(
            "INSERT INTO uploads (app, id, kind, name, type, hash, bytes, created_by, created_at)
             VALUES (:app, :id, :kind, :name, :type, :hash, :bytes, :by, :at)",
        )?
        .execute(named_params! {
            ":app": tx.app, ":id": upload.id, ":kind": upload.kind, ":name": upload.name, ":type": upload.media_type,
            ":hash": upload.hash, ":bytes": upload.bytes, ":by": upload.created_by, ":at": upload.created_at,
        })?;
    Ok(())
}

/// The upload of that id.
pub fn get(tx: &ReadTx<'_>, id: &str) -> Result<Option<Upload>> {
    let mut query = tx.conn().prepare_cached(
        "SELECT id, kind, name, type, hash, bytes, created_by, created_at FROM uploads WHERE app = ?1 AND id = ?2",
    )?;
    let upload = query.query_row(params![tx.app, id], |row| {
        let mut columns = Columns::of(row);
        Ok(Upload {
            id: columns.take()?,
            kind: columns.take()?,
            name: columns.take()?,
            media_type: columns.take()?,
            hash: columns.take()?,
            bytes: columns.take()?,
            created_by: columns.take()?,
            created_at: columns.take()?,
        })
    });
    Ok(upload.optional()?)
}

/// Removes an upload's row.
pub fn remove(tx: &WriteTx<'_>, id: &str) -> Result<()> {
    tx.conn().prepare_cached("DELETE FROM uploads WHERE app = ?1 AND id = ?2")?.execute(params![tx.app, id])?;
    Ok(())
}

/// What all uploads of the app take, in bytes.
pub fn bytes(tx: &ReadTx<'_>) -> Result<i64> {
    let mut query = tx.conn().prepare_cached("SELECT coalesce(sum(bytes), 0) FROM uploads WHERE app = ?1")?;
    Ok(query.query_row([tx.app], |row| row.get(0))?)
}

/// The contents that the app's rows name, by hash, with their sizes: those of at most so many bytes.
pub fn contents(tx: &ReadTx<'_>, most: u64) -> Result<Vec<(String, u64)>> {
    let mut query = tx.conn().prepare_cached(
        "SELECT hash, max(bytes) FROM uploads WHERE app = ?1 AND bytes <= ?2 GROUP BY hash ORDER BY hash",
    )?;
    let rows = query.query_map(params![tx.app, i64::try_from(most).unwrap_or(i64::MAX)], |row| {
        Ok((row.get(0)?, u64::try_from(row.get::<_, i64>(1)?).unwrap_or_default()))
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Puts a content back that rows name; what none names is passed over. Answers whether it is what its hash says.
pub fn restore(tx: &WriteTx<'_>, hash: &str, content: &[u8]) -> Result<bool> {
    let mut receiving = tx.files().receive().map_err(|cause| ApiError::internal(&cause))?;
    receiving.take(content).map_err(|cause| ApiError::internal(&cause))?;
    let (received, _, digits) = receiving.end();
    if digits != hash {
        return Ok(false);
    }
    put_back(tx, hash, received)?;
    Ok(true)
}

/// Whether a row of the app names a content.
pub fn is_named(tx: &ReadTx<'_>, hash: &str) -> Result<bool> {
    let mut named = tx.conn().prepare_cached("SELECT 1 FROM uploads WHERE app = ?1 AND hash = ?2")?;
    Ok(named.exists(params![tx.app, hash])?)
}

/// Puts a content back that has come whole and is what its hash says, where a row names it. Answers whether one does.
pub fn put_back(tx: &WriteTx<'_>, hash: &str, received: Received) -> Result<bool> {
    let is_named = is_named(tx, hash)?;
    if is_named {
        received.keep(hash).map_err(|cause| ApiError::internal(&cause))?;
    }
    Ok(is_named)
}
