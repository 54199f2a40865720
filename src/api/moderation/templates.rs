//! What says which parts of activities before V3 are texts and images (feeds-interactions 10). Kept, and read by nothing.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::auth::caller::ServerCaller;
use crate::body::Body;
use crate::domain::moderation::templates as rules;
use crate::error::{ApiError, Result};
use crate::model::moderation::Template;
use crate::reply::Reply;
use crate::validate::required;
use crate::wire::Empty;

/// The answer of V2QueryTemplates.
#[derive(Serialize)]
pub struct TemplatesResponse {
    templates: Vec<Template>,
}

/// `GET /moderation/feeds_moderation_template`.
pub async fn query(caller: ServerCaller) -> Result<Reply<TemplatesResponse>> {
    Ok(Reply(TemplatesResponse { templates: caller.read(rules::all)? }))
}

/// The body of V2UpsertTemplate.
#[derive(Deserialize)]
pub struct UpsertTemplateRequest {
    name: Option<String>,
    config: Option<Map<String, Value>>,
}

/// `POST /moderation/feeds_moderation_template`.
pub async fn upsert(caller: ServerCaller, body: Body<UpsertTemplateRequest>) -> Result<Reply<Template>> {
    let name = required("name", body.0.name)?;
    let config = body.0.config.ok_or_else(|| ApiError::input("config is a required field"))?;
    if !config.get("data_types").is_some_and(Value::is_object) {
        return Err(ApiError::input("config.data_types is a required field"));
    }
    Ok(Reply(caller.write(move |tx| rules::upsert(tx, name, config)).await?))
}

/// `DELETE /moderation/feeds_moderation_template`: all of them, since it names none.
pub async fn delete(caller: ServerCaller) -> Result<Reply<Empty>> {
    caller.write(rules::clear).await?;
    Ok(Reply(Empty {}))
}
