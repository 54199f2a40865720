//! The part of Stream's settings that changes what millpond does, typed.

/// The part of Stream's settings that millpond acts on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of Stream's, by its own name")]
pub struct Rules {
    /// The app is suspended: every call is refused with code 99.
    pub suspended: bool,
    /// Tokens whose signature does not verify are let in when they name a user.
    pub disable_auth_checks: bool,
    /// Every user may do everything that is not for servers alone.
    pub disable_permissions_checks: bool,
    /// No more guests.
    pub guest_user_creation_disabled: bool,
    /// Users see only their own teams.
    pub multi_tenant_enabled: bool,
    /// The legacy permission system, in which a query of a client has to name its teams.
    pub permission_v1: bool,
    /// What becomes of activities and comments is kept.
    pub feed_audit_logs: bool,
    /// What a link looks like comes after the answer to who sent it.
    pub async_url_enrich: bool,
    /// Whether names must differ.
    pub unique_usernames: UniqueUsernames,
    /// Roles that may not query users.
    pub user_search_disallowed_roles: Vec<String>,
}

/// `enforce_unique_usernames`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UniqueUsernames {
    /// Names may repeat.
    #[default]
    No,
    /// No name twice in the app.
    App,
    /// No name twice in a team.
    Team,
}
