//! How an app judges the times of the tokens that are shown to it.

use std::sync::Arc;

use super::{App, AppState};
use crate::auth::credentials::{Credentials, Examined};
use crate::auth::times::Times;
use crate::auth::token::Token;
use crate::clock::{SECOND_NS, system_now};
use crate::settings::emulator::TokenTimes;

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

    /// Waits until a backend would mint other bytes than those of the token with these times: before every code 40 that
    /// rests on a move of the clock, or on a token that was ended by hand.
    pub async fn outlast_twin(&self, times: &Times) {
        self.twin_waits.outlast(times, system_now()).await;
    }
}

#[cfg(test)]
mod tests;
