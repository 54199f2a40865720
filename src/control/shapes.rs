//! What the control API's description says where a type of the handlers cannot say it.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use serde_json::{Value, json};

use super::endpoint::Parameter;
use super::requests::filter;
use crate::fault::{CLOSE_CODES, CLOSE_CODES_RESERVED, Fault};
use crate::fixture::format::Fixture;
use crate::fixture::{faults, stubs};
use crate::journal::{Caller, Entry, Outcome};
use crate::operation::table::OPERATIONS;
use crate::settings::Emulator;
use crate::stub::Stub;

// Small answers

/// How many were taken away.
#[derive(Serialize, JsonSchema)]
pub struct Cleared {
    /// How many there were.
    pub cleared: usize,
}

/// What was taken away.
#[derive(Serialize, JsonSchema)]
pub struct Deleted<'a> {
    /// Its name, id or key.
    pub deleted: &'a str,
}

/// How many match.
#[derive(Serialize, JsonSchema)]
pub struct Count {
    /// How many.
    pub count: usize,
}

/// An object whose fields are all there.
pub fn object(properties: &Value) -> Schema {
    let required: Vec<&String> = properties.as_object().into_iter().flatten().map(|(name, _)| name).collect();
    json_schema!({ "type": "object", "properties": properties, "required": required })
}

// Values

fn or_null(mut schema: Schema) -> Schema {
    if let Some(forms) = schema.get_mut("anyOf").and_then(Value::as_array_mut) {
        forms.push(json!({ "type": "null" }));
        return schema;
    }
    json_schema!({ "anyOf": [schema, { "type": "null" }] })
}

/// A length of time.
pub fn duration(generator: &mut SchemaGenerator) -> Schema {
    let text = generator.subschema_for::<crate::clock::DurationNs>();
    json_schema!({ "anyOf": [text, { "description": "Seconds.", "type": "number" }] })
}

/// A length of time that need not be given.
pub fn duration_or_null(generator: &mut SchemaGenerator) -> Schema {
    or_null(duration(generator))
}

/// A moment, or `true` for now.
pub fn moment_or_true(_: &mut SchemaGenerator) -> Schema {
    let text = "RFC 3339, or relative to now: -1h.";
    let number = "Seconds or nanoseconds since the epoch, told apart by their size.";
    or_null(json_schema!({ "anyOf": [
        { "description": text, "type": "string", "examples": ["2026-01-31T12:00:00Z", "-1h"] },
        { "description": number, "type": "integer" },
        { "description": "Now.", "const": true },
    ]}))
}

/// A code with which a socket can be closed, that need not be given.
pub fn close_code_or_null(_: &mut SchemaGenerator) -> Schema {
    let (least, most) = (CLOSE_CODES.start(), CLOSE_CODES.end());
    or_null(json_schema!({
        "type": "integer", "minimum": least, "maximum": most, "not": { "enum": CLOSE_CODES_RESERVED },
    }))
}

/// A kind of caller.
pub fn caller_or_null(_: &mut SchemaGenerator) -> Schema {
    or_null(json_schema!({ "enum": Caller::WORDS }))
}

/// How something came out.
pub fn outcome_or_null(_: &mut SchemaGenerator) -> Schema {
    or_null(json_schema!({ "enum": Outcome::ALL.map(Outcome::name) }))
}

/// How often something is expected.
pub fn times_or_null(_: &mut SchemaGenerator) -> Schema {
    let number = json!({ "type": "integer", "minimum": 0 });
    or_null(json_schema!({ "anyOf": [number, {
        "type": "object",
        "properties": { "min": number, "max": number },
        "minProperties": 1,
        "additionalProperties": false,
    }]}))
}

// Bodies

/// A type's schema, with what is known of one of its fields beside the type.
fn with(mut schema: Schema, field: &str, key: &str, value: Value) -> Schema {
    if let Some(property) = schema.pointer_mut(&format!("/properties/{field}")).and_then(Value::as_object_mut) {
        property.insert(key.to_owned(), value);
    }
    schema
}

/// A fault as it is asked for.
pub fn fault(generator: &mut SchemaGenerator) -> Schema {
    with(Fault::json_schema(generator), "operation", "enum", faults::operations().into())
}

/// A stub as it is asked for.
pub fn stub(generator: &mut SchemaGenerator) -> Schema {
    with(Stub::json_schema(generator), "operation", "enum", stubs::operations().into())
}

/// A fixture. YAML says the same.
pub fn fixture(generator: &mut SchemaGenerator) -> Schema {
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

/// An event: its type, and anything else.
pub fn event(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "object",
        "properties": { "type": { "description": "Its type.", "type": "string", "minLength": 1 } },
        "required": ["type"],
    })
}

/// A change of millpond's own settings: any of them, or null for the default.
pub fn settings_patch(generator: &mut SchemaGenerator) -> Schema {
    let mut schema = Emulator::json_schema(generator).to_value();
    if let Some(calls) = schema.pointer_mut("/properties/calls_per_minute").and_then(Value::as_object_mut) {
        let names: Vec<_> = OPERATIONS.iter().map(|operation| operation.name).collect();
        calls.insert("propertyNames".to_owned(), json!({ "enum": names }));
        let one = calls.get("additionalProperties").cloned().unwrap_or_default();
        calls.insert("additionalProperties".to_owned(), json!({ "anyOf": [one, { "type": "null" }] }));
    }
    allow_null(&mut schema);
    Schema::try_from(schema).unwrap_or_default()
}

/// Lets every field be null, also those of objects within.
fn allow_null(schema: &mut Value) {
    for property in
        schema.get_mut("properties").and_then(Value::as_object_mut).into_iter().flat_map(|all| all.values_mut())
    {
        allow_null(property);
        *property = json!({ "anyOf": [property.take(), { "type": "null" }] });
    }
}

// Answers

/// A fault as it is shown: every field is there, and how often it has struck.
pub struct ArmedFault;

impl JsonSchema for ArmedFault {
    fn schema_name() -> Cow<'static, str> {
        "ArmedFault".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = Fault::json_schema(generator);
        if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
            let hits = json!({ "description": "How often it has struck.", "type": "integer", "minimum": 0 });
            properties.insert("hits".to_owned(), hits);
            let names: Vec<String> = properties.keys().cloned().collect();
            schema.insert("required".to_owned(), names.into());
        }
        schema
    }
}

/// An error in Stream's form, which the token provider answers when a fault says so.
pub struct StreamError;

impl JsonSchema for StreamError {
    fn schema_name() -> Cow<'static, str> {
        "StreamError".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        object(&json!({
            "code": { "type": "integer" },
            "message": { "type": "string" },
            "StatusCode": { "type": "integer" },
            "duration": { "type": "string" },
            "more_info": { "type": "string" },
            "details": { "type": "array" },
        }))
    }
}

/// An entry; where it is about all apps, with the key of its app, which is null for what no app's key was shown with.
fn entry(generator: &mut SchemaGenerator, about_all: bool) -> Schema {
    if !about_all {
        return generator.subschema_for::<Entry>();
    }
    let about = "The key of its app; null for a call with no key, or with one that no app has.";
    let keyed = super::endpoint::keyed::<Entry>(generator);
    let keyed = with(keyed, "api_key", "type", json!(["string", "null"]));
    with(keyed, "api_key", "description", about.into())
}

/// An answer of the journal: entries, and what is said of them.
pub fn entries(about_all: bool) -> impl Fn(&mut SchemaGenerator) -> Schema {
    move |generator| {
        let entry = entry(generator, about_all);
        object(&json!({
            "requests": { "type": "array", "items": entry },
            "next": { "description": "The id to go on with; null at the end.", "type": ["string", "null"] },
            "total": { "description": "How many there are in all.", "type": "integer" },
        }))
    }
}

/// What a wait came to.
pub fn waited(matched: bool, about_all: bool) -> impl Fn(&mut SchemaGenerator) -> Schema {
    move |generator| {
        let entries = json!({ "type": "array", "items": entry(generator, about_all) });
        let mut answer = json!({ "matched": { "const": matched }, "requests": entries });
        if !matched {
            answer["seen"] = entries;
        }
        object(&answer)
    }
}

// Parameters

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

/// How many entries at the most.
pub fn limit(most: usize) -> Parameter {
    Parameter::new("limit", "So many at the most", json!({ "type": "integer", "minimum": 1, "maximum": most }))
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

/// Whose connections.
pub fn of_user() -> Parameter {
    Parameter::new("user_id", "Only those of this user", json!({ "type": "string" }))
}
