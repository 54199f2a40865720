//! Answers that several routes give, as types: what is sent and what is described are one.

use std::sync::Arc;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;
use serde_json::Value;

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

/// What belongs to an app, with the key of its app.
#[derive(Serialize)]
pub struct OfApp<T> {
    #[serde(flatten)]
    pub item: T,
    pub api_key: Arc<str>,
}

impl<T: JsonSchema> JsonSchema for OfApp<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        T::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        keyed::<T>(generator)
    }
}

/// What a type describes, with the key of its app.
pub fn keyed<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    let mut schema = T::json_schema(generator);
    let own = schema.ensure_object();
    let key = serde_json::json!({ "description": "The key of its app.", "type": "string" });
    if let Some(properties) = own.get_mut("properties").and_then(Value::as_object_mut) {
        properties.insert("api_key".to_owned(), key);
    }
    if let Some(required) = own.get_mut("required").and_then(Value::as_array_mut) {
        required.push("api_key".into());
    }
    schema
}

/// Lists, as `{"<plural>": [...], "next": null}`: none is cut yet.
macro_rules! lists {
    ($($name:ident $plural:ident)*) => {$(
        #[derive(Serialize, JsonSchema)]
        #[schemars(inline)]
        pub struct $name<T> {
            $plural: Vec<T>,
            /// What to go on with; null at the end.
            next: (),
        }

        impl<T> FromIterator<T> for $name<T> {
            fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
                Self { $plural: items.into_iter().collect(), next: () }
            }
        }
    )*};
}

lists! {
    Apps apps
    Connections connections
    EndedTokens ended_tokens
    Faults faults
    Scenarios scenarios
    Snapshots snapshots
    LinkPreviews link_previews
    Stubs stubs
    Users users
}
