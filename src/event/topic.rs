//! What a connection can hear of. An audience is a set of topics.

use crate::ids::{FeedId, UserId};

/// Something that connections hear of; each is of one app.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Topic {
    /// What every connection of the app hears of.
    App,
    /// What only the user's own connections hear of.
    Own(UserId),
    /// The user, for those who watch it.
    User(UserId),
    /// The feed, for those who watch it.
    Feed(FeedId),
}

impl Topic {
    /// A user's own connections, and those that watch it.
    pub fn own_and_watchers(user: &UserId) -> [Self; 2] {
        [Self::Own(user.clone()), Self::User(user.clone())]
    }
}
