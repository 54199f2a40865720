//! Users who are refused over and over: a client that asks its token provider again and again, and gets the same answer.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use schemars::JsonSchema;
use serde::Serialize;

use super::entry::Entry;
use crate::auth::check::Check;
use crate::clock::{SECOND_NS, Time};
use crate::error::Code;

/// Refusals of one user within a second that are no loop yet.
pub const REFUSALS_MAX: usize = 20;
/// After so long without a refusal a loop is over.
const QUIET_NS: i64 = 10 * SECOND_NS;
/// Users of one app that are watched at a time.
const USERS_MAX: usize = 1_024;

/// A user who is refused over and over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Loop {
    /// The user, as the token names it.
    pub user_id: String,
    /// How often since it began.
    pub refused: u64,
    /// When it began, by the system's time.
    pub since: String,
    /// The newest refusal, by the system's time.
    pub last_at: String,
    /// The operation of the newest.
    pub operation: String,
    /// Its code.
    pub code: i32,
    /// What it most likely comes from.
    pub likely_cause: String,
}

/// What is watched in one app.
#[derive(Debug, Default)]
pub struct Repeats(Mutex<Watched>);

#[derive(Debug, Default)]
struct Watched {
    users: HashMap<String, Repeat>,
    /// How many loops were told of so far.
    told: u64,
}

#[derive(Debug)]
struct Repeat {
    /// The newest refusals, no more than a loop needs.
    recent: VecDeque<Time>,
    since: Time,
    refused: u64,
    /// The number of the loop, once it is one.
    told: Option<u64>,
    operation: String,
    code: i32,
    cause: String,
}

impl Repeats {
    /// Counts a refusal of a user at this moment. The loop, when this makes it one.
    pub fn refused(&self, user: &str, entry: &Entry, now: Time) -> Option<Loop> {
        let mut watched = self.watched();
        let quiet = |repeat: &Repeat| repeat.recent.back().is_none_or(|last| now.0.saturating_sub(last.0) > QUIET_NS);
        if watched.users.get(user).is_some_and(quiet) {
            watched.users.remove(user);
        }
        if !watched.users.contains_key(user) && watched.users.len() >= USERS_MAX {
            watched.users.retain(|_, repeat| !quiet(repeat));
            if watched.users.len() >= USERS_MAX {
                return None;
            }
        }
        let Watched { users, told } = &mut *watched;
        let repeat = users.entry(user.to_owned()).or_insert_with(|| Repeat::new(now));
        repeat.count(entry, now);
        if repeat.told.is_some() || !repeat.is_loop() {
            return None;
        }
        *told += 1;
        repeat.told = Some(*told);
        Some(repeat.shown(user))
    }

    /// The loops that go on at this moment and were told of behind this number, and the number to go on with.
    pub fn told_after(&self, number: u64, now: Time) -> (Vec<Loop>, u64) {
        let watched = self.watched();
        if watched.told <= number {
            return (Vec::new(), watched.told);
        }
        let goes_on =
            |repeat: &Repeat| repeat.recent.back().is_some_and(|last| now.0.saturating_sub(last.0) <= QUIET_NS);
        let news = watched.users.iter().filter_map(|(user, repeat)| {
            let told = repeat.told.filter(|told| *told > number && goes_on(repeat))?;
            Some((told, repeat.shown(user)))
        });
        let mut news: Vec<_> = news.collect();
        news.sort_by_key(|(told, _)| *told);
        (news.into_iter().map(|(_, shown)| shown).collect(), watched.told)
    }

    fn watched(&self) -> MutexGuard<'_, Watched> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Repeat {
    fn new(since: Time) -> Self {
        let recent = VecDeque::with_capacity(REFUSALS_MAX + 1);
        Self { recent, since, refused: 0, told: None, operation: String::new(), code: 0, cause: String::new() }
    }

    fn count(&mut self, entry: &Entry, now: Time) {
        if self.recent.len() > REFUSALS_MAX {
            self.recent.pop_front();
        }
        self.recent.push_back(now);
        self.refused += 1;
        if self.operation != entry.operation {
            entry.operation.as_ref().clone_into(&mut self.operation);
        }
        self.code = entry.code;
        self.cause = likely_cause(entry);
    }

    fn is_loop(&self) -> bool {
        let begun = self.recent.front().zip(self.recent.back());
        self.recent.len() > REFUSALS_MAX && begun.is_some_and(|(first, last)| last.0 - first.0 <= SECOND_NS)
    }

    fn shown(&self, user: &str) -> Loop {
        let last = self.recent.back().copied().unwrap_or(self.since);
        Loop {
            user_id: user.to_owned(),
            refused: self.refused,
            since: self.since.rfc3339(),
            last_at: last.rfc3339(),
            operation: self.operation.clone(),
            code: self.code,
            likely_cause: self.cause.clone(),
        }
    }
}

/// What makes a client come again and again with what is refused.
fn likely_cause(entry: &Entry) -> String {
    if let Some(fault) = &entry.fault {
        return format!("the fault {fault} is armed");
    }
    let text = match entry.who.verdict.and_then(|verdict| verdict.failed) {
        Some(Check::Expiry) => {
            "the token provider gives tokens that are expired already: the same one again, or minted by a clock behind the app's"
        }
        Some(Check::AppRevocation | Check::UserRevocation) => {
            "the token provider gives tokens that were issued before the revocation: the same one again, or back-dated"
        }
        Some(Check::NotBefore | Check::IssuedAt) => "the tokens are minted by a clock ahead of the app's",
        Some(Check::Signature) => "the tokens are signed with another secret than the app's",
        Some(Check::UserNotDeleted | Check::UserNotDeactivated | Check::UserKnown) => {
            "the user is deleted, deactivated or unknown, which no new token changes"
        }
        Some(_) => "the client shows the same credentials again",
        None if entry.code == Code::RateLimitError.number() => "the client does not wait for the end of its rate limit",
        None => "the client repeats a call that is refused each time",
    };
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: i64 = 1_000_000;

    fn entry() -> Entry {
        Entry { code: 40, ..Entry::new(Time(0), "Connect", "GET", 401) }
    }

    /// Refuses a user so often, so far apart; how often that was told.
    fn told(repeats: &Repeats, user: &str, times: usize, from: i64, apart: i64) -> Vec<u64> {
        let at = |n: usize| Time(from + apart * i64::try_from(n).expect("small"));
        (0..times).filter_map(|n| repeats.refused(user, &entry(), at(n))).map(|found| found.refused).collect()
    }

    #[test]
    fn more_than_twenty_within_a_second_are_told_once_and_again_only_after_quiet() {
        let repeats = Repeats::default();
        assert_eq!(told(&repeats, "john", 20, 0, MS), [0; 0]);
        assert_eq!(told(&repeats, "john", 200, 20 * MS, MS), [21], "the one that is too many, once");
        assert_eq!(told(&repeats, "john", 30, SECOND_NS, MS), [0; 0], "it is the same loop");
        assert_eq!(repeats.told_after(0, Time(SECOND_NS)).0[0].refused, 250);
        let later = 30 * SECOND_NS;
        assert_eq!(repeats.told_after(0, Time(later)).0, [], "it is over");
        assert_eq!(told(&repeats, "john", 30, later, MS), [21]);
        assert_eq!(repeats.told_after(1, Time(later)).1, 2);
    }

    #[test]
    fn the_second_is_any_second_and_users_are_told_apart() {
        let repeats = Repeats::default();
        // 21 in 1.02 s, for ever.
        assert_eq!(told(&repeats, "slow", 500, 0, 51 * MS), [0; 0]);
        assert_eq!(told(&repeats, "fast", 500, 0, 50 * MS), [21]);
        for n in 0..15 {
            assert_eq!(told(&repeats, "a", 1, n, 0), [0; 0]);
            assert_eq!(told(&repeats, "b", 1, n, 0), [0; 0]);
        }
    }

    #[test]
    fn so_many_users_are_watched_and_no_more() {
        let repeats = Repeats::default();
        for user in 0..=USERS_MAX {
            told(&repeats, &user.to_string(), 1, 0, 0);
        }
        assert_eq!(repeats.watched().users.len(), USERS_MAX);
        told(&repeats, "later", 1, 11 * SECOND_NS, 0);
        assert_eq!(repeats.watched().users.len(), 1, "who is quiet makes room");
    }
}
