//! What links look like (feeds-interactions 9). No page is fetched: an app's own table of previews answers.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::auth::caller::AnyCaller;
use crate::error::{ApiError, Result};
use crate::reply::Reply;
use crate::store::link_previews;

/// The answer of GetOG: the fields of an attachment.
#[derive(Serialize)]
pub struct PreviewResponse {
    custom: Map<String, Value>,
    og_scrape_url: String,
    #[serde(flatten)]
    fields: Map<String, Value>,
}

/// `GET /og`. Applications take code 4 for a page of which nothing is known, and nothing else.
pub async fn get(caller: AnyCaller) -> Result<Reply<PreviewResponse>> {
    caller.signed_in()?;
    let url = caller.params().required("url")?.to_owned();
    let found = caller.read(|tx| link_previews::get(tx, &url))?;
    let mut fields = found.ok_or_else(|| {
        ApiError::input(format!(
            "nothing is known of {url}: millpond fetches no pages; PUT /_millpond/apps/{{api_key}}/link-previews says what it looks like"
        ))
    })?;
    let custom = match fields.remove("custom") {
        Some(Value::Object(custom)) => custom,
        _ => Map::new(),
    };
    for key in ["og_scrape_url", "duration"] {
        fields.remove(key);
    }
    Ok(Reply(PreviewResponse { custom, og_scrape_url: url, fields }))
}
