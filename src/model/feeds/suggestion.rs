//! A suggestion: a feed that somebody may want to follow.

use super::feed::EnrichedFeed;

/// A suggestion.
#[derive(Clone, Debug)]
pub struct Suggestion {
    /// The feed.
    pub feed: EnrichedFeed,
    /// Why it is suggested.
    pub reason: &'static str,
}
