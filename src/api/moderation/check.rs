//! Judging what is no content of feeds (feeds-interactions 10), for servers.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::auth::caller::ServerCaller;
use crate::body::Body;
use crate::domain::flags::check_entity;
use crate::domain::moderation::queue::{self, Said};
use crate::domain::moderation::{judge, policies, show};
use crate::domain::users::check_object;
use crate::error::Result;
use crate::model::moderation::{EnrichedItem, Policy};
use crate::reply::Reply;
use crate::validate::{given, required};

/// The body of Check.
#[derive(Deserialize)]
pub struct CheckRequest {
    entity_type: Option<String>,
    entity_id: Option<String>,
    entity_creator_id: Option<String>,
    config_key: Option<String>,
    config_team: Option<String>,
    config: Option<Map<String, Value>>,
    moderation_payload: Option<Map<String, Value>>,
    test_mode: Option<bool>,
}

/// The answer of Check.
#[derive(Serialize)]
pub struct CheckResponse {
    status: &'static str,
    recommended_action: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    item: Option<EnrichedItem>,
}

/// `POST /moderation/check`: by the policy that is sent along, or by that of a key; without one everything is kept. In test mode
/// nothing comes into the queue.
pub async fn check(caller: ServerCaller, body: Body<CheckRequest>) -> Result<Reply<CheckResponse>> {
    let CheckRequest { config_key, config_team, config, moderation_payload, test_mode, .. } = body.0;
    let entity_type = required("entity_type", body.0.entity_type)?;
    let entity_id = required("entity_id", body.0.entity_id)?;
    let creator_id = Some(required("entity_creator_id", body.0.entity_creator_id)?);
    check_entity(&entity_type, &entity_id, creator_id.as_deref())?;
    let payload = moderation_payload.unwrap_or_default();
    check_object("moderation_payload", &payload)?;
    let text = joined(&payload);
    let config = config.map(super::configs::parts).transpose()?;
    let answer = caller.write(move |tx| {
        let policy = match (config, given(config_key)) {
            (Some(config), key) => {
                policies::check_lists(tx, &config)?;
                let (team, key) = (config_team.unwrap_or_default(), key.unwrap_or_default());
                Some(Policy { team, key, is_async: false, config, created_at: tx.now, updated_at: tx.now })
            }
            (None, Some(key)) => Some(policies::show(tx, &config_team.unwrap_or_default(), &key)?),
            (None, None) => None,
        };
        let verdict = judge::texts(tx, policy.as_slice(), &text)?;
        let recommended_action = verdict.as_ref().map_or("keep", |verdict| &verdict.found.action).to_owned();
        let item = match verdict.filter(|_| test_mode != Some(true)) {
            Some(verdict) => {
                let said = Said { creator_id, payload: Some(payload) };
                Some(show::item(tx, queue::found(tx, &entity_type, &entity_id, &verdict.found, said)?)?)
            }
            None => None,
        };
        Ok(CheckResponse { status: "completed", recommended_action, item })
    });
    Ok(Reply(answer.await?))
}

/// The texts of a payload, one below the other.
fn joined(payload: &Map<String, Value>) -> String {
    let texts = payload.get("texts").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    texts.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("\n")
}
