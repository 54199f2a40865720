//! Membership levels (feeds-interactions 14).

use actix_web::web::Path;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::pager::PagerResponse;
use crate::auth::caller::ServerCaller;
use crate::body::Body;
use crate::domain::feeds::membership::{self as rules, LevelInput, QUERIED};
use crate::domain::feeds::read::{LIMIT_DEFAULT, limit};
use crate::error::Result;
use crate::model::feeds::membership::MembershipLevel;
use crate::reply::Reply;
use crate::wire::Empty;

/// The body of CreateMembershipLevel, and without the id of UpdateMembershipLevel.
#[derive(Deserialize)]
pub struct LevelRequest {
    id: Option<String>,
    name: Option<String>,
    description: Option<String>,
    priority: Option<i64>,
    tags: Option<Vec<String>>,
    custom: Option<Map<String, Value>>,
}

impl LevelRequest {
    fn into_input(self) -> LevelInput {
        let Self { name, description, priority, tags, custom, .. } = self;
        LevelInput { name, description, priority, tags, custom }
    }
}

/// The answer of the operations on one level.
#[derive(Serialize)]
pub struct LevelResponse {
    membership_level: MembershipLevel,
}

/// `POST /feeds/membership_levels`.
pub async fn create(caller: ServerCaller, body: Body<LevelRequest>) -> Result<Reply<LevelResponse>> {
    let id = body.0.id.clone().unwrap_or_default();
    let input = body.0.into_input();
    let membership_level = caller.write(move |tx| rules::create(tx, id, input)).await?;
    Ok(Reply(LevelResponse { membership_level }))
}

/// `PATCH /feeds/membership_levels/{id}`: what is not said stays.
pub async fn update(caller: ServerCaller, id: Path<String>, body: Body<LevelRequest>) -> Result<Reply<LevelResponse>> {
    let input = body.0.into_input();
    let membership_level = caller.write(move |tx| rules::update(tx, &id, input)).await?;
    Ok(Reply(LevelResponse { membership_level }))
}

/// `DELETE /feeds/membership_levels/{id}`.
pub async fn delete(caller: ServerCaller, id: Path<String>) -> Result<Reply<Empty>> {
    caller.write(move |tx| rules::delete(tx, &id)).await?;
    Ok(Reply(Empty {}))
}

/// The body of QueryMembershipLevels.
#[derive(Deserialize)]
pub struct QueryLevelsRequest {
    filter: Option<Map<String, Value>>,
    sort: Option<Vec<Value>>,
    limit: Option<i64>,
    next: Option<String>,
    prev: Option<String>,
}

/// The answer of QueryMembershipLevels.
#[derive(Serialize)]
pub struct LevelsResponse {
    membership_levels: Vec<MembershipLevel>,
    #[serde(flatten)]
    pager: PagerResponse,
}

/// `POST /feeds/membership_levels/query`.
pub async fn query(caller: ServerCaller, body: Body<QueryLevelsRequest>) -> Result<Reply<LevelsResponse>> {
    let body = body.0;
    let limit = limit(body.limit, LIMIT_DEFAULT)?;
    let (filter, sort) = (body.filter.unwrap_or_default(), body.sort.unwrap_or_default());
    let walk = QUERIED.walk(&filter, &sort, limit, body.next.as_deref())?.before(body.prev.as_deref())?;
    let (membership_levels, leads) = caller.read(|tx| rules::query(tx, &walk))?;
    Ok(Reply(LevelsResponse { membership_levels, pager: PagerResponse { next: leads.next, prev: leads.prev } }))
}
