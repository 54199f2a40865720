//! What the routes of the journal can be asked in the query, as it is described.

use serde_json::{Value, json};

use super::filter;
use crate::control::endpoint::Parameter;
use crate::journal::{Caller, Outcome};

/// The query of what is about the journal: the filters, and these besides.
pub fn filters(beside: impl IntoIterator<Item = Parameter>) -> Vec<Parameter> {
    let filter = |name| match name {
        "operation" => Parameter::new(
            name,
            "Only this operation, or this type of event; behind ~ a part of its name, in any case",
            json!({ "type": "string" }),
        ),
        "user_id" => Parameter::new(
            name,
            "Only those of this user; behind ~ a part of the id, in any case",
            json!({ "type": "string" }),
        ),
        "caller" => Parameter::new(name, "Only this kind of caller", json!({ "enum": Caller::WORDS })),
        "outcome" => Parameter::new(name, "Only what came out so", json!({ "enum": Outcome::ALL.map(Outcome::name) })),
        "status" => {
            let status = json!({ "type": "integer", "minimum": 0, "maximum": u16::MAX });
            Parameter::new(name, "Only this status, or close code of a socket", status)
        }
        "code" => Parameter::new(
            name,
            "Only this code of Stream's; 0 for none",
            json!({ "type": "integer", "format": "int32" }),
        ),
        _ => {
            let token = json!({ "type": "string", "pattern": "^[0-9A-Fa-f]{12}$" });
            Parameter::new(name, "Only this token: its fingerprint, as an entry shows it", token)
        }
    };
    filter::NAMES.into_iter().map(filter).chain(beside).collect()
}

fn id() -> Value {
    json!({ "type": "integer", "minimum": 0, "maximum": u64::MAX })
}

/// The id to begin behind.
pub fn after() -> Parameter {
    Parameter::new("after", "Only entries behind this id", id())
}

/// The id to end before.
pub fn before() -> Parameter {
    Parameter::new("before", "Only entries before this id", id())
}

/// The order of entries.
pub fn order() -> Parameter {
    Parameter::new("order", "`desc`, the newest first, or `asc`", json!({ "enum": ["desc", "asc"] }))
}

/// Whether only what belongs to no app is meant.
pub fn keyless() -> Parameter {
    let about = "Only calls with no key, or with one that no app has";
    Parameter::new("keyless", about, json!({ "type": "boolean" }))
}
