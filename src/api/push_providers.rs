//! Named configurations of push providers (wire-contract 4.9).

use actix_web::web::Path;
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value};

use crate::auth::caller::ServerCaller;
use crate::body::Body;
use crate::clock::Time;
use crate::domain::push_providers::{self as rules, DISABLED_AT};
use crate::error::{ApiError, Result};
use crate::model::push_provider::PushProvider;
use crate::reply::Reply;
use crate::store::push_providers;
use crate::wire::Empty;

/// The body of UpsertPushProvider.
#[derive(Deserialize)]
pub struct UpsertRequest {
    push_provider: Option<ProviderInput>,
}

#[derive(Deserialize)]
struct ProviderInput {
    #[serde(rename = "type")]
    provider: Option<String>,
    name: Option<String>,
    #[serde(flatten)]
    config: Map<String, Value>,
}

/// A configuration to be written.
struct ProviderResponse(PushProvider);

impl Serialize for ProviderResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let own = &self.0;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("type", &own.provider)?;
        map.serialize_entry("name", &own.name)?;
        map.serialize_entry("created_at", &own.created_at)?;
        map.serialize_entry("updated_at", &own.updated_at)?;
        for (key, value) in &own.config {
            match value.as_i64().filter(|_| key == DISABLED_AT) {
                Some(ns) => map.serialize_entry(key, &Time(ns))?,
                None => map.serialize_entry(key, value)?,
            }
        }
        map.end()
    }
}

/// The answer of UpsertPushProvider.
#[derive(Serialize)]
pub struct UpsertResponse {
    push_provider: ProviderResponse,
}

/// `POST /push_providers`: makes a configuration, or replaces it.
pub async fn upsert(caller: ServerCaller, body: Body<UpsertRequest>) -> Result<Reply<UpsertResponse>> {
    let given = body.0.push_provider.ok_or_else(|| ApiError::input("push_provider is a required field"))?;
    let now = caller.scope().now;
    let own = PushProvider {
        provider: given.provider.unwrap_or_default(),
        name: given.name.unwrap_or_default(),
        config: rules::fields(&given.config)?,
        created_at: now,
        updated_at: now,
    };
    let saved = caller.write(move |tx| {
        rules::upsert(tx, &own)?;
        Ok(push_providers::get(tx, &own.provider, &own.name)?.unwrap_or(own))
    });
    Ok(Reply(UpsertResponse { push_provider: ProviderResponse(saved.await?) }))
}

/// The answer of ListPushProviders.
#[derive(Serialize)]
pub struct ListResponse {
    push_providers: Vec<ProviderResponse>,
}

/// `GET /push_providers`: the named configurations, by provider and name.
pub async fn list(caller: ServerCaller) -> Result<Reply<ListResponse>> {
    let all = caller.read(push_providers::all)?;
    Ok(Reply(ListResponse { push_providers: all.into_iter().map(ProviderResponse).collect() }))
}

/// `DELETE /push_providers/{type}/{name}`.
pub async fn delete(caller: ServerCaller, path: Path<(String, String)>) -> Result<Reply<Empty>> {
    let (provider, name) = path.into_inner();
    rules::check_provider("type", &provider)?;
    caller
        .write(move |tx| {
            let found = push_providers::remove(tx, &provider, &name)?;
            let text = || format!("push provider \"{name}\" with type \"{provider}\" not found");
            if found { Ok(()) } else { Err(ApiError::not_found(text())) }
        })
        .await?;
    Ok(Reply(Empty {}))
}
