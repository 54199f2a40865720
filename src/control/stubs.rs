//! Stubs: fixed answers, behind real authentication.

use std::sync::Arc;

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::json;

use super::Control;
use super::answers::{Cleared, OfApp, Stubs};
use super::body::{TextBody, misread_text};
use super::code::ControlCode;
use super::endpoint::Parameter;
use super::error::{ControlError, Result};
use super::shapes;
use crate::app::App;
use crate::fixture::stubs as reading;
use crate::params::Params;
use crate::store::stubs;
use crate::stub::Stub;

/// Stubs that an app may have.
const STUBS_MAX: usize = 1_000;

/// `GET /stubs`: those of all apps.
pub async fn list_all(control: Data<Control>) -> HttpResponse {
    let of_app = |app: Arc<App>| {
        let stubs = app.state().stubs.all().clone();
        stubs.into_iter().map(move |item| OfApp { item, api_key: Arc::clone(&app.api_key) })
    };
    HttpResponse::Ok().json(control.store.apps().all().into_iter().flat_map(of_app).collect::<Stubs<_>>())
}

/// `GET /apps/{api_key}/stubs`.
pub async fn list(control: Data<Control>, key: Path<String>) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(control.app(&key)?.state().stubs.all().iter().collect::<Stubs<_>>()))
}

/// `PUT /apps/{api_key}/stubs`: in place of the one at the same place.
pub async fn put(control: Data<Control>, key: Path<String>, body: TextBody) -> Result<HttpResponse> {
    let scope = control.scope(&key)?;
    let stub: Stub = reading::read(&body.0).map_err(|problems| misread_text(&problems))?;
    let known = scope.app.state().stubs.all();
    if known.len() >= STUBS_MAX && known.iter().all(|known| known.place() != stub.place()) {
        let message = format!("an app has at most {STUBS_MAX} stubs");
        return Err(ControlError::new(ControlCode::TooManyStubs, message).with_hint("delete those that are done"));
    }
    let shown = stub.clone();
    control.store.write(&scope, move |tx| stubs::save(tx, &stub)).await?;
    Ok(HttpResponse::Ok().json(shown))
}

/// Which stub is meant.
pub fn parameters() -> [Parameter; 3] {
    [("operation", "The one of this operation"), ("method", "With a path: the one there"), ("path", "With a method")]
        .map(|(name, about)| Parameter::new(name, about, json!({ "type": "string" })))
}

/// `DELETE /apps/{api_key}/stubs`: all of them, or with `?operation=`, or `?method=&path=`, one.
pub async fn remove(control: Data<Control>, key: Path<String>, request: HttpRequest) -> Result<HttpResponse> {
    let scope = control.scope(&key)?;
    let query = Params::parse(request.query_string());
    let text = |name| query.get(name).map(str::to_owned);
    let named = Stub { operation: text("operation"), method: text("method"), path: text("path"), ..Stub::default() };
    if named == Stub::default() {
        let cleared = control.store.write(&scope, stubs::clear).await?;
        return Ok(HttpResponse::Ok().json(Cleared { cleared }));
    }
    let place = named.place();
    let wanted = place.clone();
    if control.store.write(&scope, move |tx| stubs::remove(tx, &wanted)).await? {
        Ok(HttpResponse::Ok().json(Cleared { cleared: 1 }))
    } else {
        Err(ControlError::new(ControlCode::UnknownStub, format!("the app has no stub at \"{place}\""))
            .with_hint("GET /_millpond/apps/{api_key}/stubs lists them"))
    }
}

/// A stub as it is asked for.
pub fn shape(generator: &mut SchemaGenerator) -> Schema {
    shapes::with(Stub::json_schema(generator), "operation", "enum", reading::operations().into())
}
