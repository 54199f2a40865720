//! Queries of activities, feeds and follows (feeds-core 1.5).

use std::collections::BTreeSet;
use std::sync::Arc;

use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::acting::{Acting, Named};
use super::language::ReadIn;
use super::pager::PagerResponse;
use super::watching::watcher;
use crate::auth::caller::AnyCaller;
use crate::body::Body;
use crate::domain::feeds::enrich::OwnFields;
use crate::domain::feeds::query::{self as rules, ACTIVITIES, FEEDS, FOLLOWS, Included};
use crate::domain::feeds::read::{LIMIT_DEFAULT, limit};
use crate::error::Result;
use crate::event::topic::Topic;
use crate::live::hub::Hub;
use crate::model::feeds::activity::EnrichedActivity;
use crate::model::feeds::feed::EnrichedFeed;
use crate::model::feeds::follow::EnrichedFollow;
use crate::query::Resource;
use crate::query::page::Walk;
use crate::reply::Reply;
use crate::store::ReadTx;

/// What is asked for, and which page of it.
#[derive(Deserialize)]
pub struct Asked {
    filter: Option<Map<String, Value>>,
    sort: Option<Vec<Value>>,
    limit: Option<i64>,
    next: Option<String>,
    prev: Option<String>,
}

impl Asked {
    /// The page that is asked for.
    pub(in crate::api) fn walk(&self, resource: &'static Resource) -> Result<Walk> {
        let filter = self.filter.clone().unwrap_or_default();
        let limit = limit(self.limit, LIMIT_DEFAULT)?;
        let walk = resource.walk(&filter, self.sort.as_deref().unwrap_or_default(), limit, self.next.as_deref())?;
        walk.before(self.prev.as_deref())
    }
}

/// The body of a query that says nothing else than for whom it is.
#[derive(Deserialize)]
pub struct QueryRequest {
    #[serde(flatten)]
    pub(super) named: Named,
    #[serde(flatten)]
    pub(super) asked: Asked,
}

/// The body of QueryActivities.
#[derive(Deserialize)]
pub struct QueryActivitiesRequest {
    #[serde(flatten)]
    named: Named,
    #[serde(flatten)]
    asked: Asked,
    include_expired_activities: Option<bool>,
    include_private_activities: Option<bool>,
    include_soft_deleted_activities: Option<bool>,
    enrich_own_fields: Option<bool>,
}

/// The answer of QueryActivities.
#[derive(Serialize)]
pub struct QueryActivitiesResponse {
    activities: Vec<EnrichedActivity>,
    #[serde(flatten)]
    pager: PagerResponse,
}

/// `POST /feeds/activities/query`. What has expired and what is private is a server's to ask for.
pub async fn activities(
    caller: AnyCaller,
    body: Body<QueryActivitiesRequest>,
) -> Result<Reply<QueryActivitiesResponse>> {
    let body = body.0;
    let walk = body.asked.walk(&ACTIVITIES)?;
    let (acting, language) = (Acting::of(&caller, body.named)?, ReadIn::of(caller.params())?);
    let is_server = caller.is_server();
    let included = Included {
        expired: is_server && body.include_expired_activities == Some(true),
        deleted: body.include_soft_deleted_activities == Some(true),
        private: is_server && body.include_private_activities == Some(true),
    };
    let own = OwnFields::asked(body.enrich_own_fields);
    let page = caller.scan(move |tx| rules::activities(tx, acting.actor(), walk, included, own));
    let page = page.await?;
    let pager = PagerResponse { next: page.next, prev: page.prev };
    Ok(Reply(QueryActivitiesResponse { activities: language.put(page.items), pager }))
}

/// The body of QueryFeeds.
#[derive(Deserialize)]
pub struct QueryFeedsRequest {
    #[serde(flatten)]
    named: Named,
    #[serde(flatten)]
    asked: Asked,
    watch: Option<bool>,
    connection_id: Option<String>,
    enrich_own_fields: Option<bool>,
}

/// The answer of QueryFeeds.
#[derive(Serialize)]
pub struct QueryFeedsResponse {
    feeds: Vec<EnrichedFeed>,
    #[serde(flatten)]
    pager: PagerResponse,
}

/// `POST /feeds/feeds/query`.
pub async fn feeds(
    caller: AnyCaller,
    hub: Data<Hub>,
    body: Body<QueryFeedsRequest>,
) -> Result<Reply<QueryFeedsResponse>> {
    let body = body.0;
    let walk = body.asked.walk(&FEEDS)?;
    let watcher = (body.watch == Some(true)).then(|| watcher(&caller, &hub, body.connection_id.as_deref())).flatten();
    let acting = Acting::of(&caller, body.named)?;
    let own = OwnFields::asked(body.enrich_own_fields);
    let read = Arc::new(move |tx: &ReadTx<'_>| rules::feeds(tx, acting.actor(), walk.clone(), own));
    let reading = Arc::clone(&read);
    let mut page = caller.scan(move |tx| reading(tx)).await?;
    if let Some(watcher) = watcher {
        let mut known = BTreeSet::new();
        loop {
            let fids = page.items.iter().map(|feed| feed.feed.fid.clone());
            let new: Vec<_> = fids.filter(|fid| known.insert(fid.clone())).map(Topic::Feed).collect();
            if new.is_empty() {
                break;
            }
            hub.watch(caller.app(), &watcher, new).await?;
            // Once more in the writer's order, as GetOrCreateFeed does: nothing falls between what is answered and what is
            // told. What is new on the page by then is watched in its turn.
            let reading = Arc::clone(&read);
            page = caller.write(move |tx| reading(tx)).await?;
        }
    }
    let pager = PagerResponse { next: page.next, prev: page.prev };
    Ok(Reply(QueryFeedsResponse { feeds: page.items, pager }))
}

/// The body of QueryFollows.
#[derive(Deserialize)]
pub struct QueryFollowsRequest {
    #[serde(flatten)]
    asked: Asked,
}

/// The answer of QueryFollows.
#[derive(Serialize)]
pub struct QueryFollowsResponse {
    follows: Vec<EnrichedFollow>,
    #[serde(flatten)]
    pager: PagerResponse,
}

/// `POST /feeds/follows/query`.
pub async fn follows(caller: AnyCaller, body: Body<QueryFollowsRequest>) -> Result<Reply<QueryFollowsResponse>> {
    let walk = body.0.asked.walk(&FOLLOWS)?;
    let acting = Acting::of(&caller, Named::default())?;
    let page = caller.scan(move |tx| rules::follows(tx, acting.actor(), walk)).await?;
    let pager = PagerResponse { next: page.next, prev: page.prev };
    Ok(Reply(QueryFollowsResponse { follows: page.items, pager }))
}
