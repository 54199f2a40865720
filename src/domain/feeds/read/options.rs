//! What an answer leaves out of a feed, and what it has besides.

use serde::Deserialize;

use crate::domain::feeds::enrich::{Friends, OwnFields, Parts, ShownComments};

/// What is left out of an answer, or put into it besides (feeds-core 5.4).
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Options {
    pub skip_all: Option<bool>,
    pub skip_activity: Option<bool>,
    pub skip_activity_collections: Option<bool>,
    pub skip_activity_current_feed: Option<bool>,
    pub skip_activity_mentioned_users: Option<bool>,
    pub skip_activity_own_bookmarks: Option<bool>,
    pub skip_activity_parents: Option<bool>,
    pub skip_activity_comments: Option<bool>,
    pub skip_activity_poll: Option<bool>,
    pub skip_activity_reactions: Option<bool>,
    pub skip_followers: Option<bool>,
    pub skip_following: Option<bool>,
    pub skip_own_capabilities: Option<bool>,
    pub skip_own_follows: Option<bool>,
    pub skip_pins: Option<bool>,
    pub enrich_own_followings: Option<bool>,
    pub include_flat_activities: Option<bool>,
    pub include_score_vars: Option<bool>,
    /// Of whom reactions are put into it.
    #[serde(skip)]
    pub friends: Option<Friends>,
}

impl Options {
    /// Whether something is shown that one of the options leaves out.
    pub(super) fn shows(&self, skip: Option<bool>) -> bool {
        skip != Some(true) && self.skip_all != Some(true)
    }

    /// Which parts of its activities are shown.
    pub(super) fn parts(&self) -> Parts {
        Parts {
            mentioned: self.shows(self.skip_activity_mentioned_users),
            parents: self.shows(self.skip_activity_parents),
            poll: self.shows(self.skip_activity_poll),
            collections: self.shows(self.skip_activity_collections),
            comments: if self.shows(self.skip_activity_comments) { ShownComments::LATEST } else { ShownComments::NONE },
            reactions: self.shows(self.skip_activity_reactions),
            own_bookmarks: self.shows(self.skip_activity_own_bookmarks),
            friends: self.friends.filter(|_| self.shows(None)),
        }
    }

    /// Which of a feed's own_* fields are shown where a feed is read.
    pub(super) fn own_fields(&self) -> OwnFields {
        OwnFields {
            capabilities: self.shows(self.skip_own_capabilities),
            follows: self.shows(self.skip_own_follows),
            followings: self.enrich_own_followings == Some(true),
            membership: self.shows(None),
        }
    }
}
