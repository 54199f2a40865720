//! Who watches which feed: of a feed that nobody watches nothing has to be told, however many it follows, and of one that not
//! everybody may read only those are told who may.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::event::topic::Topic;
use crate::ids::{FeedId, UserId};

/// How many connections of which users watch each feed.
#[derive(Debug, Default)]
pub struct Watched(Mutex<HashMap<FeedId, HashMap<UserId, usize>>>);

impl Watched {
    /// One more connection of a user's watches these, as far as they are feeds.
    pub fn add<'a>(&self, user: &UserId, topics: impl IntoIterator<Item = &'a Topic>) {
        let mut watched = self.all();
        for topic in topics {
            if let Topic::Feed(fid) = topic {
                *watched.entry(fid.clone()).or_default().entry(user.clone()).or_default() += 1;
            }
        }
    }

    /// One connection less does.
    pub fn remove<'a>(&self, user: &UserId, topics: impl IntoIterator<Item = &'a Topic>) {
        let mut watched = self.all();
        for topic in topics {
            let Topic::Feed(fid) = topic else { continue };
            let Some(users) = watched.get_mut(fid) else { continue };
            match users.get_mut(user) {
                Some(count) if *count > 1 => *count -= 1,
                _ => drop(users.remove(user)),
            }
            if users.is_empty() {
                watched.remove(fid);
            }
        }
    }

    /// The feeds.
    pub fn feeds(&self) -> Vec<FeedId> {
        self.all().keys().cloned().collect()
    }

    /// Who watches a feed.
    pub fn users(&self, fid: &FeedId) -> Vec<UserId> {
        self.all().get(fid).map(|users| users.keys().cloned().collect()).unwrap_or_default()
    }

    fn all(&self) -> MutexGuard<'_, HashMap<FeedId, HashMap<UserId, usize>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
