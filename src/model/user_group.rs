//! Groups of users.

use crate::clock::Time;
use crate::ids::UserId;

/// A group.
#[derive(Clone, Debug, PartialEq)]
pub struct UserGroup {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// What it is.
    pub description: Option<String>,
    /// The team that it belongs to, for good.
    pub team_id: Option<String>,
    /// Who made it; none, where a server did.
    pub created_by: Option<String>,
    /// When it was made.
    pub created_at: Time,
    /// When it was last changed.
    pub updated_at: Time,
}

/// A user in a group.
#[derive(Clone, Debug, PartialEq)]
pub struct UserGroupMember {
    /// The group's id.
    pub group_id: String,
    /// The user.
    pub user_id: UserId,
    /// Whether the user keeps the group.
    pub is_admin: bool,
    /// Since when the user is in it.
    pub created_at: Time,
}
