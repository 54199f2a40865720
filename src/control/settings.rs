//! millpond's own settings of an app.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use serde_json::Value;

use super::Control;
use super::error::{ControlError, Result};
use crate::params::Body;
use crate::store::apps;

/// `GET /apps/{api_key}/settings`.
pub async fn get(control: Data<Control>, key: Path<String>) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(control.app(&key)?.state().emulator))
}

/// `PATCH /apps/{api_key}/settings`: merges key by key; `null` goes back to the default.
pub async fn patch(control: Data<Control>, key: Path<String>, body: Body<Value>) -> Result<HttpResponse> {
    let scope = control.scope(&key)?;
    let patch = body.0;
    if !patch.is_object() {
        return Err(ControlError::invalid("", "the settings are an object"));
    }
    let saved = control
        .store
        .write(&scope, move |tx| {
            Ok(match tx.state().emulator.patched(&patch) {
                Err((field, cause)) => Err((field, cause)),
                Ok(emulator) => {
                    apps::save_emulator(tx, &emulator)?;
                    Ok(emulator)
                }
            })
        })
        .await?;
    match saved {
        Ok(emulator) => Ok(HttpResponse::Ok().json(emulator)),
        Err((field, cause)) => Err(ControlError::invalid(&format!("/{}", field.replace('.', "/")), cause)),
    }
}
