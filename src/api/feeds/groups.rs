//! Feed groups (feeds-core 3.2).

use std::collections::BTreeMap;

use actix_web::web::Path;
use serde::{Deserialize, Serialize};

use crate::auth::caller::ServerCaller;
use crate::body::Body;
use crate::domain::feeds::{group_changes as rules, groups};
use crate::error::Result;
use crate::model::feeds::group::{Group, GroupConfig};
use crate::reply::Reply;
use crate::wire::Empty;

/// Of a query: whether deleted groups are shown too.
const WITH_DELETED: &str = "include_soft_deleted";

/// The body of CreateFeedGroup.
#[derive(Deserialize)]
pub struct CreateGroupRequest {
    id: Option<String>,
    #[serde(flatten)]
    config: GroupConfig,
}

/// The answer of ListFeedGroups.
#[derive(Serialize)]
pub struct GroupsResponse {
    groups: BTreeMap<String, Group>,
}

/// The answer of the operations on one group.
#[derive(Serialize)]
pub struct GroupResponse {
    feed_group: Group,
}

/// The answer of GetOrCreateFeedGroup.
#[derive(Serialize)]
pub struct GetOrCreateGroupResponse {
    feed_group: Group,
    was_created: bool,
}

/// `GET /feeds/feed_groups`.
pub async fn list(caller: ServerCaller) -> Result<Reply<GroupsResponse>> {
    let with_deleted = caller.params().flag(WITH_DELETED)?;
    let all = caller.read(|tx| groups::all(tx, with_deleted))?;
    Ok(Reply(GroupsResponse { groups: all }))
}

/// `POST /feeds/feed_groups`: one that is there is set anew.
pub async fn create(caller: ServerCaller, body: Body<CreateGroupRequest>) -> Result<Reply<GroupResponse>> {
    let CreateGroupRequest { id, config } = body.0;
    let id = id.unwrap_or_default();
    let feed_group = caller.write(move |tx| rules::put(tx, &id, config)).await?;
    Ok(Reply(GroupResponse { feed_group }))
}

/// `GET /feeds/feed_groups/{id}`.
pub async fn get(caller: ServerCaller, id: Path<String>) -> Result<Reply<GroupResponse>> {
    let with_deleted = caller.params().flag(WITH_DELETED)?;
    let feed_group = caller.read(|tx| groups::get(tx, &id, with_deleted))?;
    Ok(Reply(GroupResponse { feed_group }))
}

/// `POST /feeds/feed_groups/{id}`: one that is there stays as it is.
pub async fn get_or_create(
    caller: ServerCaller,
    id: Path<String>,
    body: Body<GroupConfig>,
) -> Result<Reply<GetOrCreateGroupResponse>> {
    let made = caller.write(move |tx| rules::get_or_create(tx, &id, body.0));
    let (feed_group, was_created) = made.await?;
    Ok(Reply(GetOrCreateGroupResponse { feed_group, was_created }))
}

/// `PUT /feeds/feed_groups/{id}`: what is not said is no longer set.
pub async fn update(caller: ServerCaller, id: Path<String>, body: Body<GroupConfig>) -> Result<Reply<GroupResponse>> {
    let feed_group = caller.write(move |tx| {
        groups::present(tx, &id)?;
        rules::put(tx, &id, body.0)
    });
    Ok(Reply(GroupResponse { feed_group: feed_group.await? }))
}

/// `DELETE /feeds/feed_groups/{id}`.
pub async fn delete(caller: ServerCaller, id: Path<String>) -> Result<Reply<Empty>> {
    let is_hard = caller.params().flag("hard_delete")?;
    caller.write(move |tx| rules::delete(tx, &id, is_hard)).await?;
    Ok(Reply(Empty {}))
}

/// `POST /feeds/feed_groups/{id}/restore`.
pub async fn restore(
    caller: ServerCaller,
    id: Path<String>,
    _body: Body<serde_json::Map<String, serde_json::Value>>,
) -> Result<Reply<GroupResponse>> {
    let feed_group = caller.write(move |tx| rules::restore(tx, &id)).await?;
    Ok(Reply(GroupResponse { feed_group }))
}
