//! The shipped scenarios, to be read and loaded.

use actix_web::HttpResponse;
use serde_json::{Value, json};

use crate::fixture::shipped::{shipped, shipped_names};

/// `GET /scenarios`: each with its text, which `PUT fixture` takes.
pub async fn list() -> HttpResponse {
    let texts = shipped_names().into_iter().filter_map(|name| Some((name, shipped(name)?)));
    let scenarios: Vec<Value> = texts.map(|(name, text)| json!({"name": name, "fixture": text})).collect();
    HttpResponse::Ok().json(json!({"scenarios": scenarios, "next": null}))
}
