//! Policies of moderation (feeds-interactions 10): servers make them, and who may review; who may read what was flagged reads them.

use actix_web::web::Path;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::api::acting::may;
use crate::api::feeds::pager::PagerResponse;
use crate::api::feeds::query::Asked;
use crate::auth::caller::AnyCaller;
use crate::body::Body;
use crate::domain::moderation::{policies as rules, tell};
use crate::error::{ApiError, Result};
use crate::model::moderation::Policy;
use crate::permission::Request;
use crate::reply::Reply;
use crate::validate::required;
use crate::wire::Empty;

/// The parts of a policy, and what answers call them.
const PARTS: &[(&str, &str)] = &[
    ("ai_audio_config", "ai_audio_config"),
    ("ai_image_config", "ai_image_config"),
    ("ai_text_config", "ai_text_config"),
    ("ai_video_config", "ai_video_config"),
    ("automod_platform_circumvention_config", "automod_platform_circumvention_config"),
    ("automod_semantic_filters_config", "automod_semantic_filters_config"),
    ("automod_toxicity_config", "automod_toxicity_config"),
    ("aws_rekognition_config", "ai_image_config"),
    ("block_list_config", "block_list_config"),
    ("bodyguard_config", "ai_text_config"),
    ("flood_config", "flood_config"),
    ("google_vision_config", "ai_image_config"),
    ("llm_config", "llm_config"),
    ("rule_builder_config", "rule_builder_config"),
    ("velocity_filter_config", "velocity_filter_config"),
    ("video_call_rule_config", "video_call_rule_config"),
];

/// The parts that a body has.
pub(super) fn parts(mut body: Map<String, Value>) -> Result<Map<String, Value>> {
    let mut parts = Map::new();
    for (name, kept) in PARTS {
        match body.remove(*name) {
            None | Some(Value::Null) => {}
            Some(part @ Value::Object(_)) => drop(parts.insert((*kept).to_owned(), part)),
            Some(_) => return Err(ApiError::input(format!("{name} must be an object"))),
        }
    }
    Ok(parts)
}

/// The body of UpsertConfig.
#[derive(Deserialize)]
pub struct UpsertConfigRequest {
    key: Option<String>,
    team: Option<String>,
    #[serde(rename = "async")]
    is_async: Option<bool>,
    #[serde(flatten)]
    parts: Map<String, Value>,
}

/// An answer with one policy.
#[derive(Serialize)]
pub struct ConfigResponse {
    config: Policy,
}

/// `POST /moderation/config`: what is not said of a policy that is there is no longer part of it.
pub async fn upsert(caller: AnyCaller, body: Body<UpsertConfigRequest>) -> Result<Reply<ConfigResponse>> {
    let UpsertConfigRequest { key, team, is_async, parts: body } = body.0;
    let key = required("key", key)?;
    let config = parts(body)?;
    let by = caller.owned_subject();
    let policy = caller.write(move |tx| {
        may(tx, by, tell::REVIEW)?;
        rules::upsert(tx, team.unwrap_or_default(), key, is_async == Some(true), config)
    });
    Ok(Reply(ConfigResponse { config: policy.await? }))
}

fn team(caller: &AnyCaller) -> String {
    caller.params().get("team").unwrap_or_default().to_owned()
}

/// `GET /moderation/config/{key}`.
pub async fn get(caller: AnyCaller, key: Path<String>) -> Result<Reply<ConfigResponse>> {
    caller.require(Request::app_level(tell::READ))?;
    let team = team(&caller);
    Ok(Reply(ConfigResponse { config: caller.read(|tx| rules::show(tx, &team, &key))? }))
}

/// `DELETE /moderation/config/{key}`.
pub async fn delete(caller: AnyCaller, key: Path<String>) -> Result<Reply<Empty>> {
    let (by, team) = (caller.owned_subject(), team(&caller));
    let gone = caller.write(move |tx| {
        may(tx, by, tell::REVIEW)?;
        rules::delete(tx, &team, &key)
    });
    gone.await?;
    Ok(Reply(Empty {}))
}

/// The body of QueryModerationConfigs.
#[derive(Deserialize)]
pub struct QueryConfigsRequest {
    #[serde(flatten)]
    asked: Asked,
}

/// The answer of QueryModerationConfigs.
#[derive(Serialize)]
pub struct QueryConfigsResponse {
    configs: Vec<Policy>,
    #[serde(flatten)]
    pager: PagerResponse,
}

/// `POST /moderation/configs`.
pub async fn query(caller: AnyCaller, body: Body<QueryConfigsRequest>) -> Result<Reply<QueryConfigsResponse>> {
    let walk = body.0.asked.walk(&rules::CONFIGS)?;
    caller.require(Request::app_level(tell::READ))?;
    let (configs, leads) = caller.scan(move |tx| rules::query(tx, &walk)).await?;
    Ok(Reply(QueryConfigsResponse { configs, pager: leads.into() }))
}
