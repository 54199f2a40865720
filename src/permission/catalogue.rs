//! The permissions and roles that every app has (wire-contract 4.10).

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::{Map, Value};

use super::subject::Subject;
pub use table::Level;
use table::{Row, TABLE, Variants};

mod table;

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

/// A permission that every app has.
#[derive(Clone, Debug)]
pub struct BuiltIn {
    /// The permission.
    pub permission: Permission,
    /// Where it is granted.
    pub level: Level,
    /// Whose things it is about, where it asks whose they are; else empty.
    pub owner_resource: &'static str,
}

/// By id.
static CATALOGUE: LazyLock<BTreeMap<String, BuiltIn>> =
    LazyLock::new(|| TABLE.iter().flat_map(variants).map(|entry| (entry.permission.id.clone(), entry)).collect());

/// The permissions of an action.
fn variants(row: &Row) -> Vec<BuiltIn> {
    let one = |owner, any_team| vec![built(row, owner, any_team)];
    match row.2 {
        Variants::Any => one(false, false),
        Variants::OwnBetween => one(true, false),
        Variants::AnyAndOwn | Variants::Between => [one(false, false), one(true, false)].concat(),
        Variants::Teams => [one(false, false), one(true, false), one(false, true), one(true, true)].concat(),
    }
}

fn built(&(level, action, variants, resource, allows): &Row, owner: bool, any_team: bool) -> BuiltIn {
    let words = words(action);
    let (verb, rest) = words.split_once(' ').unwrap_or((&words, ""));
    let between = matches!(variants, Variants::Between | Variants::OwnBetween);
    let kebab = |text: &str| text.to_ascii_lowercase().replace(' ', "-");
    let mut id = match (between, owner) {
        (true, true) => kebab(&format!("{verb} own {rest}")),
        (true, false) => kebab(&format!("{verb} any {rest}")),
        (false, true) => format!("{}-owner", kebab(&words)),
        (false, false) => kebab(&words),
    };
    let mut name = if owner { format!("{verb} Own {rest}").trim_end().to_owned() } else { words.clone() };
    let mut description = allows.to_owned();
    if owner {
        description.push_str(", where it is about what is one's own");
    }
    if any_team {
        id.push_str("-any-team");
        name.push_str(" in Any Team");
        description.push_str(", in other teams too");
    }
    let permission = Permission {
        id,
        name,
        description,
        action: action.to_owned(),
        custom: false,
        owner,
        same_team: variants == Variants::Teams && !any_team,
        condition: Map::new(),
    };
    BuiltIn { permission, level, owner_resource: if owner { resource } else { "" } }
}

/// `ReadChannel` in words.
fn words(action: &str) -> String {
    let mut words = String::new();
    for letter in action.chars() {
        if letter.is_ascii_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.push(letter);
    }
    words
}

/// An entry of the catalogue.
pub fn entry(id: &str) -> Option<&'static BuiltIn> {
    CATALOGUE.get(id)
}

/// A permission of the catalogue.
pub fn built_in(id: &str) -> Option<Permission> {
    entry(id).map(|entry| entry.permission.clone())
}

/// All permissions of the catalogue, by id.
pub fn all_built_in() -> impl Iterator<Item = Permission> {
    CATALOGUE.values().map(|entry| entry.permission.clone())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_permission_has_an_id_and_a_name_of_its_own() {
        let permissions: Vec<_> = TABLE.iter().flat_map(variants).map(|entry| entry.permission).collect();
        assert_eq!(permissions.len(), CATALOGUE.len(), "ids");
        let names: std::collections::BTreeSet<_> = permissions.iter().map(|permission| &permission.name).collect();
        assert_eq!(names.len(), permissions.len(), "names");
    }

    #[test]
    fn ids_in_public_use_are_there_with_their_actions() {
        for (id, action, owner) in [
            ("read-channel", "ReadChannel", false),
            ("read-channel-members", "ReadChannelMembers", false),
            ("create-channel", "CreateChannel", false),
            ("update-channel", "UpdateChannel", false),
            ("delete-channel", "DeleteChannel", false),
            ("create-message", "CreateMessage", false),
            ("update-message-owner", "UpdateMessage", true),
            ("delete-message-owner", "DeleteMessage", true),
            ("pin-message-owner", "PinMessage", true),
            ("create-reaction", "CreateReaction", false),
            ("delete-reaction-owner", "DeleteReaction", true),
            ("create-attachment", "CreateAttachment", false),
            ("upload-attachment", "UploadAttachment", false),
            ("delete-attachment-owner", "DeleteAttachment", true),
            ("add-links", "AddLinks", false),
            ("add-links-owner", "AddLinks", true),
            ("run-message-action", "RunMessageAction", false),
            ("flag-message-owner", "FlagMessage", true),
            ("mute-channel-owner", "MuteChannel", true),
            ("remove-own-channel-membership", "RemoveOwnChannelMembership", false),
            ("query-votes", "QueryVotes", false),
            ("read-channel-any-team", "ReadChannel", false),
            ("update-user-owner", "UpdateUser", true),
            ("delete-own-activity", "DeleteActivity", true),
            ("delete-any-activity", "DeleteActivity", false),
            ("join-call", "JoinCall", false),
        ] {
            let found = built_in(id).unwrap_or_else(|| panic!("{id}"));
            assert_eq!((found.action.as_str(), found.owner), (action, owner), "{id}");
        }
    }

    #[test]
    fn every_capability_of_feeds_is_there() {
        let capabilities = "add-activity add-activity-bookmark add-activity-reaction add-comment add-comment-reaction \
            create-feed delete-any-activity delete-any-comment delete-feed delete-own-activity \
            delete-own-activity-bookmark delete-own-activity-reaction delete-own-comment delete-own-comment-reaction \
            follow pin-activity query-feed-members query-follows read-activities read-feed unfollow update-any-activity \
            update-any-comment update-feed update-feed-followers update-feed-members update-own-activity \
            update-own-activity-bookmark update-own-comment";
        let missing: Vec<_> = capabilities.split_whitespace().filter(|id| entry(id).is_none()).collect();
        assert_eq!(missing, [""; 0]);
        assert_eq!(capabilities.split_whitespace().count(), 29);
    }
}
