//! Health and information.

use actix_web::HttpResponse;
use actix_web::web::Data;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Control;
use super::asked::{Nonce, Secrets};
use super::body::ControlBody;
use super::code::ControlCode;
use super::error::{ControlError, Result};
use super::shown::{AppShown, app_shown};

/// Whether the process is ready.
#[derive(Serialize, JsonSchema)]
pub struct Health<'a> {
    /// True once fixtures are in and all listeners are up.
    ready: bool,
    /// millpond's version.
    version: &'a str,
    /// Where the process can be reached.
    url: &'a str,
}

/// What runs here.
#[derive(Serialize, JsonSchema)]
pub struct Info<'a> {
    /// Always `millpond`.
    name: &'a str,
    /// Its version.
    version: &'a str,
    /// Where the process can be reached.
    url: &'a str,
    /// The number of the process.
    pid: u32,
    /// The database's file; null when all is in memory.
    db: Option<&'a std::path::Path>,
    /// True once fixtures are in and all listeners are up.
    ready: bool,
    /// When the process started.
    started_at: String,
    /// The apps, the oldest first.
    apps: Vec<AppShown>,
    /// What `?nonce=` held.
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<String>,
}

/// `GET /health`: ready once fixtures are in and all listeners are up.
pub async fn health(control: Data<Control>) -> HttpResponse {
    HttpResponse::Ok().json(Health { ready: control.is_ready(), version: crate::VERSION, url: &control.url })
}

/// Nothing.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// That the process ends.
#[derive(Serialize, JsonSchema)]
pub struct Stopping<'a> {
    /// Where it could be reached.
    stopping: &'a str,
}

/// `POST /stop`: ends the process, once what is in flight is answered.
pub async fn stop(control: Data<Control>, _: ControlBody<Nothing>) -> Result<HttpResponse> {
    if control.ask_to_stop() {
        return Ok(HttpResponse::Ok().json(Stopping { stopping: &control.url }));
    }
    let refused = ControlError::new(ControlCode::EndsOtherwise, "this millpond ends with the program that started it");
    Err(refused.with_hint("end the command of `millpond exec`"))
}

/// `GET /info`: what runs here.
pub async fn info(control: Data<Control>, secrets: Secrets, nonce: Nonce) -> HttpResponse {
    let apps: Vec<_> = control.store.apps().all().iter().map(|app| app_shown(app, secrets.0)).collect();
    HttpResponse::Ok().json(Info {
        name: "millpond",
        version: crate::VERSION,
        url: &control.url,
        pid: std::process::id(),
        db: control.store.file(),
        ready: control.is_ready(),
        started_at: control.started_at.rfc3339(),
        apps,
        nonce: nonce.0,
    })
}
