//! Fixtures over HTTP: a running state as a fixture, and a fixture into a running state.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::ContentType;
use actix_web::web::{Data, Path};
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use super::Control;
use super::endpoint::Parameter;
use super::error::{ControlError, Result};
use crate::body;
use crate::error::ApiError;
use crate::fixture::apply::{self, Loaded, Mode, Refused};
use crate::fixture::defaults::{Defaults, Pair};
use crate::fixture::export;
use crate::fixture::format::{self, App, FILE_MAX_BYTES, Fixture, problem_at};
use crate::fixture::{faults, stubs};
use crate::params::Params;
use crate::store::Scope;

/// Fixtures that are read or written at the same time: one of the largest takes some hundred megabytes.
const BIG_JOBS_MAX: usize = 1;

static BIG_JOBS: Semaphore = Semaphore::const_new(BIG_JOBS_MAX);

/// What problems call a fixture that came over HTTP.
const FILE: &str = "fixture";

/// `GET /fixture`: all apps, oldest first.
pub async fn get_all(control: Data<Control>) -> Result<HttpResponse> {
    let mut apps = Vec::new();
    for mut app in control.store.apps().all() {
        loop {
            let cause = match control.store.scan(&Scope::own(&app), export::export).await {
                Ok(exported) => break apps.push(exported),
                Err(cause) => cause,
            };
            match control.store.apps().get(&app.api_key) {
                // It was deleted while others were read, or another state has taken its place.
                None => break,
                Some(now) if now.id != app.id => app = now,
                Some(_) => return Err(cause.into()),
            }
        }
    }
    answer(apps).await
}

/// `GET /apps/{api_key}/fixture`: a fixture with this app alone.
pub async fn get(control: Data<Control>, key: Path<String>) -> Result<HttpResponse> {
    let app = control.store.scan(&control.scope(&key)?, export::export).await?;
    answer(vec![app]).await
}

async fn answer(apps: Vec<App>) -> Result<HttpResponse> {
    let text = big_job(move || export::written(apps)).await??;
    Ok(HttpResponse::Ok().insert_header(ContentType::json()).body(text))
}

/// `PUT /fixture`: the apps that the fixture names, and no others unless it is merged. The first may go without a key: it is the one of the process's pair.
pub async fn put_all(control: Data<Control>, body: Import) -> Result<HttpResponse> {
    let Import { replaces, text } = body;
    let (text, fixture) = parsed(text, Ok).await?;
    let mode = if replaces { Mode::ReplaceAll } else { Mode::Merge };
    load(&control, mode, text, fixture, control.defaults.clone()).await
}

/// `PUT /apps/{api_key}/fixture`: a fixture with one app, which is this one, whether it says so or not.
pub async fn put(control: Data<Control>, key: Path<String>, body: Import) -> Result<HttpResponse> {
    let app = control.app(&key)?;
    let pair = Pair { api_key: app.api_key.to_string(), api_secret: app.state().secret.reveal().to_owned() };
    let own = pair.clone();
    let Import { replaces, text } = body;
    let (text, fixture) = parsed(text, move |fixture| only_app(fixture, &own)).await?;
    let mode = if replaces { Mode::Replace } else { Mode::Merge };
    load(&control, mode, text, fixture, Defaults { pair, is_base: false, ..control.defaults.clone() }).await
}

/// Refuses a fixture that is not of this app alone.
fn only_app(fixture: Fixture, own: &Pair) -> Result<Fixture, Refused> {
    let refused = |pointer: &str, message: String| Err(Refused { pointer: pointer.to_owned(), message });
    let [app] = fixture.apps.as_slice() else {
        let count = fixture.apps.len();
        return refused(
            "/apps",
            format!("a fixture for one app has one app, not {count}; PUT /_millpond/fixture takes several"),
        );
    };
    if app.api_key.as_ref().is_some_and(|key| *key != own.api_key) {
        let message = format!("this is loaded into the app \"{}\"; leave the key out, or name that one", own.api_key);
        return refused("/apps/0/api_key", message);
    }
    if app.api_secret.as_ref().is_some_and(|secret| *secret != own.api_secret) {
        return refused("/apps/0/api_secret", "the app has another secret, which stays as it is".to_owned());
    }
    Ok(fixture)
}

/// Reads and checks a fixture, away from the workers. Hands back the text, for problems that are found later.
async fn parsed(
    text: String,
    check: impl FnOnce(Fixture) -> Result<Fixture, Refused> + Send + 'static,
) -> Result<(String, Fixture)> {
    big_job(move || {
        let fixture = format::parse(&text, FILE).map_err(ControlError::invalid_fixture)?;
        match check(fixture) {
            Ok(fixture) => Ok((text, fixture)),
            Err(refused) => Err(misfit(&text, &refused)),
        }
    })
    .await?
}

/// What an import made.
#[derive(Serialize, JsonSchema)]
pub struct Imported {
    /// The apps of the fixture.
    apps: Vec<AppLoaded>,
}

/// An app that was loaded.
#[derive(Serialize, JsonSchema)]
struct AppLoaded {
    /// A name for people.
    name: String,
    /// Its key.
    api_key: String,
    /// Users in it.
    users: usize,
}

async fn load(
    control: &Control,
    mode: Mode,
    text: String,
    fixture: Fixture,
    defaults: Defaults,
) -> Result<HttpResponse> {
    match apply::apply(&control.store, fixture, mode, &defaults).await {
        Ok(loaded) => {
            let shown = |app: Loaded| AppLoaded { name: app.name, api_key: app.api_key, users: app.users };
            Ok(HttpResponse::Ok().json(Imported { apps: loaded.into_iter().map(shown).collect() }))
        }
        Err(refused) => Err(big_job(move || misfit(&text, &refused)).await?),
    }
}

/// What only the store's rules refused, at its place in the text.
fn misfit(text: &str, refused: &Refused) -> ControlError {
    ControlError::invalid_fixture(vec![problem_at(text, FILE, &refused.pointer, &refused.message, None)])
}

/// Runs what may take a second on a thread of its own, and one such job at a time.
async fn big_job<T: Send + 'static>(job: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let _permit = BIG_JOBS.acquire().await.map_err(|closed| ApiError::internal(&closed))?;
    Ok(tokio::task::spawn_blocking(job).await.map_err(|panic| ApiError::internal(&panic))?)
}

/// What an import reads from the query.
pub fn parameters() -> [Parameter; 1] {
    let about = "`replace`, the default, or `merge`, which keeps what the fixture does not name";
    [Parameter::new("mode", about, json!({ "enum": ["replace", "merge"] }))]
}

/// Whether an import is to replace what is there.
fn replaces(query: &str) -> Result<bool> {
    match Params::parse(query).get("mode").unwrap_or("replace") {
        "replace" => Ok(true),
        "merge" => Ok(false),
        other => {
            let message = format!("mode is replace or merge, not \"{other}\"");
            Err(ControlError::invalid("/mode", message).with_hint("mode=merge keeps what the fixture does not name"))
        }
    }
}

/// What an import brings: `?mode=`, and a fixture in YAML or JSON.
pub struct Import {
    replaces: bool,
    text: String,
}

impl FromRequest for Import {
    type Error = ControlError;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let replaces = replaces(request.query_string());
        let read = body::read_up_to(request, payload, FILE_MAX_BYTES);
        Box::pin(async move {
            let replaces = replaces?;
            let text = String::from_utf8(read.await?.into()).map_err(|cause| {
                let at = cause.utf8_error().valid_up_to() + 1;
                ControlError::invalid("", format!("the fixture is not UTF-8 text: byte {at} is no part of a character"))
            })?;
            Ok(Self { replaces, text })
        })
    }
}

/// A fixture. YAML says the same.
pub fn shape(generator: &mut SchemaGenerator) -> Schema {
    let app = "/properties/apps/items/properties";
    let mut schema = Fixture::json_schema(generator);
    for (plural, operations) in [("faults", faults::operations()), ("stubs", stubs::operations())] {
        let place = format!("{app}/{plural}/items/properties/operation");
        if let Some(operation) = schema.pointer_mut(&place).and_then(Value::as_object_mut) {
            operation.insert("enum".to_owned(), operations.into());
        }
    }
    schema
}
