//! Health and information.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use schemars::JsonSchema;
use serde::Serialize;

use super::error::{ControlError, Result};
use super::{Control, apps};
use crate::params::Params;

/// millpond's version.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

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
    apps: Vec<apps::Shown>,
}

/// `GET /health`: ready once fixtures are in and all listeners are up.
pub async fn health(control: Data<Control>) -> HttpResponse {
    HttpResponse::Ok().json(Health { ready: control.is_ready(), version: VERSION, url: &control.url })
}

/// Whether secrets are wanted: `?secrets=true`.
pub struct Secrets(pub bool);

impl FromRequest for Secrets {
    type Error = ControlError;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let wanted = Params::parse(request.query_string()).flag("secrets");
        ready(wanted.map(Self).map_err(|fault| ControlError::invalid("/secrets", fault.message)))
    }
}

/// `GET /info`: what runs here.
pub async fn info(control: Data<Control>, secrets: Secrets) -> HttpResponse {
    let apps: Vec<_> = control.store.apps().all().iter().map(|app| apps::shown(app, secrets.0)).collect();
    HttpResponse::Ok().json(Info {
        name: "millpond",
        version: VERSION,
        url: &control.url,
        pid: std::process::id(),
        db: control.store.file(),
        ready: control.is_ready(),
        started_at: control.started_at.rfc3339(),
        apps,
    })
}
