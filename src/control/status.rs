//! Health and information.

use actix_web::HttpResponse;
use actix_web::web::{Data, Query};
use serde::Deserialize;
use serde_json::json;

use super::{Control, apps};

/// millpond's version.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// `GET /health`: ready once fixtures are in and all listeners are up.
pub async fn health(control: Data<Control>) -> HttpResponse {
    HttpResponse::Ok().json(json!({"ready": control.is_ready(), "version": VERSION, "url": control.url}))
}

/// Whether secrets are wanted.
#[derive(Deserialize)]
pub struct Secrets {
    /// `?secrets=true`.
    #[serde(default)]
    pub secrets: bool,
}

/// `GET /info`: what runs here.
pub async fn info(control: Data<Control>, query: Query<Secrets>) -> HttpResponse {
    let apps: Vec<_> = control.store.apps().all().iter().map(|app| apps::shown(app, query.secrets)).collect();
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
