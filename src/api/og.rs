//! What links look like (feeds-interactions 9). No page is fetched: an app's own table of previews answers.

use serde_json::{Map, Value};

use crate::auth::caller::AnyCaller;
use crate::domain::feeds::link_previews;
use crate::error::{ApiError, Result};
use crate::reply::Reply;

/// `GET /og`. Applications take code 4 for a page of which nothing is known, and nothing else.
pub async fn get(caller: AnyCaller) -> Result<Reply<Map<String, Value>>> {
    caller.signed_in()?;
    let url = caller.params().required("url")?.to_owned();
    let found = caller.read(|tx| link_previews::of(tx, &url))?;
    found.map(Reply).ok_or_else(|| {
        ApiError::input(format!(
            "nothing is known of {url}: millpond fetches no pages; PUT /_millpond/apps/{{api_key}}/link-previews says what it looks like"
        ))
    })
}
