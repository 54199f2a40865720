//! The store: SQLite in WAL mode, one writer thread with group commit, readers beside it.
//!
//! A write runs on the writer thread, in a savepoint of its own; writes that wait together share one commit. The
//! order is: commit, publish to memory, answer. A job that changes what authentication knows ends its group, so that
//! the next job already runs under the new state. Reads see the last commit: point reads run where they are asked
//! for, scans on a small pool.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::ops::Deref;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use rand::SeedableRng;
use rand::rngs::StdRng;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use tokio::sync::{RwLock, Semaphore, oneshot};

use self::health::Health;
pub use self::scans::Bounds;
use crate::app::ended::End;
use crate::app::{App, AppState, Apps, Gone, UserFacts};
use crate::auth::fingerprint::Fingerprint;
use crate::auth::times::Times;
use crate::clock::{ClockMode, History, Moment, Run, Time};
use crate::error::{ApiError, Code, Result};
use crate::event::Event;
use crate::ids::{AppId, UserId};

mod alone;
pub mod apps;
pub mod bans;
pub mod blocks;
pub mod copies;
pub mod devices;
pub mod ended_tokens;
pub mod faults;
pub mod file;
pub mod flags;
pub mod grants;
mod health;
pub mod migrate;
pub mod mutes;
pub mod named_tokens;
pub mod permissions;
pub mod push_preferences;
pub mod push_providers;
pub mod roles;
mod scans;
pub mod states;
pub mod stubs;
pub mod tasks;
pub mod token_times;
pub mod user_filter;
pub mod users;

/// Writes that stand in the writer's queue. Further ones wait for a place where they are asked for, and are forgotten when
/// whoever asked is gone.
const WRITES_QUEUED_MAX: usize = 1024;
/// Steps of jobs on whole states that stand there beside them, so that a burst of writes does not hold up a reset.
const WHOLE_QUEUED_MAX: usize = 64;
/// Sweeps that stand there beside them; one more is left to the next.
const SWEEPS_QUEUED_MAX: usize = 64;
/// Writes that share one commit at the most.
const GROUP_MAX: usize = 128;
/// How often the writer looks for its files when there is nothing to write.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// For whom and when a transaction runs: one app at one moment, so that no query can cross apps or read another clock.
#[derive(Clone)]
pub struct Scope {
    /// The app.
    pub app: Arc<App>,
    /// The moment of the request, by the app's clock.
    pub now: Time,
    epoch: u64,
    admission: Option<Arc<dyn Admission>>,
}

/// The permission to run under which a request came, asked again when the app changed in between.
pub trait Admission: Send + Sync {
    /// Judges the request anew.
    fn still_stands(&self) -> Result<()>;
}

impl Scope {
    /// A scope for the process itself: control API, fixtures.
    pub fn own(app: &Arc<App>) -> Self {
        Self { now: app.clock.now(), epoch: app.epoch(), app: Arc::clone(app), admission: None }
    }

    /// A scope of a request that was admitted while the app was at `epoch`.
    pub fn admitted(app: &Arc<App>, now: Time, epoch: u64, admission: Arc<dyn Admission>) -> Self {
        Self { app: Arc::clone(app), now, epoch, admission: Some(admission) }
    }
}

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

/// A read transaction: one app, one moment, one snapshot.
pub struct ReadTx<'a> {
    conn: &'a Connection,
    /// The app's number, for queries.
    pub app: AppId,
    /// The moment of the request.
    pub now: Time,
    owner: &'a Arc<App>,
}

impl ReadTx<'_> {
    /// The connection, for the queries of the store's own modules.
    fn conn(&self) -> &Connection {
        self.conn
    }

    /// What the app's clock tells of this moment.
    pub fn moment(&self) -> Moment {
        self.owner.clock.moment(None)
    }

    /// How the app's clock ran, until the last commit.
    pub fn clock_history(&self) -> History {
        self.owner.clock.history()
    }

    /// Whether the user has a connection open.
    fn is_online(&self, user: &str) -> bool {
        self.owner.presence.is_online(user)
    }
}

/// A write transaction. Everything a read can do, and changes.
pub struct WriteTx<'a> {
    read: ReadTx<'a>,
    /// The app as this transaction has left it, once that was asked for.
    renewed: RefCell<Option<Arc<AppState>>>,
    effects: RefCell<Effects>,
}

impl<'a> Deref for WriteTx<'a> {
    type Target = ReadTx<'a>;

    fn deref(&self) -> &Self::Target {
        &self.read
    }
}

impl WriteTx<'_> {
    /// The app as of the last commit, or as of the last renewal in this transaction.
    pub fn state(&self) -> Arc<AppState> {
        self.renewed.borrow().as_ref().map_or_else(|| self.owner.state(), Arc::clone)
    }

    /// Has the rest of this transaction see the changes that it made to the app itself.
    pub fn renew_state(&self) -> Result<()> {
        let state = apps::load_state(self.conn, self.app)?;
        *self.renewed.borrow_mut() = Some(Arc::new(state));
        Ok(())
    }

    /// What is known of a user as of the last commit.
    pub fn facts(&self, user: &str) -> Arc<UserFacts> {
        self.owner.facts(user)
    }

    /// A new id of the app's own generator.
    pub fn new_id(&self) -> String {
        self.owner.new_id()
    }

    /// Tells memory, after the commit, what is now known of a user.
    fn facts_changed(&self, user: UserId, facts: UserFacts) {
        let mut effects = self.effects.borrow_mut();
        // What this transaction said of the user before is overruled, also when memory already has it right.
        if effects.facts.contains_key(&user) || *self.owner.facts(user.as_str()) != facts {
            effects.facts.insert(user, facts);
        }
    }

    /// Tells memory, after the commit, that a token of a user's was ended, or no longer is.
    fn token_ended(&self, token: Fingerprint, end: Option<End>, user: Option<UserId>) {
        let mut effects = self.effects.borrow_mut();
        effects.ended.push((token, end));
        // Its sockets are told, as on a revocation. Whoever makes one expire sees to its sockets himself.
        effects.revoked.extend(user.filter(|_| end == Some(End::Revoked)));
    }

    /// Moves the app's clock after the commit.
    fn clock_moved(&self, run: Run) {
        self.effects.borrow_mut().clock = Some(run);
    }

    /// How the app's clock runs, with what this transaction did to it.
    pub fn clock_mode(&self) -> ClockMode {
        self.effects.borrow().clock.map_or_else(|| self.owner.clock.mode(), |run| run.mode)
    }

    /// Tells memory, after the commit, of a token that counts as shown.
    fn token_shown(&self, token: Fingerprint, times: Times) {
        self.effects.borrow_mut().shown.push((token, times));
    }

    /// The tokens that were shown and not written down.
    fn unwritten_tokens(&self) -> Vec<(Fingerprint, Times)> {
        self.owner.judged_times.take_unwritten()
    }

    /// Counts a connection that the user has opened. Answers whether it is the first.
    pub fn opened(&self, user: &UserId) -> bool {
        self.effects.borrow_mut().came_and_went.saw(user, true)
    }

    /// Counts a connection that the user has closed. Answers whether it was the last.
    pub fn closed(&self, user: &UserId) -> bool {
        self.effects.borrow_mut().came_and_went.saw(user, false)
    }

    /// Collects an event, which goes out after the commit.
    pub fn emit(&self, event: Event) {
        self.effects.borrow_mut().events.push(event);
    }

    /// Has the app's state read anew and published after the commit.
    fn app_changed(&self) {
        self.effects.borrow_mut().reload = true;
    }
}

/// What a job changed beside the rows.
struct Effects {
    facts: HashMap<UserId, UserFacts>,
    reload: bool,
    clock: Option<Run>,
    /// Tokens that count as shown.
    shown: Vec<(Fingerprint, Times)>,
    /// Tokens that were ended, or no longer are.
    ended: Vec<(Fingerprint, Option<End>)>,
    /// Whose tokens were revoked by hand.
    revoked: HashSet<UserId>,
    events: Vec<Event>,
    came_and_went: CameAndWent,
}

/// Who opened (`true`) or closed a connection. Memory has it already, and forgets it again unless it is committed.
struct CameAndWent {
    app: Arc<App>,
    users: Vec<(UserId, bool)>,
}

impl CameAndWent {
    fn saw(&mut self, user: &UserId, opened: bool) -> bool {
        self.users.push((user.clone(), opened));
        if opened { self.app.presence.opened(user) } else { self.app.presence.closed(user) }
    }

    fn keep(mut self) {
        self.users.clear();
    }
}

impl Drop for CameAndWent {
    fn drop(&mut self) {
        for (user, opened) in self.users.drain(..).rev() {
            if opened {
                self.app.presence.closed(&user)
            } else {
                self.app.presence.opened(&user)
            };
        }
    }
}

impl Effects {
    fn of(app: &Arc<App>) -> Self {
        Self {
            facts: HashMap::new(),
            reload: false,
            clock: None,
            shown: Vec::new(),
            ended: Vec::new(),
            revoked: HashSet::new(),
            events: Vec::new(),
            came_and_went: CameAndWent { app: Arc::clone(app), users: Vec::new() },
        }
    }

    /// Whether memory has to hear of it before the next job runs.
    fn changes_memory(&self) -> bool {
        let tokens = !self.ended.is_empty() || !self.shown.is_empty();
        self.reload || self.clock.is_some() || !self.facts.is_empty() || tokens
    }

    fn publish(self, store: &Store, app: &Arc<App>, state: Option<AppState>) {
        self.came_and_went.keep();
        let commit = Commit {
            number: 0,
            app: self.clock.is_some() || state.is_some(),
            users: self.facts.keys().cloned().chain(self.revoked).collect(),
            events: self.events,
        };
        for (token, times) in self.shown {
            app.judged_times.remember(token, times);
        }
        if let Some(clock) = self.clock {
            app.publish_clock(clock);
        }
        if let Some(state) = state {
            app.publish_state(state);
        }
        app.publish_facts(self.facts);
        if !self.ended.is_empty() {
            app.publish_ended(self.ended);
        }
        store.tell(app, commit);
    }
}

/// What a commit changed that sockets have to hear of.
pub struct Commit {
    /// Its place among those that listeners were told of; set when they are.
    pub number: u64,
    /// The app's state or clock changed, or the app is gone.
    pub app: bool,
    /// What is known of these users changed.
    pub users: Vec<UserId>,
    /// What happened, in order.
    pub events: Vec<Event>,
}

/// Whoever hears of commits, on the writer thread: it must not take long.
pub trait Listener: Send + Sync {
    /// A commit was published to memory.
    fn committed(&self, app: &Arc<App>, commit: Commit);
}

/// What is to be done when a job's commit has succeeded.
struct Publish {
    /// Memory has to hear of it before the next job runs.
    ends_group: bool,
    run: Box<dyn FnOnce()>,
}

impl Publish {
    fn new(ends_group: bool, run: impl FnOnce() + 'static) -> Self {
        Self { ends_group, run: Box::new(run) }
    }

    /// Memory has nothing to hear of.
    fn nothing() -> Self {
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

/// The store of the process. Cheap to clone.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    id: u64,
    apps: Apps,
    seed: Option<u64>,
    /// Chance that belongs to no app, such as that of new keys.
    random: Mutex<StdRng>,
    writer: Mutex<Option<(SyncSender<Job>, JoinHandle<()>)>>,
    /// Places in the writer's queue for writes.
    writes: Arc<Semaphore>,
    /// The same for steps of jobs on whole states.
    whole: Arc<Semaphore>,
    scans: scans::Scans,
    health: Arc<Health>,
    /// Held together by jobs on some whole states, and alone by those on all.
    everything: Arc<RwLock<()>>,
    place: file::Place,
    listener: OnceLock<Box<dyn Listener>>,
    told: AtomicU64,
}

static STORES: AtomicU64 = AtomicU64::new(1);

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
        let apps = Apps::default();
        for app in apps::load_all(&conn, seed)? {
            apps.insert(Arc::new(app), copies::CLOSE_CODE_DEFAULT);
        }
        let (sender, jobs) = sync_channel(WRITES_QUEUED_MAX + WHOLE_QUEUED_MAX + SWEEPS_QUEUED_MAX);
        let health = Arc::new(Health::new(&path));
        let scans = scans::Scans::new(&path, bounds);
        let (watched, log) = (Arc::clone(&health), Arc::clone(&scans.log));
        let writer = std::thread::Builder::new()
            .name("millpond-writer".to_owned())
            .spawn(move || write_loop(&conn, &jobs, &watched, &log))?;
        Ok(Self(Arc::new(Inner {
            id: STORES.fetch_add(1, Ordering::Relaxed),
            apps,
            seed,
            random: Mutex::new(seed.map_or_else(StdRng::from_os_rng, StdRng::seed_from_u64)),
            writer: Mutex::new(Some((sender, writer))),
            writes: Arc::new(Semaphore::new(WRITES_QUEUED_MAX)),
            whole: Arc::new(Semaphore::new(WHOLE_QUEUED_MAX)),
            scans,
            health,
            everything: Arc::default(),
            place,
            listener: OnceLock::new(),
            told: AtomicU64::new(0),
        })))
    }

    /// Has every commit told to a listener from now on. There is one; a second is not heard.
    pub fn listen(&self, listener: impl Listener + 'static) {
        if self.0.listener.set(Box::new(listener)).is_err() {
            tracing::error!("the store has a listener already");
        }
    }

    /// The number of the last commit that listeners were told of.
    pub fn told(&self) -> u64 {
        self.0.told.load(Ordering::Acquire)
    }

    fn tell(&self, app: &Arc<App>, commit: Commit) {
        let nothing = !commit.app && commit.users.is_empty() && commit.events.is_empty();
        if let (Some(listener), false) = (self.0.listener.get(), nothing) {
            // Only the writer's thread tells.
            let number = self.0.told.fetch_add(1, Ordering::AcqRel) + 1;
            listener.committed(app, Commit { number, ..commit });
        }
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

    /// Adds to what is wrong with the database where that lies, and tells the log once.
    fn failed(&self, error: ApiError) -> ApiError {
        self.0.health.told(error)
    }

    /// Finishes the writes that wait, and closes the database; a temporary one is then gone. Later writes are refused.
    pub fn close(&self) {
        let writer = self.0.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some((sender, thread)) = writer {
            drop(sender);
            if thread.join().is_err() {
                tracing::error!("the writer ended by a panic");
            }
        }
        self.0.place.release();
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
        let (store, scope) = (self.clone(), scope.clone());
        // Whoever copies or exchanges the whole state in several steps has it alone.
        let whole = Arc::clone(&scope.app.whole);
        let _shared = match whole.try_read() {
            Ok(shared) => shared,
            Err(_) => whole.read().await,
        };
        self.queue_at(&self.0.writes, move |conn| {
            let (result, effects) = run_write(conn, &scope, job)?;
            let state = if effects.reload { Some(apps::load_state(conn, scope.app.id)?) } else { None };
            let publish = Publish::new(effects.changes_memory(), move || effects.publish(&store, &scope.app, state));
            Ok((result, publish))
        })
        .await
    }

    /// A step of a job on whole states, on the writer's queue.
    async fn queue<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<(T, Publish)> + Send + 'static,
    ) -> Result<(T, u64)> {
        self.queue_at(&self.0.whole, work).await
    }

    /// Puts work on the writer's queue, once there is a place: it runs in a savepoint, its group is committed, it publishes,
    /// it answers. Whoever is gone by then has nothing done.
    async fn queue_at<T: Send + 'static>(
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
    fn send<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<(T, Publish)> + Send + 'static,
        done: impl FnOnce(Result<(T, u64)>) + Send + 'static,
    ) -> std::result::Result<(), String> {
        let store = self.clone();
        let job: Job = Box::new(move |conn| match conn.and_then(|conn| in_savepoint(conn, work)) {
            Ok((result, publish)) => Done {
                ends_group: publish.ends_group,
                refusal: None,
                finish: Box::new(move |committed| {
                    if committed.is_ok() {
                        (publish.run)();
                    }
                    done(committed.map(|()| (result, store.told())).map_err(|error| store.failed(error)));
                }),
            },
            Err(refusal) => Done {
                ends_group: false,
                refusal: Some(refusal.clone()),
                finish: Box::new(move |_| done(Err(store.failed(refusal)))),
            },
        });
        let writer = self.0.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((sender, _)) = writer.as_ref() else { return Err("the database is closed".to_owned()) };
        sender.try_send(job).map_err(|refused| match refused {
            TrySendError::Full(_) => "the writer's queue is full".to_owned(),
            TrySendError::Disconnected(_) => "the writer has ended".to_owned(),
        })
    }
}

/// Statements that a connection keeps prepared.
const STATEMENTS_MAX: usize = 256;

/// Has a connection keep its statements prepared, and their plans whatever is bound to them: otherwise SQLite looks
/// at the values, and plans a statement anew each time it is used, which costs more than most queries do.
fn keep_statements(conn: &Connection) -> rusqlite::Result<()> {
    conn.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map(drop)
}

/// Runs a write job, after asking again whether it may run when the app changed since it was admitted.
fn run_write<T>(conn: &Connection, scope: &Scope, job: impl FnOnce(&WriteTx<'_>) -> Result<T>) -> Result<(T, Effects)> {
    match scope.app.gone() {
        None => {}
        Some(Gone::Deleted) => return Err(ApiError::new(Code::AccessKeyError, "api_key not valid")),
        Some(Gone::Replaced(_)) => return Err(ApiError::input("the app was reset while this call was under way")),
    }
    if let Some(admission) = scope.admission.as_deref().filter(|_| scope.app.epoch() != scope.epoch) {
        admission.still_stands()?;
    }
    let tx = WriteTx {
        read: ReadTx { conn, app: scope.app.id, now: scope.now, owner: &scope.app },
        renewed: RefCell::default(),
        effects: RefCell::new(Effects::of(&scope.app)),
    };
    let result = job(&tx)?;
    Ok((result, tx.effects.into_inner()))
}

/// Runs work in a savepoint: an error or a panic takes back what it did, and nothing else of its group.
fn in_savepoint<T>(conn: &Connection, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
    conn.execute_batch("SAVEPOINT job")?;
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| work(conn)))
        .unwrap_or_else(|_| Err(ApiError::internal(&"a write panicked; it was taken back")));
    let end = if outcome.is_ok() { "RELEASE job" } else { "ROLLBACK TO job; RELEASE job" };
    // An error of the disk takes the whole transaction back, and the savepoint with it; it is what the caller hears.
    let ended = conn.execute_batch(end).map_err(ApiError::from);
    outcome.and_then(|result| ended.map(|()| result))
}

/// The writer thread: takes what waits, up to a group, commits it once, then lets each job publish and answer.
fn write_loop(conn: &Connection, jobs: &Receiver<Job>, health: &Health, log: &scans::Log) {
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
        let begun = health.look().and_then(|()| Ok(conn.execute_batch("BEGIN IMMEDIATE")?));
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
            (Ok(()), None) => conn.execute_batch("COMMIT").map_err(ApiError::from),
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
    if let Err(cause) = conn.execute_batch(scans::RESTART) {
        tracing::warn!(%cause, "the write-ahead log stays behind; the next start reads it");
    }
}

#[cfg(test)]
mod tests;
