//! May they: roles, grants and permissions. Who they are is `auth`.

use std::collections::BTreeMap;

use crate::app::AppState;
use crate::auth::kind::ANONYMOUS_ID;
use crate::error::{ApiError, Result};

pub mod capability;
pub mod catalogue;
pub mod feed_roles;
pub mod feeds;
pub mod grants;
pub mod scope;
mod subject;

use capability::Capabilities;
use catalogue::Permission;
pub use grants::Grants;
pub use scope::{Scope, Visibility};
pub use subject::Subject;

/// What is asked for: an action, perhaps upon something that belongs to somebody, in a scope.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The action, such as `UpdateUser`.
    pub action: &'a str,
    /// Whose thing it is upon.
    pub owner: Option<&'a str>,
    /// The teams of the thing it is upon.
    pub teams: &'a [String],
    /// Where.
    pub scope: Scope<'a>,
}

impl<'a> Request<'a> {
    /// An action upon the app itself.
    pub fn app_level(action: &'a str) -> Self {
        Self { action, owner: None, teams: &[], scope: Scope::App }
    }

    /// The same upon a thing of somebody's.
    #[must_use]
    pub fn owned_by(self, owner: &'a str) -> Self {
        Self { owner: Some(owner), ..self }
    }
}

/// Allows or refuses.
pub fn check(app: &AppState, subject: Subject<'_>, request: Request<'_>) -> Result<()> {
    if app.rules.disable_permissions_checks || granted(app, subject, request) {
        return Ok(());
    }
    // Who changes another user is told so without an id, by three reports; anonymous callers have none to leave out.
    let is_others = request.owner.is_some_and(|owner| owner != subject.id) && subject.id != ANONYMOUS_ID;
    let is_nameless = request.action == "UpdateUser" && is_others;
    Err(refusal(subject, request.action, request.scope, is_nameless))
}

/// The refusal of an action upon the app itself, where no grant is asked for.
pub fn refused(subject: Subject<'_>, action: &str) -> ApiError {
    refusal(subject, action, Scope::App, false)
}

/// What changing a poll is called, which is its creator's to do.
pub const UPDATE_POLL: &str = "UpdatePoll";

/// The text of wire-contract 2.3 row 23.
fn refusal(Subject { id, role, .. }: Subject<'_>, action: &str, scope: Scope<'_>, is_nameless: bool) -> ApiError {
    let who = if is_nameless { String::new() } else { format!(" '{id}'") };
    let scope = if scope == Scope::App { String::new() } else { format!(" in scope '{}'", scope.name()) };
    ApiError::not_allowed(format!("User{who} with role '{role}' is not allowed to perform action {action}{scope}"))
}

fn granted(app: &AppState, subject: Subject<'_>, request: Request<'_>) -> bool {
    grants_of(app, request.scope, subject.role).filter_map(|id| permission(app, id)).any(|permission| {
        permission.action == request.action
            && (!permission.owner || request.owner == Some(subject.id))
            && holds(permission, subject, request.teams)
    })
}

/// Whether a permission that a subject has holds for him, upon something of these teams.
fn holds(permission: &Permission, subject: Subject<'_>, teams: &[String]) -> bool {
    (!permission.same_team || shares_team(subject.teams, teams)) && permission.condition_holds(subject)
}

fn shares_team(ours: &[String], theirs: &[String]) -> bool {
    (ours.is_empty() && theirs.is_empty()) || ours.iter().any(|team| theirs.contains(team))
}

/// The ids of the permissions that a role has in a scope: what the app granted it there, else the defaults.
pub fn grants_of<'a>(app: &'a AppState, scope: Scope<'_>, role: &str) -> impl Iterator<Item = &'a str> + use<'a> {
    let own = app.grants.get(scope, role);
    let (of_app, on_feeds): (&'static [&'static str], _) = match scope {
        _ if own.is_some() => (&[], Capabilities::NONE),
        Scope::App => (catalogue::default_grants(role), Capabilities::NONE),
        Scope::Feeds(visibility) => (&[], feed_roles::default_grants(visibility, role)),
        Scope::Named(_) => (&[], Capabilities::NONE),
    };
    let own = own.into_iter().flat_map(|granted| granted.ids.iter().map(String::as_str));
    own.chain(of_app.iter().copied()).chain(on_feeds.iter().map(|capability| -> &'a str { capability.name() }))
}

/// A permission by id: the app's own, else one of the catalogue.
pub fn permission<'a>(app: &'a AppState, id: &str) -> Option<&'a Permission> {
    app.permissions.get(id).or_else(|| catalogue::entry(id).map(|entry| &entry.permission))
}

/// Whether a role may be given to a user.
pub fn role_exists(app: &AppState, role: &str) -> bool {
    catalogue::BUILT_IN_ROLES.contains(&role) || app.roles.contains_key(role)
}

/// Whether something may be granted to a role in a scope: on feeds, also to those that somebody has there besides his own.
pub fn may_be_granted(app: &AppState, scope: Scope<'_>, role: &str) -> bool {
    role_exists(app, role) || roles_of_scope(scope).contains(&role)
}

fn roles_of_scope(scope: Scope<'_>) -> &'static [&'static str] {
    if matches!(scope, Scope::Feeds(_)) { feed_roles::ALL } else { &[] }
}

/// Where a role has grants, by name: `.app` for app level. Defaults of feeds count with the operations of feeds.
pub fn scopes_of(app: &AppState, role: &str) -> Vec<String> {
    let of_app = grants_of(app, Scope::App, role).next().map(|_| Scope::App);
    let others = scopes_granted(app, role).filter(|scope| *scope != Scope::App);
    of_app.into_iter().chain(others).map(|scope| scope.name().to_owned()).collect()
}

/// Whether the app granted a role anything, wherever.
pub fn is_granted_anything(app: &AppState, role: &str) -> bool {
    scopes_granted(app, role).next().is_some()
}

fn scopes_granted<'a>(app: &'a AppState, role: &'a str) -> impl Iterator<Item = Scope<'a>> {
    app.grants.scopes().filter(move |scope| app.grants.get(*scope, role).is_some_and(|granted| !granted.ids.is_empty()))
}

/// Everything that is granted in a scope: role -> permission ids, with the defaults of whoever was granted nothing else.
pub fn all_grants(app: &AppState, scope: Scope<'_>) -> BTreeMap<String, Vec<String>> {
    let own = app.roles.keys().map(String::as_str).chain(app.grants.of(scope).map(|(role, _)| role));
    let all = catalogue::BUILT_IN_ROLES.iter().chain(roles_of_scope(scope)).copied().chain(own);
    all.map(|role| (role.to_owned(), grants_of(app, scope, role).map(str::to_owned).collect())).collect()
}

#[cfg(test)]
mod tests;
