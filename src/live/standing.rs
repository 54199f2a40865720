//! Whether what was shown at the beginning of a session still holds.

use std::sync::Arc;
use std::time::Duration;

use actix_web::web::Data;

use super::farewell::{self, Farewell, code};
use crate::app::token_times::Showing;
use crate::app::{App, Gone};
use crate::auth::credentials::Credentials;
use crate::auth::times::Times;
use crate::auth::verdict;
use crate::clock::ClockMode;
use crate::door::Gate;
use crate::settings::SocketFate;

/// The longest sleep for an expiry; after it the clock is looked at again.
const NAP_MAX: Duration = Duration::from_secs(86_400);

/// What a session was let in with.
pub struct Standing {
    /// Judges.
    pub gate: Data<Gate>,
    /// The app.
    pub app: Arc<App>,
    /// What was shown.
    pub credentials: Credentials,
    /// The token's times as the app judged them.
    pub times: Times,
}

impl Standing {
    /// Judges what was shown under what holds now.
    pub fn judge(&self) -> Result<(), Farewell> {
        if let Some(Gone::Replaced(code)) = self.app.gone() {
            return Err(Farewell { error: None, code, reason: "the app was reset".into() });
        }
        let judgement = self.gate.judge_again(&self.app, &self.credentials, self.times);
        let state = self.app.state();
        let refusal = |check| verdict::refusal_of(check, &self.credentials);
        farewell::of_verdict(&judgement.verdict, &state.emulator, refusal).map_or(Ok(()), Err)
    }

    /// What was shown gives way to this.
    pub fn renew(&mut self, credentials: Credentials) {
        self.times = self.app.times(&self.app.state(), &credentials, Showing::Real);
        self.credentials = credentials;
    }

    /// Whether the token was ended by hand.
    pub fn token_ended(&self) -> bool {
        self.credentials.token.as_ref().is_some_and(|token| self.app.ended_tokens.get(token.fingerprint).is_some())
    }

    /// Waits until a backend's next token is another, where the end of this one rests on a move of the clock or on a hand.
    pub async fn outlast_twin(&self) {
        let judgement = self.gate.judge_again(&self.app, &self.credentials, self.times);
        if let Some(times) = &judgement.twin {
            self.app.outlast_twin(times).await;
        }
    }

    /// Sleeps until the token expires, where that is to end the session; for ever otherwise.
    ///
    /// Whoever waits has to begin anew when the app's clock or settings change, which the session is told.
    pub async fn expired(&self) {
        match self.left() {
            Some(left) => tokio::time::sleep(left).await,
            None => std::future::pending().await,
        }
    }

    fn left(&self) -> Option<Duration> {
        let expiry = self.times.expiry?;
        if self.app.state().emulator.open_sockets.on_expiry == SocketFate::Keep {
            return None;
        }
        let mode = self.app.clock.mode();
        if let ClockMode::Frozen(_) = mode {
            // Only a move of the clock can end it.
            return None;
        }
        // A token is good at the very moment of its `exp`; the first nanosecond behind it ends it.
        let left = expiry.0.saturating_sub(mode.now().0).saturating_add(1);
        match u64::try_from(left) {
            Ok(left) if left > 0 => Some(Duration::from_nanos(left).min(NAP_MAX)),
            // It may have expired since it was last judged; or it is one whose expiry does not count. Whatever else has
            // changed is told by its commit, behind the events that belong to it.
            _ => self.judge().is_err_and(|farewell| farewell.code == code::TOKEN).then_some(Duration::ZERO),
        }
    }
}
