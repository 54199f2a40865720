//! Named states of an app: take, list, restore, forget.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Control;
use super::answers::{Deleted, OfApp, Snapshots};
use super::body::ControlBody;
use super::code::ControlCode;
use super::error::{ControlError, Result};
use super::reset::Closing;
use super::shown::app_shown;
use crate::store::copies::snapshots::Snapshot;

/// Longest name of a snapshot, in characters.
const NAME_MAX_CHARS: usize = 100;
/// Snapshots that an app may have.
const SNAPSHOTS_MAX: usize = 1_000;

/// A snapshot as the control API shows it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Snapshot")]
pub struct SnapshotShown {
    /// Its name.
    name: String,
    /// When it was taken, by the app's clock.
    created_at: String,
    /// Users in it.
    users: i64,
}

fn snapshot_shown(snapshot: Snapshot) -> SnapshotShown {
    SnapshotShown { name: snapshot.name, created_at: snapshot.created_at.rfc3339(), users: snapshot.users }
}

/// `GET /snapshots`: those of all apps.
pub async fn list_all(control: Data<Control>) -> Result<HttpResponse> {
    let mut all = Vec::new();
    for app in control.store.apps().all() {
        for snapshot in control.store.snapshots(&app.api_key).await? {
            all.push(OfApp { item: snapshot_shown(snapshot), api_key: Arc::clone(&app.api_key) });
        }
    }
    Ok(HttpResponse::Ok().json(all.into_iter().collect::<Snapshots<_>>()))
}

/// `GET /apps/{api_key}/snapshots`.
pub async fn list(control: Data<Control>, key: Path<String>) -> Result<HttpResponse> {
    control.app(&key)?;
    let snapshots = control.store.snapshots(&key).await?;
    Ok(HttpResponse::Ok().json(snapshots.into_iter().map(snapshot_shown).collect::<Snapshots<_>>()))
}

/// The body of `POST snapshots`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "TakeSnapshot")]
pub struct Take {
    /// How it is called.
    #[schemars(required, length(min = 1, max = NAME_MAX_CHARS), extend("pattern" = "^[A-Za-z0-9_.-]*$"))]
    name: Option<String>,
}

/// `POST /apps/{api_key}/snapshots`: keeps the present state; one of that name is replaced.
pub async fn take(control: Data<Control>, key: Path<String>, body: ControlBody<Take>) -> Result<HttpResponse> {
    control.app(&key)?;
    let name = body
        .0
        .name
        .ok_or_else(|| ControlError::invalid("/name", "name is missing").with_hint(r#"{"name": "before-checkout"}"#))?;
    let fits = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    if name.is_empty() || name.chars().count() > NAME_MAX_CHARS || !name.chars().all(fits) || is_dots(&name) {
        return Err(ControlError::invalid(
            "/name",
            format!("a snapshot's name has 1 to {NAME_MAX_CHARS} letters, digits and the signs _ - ."),
        ));
    }
    let kept = control.store.snapshot_names(&key)?;
    if kept.len() >= SNAPSHOTS_MAX && !kept.contains(&name) {
        let message = format!("an app has at most {SNAPSHOTS_MAX} snapshots");
        return Err(ControlError::new(ControlCode::TooManySnapshots, message).with_hint("delete one"));
    }
    let snapshot = control.store.take_snapshot(&key, &name).await?;
    Ok(HttpResponse::Created().json(snapshot_shown(snapshot)))
}

/// Whether a name means another path where it stands in an address.
fn is_dots(name: &str) -> bool {
    [".", ".."].contains(&name)
}

/// `POST /apps/{api_key}/snapshots/{name}/restore`.
pub async fn restore(
    control: Data<Control>,
    path: Path<(String, String)>,
    body: ControlBody<Closing>,
) -> Result<HttpResponse> {
    let (key, name) = path.into_inner();
    control.app(&key)?;
    let restored = control.store.restore(&key, &name, body.0.code()?).await?;
    restored.map(|app| HttpResponse::Ok().json(app_shown(&app, false))).ok_or_else(|| unknown(&name))
}

/// `DELETE /apps/{api_key}/snapshots/{name}`.
pub async fn forget(control: Data<Control>, path: Path<(String, String)>) -> Result<HttpResponse> {
    let (key, name) = path.into_inner();
    control.app(&key)?;
    if control.store.forget_snapshot(&key, &name).await? {
        Ok(HttpResponse::Ok().json(Deleted { deleted: &name }))
    } else {
        Err(unknown(&name))
    }
}

fn unknown(name: &str) -> ControlError {
    ControlError::new(ControlCode::UnknownSnapshot, format!("the app has no snapshot \"{name}\""))
        .with_hint("GET /_millpond/apps/{api_key}/snapshots lists them")
}
