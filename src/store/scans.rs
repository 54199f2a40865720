//! Reads: by key where they are asked for, and scans on a small pool, with an end and beside a log that has a bound.
//!
//! SQLite's write-ahead log begins anew only when nobody reads in it. Scans that follow on each other would keep it growing
//! for ever: beyond its bound a scan waits until those that run are over and the log was begun anew.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use tokio::sync::Semaphore;

use super::health::Health;
use super::log::Log;
use super::sql::keep_statements;
use super::tx::{ReadTx, Scope, run_read};
use super::writer::{Publish, Writer};
use crate::clock::Stopwatch;
use crate::error::{ApiError, Code, Result};

/// Scans that run at the same time.
const SCANS_MAX: u32 = 4;
/// Steps of SQLite's machine after which a scan is asked whether it is to go on: some tenths of a millisecond.
const STEPS: i32 = 10_000;
/// What is allowed at the most.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// How long a scan may take.
    pub scan: Duration,
    /// Bytes of the write-ahead log, before scans wait until it was begun anew.
    pub log_max: u64,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { scan: Duration::from_secs(10), log_max: 64 * 1024 * 1024 }
    }
}

/// Those who read, and the pool of scans.
pub struct Scans {
    /// Which store's; a thread keeps one connection.
    id: u64,
    database: PathBuf,
    places: Arc<Semaphore>,
    scan_max: Duration,
    log: Arc<Log>,
    pub health: Arc<Health>,
    writer: Arc<Writer>,
}

static STORES: AtomicU64 = AtomicU64::new(1);

thread_local! {
    /// This thread's connection for reads, and whose it is.
    static READER: RefCell<Option<(u64, Rc<Connection>)>> = const { RefCell::new(None) };
    /// The scan that runs on this thread.
    static SCAN: RefCell<Option<Scan>> = const { RefCell::new(None) };
}

/// A scan that runs.
struct Scan {
    since: Stopwatch,
    max: Duration,
    /// Held by whoever waits for it.
    asker: std::sync::Weak<()>,
}

impl Scan {
    fn is_unwanted(&self) -> bool {
        self.asker.strong_count() == 0
    }

    fn is_too_slow(&self) -> bool {
        self.since.milliseconds() >= self.max.as_secs_f64() * 1000.0
    }

    /// Runs reads on this thread, which end with an error once nobody waits for them or they take too long.
    fn run<T>(self, job: impl FnOnce() -> Result<T>) -> Result<T> {
        SCAN.set(Some(self));
        let result = job();
        let scan = SCAN.take();
        result.map_err(|error| match scan {
            Some(scan) if error.code == Code::RequestTimeoutError && scan.is_unwanted() => {
                tracing::debug!("a scan was ended, since nobody waits for it any more");
                error
            }
            Some(scan) if error.code == Code::RequestTimeoutError => ApiError::new(
                Code::RequestTimeoutError,
                format!("it took over {} s to read through the database. Ask for less at a time", scan.max.as_secs()),
            ),
            _ => error,
        })
    }
}

/// Whether what this thread reads is to be broken off.
fn is_over() -> bool {
    SCAN.with_borrow(|scan| scan.as_ref().is_some_and(|scan| scan.is_unwanted() || scan.is_too_slow()))
}

impl Scans {
    pub fn new(database: &Path, scan_max: Duration, log: Arc<Log>, health: Arc<Health>, writer: Arc<Writer>) -> Self {
        let places = Arc::new(Semaphore::new(SCANS_MAX as usize));
        let id = STORES.fetch_add(1, Ordering::Relaxed);
        Self { id, database: database.to_owned(), places, scan_max, log, health, writer }
    }

    /// Reads where it is asked for.
    pub fn read<T>(&self, scope: &Scope, job: impl FnOnce(&ReadTx<'_>) -> Result<T>) -> Result<T> {
        self.look(|conn| run_read(conn, &scope.app, scope.now, job))
    }

    /// Reads on the pool. Who asks no longer, or for too much, has it broken off.
    pub async fn scan<T: Send + 'static>(
        self: &Arc<Self>,
        scope: &Scope,
        job: impl FnOnce(&ReadTx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        if self.log.is_too_long() {
            self.restart_log().await?;
        }
        // The place is the scan's, and not that of who asks for it: it may go on for a moment without him.
        let place = Arc::clone(&self.places).acquire_owned().await;
        let place = place.map_err(|closed| ApiError::internal(&closed))?;
        let asker = Arc::new(());
        let running = Scan { since: Stopwatch::start(), max: self.scan_max, asker: Arc::downgrade(&asker) };
        let (scans, scope) = (Arc::clone(self), scope.clone());
        let scan = tokio::task::spawn_blocking(move || {
            let _place = place;
            scans.look(|conn| running.run(|| run_read(conn, &scope.app, scope.now, job)))
        });
        let result = scan.await;
        drop(asker);
        result.map_err(|panic| ApiError::internal(&panic))?
    }

    /// Waits until all scans that run are over, and has the log begun anew. Who comes meanwhile waits behind it.
    async fn restart_log(&self) -> Result<()> {
        let all = self.places.acquire_many(SCANS_MAX).await;
        let _all = all.map_err(|closed| ApiError::internal(&closed))?;
        // Whoever waited before may have done it.
        if self.log.is_too_long() {
            self.log.is_to_restart();
            // Empty: it only wakes the writer, which says itself what is wrong with the database.
            let _ = self.writer.step(|_| Ok(((), Publish::nothing()))).await;
        }
        Ok(())
    }

    /// Queries where it is asked for.
    pub fn look<T>(&self, job: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let read = self.reader().and_then(|conn| job(&conn));
        read.map_err(|error| self.health.told(error))
    }

    /// This thread's connection.
    pub fn reader(&self) -> Result<Rc<Connection>> {
        READER.with_borrow_mut(|slot| match slot {
            Some((id, conn)) if *id == self.id => Ok(Rc::clone(conn)),
            _ => {
                let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
                self.health.look()?;
                let mut conn = Connection::open_with_flags(&self.database, flags)?;
                // What has that name by now may be another's.
                self.health.look()?;
                keep_statements(&conn)?;
                #[cfg(test)]
                super::sql::counted::watch(&mut conn)?;
                conn.progress_handler(STEPS, Some(is_over))?;
                let conn = Rc::new(conn);
                *slot = Some((self.id, Rc::clone(&conn)));
                Ok(conn)
            }
        })
    }
}
