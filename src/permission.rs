//! May they: roles, grants and permissions. Who they are is `auth`.

use crate::app::{App, AppState};
use crate::auth::kind::ANONYMOUS_ID;
use crate::error::{ApiError, Result};

pub mod catalogue;
mod subject;

use catalogue::Permission;
pub use subject::Subject;

/// What is asked for: an action, perhaps upon something that belongs to somebody, perhaps in a scope.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The action, such as `UpdateUser`.
    pub action: &'a str,
    /// Whose thing it is upon.
    pub owner: Option<&'a str>,
    /// The teams of the thing it is upon.
    pub teams: &'a [String],
    /// The scope, such as `feeds:visible`; `None` for the app itself.
    pub scope: Option<&'a str>,
}

impl<'a> Request<'a> {
    /// An action upon the app itself.
    pub fn app_level(action: &'a str) -> Self {
        Self { action, owner: None, teams: &[], scope: None }
    }

    /// The same upon a thing of somebody's.
    #[must_use]
    pub fn owned_by(self, owner: &'a str) -> Self {
        Self { owner: Some(owner), ..self }
    }
}

/// Allows or refuses with the text of wire-contract 2.3 row 23.
pub fn check(app: &AppState, subject: Subject<'_>, request: Request<'_>) -> Result<()> {
    if app.rules.disable_permissions_checks || granted(app, subject, request) {
        return Ok(());
    }
    let Subject { id, role, .. } = subject;
    // Who changes another user is told so without an id, by three reports; anonymous callers have none to leave out.
    let is_others = request.owner.is_some_and(|owner| owner != id) && id != ANONYMOUS_ID;
    let who = if request.action == "UpdateUser" && is_others { String::new() } else { format!(" '{id}'") };
    let scope = request.scope.map(|scope| format!(" in scope '{scope}'")).unwrap_or_default();
    let action = request.action;
    Err(ApiError::not_allowed(format!("User{who} with role '{role}' is not allowed to perform action {action}{scope}")))
}

fn granted(app: &AppState, subject: Subject<'_>, request: Request<'_>) -> bool {
    grants_of(app, subject.role).iter().filter_map(|id| permission(app, id)).any(|permission| {
        permission.action == request.action
            && (!permission.owner || request.owner == Some(subject.id))
            && (!permission.same_team || shares_team(subject.teams, request.teams))
            && permission.condition_holds(subject)
    })
}

fn shares_team(ours: &[String], theirs: &[String]) -> bool {
    (ours.is_empty() && theirs.is_empty()) || ours.iter().any(|team| theirs.contains(team))
}

/// The ids of the permissions that a role has: its own grants, else the defaults (wire-contract 4.10).
pub fn grants_of(app: &AppState, role: &str) -> Vec<String> {
    match app.grants.get(role) {
        Some(own) => own.clone(),
        None => catalogue::default_grants(role).iter().map(|id| (*id).to_owned()).collect(),
    }
}

/// A permission by id: the app's own, else one of the catalogue.
pub fn permission(app: &AppState, id: &str) -> Option<Permission> {
    app.permissions.get(id).cloned().or_else(|| catalogue::built_in(id))
}

/// Whether a role may be given to a user.
pub fn role_exists(app: &AppState, role: &str) -> bool {
    catalogue::BUILT_IN_ROLES.contains(&role) || app.roles.contains_key(role)
}

/// Where a role has grants: `.app` for app level.
pub fn scopes_of(app: &AppState, role: &str) -> Vec<&'static str> {
    if grants_of(app, role).is_empty() { Vec::new() } else { vec![".app"] }
}

/// Everything that is granted in an app: role -> permission ids, for `GET /app`.
pub fn all_grants(app: &App) -> std::collections::BTreeMap<String, Vec<String>> {
    let state = app.state();
    let own = state.roles.keys().chain(state.grants.keys()).map(String::as_str);
    catalogue::BUILT_IN_ROLES
        .iter()
        .copied()
        .chain(own)
        .map(|role| (role.to_owned(), grants_of(&state, role)))
        .collect()
}

#[cfg(test)]
mod tests;
