//! The control API under `/_millpond`: for tests, the command line and the dashboard (design.md 5 and 6).

pub mod apps;
pub mod body;
pub mod clock;
pub mod error;
pub mod fixture;
pub mod guard;
pub mod inspect;
pub mod operations;
pub mod provider;
pub mod routes;
pub mod settings;
pub mod status;
pub mod tokens;

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::app::App;
use crate::clock::Time;
use crate::fixture::apply::Pair;
use crate::store::{Scope, Store};
use error::{ControlError, Result};

/// What the control API answers from.
pub struct Control {
    /// The store, which knows the apps.
    pub store: Store,
    /// Where the process can be reached.
    pub url: String,
    /// The address it is bound to.
    pub bound: IpAddr,
    /// Further names under which it may be called.
    pub allowed_hosts: Vec<String>,
    /// When it started, by the system's time.
    pub started_at: Time,
    /// The pair that a fixture's first app takes when it names none.
    pub pair: Pair,
    ready: AtomicBool,
}

impl Control {
    /// A control API that is not ready yet.
    pub fn new(
        store: Store,
        url: String,
        bound: IpAddr,
        allowed_hosts: Vec<String>,
        started_at: Time,
        pair: Pair,
    ) -> Self {
        Self { store, url, bound, allowed_hosts, started_at, pair, ready: AtomicBool::new(false) }
    }

    /// From now on the process is ready: fixtures are in, listeners are up.
    pub fn set_ready(&self) {
        self.ready.store(true, Ordering::Release);
    }

    /// Whether it is ready.
    pub fn is_ready(&self) -> bool {
        self.ready.load(Ordering::Acquire)
    }

    /// The app of that key, or 404.
    pub fn app(&self, api_key: &str) -> Result<Arc<App>> {
        self.store.apps().get(api_key).ok_or_else(|| {
            let known = self.store.apps().all().len();
            ControlError::not_found(
                "unknown_app",
                format!("no app has the api key \"{api_key}\"; {known} apps are known"),
            )
            .with_hint("GET /_millpond/apps lists them")
        })
    }

    /// The app of that key, and a scope for it.
    pub fn scope(&self, api_key: &str) -> Result<Scope> {
        Ok(Scope::own(&self.app(api_key)?))
    }
}
