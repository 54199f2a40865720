//! SQLite as the store uses it.

use rusqlite::Connection;
use rusqlite::config::DbConfig;

/// Statements that a connection keeps prepared.
const STATEMENTS_MAX: usize = 256;

/// Has a connection keep its statements prepared, and their plans whatever is bound to them: otherwise SQLite looks
/// at the values, and plans a statement anew each time it is used, which costs more than most queries do.
pub fn keep_statements(conn: &Connection) -> rusqlite::Result<()> {
    conn.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map(drop)
}
