//! The `tasks` table. millpond finishes a task in the request that begins it, so each is there at once and complete.

use rusqlite::{OptionalExtension, params};
use serde_json::{Map, Value};

use super::apps::from_json;
use super::{ReadTx, WriteTx};
use crate::clock::Time;
use crate::error::Result;

/// A task.
#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    /// Its id.
    pub id: String,
    /// `completed` or `failed`.
    pub status: String,
    /// What came out.
    pub result: Map<String, Value>,
    /// When it began.
    pub created_at: Time,
    /// When it ended.
    pub updated_at: Time,
}

/// Writes down a completed task and answers its id.
pub fn complete(tx: &WriteTx<'_>, result: &Map<String, Value>) -> Result<String> {
    let id = tx.new_id();
    tx.conn()
        .prepare_cached("INSERT INTO tasks (app, id, status, result, created_at, updated_at) VALUES (?1, ?2, 'completed', ?3, ?4, ?4)")?
        .execute(params![tx.app.0, id, Value::Object(result.clone()).to_string(), tx.now.0])?;
    Ok(id)
}

/// The task of that id.
pub fn get(tx: &ReadTx<'_>, id: &str) -> Result<Option<Task>> {
    let mut query = tx
        .conn()
        .prepare_cached("SELECT status, result, created_at, updated_at FROM tasks WHERE app = ?1 AND id = ?2")?;
    let found = query
        .query_row(params![tx.app.0, id], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, Time(row.get(2)?), Time(row.get(3)?)))
        })
        .optional()?;
    found
        .map(|(status, result, created_at, updated_at)| {
            Ok(Task { id: id.to_owned(), status, result: from_json(&result)?, created_at, updated_at })
        })
        .transpose()
}
