//! Pins (feeds-core 7).

use actix_web::web::Path;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value};

use super::acting::{Acting, Named};
use super::language::ReadIn;
use super::pager::PagerResponse;
use crate::auth::caller::AnyCaller;
use crate::body::Body;
use crate::domain::feeds::enrich::OwnFields;
use crate::domain::feeds::feeds::address;
use crate::domain::feeds::pinned::{self, QUERIED};
use crate::domain::feeds::pins as rules;
use crate::domain::feeds::read::{LIMIT_DEFAULT, limit};
use crate::error::Result;
use crate::ids::{FeedId, UserId};
use crate::model::feeds::activity::EnrichedActivity;
use crate::model::feeds::pin::EnrichedPin;
use crate::permission::capability::Capability;
use crate::reply::Reply;
use crate::wire::feeds::pin::Pinned;

/// The body of PinActivity.
#[derive(Deserialize)]
pub struct PinRequest {
    #[serde(flatten)]
    named: Named,
    enrich_own_fields: Option<bool>,
}

/// The answer of PinActivity.
pub struct PinResponse(EnrichedPin);

impl Serialize for PinResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Pinned::new(&self.0).serialize(serializer)
    }
}

/// The answer of UnpinActivity, which has no moment.
#[derive(Serialize)]
pub struct UnpinResponse {
    activity: EnrichedActivity,
    feed: FeedId,
    user_id: UserId,
}

/// `POST /feeds/feed_groups/{group}/feeds/{id}/activities/{activity_id}/pin`.
pub async fn pin(
    caller: AnyCaller,
    path: Path<(String, String, String)>,
    body: Body<PinRequest>,
) -> Result<Reply<PinResponse>> {
    let (group, id, activity) = path.into_inner();
    let fid = address(&group, &id)?;
    let acting = Acting::required(&caller, body.0.named)?;
    let own = OwnFields::asked(body.0.enrich_own_fields);
    let pinned = caller.write(move |tx| {
        let by = acting.user(tx, Capability::PinActivity.action())?;
        rules::pin(tx, acting.actor(), &by, &fid, &activity, own)
    });
    Ok(Reply(PinResponse(pinned.await?)))
}

/// `DELETE /feeds/feed_groups/{group}/feeds/{id}/activities/{activity_id}/pin`.
pub async fn unpin(caller: AnyCaller, path: Path<(String, String, String)>) -> Result<Reply<UnpinResponse>> {
    let (group, id, activity) = path.into_inner();
    let fid = address(&group, &id)?;
    let acting = Acting::required(&caller, Named::in_query(&caller))?;
    let own = OwnFields::asked(Some(caller.params().flag("enrich_own_fields")?));
    let unpinned = caller.write(move |tx| {
        let by = acting.user(tx, Capability::PinActivity.action())?;
        rules::unpin(tx, acting.actor(), &by, &fid, &activity, own)
    });
    let EnrichedPin { pin, fid, activity, .. } = unpinned.await?;
    Ok(Reply(UnpinResponse { activity, feed: fid, user_id: pin.user_id }))
}

/// The body of QueryPinnedActivities.
#[derive(Deserialize)]
pub struct QueryPinnedRequest {
    #[serde(flatten)]
    named: Named,
    filter: Option<Map<String, Value>>,
    sort: Option<Vec<Value>>,
    limit: Option<i64>,
    next: Option<String>,
    prev: Option<String>,
    enrich_own_fields: Option<bool>,
}

/// The answer of QueryPinnedActivities.
#[derive(Serialize)]
pub struct QueryPinnedResponse {
    pinned_activities: Vec<EnrichedPin>,
    #[serde(flatten)]
    pager: PagerResponse,
}

/// `POST /feeds/feed_groups/{group}/feeds/{id}/pinned_activities/query`.
pub async fn query(
    caller: AnyCaller,
    path: Path<(String, String)>,
    body: Body<QueryPinnedRequest>,
) -> Result<Reply<QueryPinnedResponse>> {
    let (fid, body) = (address(&path.0, &path.1)?, body.0);
    let acting = Acting::of(&caller, body.named)?;
    let (filter, sort) = (body.filter.unwrap_or_default(), body.sort.unwrap_or_default());
    let limit = limit(body.limit, LIMIT_DEFAULT)?;
    let walk = QUERIED.walk(&filter, &sort, limit, body.next.as_deref())?.before(body.prev.as_deref())?;
    let (own, language) = (OwnFields::asked(body.enrich_own_fields), ReadIn::of(caller.params())?);
    let page = caller.scan(move |tx| pinned::query(tx, acting.actor(), &fid, &walk, own));
    let page = page.await?;
    let pager = PagerResponse { next: page.next, prev: page.prev };
    Ok(Reply(QueryPinnedResponse { pinned_activities: language.put(page.items), pager }))
}
