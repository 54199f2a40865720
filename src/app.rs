//! An app as the process holds it: what authentication and permission need of it, in memory.
//!
//! The database is the truth. Its writer publishes here after each commit and before it answers, so that
//! authentication reads no database and the next request already sees the change (design.md 4).

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use arc_swap::ArcSwap;
use rand::rngs::StdRng;
use rand::{RngCore, SeedableRng};

use crate::auth::secret::Secret;
use crate::clock::{Clock, ClockMode, Time};
use crate::ids::{AppId, UserId};
use crate::permission::catalogue::Permission;
use crate::rate::RateCounters;
use crate::settings::{Emulator, Rules, Settings};

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
    /// millpond's own settings.
    pub emulator: Emulator,
    /// Grants that stand instead of a role's defaults: role -> permission ids.
    pub grants: BTreeMap<String, Vec<String>>,
    /// The app's own roles: name -> created at, updated at.
    pub roles: BTreeMap<String, (Time, Time)>,
    /// The app's own permissions by id.
    pub permissions: BTreeMap<String, Permission>,
    /// When the app was created.
    pub created_at: Time,
}

/// What authentication and permission know of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserFacts {
    /// Tokens issued before this moment, and those without `iat`, are refused.
    pub revoke_tokens_issued_before: Option<Time>,
    /// The user was deactivated.
    pub deactivated: bool,
    /// The user was deleted.
    pub deleted: bool,
    /// The role.
    pub role: String,
    /// The teams.
    pub teams: Vec<String>,
}

/// The role of a user without another one.
pub const ROLE_USER: &str = "user";
/// The role of guests.
pub const ROLE_GUEST: &str = "guest";
/// The role of anonymous callers.
pub const ROLE_ANONYMOUS: &str = "anonymous";

impl UserFacts {
    /// What holds of a user of whom nothing special is known.
    pub fn ordinary() -> Self {
        Self {
            revoke_tokens_issued_before: None,
            deactivated: false,
            deleted: false,
            role: ROLE_USER.to_owned(),
            teams: Vec::new(),
        }
    }

    fn is_ordinary(&self) -> bool {
        *self == Self::ordinary()
    }
}

/// One app.
#[derive(Debug)]
pub struct App {
    /// Its number in the database.
    pub id: AppId,
    /// Its api key.
    pub api_key: Arc<str>,
    /// Its clock.
    pub clock: Clock,
    /// Its requests of this minute, by operation.
    pub rates: RateCounters,
    /// Who has connections open.
    pub presence: Presence,
    state: ArcSwap<AppState>,
    /// Only the users of whom something special is known; absent means ordinary.
    exceptional: RwLock<HashMap<UserId, Arc<UserFacts>>>,
    ordinary: Arc<UserFacts>,
    epoch: AtomicU64,
    is_gone: AtomicBool,
    ids: Mutex<StdRng>,
}

impl App {
    /// An app as it was read from the database.
    pub fn new(
        id: AppId,
        api_key: &str,
        clock: ClockMode,
        state: AppState,
        exceptional: HashMap<UserId, Arc<UserFacts>>,
    ) -> Self {
        Self {
            id,
            api_key: api_key.into(),
            clock: Clock::new(clock),
            rates: RateCounters::default(),
            presence: Presence::default(),
            state: ArcSwap::from_pointee(state),
            exceptional: RwLock::new(exceptional),
            ordinary: Arc::new(UserFacts::ordinary()),
            epoch: AtomicU64::new(0),
            is_gone: AtomicBool::new(false),
            ids: Mutex::new(StdRng::from_os_rng()),
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

    /// Whether it was deleted. What still holds it must write nothing more under its number.
    pub fn is_gone(&self) -> bool {
        self.is_gone.load(Ordering::Acquire)
    }

    /// Takes over a committed state. For the store alone.
    pub fn publish_state(&self, mut state: AppState) {
        let present = self.state();
        if present.secret.reveal() == state.secret.reveal() {
            // The same secret object, so that signatures it has verified stay known.
            state.secret = present.secret.clone();
        }
        self.state.store(Arc::new(state));
        self.epoch.fetch_add(1, Ordering::AcqRel);
    }

    /// Takes over how the clock now runs. For the store alone.
    pub fn publish_clock(&self, clock: ClockMode) {
        self.clock.set(clock);
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

/// Who has connections open, and how many. Gone with the process: nobody is online after a restart.
#[derive(Debug, Default)]
pub struct Presence(RwLock<HashMap<UserId, usize>>);

impl Presence {
    /// Whether the user has a connection open.
    pub fn is_online(&self, user: &str) -> bool {
        self.0.read().unwrap_or_else(PoisonError::into_inner).contains_key(user)
    }

    /// Counts one more. Answers whether it is the first. For the store alone, which has one writer.
    pub fn opened(&self, user: &UserId) -> bool {
        let mut open = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(user.clone()).or_default();
        *count += 1;
        *count == 1
    }

    /// Counts one less. Answers whether it was the last. For the store alone, which has one writer.
    pub fn closed(&self, user: &UserId) -> bool {
        let mut open = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let Some(count) = open.get_mut(user) else { return false };
        *count -= 1;
        let last = *count == 0;
        if last {
            open.remove(user);
        }
        last
    }
}

/// The apps of the process, by api key.
#[derive(Debug, Default)]
pub struct Apps(ArcSwap<HashMap<Arc<str>, Arc<App>>>);

impl Apps {
    /// The app of that key.
    pub fn get(&self, api_key: &str) -> Option<Arc<App>> {
        self.0.load().get(api_key).map(Arc::clone)
    }

    /// All apps, oldest first.
    pub fn all(&self) -> Vec<Arc<App>> {
        let mut all: Vec<_> = self.0.load().values().map(Arc::clone).collect();
        all.sort_by_key(|app| app.id);
        all
    }

    /// Adds or replaces an app. For the store alone, which has one writer.
    pub fn insert(&self, app: Arc<App>) {
        let mut apps = HashMap::clone(&self.0.load());
        apps.insert(Arc::clone(&app.api_key), app);
        self.0.store(Arc::new(apps));
    }

    /// Takes an app out. For the store alone, which has one writer.
    pub fn remove(&self, api_key: &str) {
        let mut apps = HashMap::clone(&self.0.load());
        if let Some(gone) = apps.remove(api_key) {
            gone.is_gone.store(true, Ordering::Release);
            gone.epoch.fetch_add(1, Ordering::AcqRel);
        }
        self.0.store(Arc::new(apps));
    }
}
