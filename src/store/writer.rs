//! The writer: one thread, the queue before it, and the group of jobs that share a commit.

use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::{Semaphore, oneshot};

use super::effects::Told;
use super::health::Health;
use super::log::{Log, RESTART};
use super::sql::run;
use crate::error::{ApiError, Result};

/// Writes that stand in the writer's queue. Further ones wait for a place where they are asked for, and are forgotten when
/// whoever asked is gone.
pub(super) const WRITES_QUEUED_MAX: usize = 1024;
/// Steps of jobs on whole states that stand there beside them, so that a burst of writes does not hold up a reset.
const WHOLE_QUEUED_MAX: usize = 64;
/// Sweeps that stand there beside them; one more is left to the next.
const SWEEPS_QUEUED_MAX: usize = 64;
/// Writes that share one commit at the most.
const GROUP_MAX: usize = 128;
/// How often the writer looks for its files when there is nothing to write.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// What is to be done when a job's commit has succeeded.
pub(super) struct Publish {
    /// Memory has to hear of it before the next job runs.
    ends_group: bool,
    run: Box<dyn FnOnce()>,
}

impl Publish {
    pub(super) fn new(ends_group: bool, run: impl FnOnce() + 'static) -> Self {
        Self { ends_group, run: Box::new(run) }
    }

    /// Memory has nothing to hear of.
    pub(super) fn nothing() -> Self {
        Self::new(false, || {})
    }
}

/// A job that ran in its savepoint.
struct Done {
    /// Memory has to hear of it before the next job runs.
    ends_group: bool,
    /// Why it was taken back, if it was.
    refusal: Option<ApiError>,
    /// Publishes and answers, or answers with the reason why the commit failed.
    finish: Box<dyn FnOnce(std::result::Result<(), ApiError>)>,
}

/// A job runs in the transaction that was begun, or answers why none could be.
type Job = Box<dyn FnOnce(std::result::Result<&Connection, ApiError>) -> Done + Send>;

/// The writer's thread and the queue before it.
pub(super) struct Writer {
    running: Mutex<Option<(SyncSender<Job>, JoinHandle<()>)>>,
    /// Places in the queue for writes.
    writes: Arc<Semaphore>,
    /// The same for steps of jobs on whole states.
    whole: Arc<Semaphore>,
    health: Arc<Health>,
    told: Arc<Told>,
}

impl Writer {
    /// Starts the thread, which has the connection from now on.
    pub(super) fn start(
        conn: Connection,
        health: &Arc<Health>,
        log: &Arc<Log>,
        told: &Arc<Told>,
    ) -> std::io::Result<Self> {
        let (sender, jobs) = sync_channel(WRITES_QUEUED_MAX + WHOLE_QUEUED_MAX + SWEEPS_QUEUED_MAX);
        let (watched, log) = (Arc::clone(health), Arc::clone(log));
        let thread = std::thread::Builder::new()
            .name("millpond-writer".to_owned())
            .spawn(move || write_loop(&conn, &jobs, &watched, &log))?;
        Ok(Self {
            running: Mutex::new(Some((sender, thread))),
            writes: Arc::new(Semaphore::new(WRITES_QUEUED_MAX)),
            whole: Arc::new(Semaphore::new(WHOLE_QUEUED_MAX)),
            health: Arc::clone(health),
            told: Arc::clone(told),
        })
    }

    /// Finishes the jobs that wait, and ends the thread. Later ones are refused.
    pub(super) fn close(&self) {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some((sender, thread)) = running {
            drop(sender);
            if thread.join().is_err() {
                tracing::error!("the writer ended by a panic");
            }
        }
    }

    /// A write. Answers with the number of the last commit that was told.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<(T, Publish)> + Send + 'static,
    ) -> Result<(T, u64)> {
        self.queue(&self.writes, work).await
    }

    /// A step of a job on whole states.
    pub(super) async fn step<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<(T, Publish)> + Send + 'static,
    ) -> Result<T> {
        self.queue(&self.whole, work).await.map(|(result, _)| result)
    }

    /// Puts work on the writer's queue, once there is a place: it runs in a savepoint, its group is committed, it publishes,
    /// it answers. Whoever is gone by then has nothing done.
    async fn queue<T: Send + 'static>(
        &self,
        places: &Arc<Semaphore>,
        work: impl FnOnce(&Connection) -> Result<(T, Publish)> + Send + 'static,
    ) -> Result<(T, u64)> {
        let place = Arc::clone(places).acquire_owned().await.map_err(|closed| ApiError::internal(&closed))?;
        let waiting = Arc::new(());
        let waits = Arc::downgrade(&waiting);
        let work = move |conn: &Connection| {
            drop(place);
            if waits.strong_count() == 0 {
                return Err(ApiError::input("who asked for this is gone"));
            }
            work(conn)
        };
        let (answer, answered) = oneshot::channel();
        let sent = self.send(work, move |outcome| drop(answer.send(outcome)));
        sent.map_err(|unsent| ApiError::internal(&unsent))?;
        let outcome = answered.await;
        drop(waiting);
        outcome.unwrap_or_else(|_| Err(ApiError::internal(&"the writer ended before it answered")))
    }

    /// The same for whoever does not wait: `done` gets the result, and the number of the last commit that was told, on the
    /// writer's thread.
    pub(super) fn send<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<(T, Publish)> + Send + 'static,
        done: impl FnOnce(Result<(T, u64)>) + Send + 'static,
    ) -> std::result::Result<(), String> {
        let (health, told) = (Arc::clone(&self.health), Arc::clone(&self.told));
        let job: Job = Box::new(move |conn| match conn.and_then(|conn| in_savepoint(conn, work)) {
            Ok((result, publish)) => Done {
                ends_group: publish.ends_group,
                refusal: None,
                finish: Box::new(move |committed| {
                    if committed.is_ok() {
                        (publish.run)();
                    }
                    done(committed.map(|()| (result, told.number())).map_err(|error| health.told(error)));
                }),
            },
            Err(refusal) => Done {
                ends_group: false,
                refusal: Some(refusal.clone()),
                finish: Box::new(move |_| done(Err(health.told(refusal)))),
            },
        });
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((sender, _)) = running.as_ref() else { return Err("the database is closed".to_owned()) };
        sender.try_send(job).map_err(|refused| match refused {
            TrySendError::Full(_) => "the writer's queue is full".to_owned(),
            TrySendError::Disconnected(_) => "the writer has ended".to_owned(),
        })
    }
}

/// Runs work in a savepoint: an error or a panic takes back what it did, and nothing else of its group.
fn in_savepoint<T>(conn: &Connection, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
    run(conn, "SAVEPOINT job")?;
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| work(conn)))
        .unwrap_or_else(|_| Err(ApiError::internal(&"a write panicked; it was taken back")));
    let taken_back = if outcome.is_ok() { Ok(()) } else { run(conn, "ROLLBACK TO job") };
    // An error of the disk takes the whole transaction back, and the savepoint with it; it is what the caller hears.
    let ended = taken_back.and_then(|()| run(conn, "RELEASE job")).map_err(ApiError::from);
    outcome.and_then(|result| ended.map(|()| result))
}

/// The writer thread: takes what waits, up to a group, commits it once, then lets each job publish and answer.
fn write_loop(conn: &Connection, jobs: &Receiver<Job>, health: &Health, log: &Log) {
    loop {
        let first = match jobs.recv_timeout(LOOK_EVERY) {
            Ok(job) => job,
            Err(RecvTimeoutError::Timeout) => {
                // Only for the log: whoever writes is told by the look before his write.
                let _ = health.look().map_err(|error| health.told(error));
                continue;
            }
            Err(RecvTimeoutError::Disconnected) => break,
        };
        let mut finishers = Vec::new();
        let begun = health.look().and_then(|()| Ok(run(conn, "BEGIN IMMEDIATE")?));
        let mut lost = None;
        let mut next = Some(first);
        while let Some(job) = next.take() {
            let done = job(begun.as_ref().map(|()| conn).map_err(Clone::clone));
            finishers.push(done.finish);
            if begun.is_ok() && conn.is_autocommit() {
                // The transaction is gone, with what the others of the group wrote: a further job would commit by itself.
                let unknown = || ApiError::internal(&"a write took its whole group back");
                lost = Some(done.refusal.unwrap_or_else(unknown));
            } else if !done.ends_group && finishers.len() < GROUP_MAX {
                next = jobs.try_recv().ok();
            }
        }
        let committed = match (begun, lost) {
            (Ok(()), None) => run(conn, "COMMIT").map_err(ApiError::from),
            (Ok(()), Some(error)) | (Err(error), _) => Err(error),
        };
        if committed.is_err() && !conn.is_autocommit() {
            // The commit's own error is what the callers hear; this only leaves the connection usable.
            let _ = conn.execute_batch("ROLLBACK");
        }
        if committed.is_ok() {
            health.written();
        }
        log.after_commit(conn);
        for finish in finishers {
            finish(committed.clone());
        }
    }
    health.close();
    if let Err(cause) = conn.execute_batch(RESTART) {
        tracing::warn!(%cause, "the write-ahead log stays behind; the next start reads it");
    }
}
