//! A reader that follows an app's journal by its key, also across a reset, which gives the key another journal.

use std::sync::Arc;

use super::{Bell, Entry, Listening};
use crate::app::{App, Apps};

/// A reader of one app's journal, which listens as long as it lives.
pub struct Tail {
    app: Arc<App>,
    after: u64,
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
        Self { app, after, listening }
    }

    /// A reader of what is new from now on.
    pub fn of_news(app: Arc<App>) -> Self {
        let after = app.journal.last();
        Self::new(app, after)
    }

    /// The app's key.
    pub fn api_key(&self) -> &Arc<str> {
        &self.app.api_key
    }

    /// What tells of news. To be taken anew for each wait, before the pull: a reset brings another one.
    pub fn bell(&self) -> Arc<Bell> {
        self.listening.bell()
    }

    /// Reads on, at most so many entries.
    pub fn pull(&mut self, apps: &Apps, most: usize) -> News {
        match apps.get(&self.app.api_key) {
            None => News::Gone,
            Some(app) if Arc::ptr_eq(&app, &self.app) => {
                let pulled = self.app.journal.pull(self.after, most);
                self.after = match pulled.entries.last() {
                    Some(last) => last.id,
                    None => self.after + pulled.lost,
                };
                News::Entries(pulled.entries, pulled.lost)
            }
            Some(app) => {
                *self = Self::new(app, 0);
                News::Reset
            }
        }
    }
}
