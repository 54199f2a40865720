//! Tokens that were ended by hand, and those that users have shown: what "expire now" and `revoke-token --in-use` go by.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{PoisonError, RwLock};

use crate::auth::facts::End;
use crate::auth::fingerprint::Fingerprint;
use crate::clock::Time;
use crate::ids::UserId;

/// Tokens of one app that can be ended by hand at the same time.
pub const ENDED_TOKENS_MAX: usize = 100_000;

/// The tokens of an app that were ended by hand, as of the last commit. The database holds them.
#[derive(Debug, Default)]
pub struct EndedTokens {
    any: AtomicBool,
    ended: RwLock<HashMap<Fingerprint, End>>,
}

impl EndedTokens {
    /// These.
    pub fn new(ended: HashMap<Fingerprint, End>) -> Self {
        Self { any: AtomicBool::new(!ended.is_empty()), ended: RwLock::new(ended) }
    }

    /// How a token was ended, if it was. Where none was, that costs one look.
    pub fn get(&self, token: Fingerprint) -> Option<End> {
        if !self.any.load(Ordering::Acquire) {
            return None;
        }
        self.ended.read().unwrap_or_else(PoisonError::into_inner).get(&token).copied()
    }

    /// Takes over what a commit changed: `None` is no longer ended.
    pub(super) fn change(&self, changed: impl IntoIterator<Item = (Fingerprint, Option<End>)>) {
        let mut ended = self.ended.write().unwrap_or_else(PoisonError::into_inner);
        for (token, end) in changed {
            match end {
                Some(end) => ended.insert(token, end),
                None => ended.remove(&token),
            };
        }
        self.any.store(!ended.is_empty(), Ordering::Release);
    }
}

/// Tokens that are remembered as shown, in one state of an app; each more takes the place of the one first shown before all others.
pub const SHOWN_TOKENS_MAX: usize = 16_384;

/// The tokens that users have shown to an app and that were good. Gone with the state, and with the process.
#[derive(Debug, Default)]
pub struct ShownTokens(RwLock<Shown>);

#[derive(Debug, Default)]
struct Shown {
    tokens: HashMap<Fingerprint, (UserId, Option<Time>)>,
    order: VecDeque<Fingerprint>,
}

impl ShownTokens {
    /// Remembers that a token of a user's was shown, which expires then.
    pub fn saw(&self, token: Fingerprint, user: &str, expires_at: Option<Time>) {
        if self.0.read().unwrap_or_else(PoisonError::into_inner).tokens.contains_key(&token) {
            return;
        }
        let shown = &mut *self.0.write().unwrap_or_else(PoisonError::into_inner);
        if let Entry::Vacant(place) = shown.tokens.entry(token) {
            place.insert((UserId::trusted(user), expires_at));
            shown.order.push_back(token);
        }
        if shown.tokens.len() > SHOWN_TOKENS_MAX
            && let Some(oldest) = shown.order.pop_front()
        {
            shown.tokens.remove(&oldest);
        }
    }

    /// Those of a user that have not expired, each with when it will.
    pub fn of(&self, user: &str, now: Time) -> Vec<(Fingerprint, Option<Time>)> {
        let shown = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let own = shown.tokens.iter().filter(|(_, (of, _))| of.as_str() == user);
        own.map(|(token, (_, expires_at))| (*token, *expires_at))
            .filter(|(_, expires_at)| expires_at.is_none_or(|at| now <= at))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_newest_shown_tokens_are_remembered_and_only_their_users() {
        let shown = ShownTokens::default();
        let token = |number: usize| Fingerprint::of(&number.to_string());
        for number in 0..=SHOWN_TOKENS_MAX {
            shown.saw(token(number), if number % 2 == 0 { "john" } else { "jane" }, Some(Time(10)));
            shown.saw(token(number), "nobody", None);
        }
        let john = shown.of("john", Time(10));
        assert_eq!(john.len(), SHOWN_TOKENS_MAX / 2);
        assert!(!john.contains(&(token(0), Some(Time(10)))), "the oldest is forgotten");
        assert!(john.contains(&(token(SHOWN_TOKENS_MAX), Some(Time(10)))), "the newest is there");
        assert_eq!(shown.of("jane", Time(10)).len(), SHOWN_TOKENS_MAX / 2);
        assert_eq!(shown.of("jane", Time(11)), [], "what has expired need not be ended");
        assert_eq!(shown.of("nobody", Time(0)), []);
    }

    #[test]
    fn words_are_what_is_written() {
        assert_eq!(serde_json::json!(End::ALL), serde_json::json!(End::WORDS));
        assert!(End::ALL.into_iter().all(|end| End::parse(end.name()) == Some(end)));
        assert_eq!(End::parse("gone"), None);
    }
}
