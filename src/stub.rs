//! Stubs: a fixed answer for an operation that is not built, or is to answer something else (design.md 6).
//!
//! `fixture::stubs` reads and checks what people write. What serde reads here is what it wrote: a row of the database.

use std::collections::HashMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::operation;

/// The methods that a stub can answer.
pub const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];
/// A stub's path, in characters at the most.
pub const PATH_MAX_CHARS: usize = 1_000;
/// The statuses that a stub can answer with.
pub const STATUSES: std::ops::RangeInclusive<u16> = 200..=599;
/// A stub's body at the most, in bytes of JSON.
pub const BODY_MAX_BYTES: usize = 1024 * 1024;
/// How deep a stub's body nests at the most.
pub const BODY_MAX_DEPTH: usize = 100;

/// A fixed answer. The place is an `operation`, or a `method` and a `path`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = one_place)]
pub struct Stub {
    /// The operation that it answers for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// The method, where a path is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("enum" = METHODS))]
    pub method: Option<String>,
    /// The whole path, such as `/api/v2/feeds/feed_groups/{group}/feeds/{id}`; `{name}` stands for any one segment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = PATH_MAX_CHARS), extend("pattern" = "^/"))]
    pub path: Option<String>,
    /// The HTTP status. 200 by default.
    #[serde(default = "ok")]
    #[schemars(range(min = *STATUSES.start(), max = *STATUSES.end()))]
    pub status: u16,
    /// The body: any JSON, at most 1 MiB. `{}` by default.
    #[serde(default = "empty")]
    pub body: Value,
}

fn ok() -> u16 {
    200
}

fn empty() -> Value {
    Value::Object(serde_json::Map::new())
}

/// Answers nowhere yet, with an empty body.
impl Default for Stub {
    fn default() -> Self {
        Self { operation: None, method: None, path: None, status: ok(), body: empty() }
    }
}

impl Stub {
    /// Where it answers, in one text: `GetApp`, or `GET /api/v2/things/{}`. Stubs of the same place give the same text,
    /// whatever they call a segment.
    pub fn place(&self) -> String {
        match (&self.operation, &self.method, &self.path) {
            (Some(operation), ..) => operation.clone(),
            (None, method, path) => {
                let path = path.as_deref().unwrap_or_default();
                let segments: Vec<_> =
                    path.split('/').map(|segment| if segment.starts_with('{') { "{}" } else { segment }).collect();
                format!("{} {}", method.as_deref().unwrap_or_default(), segments.join("/"))
            }
        }
    }
}

/// The stubs of an app, as calls look for them.
#[derive(Clone, Debug, Default)]
pub struct Stubs {
    by_operation: HashMap<String, Arc<Stub>>,
    by_path: Vec<Arc<Stub>>,
}

impl Stubs {
    /// These.
    pub fn new(stubs: Vec<Stub>) -> Self {
        let mut known = Self::default();
        for stub in stubs.into_iter().map(Arc::new) {
            match &stub.operation {
                Some(operation) => drop(known.by_operation.insert(operation.clone(), stub)),
                None => known.by_path.push(stub),
            }
        }
        known
    }

    /// All of them, by place.
    pub fn all(&self) -> Vec<Arc<Stub>> {
        let mut all: Vec<_> = self.by_operation.values().chain(&self.by_path).map(Arc::clone).collect();
        all.sort_by_key(|stub| stub.place());
        all
    }

    /// The fixed answer of an operation.
    pub fn of_operation(&self, operation: &str) -> Option<Arc<Stub>> {
        // Most apps have none, and no key is hashed for them.
        if self.by_operation.is_empty() { None } else { self.by_operation.get(operation).map(Arc::clone) }
    }

    /// The fixed answer at a path. Of several that fit, the one with the fewest parameters.
    pub fn of_path(&self, method: &str, path: &str) -> Option<Arc<Stub>> {
        let fitting = self.by_path.iter().filter(|stub| stub.fits(method, path));
        fitting.min_by_key(|stub| stub.path.as_deref().map_or(0, |path| path.matches('{').count())).map(Arc::clone)
    }
}

impl Stub {
    fn fits(&self, method: &str, path: &str) -> bool {
        self.method.as_deref() == Some(method) && self.path.as_deref().is_some_and(|own| operation::fits(own, path))
    }
}

fn one_place(schema: &mut schemars::Schema) {
    let forms = serde_json::json!([
        { "required": ["operation"], "properties": { "method": false, "path": false } },
        { "required": ["method", "path"], "properties": { "operation": false } },
    ]);
    schema.insert("oneOf".to_owned(), forms);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        for body in [json!({}), json!(null), json!([1, "x"]), json!("text")] {
            let stub = Stub { operation: Some("GetApp".to_owned()), status: 204, body, ..Stub::default() };
            let text = serde_json::to_string(&stub).expect("text");
            assert_eq!(serde_json::from_str::<Stub>(&text).expect(&text), stub);
        }
    }

    #[test]
    fn a_segments_name_does_not_make_another_place() {
        let at = |path: &str| {
            let (method, path) = (Some("GET".to_owned()), Some(path.to_owned()));
            Stub { method, path, ..Stub::default() }.place()
        };
        assert_eq!(at("/a/{x}/b"), at("/a/{y}/b"));
        assert_ne!(at("/a/{x}"), at("/a/x"));
    }
}
