//! Revisions (feeds-core 15).

use serde::Serialize;

use super::pager::PagerResponse;
use super::query::QueryRequest;
use crate::auth::caller::ServerCaller;
use crate::body::Body;
use crate::domain::feeds::revisions::{self as rules, QUERIED};
use crate::error::Result;
use crate::model::feeds::revision::Revision;
use crate::reply::Reply;

/// The answer of QueryRevisionHistory.
#[derive(Serialize)]
pub struct QueryRevisionsResponse {
    revisions: Vec<Revision>,
    #[serde(flatten)]
    pager: PagerResponse,
}

/// `POST /feeds/revisions/query`.
pub async fn query(caller: ServerCaller, body: Body<QueryRequest>) -> Result<Reply<QueryRevisionsResponse>> {
    let walk = body.0.asked.walk(&QUERIED)?;
    let page = caller.scan(move |tx| rules::query(tx, &walk)).await?;
    let pager = PagerResponse { next: page.next, prev: page.prev };
    Ok(Reply(QueryRevisionsResponse { revisions: page.items, pager }))
}
