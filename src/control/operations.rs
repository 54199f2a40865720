//! What is driven by a real SDK, tested by us alone, or not built. Made from the route table and the evidence of the
//! SDK suites, which fail when they drive something else.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use crate::operation::{Mounts, Operation, Place};
use crate::routes::OPERATIONS;

/// Operation -> the SDKs that drove it, as `package version`. Written by the SDK suites.
const DRIVEN: &str = include_str!("../../tests/sdk/driven.json");

/// What is known of an operation.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Operation")]
pub struct Known {
    /// Stream's name for it.
    pub name: &'static str,
    /// `METHOD path`, each with the prefixes of its mounts.
    pub places: Vec<String>,
    #[schemars(extend("enum" = ["sdk", "tested", "not_built"]))]
    /// `sdk`: driven by a real SDK. `tested`: by our own tests alone. `not_built`: answers 501.
    pub status: &'static str,
    /// The SDKs that drove it.
    pub driven_by: Vec<String>,
}

/// Everything that is known, in the order of the route table.
pub fn all() -> Vec<Known> {
    let driven: BTreeMap<String, Vec<String>> = serde_json::from_str(DRIVEN).unwrap_or_default();
    OPERATIONS
        .iter()
        .map(|operation| known(operation, driven.get(operation.name).cloned().unwrap_or_default()))
        .collect()
}

fn known(operation: &Operation, driven_by: Vec<String>) -> Known {
    let places = operation.places.iter().flat_map(|place| {
        place.mounts.prefixes().iter().map(move |prefix| format!("{} {prefix}{}", place.method, place.path))
    });
    let status = match (operation.built, driven_by.is_empty()) {
        (false, _) => "not_built",
        (true, false) => "sdk",
        (true, true) => "tested",
    };
    Known { name: operation.name, places: places.collect(), status, driven_by }
}

/// `GET /operations`.
pub async fn list() -> HttpResponse {
    HttpResponse::Ok().json(json!({"operations": all(), "next": null}))
}

/// The table as Markdown, for the README and the command line.
pub fn markdown() -> String {
    let rows = OPERATIONS.iter().zip(all()).map(|(operation, known)| row(operation, &known));
    let head = ["| operation | where | state | driven by |", "|---|---|---|---|"].map(str::to_owned);
    head.into_iter().chain(rows).map(|line| line + "\n").collect()
}

fn row(operation: &Operation, known: &Known) -> String {
    let place = |place: &Place| format!("`{} {}`{}", place.method, place.path, mounts(place.mounts));
    let places: Vec<_> = operation.places.iter().map(place).collect();
    let driven = if known.driven_by.is_empty() { "–".to_owned() } else { known.driven_by.join(", ") };
    format!("| {} | {} | {} | {driven} |", known.name, places.join("<br>"), known.status.replace('_', " "))
}

fn mounts(mounts: Mounts) -> &'static str {
    match mounts {
        Mounts::All => "",
        Mounts::V2 => " (`/api/v2` only)",
        Mounts::Legacy => " (un-prefixed only)",
        Mounts::Video => " (`/video` only)",
    }
}
