//! The review queue, the flags behind it, and what was done about them (feeds-interactions 10). The queue is for servers and for who
//! may read what was flagged; the rest is for servers.

use std::collections::BTreeMap;

use actix_web::web::Path;
use serde::{Deserialize, Serialize};

use super::action_configs::{self, ActionConfig};
use crate::api::feeds::pager::PagerResponse;
use crate::api::feeds::query::Asked;
use crate::auth::caller::{AnyCaller, ServerCaller};
use crate::body::Body;
use crate::domain::moderation::{queue as rules, show, tell};
use crate::error::Result;
use crate::model::moderation::{EnrichedEntry, EnrichedFlag, EnrichedItem};
use crate::permission::Request;
use crate::query::page::Leads;
use crate::reply::Reply;
use crate::validate::{given, required};

/// The body of QueryReviewQueue.
#[derive(Deserialize)]
pub struct QueryReviewQueueRequest {
    #[serde(flatten)]
    asked: Asked,
    stats_only: Option<bool>,
    exclude_default_action_config: Option<bool>,
}

/// The answer of QueryReviewQueue.
#[derive(Serialize)]
pub struct QueryReviewQueueResponse {
    items: Vec<EnrichedItem>,
    action_config: BTreeMap<&'static str, Vec<ActionConfig>>,
    stats: BTreeMap<String, i64>,
    filter_config: FilterConfig,
    #[serde(flatten)]
    pager: PagerResponse,
}

/// By what of a policy's findings a filter may ask: nothing that is known beforehand.
#[derive(Default, Serialize)]
struct FilterConfig {
    llm_labels: [(); 0],
}

/// `POST /moderation/review_queue`.
pub async fn query(caller: AnyCaller, body: Body<QueryReviewQueueRequest>) -> Result<Reply<QueryReviewQueueResponse>> {
    let QueryReviewQueueRequest { asked, stats_only, exclude_default_action_config } = body.0;
    let walk = asked.walk(&show::ITEMS)?;
    caller.require(Request::app_level(tell::READ))?;
    let is_brief = stats_only == Some(true);
    let (items, leads, stats) = caller
        .scan(move |tx| {
            let (items, leads) = if is_brief { (Vec::new(), Leads::default()) } else { show::query(tx, &walk)? };
            Ok((items, leads, rules::stats(tx)?))
        })
        .await?;
    let is_bare = exclude_default_action_config == Some(true);
    let action_config = if is_bare { BTreeMap::new() } else { action_configs::defaults() };
    let pager = leads.into();
    Ok(Reply(QueryReviewQueueResponse { items, action_config, stats, filter_config: FilterConfig::default(), pager }))
}

/// An answer with one item.
#[derive(Serialize)]
pub struct OneItem {
    item: EnrichedItem,
}

/// `GET /moderation/review_queue/{id}`.
pub async fn get(caller: ServerCaller, id: Path<String>) -> Result<Reply<OneItem>> {
    let item = caller.read(|tx| show::item(tx, rules::present(tx, &id)?))?;
    Ok(Reply(OneItem { item }))
}

/// The body of QueryModerationFlags and QueryModerationLogs.
#[derive(Deserialize)]
pub struct QueryRequest {
    #[serde(flatten)]
    asked: Asked,
}

/// The answer of QueryModerationFlags.
#[derive(Serialize)]
pub struct QueryFlagsResponse {
    flags: Vec<EnrichedFlag>,
    #[serde(flatten)]
    pager: PagerResponse,
}

/// `POST /moderation/flags`.
pub async fn flags(caller: ServerCaller, body: Body<QueryRequest>) -> Result<Reply<QueryFlagsResponse>> {
    let walk = body.0.asked.walk(&show::FLAGS)?;
    let (flags, leads) = caller.scan(move |tx| show::query_flags(tx, &walk)).await?;
    Ok(Reply(QueryFlagsResponse { flags, pager: leads.into() }))
}

/// The answer of QueryModerationLogs.
#[derive(Serialize)]
pub struct QueryLogsResponse {
    logs: Vec<EnrichedEntry>,
    #[serde(flatten)]
    pager: PagerResponse,
}

/// `POST /moderation/logs`.
pub async fn logs(caller: ServerCaller, body: Body<QueryRequest>) -> Result<Reply<QueryLogsResponse>> {
    let walk = body.0.asked.walk(&show::LOGS)?;
    let (logs, leads) = caller.scan(move |tx| show::query_logs(tx, &walk)).await?;
    Ok(Reply(QueryLogsResponse { logs, pager: leads.into() }))
}

/// The body of GetFlagCount.
#[derive(Deserialize)]
pub struct FlagCountRequest {
    entity_creator_id: Option<String>,
    entity_type: Option<String>,
}

/// The answer of GetFlagCount.
#[derive(Serialize)]
pub struct FlagCountResponse {
    count: i64,
}

/// `POST /moderation/flag_count`: how many flags there are upon somebody's things, or upon those of a kind.
pub async fn flag_count(caller: ServerCaller, body: Body<FlagCountRequest>) -> Result<Reply<FlagCountResponse>> {
    let FlagCountRequest { entity_creator_id, entity_type } = body.0;
    let creator = required("entity_creator_id", entity_creator_id)?;
    let entity_type = given(entity_type);
    let count = caller.read(|tx| rules::flag_count(tx, &creator, entity_type.as_deref()))?;
    Ok(Reply(FlagCountResponse { count }))
}
