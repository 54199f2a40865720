//! The journal: what is in it, and the ways to ask it.

mod entries;
mod exchanges;
mod live;
mod queries;
mod redaction;
mod standing;
mod trace;
mod verify;
mod wait;
mod why;

use std::sync::Arc;
use std::time::Instant;

use millpond::app::App;
use millpond::clock::Time;
use millpond::journal::Entry;
use serde_json::{Value, json};

use crate::app::{Answer, TestApp, send};
use crate::sockets::client::{GUARD, Server};

impl TestApp {
    /// Asks under `/requests` with a query or a path behind it.
    pub fn ask(&self, rest: &str) -> Answer {
        self.control("GET", &format!("/requests{rest}"), &Value::Null)
    }

    /// The entries that match, the oldest first.
    pub fn journal(&self, filters: &str) -> Vec<Value> {
        self.ask(&format!("?limit=1000&order=asc&{filters}")).ok()["requests"].as_array().unwrap().clone()
    }

    /// Asks for a verification.
    pub fn verify(&self, body: &Value) -> Answer {
        self.control("POST", "/requests/verify", body)
    }
}

/// The app as the server holds it.
fn own(server: &Server, app: &TestApp) -> Arc<App> {
    server.store.apps().get(&app.api_key).unwrap()
}

/// Writes so many entries past the door.
fn fill(app: &App, entries: usize) {
    for _ in 0..entries {
        app.journal.push(Entry::new(Time(0), "GetApp", "GET", 200));
    }
}

/// So many listen to the app's journal, now or soon.
#[track_caller]
fn listened(server: &Server, app: &App, wanted: usize) {
    let began = Instant::now();
    while app.journal.bell().listeners() != wanted {
        assert!(began.elapsed() < GUARD, "{} listen", app.journal.bell().listeners());
        // A round trip gives the server's threads their turn.
        send("GET", &format!("{}/_millpond/health", server.url), &[], None).ok();
    }
}

/// Operation, user, status and code of an entry.
fn brief(entry: &Value) -> Value {
    json!([entry["operation"], entry["user_id"], entry["status"], entry["code"]])
}

/// The same of entries.
fn told(entries: &[Value]) -> Vec<Value> {
    entries.iter().map(brief).collect()
}
