//! The sockets of one thread of the server.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::mpsc::Receiver;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::farewell::Farewell;
use super::hub::{Connection, Ear, Hub, Listening, Told};
use super::mailbox::Mailbox;
use super::signed_in::SignedIn;
use super::topics::{Topics, Watching};
use crate::app::App;
use crate::event::Event;
use crate::event::topic::Topic;
use crate::ids::{AppId, UserId};
use crate::store::Commit;
use crate::wire::{Dialect, events};

/// Events after which sockets get a turn to send.
const EVENTS_PER_TURN: usize = 64;

/// A socket that is signed in.
struct Member {
    app: Arc<App>,
    user: Option<UserId>,
    connection_id: String,
    dialect: Dialect,
    mailbox: Rc<Mailbox>,
    watching: Arc<Watching>,
    since: u64,
}

#[derive(Default)]
struct Members {
    by_key: HashMap<u64, Member>,
    topics: Topics,
}

/// The sockets of one thread.
pub struct Worker {
    /// All sockets of the process.
    pub hub: Arc<Hub>,
    number: usize,
    next_key: Cell<u64>,
    members: RefCell<Members>,
    missed: Arc<AtomicU64>,
}

impl Worker {
    /// A worker for this thread, which listens to the hub from now on.
    pub fn start(hub: Arc<Hub>) -> Rc<Self> {
        let Ear { number, told, missed } = hub.add_worker();
        let worker = Rc::new(Self { hub, number, next_key: Cell::new(0), members: RefCell::default(), missed });
        actix_web::rt::spawn(Rc::clone(&worker).run(told));
        worker
    }

    async fn run(self: Rc<Self>, mut told: Receiver<Told>) {
        let mut ended = 0;
        while let Some(told) = told.recv().await {
            let missed = self.missed.load(Ordering::Acquire);
            if missed > ended {
                self.end_those_before(missed);
                ended = missed;
            }
            match told {
                Told::Commit(app, commit) => {
                    // Whoever was let in by an earlier commit takes its seat first, and so hears of this one.
                    tokio::task::yield_now().await;
                    self.commit(app, &commit);
                    // The sockets get their turns: what they could send must not fill their mailboxes.
                    for _ in 0..commit.events.len() / EVENTS_PER_TURN {
                        tokio::task::yield_now().await;
                    }
                }
                Told::Watch(key, topics) => self.watch(key, topics),
                Told::Unwatch(key, topic) => self.unwatch(key, &topic),
                Told::Order(key, order) => {
                    if let Some(member) = self.members.borrow().by_key.get(&key) {
                        member.mailbox.order(order);
                    }
                }
                Told::Stop => self.end_all(),
                Told::Echo(heard) => drop(heard),
            }
        }
    }

    /// Makes a socket known, which hears of the commits after its sign-in. What is answered takes it out when it is dropped.
    pub fn join(self: &Rc<Self>, signed_in: &SignedIn, dialect: Dialect) -> Seat {
        let SignedIn { app, user, connection_id, .. } = signed_in;
        let key = self.next_key.get();
        self.next_key.set(key + 1);
        let mailbox = Rc::new(Mailbox::new(self.hub.limits));
        let mut members = self.members.borrow_mut();
        members.topics.add(app.id, Topic::App, key);
        if let Some(user) = user {
            members.topics.add(app.id, Topic::Own(user.clone()), key);
        }
        let watching = Arc::<Watching>::default();
        let member = Member {
            app: Arc::clone(app),
            user: user.clone(),
            connection_id: connection_id.clone(),
            dialect,
            mailbox: Rc::clone(&mailbox),
            watching: Arc::clone(&watching),
            since: signed_in.since,
        };
        members.by_key.insert(key, member);
        let examined = signed_in.credentials.token.as_deref();
        self.hub.joined(Connection {
            worker: self.number,
            key,
            id: connection_id.clone(),
            app: app.id,
            user: user.clone(),
            caller: signed_in.who.caller,
            dialect,
            sdk: signed_in.client.clone(),
            opened_at: signed_in.at,
            token: examined.map(|examined| examined.fingerprint),
            token_expires_at: signed_in.times.expiry,
            number: 0,
            watching,
        });
        if self.hub.is_stopping() {
            // It came too late to be told with the others.
            mailbox.end(Farewell::going_away());
        } else if signed_in.since < self.missed.load(Ordering::Acquire) {
            mailbox.end(Farewell::missed());
        }
        Seat { _listening: self.hub.listen(), worker: Rc::clone(self), key, mailbox }
    }

    fn leave(&self, key: u64) {
        let mut members = self.members.borrow_mut();
        let Some(member) = members.by_key.remove(&key) else { return };
        members.topics.remove(member.app.id, &Topic::App, key);
        if let Some(user) = member.user {
            members.topics.remove(member.app.id, &Topic::Own(user), key);
        }
        for topic in &member.watching.all() {
            members.topics.remove(member.app.id, topic, key);
        }
        drop(members);
        self.hub.left(&member.connection_id, &member.app);
    }

    fn watch(&self, key: u64, topics: Vec<Topic>) {
        let members = &mut *self.members.borrow_mut();
        let Some(member) = members.by_key.get(&key) else { return };
        for topic in topics {
            members.topics.add(member.app.id, topic, key);
        }
    }

    fn unwatch(&self, key: u64, topic: &Topic) {
        let members = &mut *self.members.borrow_mut();
        if let Some(member) = members.by_key.get(&key) {
            members.topics.remove(member.app.id, topic, key);
        }
    }

    /// Ends the sockets to whom a commit is news that was not told here.
    fn end_those_before(&self, missed: u64) {
        for member in self.members.borrow().by_key.values().filter(|member| member.since < missed) {
            member.mailbox.end(Farewell::missed());
        }
    }

    fn end_all(&self) {
        for member in self.members.borrow().by_key.values() {
            member.mailbox.end(Farewell::going_away());
        }
    }

    /// Events first: who is deleted hears of it before the socket ends.
    fn commit(&self, app: AppId, commit: &Commit) {
        let members = self.members.borrow();
        for event in &commit.events {
            members.topics.each(app, &event.audience, |key| {
                // What a greeting has in it already is no news.
                let news = members.by_key.get(&key).filter(|member| member.since < commit.number);
                if let Some(member) = news.filter(|member| event.is_for(member.user.as_ref())) {
                    member.mailbox.frame(frame(event, member.dialect));
                }
            });
        }
        let judge = |key| {
            if let Some(member) = members.by_key.get(&key) {
                member.mailbox.judge();
            }
        };
        if commit.app {
            members.topics.each(app, &[Topic::App], judge);
            return;
        }
        for user in &commit.users {
            members.topics.each(app, &[Topic::Own(user.clone())], judge);
        }
    }
}

/// An event's frame: encoded once for each dialect, then shared.
fn frame(event: &Event, dialect: Dialect) -> Utf8Bytes {
    events::frame(event, dialect).clone()
}

/// A socket's place among the sockets of its thread; given up when dropped.
pub struct Seat {
    _listening: Listening,
    worker: Rc<Worker>,
    key: u64,
    /// What the socket is to do.
    pub mailbox: Rc<Mailbox>,
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.worker.leave(self.key);
    }
}
