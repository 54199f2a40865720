//! What links look like to `GET /og`: no page is fetched, so a test says it.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use url::Url;

use super::Control;
use super::answers::{Cleared, LinkPreviews};
use super::body::ControlBody;
use super::code::ControlCode;
use super::endpoint::Parameter;
use super::error::{ControlError, Result};
use crate::params::Params;
use crate::store::link_previews;

/// Previews that an app may have.
const PREVIEWS_MAX: u32 = 1_000;
/// The longest address of one, in bytes.
const URL_MAX_BYTES: usize = 2_048;

/// What a link looks like.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkPreview {
    /// The address, as it is asked for.
    pub url: String,
    /// The fields of the attachment that `GET /og` answers: `title`, `text`, `image_url`, …
    pub preview: Map<String, Value>,
}

/// `GET /apps/{api_key}/link-previews`.
pub async fn list(control: Data<Control>, key: Path<String>) -> Result<HttpResponse> {
    let scope = control.scope(&key)?;
    let all = control.store.read(&scope, link_previews::all)?;
    let shown = all.into_iter().map(|(url, preview)| LinkPreview { url, preview });
    Ok(HttpResponse::Ok().json(shown.collect::<LinkPreviews<_>>()))
}

/// `PUT /apps/{api_key}/link-previews`: in place of the one of the same address.
pub async fn put(control: Data<Control>, key: Path<String>, body: ControlBody<LinkPreview>) -> Result<HttpResponse> {
    let scope = control.scope(&key)?;
    let LinkPreview { url, preview } = body.0;
    let is_address = Url::parse(&url).is_ok_and(|url| ["http", "https"].contains(&url.scheme()));
    if !is_address || url.len() > URL_MAX_BYTES {
        let message = format!("url must be an address of the web, of at most {URL_MAX_BYTES} bytes");
        return Err(ControlError::invalid("/url", message));
    }
    let saved = control.store.write(&scope, move |tx| {
        if link_previews::count(tx)? >= PREVIEWS_MAX && link_previews::get(tx, &url)?.is_none() {
            return Ok(None);
        }
        link_previews::save(tx, &url, &preview)?;
        Ok(Some(LinkPreview { url, preview }))
    });
    let too_many = || {
        let message = format!("an app has at most {PREVIEWS_MAX} link previews");
        ControlError::new(ControlCode::TooManyLinkPreviews, message).with_hint("delete those that are done")
    };
    Ok(HttpResponse::Ok().json(saved.await?.ok_or_else(too_many)?))
}

/// Which preview is meant.
pub fn parameters() -> [Parameter; 1] {
    [Parameter::new("url", "The one of this address", json!({ "type": "string" }))]
}

/// `DELETE /apps/{api_key}/link-previews`: all of them, or with `?url=` one.
pub async fn remove(control: Data<Control>, key: Path<String>, request: HttpRequest) -> Result<HttpResponse> {
    let scope = control.scope(&key)?;
    let url = Params::parse(request.query_string()).get("url").map(str::to_owned);
    let cleared = control.store.write(&scope, move |tx| link_previews::remove(tx, url.as_deref())).await?;
    Ok(HttpResponse::Ok().json(Cleared { cleared }))
}
