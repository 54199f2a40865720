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
use crate::entrance::Secure;

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
    /// Where it can be reached by HTTPS; null where it cannot.
    https: Option<HttpsShown<'a>>,
    /// Where phones of the network can reach it; null where they cannot.
    lan: Option<LanShown<'a>>,
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

/// HTTPS, and what has to be trusted for it.
#[derive(Serialize, JsonSchema)]
pub struct HttpsShown<'a> {
    /// Where.
    url: &'a str,
    /// The file of the authority's certificate, on the machine that millpond runs on.
    ca: &'a std::path::Path,
    /// Its SHA-256.
    fingerprint: &'a str,
    /// Whether that file stays when the process ends.
    kept: bool,
}

impl<'a> From<&'a Secure> for HttpsShown<'a> {
    fn from(Secure { url, ca, fingerprint, is_kept, .. }: &'a Secure) -> Self {
        Self { url, ca, fingerprint, kept: *is_kept }
    }
}

/// Where phones come in.
#[derive(Serialize, JsonSchema)]
pub struct LanShown<'a> {
    /// By HTTP.
    url: &'a str,
    /// By HTTPS; null where it is not served.
    https_url: Option<&'a str>,
    /// The page that the picture leads to, with the word of the token provider; with `secrets` alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    phone_url: Option<String>,
}

/// `GET /health`: ready once fixtures are in and all listeners are up.
pub async fn health(control: Data<Control>) -> HttpResponse {
    HttpResponse::Ok().json(Health { ready: control.is_ready(), version: crate::VERSION, url: &control.addresses.url })
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
        return Ok(HttpResponse::Ok().json(Stopping { stopping: &control.addresses.url }));
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
        url: &control.addresses.url,
        https: control.addresses.secure.as_ref().map(HttpsShown::from),
        lan: control.addresses.lan.as_ref().map(|lan| LanShown {
            url: &lan.url,
            https_url: lan.secure_url.as_deref(),
            phone_url: secrets.0.then(|| lan.page()),
        }),
        pid: std::process::id(),
        db: control.store.file(),
        ready: control.is_ready(),
        started_at: control.started_at.rfc3339(),
        apps,
        nonce: nonce.0,
    })
}
