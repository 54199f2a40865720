//! SQLite's write-ahead log: how long it is, and when it begins anew.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use rusqlite::Connection;

use super::file::beside;

/// Writes the log into the database, and begins it anew and empty. Waits for who reads in it, for some seconds at the most.
pub const RESTART: &str = "PRAGMA wal_checkpoint(TRUNCATE)";

/// The write-ahead log, as the writer last left it.
pub struct Log {
    path: PathBuf,
    step: u64,
    too_long_from: AtomicU64,
    length: AtomicU64,
    is_to_restart: AtomicBool,
}

impl Log {
    /// Of a database, with a bound in bytes.
    pub fn new(database: &Path, bytes_max: u64) -> Self {
        Self {
            path: beside(database, "-wal"),
            step: bytes_max,
            too_long_from: AtomicU64::new(bytes_max),
            length: AtomicU64::new(0),
            is_to_restart: AtomicBool::new(false),
        }
    }

    /// Has the writer begin it anew.
    pub fn is_to_restart(&self) {
        self.is_to_restart.store(true, Ordering::Release);
    }

    /// Whether it is beyond its bound.
    pub fn is_too_long(&self) -> bool {
        self.length.load(Ordering::Acquire) >= self.too_long_from.load(Ordering::Acquire)
    }

    /// On the writer's thread, between its transactions: begins the log anew where that was asked for, and measures it.
    pub fn after_commit(&self, conn: &Connection) {
        let restarts = self.is_to_restart.swap(false, Ordering::AcqRel);
        if restarts && let Err(cause) = conn.execute_batch(RESTART) {
            tracing::debug!(%cause, "the write-ahead log was not begun anew");
        }
        let length = fs::metadata(&self.path).map_or(0, |found| found.len());
        if restarts {
            // When another program reads in it, the next attempt is made when it has grown by as much again.
            self.too_long_from.store(length + self.step, Ordering::Release);
        }
        self.length.store(length, Ordering::Release);
    }
}
