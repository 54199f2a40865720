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
use crate::domain::minting;
use crate::mint::{self, Minted, Wanted};
use crate::store::{Scope, named_tokens};

/// A fixture's tokens.
#[derive(Serialize, JsonSchema)]
pub struct NamedTokens {
    /// The tokens by name.
    tokens: BTreeMap<String, String>,
}

/// A token that was made.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Minted")]
pub struct TokenShown {
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

/// Makes a token that an app hands out.
pub async fn issue(control: &Control, scope: &Scope, wanted: &Wanted) -> Result<Minted> {
    let state = scope.app.state();
    if minting::are_own(&state, scope.app.clock.mode()) {
        let wanted = wanted.clone();
        let counted = control.store.write(scope, move |tx| minting::counted(tx, &wanted, None)).await?;
        return Ok(mint::mint(&counted, &state.secret, scope.now)?);
    }
    let minted = mint::mint(wanted, &state.secret, scope.now)?;
    scope.app.made(&minted.token);
    Ok(minted)
}

/// `POST /apps/{api_key}/tokens`: mints a token, also a deliberately wrong one.
pub async fn mint(control: Data<Control>, key: Path<String>, body: ControlBody<Wanted>) -> Result<HttpResponse> {
    let minted = issue(&control, &control.scope(&key)?, &body.0).await?;
    Ok(HttpResponse::Created().json(TokenShown { token: minted.token, claims: minted.claims }))
}
