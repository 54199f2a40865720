//! millpond's own settings of an app.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Value, json};

use super::Control;
use super::body::{ControlBody, escaped, misread};
use super::error::{ControlError, Result};
use crate::operation::table;
use crate::operation::table::OPERATIONS;
use crate::settings::Emulator;
use crate::store::apps;

/// `GET /apps/{api_key}/settings`.
pub async fn get(control: Data<Control>, key: Path<String>) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(&control.app(&key)?.state().emulator))
}

/// `PATCH /apps/{api_key}/settings`: merges key by key; `null` goes back to the default.
pub async fn patch(control: Data<Control>, key: Path<String>, body: ControlBody<Value>) -> Result<HttpResponse> {
    let scope = control.scope(&key)?;
    let patch = body.0;
    check_operations(&patch["calls_per_minute"])?;
    let saved = control
        .store
        .write(&scope, move |tx| {
            let patched = tx.state().emulator.patched(&patch);
            if let Ok(emulator) = &patched {
                apps::save_emulator(tx, emulator)?;
            }
            Ok(patched)
        })
        .await?;
    saved.map(|emulator| HttpResponse::Ok().json(emulator)).map_err(|fault| misread(&fault))
}

/// Refuses the name of an operation that is in no table, also one that is to be taken out: it is misspelt.
fn check_operations(by_operation: &Value) -> Result<()> {
    let mut names = by_operation.as_object().into_iter().flatten().map(|(name, _)| name);
    names.find(|name| table::named(name).is_none()).map_or(Ok(()), |name| {
        let field = format!("/calls_per_minute/{}", escaped(name));
        let fault = ControlError::invalid(&field, format!("there is no operation `{name}`"));
        Err(fault.with_hint(format!("did you mean `{}`? GET /_millpond/operations lists them", table::nearest(name))))
    })
}

/// A change of millpond's own settings: any of them, or null for the default.
pub fn shape_of_patch(generator: &mut SchemaGenerator) -> Schema {
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
