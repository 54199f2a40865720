//! A follow: one feed shows what another has.

use serde_json::{Map, Value};

use super::feed::EnrichedFeed;
use crate::clock::Time;

/// A follow, from one feed's number to another's.
#[derive(Clone, Debug, PartialEq)]
pub struct Follow {
    /// The feed that follows.
    pub source: i64,
    /// The feed that is followed.
    pub target: i64,
    /// How far it is.
    pub status: FollowStatus,
    /// The number of the oldest activity of the target that the source shows.
    pub shown_from: i64,
    /// The role of whoever follows, in the target.
    pub follower_role: String,
    /// `all` or `none`.
    pub push_preference: String,
    /// What the app stores with it.
    pub custom: Map<String, Value>,
    /// When it was asked for.
    pub created_at: Time,
    /// When it was last changed.
    pub updated_at: Time,
    /// When the target's owner took it.
    pub accepted_at: Option<Time>,
    /// When the target's owner declined it.
    pub rejected_at: Option<Time>,
}

/// How far a follow is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FollowStatus {
    Accepted,
    Pending,
    Rejected,
}

impl FollowStatus {
    /// The word for it.
    pub fn name(self) -> &'static str {
        ["accepted", "pending", "rejected"][self as usize]
    }

    /// Parses the word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Accepted, Self::Pending, Self::Rejected].into_iter().find(|status| status.name() == word)
    }
}

/// A follow with both feeds.
#[derive(Clone, Debug)]
pub struct EnrichedFollow {
    /// The row.
    pub follow: Follow,
    /// The feed that follows.
    pub source: EnrichedFeed,
    /// The feed that is followed.
    pub target: EnrichedFeed,
}
