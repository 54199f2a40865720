//! Tokens that millpond makes itself: by the app's clock where that is not the system's, and then they say so.

use crate::app::{App, AppState};
use crate::auth::credentials::Examined;
use crate::auth::times::Times;
use crate::auth::token::{self, Token};
use crate::clock::{ClockMode, Moment, SECOND_NS, system_now};
use crate::error::Result;
use crate::mint::{self, Kind, Wanted};
use crate::settings::TokenTimes;
use crate::store::{WriteTx, token_times};

/// Whether tokens that are made now are of the app's own clock, and have to say so.
pub fn are_own(state: &AppState, clock: ClockMode) -> bool {
    state.emulator.token_times == TokenTimes::Wall && clock != ClockMode::System
}

/// Has the token that is wanted say that it is the n-th by the app's clock.
#[must_use]
pub fn numbered(wanted: &Wanted, n: u64) -> Wanted {
    let mut numbered = wanted.clone();
    numbered.header.entry(token::OWN).or_insert_with(|| n.into());
    numbered
}

/// The token that is wanted as the app would make it now, counted. `known` is the one that it takes the place of: if it is
/// the same but for the number, then it is the same.
pub fn counted(tx: &WriteTx<'_>, wanted: &Wanted, known: Option<&str>) -> Result<Wanted> {
    if let Some(n) = wanted.header.get(token::OWN).and_then(serde_json::Value::as_u64) {
        // One of an export: the next one has another number.
        token_times::count_own_tokens_up_to(tx, n)?;
        return Ok(wanted.clone());
    }
    // Nobody can rely on what the header of a developer token says.
    if wanted.kind != Kind::Dev && are_own(&tx.state(), tx.clock_mode()) {
        let number = known.and_then(|known| Token::parse(known).ok()?.own);
        if let (Some(number), Some(known)) = (number, known) {
            let again = numbered(wanted, number);
            if mint::mint(&again, &tx.state().secret, tx.now).is_ok_and(|minted| minted.token == known) {
                return Ok(again);
            }
        }
        return Ok(numbered(wanted, token_times::count_own_token(tx)?));
    }
    Ok(wanted.clone())
}

/// A token that was made counts as shown.
pub fn made(tx: &WriteTx<'_>, raw: &str) -> Result<()> {
    let (state, wall) = (tx.state(), system_now());
    let Examined { token: Ok(token), fingerprint, .. } = Examined::new(raw, &state.secret) else { return Ok(()) };
    if state.emulator.token_times == TokenTimes::App || token.own.is_some() || token.user_id.is_none() {
        return Ok(());
    }
    let leeway_ns = i64::from(state.emulator.iat_leeway_seconds) * SECOND_NS;
    let now = tx.clock_mode().at(wall);
    let times = Times::first_shown(&token, Moment { wall, now, then: now }, leeway_ns);
    token_times::save_shown(tx, fingerprint, times)
}

/// The number that the next token by the app's clock would have; `None` where tokens are as a backend's.
pub fn next(app: &App, count: impl FnOnce() -> Result<u64>) -> Result<Option<u64>> {
    are_own(&app.state(), app.clock.mode()).then(|| count().map(|count| count + 1)).transpose()
}
