//! The journal of an app: what was called, by whom, and how it came out. A bounded ring in memory.
//!
//! Writing is cheap, since it happens in every call: small values, and one lock for the push. Words and JSON are made when
//! somebody reads. Readers come with the id of the last entry that they have seen and pull what is newer, so that none has
//! a queue of its own; a [`Bell`] tells them that there is something.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use tokio::sync::Notify;
use tokio::sync::futures::Notified;

use crate::clock::{SECOND_NS, system_now};

pub(crate) mod entry;
pub mod exchange;
pub(crate) mod line;
mod pace;
pub(crate) mod repeats;
pub(crate) mod tail;

pub use crate::auth::kind::Caller;
pub use entry::{Entry, Outcome, Text, Who, Why};
use exchange::EXCHANGES_MAX;
pub use exchange::Exchange;
pub use pace::Minute;
use pace::Pace;
use repeats::{Loop, REFUSALS_MAX, Repeats};

/// Entries that an app's journal holds; the oldest go first.
pub const ENTRIES_MAX: usize = 4096;

/// Gives entries of all apps of the process one order.
static ORDER: AtomicU64 = AtomicU64::new(1);

/// An app's journal. One that nobody calls costs nothing.
#[derive(Debug, Default)]
pub struct Journal {
    ring: Mutex<Ring>,
    /// Users who are refused over and over.
    pub repeats: Repeats,
    bell: Arc<Bell>,
    everyone: OnceLock<Arc<Bell>>,
}

#[derive(Debug, Default)]
struct Ring {
    entries: VecDeque<Arc<Entry>>,
    /// Those of the newest calls over HTTP, with the ids of their entries, the oldest first.
    exchanges: VecDeque<(u64, Exchange)>,
    /// The id of the newest entry; the ids in the ring are without gaps.
    last: u64,
    /// The id up to which entries were pushed out by newer ones.
    pushed_out: u64,
    /// The id of the newest event.
    last_event: u64,
    pace: Pace,
}

/// What a journal has that is newer than what a reader knows.
#[derive(Debug, Default)]
pub struct Pulled {
    /// Oldest first.
    pub entries: Vec<Arc<Entry>>,
    /// Entries between those and what the reader knew that are not there any more.
    pub lost: u64,
}

impl Journal {
    /// Has a bell of all apps rung as well, from now on.
    pub fn tell_everyone(&self, bell: &Arc<Bell>) {
        // The second time it is the same one: an app belongs to one process.
        let _ = self.everyone.set(Arc::clone(bell));
    }

    /// Writes an entry, which gets its id here.
    pub fn push(&self, entry: Entry) {
        self.write(entry, None);
    }

    /// Writes the entry of a call, and keeps what was said.
    pub fn push_call(&self, entry: Entry, exchange: Exchange) {
        self.write(entry, Some(exchange));
    }

    fn write(&self, mut entry: Entry, exchange: Option<Exchange>) {
        entry.clip();
        self.watch(&entry);
        let second = system_now().0 / SECOND_NS;
        let gone = {
            let mut ring = self.ring();
            ring.last += 1;
            entry.id = ring.last;
            entry.order = ORDER.fetch_add(1, Ordering::Relaxed);
            let gone = if ring.entries.len() == ENTRIES_MAX { ring.entries.pop_front() } else { None };
            if let Some(gone) = &gone {
                ring.pushed_out = gone.id;
            }
            if entry.method == entry::METHOD_EVENT {
                ring.last_event = entry.id;
            }
            ring.pace.count(&entry, second);
            ring.entries.push_back(Arc::new(entry));
            let unsaid = exchange.and_then(|exchange| {
                let full = ring.exchanges.len() == EXCHANGES_MAX;
                let oldest = if full { ring.exchanges.pop_front() } else { None };
                let id = ring.last;
                ring.exchanges.push_back((id, exchange));
                oldest
            });
            (gone, unsaid)
        };
        drop(gone);
        self.wake();
    }

    /// Says once of a user that it is refused over and over.
    fn watch(&self, entry: &Entry) {
        let Some(user) = entry.who.user().filter(|_| entry.outcome() == Outcome::Refused) else { return };
        if let Some(told) = self.repeats.refused(user, entry, system_now()) {
            let Loop { user_id, refused, operation, code, likely_cause, .. } = told;
            tracing::warn!(
                user_id,
                refused,
                operation,
                code,
                likely_cause,
                "a user was refused more than {REFUSALS_MAX} times within a second"
            );
        }
    }

    /// Has everyone who waits look again.
    pub fn wake(&self) {
        self.bell.ring();
        if let Some(everyone) = self.everyone.get() {
            everyone.ring();
        }
    }

    /// What tells of news here.
    pub fn bell(&self) -> &Arc<Bell> {
        &self.bell
    }

    /// The id of the newest entry that there was, 0 before the first.
    pub fn last(&self) -> u64 {
        self.ring().last
    }

    /// The id of the newest event that went out, 0 before the first: it changes with whatever changes a user.
    pub fn last_event(&self) -> u64 {
        self.ring().last_event
    }

    /// Calls and refusals of the last minute of real time.
    pub fn minute(&self) -> Minute {
        let second = system_now().0 / SECOND_NS;
        self.ring().pace.minute(second)
    }

    /// How many calls there ever were, forgotten ones included.
    pub fn calls(&self) -> u64 {
        self.ring().pace.calls()
    }

    /// The id up to which entries were pushed out by newer ones; 0 when none was.
    pub fn pushed_out(&self) -> u64 {
        self.ring().pushed_out
    }

    /// The entries behind an id, the oldest first, at most so many.
    pub fn pull(&self, after: u64, most: usize) -> Pulled {
        let ring = self.ring();
        let Some(first) = ring.entries.front().map(|entry| entry.id) else {
            return Pulled { entries: Vec::new(), lost: ring.last.saturating_sub(after) };
        };
        let lost = (first - 1).saturating_sub(after);
        let skip = usize::try_from(after.saturating_sub(first - 1)).unwrap_or(usize::MAX);
        Pulled { entries: ring.entries.iter().skip(skip).take(most).map(Arc::clone).collect(), lost }
    }

    /// The entry of that id, while it is held.
    pub fn get(&self, id: u64) -> Option<Arc<Entry>> {
        let ring = self.ring();
        let first = ring.entries.front()?.id;
        ring.entries.get(usize::try_from(id.checked_sub(first)?).ok()?).map(Arc::clone)
    }

    /// What was said in the call with that entry, while it is kept.
    pub fn exchange(&self, id: u64) -> Option<Exchange> {
        let ring = self.ring();
        let at = ring.exchanges.binary_search_by_key(&id, |(id, _)| *id).ok()?;
        ring.exchanges.get(at).map(|(_, exchange)| exchange.clone())
    }

    /// Forgets all entries and exchanges, and answers how many entries there were. Ids go on.
    pub fn clear(&self) -> usize {
        let (entries, exchanges) = {
            let mut ring = self.ring();
            (std::mem::take(&mut ring.entries), std::mem::take(&mut ring.exchanges))
        };
        drop(exchanges);
        entries.len()
    }

    fn ring(&self) -> MutexGuard<'_, Ring> {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tells readers that there is something new. Where nobody listens, ringing costs one look.
#[derive(Debug, Default)]
pub struct Bell {
    listeners: AtomicUsize,
    notify: Notify,
}

impl Bell {
    fn ring(&self) {
        // A reader counts itself before it looks at the ring: it either sees what was just pushed, or is seen here.
        if self.listeners.load(Ordering::SeqCst) > 0 {
            self.notify.notify_waiters();
        }
    }

    /// Listens from now on, until the result is dropped.
    pub fn listen(self: &Arc<Self>) -> Listening {
        self.listeners.fetch_add(1, Ordering::SeqCst);
        Listening(Arc::clone(self))
    }

    /// The next ring after this call. Take it first, then look, then await it.
    pub fn rung(&self) -> Notified<'_> {
        self.notify.notified()
    }

    /// How many listen.
    pub fn listeners(&self) -> usize {
        self.listeners.load(Ordering::SeqCst)
    }
}

/// Someone who listens to a bell.
#[derive(Debug)]
pub struct Listening(Arc<Bell>);

impl Listening {
    /// The bell.
    pub fn bell(&self) -> Arc<Bell> {
        Arc::clone(&self.0)
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.0.listeners.fetch_sub(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests;
