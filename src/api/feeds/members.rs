//! Members of feeds (feeds-core 9).

use actix_web::web::Path;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::acting::{Acting, Named};
use super::pager::PagerResponse;
use crate::auth::caller::AnyCaller;
use crate::body::Body;
use crate::domain::feeds::feeds::address;
use crate::domain::feeds::members::{self as rules, Changed, MemberInput, Operation};
use crate::domain::feeds::read::{LIMIT_DEFAULT, limit};
use crate::domain::users::user_id;
use crate::error::{ApiError, Result};
use crate::ids::UserId;
use crate::model::feeds::member::{EnrichedMember, MemberStatus};
use crate::permission::capability::Capability;
use crate::reply::Reply;
use crate::store::feeds::members::QUERIED;
use crate::validate::{batch, given, max_chars};

/// Members in one call at the most.
const BATCH_MAX: usize = 100;
/// Characters of a role at the most.
const ROLE_MAX_CHARS: usize = 255;

/// A member in a request.
#[derive(Deserialize)]
pub struct MemberRequest {
    user_id: Option<String>,
    role: Option<String>,
    custom: Option<Map<String, Value>>,
    invite: Option<bool>,
    membership_level: Option<String>,
}

/// Members as they are described. Only a server says in which role somebody is one.
pub fn checked(requests: Vec<MemberRequest>, is_server: bool) -> Result<Vec<MemberInput>> {
    if !requests.is_empty() {
        batch("members", requests.len(), BATCH_MAX)?;
    }
    let checked = |(at, request): (usize, MemberRequest)| {
        let role = request.role.filter(|role| is_server && !role.is_empty());
        if let Some(role) = &role {
            max_chars(&format!("members[{at}].role"), role, ROLE_MAX_CHARS)?;
        }
        Ok(MemberInput {
            user_id: user_id(&format!("members[{at}].user_id"), request.user_id.as_deref().unwrap_or_default())?,
            role,
            custom: request.custom,
            level: given(request.membership_level),
            invite: request.invite == Some(true),
        })
    };
    requests.into_iter().enumerate().map(checked).collect()
}

/// The body of UpdateFeedMembers.
#[derive(Deserialize)]
pub struct UpdateMembersRequest {
    #[serde(flatten)]
    named: Named,
    operation: Option<String>,
    members: Option<Vec<MemberRequest>>,
}

/// The answer of UpdateFeedMembers.
#[derive(Serialize)]
pub struct UpdateMembersResponse {
    added: Vec<EnrichedMember>,
    updated: Vec<EnrichedMember>,
    removed_ids: Vec<UserId>,
}

/// `PATCH /feeds/feed_groups/{group}/feeds/{id}/members`: all or none.
pub async fn update(
    caller: AnyCaller,
    path: Path<(String, String)>,
    body: Body<UpdateMembersRequest>,
) -> Result<Reply<UpdateMembersResponse>> {
    let (fid, body) = (address(&path.0, &path.1)?, body.0);
    let acting = Acting::of(&caller, body.named)?;
    let operation = match body.operation.as_deref() {
        None | Some("") => return Err(ApiError::input("operation is a required field")),
        Some("upsert") => Operation::Upsert,
        Some("remove") => Operation::Remove,
        Some("set") => Operation::Set,
        Some(_) => return Err(ApiError::input("operation must be one of [upsert remove set]")),
    };
    let members = checked(body.members.unwrap_or_default(), caller.is_server())?;
    let changed = caller.write(move |tx| {
        let by = acting.known_user(tx)?;
        rules::update(tx, acting.actor(), by.as_ref(), &fid, operation, members)
    });
    let Changed { added, updated, removed } = changed.await?;
    Ok(Reply(UpdateMembersResponse { added, updated, removed_ids: removed }))
}

/// The answer of the operations on one member.
#[derive(Serialize)]
pub struct MemberResponse {
    member: EnrichedMember,
}

async fn decide(
    caller: AnyCaller,
    path: Path<(String, String)>,
    named: Named,
    status: MemberStatus,
) -> Result<Reply<MemberResponse>> {
    let fid = address(&path.0, &path.1)?;
    let acting = Acting::required(&caller, named)?;
    let member = caller.write(move |tx| {
        let by = acting.user(tx, Capability::UpdateFeedMembers.action())?;
        rules::decide(tx, &by, &fid, status)
    });
    Ok(Reply(MemberResponse { member: member.await? }))
}

/// `POST /feeds/feed_groups/{group}/feeds/{id}/members/accept`.
pub async fn accept(
    caller: AnyCaller,
    path: Path<(String, String)>,
    body: Body<Named>,
) -> Result<Reply<MemberResponse>> {
    decide(caller, path, body.0, MemberStatus::Member).await
}

/// `POST /feeds/feed_groups/{group}/feeds/{id}/members/reject`.
pub async fn reject(
    caller: AnyCaller,
    path: Path<(String, String)>,
    body: Body<Named>,
) -> Result<Reply<MemberResponse>> {
    decide(caller, path, body.0, MemberStatus::Rejected).await
}

/// The body of QueryFeedMembers.
#[derive(Deserialize)]
pub struct QueryMembersRequest {
    #[serde(flatten)]
    named: Named,
    filter: Option<Map<String, Value>>,
    sort: Option<Vec<Value>>,
    limit: Option<i64>,
    next: Option<String>,
    prev: Option<String>,
}

/// The answer of QueryFeedMembers.
#[derive(Serialize)]
pub struct QueryMembersResponse {
    members: Vec<EnrichedMember>,
    #[serde(flatten)]
    pager: PagerResponse,
}

/// `POST /feeds/feed_groups/{group}/feeds/{id}/members/query`.
pub async fn query(
    caller: AnyCaller,
    path: Path<(String, String)>,
    body: Body<QueryMembersRequest>,
) -> Result<Reply<QueryMembersResponse>> {
    let (fid, body) = (address(&path.0, &path.1)?, body.0);
    let acting = Acting::of(&caller, body.named)?;
    let (filter, sort) = (body.filter.unwrap_or_default(), body.sort.unwrap_or_default());
    let limit = limit(body.limit, LIMIT_DEFAULT)?;
    let walk = QUERIED.walk(&filter, &sort, limit, body.next.as_deref())?.before(body.prev.as_deref())?;
    let page = caller.scan(move |tx| rules::query(tx, acting.actor(), &fid, &walk));
    let page = page.await?;
    Ok(Reply(QueryMembersResponse { members: page.items, pager: PagerResponse { next: page.next, prev: page.prev } }))
}
