//! Whole states of apps: everything that lies under one number. They are copied row by row, kept as what a reset goes back
//! to or as snapshots, and take the place of one another.
//!
//! What a state has is what [`TABLES`] lists.

use rusqlite::{Connection, OptionalExtension, params};

use super::tables::{RECORD, TABLES, Table, columns};
use crate::clock::Time;
use crate::error::{ApiError, Code, Result};
use crate::ids::AppId;

/// The code with which sockets are closed when another state takes the place of theirs: SDKs do not come back by
/// themselves, and so cannot disturb the next test.
pub const CLOSE_CODE_DEFAULT: u16 = 1000;

/// Rows of one table that are copied or deleted at once: what the writer does in some milliseconds. Few in unit tests, so that
/// small states are copied in many pieces as well.
const PIECE_MAX_ROWS: usize = if cfg!(test) { 20 } else { 1_000 };
/// Rows that are copied in one transaction, so that no other app waits for long.
const PIECES_MAX_ROWS: usize = 2 * PIECE_MAX_ROWS;

/// What a state is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// The app's present state.
    Live,
    /// What a reset goes back to.
    Baseline,
    /// Kept under a name, since that moment of the app's clock.
    Snapshot(String, Time),
}

/// Gives a state that was made its owner and role. Whichever had the role is given up.
///
/// # Errors
/// When there is no such owner.
pub fn adopt(conn: &Connection, state: AppId, owner: i64, role: &Role) -> Result<()> {
    if !conn.prepare_cached("SELECT 1 FROM apps WHERE id = ?1")?.exists([owner])? {
        return Err(no_such_state());
    }
    let (word, name, at) = match role {
        Role::Live => ("live", None, None),
        Role::Baseline => ("baseline", None, None),
        Role::Snapshot(name, at) => ("snapshot", Some(name.as_str()), Some(at)),
    };
    conn.prepare_cached(
        "UPDATE states SET role = 'gone', owner = 0 WHERE owner = ?1 AND role = ?2 AND snapshot IS ?3",
    )?
    .execute(params![owner, word, name])?;
    conn.prepare_cached("UPDATE states SET role = ?2, owner = ?3, snapshot = ?4, kept_at = ?5 WHERE app = ?1")?
        .execute(params![state, word, owner, name, at])?;
    Ok(())
}

/// The state of an app in this role, if there is one.
pub fn find(conn: &Connection, owner: i64, role: &str, snapshot: Option<&str>) -> Result<Option<AppId>> {
    let mut query = conn.prepare_cached("SELECT app FROM states WHERE owner = ?1 AND role = ?2 AND snapshot IS ?3")?;
    Ok(query.query_row(params![owner, role, snapshot], |row| row.get(0)).optional()?)
}

/// Gives up a state. Its rows stay behind for [`sweep`].
pub fn give_up(conn: &Connection, state: AppId) -> Result<()> {
    conn.prepare_cached("UPDATE states SET role = 'gone', owner = 0 WHERE app = ?1")?.execute([state])?;
    Ok(())
}

/// The same for a state that nobody has yet. One that somebody has by now stays.
pub fn give_up_half(conn: &Connection, state: AppId) -> Result<()> {
    conn.prepare_cached("UPDATE states SET role = 'gone', owner = 0 WHERE app = ?1 AND role = 'making'")?
        .execute([state])?;
    Ok(())
}

/// Takes a piece of what was given up away. Answers whether something may be left.
pub fn sweep(conn: &Connection) -> Result<bool> {
    let mut query = conn.prepare_cached("SELECT app FROM states WHERE role = 'gone' ORDER BY app LIMIT 1")?;
    let Some(state) = query.query_row([], |row| row.get::<_, AppId>(0)).optional()? else { return Ok(false) };
    for Table { name: table, key, .. } in TABLES {
        let piece = format!("SELECT app, {key} FROM {table} WHERE app = ?1 LIMIT {PIECE_MAX_ROWS}");
        let sql = format!("DELETE FROM {table} WHERE (app, {key}) IN ({piece})");
        if conn.prepare_cached(&sql)?.execute([state])? == PIECE_MAX_ROWS {
            return Ok(true);
        }
    }
    conn.prepare_cached("DELETE FROM states WHERE app = ?1")?.execute([state])?;
    Ok(true)
}

/// Takes away what an earlier process did not get to: states that were given up, those that were half made, and those of an
/// app that is not there.
pub fn sweep_all(conn: &Connection) -> Result<()> {
    conn.execute("UPDATE states SET role = 'gone', owner = 0 WHERE role = 'making'", [])?;
    conn.execute("UPDATE states SET role = 'gone', owner = 0 WHERE owner NOT IN (SELECT id FROM apps)", [])?;
    while sweep(conn)? {}
    Ok(())
}

/// A state that is being copied.
pub struct Copying {
    from: AppId,
    /// The copy.
    pub to: AppId,
    /// The table that is next.
    table: usize,
}

/// Begins to copy a state. The copy belongs to nobody until it is adopted, and is swept at the next start when it never is.
pub fn begin_copy(conn: &Connection, from: AppId) -> Result<Copying> {
    let sql = format!(
        "INSERT INTO states (owner, role, {RECORD}) SELECT 0, 'making', {RECORD} FROM states WHERE app = ?1 AND {LIVING}"
    );
    // Where there is no such state, the last row id is that of another's.
    if conn.prepare_cached(&sql)?.execute([from])? != 1 {
        return Err(no_such_state());
    }
    Ok(Copying { from, to: AppId(conn.last_insert_rowid()), table: 0 })
}

/// Holds of a state that an app has.
const LIVING: &str = "role IN ('live', 'baseline', 'snapshot') AND owner IN (SELECT id FROM apps)";

fn no_such_state() -> ApiError {
    ApiError::new(Code::AccessKeyError, "api_key not valid")
}

/// Copies some thousand rows. Answers whether everything is copied.
///
/// # Errors
/// When the state that is copied is nobody's any more.
pub fn copy_on(conn: &Connection, copying: &mut Copying) -> Result<bool> {
    let sql = format!("SELECT 1 FROM states WHERE app = ?1 AND {LIVING}");
    if !conn.prepare_cached(&sql)?.exists([copying.from])? {
        return Err(no_such_state());
    }
    let mut copied = 0;
    while let Some(Table { name, key, .. }) = TABLES.get(copying.table) {
        let rows = copy_piece(conn, name, key, copying)?;
        if rows < PIECE_MAX_ROWS {
            copying.table += 1;
        }
        copied += rows;
        if copied >= PIECES_MAX_ROWS {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Copies a whole state at once.
pub fn copy_whole(conn: &Connection, from: AppId) -> Result<AppId> {
    let mut copying = begin_copy(conn, from)?;
    while !copy_on(conn, &mut copying)? {}
    Ok(copying.to)
}

/// Copies the next rows of a table, those behind the last one that was copied.
fn copy_piece(conn: &Connection, table: &str, key: &str, copying: &Copying) -> Result<usize> {
    let columns = columns(conn, table)?.join(", ");
    let begun = conn
        .prepare_cached(&format!("SELECT 1 FROM {table} WHERE app = ?1 LIMIT 1"))?
        .query_row([copying.to], |_| Ok(()))
        .optional()?;
    let behind = if begun.is_some() {
        let descending = key.replace(',', " DESC,");
        format!("AND ({key}) > (SELECT {key} FROM {table} WHERE app = ?1 ORDER BY {descending} DESC LIMIT 1)")
    } else {
        String::new()
    };
    let sql = format!(
        "INSERT INTO {table} (app, {columns})
         SELECT ?1, {columns} FROM {table} WHERE app = ?2 {behind} ORDER BY {key} LIMIT {PIECE_MAX_ROWS}"
    );
    Ok(conn.prepare_cached(&sql)?.execute([copying.to, copying.from])?)
}
