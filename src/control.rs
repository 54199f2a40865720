//! The control API under `/_millpond`: for tests, the command line and the dashboard (design.md 5 and 6).

mod answers;
mod apps;
mod asked;
mod body;
mod clock;
pub mod code;
mod connections;
mod ended_tokens;
mod endpoint;
pub(crate) mod error;
mod events;
mod faults;
mod files;
mod fixture;
pub(crate) mod guard;
pub(crate) mod inspect;
mod link_previews;
pub mod mount;
mod openapi;
pub mod operations;
mod phone;
mod provider;
pub(crate) mod requests;
mod reset;
pub mod routes;
mod samples;
mod scenarios;
mod settings;
mod shapes;
mod shown;
mod snapshots;
mod standing;
mod status;
mod stubs;
mod tokens;
mod users;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use actix_web::web::Bytes;
use tokio::sync::{Notify, watch};

use crate::app::App;
use crate::clock::{Time, system_now};
use crate::entrance::Addresses;
use crate::fixture::defaults::Defaults;
use crate::store::{Scope, Store};
use code::ControlCode;
use error::{ControlError, Result};

/// The longest sleep for the end of an app; after it the system's time is looked at again.
const NAP_MAX: Duration = Duration::from_secs(60);

/// What the control API answers from.
pub struct Control {
    /// The store, which knows the apps.
    pub store: Store,
    /// Where the process can be reached.
    pub addresses: Addresses,
    /// When it started, by the system's time.
    pub started_at: Time,
    /// Told when an app with a time to live was made.
    pub expiring: Notify,
    /// What a fixture leaves open.
    pub defaults: Defaults,
    /// The description of this API, once somebody asked for it.
    pub description: OnceLock<Bytes>,
    ready: AtomicBool,
    /// True once somebody asked for the end. Whoever can end the process listens.
    stop: watch::Sender<bool>,
}

impl Control {
    /// A control API that is not ready yet.
    pub fn new(store: Store, addresses: Addresses, started_at: Time, defaults: Defaults) -> Self {
        Self {
            store,
            addresses,
            started_at,
            expiring: Notify::new(),
            defaults,
            description: OnceLock::new(),
            ready: AtomicBool::new(false),
            stop: watch::Sender::new(false),
        }
    }

    /// Waits until somebody asks for the end of the process. As long as nobody waits, nobody can ask.
    pub fn asked_to_stop(&self) -> impl Future<Output = ()> + use<> {
        let mut asked = self.stop.subscribe();
        async move {
            // The control API lives on for as long as the process: then nobody asks any more.
            if asked.wait_for(|asked| *asked).await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }

    /// Asks for the end of the process. False where it ends by another hand, as that of `exec` does with its command.
    pub fn ask_to_stop(&self) -> bool {
        self.stop.send(true).is_ok()
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
            ControlError::new(
                ControlCode::UnknownApp,
                format!("no app has the api key \"{api_key}\"; {known} apps are known"),
            )
            .with_hint("GET /_millpond/apps lists them")
        })
    }

    /// Deletes apps at the end of their time to live, for as long as it runs.
    pub async fn delete_expired_apps(&self) {
        loop {
            let told = self.expiring.notified();
            let next = self
                .store
                .apps()
                .all()
                .into_iter()
                .filter_map(|app| app.expires_at.map(|at| (at, app)))
                .min_by_key(|(at, _)| *at);
            let Some((at, app)) = next else {
                told.await;
                continue;
            };
            match u64::try_from(at.0.saturating_sub(system_now().0)) {
                // In bounded naps: the system's time may be set, and a sleep does not notice.
                Ok(left) if left > 0 => {
                    let nap = Duration::from_nanos(left).min(NAP_MAX);
                    tokio::select! { () = told => {} () = tokio::time::sleep(nap) => {} }
                }
                _ => {
                    if let Err(cause) = self.store.delete_app(&app).await {
                        tracing::warn!(%cause, api_key = &*app.api_key, "an app whose time is over could not be deleted");
                        told.await;
                    }
                }
            }
        }
    }

    /// The app of that key, and a scope for it.
    pub fn scope(&self, api_key: &str) -> Result<Scope> {
        Ok(Scope::own(&self.app(api_key)?))
    }
}
