//! millpond's own settings of an app.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use serde_json::Value;

use super::Control;
use super::body::{ControlBody, escaped, misread};
use super::error::{ControlError, Result};
use crate::operation::table;
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
