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
        Self::ALL.into_iter().find(|kind| kind.name() == word).ok_or(FromSqlError::InvalidType)
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
