//! What roles may on feeds of each visibility (feeds-core 3.4).

use std::collections::{BTreeMap, BTreeSet};

use actix_web::web::Path;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::api::app::apply_grants;
use crate::api::permissions::PermissionResponse;
use crate::app::AppState;
use crate::auth::caller::ServerCaller;
use crate::body::Body;
use crate::error::{ApiError, Result};
use crate::permission::scope::Visibility;
use crate::permission::{self, Scope};
use crate::reply::Reply;

/// A visibility.
#[derive(Serialize)]
struct Granted {
    name: &'static str,
    grants: BTreeMap<String, Vec<String>>,
    /// What is granted to anyone.
    permissions: Vec<PermissionResponse>,
}

impl Granted {
    fn of(app: &AppState, visibility: Visibility) -> Self {
        let grants = permission::all_grants(app, Scope::Feeds(visibility));
        let ids: BTreeSet<&String> = grants.values().flatten().collect();
        let permissions = ids.into_iter().filter_map(|id| permission::permission(app, id));
        let permissions = permissions.map(|found| PermissionResponse::from(found.clone())).collect();
        Self { name: visibility.name(), grants, permissions }
    }
}

/// The answer of ListFeedVisibilities.
#[derive(Serialize)]
pub struct VisibilitiesResponse {
    feed_visibilities: BTreeMap<&'static str, Granted>,
}

/// The answer of the operations on one visibility.
#[derive(Serialize)]
pub struct VisibilityResponse {
    feed_visibility: Granted,
}

/// The visibility in a path.
fn named(name: &str) -> Result<Visibility> {
    Visibility::parse(name).ok_or_else(|| ApiError::not_found(format!("feed visibility with name {name} not found")))
}

/// `GET /feeds/feed_visibilities`.
pub async fn list(caller: ServerCaller) -> Reply<VisibilitiesResponse> {
    let app = caller.app().state();
    let all = Visibility::ALL.map(|visibility| (visibility.name(), Granted::of(&app, visibility)));
    Reply(VisibilitiesResponse { feed_visibilities: BTreeMap::from(all) })
}

/// `GET /feeds/feed_visibilities/{name}`.
pub async fn get(caller: ServerCaller, name: Path<String>) -> Result<Reply<VisibilityResponse>> {
    Ok(Reply(VisibilityResponse { feed_visibility: Granted::of(&caller.app().state(), named(&name)?) }))
}

/// The body of UpdateFeedVisibility.
#[derive(Deserialize)]
pub struct UpdateVisibilityRequest {
    grants: Option<Value>,
}

/// `PUT /feeds/feed_visibilities/{name}`: replaces the grants of the roles that are named.
pub async fn update(
    caller: ServerCaller,
    name: Path<String>,
    body: Body<UpdateVisibilityRequest>,
) -> Result<Reply<VisibilityResponse>> {
    let visibility = named(&name)?;
    if let Some(grants) = body.0.grants {
        caller.write(move |tx| apply_grants(tx, Scope::Feeds(visibility), &grants)).await?;
    }
    Ok(Reply(VisibilityResponse { feed_visibility: Granted::of(&caller.app().state(), visibility) }))
}
