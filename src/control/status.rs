//! Health and information.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use serde_json::json;

use super::error::{ControlError, Result};
use super::{Control, apps};
use crate::params::Params;

/// millpond's version.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// `GET /health`: ready once fixtures are in and all listeners are up.
pub async fn health(control: Data<Control>) -> HttpResponse {
    HttpResponse::Ok().json(json!({"ready": control.is_ready(), "version": VERSION, "url": control.url}))
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
    HttpResponse::Ok().json(json!({
        "name": "millpond",
        "version": VERSION,
        "url": control.url,
        "pid": std::process::id(),
        "db": control.store.file(),
        "ready": control.is_ready(),
        "started_at": control.started_at.rfc3339(),
        "apps": apps,
    }))
}
