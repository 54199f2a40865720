//! Health and information.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::body::ControlBody;
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
    /// What `?nonce=` held.
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<String>,
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

/// A nonce has at most so many characters.
pub const NONCE_MAX_CHARS: usize = 64;

/// What `?nonce=` holds: whoever asks can tell that it was answered, and not something that lay on the way.
pub struct Nonce(Option<String>);

impl FromRequest for Nonce {
    type Error = ControlError;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let params = Params::parse(request.query_string());
        let nonce = params.get("nonce").map(str::to_owned);
        let fits = |nonce: &String| {
            (1..=NONCE_MAX_CHARS).contains(&nonce.len()) && nonce.bytes().all(|byte| byte.is_ascii_alphanumeric())
        };
        ready(if nonce.as_ref().is_none_or(fits) {
            Ok(Self(nonce))
        } else {
            let message = format!("a nonce has 1 to {NONCE_MAX_CHARS} letters and digits, and nothing else");
            Err(ControlError::invalid("/nonce", message))
        })
    }
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
    let refused = ControlError::conflict("ends_otherwise", "this millpond ends with the program that started it");
    Err(refused.with_hint("end the command of `millpond exec`"))
}

/// `GET /info`: what runs here.
pub async fn info(control: Data<Control>, secrets: Secrets, nonce: Nonce) -> HttpResponse {
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
        nonce: nonce.0,
    })
}
