//! Stubs: fixed answers, behind real authentication.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

use super::Control;
use super::body::{TextBody, misread_text};
use super::code::ControlCode;
use super::endpoint::Parameter;
use super::error::{ControlError, Result};
use crate::fixture::stubs as reading;
use crate::params::Params;
use crate::store::stubs;
use crate::stub::Stub;

/// Stubs that an app may have.
const STUBS_MAX: usize = 1_000;

/// `GET /stubs`: those of all apps.
pub async fn list_all(control: Data<Control>) -> HttpResponse {
    let mut all = Vec::new();
    for app in control.store.apps().all() {
        all.extend(app.state().stubs.all().iter().map(|stub| {
            let mut shown = json!(**stub);
            shown["api_key"] = json!(&*app.api_key);
            shown
        }));
    }
    HttpResponse::Ok().json(json!({"stubs": all, "next": null}))
}

/// `GET /apps/{api_key}/stubs`.
pub async fn list(control: Data<Control>, key: Path<String>) -> Result<HttpResponse> {
    let stubs: Vec<Value> = control.app(&key)?.state().stubs.all().iter().map(|stub| json!(**stub)).collect();
    Ok(HttpResponse::Ok().json(json!({"stubs": stubs, "next": null})))
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
    let shown = json!(stub);
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
        return Ok(HttpResponse::Ok().json(json!({ "cleared": cleared })));
    }
    let place = named.place();
    let wanted = place.clone();
    if control.store.write(&scope, move |tx| stubs::remove(tx, &wanted)).await? {
        Ok(HttpResponse::Ok().json(json!({ "cleared": 1 })))
    } else {
        Err(ControlError::new(ControlCode::UnknownStub, format!("the app has no stub at \"{place}\""))
            .with_hint("GET /_millpond/apps/{api_key}/stubs lists them"))
    }
}
