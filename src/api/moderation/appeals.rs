//! Appeals (feeds-interactions 10): users make them and see their own, servers and who may read what was flagged see all.

use actix_web::web::Path;
use serde::{Deserialize, Serialize};

use crate::api::acting::{Acting, UserReference};
use crate::api::feeds::pager::PagerResponse;
use crate::api::feeds::query::Asked;
use crate::auth::caller::AnyCaller;
use crate::body::Body;
use crate::domain::flags::check_entity;
use crate::domain::moderation::appeals::{self as rules, NewAppeal};
use crate::domain::moderation::tell;
use crate::error::Result;
use crate::model::moderation::EnrichedAppeal;
use crate::permission::Request;
use crate::reply::Reply;
use crate::validate::{given, required};

/// The body of Appeal.
#[derive(Deserialize)]
pub struct AppealRequest {
    entity_type: Option<String>,
    entity_id: Option<String>,
    appeal_reason: Option<String>,
    review_queue_item_id: Option<String>,
    attachments: Option<Vec<String>>,
    user_id: Option<String>,
    user: Option<UserReference>,
}

/// The answer of Appeal.
#[derive(Serialize)]
pub struct AppealResponse {
    appeal_id: String,
}

/// `POST /moderation/appeal`.
pub async fn create(caller: AnyCaller, body: Body<AppealRequest>) -> Result<Reply<AppealResponse>> {
    let request = body.0;
    let acting = Acting::in_body(&caller, request.user_id.as_deref(), request.user.as_ref())?;
    let new = NewAppeal {
        entity_type: required("entity_type", request.entity_type)?,
        entity_id: required("entity_id", request.entity_id)?,
        item_id: given(request.review_queue_item_id),
        reason: required("appeal_reason", request.appeal_reason)?,
        attachments: request.attachments.unwrap_or_default(),
    };
    check_entity(&new.entity_type, &new.entity_id, None)?;
    let appeal = caller.write(move |tx| {
        let user = acting.user(tx)?;
        rules::create(tx, user.id.as_str(), new)
    });
    Ok(Reply(AppealResponse { appeal_id: appeal.await?.id }))
}

/// Whose appeals alone a caller sees; `None` for all.
fn only_of(caller: &AnyCaller) -> Result<Option<String>> {
    if caller.is_server() || caller.require(Request::app_level(tell::READ)).is_ok() {
        return Ok(None);
    }
    caller.acting_user(None).map(|id| Some(id.to_string()))
}

/// An answer with one appeal.
#[derive(Serialize)]
pub struct OneAppeal {
    item: EnrichedAppeal,
}

/// `GET /moderation/appeal/{id}`.
pub async fn get(caller: AnyCaller, id: Path<String>) -> Result<Reply<OneAppeal>> {
    let own = only_of(&caller)?;
    let item = caller.read(|tx| rules::show(tx, rules::present(tx, &id, own.as_deref())?))?;
    Ok(Reply(OneAppeal { item }))
}

/// The body of QueryAppeals.
#[derive(Deserialize)]
pub struct QueryAppealsRequest {
    #[serde(flatten)]
    asked: Asked,
}

/// The answer of QueryAppeals.
#[derive(Serialize)]
pub struct QueryAppealsResponse {
    items: Vec<EnrichedAppeal>,
    #[serde(flatten)]
    pager: PagerResponse,
}

/// `POST /moderation/appeals`.
pub async fn query(caller: AnyCaller, body: Body<QueryAppealsRequest>) -> Result<Reply<QueryAppealsResponse>> {
    let walk = body.0.asked.walk(&rules::APPEALS)?;
    let own = only_of(&caller)?;
    let (items, leads) = caller.scan(move |tx| rules::query(tx, own.as_deref(), &walk)).await?;
    Ok(Reply(QueryAppealsResponse { items, pager: leads.into() }))
}
