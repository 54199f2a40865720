//! What files hold that were sent: put back where a fixture named them whose text was too small for it.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Payload};
use futures_util::StreamExt;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;

use super::Control;
use super::code::ControlCode;
use super::error::{ControlError, Result};
use crate::domain::uploads::FILE_MAX_BYTES;
use crate::error::ApiError;
use crate::store::files::Receiving;
use crate::store::uploads;

/// A content that is there.
#[derive(Serialize, JsonSchema)]
pub struct Kept {
    /// The SHA-256 of what it holds.
    hash: String,
    /// How many bytes it has.
    bytes: usize,
}

/// The shape of what is put back.
pub fn shape(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "format": "binary", "description": "The bytes as they are" })
}

/// `PUT /apps/{api_key}/files/{hash}`: the bytes as they are.
pub async fn put(control: Data<Control>, place: Path<(String, String)>, mut payload: Payload) -> Result<HttpResponse> {
    let (key, hash) = place.into_inner();
    let scope = control.scope(&key)?;
    if !control.store.read(&scope, |tx| uploads::is_named(tx, &hash))? {
        return Err(unknown(&hash));
    }
    let full = |cause: std::io::Error| ApiError::internal(&format!("a file could not be kept: {cause}"));
    let mut receiving: Receiving = control.store.files().receive().map_err(full)?;
    while let Some(piece) = payload.next().await {
        let piece = piece.map_err(|cause| ControlError::invalid("", format!("the body cannot be read: {cause}")))?;
        if receiving.take(&piece).map_err(full)? > FILE_MAX_BYTES {
            let most = FILE_MAX_BYTES / 1024 / 1024;
            return Err(ControlError::new(ControlCode::TooLarge, format!("a file has at most {most} MiB")));
        }
    }
    let (received, bytes, digits) = receiving.end();
    if digits != hash {
        return Err(ControlError::invalid("", format!("the body is not what {hash} names: its SHA-256 is {digits}")));
    }
    let kept = control.store.write(&scope, move |tx| uploads::put_back(tx, &digits, received)).await?;
    if !kept {
        return Err(unknown(&hash));
    }
    Ok(HttpResponse::Ok().json(Kept { hash, bytes }))
}

fn unknown(hash: &str) -> ControlError {
    ControlError::new(ControlCode::UnknownFile, format!("no upload of the app has the hash \"{hash}\""))
        .with_hint("load the fixture first whose rows of `uploads` name it")
}
