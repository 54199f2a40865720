//! A reader that follows an app's journal by its key, also across a reset, which gives the key another journal.

use std::sync::Arc;

use super::repeats::Loop;
use super::{Bell, Entry, Journal, Listening};
use crate::app::{App, Apps};
use crate::clock::system_now;

/// A reader of one app's journal, or of that of the process, which listens as long as it lives.
pub struct Tail {
    /// `None` for the journal of the process.
    app: Option<Arc<App>>,
    after: u64,
    /// The number of the newest loop that was told.
    told: u64,
    listening: Listening,
}

/// What a reader finds.
pub enum News {
    /// Entries, the oldest first; and how many between those and the ones before are not there any more.
    Entries(Vec<Arc<Entry>>, u64),
    /// The key has another journal, from whose beginning the reader goes on.
    Reset,
    /// No app has the key any more.
    Gone,
}

impl Tail {
    /// A reader of what comes behind an id.
    pub fn new(app: Arc<App>, after: u64) -> Self {
        let listening = app.journal.bell().listen();
        Self { app: Some(app), after, told: 0, listening }
    }

    /// A reader of what is called with no app's key from now on.
    pub fn of_keyless(apps: &Apps) -> Self {
        let journal = apps.keyless();
        Self { app: None, after: journal.last(), told: 0, listening: journal.bell().listen() }
    }

    /// A reader of what is new from now on.
    pub fn of_news(app: Arc<App>) -> Self {
        let after = app.journal.last();
        Self::new(app, after)
    }

    /// The app's key; `None` for the journal of the process.
    pub fn api_key(&self) -> Option<&Arc<str>> {
        self.app.as_ref().map(|app| &app.api_key)
    }

    /// What tells of news. To be taken anew for each wait, before the pull: a reset brings another one.
    pub fn bell(&self) -> Arc<Bell> {
        self.listening.bell()
    }

    /// Reads on, at most so many entries.
    pub fn pull(&mut self, apps: &Apps, most: usize) -> News {
        let Some(own) = &self.app else { return self.read(apps.keyless(), most) };
        match apps.get(&own.api_key) {
            None => News::Gone,
            Some(app) if Arc::ptr_eq(&app, own) => self.read(&app.journal, most),
            Some(app) => {
                *self = Self::new(app, 0);
                News::Reset
            }
        }
    }

    /// The users who are refused over and over since this was asked last; at first all that are.
    pub fn loops(&mut self, apps: &Apps) -> Vec<Loop> {
        let repeats = self.app.as_ref().map_or(&apps.keyless().repeats, |app| &app.journal.repeats);
        let (loops, told) = repeats.told_after(self.told, system_now());
        self.told = told;
        loops
    }

    fn read(&mut self, journal: &Journal, most: usize) -> News {
        let pulled = journal.pull(self.after, most);
        self.after = match pulled.entries.last() {
            Some(last) => last.id,
            None => self.after + pulled.lost,
        };
        News::Entries(pulled.entries, pulled.lost)
    }
}
