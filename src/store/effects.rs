//! What a write changes beside its rows: told to memory after the commit, and then to whoever listens.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use crate::app::{App, AppState};
use crate::auth::facts::End;
use crate::auth::facts::UserFacts;
use crate::auth::fingerprint::Fingerprint;
use crate::auth::times::Times;
use crate::clock::Run;
use crate::event::Event;
use crate::ids::UserId;

/// What a job changed beside the rows.
pub(super) struct Effects {
    pub(super) facts: HashMap<UserId, UserFacts>,
    pub(super) reload: bool,
    pub(super) clock: Option<Run>,
    /// Tokens that count as shown.
    pub(super) shown: Vec<(Fingerprint, Times)>,
    /// Tokens that were ended, or no longer are.
    pub(super) ended: Vec<(Fingerprint, Option<End>)>,
    /// Whose tokens were revoked by hand.
    pub(super) revoked: HashSet<UserId>,
    pub(super) events: Vec<Event>,
    pub(super) came_and_went: CameAndWent,
}

/// Who opened (`true`) or closed a connection. Memory has it already, and forgets it again unless it is committed.
pub(super) struct CameAndWent {
    app: Arc<App>,
    users: Vec<(UserId, bool)>,
}

impl CameAndWent {
    pub(super) fn saw(&mut self, user: &UserId, opened: bool) -> bool {
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
    pub(super) fn of(app: &Arc<App>) -> Self {
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
    pub(super) fn changes_memory(&self) -> bool {
        let tokens = !self.ended.is_empty() || !self.shown.is_empty();
        self.reload || self.clock.is_some() || !self.facts.is_empty() || tokens
    }

    /// Tells memory, and answers what sockets have to hear of.
    pub(super) fn publish(self, app: &App, state: Option<AppState>) -> Commit {
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
        commit
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

/// Who is told of commits, and of how many.
#[derive(Default)]
pub(super) struct Told {
    listener: OnceLock<Box<dyn Listener>>,
    number: AtomicU64,
}

impl Told {
    /// There is one listener; a second is not heard.
    pub(super) fn listen(&self, listener: impl Listener + 'static) {
        if self.listener.set(Box::new(listener)).is_err() {
            tracing::error!("the store has a listener already");
        }
    }

    /// The number of the last commit that was told.
    pub(super) fn number(&self) -> u64 {
        self.number.load(Ordering::SeqCst)
    }

    /// Tells of a commit. Only the writer's thread tells.
    pub(super) fn tell(&self, app: &Arc<App>, commit: Commit) {
        let nothing = !commit.app && commit.users.is_empty() && commit.events.is_empty();
        if let (Some(listener), false) = (self.listener.get(), nothing) {
            let number = self.number.fetch_add(1, Ordering::SeqCst) + 1;
            listener.committed(app, Commit { number, ..commit });
        }
    }
}
