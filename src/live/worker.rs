//! The sockets of one thread of the server.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use tokio::sync::mpsc::UnboundedReceiver;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::farewell::Farewell;
use super::hub::{Connection, Hub, Told};
use super::mailbox::Mailbox;
use super::signed_in::SignedIn;
use crate::app::App;
use crate::event::{Audience, Event};
use crate::ids::{AppId, UserId};
use crate::store::Commit;
use crate::wire::{Dialect, events};

/// A user of an app: what a socket can be about. Feeds will be further topics.
type Topic = (AppId, UserId);

/// Events after which sockets get a turn to send.
const EVENTS_PER_TURN: usize = 64;

/// A socket that is signed in.
struct Member {
    app: Arc<App>,
    user: Option<UserId>,
    connection_id: String,
    dialect: Dialect,
    mailbox: Rc<Mailbox>,
    watching: HashSet<UserId>,
    since: u64,
}

#[derive(Default)]
struct Members {
    by_key: HashMap<u64, Member>,
    by_app: HashMap<AppId, HashSet<u64>>,
    own: HashMap<Topic, HashSet<u64>>,
    watchers: HashMap<Topic, HashSet<u64>>,
}

/// The sockets of one thread.
pub struct Worker {
    /// All sockets of the process.
    pub hub: Arc<Hub>,
    number: usize,
    next_key: Cell<u64>,
    members: RefCell<Members>,
}

impl Worker {
    /// A worker for this thread, which listens to the hub from now on.
    pub fn start(hub: Arc<Hub>) -> Rc<Self> {
        let (number, told) = hub.add_worker();
        let worker = Rc::new(Self { hub, number, next_key: Cell::new(0), members: RefCell::default() });
        actix_web::rt::spawn(Rc::clone(&worker).run(told));
        worker
    }

    async fn run(self: Rc<Self>, mut told: UnboundedReceiver<Told>) {
        while let Some(told) = told.recv().await {
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
                Told::Watch(key, users) => self.watch(key, users),
                Told::Order(key, order) => {
                    if let Some(member) = self.members.borrow().by_key.get(&key) {
                        member.mailbox.order(order);
                    }
                }
                Told::Stop => self.end_all(),
                Told::Echo(answer) => drop(answer.send(())),
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
        members.by_app.entry(app.id).or_default().insert(key);
        if let Some(user) = user {
            members.own.entry((app.id, user.clone())).or_default().insert(key);
        }
        let member = Member {
            app: Arc::clone(app),
            user: user.clone(),
            connection_id: connection_id.clone(),
            dialect,
            mailbox: Rc::clone(&mailbox),
            watching: HashSet::new(),
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
        });
        if self.hub.is_stopping() {
            // It came too late to be told with the others.
            mailbox.end(Farewell::going_away());
        }
        Seat { worker: Rc::clone(self), key, mailbox }
    }

    fn leave(&self, key: u64) {
        let mut members = self.members.borrow_mut();
        let Some(member) = members.by_key.remove(&key) else { return };
        remove(&mut members.by_app, &member.app.id, key);
        if let Some(user) = member.user {
            remove(&mut members.own, &(member.app.id, user), key);
        }
        for user in member.watching {
            remove(&mut members.watchers, &(member.app.id, user), key);
        }
        drop(members);
        self.hub.left(&member.connection_id, &member.app);
    }

    fn watch(&self, key: u64, users: Vec<UserId>) {
        let members = &mut *self.members.borrow_mut();
        let Some(member) = members.by_key.get_mut(&key) else { return };
        for user in users {
            members.watchers.entry((member.app.id, user.clone())).or_default().insert(key);
            member.watching.insert(user);
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
            for key in audience(&members, app, &event.audience) {
                // What a greeting has in it already is no news.
                if let Some(member) = members.by_key.get(&key).filter(|member| member.since < commit.number) {
                    member.mailbox.frame(frame(event, member.dialect));
                }
            }
        }
        let whole_app = members.by_app.get(&app).filter(|_| commit.app);
        let users = commit.users.iter().filter_map(|user| members.own.get(&(app, user.clone())));
        for key in whole_app.into_iter().chain(users).flatten() {
            if let Some(member) = members.by_key.get(key) {
                member.mailbox.judge();
            }
        }
    }
}

fn remove<K: std::hash::Hash + Eq>(map: &mut HashMap<K, HashSet<u64>>, topic: &K, key: u64) {
    if let Some(keys) = map.get_mut(topic) {
        keys.remove(&key);
        if keys.is_empty() {
            map.remove(topic);
        }
    }
}

/// The sockets that hear of an event, each once.
fn audience(members: &Members, app: AppId, audience: &Audience) -> HashSet<u64> {
    let of =
        |map: &HashMap<Topic, HashSet<u64>>, user: &UserId| map.get(&(app, user.clone())).cloned().unwrap_or_default();
    match audience {
        Audience::Own(user) => of(&members.own, user),
        Audience::Watchers(user) => of(&members.watchers, user),
        Audience::OwnAndWatchers(user) => &of(&members.own, user) | &of(&members.watchers, user),
        Audience::Everyone => members.by_app.get(&app).cloned().unwrap_or_default(),
    }
}

/// An event's frame: encoded once for each dialect, then shared.
fn frame(event: &Event, dialect: Dialect) -> Utf8Bytes {
    events::frame(event, dialect).clone()
}

/// A socket's place among the sockets of its thread; given up when dropped.
pub struct Seat {
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
