//! The verdict on what was shown, with what it was made from.

use std::sync::Arc;

use crate::app::{App, AppState};
use crate::auth::check::{Check, Verdict};
use crate::auth::credentials::Credentials;
use crate::auth::facts::{End, UserFacts};
use crate::auth::times::Times;
use crate::auth::verdict::{self, UserState};
use crate::clock::{Time, system_now};
use crate::settings::UnknownUser;
use crate::store::{Scope, Store, users};

/// A verdict, the moment it is for, and what was known of the user.
pub struct Judgement {
    /// The checks.
    pub verdict: Verdict,
    /// The moment by the app's clock.
    pub now: Time,
    /// The token's times as the app judges them.
    pub times: Times,
    /// The same, where a refusal of the token is not to be told before a backend's next one is another.
    pub twin: Option<Times>,
    /// What was known of the user.
    pub facts: Arc<UserFacts>,
    /// Whether the user is there, where that was asked for.
    pub exists: bool,
    /// As what the token was ended by hand, if it was.
    pub token_ended: Option<End>,
}

pub fn judge(
    store: &Store,
    app: Option<&Arc<App>>,
    state: Option<&AppState>,
    credentials: &Credentials,
    times: Times,
) -> Judgement {
    let now = app.map_or(Time(0), |app| app.clock.now());
    let user = credentials.user_id().unwrap_or_default();
    let facts = app.map_or_else(|| Arc::new(UserFacts::ordinary()), |app| app.facts(user));
    let asks = state.is_some_and(|state| state.emulator.unknown_user == UnknownUser::Refuse) && !user.is_empty();
    let exists = match app.filter(|_| asks) {
        // A database that cannot be read makes nobody unknown; the operation itself will say what is wrong.
        Some(app) => store.read(&Scope::own(app), |tx| users::exists(tx, user)).unwrap_or(true),
        None => true,
    };
    let token_ended = match (app, &credentials.token) {
        (Some(app), Some(examined)) => app.ended_tokens.get(examined.fingerprint),
        _ => None,
    };
    let verdict = verdict::verify(
        state.map(AppState::facts),
        credentials,
        UserState { facts: &facts, exists, token_ended },
        times,
        now,
    );
    let is_by_hand =
        token_ended.is_some() || credentials.claims().is_some_and(|token| times.expired_by_a_move(token, system_now()));
    let is_40 = matches!(verdict.failed, Some(Check::Expiry | Check::UserRevocation));
    let twin = (is_40 && is_by_hand).then_some(times);
    Judgement { verdict, now, times, twin, facts, exists, token_ended }
}

/// The app may be gone by now: its key then names nobody, or another app. Its secret never changes, so that what was
/// found out about the signature still stands.
pub fn judge_again(store: &Store, app: &Arc<App>, credentials: &Credentials, times: Times) -> Judgement {
    let known = store.apps().get(&app.api_key).filter(|known| Arc::ptr_eq(known, app));
    let state = known.as_ref().map(|app| app.state());
    judge(store, known.as_ref(), state.as_deref(), credentials, times)
}
