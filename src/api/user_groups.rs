//! Groups of users (feeds-interactions 13). Signed-in users read them, and roles that were granted so change them; that the actions
//! have these names, and that no role has them from the start, is not known of production.

use actix_web::web::Path;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::acting::may;
use crate::auth::caller::AnyCaller;
use crate::body::Body;
use crate::clock::Time;
use crate::domain::user_groups::{self as rules, NewGroup, Whole};
use crate::error::Result;
use crate::model::user_group::UserGroup;
use crate::query::moment;
use crate::reply::Reply;
use crate::validate::given;
use crate::wire::Empty;
use crate::wire::user_groups::UserGroupResponse;

/// Groups on a page at the most.
const LIST_MAX: i64 = 100;
/// Groups on a page unless another number is asked for. Production's is not known.
const LIST_DEFAULT: i64 = 30;
/// Groups that a search finds at the most, and unless another number is asked for.
const SEARCH_MAX: i64 = 25;

/// The answer of the operations on one group.
#[derive(Serialize)]
pub struct GroupResponse {
    user_group: UserGroupResponse,
}

/// The answer of the operations that list groups, without their members.
#[derive(Serialize)]
pub struct GroupsResponse {
    user_groups: Vec<UserGroupResponse>,
}

fn one(caller: &AnyCaller, Whole { group, members }: Whole) -> Reply<GroupResponse> {
    Reply(GroupResponse { user_group: UserGroupResponse::whole(caller.app().id, group, members) })
}

fn many(groups: Vec<UserGroup>) -> Reply<GroupsResponse> {
    Reply(GroupsResponse { user_groups: groups.into_iter().map(UserGroupResponse::brief).collect() })
}

fn team_in_query(caller: &AnyCaller) -> Option<String> {
    caller.params().given("team_id").map(str::to_owned)
}

/// `GET /usergroups`.
pub async fn list(caller: AnyCaller) -> Result<Reply<GroupsResponse>> {
    caller.signed_in()?;
    let limit = caller.params().number("limit", 1, LIST_MAX, LIST_DEFAULT)?;
    let at = caller
        .params()
        .given("created_at_gt")
        .map(|text| text.parse::<i64>().map_or_else(|_| Value::from(text), Value::from));
    let at = at.map(|value| moment("created_at_gt", &value)).transpose()?;
    let at = at.and_then(|value| value.as_i64()).map(Time);
    let (id, team) = (caller.params().given("id_gt"), caller.params().given("team_id"));
    Ok(many(caller.read(|tx| rules::list(tx, id, at, team, limit))?))
}

/// `GET /usergroups/search`: groups whose names begin with the text.
pub async fn search(caller: AnyCaller) -> Result<Reply<GroupsResponse>> {
    caller.signed_in()?;
    let begin = caller.params().required("query")?;
    let limit = caller.params().number("limit", 1, SEARCH_MAX, SEARCH_MAX)?;
    let behind = (caller.params().given("name_gt").unwrap_or_default(), caller.params().given("id_gt"));
    let team = caller.params().given("team_id");
    Ok(many(caller.read(|tx| rules::search(tx, begin, behind, team, limit))?))
}

/// The body of CreateUserGroup.
#[derive(Deserialize)]
pub struct CreateGroupRequest {
    id: Option<String>,
    name: Option<String>,
    description: Option<String>,
    team_id: Option<String>,
    member_ids: Option<Vec<String>>,
}

/// `POST /usergroups`.
pub async fn create(caller: AnyCaller, body: Body<CreateGroupRequest>) -> Result<Reply<GroupResponse>> {
    let CreateGroupRequest { id, name, description, team_id, member_ids } = body.0;
    let new = NewGroup {
        id: given(id),
        name: name.unwrap_or_default(),
        description: given(description),
        team_id: given(team_id),
        members: member_ids.unwrap_or_default(),
        created_by: caller.user_id().map(ToString::to_string),
    };
    let by = caller.owned_subject();
    let made = caller.write(move |tx| {
        may(tx, by, "CreateUserGroup")?;
        rules::create(tx, new)
    });
    Ok(one(&caller, made.await?))
}

/// `GET /usergroups/{id}`.
pub async fn get(caller: AnyCaller, id: Path<String>) -> Result<Reply<GroupResponse>> {
    caller.signed_in()?;
    let team = caller.params().given("team_id");
    let found = caller.read(|tx| rules::show(tx, &id, team))?;
    Ok(one(&caller, found))
}

/// The body of UpdateUserGroup.
#[derive(Deserialize)]
pub struct UpdateGroupRequest {
    name: Option<String>,
    description: Option<String>,
    team_id: Option<String>,
}

/// `PUT /usergroups/{id}`: what is not said stays.
pub async fn update(
    caller: AnyCaller,
    id: Path<String>,
    body: Body<UpdateGroupRequest>,
) -> Result<Reply<GroupResponse>> {
    let UpdateGroupRequest { name, description, team_id } = body.0;
    let (by, team) = (caller.owned_subject(), given(team_id));
    let changed = caller.write(move |tx| {
        may(tx, by, "UpdateUserGroup")?;
        rules::update(tx, &id, team.as_deref(), name, description)
    });
    Ok(one(&caller, changed.await?))
}

/// `DELETE /usergroups/{id}`.
pub async fn delete(caller: AnyCaller, id: Path<String>) -> Result<Reply<Empty>> {
    let (by, team) = (caller.owned_subject(), team_in_query(&caller));
    let gone = caller.write(move |tx| {
        may(tx, by, "DeleteUserGroup")?;
        rules::delete(tx, &id, team.as_deref())
    });
    gone.await?;
    Ok(Reply(Empty {}))
}

/// The body of AddUserGroupMembers, and without `as_admin` of RemoveUserGroupMembers.
#[derive(Deserialize)]
pub struct MembersRequest {
    member_ids: Option<Vec<String>>,
    as_admin: Option<bool>,
    team_id: Option<String>,
}

/// `POST /usergroups/{id}/members`.
pub async fn add_members(
    caller: AnyCaller,
    id: Path<String>,
    body: Body<MembersRequest>,
) -> Result<Reply<GroupResponse>> {
    let MembersRequest { member_ids, as_admin, team_id } = body.0;
    let (by, team, members) = (caller.owned_subject(), given(team_id), member_ids.unwrap_or_default());
    let changed = caller.write(move |tx| {
        may(tx, by, "UpdateUserGroup")?;
        rules::add_members(tx, &id, team.as_deref(), &members, as_admin)
    });
    Ok(one(&caller, changed.await?))
}

/// `POST /usergroups/{id}/members/delete`.
pub async fn remove_members(
    caller: AnyCaller,
    id: Path<String>,
    body: Body<MembersRequest>,
) -> Result<Reply<GroupResponse>> {
    let MembersRequest { member_ids, team_id, .. } = body.0;
    let (by, team, members) = (caller.owned_subject(), given(team_id), member_ids.unwrap_or_default());
    let changed = caller.write(move |tx| {
        may(tx, by, "UpdateUserGroup")?;
        rules::remove_members(tx, &id, team.as_deref(), &members)
    });
    Ok(one(&caller, changed.await?))
}
