//! The store: SQLite in WAL mode, one writer thread with group commit, readers beside it.
//!
//! `tx` is what a transaction can do, and what each table's file takes; `writer` the thread and its queue; `effects`
//! what memory and sockets hear of a write; `scans` the readers. This file ties them together.
//!
//! A write runs on the writer thread, in a savepoint of its own; writes that wait together share one commit. The
//! order is: commit, publish to memory, answer. A job that changes what authentication knows ends its group, so that
//! the next job already runs under the new state. Reads see the last commit: point reads run where they are asked
//! for, scans on a small pool.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rand::SeedableRng;
use rand::rngs::StdRng;
use rusqlite::{Connection, OpenFlags};
use tokio::sync::RwLock;

use self::effects::Told;
pub use self::effects::{Commit, Listener};
use self::files::Files;
use self::health::Health;
use self::log::Log;
pub use self::scans::Bounds;
use self::scans::Scans;
#[cfg(test)]
pub use self::sql::counted::statements as counted_statements;
use self::sql::keep_statements;
use self::tx::run_write;
pub use self::tx::{Admission, ReadTx, Scope, WriteTx};
use self::writer::{Publish, Writer};
use crate::app::Apps;
use crate::clock::ClockMode;
use crate::error::Result;

mod alone;
pub mod apps;
pub mod bans;
pub(crate) mod blocklists;
pub mod blocks;
pub(crate) mod copies;
pub mod devices;
mod effects;
pub mod ended_tokens;
pub(crate) mod faults;
pub(crate) mod feeds;
pub mod file;
pub mod files;
pub(crate) mod flags;
pub mod grants;
mod health;
pub mod link_previews;
mod log;
pub(crate) mod migrate;
pub(crate) mod moderation;
pub(crate) mod mutes;
pub mod named_tokens;
pub mod permissions;
pub mod push_preferences;
pub(crate) mod push_providers;
pub mod roles;
pub(crate) mod rows;
mod scans;
mod sql;
pub(crate) mod states;
pub(crate) mod stubs;
pub mod tables;
pub mod tasks;
pub(crate) mod token_times;
mod tx;
pub mod uploads;
pub(crate) mod user_filter;
pub(crate) mod user_groups;
pub mod users;
mod writer;

/// An app that is to be filled, and made before when there is none of its key.
pub struct Import {
    /// The app, for when there is none of its key, or its state is to be replaced.
    pub new: apps::NewApp,
    /// Whether an app of that key begins with an empty state, or what it has is added to.
    pub replace: bool,
    /// How the clock of an app that is added to is to run. The filling happens at that clock's time.
    pub clock: Option<ClockMode>,
    /// What fills it.
    pub fill: Fill,
}

/// What fills an app.
pub type Fill = Box<dyn FnOnce(&WriteTx<'_>) -> Result<()> + Send>;

/// The store of the process. Cheap to clone.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    apps: Apps,
    seed: Option<u64>,
    /// Chance that belongs to no app, such as that of new keys.
    random: Mutex<StdRng>,
    writer: Arc<Writer>,
    scans: Arc<Scans>,
    /// Held together by jobs on some whole states, and alone by those on all.
    everything: Arc<RwLock<()>>,
    place: file::Place,
    files: Files,
    told: Arc<Told>,
}

impl Store {
    /// Opens a database, brings its schema up to date, and reads its apps into memory.
    pub fn open(place: file::Place) -> anyhow::Result<Self> {
        Self::open_seeded(place, None)
    }

    /// The same; with a seed, all ids that are made are the same in every run.
    pub fn open_seeded(place: file::Place, seed: Option<u64>) -> anyhow::Result<Self> {
        let database = place.database().to_owned();
        Self::open_bounded(place, seed, Bounds::default()).map_err(|cause| health::in_words(cause, &database))
    }

    fn open_bounded(place: file::Place, seed: Option<u64>, bounds: Bounds) -> anyhow::Result<Self> {
        // SQLite gives relative names of some forms a meaning of its own.
        let path = std::path::absolute(place.database())?;
        // Without SQLITE_OPEN_URI: a file's name is a name, whatever it looks like.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut conn = Connection::open_with_flags(&path, flags)?;
        migrate::check_is_ours(&conn, &path)?;
        conn.pragma_update(None, "journal_mode", "WAL")?;
        conn.pragma_update(None, "synchronous", if place.is_durable() { "FULL" } else { "OFF" })?;
        // A log that is begun anew gives back what it took beyond this.
        conn.pragma_update(None, "journal_size_limit", i64::try_from(bounds.log_max)?)?;
        keep_statements(&conn)?;
        migrate::run(&mut conn, &path)?;
        states::sweep_all(&conn)?;
        let files = Files::beside(&path);
        files.sweep_received();
        files.sweep(&conn)?;
        let apps = Apps::default();
        for app in apps::load_all(&conn, seed)? {
            apps.insert(Arc::new(app), states::CLOSE_CODE_DEFAULT);
        }
        let health = Arc::new(Health::new(&path));
        let log = Arc::new(Log::new(&path, bounds.log_max));
        let told = Arc::<Told>::default();
        let writer = Arc::new(Writer::start(conn, &health, &log, &told)?);
        let scans = Scans::new(&path, bounds.scan, log, health, Arc::clone(&writer));
        Ok(Self(Arc::new(Inner {
            apps,
            seed,
            random: Mutex::new(seed.map_or_else(StdRng::from_os_rng, StdRng::seed_from_u64)),
            writer,
            scans: Arc::new(scans),
            everything: Arc::default(),
            place,
            files,
            told,
        })))
    }

    /// Has every commit told to a listener from now on. There is one; a second is not heard.
    pub fn listen(&self, listener: impl Listener + 'static) {
        self.0.told.listen(listener);
    }

    /// The number of the last commit that listeners were told of.
    pub fn told(&self) -> u64 {
        self.0.told.number()
    }

    /// The apps.
    pub fn apps(&self) -> &Apps {
        &self.0.apps
    }

    /// Chance that belongs to no app.
    pub fn random(&self) -> MutexGuard<'_, StdRng> {
        self.0.random.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells who wants the same database where this process answers.
    pub fn announce(&self, url: &str) {
        self.0.place.announce(url);
    }

    /// The database's file, unless it is a temporary one.
    pub fn file(&self) -> Option<&Path> {
        self.0.place.is_durable().then_some(self.0.place.database())
    }

    /// The database's file, whether it stays or not.
    pub fn database(&self) -> &Path {
        self.0.place.database()
    }

    /// The files that were sent.
    pub fn files(&self) -> &Files {
        &self.0.files
    }

    /// Removes a content that no row of any state names any more.
    pub async fn sweep_file(&self, hash: String) -> Result<()> {
        let files = self.0.files.clone();
        self.0.writer.step(move |conn| Ok((files.sweep_one(conn, &hash)?, Publish::nothing()))).await
    }

    /// Finishes the writes that wait, and closes the database; a temporary one is then gone. Later writes are refused.
    pub fn close(&self) {
        self.0.writer.close();
        self.0.place.release();
    }

    /// Reads where it is asked for. For reads by key, which take microseconds.
    pub fn read<T>(&self, scope: &Scope, job: impl FnOnce(&ReadTx<'_>) -> Result<T>) -> Result<T> {
        self.0.scans.read(scope, job)
    }

    /// Reads on the pool. For whatever may visit many rows. Who asks no longer, or for too much, has it broken off.
    pub async fn scan<T: Send + 'static>(
        &self,
        scope: &Scope,
        job: impl FnOnce(&ReadTx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.0.scans.scan(scope, job).await
    }

    /// Writes: runs the job on the writer thread and answers after its commit. An error takes all of it back.
    pub async fn write<T: Send + 'static>(
        &self,
        scope: &Scope,
        job: impl FnOnce(&WriteTx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.write_numbered(scope, job).await.map(|(result, _)| result)
    }

    /// The same, with the number of the last commit that listeners were told of, this one included: whoever listens
    /// from now on has heard what is later, and sees in the result what is earlier.
    pub async fn write_numbered<T: Send + 'static>(
        &self,
        scope: &Scope,
        job: impl FnOnce(&WriteTx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<(T, u64)> {
        let (told, scope) = (Arc::clone(&self.0.told), scope.clone());
        // Whoever copies or exchanges the whole state in several steps has it alone.
        let whole = Arc::clone(&scope.app.whole);
        let _shared = match whole.try_read() {
            Ok(shared) => shared,
            Err(_) => whole.read().await,
        };
        let work = move |conn: &Connection| {
            let (result, effects) = run_write(conn, &scope, job)?;
            let state = if effects.reload { Some(apps::load_state(conn, scope.app.id)?) } else { None };
            let publish = Publish::new(effects.changes_memory(), move || {
                let commit = effects.publish(&scope.app, state);
                told.tell(&scope.app, commit);
            });
            Ok((result, publish))
        };
        self.0.writer.write(work).await
    }
}

#[cfg(test)]
mod tests;
