//! What sockets leave in their app's journal: each sign-in, and the end of each that was signed in.

use std::sync::Arc;

use crate::app::App;
use crate::clock::{Stopwatch, Time};
use crate::door::Gate;
use crate::error::ApiError;
use crate::journal::entry::{CONNECT, CUT, DISCONNECT, METHOD_SOCKET};
use crate::journal::{Entry, Text, Who};
use crate::wire::Dialect;

use super::sign_in::Shown;
use super::upgrade::path;

/// A sign-in: when, by the app's clock; through which door; with which SDK; since when by the process's time.
pub struct Attempt<'a> {
    /// The moment.
    pub at: Time,
    /// The door.
    pub dialect: Dialect,
    /// `X-Stream-Client`.
    pub client: &'a str,
    /// Its beginning.
    pub started: Stopwatch,
    /// The fault that struck it.
    pub fault: Option<Arc<str>>,
}

impl Attempt<'_> {
    fn entry(&self, app: &App, who: Who, status: u16) -> Entry {
        Entry {
            path: Text::new(path(self.dialect)),
            who,
            duration_ms: app.measured(self.started),
            sdk: Text::some(self.client),
            fault: self.fault.clone(),
            ..Entry::new(self.at, CONNECT, "GET", status)
        }
    }

    /// It was let in.
    pub fn succeeded(&self, app: &App, who: Who, connection_id: &str) {
        app.journal.push(Entry { connection_id: Text::some(connection_id), ..self.entry(app, who, 101) });
    }

    /// It was refused. Without an error its connection was cut.
    pub fn failed(&self, app: &App, who: Who, error: Option<&ApiError>) {
        app.journal.push(Entry {
            code: error.map_or(0, |error| error.code.number()),
            message: error.map(|error| Text::new(&error.message)).unwrap_or_default(),
            ..self.entry(app, who, error.map_or(CUT, |error| error.code.status()))
        });
    }
}

/// An upgrade that is no WebSocket handshake. Nobody's credentials were looked at.
pub fn no_handshake(gate: &Gate, dialect: Dialect, shown: &Shown, error: &ApiError) {
    let app = shown.api_key.as_deref().and_then(|key| gate.store.apps().get(key));
    if let Some(app) = app {
        let attempt =
            Attempt { at: app.clock.now(), dialect, client: &shown.client, started: Stopwatch::start(), fault: None };
        attempt.failed(&app, Who::default(), Some(error));
    }
}

/// How a session ended.
pub struct End<'a> {
    /// The close code: the client's own when it closed first.
    pub code: u16,
    /// The error that was told before.
    pub error: Option<&'a ApiError>,
    /// The reason in the close frame, or who ended it.
    pub reason: &'a str,
}

/// The end of a socket that was signed in.
pub fn ended(app: &App, dialect: Dialect, who: Who, connection_id: &str, end: &End<'_>) {
    app.journal.push(Entry {
        path: Text::new(path(dialect)),
        who,
        code: end.error.map_or(0, |error| error.code.number()),
        message: Text::new(end.error.map_or(end.reason, |error| &error.message)),
        connection_id: Text::some(connection_id),
        ..Entry::new(app.clock.now(), DISCONNECT, METHOD_SOCKET, end.code)
    });
}
