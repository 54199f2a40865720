//! Permissions (wire-contract 4.10).

use actix_web::web::Path;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::app::AppState;
use crate::auth::caller::ServerCaller;
use crate::body::Body;
use crate::error::{ApiError, Result};
use crate::permission::catalogue::{
    Level, PERMISSION_DESCRIPTION_MAX_CHARS, PERMISSION_ID_MAX_CHARS, PERMISSION_NAME_MAX_CHARS, Permission,
};
use crate::permission::{self, catalogue};
use crate::reply::Reply;
use crate::store::permissions;
use crate::validate::{max_chars, required, thousands};
use crate::wire::Empty;

/// A permission to be written.
#[derive(Serialize)]
pub struct PermissionResponse {
    id: String,
    name: String,
    description: String,
    action: String,
    level: &'static str,
    custom: bool,
    owner: bool,
    same_team: bool,
    owner_resource: &'static str,
    tags: [&'static str; 0],
    #[serde(skip_serializing_if = "Map::is_empty")]
    condition: Map<String, Value>,
}

impl From<Permission> for PermissionResponse {
    fn from(permission: Permission) -> Self {
        let built_in = catalogue::entry(&permission.id).filter(|_| !permission.custom);
        Self {
            id: permission.id,
            name: permission.name,
            description: permission.description,
            action: permission.action,
            level: built_in.map_or(Level::App, |entry| entry.level).name(),
            custom: permission.custom,
            owner: permission.owner,
            same_team: permission.same_team,
            owner_resource: built_in.map_or("", |entry| entry.owner_resource),
            tags: [],
            condition: permission.condition,
        }
    }
}

/// The answer of ListPermissions.
#[derive(Serialize)]
pub struct PermissionsResponse {
    permissions: Vec<PermissionResponse>,
}

/// `GET /permissions`: the app's own, then those of the catalogue, by id.
pub async fn list(caller: ServerCaller) -> Reply<PermissionsResponse> {
    let state = caller.app().state();
    let all = state.permissions.values().cloned().chain(catalogue::all_built_in());
    Reply(PermissionsResponse { permissions: all.map(PermissionResponse::from).collect() })
}

/// The answer of GetPermission.
#[derive(Serialize)]
pub struct PermissionAnswer {
    permission: PermissionResponse,
}

/// `GET /permissions/{id}`.
pub async fn get(caller: ServerCaller, id: Path<String>) -> Result<Reply<PermissionAnswer>> {
    let state = caller.app().state();
    let found = permission::permission(&state, &id);
    let found = found.ok_or_else(|| ApiError::not_found(format!("custom permission \"{id}\" not found")))?;
    Ok(Reply(PermissionAnswer { permission: found.clone().into() }))
}

/// The body of CreatePermission and UpdatePermission.
#[derive(Deserialize)]
pub struct PermissionRequest {
    id: Option<String>,
    name: Option<String>,
    action: Option<String>,
    description: Option<String>,
    owner: Option<bool>,
    same_team: Option<bool>,
    condition: Option<Map<String, Value>>,
}

impl PermissionRequest {
    fn checked(self, id: String) -> Result<Permission> {
        let text = |name: &str, value: Option<String>, most: usize| {
            let text = required(name, value)?;
            max_chars(name, &text, most).map(|()| text)
        };
        let action = text("action", self.action, PERMISSION_NAME_MAX_CHARS)?;
        if !action.chars().all(|c| c.is_ascii_alphanumeric()) {
            return Err(ApiError::input(format!("resource \"{action}\" is not a valid resource")));
        }
        let description = self.description.unwrap_or_default();
        if description.chars().count() > usize::from(PERMISSION_DESCRIPTION_MAX_CHARS) {
            return Err(ApiError::input(format!(
                "description must be a maximum of {} characters in length",
                thousands(PERMISSION_DESCRIPTION_MAX_CHARS.into())
            )));
        }
        Ok(Permission {
            id: text("id", Some(id), PERMISSION_ID_MAX_CHARS)?,
            name: text("name", self.name, PERMISSION_NAME_MAX_CHARS)?,
            description,
            action,
            custom: true,
            owner: self.owner.unwrap_or_default(),
            same_team: self.same_team.unwrap_or_default(),
            condition: self.condition.ok_or_else(|| ApiError::input("condition is a required field"))?,
        })
    }
}

/// Refuses a name that another permission has.
fn check_name(state: &AppState, new: &Permission) -> Result<()> {
    let mut others = catalogue::all_built_in().chain(state.permissions.values().cloned());
    if others.any(|other| other.name == new.name && other.id != new.id) {
        Err(already_exists(&new.name))
    } else {
        Ok(())
    }
}

fn already_exists(name: &str) -> ApiError {
    ApiError::input(format!("permission \"{name}\" already exists"))
}

/// `POST /permissions`.
pub async fn create(caller: ServerCaller, body: Body<PermissionRequest>) -> Result<Reply<Empty>> {
    let mut request = body.0;
    let id = request.id.take().unwrap_or_default();
    let new = request.checked(id)?;
    caller
        .write(move |tx| {
            if permission::permission(&tx.state(), &new.id).is_some() {
                return Err(already_exists(&new.name));
            }
            check_name(&tx.state(), &new)?;
            permissions::save(tx, &new)
        })
        .await?;
    Ok(Reply(Empty {}))
}

fn own(state: &AppState, id: &str) -> Result<()> {
    let known = state.permissions.contains_key(id);
    if known { Ok(()) } else { Err(ApiError::not_found(format!("custom permission \"{id}\" not found"))) }
}

/// `PUT /permissions/{id}`: replaces an own permission.
pub async fn update(caller: ServerCaller, id: Path<String>, body: Body<PermissionRequest>) -> Result<Reply<Empty>> {
    let new = body.0.checked(id.into_inner())?;
    caller
        .write(move |tx| {
            own(&tx.state(), &new.id)?;
            check_name(&tx.state(), &new)?;
            permissions::save(tx, &new)
        })
        .await?;
    Ok(Reply(Empty {}))
}

/// `DELETE /permissions/{id}`: removes an own permission.
pub async fn delete(caller: ServerCaller, id: Path<String>) -> Result<Reply<Empty>> {
    let id = id.into_inner();
    caller
        .write(move |tx| {
            own(&tx.state(), &id)?;
            permissions::remove(tx, &id)
        })
        .await?;
    Ok(Reply(Empty {}))
}
