//! From a commit of the store to the sockets, and to the journal.

use std::sync::Arc;

use super::hub::Hub;
use crate::app::App;
use crate::journal::Entry;
use crate::journal::entry::METHOD_EVENT;
use crate::store::{Commit, Listener};

/// Tells the hub of commits, and the app's journal of the events that go out.
pub struct Tell(pub Arc<Hub>);

impl Listener for Tell {
    fn committed(&self, app: &Arc<App>, commit: Commit) {
        for event in &commit.events {
            let mut entry = Entry::new(event.at, event.kind.clone(), METHOD_EVENT, 200);
            entry.who.user_id = event.about();
            app.journal.push(entry);
        }
        self.0.commit(app.id, &Arc::new(commit));
    }
}
