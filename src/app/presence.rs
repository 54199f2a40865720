//! Who is on line.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use crate::ids::UserId;

/// Who has connections open, and how many. Gone with the process: nobody is online after a restart.
#[derive(Debug, Default)]
pub struct Presence(RwLock<HashMap<UserId, usize>>);

impl Presence {
    /// Whether the user has a connection open.
    pub fn is_online(&self, user: &str) -> bool {
        self.0.read().unwrap_or_else(PoisonError::into_inner).contains_key(user)
    }

    /// Everybody who has.
    pub fn online(&self) -> Vec<UserId> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).keys().cloned().collect()
    }

    /// Counts one more. Answers whether it is the first. For the store alone, which has one writer.
    pub fn opened(&self, user: &UserId) -> bool {
        let mut open = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(user.clone()).or_default();
        *count += 1;
        *count == 1
    }

    /// Counts one less. Answers whether it was the last. For the store alone, which has one writer.
    pub fn closed(&self, user: &UserId) -> bool {
        let mut open = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let Some(count) = open.get_mut(user) else { return false };
        *count -= 1;
        let last = *count == 0;
        if last {
            open.remove(user);
        }
        last
    }
}
