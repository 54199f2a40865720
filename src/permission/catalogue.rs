//! The permissions and roles that every app has (wire-contract 4.10).

use serde_json::{Map, Value};

use super::Subject;

/// A permission: who holds it may perform its action.
#[derive(Clone, Debug, PartialEq)]
pub struct Permission {
    /// Its id, which grants name.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// What it allows.
    pub description: String,
    /// The action.
    pub action: String,
    /// Whether an app made it.
    pub custom: bool,
    /// Only upon what belongs to the caller.
    pub owner: bool,
    /// Only upon what shares a team with the caller.
    pub same_team: bool,
    /// Only for callers of whom this holds; empty for all.
    pub condition: Map<String, Value>,
}

impl Permission {
    /// Whether the condition holds of a caller.
    ///
    /// `$subject.id`, `$subject.role` and `$subject.teams` are compared, with a bare value or `$eq`, `$ne`, `$in`;
    /// anything else does not hold, so that a condition that is not understood grants nothing.
    pub fn condition_holds(&self, subject: Subject<'_>) -> bool {
        self.condition.iter().all(|(key, wanted)| {
            let seen = match key.as_str() {
                "$subject.id" => vec![subject.id],
                "$subject.role" => vec![subject.role],
                "$subject.teams" => subject.teams.iter().map(String::as_str).collect(),
                _ => return false,
            };
            matches(&seen, wanted)
        })
    }
}

fn matches(seen: &[&str], wanted: &Value) -> bool {
    match wanted {
        Value::String(text) => seen.contains(&text.as_str()),
        Value::Object(operators) => operators.iter().all(|(operator, value)| match operator.as_str() {
            "$eq" => matches(seen, value),
            "$ne" => value.is_string() && !matches(seen, value),
            "$in" => value.as_array().is_some_and(|values| values.iter().any(|value| matches(seen, value))),
            _ => false,
        }),
        _ => false,
    }
}

/// Roles that an app can make, at the most.
pub const CUSTOM_ROLES_MAX: usize = 25;
/// A role's name, in characters at the most.
pub const ROLE_NAME_MAX_CHARS: usize = 64;
/// A permission's id, in characters at the most.
pub const PERMISSION_ID_MAX_CHARS: usize = 255;
/// A permission's name or action, in characters at the most.
pub const PERMISSION_NAME_MAX_CHARS: usize = 100;
/// A permission's description, in characters at the most.
pub const PERMISSION_DESCRIPTION_MAX_CHARS: u16 = 2048;

/// The roles that every app has.
pub const BUILT_IN_ROLES: &[&str] = &[
    "admin",
    "anonymous",
    "call_member",
    "channel_member",
    "channel_moderator",
    "global_admin",
    "global_moderator",
    "guest",
    "host",
    "moderator",
    "speaker",
    "user",
];

/// (id, name, action, owner, what it allows). Actions are those of row 23's text.
const BUILT_IN: &[(&str, &str, &str, bool, &str)] = &[
    ("ban-user", "Ban User", "BanUser", false, "Ban and unban users"),
    ("create-call", "Create Call", "CreateCall", false, "Create calls"),
    ("flag-user", "Flag User", "FlagUser", false, "Flag users for moderators"),
    ("mute-user", "Mute User", "MuteUser", false, "Mute other users"),
    ("read-flag-reports", "Read Flag Reports", "ReadFlagReports", false, "Read reports of flags"),
    ("search-user", "Search User", "SearchUser", false, "Query users"),
    ("send-custom-event", "Send Custom Event", "SendCustomEvent", false, "Send custom events"),
    ("update-flag-report", "Update Flag Report", "UpdateFlagReport", false, "Review reports of flags"),
    ("update-user", "Update User", "UpdateUser", false, "Update any user"),
    ("update-user-owner", "Update Own User", "UpdateUser", true, "Update the own user"),
    ("update-user-role", "Update User Role", "UpdateUserRole", false, "Change roles of users"),
    ("update-user-teams", "Update User Teams", "UpdateUserTeams", false, "Change teams of users"),
];

/// A permission of the catalogue.
pub fn built_in(id: &str) -> Option<Permission> {
    BUILT_IN.iter().find(|entry| entry.0 == id).map(|(id, name, action, owner, description)| Permission {
        id: (*id).to_owned(),
        name: (*name).to_owned(),
        description: (*description).to_owned(),
        action: (*action).to_owned(),
        custom: false,
        owner: *owner,
        same_team: false,
        condition: Map::new(),
    })
}

/// All permissions of the catalogue, by id.
pub fn all_built_in() -> impl Iterator<Item = Permission> {
    BUILT_IN.iter().filter_map(|entry| built_in(entry.0))
}

/// What a role is granted until its app says otherwise.
///
/// `search-user` goes to anonymous too: the feeds SDK's own tests query users anonymously (wire-contract 4.10).
pub fn default_grants(role: &str) -> &'static [&'static str] {
    match role {
        "admin" | "moderator" | "global_admin" | "global_moderator" => &[
            "ban-user",
            "flag-user",
            "mute-user",
            "read-flag-reports",
            "search-user",
            "update-flag-report",
            "update-user-owner",
        ],
        "user" | "guest" => &["flag-user", "mute-user", "search-user", "update-user-owner"],
        "anonymous" => &["search-user"],
        _ => &[],
    }
}
