//! What is driven by a real SDK, tested by us alone, or (by families of paths) not built. Made from the route table and the evidence of the
//! SDK suites, which fail when they drive something else.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use schemars::JsonSchema;
use serde::Serialize;

use crate::family::FAMILIES;
use crate::operation::table::OPERATIONS;
use crate::operation::{Mounts, Operation, Place};

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
    #[schemars(extend("enum" = ["sdk", "tested", "partial"]))]
    /// `sdk`: driven by a real SDK. `tested`: by our own tests alone. `partial`: something of it is not there, or only pretends.
    pub status: &'static str,
    /// What that is.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub lacks: &'static str,
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
    let status = match (operation.lacks.is_empty(), driven_by.is_empty()) {
        (false, _) => "partial",
        (true, true) => "tested",
        (true, false) => "sdk",
    };
    Known { name: operation.name, places: places.collect(), status, lacks: operation.lacks, driven_by }
}

/// Paths of Stream's that belong together, of which no route is said otherwise.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Family {
    /// Its name.
    pub name: &'static str,
    #[schemars(extend("enum" = ["not_built", "partial", "not_planned"]))]
    /// How far it is. What is not built answers 501, behind real authentication.
    pub status: &'static str,
    /// Where its paths begin.
    pub paths: Vec<String>,
}

/// The families of what Stream has beside the operations.
pub fn families() -> Vec<Family> {
    FAMILIES
        .iter()
        .map(|family| Family { name: family.name, status: family.state.name(), paths: family.paths() })
        .collect()
}

/// Everything, as the control API and the command line show it.
#[derive(Serialize, JsonSchema)]
pub struct Everything {
    /// The operations, in the order of the route table.
    operations: Vec<Known>,
    /// What Stream has beside them, by families of paths.
    families: Vec<Family>,
    /// What to go on with; null at the end.
    next: (),
}

impl Everything {
    /// All that is known.
    pub fn known() -> Self {
        Self { operations: all(), families: families(), next: () }
    }
}

/// `GET /operations`.
pub async fn list() -> HttpResponse {
    HttpResponse::Ok().json(Everything::known())
}

/// Both tables as Markdown, for `docs/operations.md` and the command line.
pub fn markdown() -> String {
    let rows = OPERATIONS.iter().zip(all()).map(|(operation, known)| row(operation, &known));
    let head = ["| operation | where | state | driven by |", "|---|---|---|---|"].map(str::to_owned);
    let families = families().into_iter().map(|family| {
        let paths: Vec<_> = family.paths.iter().map(|path| format!("`{path}`")).collect();
        format!("| {} | {} | {} |", family.name, family.status.replace('_', " "), paths.join(", "))
    });
    let beside = ["", "| family | state | where its paths begin |", "|---|---|---|"].map(str::to_owned);
    head.into_iter().chain(rows).chain(beside).chain(families).map(|line| line + "\n").collect()
}

fn row(operation: &Operation, known: &Known) -> String {
    let place = |place: &Place| format!("`{} {}`{}", place.method, place.path, mounts(place.mounts));
    let places: Vec<_> = operation.places.iter().map(place).collect();
    let driven = if known.driven_by.is_empty() { "–".to_owned() } else { known.driven_by.join(", ") };
    let why = if known.lacks.is_empty() { String::new() } else { format!(": {}", known.lacks) };
    format!("| {} | {} | {}{why} | {driven} |", known.name, places.join("<br>"), known.status)
}

fn mounts(mounts: Mounts) -> &'static str {
    match mounts {
        Mounts::All => "",
        Mounts::V2 => " (`/api/v2` only)",
        Mounts::Legacy => " (un-prefixed only)",
        Mounts::Video => " (`/video` only)",
    }
}
