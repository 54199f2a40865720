//! What was expected against what the journal has, and an account of it that people can read. Pure.

use std::fmt;
use std::sync::Arc;

use super::filter::Filter;
use crate::journal::Entry;

/// Ids that a sentence names at the most.
const IDS_MAX: usize = 10;
/// Near misses that a sentence names at the most.
const NEAR_MAX: usize = 3;

/// How often something is expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    /// At least.
    pub min: usize,
    /// At most; `None` for any number.
    pub max: Option<usize>,
}

impl Times {
    /// What is meant where nothing is said.
    pub const AT_LEAST_ONCE: Self = Self { min: 1, max: None };

    /// Exactly so often.
    pub fn exactly(times: usize) -> Self {
        Self { min: times, max: Some(times) }
    }

    fn holds(self, count: usize) -> bool {
        self.min <= count && self.max.is_none_or(|max| count <= max)
    }
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.min, self.max) {
            (0, Some(0)) => f.write_str("never"),
            (0, None) => f.write_str("any number"),
            (min, None) => write!(f, "at least {min}"),
            (min, Some(max)) if min == max => write!(f, "exactly {min}"),
            (0, Some(max)) => write!(f, "at most {max}"),
            (min, Some(max)) => write!(f, "{min} to {max}"),
        }
    }
}

/// Something that is expected.
#[derive(Clone, Debug)]
pub struct Expectation {
    /// Which entries.
    pub filter: Filter,
    /// How many of them.
    pub times: Times,
}

/// How it came out.
#[derive(Debug, PartialEq, Eq)]
pub struct Account {
    /// Whether everything is as expected.
    pub ok: bool,
    /// Sentences: one for each expectation, and one for each that is out of order.
    pub sentences: Vec<String>,
}

/// Compares. In order means that the first entry for each expectation comes behind that for the one before it; what is
/// expected never, or any number of times, has no place in the order.
pub fn verify(expected: &[Expectation], in_order: bool, entries: &[Arc<Entry>]) -> Account {
    let mut account = Account { ok: true, sentences: Vec::new() };
    let mut earlier: Option<(&Expectation, &Entry)> = None;
    for one in expected {
        let found: Vec<&Entry> = entries.iter().map(Arc::as_ref).filter(|entry| one.filter.matches(entry)).collect();
        let holds = one.times.holds(found.len());
        account.ok &= holds;
        account.sentences.push(count(one, &found, holds, entries));
        if !in_order || one.times.min == 0 {
            continue;
        }
        // Ids count within an app, and entries of several may be compared.
        let place = earlier.map_or(0, |(_, entry)| entry.order);
        match (found.iter().find(|entry| entry.order > place), earlier, found.first()) {
            (Some(first), _, _) => earlier = Some((one, first)),
            (None, Some((before, behind)), Some(first)) => {
                account.ok = false;
                account.sentences.push(format!(
                    "{} came first with id {}, and not again behind {} with id {}; expected behind it",
                    one.filter, first.id, before.filter, behind.id
                ));
            }
            // It did not come at all, which was told.
            _ => {}
        }
    }
    account
}

/// `GetApp by john was called 3 times (ids 4, 7, 9); expected exactly 1`.
fn count(one: &Expectation, found: &[&Entry], holds: bool, entries: &[Arc<Entry>]) -> String {
    let verb = if one.filter.is_event() { "went out" } else { "was called" };
    let seen = match found {
        [] if one.filter.is_event() => "never went out".to_owned(),
        [] => "was never called".to_owned(),
        [only] => format!("{verb} once (id {} at {})", only.id, only.at.rfc3339()),
        [first, .., last] => {
            let (from, to) = (first.at.rfc3339(), last.at.rfc3339());
            format!("{verb} {} times (ids {}; from {from} to {to})", found.len(), ids(found))
        }
    };
    if holds {
        return format!("{} {seen}, as expected: {}", one.filter, one.times);
    }
    let near = if found.len() < one.times.min { near(&one.filter, entries) } else { String::new() };
    format!("{} {seen}; expected {}{near}", one.filter, one.times)
}

fn ids(found: &[&Entry]) -> String {
    let shown: Vec<String> = found.iter().take(IDS_MAX).map(|entry| entry.id.to_string()).collect();
    let more = found.len() - shown.len();
    let rest = if more == 0 { String::new() } else { format!(" and {more} more") };
    shown.join(", ") + &rest
}

/// The newest entries that miss by one criterion.
fn near(filter: &Filter, entries: &[Arc<Entry>]) -> String {
    let near = entries.iter().rev().filter(|entry| filter.nearly_matches(entry)).take(NEAR_MAX);
    let near: Vec<String> = near.map(|entry| shown(entry)).collect();
    if near.is_empty() { String::new() } else { format!(". Near to it: {}", near.join("; ")) }
}

fn shown(entry: &Entry) -> String {
    let by = match &entry.who.user_id {
        Some(user) => format!("by {user} as {}", entry.who.caller.name()),
        None => format!("as {}", entry.who.caller.name()),
    };
    let Entry { id, operation, status, code, .. } = entry;
    format!("id {id} {operation} {by}, status {status}, code {code}, at {}", entry.at.rfc3339())
}

#[cfg(test)]
mod tests;
