//! What sockets leave in their app's journal: each sign-in, and the end of each that was signed in.

use std::sync::Arc;

use actix_http::Request;

use crate::app::App;
use crate::clock::{Stopwatch, Time, system_now};
use crate::door::Gate;
use crate::error::ApiError;
use crate::journal::entry::{CUT, DISCONNECT, METHOD_SOCKET};
use crate::journal::{Entry, Journal, Text, Who, line};
use crate::operation::table::{CONNECT, UNKNOWN};
use crate::reply;
use crate::wire::Dialect;

use super::doors::path;
use super::shown::Shown;

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
    fn entry(&self, app: Option<&App>, who: Who, status: u16) -> Entry {
        Entry {
            path: Text::new(path(self.dialect)),
            who,
            duration_ms: app.map_or_else(|| self.started.milliseconds(), |app| app.measured(self.started)),
            sdk: Text::some(self.client),
            fault: self.fault.clone(),
            ..Entry::new(self.at, CONNECT.name, "GET", status)
        }
    }

    /// It was let in.
    pub fn succeeded(&self, app: &App, who: Who, connection_id: &str) {
        told(&app.journal, Entry { connection_id: Text::some(connection_id), ..self.entry(Some(app), who, 101) });
    }

    /// It was refused by an app, or because no app has the key. Without an error its connection was cut.
    pub fn failed(&self, app: Option<&App>, keyless: &Journal, who: Who, error: Option<&ApiError>) {
        let entry = Entry {
            code: error.map_or(0, |error| error.code.number()),
            message: error.map(|error| Text::new(&error.message)).unwrap_or_default(),
            ..self.entry(app, who, error.map_or(CUT, |error| error.code.status()))
        };
        told(app.map_or(keyless, |app| &app.journal), entry);
    }
}

/// An upgrade that makes no socket, at a door (then it is no WebSocket handshake) or at another path. Nobody's credentials
/// were looked at.
pub fn no_socket(gate: &Gate, request: &Request, dialect: Option<Dialect>, shown: &Shown, error: &ApiError) {
    let apps = gate.store.apps();
    let app = shown.api_key.as_deref().and_then(|key| apps.get(key));
    let operation = if dialect.is_some() { CONNECT.name } else { UNKNOWN.name };
    let at = app.as_ref().map_or_else(system_now, |app| app.clock.now());
    let entry = Entry {
        path: Text::new(request.path()),
        code: error.code.number(),
        message: Text::new(&error.message),
        sdk: Text::some(&shown.client),
        ..Entry::new(at, operation, reply::word(request.method()), error.code.status())
    };
    told(app.as_ref().map_or(&**apps.keyless(), |app| &app.journal), entry);
}

/// Writes an entry, and its line in the terminal.
fn told(journal: &Journal, entry: Entry) {
    line::say(&entry);
    journal.push(entry);
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
