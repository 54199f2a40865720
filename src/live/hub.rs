//! All sockets of the process, by worker. The store's writer tells the hub of a commit; the hub sends each worker one
//! message; the workers know the sockets. So the writer never loops over sockets.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::sync::{Notify, Semaphore};

use super::limits::Limits;
use super::mailbox::Order;
use super::polls::Polls;
use super::topics::Watching;
use crate::app::App;
use crate::auth::fingerprint::Fingerprint;
use crate::clock::Time;
use crate::domain::sessions;
use crate::error::{ApiError, Result};
use crate::event::topic::Topic;
use crate::ids::{AppId, UserId};
use crate::journal::Caller;
use crate::store::{Commit, Scope, Store};
use crate::wire::Dialect;

/// Connects that write at the same time, so that a rush of them leaves room in the writer's queue.
const CONNECTS_MAX: usize = 256;
/// Ends of connections that are written down together.
const LEAVES_MAX: usize = 256;
/// Ends that wait for that.
const LEAVES_QUEUED_MAX: usize = 65_536;

/// What a worker is told.
pub enum Told {
    /// A commit of an app.
    Commit(AppId, Arc<Commit>),
    /// A socket of the worker's wants to hear of these topics.
    Watch(u64, Vec<Topic>),
    /// One wants to hear of this no longer.
    Unwatch(u64, Topic),
    /// A socket of the worker's is to do this.
    Order(u64, Order),
    /// The process stops.
    Stop,
    /// Drop this when it is heard: whatever the thread was doing before is then done.
    Echo(Sender<()>),
}

/// The way to a worker.
struct Post {
    told: Sender<Told>,
    missed: Arc<AtomicU64>,
}

/// What a worker listens to.
pub struct Ear {
    /// Its number.
    pub number: usize,
    /// What it is told.
    pub told: Receiver<Told>,
    /// The number of the newest commit that found no place among these.
    pub missed: Arc<AtomicU64>,
}

/// Where a connection is.
#[derive(Clone, Debug)]
pub struct Connection {
    /// Its worker.
    pub worker: usize,
    /// Its key there.
    pub key: u64,
    /// Its id.
    pub id: String,
    /// The state of its app.
    pub app: AppId,
    /// Its user; `None` for anonymous ones.
    pub user: Option<UserId>,
    /// What its user is.
    pub caller: Caller,
    /// Its dialect.
    pub dialect: Dialect,
    /// `X-Stream-Client`.
    pub sdk: String,
    /// When it was opened, by the app's clock.
    pub opened_at: Time,
    /// The token that it was opened with.
    pub token: Option<Fingerprint>,
    /// When its token expires.
    pub token_expires_at: Option<Time>,
    /// Its place among all connections of the process.
    pub number: u64,
    /// What it watches.
    pub watching: Arc<Watching>,
}

/// The sockets of the process.
pub struct Hub {
    workers: RwLock<Vec<Post>>,
    connections: Mutex<HashMap<(AppId, String), Connection>>,
    numbers: AtomicU64,
    listeners: AtomicUsize,
    pending: AtomicUsize,
    open: AtomicUsize,
    emptied: Notify,
    is_stopping: AtomicBool,
    stopping: Notify,
    leavers: Mutex<Option<Sender<Leaver>>>,
    /// The sessions without a socket.
    pub polls: Polls,
    /// What sockets may.
    pub limits: Limits,
    /// Limits the connects that write at the same time.
    pub connects: Semaphore,
}

/// The ends of connections that are still to be written down.
pub type Leavers = Receiver<Leaver>;

/// Whose connection ended, and in which app.
pub type Leaver = (Arc<App>, UserId);

impl Hub {
    /// A hub without workers, and the stream of those who leave.
    pub fn new(limits: Limits) -> (Arc<Self>, Leavers) {
        let (leavers, leaving) = channel(LEAVES_QUEUED_MAX);
        let hub = Self {
            workers: RwLock::default(),
            connections: Mutex::default(),
            numbers: AtomicU64::new(0),
            listeners: AtomicUsize::new(0),
            pending: AtomicUsize::new(0),
            open: AtomicUsize::new(0),
            emptied: Notify::new(),
            is_stopping: AtomicBool::new(false),
            stopping: Notify::new(),
            leavers: Mutex::new(Some(leavers)),
            polls: Polls::default(),
            limits,
            connects: Semaphore::new(CONNECTS_MAX),
        };
        (Arc::new(hub), leaving)
    }

    /// Adds a worker.
    pub fn add_worker(&self) -> Ear {
        let (sender, told) = channel(self.limits.commits);
        let missed = Arc::<AtomicU64>::default();
        let mut workers = self.workers.write().unwrap_or_else(PoisonError::into_inner);
        workers.push(Post { told: sender, missed: Arc::clone(&missed) });
        Ear { number: workers.len() - 1, told, missed }
    }

    /// Counts someone who is to hear of commits, from before its sign-in is written until its seat is given up: so what comes
    /// after the one is told until the other.
    pub fn listen(self: &Arc<Self>) -> Listening {
        self.listeners.fetch_add(1, Ordering::SeqCst);
        Listening(Arc::clone(self))
    }

    /// Tells every worker of a commit, and waits for none. Where nobody listens, none is woken.
    pub fn commit(&self, app: AppId, commit: &Arc<Commit>) {
        if self.listeners.load(Ordering::SeqCst) == 0 {
            return;
        }
        for post in self.workers.read().unwrap_or_else(PoisonError::into_inner).iter() {
            // A worker that has ended has no sockets.
            if let Err(TrySendError::Full(_)) = post.told.try_send(Told::Commit(app, Arc::clone(commit))) {
                post.missed.fetch_max(commit.number, Ordering::AcqRel);
            }
        }
    }

    async fn tell_all(&self, told: impl Fn() -> Told) {
        let workers: Vec<_> = {
            let workers = self.workers.read().unwrap_or_else(PoisonError::into_inner);
            workers.iter().map(|post| post.told.clone()).collect()
        };
        for worker in workers {
            // A worker that has ended has no sockets.
            let _ = worker.send(told()).await;
        }
    }

    /// Counts a socket before its first frame. `None` when too many wait already.
    pub fn begin(self: &Arc<Self>) -> Option<Pending> {
        let before = self.pending.fetch_add(1, Ordering::AcqRel);
        let pending = Pending(Arc::clone(self));
        (before < self.limits.pending).then_some(pending)
    }

    /// Makes a connection known.
    pub fn joined(&self, connection: Connection) {
        let number = self.numbers.fetch_add(1, Ordering::Relaxed);
        let key = (connection.app, connection.id.clone());
        self.connections().insert(key, Connection { number, ..connection });
    }

    /// Forgets a connection, and has its end written down.
    pub fn left(&self, connection_id: &str, app: &Arc<App>) {
        let Some(connection) = self.connections().remove(&(app.id, connection_id.to_owned())) else { return };
        connection.watching.end(connection.user.as_ref(), &app.watched);
        if let Some(user) = connection.user {
            // Without a receiver the process is ending, and nobody is online any more.
            if let Some(leavers) = &*self.leavers.lock().unwrap_or_else(PoisonError::into_inner)
                && let Err(TrySendError::Full((app, user))) = leavers.try_send((Arc::clone(app), user))
            {
                // Offline it is all the same; only when it was last seen stays as it was.
                let _ = app.presence.closed(&user);
            }
        }
    }

    /// A connection of an app.
    pub fn connection(&self, app: AppId, connection_id: &str) -> Option<Connection> {
        self.connections().get(&(app, connection_id.to_owned())).cloned()
    }

    /// The connections of an app, the oldest first.
    pub fn connections_of(&self, app: AppId) -> Vec<Connection> {
        let mut own: Vec<_> = self.connections().values().filter(|one| one.app == app).cloned().collect();
        own.sort_by_key(|connection| connection.number);
        own
    }

    /// Has connections do something, and waits until each has been told. Answers how many there were.
    pub async fn order(&self, orders: Vec<(Connection, Order)>) -> usize {
        let count = orders.len();
        for (connection, order) in orders {
            self.tell(&connection, Told::Order(connection.key, order)).await;
        }
        if count > 0 {
            self.echo().await;
        }
        count
    }

    /// Has a connection of an app hear of topics, all or none.
    pub async fn watch(&self, app: &App, connection: &Connection, topics: Vec<Topic>) -> Result<()> {
        let most = self.limits.watched;
        let new = connection.watching.add(connection.user.as_ref(), topics, most, &app.watched).ok_or_else(|| {
            ApiError::input(format!(
                "connection_id {} would watch more than {most} users and feeds; ask without presence or watch, or open another \
                 connection",
                connection.id
            ))
        })?;
        if !new.is_empty() {
            self.tell(connection, Told::Watch(connection.key, new)).await;
        }
        Ok(())
    }

    /// Has it hear of a topic no longer.
    pub async fn unwatch(&self, app: &App, connection: &Connection, topic: Topic) {
        if connection.watching.remove(connection.user.as_ref(), &topic, &app.watched) {
            self.tell(connection, Told::Unwatch(connection.key, topic)).await;
        }
    }

    async fn tell(&self, connection: &Connection, told: Told) {
        let worker = {
            let workers = self.workers.read().unwrap_or_else(PoisonError::into_inner);
            workers.get(connection.worker).map(|post| post.told.clone())
        };
        if let Some(worker) = worker {
            // A worker that has ended has no sockets.
            let _ = worker.send(told).await;
        }
    }

    fn connections(&self) -> MutexGuard<'_, HashMap<(AppId, String), Connection>> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a socket that is open.
    pub fn open(self: &Arc<Self>) -> Open {
        self.open.fetch_add(1, Ordering::AcqRel);
        Open(Arc::clone(self))
    }

    /// How many there are now.
    pub fn counts(&self) -> Counts {
        Counts {
            pending: self.pending.load(Ordering::Acquire),
            open: self.open.load(Ordering::Acquire),
            connections: self.connections().len(),
        }
    }

    /// Waits until every worker's thread has finished what it was doing when asked, such as writing out an answer.
    pub async fn echo(&self) {
        let (sender, mut heard) = channel(1);
        self.tell_all(|| Told::Echo(sender.clone())).await;
        drop(sender);
        // Nothing is sent: this ends when each worker has dropped its sender, or is gone.
        let _ = heard.recv().await;
    }

    /// Whether the process stops.
    pub fn is_stopping(&self) -> bool {
        self.is_stopping.load(Ordering::Acquire)
    }

    /// Waits until the process stops.
    pub async fn stopping(&self) {
        loop {
            let told = self.stopping.notified();
            if self.is_stopping() {
                return;
            }
            told.await;
        }
    }

    /// Takes no more ends of connections to write down: whoever writes them is done when it has written those there are.
    pub fn end_leaves(&self) {
        self.leavers.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    /// Ends every socket in the form that makes SDKs come back, and waits until all are closed.
    pub async fn stop(&self) {
        self.is_stopping.store(true, Ordering::Release);
        self.stopping.notify_waiters();
        self.tell_all(|| Told::Stop).await;
        loop {
            let emptied = self.emptied.notified();
            if self.open.load(Ordering::Acquire) == 0 {
                return;
            }
            emptied.await;
        }
    }
}

/// Sockets and sessions of the process at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Sockets that wait for their first frame.
    pub pending: usize,
    /// Sockets.
    pub open: usize,
    /// Sessions that are signed in, long-polls included.
    pub connections: usize,
}

/// A socket that waits for its first frame.
pub struct Pending(Arc<Hub>);

impl Drop for Pending {
    fn drop(&mut self) {
        self.0.pending.fetch_sub(1, Ordering::AcqRel);
    }
}

/// Someone who is to hear of commits.
pub struct Listening(Arc<Hub>);

impl Drop for Listening {
    fn drop(&mut self) {
        self.0.listeners.fetch_sub(1, Ordering::SeqCst);
    }
}

/// A socket that is open.
pub struct Open(Arc<Hub>);

impl Drop for Open {
    fn drop(&mut self) {
        if self.0.open.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.0.emptied.notify_waiters();
        }
    }
}

/// Writes the ends of connections down, many in one transaction, until no more are taken.
pub async fn write_leaves(store: Store, mut leaving: Leavers) {
    let mut together = Vec::new();
    while leaving.recv_many(&mut together, LEAVES_MAX).await > 0 {
        let mut by_app: HashMap<AppId, (Arc<App>, Vec<UserId>)> = HashMap::new();
        for (app, user) in together.drain(..) {
            by_app.entry(app.id).or_insert_with(|| (app, Vec::new())).1.push(user);
        }
        for (app, users) in by_app.into_values() {
            let left = users.clone();
            let job = move |tx: &crate::store::WriteTx<'_>| {
                left.iter().try_for_each(|user| sessions::close(tx, user.as_str()))
            };
            if let Err(error) = store.write(&Scope::own(&app), job).await {
                // Whoever left is offline, whether or not that can be written down. The store tells why it cannot; of an app
                // that is over nobody is online any more.
                for user in &users {
                    let _ = app.presence.closed(user);
                }
                tracing::debug!(%error, "the end of a connection could not be written down");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_is_told_from_the_moment_that_somebody_listens_until_nobody_does() {
        let (hub, _leaving) = Hub::new(Limits::default());
        let mut ear = hub.add_worker();
        let mut is_told = || {
            hub.commit(AppId(1), &Arc::new(Commit { number: 1, app: true, users: Vec::new(), events: Vec::new() }));
            ear.told.try_recv().is_ok()
        };
        assert!(!is_told());
        let (one, other) = (hub.listen(), hub.listen());
        assert!(is_told());
        drop(one);
        assert!(is_told(), "one still listens");
        drop(other);
        assert!(!is_told());
    }
}
