//! The `tasks` table. millpond finishes a task in the request that begins it, so each is there at once and complete.

use rusqlite::{OptionalExtension, Row, params};
use serde_json::{Map, Value};

use super::sql::{Json, json};
use super::tx::{ReadTx, WriteTx};
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

/// Tasks of an app at the most; one more makes the oldest go.
const PER_APP_MAX: u32 = 10_000;

/// Writes down a completed task and answers its id. Only the newest tasks stay.
pub fn complete(tx: &WriteTx<'_>, result: &Map<String, Value>) -> Result<String> {
    let id = tx.new_id();
    tx.conn()
        .prepare_cached("INSERT INTO tasks (app, id, status, result, created_at, updated_at) VALUES (?1, ?2, 'completed', ?3, ?4, ?4)")?
        .execute(params![tx.app, id, Json(result), tx.now])?;
    keep_newest(tx, &id, PER_APP_MAX)?;
    Ok(id)
}

/// The member of a result that holds the file that the task made.
pub const EXPORT: &str = "export";

/// Forgets the files of exports that ended before a moment; the tasks stay.
pub fn forget_exports(tx: &WriteTx<'_>, before: Time) -> Result<()> {
    tx.conn()
        .prepare_cached(
            "UPDATE tasks SET result = json_set(result, '$.export', NULL)
             WHERE app = ?1 AND updated_at < ?2 AND json_type(result, '$.export') = 'object'",
        )?
        .execute(params![tx.app, before])?;
    Ok(())
}

/// Removes all but the newest tasks. Of equally new ones this task stays.
fn keep_newest(tx: &WriteTx<'_>, id: &str, most: u32) -> Result<()> {
    tx.conn()
        .prepare_cached(
            "DELETE FROM tasks WHERE app = ?1 AND id IN (
                SELECT id FROM tasks WHERE app = ?1 AND id <> ?2 ORDER BY created_at DESC LIMIT -1 OFFSET ?3)",
        )?
        .execute(params![tx.app, id, most.saturating_sub(1)])?;
    Ok(())
}

/// Writes a task as it was. Whoever writes several calls [`trim`] when all are there.
pub fn save(tx: &WriteTx<'_>, task: &Task) -> Result<()> {
    tx.conn()
        .prepare_cached(
            "INSERT INTO tasks (app, id, status, result, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (app, id) DO UPDATE SET status = excluded.status, result = excluded.result,
                created_at = excluded.created_at, updated_at = excluded.updated_at",
        )?
        .execute(params![tx.app, task.id, task.status, Json(&task.result), task.created_at, task.updated_at])?;
    Ok(())
}

/// Removes the oldest tasks where there are too many.
pub fn trim(tx: &WriteTx<'_>) -> Result<()> {
    // No task has this id, so one more of the others stays.
    keep_newest(tx, "", PER_APP_MAX + 1)
}

/// Every task of the app, by id.
pub fn all(tx: &ReadTx<'_>) -> Result<Vec<Task>> {
    let mut query = tx.conn().prepare_cached(&format!("SELECT {COLUMNS} FROM tasks WHERE app = ?1 ORDER BY id"))?;
    Ok(query.query_map([tx.app], task_of)?.collect::<rusqlite::Result<_>>()?)
}

/// The task of that id.
pub fn get(tx: &ReadTx<'_>, id: &str) -> Result<Option<Task>> {
    let mut query = tx.conn().prepare_cached(&format!("SELECT {COLUMNS} FROM tasks WHERE app = ?1 AND id = ?2"))?;
    Ok(query.query_row(params![tx.app, id], task_of).optional()?)
}

const COLUMNS: &str = "id, status, result, created_at, updated_at";

fn task_of(row: &Row<'_>) -> rusqlite::Result<Task> {
    Ok(Task {
        id: row.get(0)?,
        status: row.get(1)?,
        result: json(row, 2)?,
        created_at: row.get(3)?,
        updated_at: row.get(4)?,
    })
}

#[cfg(test)]
mod tests {
    use super::super::{Scope, Store, apps, file::Place};
    use super::*;
    use crate::clock::ClockMode;

    #[tokio::test]
    async fn the_newest_tasks_stay_and_this_one_among_equally_new_ones() {
        let store = Store::open(Place::temporary().expect("a place")).expect("a store");
        let clock = ClockMode::Frozen(Time(1_000_000_000));
        let new = apps::NewApp {
            name: "a".to_owned(),
            api_key: "a".to_owned(),
            api_secret: "s".to_owned(),
            clock,
            is_base: false,
        };
        let app = store.create_app(new).await.expect("an app");
        let work = |tx: &WriteTx<'_>| {
            let ids: Vec<String> = (0..5).map(|_| complete(tx, &Map::new())).collect::<Result<_>>()?;
            for (at, id) in ids.iter().enumerate().take(3) {
                let sql = "UPDATE tasks SET created_at = ?2 WHERE id = ?1";
                tx.conn().execute(sql, params![id, i64::try_from(at).unwrap_or_default()])?;
            }
            keep_newest(tx, &ids[4], 3)?;
            let there = |id: &String| Ok(get(tx, id)?.is_some());
            let after = ids.iter().map(there).collect::<Result<Vec<bool>>>()?;
            keep_newest(tx, &ids[2], 1)?;
            Ok((after, get(tx, &ids[2])?.is_some(), get(tx, &ids[4])?.is_some()))
        };
        let (after, asked, other) = store.write(&Scope::own(&app), work).await.expect("a write");
        assert_eq!(after, [false, false, true, true, true]);
        assert_eq!((asked, other), (true, false));
    }

    #[tokio::test]
    async fn tasks_that_were_written_as_they_were_are_trimmed_to_as_many_as_an_app_has() {
        let store = Store::open(Place::temporary().expect("a place")).expect("a store");
        let new = apps::NewApp {
            name: "a".to_owned(),
            api_key: "a".to_owned(),
            api_secret: "s".to_owned(),
            is_base: false,
            clock: ClockMode::System,
        };
        let app = store.create_app(new).await.expect("an app");
        let work = |tx: &WriteTx<'_>| {
            for at in 0..=PER_APP_MAX {
                let (status, result, time) = ("completed".to_owned(), Map::new(), Time(at.into()));
                save(tx, &Task { id: at.to_string(), status, result, created_at: time, updated_at: time })?;
            }
            trim(tx)?;
            Ok((all(tx)?.len(), get(tx, "0")?.is_none()))
        };
        let (count, oldest_is_gone) = store.write(&Scope::own(&app), work).await.expect("a write");
        assert_eq!((u32::try_from(count).expect("few"), oldest_is_gone), (PER_APP_MAX, true));
    }
}
