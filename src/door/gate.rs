//! The gate: what every worker shares, and the one place where what a caller shows is judged, whatever carried it.

use std::sync::Arc;

use quick_cache::Equivalent;
use quick_cache::sync::Cache;

use super::judgement::{Judgement, judge, judge_again};
use super::why::{self, Case};
use crate::app::token_times::Showing;
use crate::app::{App, AppState};
use crate::auth::check::{Bearer, Verdict};
use crate::auth::credentials::{Credentials, Examined};
use crate::auth::facts::UserFacts;
use crate::auth::kind::ROLE_GUEST;
use crate::auth::times::Times;
use crate::error::{ApiError, Result};
use crate::ids::UserId;
use crate::journal::{Caller, Who, Why};
use crate::operation::Operation;
use crate::rate::{Platform, Rate};
use crate::settings::{DisabledAuthChecks, RateLimits};
use crate::store::{Admission, Store};

/// Tokens whose signature was tried that are remembered at the most.
const EXAMINED_MAX: usize = 16_384;
/// Longer tokens are not remembered, so that the memory has a bound: real ones have some hundred bytes.
const REMEMBERED_TOKEN_MAX_BYTES: usize = 2_048;

/// What every worker shares.
pub struct Gate {
    /// The store, which knows the apps.
    pub store: Store,
    /// Verified tokens by (generation of the secret, token). Times and revocation are looked at every time.
    examined: Cache<(u64, Box<str>), Arc<Examined>>,
}

impl Gate {
    /// A gate before a store.
    pub fn new(store: Store) -> Self {
        Self { store, examined: Cache::new(EXAMINED_MAX) }
    }

    fn examine(&self, raw: &str, app: &AppState) -> Arc<Examined> {
        let generation = app.secret.generation();
        if let Some(known) = self.examined.get(&Shown(generation, raw)) {
            return known;
        }
        let examined = Arc::new(Examined::new(raw, &app.secret));
        if examined.signature_verifies && raw.len() <= REMEMBERED_TOKEN_MAX_BYTES {
            self.examined.insert((generation, raw.into()), Arc::clone(&examined));
        }
        examined
    }

    /// Asks again whether what showed these credentials may run, by this rule.
    pub fn admission(
        &self,
        app: &Arc<App>,
        credentials: Credentials,
        times: Times,
        refusal: fn(&Verdict, &Credentials) -> Option<ApiError>,
    ) -> Arc<dyn Admission> {
        Arc::new(Readmission { store: self.store.clone(), app: Arc::clone(app), credentials, times, refusal })
    }

    /// Judges again what was shown to an app, under what holds now, with the times that the token had then. An app that
    /// is gone knows nobody.
    pub fn judge_again(&self, app: &Arc<App>, credentials: &Credentials, times: Times) -> Judgement {
        judge_again(&self.store, app, credentials, times)
    }

    /// Judges what a request shows, whatever carried it.
    pub fn judge(&self, api_key: Option<&str>, auth_type: Option<&str>, token: Option<&str>) -> Judged {
        let api_key = api_key.filter(|key| !key.is_empty());
        let app = api_key.and_then(|key| self.store.apps().get(key));
        // Before anything else of the app is read: what changes from here on is found out by comparing with it.
        let epoch = app.as_ref().map_or(0, |app| app.epoch());
        let state = app.as_ref().map(|app| app.state());
        let shown = token;
        let token = match (&state, token) {
            (Some(state), Some(raw)) => Some(self.examine(raw, state)),
            _ => None,
        };
        let credentials =
            Credentials { api_key: api_key.map(str::to_owned), auth_type: auth_type.map(str::to_owned), token };
        let times = match (&app, &state) {
            (Some(app), Some(state)) => app.times(state, &credentials, Showing::Real),
            _ => Times::default(),
        };
        let judgement = judge(&self.store, app.as_ref(), state.as_deref(), &credentials, times);
        if let (Some(app), Some(state)) = (&app, &state) {
            remember(app, state, &credentials, &judgement);
        }
        let case = Case {
            apps: self.store.apps(),
            app: app.as_deref().zip(state.as_deref()),
            credentials: &credentials,
            raw: shown,
        };
        let why = why::why(&case, &judgement);
        Judged { app, state, credentials, epoch, judgement, why }
    }
}

/// A token that is looked for among those that are remembered, without copying it.
#[derive(Hash)]
struct Shown<'a>(u64, &'a str);

impl Equivalent<(u64, Box<str>)> for Shown<'_> {
    fn equivalent(&self, (generation, token): &(u64, Box<str>)) -> bool {
        self.0 == *generation && self.1 == &**token
    }
}

/// A verdict with what it was made from.
pub struct Judged {
    /// The app, when the key is known.
    pub app: Option<Arc<App>>,
    /// The app's state at the verdict.
    pub state: Option<Arc<AppState>>,
    /// What was shown.
    pub credentials: Credentials,
    /// The app's epoch at the verdict.
    pub epoch: u64,
    /// The verdict and the moment and facts it is for.
    pub judgement: Judgement,
    /// The deciding check in words, when it failed.
    pub why: Option<Arc<Why>>,
}

impl Judged {
    /// Who calls, for the journal, once that is decided.
    pub fn who(&self, is_admitted: bool) -> Who {
        let Judgement { verdict, facts, .. } = &self.judgement;
        let caller = if is_admitted { caller(verdict.kind, facts) } else { Caller::None };
        let user_id = match caller {
            Caller::Server | Caller::Anonymous => None,
            Caller::User | Caller::Guest | Caller::None => self.credentials.user_id().map(UserId::trusted),
        };
        let token = self.credentials.token.as_ref().map(|examined| examined.fingerprint);
        Who { caller, user_id, verdict: Some(*verdict), why: self.why.as_ref().map(Arc::clone), token }
    }

    /// Counts the call of an operation, which has this index in the table of routes, whatever the verdict. `None` when
    /// no app has the key.
    pub fn count(&self, index: usize, operation: &Operation, client: &str) -> Option<Rate> {
        let (app, state) = (self.app.as_ref()?, self.state.as_ref()?);
        let Judgement { verdict, now, .. } = &self.judgement;
        let is_server = verdict.kind == Some(Bearer::Server) && verdict.failed.is_none();
        let limit = operation.calls_per_minute(&state.emulator.calls_per_minute);
        let platform = Platform::of(client, is_server);
        let of_app = app.rates.count(index, limit, platform, *now);
        if operation.is_of_feeds() {
            app.rates.of_feeds.count(*now);
        }
        let own = state.emulator.user_calls_per_minute.filter(|_| state.emulator.rate_limits == RateLimits::Enforce);
        // Whom a token names is known only when it is good: nobody else's calls are taken from a user.
        let is_user = matches!(verdict.kind, Some(Bearer::User | Bearer::UnverifiedUser)) && verdict.failed.is_none();
        let user = self.credentials.user_id().filter(|_| is_user);
        let of_user = own.zip(user).and_then(|(limit, user)| app.user_rates.count(user, index, limit, platform, *now));
        Some(of_user.map_or(of_app, |of_user| of_app.tighter(of_user)))
    }
}

fn caller(kind: Option<Bearer>, facts: &UserFacts) -> Caller {
    match kind {
        Some(Bearer::Server) => Caller::Server,
        Some(Bearer::User | Bearer::UnverifiedUser) if facts.role == ROLE_GUEST => Caller::Guest,
        Some(Bearer::User | Bearer::UnverifiedUser) => Caller::User,
        Some(Bearer::Anonymous) | None => Caller::Anonymous,
    }
}

/// Remembers a user's token that was good as one in use. One that passes only since auth checks are disabled is none that
/// could be ended.
fn remember(app: &App, state: &AppState, credentials: &Credentials, Judgement { verdict, times, .. }: &Judgement) {
    let can_end = match verdict.kind {
        Some(Bearer::User) => true,
        Some(Bearer::UnverifiedUser) => state.emulator.disabled_auth_checks == DisabledAuthChecks::CheckTimes,
        Some(Bearer::Server | Bearer::Anonymous) | None => false,
    };
    if let (None, true, Some(examined)) = (verdict.failed, can_end, &credentials.token) {
        app.shown_tokens.saw(examined.fingerprint, examined.user_id().unwrap_or_default(), times.expiry);
    }
}

/// Judges a request anew, for a write that waited while the app changed.
struct Readmission {
    store: Store,
    app: Arc<App>,
    credentials: Credentials,
    times: Times,
    refusal: fn(&Verdict, &Credentials) -> Option<ApiError>,
}

impl Admission for Readmission {
    fn still_stands(&self) -> Result<()> {
        let judgement = judge_again(&self.store, &self.app, &self.credentials, self.times);
        (self.refusal)(&judgement.verdict, &self.credentials).map_or(Ok(()), Err)
    }
}
