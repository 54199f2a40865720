//! Tokens: those a fixture named, and any other.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::Control;
use super::body::ControlBody;
use super::error::Result;
use crate::mint::{self, Wanted};
use crate::store::named_tokens;

/// A fixture's tokens.
#[derive(Serialize, JsonSchema)]
pub struct NamedTokens {
    /// The tokens by name.
    tokens: BTreeMap<String, String>,
}

/// A token that was made.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Minted")]
pub struct Shown {
    /// The token.
    token: String,
    /// Its claims.
    claims: Value,
}

/// `GET /apps/{api_key}/tokens`: the fixture's tokens by name.
pub async fn named(control: Data<Control>, key: Path<String>) -> Result<HttpResponse> {
    let scope = control.scope(&key)?;
    let tokens = control.store.read(&scope, named_tokens::all)?;
    Ok(HttpResponse::Ok().json(NamedTokens { tokens }))
}

/// `POST /apps/{api_key}/tokens`: mints a token, also a deliberately wrong one.
pub async fn mint(control: Data<Control>, key: Path<String>, body: ControlBody<Wanted>) -> Result<HttpResponse> {
    let app = control.app(&key)?;
    let minted = mint::mint(&body.0, &app.state().secret, app.clock.now())?;
    Ok(HttpResponse::Created().json(Shown { token: minted.token, claims: minted.claims }))
}
