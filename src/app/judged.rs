//! The times of tokens as an app judged them when they were first shown to it.

use std::collections::{HashMap, VecDeque};
use std::sync::{PoisonError, RwLock};

use crate::auth::fingerprint::Fingerprint;
use crate::auth::times::Times;

/// Tokens whose times are remembered in one state of an app: the newest.
pub const JUDGED_MAX: usize = 65_536;

/// The tokens that were shown, by fingerprint. Gone with the state; what a move of the clock finds here is written down.
#[derive(Debug, Default)]
pub struct JudgedTimes(RwLock<Shown>);

#[derive(Debug, Default)]
struct Shown {
    times: HashMap<Fingerprint, Times>,
    /// In the order in which they were first shown.
    order: VecDeque<Fingerprint>,
    /// How many of the newest were not written down.
    unwritten: usize,
}

impl JudgedTimes {
    /// The times of a token that was shown before.
    pub(super) fn known(&self, token: Fingerprint) -> Option<Times> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).times.get(&token).copied()
    }

    /// Remembers the times of a token. Who came first counts.
    pub fn remember(&self, token: Fingerprint, times: Times) -> Times {
        let mut shown = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let known = *shown.times.entry(token).or_insert(times);
        if shown.order.len() < shown.times.len() {
            shown.order.push_back(token);
            shown.unwritten += 1;
        }
        if shown.order.len() > JUDGED_MAX
            && let Some(oldest) = shown.order.pop_front()
        {
            shown.times.remove(&oldest);
            shown.unwritten = shown.unwritten.min(shown.order.len());
        }
        known
    }

    /// Those that were not written down, which from now on count as if they were.
    pub fn take_unwritten(&self) -> Vec<(Fingerprint, Times)> {
        let mut shown = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let written = shown.order.len() - std::mem::take(&mut shown.unwritten);
        shown.order.iter().skip(written).filter_map(|token| Some((*token, *shown.times.get(token)?))).collect()
    }

    /// Takes over what was written down, the oldest first.
    pub fn recall(&self, written: impl IntoIterator<Item = (Fingerprint, Times)>) {
        for (token, times) in written {
            self.remember(token, times);
        }
        self.0.write().unwrap_or_else(PoisonError::into_inner).unwritten = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_are_remembered_and_each_is_written_down_once() {
        let shown = JudgedTimes::default();
        let of = |number: usize| Fingerprint::of(&number.to_string());
        for number in 0..=JUDGED_MAX {
            shown.remember(of(number), Times::default());
        }
        assert_eq!((shown.known(of(0)), shown.known(of(1))), (None, Some(Times::default())));
        assert_eq!(shown.take_unwritten().len(), JUDGED_MAX);
        assert!(shown.take_unwritten().is_empty());
        shown.remember(of(0), Times::default());
        assert_eq!(shown.take_unwritten().iter().map(|(token, _)| *token).collect::<Vec<_>>(), [of(0)]);
    }
}
