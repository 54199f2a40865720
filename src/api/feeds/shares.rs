//! Who shares an activity (feeds-core 6).

use actix_web::web::Path;
use serde::Serialize;

use super::acting::{Acting, Named};
use super::pager::PagerResponse;
use crate::auth::caller::AnyCaller;
use crate::domain::feeds::read::{LIMIT_DEFAULT, LIMIT_MAX};
use crate::domain::feeds::shares as rules;
use crate::error::{ApiError, Result};
use crate::model::feeds::share::EnrichedShare;
use crate::reply::Reply;

/// The answer of QueryActivityShares.
#[derive(Serialize)]
pub struct SharesResponse {
    shares: Vec<EnrichedShare>,
    #[serde(flatten)]
    pager: PagerResponse,
}

/// `GET /feeds/activities/{id}/shares`.
pub async fn query(caller: AnyCaller, id: Path<String>) -> Result<Reply<SharesResponse>> {
    let acting = Acting::of(&caller, Named::in_query(&caller))?;
    let params = caller.params();
    if params.get("prev").is_some_and(|prev| !prev.is_empty()) {
        return Err(ApiError::input("prev is not a cursor of a page: pages of shares lead on, by next"));
    }
    let limit = params.number("limit", 0, LIMIT_MAX, i64::from(LIMIT_DEFAULT))?;
    let limit = u32::try_from(limit).unwrap_or(LIMIT_DEFAULT);
    let page = caller.read(|tx| rules::query(tx, acting.actor(), &id, limit, caller.params().get("next")))?;
    Ok(Reply(SharesResponse { shares: page.items, pager: PagerResponse { next: page.next, prev: page.prev } }))
}
