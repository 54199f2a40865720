//! millpond's own settings of an app.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use serde_json::Value;

use super::Control;
use super::body::{ControlBody, misread};
use super::error::Result;
use crate::store::apps;

/// `GET /apps/{api_key}/settings`.
pub async fn get(control: Data<Control>, key: Path<String>) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(control.app(&key)?.state().emulator))
}

/// `PATCH /apps/{api_key}/settings`: merges key by key; `null` goes back to the default.
pub async fn patch(control: Data<Control>, key: Path<String>, body: ControlBody<Value>) -> Result<HttpResponse> {
    let scope = control.scope(&key)?;
    let patch = body.0;
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
