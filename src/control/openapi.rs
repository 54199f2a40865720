//! The description of the control API, as OpenAPI 3.1. Made from the table of routes.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::web::{Bytes, Data};
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::Control;
use super::code::ControlCode;
use super::endpoint::{Answer, Area, Endpoint, Parameter};
use super::error::Refusal;

/// What every route can refuse with: who calls is not of this machine, or the process itself failed.
const EVERYWHERE: [ControlCode; 4] =
    [ControlCode::ForeignHost, ControlCode::ForeignOrigin, ControlCode::Database, ControlCode::Internal];

/// `GET /openapi.json`: made when somebody asks for it first.
#[expect(clippy::unused_async, reason = "a handler is one")]
pub async fn describe(control: Data<Control>, table: fn() -> Vec<Area>) -> HttpResponse {
    let text = control.description.get_or_init(|| Bytes::from(document(&control.addresses.url, table()).to_string()));
    HttpResponse::Ok().content_type("application/json").body(Bytes::clone(text))
}

/// The whole description, of a process that is at this address.
pub fn document(url: &str, table: Vec<Area>) -> Value {
    let mut schemas = Schemas::new();
    let (mut paths, mut tags) = (Map::new(), Vec::new());
    for Area { name, about, endpoints } in table {
        tags.push(json!({ "name": name, "description": about }));
        for endpoint in endpoints {
            let path = paths.entry(format!("/_millpond{}", endpoint.path)).or_insert_with(|| json!({}));
            path[endpoint.method.as_str().to_ascii_lowercase()] = operation(name, &endpoint, &mut schemas);
        }
    }
    let mut definitions = Value::Object(schemas.answers.take_definitions(true));
    close(&mut definitions);
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "millpond's control API",
            "version": crate::VERSION,
            "description": "For tests, the command line and the dashboard. Stream's own API is not described here. \
                Times go out as RFC 3339 in UTC. An empty body is `{}`. Only this machine's programs and pages are served.",
        },
        "servers": [{ "url": url }],
        "tags": tags,
        "paths": paths,
        "components": { "schemas": definitions },
    })
}

/// Makes the schemas. What is read and what is written differ: a field with a default need not come, but is always sent.
struct Schemas {
    bodies: SchemaGenerator,
    answers: SchemaGenerator,
}

impl Schemas {
    fn new() -> Self {
        let settings = || {
            SchemaSettings::draft2020_12().with(|settings| {
                settings.meta_schema = None;
                settings.definitions_path = "/components/schemas".into();
            })
        };
        // What is named are answers. Bodies hold their parts themselves, since a part can be another there.
        let bodies = settings().for_deserialize().with(|settings| settings.inline_subschemas = true);
        Self { bodies: bodies.into_generator(), answers: settings().for_serialize().into_generator() }
    }

    /// The media type of an answer.
    fn answer(&mut self, answer: &Answer) -> Value {
        let mut schema = (answer.schema)(&mut self.answers).to_value();
        close(&mut schema);
        json!({ "description": answer.about, "content": { answer.content: { "schema": schema } } })
    }
}

/// Says of every object that it has no other fields than those that are described.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            if object.contains_key("properties") && object.get("type").is_some_and(|kind| kind == "object") {
                object.entry("additionalProperties").or_insert(json!(false));
            }
            object.values_mut().for_each(close);
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}

fn operation(area: &str, endpoint: &Endpoint, schemas: &mut Schemas) -> Value {
    let mut operation = json!({
        "tags": [area],
        "operationId": endpoint.id,
        "summary": endpoint.summary,
        "responses": answers(endpoint, schemas),
    });
    let in_path = in_path(endpoint.path).map(|name| {
        let schema = json!({ "type": "string", "minLength": 1 });
        json!({ "name": name, "in": "path", "required": true, "description": meaning(name), "schema": schema })
    });
    let in_query = endpoint.query.iter().map(|Parameter { name, about, schema, required }| {
        json!({ "name": name, "in": "query", "required": required, "description": about, "schema": schema })
    });
    let parameters: Vec<Value> = in_path.chain(in_query).collect();
    if !parameters.is_empty() {
        operation["parameters"] = parameters.into();
    }
    if let Some(body) = &endpoint.body {
        let schema = (body.schema)(&mut schemas.bodies).to_value();
        let required = schema.get("required").is_some();
        let mut examples = Map::new();
        for (at, example) in body.examples.iter().enumerate() {
            let value: Value = serde_json::from_str(example).unwrap_or_default();
            examples.insert(format!("example{}", at + 1), json!({ "value": value }));
        }
        let content = json!({ "schema": schema, "examples": examples });
        operation["requestBody"] = json!({ "required": required, "content": { "application/json": content } });
    }
    operation
}

/// The names of a path's parameters.
fn in_path(path: &str) -> impl Iterator<Item = &str> {
    path.split(['{', '}']).skip(1).step_by(2)
}

fn meaning(parameter: &str) -> &'static str {
    match parameter {
        "api_key" => "The key of an app",
        "name" => "A name that was given",
        _ => "The id that a list shows",
    }
}

/// The responses by status. Codes of the same status from several grounds come together.
fn answers(endpoint: &Endpoint, schemas: &mut Schemas) -> Value {
    let mut responses = Map::new();
    for answer in &endpoint.answers {
        let status = answer.status.map_or_else(|| "default".to_owned(), |status| status.to_string());
        responses.insert(status, schemas.answer(answer));
    }
    let when = |applies: bool, code| applies.then_some(code);
    let brought_along = [
        when(!endpoint.query.is_empty() || endpoint.body.is_some(), ControlCode::InvalidRequest),
        when(endpoint.body.is_some(), ControlCode::TooLarge),
        when(endpoint.path.contains("{api_key}"), ControlCode::UnknownApp),
    ];
    let all =
        EVERYWHERE.into_iter().chain(brought_along.into_iter().flatten()).chain(endpoint.refusals.iter().copied());
    let mut codes: BTreeMap<u16, Vec<&str>> = BTreeMap::new();
    for code in all {
        codes.entry(code.status()).or_default().push(code.word());
    }
    for (status, codes) in codes {
        let schema = schemas.answers.subschema_for::<Refusal>().to_value();
        let about = format!("Refused: {}", codes.join(", "));
        let refused = json!({ "description": about, "content": { "application/json": { "schema": schema } } });
        match responses.get_mut(&status.to_string()) {
            // An answer of its own with the same status.
            Some(own) => {
                let content = &mut own["content"]["application/json"]["schema"];
                *content = json!({ "anyOf": [content.take(), schema] });
                own["description"] = json!(format!("{}; {about}", own["description"].as_str().unwrap_or_default()));
            }
            None => drop(responses.insert(status.to_string(), refused)),
        }
    }
    Value::Object(responses)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::control::routes;

    #[test]
    fn every_route_is_described_once_and_by_a_name_of_its_own() {
        let document = document("http://127.0.0.1:7663", routes::table());
        let (mut ids, mut routes) = (BTreeSet::new(), 0);
        for endpoint in routes::table().into_iter().flat_map(|area| area.endpoints) {
            let path = &document["paths"][format!("/_millpond{}", endpoint.path)];
            let described = &path[endpoint.method.as_str().to_ascii_lowercase()];
            assert_eq!(described["operationId"], endpoint.id, "{} {}", endpoint.method, endpoint.path);
            assert!(
                described["responses"].as_object().is_some_and(|all| all.keys().any(|status| status.as_str() < "4"))
            );
            assert!(ids.insert(endpoint.id), "{} names two routes", endpoint.id);
            routes += 1;
        }
        let methods = |path: &Value| path.as_object().map_or(0, Map::len);
        assert_eq!(
            document["paths"].as_object().into_iter().flatten().map(|(_, path)| methods(path)).sum::<usize>(),
            routes
        );
    }

    #[test]
    fn every_example_is_json() {
        for endpoint in routes::table().into_iter().flat_map(|area| area.endpoints) {
            let body = endpoint.body.iter().flat_map(|body| body.examples);
            for example in body {
                assert!(serde_json::from_str::<Value>(example).is_ok(), "{}: {example}", endpoint.id);
            }
            assert!(endpoint.body.is_none_or(|body| !body.examples.is_empty()), "{}", endpoint.id);
        }
    }

    #[test]
    fn every_reference_leads_somewhere() {
        fn follow(document: &Value, value: &Value) {
            if let Some(Value::String(reference)) = value.get("$ref") {
                assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
            }
            value.as_object().into_iter().flatten().for_each(|(_, value)| follow(document, value));
            value.as_array().into_iter().flatten().for_each(|value| follow(document, value));
        }
        let document = document("http://127.0.0.1:7663", routes::table());
        follow(&document, &document);
    }
}
