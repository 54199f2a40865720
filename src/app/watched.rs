//! Which feeds somebody watches: of a timeline that nobody watches nothing has to be told, however many feeds it follows.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::event::topic::Topic;
use crate::ids::FeedId;

/// How many connections watch each feed.
#[derive(Debug, Default)]
pub struct Watched(Mutex<HashMap<FeedId, usize>>);

impl Watched {
    /// One more connection watches these, as far as they are feeds.
    pub fn add<'a>(&self, topics: impl IntoIterator<Item = &'a Topic>) {
        let mut watched = self.all();
        for topic in topics {
            if let Topic::Feed(fid) = topic {
                *watched.entry(fid.clone()).or_default() += 1;
            }
        }
    }

    /// One connection less does.
    pub fn remove<'a>(&self, topics: impl IntoIterator<Item = &'a Topic>) {
        let mut watched = self.all();
        for topic in topics {
            let Topic::Feed(fid) = topic else { continue };
            match watched.get_mut(fid) {
                Some(count) if *count > 1 => *count -= 1,
                _ => drop(watched.remove(fid)),
            }
        }
    }

    /// The feeds.
    pub fn feeds(&self) -> Vec<FeedId> {
        self.all().keys().cloned().collect()
    }

    fn all(&self) -> MutexGuard<'_, HashMap<FeedId, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
