//! Groups of users.

use serde::Serialize;

use crate::clock::Time;
use crate::ids::AppId;
use crate::model::user_group::{UserGroup, UserGroupMember};

/// A group to be written.
#[derive(Serialize)]
pub struct UserGroupResponse {
    id: String,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    team_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_by: Option<String>,
    created_at: Time,
    updated_at: Time,
    #[serde(skip_serializing_if = "Option::is_none")]
    members: Option<Vec<MemberResponse>>,
}

/// A member to be written.
#[derive(Serialize)]
struct MemberResponse {
    group_id: String,
    user_id: String,
    is_admin: bool,
    app_pk: i64,
    created_at: Time,
}

impl UserGroupResponse {
    /// A group without its members.
    pub fn brief(group: UserGroup) -> Self {
        let UserGroup { id, name, description, team_id, created_by, created_at, updated_at } = group;
        Self { id, name, description, team_id, created_by, created_at, updated_at, members: None }
    }

    /// A group of an app with its members.
    pub fn whole(app: AppId, group: UserGroup, members: Vec<UserGroupMember>) -> Self {
        let member = |UserGroupMember { group_id, user_id, is_admin, created_at }: UserGroupMember| MemberResponse {
            group_id,
            user_id: user_id.to_string(),
            is_admin,
            app_pk: app.0,
            created_at,
        };
        Self { members: Some(members.into_iter().map(member).collect()), ..Self::brief(group) }
    }
}
