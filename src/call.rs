//! A call of an operation: what came, who it is from, and what became of it on its way to the answer. Below all who make
//! something of it: the door, the handlers, the answer.

use std::borrow::Cow;
use std::cell::{Cell, OnceCell};
use std::sync::Arc;

use actix_web::web::Bytes;

use crate::app::App;
use crate::auth::facts::UserFacts;
use crate::auth::times::Times;
use crate::clock::Stopwatch;
use crate::dialect::Dialect;
use crate::error::{ApiError, Result};
use crate::family::Family;
use crate::fault::armed::Strike;
use crate::ids::UserId;
use crate::journal::exchange::Kept;
use crate::journal::{Journal, Text, Who};
use crate::operation::{DASHBOARD, Operation};
use crate::params::Params;
use crate::rate::Rate;
use crate::store::{Scope, Store};
use crate::stub::Stub;

/// Who calls, once admitted.
#[derive(Clone, Debug)]
pub enum Identity {
    /// Someone with a server token.
    Server,
    /// A user, guests included.
    User {
        /// The id in the token.
        id: UserId,
        /// What is known of the user.
        facts: Arc<UserFacts>,
    },
    /// Nobody in particular.
    Anonymous,
}

/// One call of an operation, from the verdict to the answer. Kept in the request.
pub struct Call {
    /// Which operation.
    pub operation: &'static Operation,
    /// How its answer is written.
    pub dialect: Dialect,
    /// Since when.
    pub started: Stopwatch,
    /// The query's parameters.
    pub params: Params,
    /// The app, when the key is known.
    pub app: Option<Arc<App>>,
    /// Who calls, or the refusal.
    pub admitted: Result<Identity>,
    /// The same for the log and the journal.
    pub who: Who,
    /// For whom and when a transaction of this call runs.
    pub scope: Option<Scope>,
    /// Where it runs.
    pub store: Store,
    /// The rate limit's window, as the answer tells of it.
    pub rate: Cell<Option<Rate>>,
    /// The method's word.
    pub method: Cow<'static, str>,
    /// The path without the query.
    pub path: Text,
    /// `X-Stream-Client`.
    pub client: String,
    /// The times of its token, where a refusal has to wait until a backend's next one is another.
    pub twin: Option<Times>,
    /// What strikes it before anybody is asked for an answer.
    pub strike: Option<Strike>,
    /// The id of the fault that strikes it.
    pub fault: OnceCell<Arc<str>>,
    /// Whether its connection is cut instead of an answer.
    pub is_cut: Cell<bool>,
    /// The fixed answer that it gets.
    pub stub: Option<Arc<Stub>>,
    /// The family of its path, when no route has it.
    pub family: Option<&'static Family>,
    /// The journal of the process, when no app has the key.
    pub keyless: Option<Arc<Journal>>,
    /// The connection that the call has opened; one that it names is among the parameters.
    pub opened: OnceCell<Text>,
    /// The body that came with it, once it was read.
    pub body: OnceCell<Kept>,
}

impl Call {
    /// The caller and the scope, when the verdict and the rate limit let the call pass.
    pub fn admit(&self) -> Result<(&Identity, &Scope)> {
        let identity = self.admitted.as_ref().map_err(Clone::clone)?;
        let scope = self.scope.as_ref().ok_or_else(|| ApiError::internal(&"a call was admitted to no app"))?;
        Ok((identity, scope))
    }

    /// Keeps the body that came with it for the journal, unless it is a call of the dashboard.
    pub fn keep_body(&self, body: &Bytes) {
        if self.client != DASHBOARD && !body.is_empty() {
            // A second reader would read the same.
            let _ = self.body.set(Kept::new(body));
        }
    }

    /// How long it has taken so far, in milliseconds.
    pub fn duration_ms(&self) -> f64 {
        self.app.as_ref().map_or_else(|| self.started.milliseconds(), |app| app.measured(self.started))
    }

    /// Refuses the call when its app enforces rate limits and this one is too many.
    pub fn check_rate(&self) -> Result<()> {
        match (&self.app, self.rate.get()) {
            (Some(app), Some(rate)) => rate.check(app.state().emulator.rate_limits),
            _ => Ok(()),
        }
    }
}
