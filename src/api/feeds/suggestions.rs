//! Feeds that somebody may want to follow (feeds-core 8).

use actix_web::web::Path;
use serde::Serialize;

use super::acting::{Acting, Named};
use crate::auth::caller::AnyCaller;
use crate::domain::feeds::suggestions::{self as rules, ALGORITHM};
use crate::error::Result;
use crate::model::feeds::suggestion::Suggestion;
use crate::reply::Reply;

/// Suggestions, unless another number is asked for. Production's is not known.
const LIMIT_DEFAULT: i64 = 25;
/// Suggestions at the most.
const LIMIT_MAX: i64 = 100;

/// The answer of GetFollowSuggestions.
#[derive(Serialize)]
pub struct SuggestionsResponse {
    suggestions: Vec<Suggestion>,
    algorithm_used: &'static str,
}

/// `GET /feeds/feed_groups/{group}/follow_suggestions`.
pub async fn get(caller: AnyCaller, group: Path<String>) -> Result<Reply<SuggestionsResponse>> {
    let acting = Acting::required(&caller, Named::in_query(&caller))?;
    let limit = u32::try_from(caller.params().number("limit", 1, LIMIT_MAX, LIMIT_DEFAULT)?).unwrap_or_default();
    let suggestions = caller.scan(move |tx| rules::suggest(tx, acting.actor(), &group, limit));
    Ok(Reply(SuggestionsResponse { suggestions: suggestions.await?, algorithm_used: ALGORITHM }))
}
