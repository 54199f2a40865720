//! What can go wrong with the database under a running process: told to the caller in words, and once in the log.
//!
//! This is the one place where SQLite's errors become ours.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::anyhow;
use rusqlite::ErrorCode;

use super::file::beside;
use crate::error::{ApiError, Code, Result, Trouble};

/// What an error of SQLite's says of the database, if it is about that and not about a statement.
pub fn trouble_of(cause: &rusqlite::Error) -> Option<Trouble> {
    match cause.sqlite_error_code()? {
        ErrorCode::DiskFull => Some(Trouble::Full),
        ErrorCode::ReadOnly | ErrorCode::PermissionDenied => Some(Trouble::ReadOnly),
        ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => Some(Trouble::Damaged),
        ErrorCode::SystemIoFailure | ErrorCode::FileLockingProtocolFailed => Some(Trouble::Failing),
        ErrorCode::CannotOpen => Some(Trouble::NotOpened),
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Some(Trouble::Locked),
        _ => None,
    }
}

/// What SQLite says of a database that is being opened, in the words that a running process has for it.
pub fn in_words(cause: anyhow::Error, database: &Path) -> anyhow::Error {
    // One that was told in words already has them before SQLite's.
    let first = cause.chain().next().and_then(|first| first.downcast_ref::<rusqlite::Error>());
    match first.and_then(trouble_of) {
        Some(trouble) => anyhow!("{}: {}. {} ({cause})", database.display(), trouble.what(), trouble.hint()),
        None => cause,
    }
}

impl From<rusqlite::Error> for ApiError {
    fn from(cause: rusqlite::Error) -> Self {
        if cause.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) {
            return Self::new(Code::RequestTimeoutError, "the query was ended before it was done");
        }
        trouble_of(&cause).map_or_else(
            || Self::internal(&cause),
            |trouble| {
                // SQLite's own words and number, for whoever looks closer.
                tracing::debug!(%cause, "the database failed");
                Self::of_database(trouble)
            },
        )
    }
}

/// What is known of the database's health.
pub struct Health {
    database: PathBuf,
    /// The database first, then what lies beside it.
    files: Vec<(PathBuf, Option<FileId>)>,
    is_closed: AtomicBool,
    told: Mutex<HashSet<Trouble>>,
}

impl Health {
    /// Of a database that was opened: its files are as they are to stay.
    pub fn new(database: &Path) -> Self {
        let companions = ["-wal", "-shm", ".lock"].map(|ending| beside(database, ending));
        let files = [database.to_owned()].into_iter().chain(companions);
        let files = files.map(|path| (path.clone(), FileId::of(&path))).collect();
        Self { database: database.to_owned(), files, is_closed: AtomicBool::new(false), told: Mutex::default() }
    }

    /// Whether the names still lead to the files that were opened. SQLite goes on with files that nobody finds any more.
    pub fn look(&self) -> Result<()> {
        // SQLite itself removes the companions of one that was closed.
        let count = if self.is_closed.load(Ordering::Acquire) { 1 } else { self.files.len() };
        let stand = self.files.iter().take(count).all(|(path, id)| FileId::of(path) == *id);
        if stand { Ok(()) } else { Err(ApiError::of_database(Trouble::Gone)) }
    }

    /// The writer is about to close the database.
    pub fn close(&self) {
        self.is_closed.store(true, Ordering::Release);
    }

    /// Adds to an error of the database where that lies, and tells the log, unless that was told.
    pub fn told(&self, error: ApiError) -> ApiError {
        let Some(trouble) = error.trouble else { return error };
        let where_ = self.database.display().to_string();
        if error.message.starts_with(&where_) {
            return error;
        }
        let message = format!("{where_}: {}", error.message);
        if self.is_news(trouble) {
            tracing::error!("{message}");
        }
        ApiError { message: message.into(), ..error }
    }

    /// Whether the log has not been told.
    pub(super) fn is_news(&self, trouble: Trouble) -> bool {
        self.known().insert(trouble)
    }

    /// A commit succeeded: what kept others from it is over, and is told again when it comes again.
    pub fn written(&self) {
        let mut known = self.known();
        let before = known.len();
        // What is damaged stays so, whatever is written beside it; and who cannot open the database is no writer.
        known.retain(|trouble| matches!(trouble, Trouble::Damaged | Trouble::NotOpened));
        if known.len() < before {
            tracing::info!("{}: writes work again", self.database.display());
        }
    }

    fn known(&self) -> MutexGuard<'_, HashSet<Trouble>> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What tells a file from another of the same name.
#[derive(PartialEq, Eq)]
struct FileId(u64, u64);

impl FileId {
    #[cfg(unix)]
    fn of(path: &Path) -> Option<Self> {
        use std::os::unix::fs::MetadataExt;
        fs::metadata(path).ok().map(|found| Self(found.dev(), found.ino()))
    }

    /// Where an open file cannot be removed.
    #[cfg(not(unix))]
    fn of(path: &Path) -> Option<Self> {
        fs::metadata(path).ok().map(|_| Self(0, 0))
    }
}
