//! Suggestions: feeds, and why.

use serde::{Serialize, Serializer};

use crate::model::feeds::feed::EnrichedFeed;
use crate::model::feeds::suggestion::Suggestion;

impl Serialize for Suggestion {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct SuggestionResponse<'a> {
            #[serde(flatten)]
            feed: &'a EnrichedFeed,
            reason: &'static str,
        }
        SuggestionResponse { feed: &self.feed, reason: self.reason }.serialize(serializer)
    }
}
