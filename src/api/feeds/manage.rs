//! Changing feeds, and ending them (feeds-core 4).

use std::collections::BTreeMap;

use actix_web::web::Path;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::acting::{Acting, Named};
use super::feeds::{FeedData, LocationRequest};
use crate::auth::caller::{AnyCaller, ServerCaller};
use crate::body::Body;
use crate::domain::feeds::access::{self, Actor};
use crate::domain::feeds::change::{self as rules, FeedChange, Pending};
use crate::domain::feeds::enrich::{self, OwnFields};
use crate::domain::feeds::feeds::{self, address, parse_address};
use crate::domain::users;
use crate::error::{ApiError, Result};
use crate::model::feeds::feed::{EnrichedFeed, Own};
use crate::permission::capability::Capability;
use crate::reply::Reply;
use crate::store::tasks;
use crate::validate::{batch, required};

/// Feeds that one call makes at the most.
const CREATE_MAX: usize = 1_000;
/// Feeds that one call names at the most, otherwise.
const BATCH_MAX: usize = 100;

/// The body of UpdateFeed.
#[derive(Deserialize)]
pub struct UpdateFeedRequest {
    #[serde(flatten)]
    named: Named,
    name: Option<String>,
    description: Option<String>,
    custom: Option<Map<String, Value>>,
    filter_tags: Option<Vec<String>>,
    location: Option<LocationRequest>,
    clear_location: Option<bool>,
    created_by_id: Option<String>,
    enrich_own_fields: Option<bool>,
}

/// The answer of the operations on one feed.
#[derive(Serialize)]
pub struct FeedResponse {
    feed: EnrichedFeed,
}

/// `PUT /feeds/feed_groups/{group}/feeds/{id}`: what is not said stays.
pub async fn update(
    caller: AnyCaller,
    path: Path<(String, String)>,
    body: Body<UpdateFeedRequest>,
) -> Result<Reply<FeedResponse>> {
    let (fid, body) = (address(&path.0, &path.1)?, body.0);
    let acting = Acting::of(&caller, body.named)?;
    let owner = body.created_by_id.as_deref().filter(|id| !id.is_empty() && caller.is_server());
    let location = body.location.filter(|_| body.clear_location != Some(true));
    let location = location.map(LocationRequest::checked).transpose()?;
    let change = FeedChange {
        name: body.name,
        description: body.description,
        custom: body.custom,
        filter_tags: body.filter_tags,
        location,
        clears_location: body.clear_location == Some(true),
        created_by: owner.map(|id| users::user_id("created_by_id", id)).transpose()?,
    };
    let own = OwnFields::asked(body.enrich_own_fields);
    let feed = caller.write(move |tx| {
        let by = acting.known_user(tx)?;
        rules::update(tx, acting.actor(), by.as_ref(), &fid, change, own)
    });
    Ok(Reply(FeedResponse { feed: feed.await? }))
}

/// The body of ChangeFeedVisibility.
#[derive(Deserialize)]
pub struct ChangeVisibilityRequest {
    #[serde(flatten)]
    named: Named,
    visibility: Option<String>,
    pending_follows_action: Option<String>,
}

/// `POST /feeds/feed_groups/{group}/feeds/{id}/change_visibility`.
pub async fn change_visibility(
    caller: AnyCaller,
    path: Path<(String, String)>,
    body: Body<ChangeVisibilityRequest>,
) -> Result<Reply<FeedResponse>> {
    let (fid, body) = (address(&path.0, &path.1)?, body.0);
    let acting = Acting::of(&caller, body.named)?;
    let visibility = required("visibility", body.visibility)?;
    let visibility = feeds::visibility(&visibility)?;
    let pending = match body.pending_follows_action.as_deref() {
        None | Some("" | "auto_approve") => Pending::Accept,
        Some("reject") => Pending::Reject,
        Some(_) => return Err(ApiError::input("pending_follows_action must be one of [auto_approve reject]")),
    };
    let feed = caller.write(move |tx| {
        let by = acting.known_user(tx)?;
        rules::change_visibility(tx, acting.actor(), by.as_ref(), &fid, visibility, pending)
    });
    Ok(Reply(FeedResponse { feed: feed.await? }))
}

/// The answer of what is done in a task.
#[derive(Serialize)]
pub struct TaskResponse {
    task_id: String,
}

/// `DELETE /feeds/feed_groups/{group}/feeds/{id}`.
pub async fn delete(caller: AnyCaller, path: Path<(String, String)>) -> Result<Reply<TaskResponse>> {
    let fid = address(&path.0, &path.1)?;
    let acting = Acting::of(&caller, Named::in_query(&caller))?;
    let is_hard = caller.params().flag("hard_delete")?;
    if caller.params().flag("purge_user_activities")? && !is_hard {
        return Err(ApiError::input("purge_user_activities requires hard_delete"));
    }
    let task_id = caller.write(move |tx| {
        let by = acting.known_user(tx)?;
        rules::delete(tx, acting.actor(), by.as_ref(), &fid, is_hard)?;
        tasks::complete(tx, &Map::new())
    });
    Ok(Reply(TaskResponse { task_id: task_id.await? }))
}

/// The body of DeleteFeedsBatch.
#[derive(Deserialize)]
pub struct DeleteFeedsRequest {
    feeds: Option<Vec<String>>,
    hard_delete: Option<bool>,
}

/// `POST /feeds/feeds/delete`: all or none.
pub async fn delete_many(caller: ServerCaller, body: Body<DeleteFeedsRequest>) -> Result<Reply<TaskResponse>> {
    let names = body.0.feeds.unwrap_or_default();
    batch("feeds", names.len(), BATCH_MAX)?;
    let fids = names.iter().map(|name| parse_address(name)).collect::<Result<Vec<_>>>()?;
    let is_hard = body.0.hard_delete == Some(true);
    let task_id = caller.write(move |tx| {
        fids.iter().try_for_each(|fid| rules::delete(tx, Actor::SERVER, None, fid, is_hard))?;
        tasks::complete(tx, &Map::new())
    });
    Ok(Reply(TaskResponse { task_id: task_id.await? }))
}

/// One feed of CreateFeedsBatch.
#[derive(Deserialize)]
pub struct FeedRequest {
    feed_group_id: Option<String>,
    feed_id: Option<String>,
    created_by_id: Option<String>,
    #[serde(flatten)]
    data: FeedData,
}

/// The body of CreateFeedsBatch.
#[derive(Deserialize)]
pub struct CreateFeedsRequest {
    feeds: Option<Vec<FeedRequest>>,
    enrich_own_fields: Option<bool>,
}

/// The answer of CreateFeedsBatch.
#[derive(Serialize)]
pub struct FeedsResponse {
    feeds: Vec<EnrichedFeed>,
}

/// `POST /feeds/feeds/batch`: all or none; what is there stays as it is.
pub async fn create_many(caller: AnyCaller, body: Body<CreateFeedsRequest>) -> Result<Reply<FeedsResponse>> {
    let requests = body.0.feeds.unwrap_or_default();
    batch("feeds", requests.len(), CREATE_MAX)?;
    let own = OwnFields::asked(body.0.enrich_own_fields);
    let mut wanted = Vec::new();
    for (at, request) in requests.into_iter().enumerate() {
        let group = required(&format!("feeds[{at}].feed_group_id"), request.feed_group_id)?;
        let fid = address(&group, &required(&format!("feeds[{at}].feed_id"), request.feed_id)?)?;
        let by = Named::by_id(request.created_by_id.filter(|_| caller.is_server()));
        wanted.push((fid, Acting::required(&caller, by)?, request.data.checked(caller.is_server())?));
    }
    let feeds = caller.write(move |tx| {
        let mut made = Vec::new();
        for (fid, acting, data) in wanted {
            let owner = acting.user(tx, Capability::CreateFeed.action())?;
            let (feed, _) = feeds::ensure(tx, &owner.id, &fid, data)?;
            made.push(enrich::feed(tx, acting.actor(), feed, own)?);
        }
        Ok(made)
    });
    Ok(Reply(FeedsResponse { feeds: feeds.await? }))
}

/// The answer of GetFeedCounts.
#[derive(Serialize)]
#[expect(clippy::struct_field_names, reason = "the names are the wire's")]
pub struct CountsResponse {
    activity_count: i64,
    comment_count: i64,
    total_count: i64,
}

/// `GET /feeds/feed_groups/{group}/feeds/{id}/counts`.
pub async fn counts(caller: AnyCaller, path: Path<(String, String)>) -> Result<Reply<CountsResponse>> {
    let fid = address(&path.0, &path.1)?;
    let acting = Acting::of(&caller, Named::in_query(&caller))?;
    let counts = caller.scan(move |tx| {
        let feed = feeds::present(tx, &fid)?;
        access::require(tx, acting.actor(), &feed, Capability::ReadFeed)?;
        let comment_count = crate::store::feeds::feeds::comments(tx, feed.no)?;
        let activity_count = feed.counts.activities;
        Ok(CountsResponse { activity_count, comment_count, total_count: activity_count + comment_count })
    });
    Ok(Reply(counts.await?))
}

/// The body of OwnBatch.
#[derive(Deserialize)]
pub struct OwnBatchRequest {
    #[serde(flatten)]
    named: Named,
    feeds: Option<Vec<String>>,
    fields: Option<Vec<String>>,
}

/// The answer of OwnBatch.
#[derive(Serialize)]
pub struct OwnBatchResponse {
    data: BTreeMap<String, Own>,
}

/// `POST /feeds/feeds/own/batch`: what feeds are to the caller; what is not there is left out.
pub async fn own(caller: AnyCaller, body: Body<OwnBatchRequest>) -> Result<Reply<OwnBatchResponse>> {
    let acting = Acting::required(&caller, body.0.named)?;
    let names = body.0.feeds.unwrap_or_default();
    batch("feeds", names.len(), BATCH_MAX)?;
    let fids = names.iter().map(|name| parse_address(name)).collect::<Result<Vec<_>>>()?;
    let fields = body.0.fields.filter(|fields| !fields.is_empty());
    let asked = fields.map_or(Ok(OwnFields::ALL), |fields| OwnFields::named(&fields))?;
    let data = caller.scan(move |tx| {
        let feeds = crate::store::feeds::feeds::by_address(tx, &fids)?;
        let mut own = enrich::own_of(tx, acting.actor(), &feeds, asked)?;
        let data = feeds.iter().filter_map(|feed| Some((feed.fid.to_string(), own.remove(&feed.no)?)));
        Ok(data.collect())
    });
    Ok(Reply(OwnBatchResponse { data: data.await? }))
}
