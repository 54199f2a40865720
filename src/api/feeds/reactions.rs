//! Reactions to activities (feeds-interactions 3).

use actix_web::web::Path;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::acting::{Acting, Named};
use super::pager::PagerResponse;
use super::query::{Asked, QueryRequest};
use crate::auth::caller::AnyCaller;
use crate::body::Body;
use crate::domain::feeds::activity_reactions::{self as rules, Reacted, Telling};
use crate::domain::feeds::feeds::parse_address;
use crate::domain::feeds::reactions::{OF_ACTIVITIES, OF_ACTIVITY, ReactionInput};
use crate::domain::feeds::read::FEEDS_MAX;
use crate::domain::users::check_object;
use crate::error::Result;
use crate::ids::FeedId;
use crate::model::feeds::activity::EnrichedActivity;
use crate::model::feeds::page::Page;
use crate::model::feeds::reaction::EnrichedReaction;
use crate::permission::capability::Capability;
use crate::reply::Reply;
use crate::validate::{batch, max_chars, required};

/// Characters of a reaction's type at the most.
const TYPE_MAX_CHARS: usize = 255;
/// Objects of which reactions are asked for at once at the most.
pub(super) const BATCH_MAX: usize = 100;

/// The body of AddActivityReaction and AddCommentReaction. That a user is to be made is no matter: whoever is named is made.
#[derive(Deserialize)]
pub struct AddReactionRequest {
    #[serde(flatten)]
    pub(super) named: Named,
    #[serde(flatten)]
    pub(super) reaction: ReactionRequest,
    pub(super) target_feeds: Option<Vec<String>>,
    #[serde(flatten)]
    pub(super) telling: TellingRequest,
}

/// Whether the author of what is reacted to is told. Push messages are never sent, so none has to be skipped.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct TellingRequest {
    create_notification_activity: Option<bool>,
    copy_custom_to_notification: Option<bool>,
}

impl From<TellingRequest> for Telling {
    fn from(asked: TellingRequest) -> Self {
        Self {
            notifies: asked.create_notification_activity == Some(true),
            copies_custom: asked.copy_custom_to_notification == Some(true),
        }
    }
}

/// What an answer tells of a notification: nothing where there is none.
#[derive(Default, Serialize)]
pub struct ToldResponse {
    #[serde(rename = "notification_accepted", skip_serializing_if = "Option::is_none")]
    is_accepted: Option<bool>,
    #[serde(rename = "notification_created", skip_serializing_if = "Option::is_none")]
    is_created: Option<bool>,
    #[serde(rename = "notification_task_id", skip_serializing_if = "Option::is_none")]
    task_id: Option<String>,
}

impl From<Option<String>> for ToldResponse {
    fn from(task: Option<String>) -> Self {
        let is_told = task.as_ref().map(|_| true);
        Self { is_accepted: is_told, is_created: is_told, task_id: task }
    }
}

/// A reaction in a request.
#[derive(Deserialize)]
pub struct ReactionRequest {
    #[serde(rename = "type")]
    kind: Option<String>,
    custom: Option<Map<String, Value>>,
    enforce_unique: Option<bool>,
}

impl ReactionRequest {
    /// What is described, within the limits.
    pub(super) fn checked(self) -> Result<ReactionInput> {
        let kind = required("type", self.kind)?;
        max_chars("type", &kind, TYPE_MAX_CHARS)?;
        let custom = self.custom.unwrap_or_default();
        check_object("custom", &custom)?;
        Ok(ReactionInput { kind, custom, is_only: self.enforce_unique == Some(true) })
    }
}

/// Feeds in which what is reacted to is shared.
pub(super) fn targets(asked: Option<Vec<String>>) -> Result<Vec<FeedId>> {
    let mut targets = Vec::new();
    let asked = asked.unwrap_or_default();
    batch("target_feeds", asked.len().max(1), FEEDS_MAX as usize)?;
    for feed in &asked {
        let address = parse_address(feed)?;
        if !targets.contains(&address) {
            targets.push(address);
        }
    }
    Ok(targets)
}

/// The answer of AddActivityReaction.
#[derive(Serialize)]
pub struct AddReactionResponse {
    activity: EnrichedActivity,
    reaction: EnrichedReaction,
    #[serde(skip_serializing_if = "Option::is_none")]
    reference_activity: Option<EnrichedActivity>,
    #[serde(flatten)]
    told: ToldResponse,
}

/// `POST /feeds/activities/{activity_id}/reactions`.
pub async fn add(
    caller: AnyCaller,
    id: Path<String>,
    body: Body<AddReactionRequest>,
) -> Result<Reply<AddReactionResponse>> {
    let AddReactionRequest { named, reaction, target_feeds, telling } = body.0;
    let acting = Acting::required(&caller, named)?;
    let (input, targets) = (reaction.checked()?, targets(target_feeds)?);
    let reacted = caller.write(move |tx| {
        let by = acting.user(tx, Capability::AddActivityReaction.action())?;
        rules::add(tx, acting.actor(), &by, &id, input, targets, telling.into())
    });
    let Reacted { object: activity, reaction, reference, told } = reacted.await?;
    Ok(Reply(AddReactionResponse { activity, reaction, reference_activity: reference, told: told.into() }))
}

/// The answer of DeleteActivityReaction.
#[derive(Serialize)]
pub struct DeleteReactionResponse {
    activity: EnrichedActivity,
    reaction: EnrichedReaction,
}

/// `DELETE /feeds/activities/{activity_id}/reactions/{type}`.
pub async fn delete(caller: AnyCaller, path: Path<(String, String)>) -> Result<Reply<DeleteReactionResponse>> {
    let (id, kind) = path.into_inner();
    let acting = Acting::required(&caller, Named::in_query(&caller))?;
    let withdraws = caller.params().flag("delete_notification_activity")?;
    let deleted = caller.write(move |tx| {
        let by = acting.user(tx, Capability::DeleteOwnActivityReaction.action())?;
        rules::delete(tx, acting.actor(), &by, &id, &kind, withdraws)
    });
    let (activity, reaction) = deleted.await?;
    Ok(Reply(DeleteReactionResponse { activity, reaction }))
}

/// The answer of the queries of reactions.
#[derive(Serialize)]
pub struct ReactionsResponse {
    reactions: Vec<EnrichedReaction>,
    #[serde(flatten)]
    pager: PagerResponse,
}

impl From<Page<EnrichedReaction>> for ReactionsResponse {
    fn from(page: Page<EnrichedReaction>) -> Self {
        Self { reactions: page.items, pager: PagerResponse { next: page.next, prev: page.prev } }
    }
}

/// `POST /feeds/activities/{activity_id}/reactions/query`.
pub async fn query(caller: AnyCaller, id: Path<String>, body: Body<QueryRequest>) -> Result<Reply<ReactionsResponse>> {
    let walk = body.0.asked.walk(&OF_ACTIVITY)?;
    let acting = Acting::of(&caller, body.0.named)?;
    let page = caller.scan(move |tx| rules::query(tx, acting.actor(), &id, &walk));
    Ok(Reply(page.await?.into()))
}

/// The body of BatchQueryActivityReactions.
#[derive(Deserialize)]
pub struct BatchQueryReactionsRequest {
    #[serde(flatten)]
    named: Named,
    #[serde(flatten)]
    asked: Asked,
    activity_ids: Option<Vec<String>>,
}

/// `POST /feeds/activities/reactions/query`: the caller's own reactions alone.
pub async fn query_own(caller: AnyCaller, body: Body<BatchQueryReactionsRequest>) -> Result<Reply<ReactionsResponse>> {
    let walk = body.0.asked.walk(&OF_ACTIVITIES)?;
    let acting = Acting::of(&caller, body.0.named)?;
    let ids = body.0.activity_ids.unwrap_or_default();
    batch("activity_ids", ids.len(), BATCH_MAX)?;
    let page = caller.scan(move |tx| rules::own(tx, acting.actor(), &ids, &walk));
    Ok(Reply(page.await?.into()))
}
