//! Roles (wire-contract 4.10).

use actix_web::web::Path;
use serde::{Deserialize, Serialize};

use crate::app::AppState;
use crate::auth::caller::{AnyCaller, ServerCaller};
use crate::body::Body;
use crate::clock::Time;
use crate::error::{ApiError, Result};
use crate::permission;
use crate::permission::catalogue::{BUILT_IN_ROLES, CUSTOM_ROLES_MAX, ROLE_NAME_MAX_CHARS};
use crate::reply::Reply;
use crate::store::{roles, users};
use crate::validate::{max_chars, required};
use crate::wire::Empty;

/// A role to be written.
#[derive(Serialize)]
pub struct RoleResponse {
    name: String,
    custom: bool,
    scopes: Vec<String>,
    created_at: Time,
    updated_at: Time,
}

/// All roles of an app by name.
fn all(state: &AppState) -> Vec<RoleResponse> {
    let built_in = BUILT_IN_ROLES.iter().map(|name| (*name, false, state.created_at, state.created_at));
    let own =
        state.roles.iter().map(|(name, (created_at, updated_at))| (name.as_str(), true, *created_at, *updated_at));
    let mut roles: Vec<_> = built_in
        .chain(own)
        .map(|(name, custom, created_at, updated_at)| RoleResponse {
            name: name.to_owned(),
            custom,
            scopes: permission::scopes_of(state, name),
            created_at,
            updated_at,
        })
        .collect();
    roles.sort_by(|left, right| left.name.cmp(&right.name));
    roles
}

/// The answer of ListRoles and SearchRoles.
#[derive(Serialize)]
pub struct RolesResponse {
    roles: Vec<RoleResponse>,
}

/// `GET /roles`.
pub async fn list(caller: ServerCaller) -> Reply<RolesResponse> {
    Reply(RolesResponse { roles: all(&caller.app().state()) })
}

/// `GET /roles/search`: roles whose name begins with the text, by name.
pub async fn search(caller: AnyCaller) -> Result<Reply<RolesResponse>> {
    let params = caller.params();
    let query = params.required("query")?.to_lowercase();
    if query.chars().count() > 255 {
        return Err(ApiError::input("query must be a maximum of 255 characters in length"));
    }
    let limit = params.number("limit", 1, 25, 25)?;
    let after = params.get("name_gt").unwrap_or_default();
    let global = params.flag("include_global_roles")?;
    let kind = params.get("role_type").unwrap_or_default();
    if !["", "user", "channel"].contains(&kind) {
        return Err(ApiError::input("role_type must be one of [user channel]"));
    }
    let is_of = |name: &str| match kind {
        "channel" => name.starts_with("channel_"),
        "user" => !name.starts_with("channel_"),
        _ => true,
    };
    let found = all(&caller.state()).into_iter().filter(|role| {
        role.name.to_lowercase().starts_with(&query)
            && role.name.as_str() > after
            && (global || !role.name.starts_with("global_"))
            && is_of(&role.name)
    });
    Ok(Reply(RolesResponse { roles: found.take(usize::try_from(limit).unwrap_or_default()).collect() }))
}

/// The body of CreateRole.
#[derive(Deserialize)]
pub struct CreateRoleRequest {
    name: Option<String>,
}

/// The answer of CreateRole.
#[derive(Serialize)]
pub struct CreateRoleResponse {
    role: RoleResponse,
}

/// `POST /roles`.
pub async fn create(caller: ServerCaller, body: Body<CreateRoleRequest>) -> Result<Reply<CreateRoleResponse>> {
    let name = required("name", body.0.name)?;
    max_chars("name", &name, ROLE_NAME_MAX_CHARS)?;
    let made = name.clone();
    caller
        .write(move |tx| {
            let state = tx.state();
            if permission::role_exists(&state, &made) {
                return Err(ApiError::input(format!("role \"{made}\" already exists")));
            }
            if state.roles.len() >= CUSTOM_ROLES_MAX {
                return Err(ApiError::input(format!("an app can have at maximum {CUSTOM_ROLES_MAX} custom roles")));
            }
            roles::add(tx, &made)
        })
        .await?;
    let now = caller.scope().now;
    Ok(Reply(CreateRoleResponse {
        role: RoleResponse { name, custom: true, scopes: Vec::new(), created_at: now, updated_at: now },
    }))
}

/// `DELETE /roles/{name}`: only an own role that nobody has and nothing is granted to.
pub async fn delete(caller: ServerCaller, name: Path<String>) -> Result<Reply<Empty>> {
    let name = name.into_inner();
    caller
        .write(move |tx| {
            let state = tx.state();
            if BUILT_IN_ROLES.contains(&name.as_str()) {
                return Err(ApiError::input(format!("role \"{name}\" is a built-in role and cannot be deleted")));
            }
            if !state.roles.contains_key(&name) {
                return Err(ApiError::input(format!("role \"{name}\" does not exist")));
            }
            if let Some(user) = users::with_role(tx, &name)? {
                return Err(ApiError::input(format!(
                    "role \"{name}\" cannot be deleted, at least one user is using this role (ie. \"{user}\")"
                )));
            }
            if permission::is_granted_anything(&state, &name) {
                return Err(ApiError::input(format!("role \"{name}\" cannot be deleted, remove its grants first")));
            }
            crate::store::grants::remove_role(tx, &name)?;
            roles::remove(tx, &name)
        })
        .await?;
    Ok(Reply(Empty {}))
}
