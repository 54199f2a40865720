//! The shipped scenarios, to be read and loaded.

use actix_web::HttpResponse;
use schemars::JsonSchema;
use serde::Serialize;

use super::answers::Scenarios;
use crate::fixture::shipped::{shipped, shipped_names};

/// A scenario that comes with millpond.
#[derive(Serialize, JsonSchema)]
pub struct Scenario {
    /// Its name.
    name: &'static str,
    /// Its text, which `PUT fixture` takes.
    fixture: &'static str,
}

/// `GET /scenarios`.
pub async fn list() -> HttpResponse {
    let texts = shipped_names().into_iter().filter_map(|name| Some(Scenario { name, fixture: shipped(name)? }));
    HttpResponse::Ok().json(texts.collect::<Scenarios<_>>())
}
