//! What is told of the journal, as types.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use serde_json::json;

use crate::control::answers::keyed;
use crate::control::shapes::with;

/// An entry, or what is told of one, beside the key of its app, for what is about all apps.
#[derive(Serialize)]
pub struct Keyed<'a, T> {
    /// The app's key; `None` of what was called with no key, or with one that no app has.
    pub api_key: Option<&'a str>,
    /// The entry.
    #[serde(flatten)]
    pub entry: &'a T,
}

impl<T: JsonSchema> JsonSchema for Keyed<'_, T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let about = "The key of its app; null for a call with no key, or with one that no app has.";
        let keyed = with(keyed::<T>(generator), "api_key", "type", json!(["string", "null"]));
        with(keyed, "api_key", "description", about.into())
    }
}

#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
pub struct Entries<T> {
    pub requests: Vec<T>,
    /// The id to go on with; null at the end.
    pub next: Option<String>,
    /// How many there are in all.
    #[schemars(schema_with = "whole_number")]
    pub total: usize,
}

#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
pub struct Matched<T> {
    #[schemars(schema_with = "always")]
    matched: bool,
    requests: Vec<T>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
pub struct InVain<T> {
    #[schemars(schema_with = "never")]
    matched: bool,
    requests: Vec<T>,
    seen: Vec<T>,
}

impl<T> Matched<T> {
    pub fn with(requests: Vec<T>) -> Self {
        Self { matched: true, requests }
    }
}

impl<T> InVain<T> {
    pub fn with(requests: Vec<T>, seen: Vec<T>) -> Self {
        Self { matched: false, requests, seen }
    }
}

fn whole_number(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "integer" })
}

fn always(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "const": true })
}

fn never(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "const": false })
}
