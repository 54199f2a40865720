//! An app as the process holds it: what authentication and permission need of it, in memory.
//!
//! The database is the truth. Its writer publishes here after each commit and before it answers, so that
//! authentication reads no database and the next request already sees the change (design.md 4).

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock};

use arc_swap::ArcSwap;
use rand::rngs::StdRng;
use rand::{RngCore, SeedableRng};
use tokio::sync;

use crate::auth::facts::{AppFacts, End, UserFacts};
use crate::auth::fingerprint::Fingerprint;
use crate::auth::revocation::Revocation;
use crate::auth::secret::Secret;
use crate::clock::{Clock, ClockMode, History, Run, Stopwatch, Time};
use crate::fault::armed::Faults;
use crate::ids::{AppId, UserId};
use crate::journal::{Bell, Journal};
use crate::permission::catalogue::Permission;
use crate::permission::grants::Grants;
use crate::rate::{RateCounters, UserCounters};
use crate::settings::Settings;
use crate::settings::emulator::Emulator;
use crate::settings::rules::Rules;
use crate::stub::Stubs;

pub(crate) mod ended;
pub(crate) mod judged;
mod presence;
pub mod token_times;
mod twin;
pub mod watched;

use ended::{EndedTokens, ShownTokens};
use judged::JudgedTimes;
use presence::Presence;
use twin::TwinWaits;
use watched::Watched;

/// Everything of an app but its users, as of one commit.
#[derive(Clone, Debug)]
pub struct AppState {
    /// The app's name.
    pub name: String,
    /// The secret that signs its tokens.
    pub secret: Secret,
    /// Stream's settings.
    pub settings: Settings,
    /// Those of them that change what millpond does.
    pub rules: Rules,
    /// Which user tokens are refused by the time of their issue.
    pub revocation: Option<Revocation>,
    /// millpond's own settings.
    pub emulator: Emulator,
    /// Grants that stand instead of a role's defaults.
    pub grants: Grants,
    /// The app's own roles: name -> created at, updated at.
    pub roles: BTreeMap<String, (Time, Time)>,
    /// The app's own permissions by id.
    pub permissions: BTreeMap<String, Permission>,
    /// What makes calls fail.
    pub faults: Faults,
    /// Fixed answers.
    pub stubs: Stubs,
    /// When the app was created.
    pub created_at: Time,
}

impl AppState {
    /// What the verdict knows of it.
    pub fn facts(&self) -> AppFacts<'_> {
        AppFacts { rules: &self.rules, emulator: &self.emulator, revocation: self.revocation }
    }

    /// An app with a secret and settings, and nothing of its own besides.
    pub fn plain(secret: Secret, settings: Settings, emulator: Emulator) -> Self {
        Self {
            name: String::new(),
            secret,
            rules: settings.rules(),
            revocation: settings.revoke_tokens_issued_before().map(|before| Revocation::by_app(before, 0)),
            settings,
            emulator,
            grants: Grants::default(),
            roles: BTreeMap::new(),
            permissions: BTreeMap::new(),
            faults: Faults::default(),
            stubs: Stubs::default(),
            created_at: Time(0),
        }
    }
}

/// Which app it is, and which of its states.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The number under which the rows of its state lie.
    pub id: AppId,
    /// Its own number, as `GET /app` shows it.
    pub number: i64,
    /// Its api key.
    pub api_key: Arc<str>,
    /// The end of its time to live, in the system's time.
    pub expires_at: Option<Time>,
}

/// Why an [`App`] is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gone {
    /// The app was deleted.
    Deleted,
    /// Another state took its place: a reset, a snapshot, an import. Its sockets are closed with this code.
    Replaced(u16),
}

/// One app with one state of it. Whatever memory knows of the state is in here, so that another state, which comes with
/// an `App` of its own, begins with nothing of it.
#[derive(Debug)]
pub struct App {
    /// The number under which its rows lie.
    pub id: AppId,
    /// Its own number, as `GET /app` shows it.
    pub number: i64,
    /// Its api key.
    pub api_key: Arc<str>,
    /// The end of its time to live, in the system's time.
    pub expires_at: Option<Time>,
    /// Its clock.
    pub clock: Clock,
    /// Its requests of this minute, by operation.
    pub rates: RateCounters,
    /// The same for each user, where limits refuse.
    pub user_rates: UserCounters,
    /// Who has connections open.
    pub presence: Presence,
    /// Which feeds are watched.
    pub watched: Watched,
    /// Held together by all writes, and alone by whatever copies, exchanges or removes the whole state in several steps.
    pub whole: Arc<sync::RwLock<()>>,
    /// What was called.
    pub journal: Journal,
    /// Tokens that were ended by hand.
    pub ended_tokens: EndedTokens,
    /// Tokens that users have in use.
    pub shown_tokens: ShownTokens,
    /// The times of the tokens that were shown.
    pub judged_times: JudgedTimes,
    /// Refusals that wait for a backend's next token to be another.
    twin_waits: TwinWaits,
    state: ArcSwap<AppState>,
    /// Only the users of whom something special is known; absent means ordinary.
    exceptional: RwLock<HashMap<UserId, Arc<UserFacts>>>,
    ordinary: Arc<UserFacts>,
    epoch: AtomicU64,
    gone: OnceLock<Gone>,
    ids: Mutex<StdRng>,
    is_seeded: bool,
}

impl App {
    /// An app as it was read from the database. With a seed its ids are the same each time, and others for each api key.
    pub fn new(
        identity: Identity,
        clock: History,
        state: AppState,
        exceptional: HashMap<UserId, Arc<UserFacts>>,
        ended_tokens: EndedTokens,
        seed: Option<u64>,
    ) -> Self {
        let Identity { id, number, api_key, expires_at } = identity;
        let ids = seed.map_or_else(StdRng::from_os_rng, |seed| StdRng::seed_from_u64(mixed(seed, &api_key)));
        Self {
            id,
            number,
            api_key,
            expires_at,
            clock: Clock::new(clock),
            rates: RateCounters::default(),
            user_rates: UserCounters::default(),
            presence: Presence::default(),
            watched: Watched::default(),
            whole: Arc::default(),
            journal: Journal::default(),
            ended_tokens,
            shown_tokens: ShownTokens::default(),
            judged_times: JudgedTimes::default(),
            twin_waits: TwinWaits::default(),
            state: ArcSwap::from_pointee(state),
            exceptional: RwLock::new(exceptional),
            ordinary: Arc::new(UserFacts::ordinary()),
            epoch: AtomicU64::new(0),
            gone: OnceLock::new(),
            ids: Mutex::new(ids),
            is_seeded: seed.is_some(),
        }
    }

    /// The state as of the last commit.
    pub fn state(&self) -> Arc<AppState> {
        self.state.load_full()
    }

    /// What is known of a user.
    pub fn facts(&self, user: &str) -> Arc<UserFacts> {
        let exceptional = self.exceptional.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(exceptional.get(user).unwrap_or(&self.ordinary))
    }

    /// Of the users who are deactivated and not deleted, the first by id.
    pub fn first_deactivated(&self) -> Option<UserId> {
        let exceptional = self.exceptional.read().unwrap_or_else(PoisonError::into_inner);
        let deactivated = exceptional.iter().filter(|(_, facts)| facts.deactivated && !facts.deleted);
        deactivated.map(|(user, _)| user).min().cloned()
    }

    /// Grows with each commit that can change a verdict. A request remembers the value at its verdict; a write that
    /// runs under another value has its verdict made anew, so that a revocation also holds for what was in flight.
    pub fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::Acquire)
    }

    /// Why it is over, once it is. What still holds it must write nothing more under its number.
    pub fn gone(&self) -> Option<Gone> {
        self.gone.get().copied()
    }

    /// It is over. For the store alone.
    fn end(&self, why: Gone) {
        // Of two reasons the first counts.
        let _ = self.gone.set(why);
        self.epoch.fetch_add(1, Ordering::AcqRel);
    }

    /// Whether everything that is answered can be the same in every run: seeded ids, and a clock that stands still. What
    /// only real time can measure is then left out of answers.
    pub fn is_deterministic(&self) -> bool {
        self.is_seeded && matches!(self.clock.mode(), ClockMode::Frozen(_))
    }

    /// How long something took, in milliseconds with two decimals; nothing at all where answers are to be the same in every run.
    pub fn measured(&self, since: Stopwatch) -> f64 {
        if self.is_deterministic() { 0.0 } else { since.milliseconds() }
    }

    /// Takes over a committed state. For the store alone.
    pub fn publish_state(&self, mut state: AppState) {
        let present = self.state();
        if present.secret.reveal() == state.secret.reveal() {
            // The same secret object, so that signatures it has verified stay known.
            state.secret = present.secret.clone();
        }
        state.faults.go_on_counting(&present.faults);
        self.state.store(Arc::new(state));
        self.epoch.fetch_add(1, Ordering::AcqRel);
    }

    /// Takes over how the clock now runs. For the store alone.
    pub fn publish_clock(&self, run: Run) {
        self.clock.moved(run);
        self.epoch.fetch_add(1, Ordering::AcqRel);
    }

    /// Takes over what a commit changed about users. For the store alone.
    pub fn publish_facts(&self, changed: HashMap<UserId, UserFacts>) {
        if changed.is_empty() {
            return;
        }
        let mut exceptional = self.exceptional.write().unwrap_or_else(PoisonError::into_inner);
        for (user, facts) in changed {
            if facts.is_ordinary() {
                exceptional.remove(&user);
            } else {
                exceptional.insert(user, Arc::new(facts));
            }
        }
        drop(exceptional);
        self.epoch.fetch_add(1, Ordering::AcqRel);
    }

    /// Takes over which tokens a commit ended, or took back (`None`). For the store alone.
    pub fn publish_ended(&self, changed: impl IntoIterator<Item = (Fingerprint, Option<End>)>) {
        self.ended_tokens.change(changed);
        self.epoch.fetch_add(1, Ordering::AcqRel);
    }

    /// A new id (a version 4 UUID) from the app's own generator.
    pub fn new_id(&self) -> String {
        let mut bytes = [0; 16];
        self.generator().fill_bytes(&mut bytes);
        uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
    }

    fn generator(&self) -> MutexGuard<'_, StdRng> {
        self.ids.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The apps of the process, by api key.
#[derive(Debug)]
pub struct Apps {
    by_key: ArcSwap<HashMap<Arc<str>, Arc<App>>>,
    bell: Arc<Bell>,
    keyless: Arc<Journal>,
}

impl Default for Apps {
    fn default() -> Self {
        let (bell, keyless) = (Arc::<Bell>::default(), Arc::<Journal>::default());
        keyless.tell_everyone(&bell);
        Self { by_key: ArcSwap::default(), bell, keyless }
    }
}

impl Apps {
    /// The journal of what was called with no key, or with one that no app has.
    pub fn keyless(&self) -> &Arc<Journal> {
        &self.keyless
    }

    /// The app of that key.
    pub fn get(&self, api_key: &str) -> Option<Arc<App>> {
        self.by_key.load().get(api_key).map(Arc::clone)
    }

    /// All apps, oldest first.
    pub fn all(&self) -> Vec<Arc<App>> {
        let mut all: Vec<_> = self.by_key.load().values().map(Arc::clone).collect();
        all.sort_by_key(|app| app.number);
        all
    }

    /// Adds an app. One of the same key is over: its sockets are closed with this code. For the store alone, which has
    /// one writer.
    pub fn insert(&self, app: Arc<App>, close_code: u16) -> Option<Arc<App>> {
        app.journal.tell_everyone(&self.bell);
        let replaced = self.get(&app.api_key);
        if let Some(replaced) = &replaced {
            replaced.end(Gone::Replaced(close_code));
        }
        let mut apps = HashMap::clone(&self.by_key.load());
        apps.insert(Arc::clone(&app.api_key), app);
        self.by_key.store(Arc::new(apps));
        // Whoever is woken finds the new one.
        replaced.inspect(|replaced| replaced.journal.wake())
    }

    /// What tells of news in the journals of all apps.
    pub fn bell(&self) -> &Arc<Bell> {
        &self.bell
    }

    /// Takes an app out. For the store alone, which has one writer.
    pub fn remove(&self, api_key: &str) {
        let Some(removed) = self.get(api_key) else { return };
        removed.end(Gone::Deleted);
        let mut apps = HashMap::clone(&self.by_key.load());
        apps.remove(api_key);
        self.by_key.store(Arc::new(apps));
        removed.journal.wake();
    }
}

/// A seed of its own for each text (FNV-1a over the text, beginning with the seed).
pub fn mixed(seed: u64, text: &str) -> u64 {
    text.bytes()
        .fold(seed ^ 0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
