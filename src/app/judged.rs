//! The times of tokens as an app judged them when they were first shown to it.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, PoisonError, RwLock};

use super::{App, AppState};
use crate::auth::credentials::{Credentials, Examined};
use crate::auth::fingerprint::Fingerprint;
use crate::auth::times::Times;
use crate::auth::token::Token;
use crate::clock::SECOND_NS;
use crate::settings::TokenTimes;

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
    fn known(&self, token: Fingerprint) -> Option<Times> {
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

/// Whether judging a token's times counts as showing it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Showing {
    /// A caller shows it.
    Real,
    /// It is only looked at: what is found out is not remembered.
    Look,
}

impl App {
    /// A token of its own counts as shown when it is made.
    pub fn made(&self, raw: &str) {
        let state = self.state();
        let token = Some(Arc::new(Examined::new(raw, &state.secret)));
        self.times(&state, &Credentials { token, ..Credentials::default() }, Showing::Real);
    }

    /// The times of the token that is shown, as this app judges them.
    pub fn times(&self, state: &AppState, credentials: &Credentials, showing: Showing) -> Times {
        let Some(examined) = credentials.token.as_deref() else { return Times::default() };
        examined
            .token
            .as_ref()
            .map_or_else(|_| Times::default(), |token| self.times_of(state, examined, token, showing))
    }

    fn times_of(&self, state: &AppState, examined: &Examined, token: &Token, showing: Showing) -> Times {
        if state.emulator.token_times == TokenTimes::App {
            return Times::as_sent(token);
        }
        if token.own.is_some() {
            return Times::own(token);
        }
        if token.user_id.is_none() {
            return Times::on_the_wall(token, self.clock.moment(None));
        }
        if let Some(known) = self.judged_times.known(examined.fingerprint) {
            return known;
        }
        let leeway_ns = i64::from(state.emulator.iat_leeway_seconds) * SECOND_NS;
        let times = Times::first_shown(token, self.clock.moment(Times::minted_by(token)), leeway_ns);
        // What nobody who has the secret has signed is no token of the app, unless that does not count.
        let counts = examined.signature_verifies || state.rules.disable_auth_checks;
        if showing == Showing::Real && counts { self.judged_times.remember(examined.fingerprint, times) } else { times }
    }
}

#[cfg(test)]
mod tests;
