//! Transactions: for whom and when one runs, what it reads and writes, and the two ways to run one.

use std::cell::RefCell;
use std::fs;
use std::ops::Deref;
use std::path::Path;
use std::sync::Arc;

use rusqlite::Connection;

use super::effects::Effects;
use super::files::Files;
use super::sql::run;
use crate::app::{App, AppState, Gone};
use crate::auth::facts::End;
use crate::auth::facts::UserFacts;
use crate::auth::fingerprint::Fingerprint;
use crate::auth::times::Times;
use crate::clock::{ClockMode, History, Moment, Run, Time};
use crate::error::{ApiError, Code, Result};
use crate::event::Event;
use crate::ids::{AppId, FeedId, UserId};

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

    /// The same at another moment.
    #[must_use]
    pub fn at(self, now: Time) -> Self {
        Self { now, ..self }
    }

    /// A scope of a request that was admitted while the app was at `epoch`.
    pub fn admitted(app: &Arc<App>, now: Time, epoch: u64, admission: Arc<dyn Admission>) -> Self {
        Self { app: Arc::clone(app), now, epoch, admission: Some(admission) }
    }
}

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
    pub(super) fn conn(&self) -> &Connection {
        self.conn
    }

    /// The folder of files that were sent, beside this database.
    pub(super) fn files(&self) -> Files {
        Files::beside(Path::new(self.conn.path().unwrap_or_default()))
    }

    /// What a file holds, if it is there.
    pub fn file(&self, hash: &str) -> Option<Vec<u8>> {
        fs::read(self.files().path(hash)).ok()
    }

    /// What the app's clock tells of this moment.
    pub fn moment(&self) -> Moment {
        self.owner.clock.moment(None)
    }

    /// How the app's clock ran, until the last commit.
    pub fn clock_history(&self) -> History {
        self.owner.clock.history()
    }

    /// The app as of the last commit.
    pub fn app_state(&self) -> Arc<AppState> {
        self.owner.state()
    }

    /// What is known of a user as of the last commit.
    pub fn facts(&self, user: &str) -> Arc<UserFacts> {
        self.owner.facts(user)
    }

    /// The feeds that somebody watches.
    pub fn watched_feeds(&self) -> Vec<FeedId> {
        self.owner.watched.feeds()
    }

    /// Who watches a feed.
    pub fn watchers(&self, fid: &FeedId) -> Vec<UserId> {
        self.owner.watched.users(fid)
    }

    /// Everybody who has a connection open.
    pub fn online(&self) -> Vec<UserId> {
        self.owner.presence.online()
    }

    /// Whether the user has a connection open.
    pub(super) fn is_online(&self, user: &str) -> bool {
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

    /// Has the rest of this transaction see the app so, while memory still has it as of the last commit.
    pub(super) fn see(&self, state: AppState) {
        *self.renewed.borrow_mut() = Some(Arc::new(state));
    }

    /// A new id of the app's own generator.
    pub fn new_id(&self) -> String {
        self.owner.new_id()
    }

    /// Tells memory, after the commit, what is now known of a user.
    pub(super) fn facts_changed(&self, user: UserId, facts: UserFacts) {
        let mut effects = self.effects.borrow_mut();
        // What this transaction said of the user before is overruled, also when memory already has it right.
        if effects.facts.contains_key(&user) || *self.owner.facts(user.as_str()) != facts {
            effects.facts.insert(user, facts);
        }
    }

    /// Tells memory, after the commit, that a token of a user's was ended, or no longer is.
    pub(super) fn token_ended(&self, token: Fingerprint, end: Option<End>, user: Option<UserId>) {
        let mut effects = self.effects.borrow_mut();
        effects.ended.push((token, end));
        // Its sockets are told, as on a revocation. Whoever makes one expire sees to its sockets himself.
        effects.revoked.extend(user.filter(|_| end == Some(End::Revoked)));
    }

    /// Moves the app's clock after the commit.
    pub(super) fn clock_moved(&self, run: Run) {
        self.effects.borrow_mut().clock = Some(run);
    }

    /// How the app's clock runs, with what this transaction did to it.
    pub fn clock_mode(&self) -> ClockMode {
        self.effects.borrow().clock.map_or_else(|| self.owner.clock.mode(), |run| run.mode)
    }

    /// Tells memory, after the commit, of a token that counts as shown.
    pub(super) fn token_shown(&self, token: Fingerprint, times: Times) {
        self.effects.borrow_mut().shown.push((token, times));
    }

    /// The tokens that were shown and not written down.
    pub(super) fn unwritten_tokens(&self) -> Vec<(Fingerprint, Times)> {
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
    pub(super) fn app_changed(&self) {
        self.effects.borrow_mut().reload = true;
    }
}

/// Runs a read in a transaction of its own, so that it sees one commit.
pub(super) fn run_read<T>(
    conn: &Connection,
    app: &Arc<App>,
    now: Time,
    job: impl FnOnce(&ReadTx<'_>) -> Result<T>,
) -> Result<T> {
    run(conn, "BEGIN")?;
    let snapshot = Snapshot(conn);
    let result = job(&ReadTx { conn, app: app.id, now, owner: app });
    // Who was refused hears why, and not what became of the snapshot.
    let ended = snapshot.end();
    let result = result?;
    ended?;
    Ok(result)
}

/// One commit, as a connection sees it until this ends: also by a panic.
struct Snapshot<'a>(&'a Connection);

impl Snapshot<'_> {
    fn end(&self) -> rusqlite::Result<()> {
        // A read that was broken off may have ended it.
        if self.0.is_autocommit() { Ok(()) } else { run(self.0, "COMMIT") }
    }
}

impl Drop for Snapshot<'_> {
    fn drop(&mut self) {
        if !self.0.is_autocommit() {
            // Whoever waits for the read hears what is wrong from `end`.
            let _ = run(self.0, "ROLLBACK");
        }
    }
}

/// Runs a write job, after asking again whether it may run when the app changed since it was admitted.
pub(super) fn run_write<T>(
    conn: &Connection,
    scope: &Scope,
    job: impl FnOnce(&WriteTx<'_>) -> Result<T>,
) -> Result<(T, Effects)> {
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
