//! Shapes of what is asked for that no type says by itself.

use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};

use crate::clock::DurationNs;
use crate::fault::{CLOSE_CODES, CLOSE_CODES_RESERVED};
use crate::journal::{Caller, Outcome};

fn or_null(mut schema: Schema) -> Schema {
    if let Some(forms) = schema.get_mut("anyOf").and_then(Value::as_array_mut) {
        forms.push(json!({ "type": "null" }));
        return schema;
    }
    json_schema!({ "anyOf": [schema, { "type": "null" }] })
}

/// A length of time.
pub fn duration(generator: &mut SchemaGenerator) -> Schema {
    let text = generator.subschema_for::<DurationNs>();
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

/// A type's schema, with what is known of one of its fields beside the type.
pub fn with(mut schema: Schema, field: &str, key: &str, value: Value) -> Schema {
    if let Some(property) = schema.pointer_mut(&format!("/properties/{field}")).and_then(Value::as_object_mut) {
        property.insert(key.to_owned(), value);
    }
    schema
}

/// An object whose fields are all there.
pub fn object(properties: &Value) -> Schema {
    let required: Vec<&String> = properties.as_object().into_iter().flatten().map(|(name, _)| name).collect();
    json_schema!({ "type": "object", "properties": properties, "required": required })
}
