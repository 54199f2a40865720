//! Reactions to comments (feeds-interactions 3).

use actix_web::web::Path;
use serde::{Deserialize, Serialize};

use super::acting::{Acting, Named};
use super::query::{Asked, QueryRequest};
use super::reactions::{AddReactionRequest, BATCH_MAX, ReactionsResponse, ToldResponse, targets};
use crate::auth::caller::AnyCaller;
use crate::body::Body;
use crate::domain::feeds::activity_reactions::Reacted;
use crate::domain::feeds::comment_reactions as rules;
use crate::domain::feeds::reactions::{OF_COMMENT, OF_COMMENTS};
use crate::error::Result;
use crate::model::feeds::activity::EnrichedActivity;
use crate::model::feeds::comment::EnrichedComment;
use crate::model::feeds::reaction::EnrichedReaction;
use crate::permission::capability::Capability;
use crate::reply::Reply;
use crate::validate::batch;

/// The answer of AddCommentReaction.
#[derive(Serialize)]
pub struct AddCommentReactionResponse {
    comment: EnrichedComment,
    reaction: EnrichedReaction,
    #[serde(skip_serializing_if = "Option::is_none")]
    reference_activity: Option<EnrichedActivity>,
    #[serde(flatten)]
    told: ToldResponse,
}

/// `POST /feeds/comments/{id}/reactions`.
pub async fn add(
    caller: AnyCaller,
    id: Path<String>,
    body: Body<AddReactionRequest>,
) -> Result<Reply<AddCommentReactionResponse>> {
    let AddReactionRequest { named, reaction, target_feeds, telling } = body.0;
    let acting = Acting::required(&caller, named)?;
    let (input, targets) = (reaction.checked()?, targets(target_feeds)?);
    let reacted = caller.write(move |tx| {
        let by = acting.user(tx, Capability::AddCommentReaction.action())?;
        rules::add(tx, acting.actor(), &by, &id, input, targets, telling.into())
    });
    let Reacted { object: comment, reaction, reference, told } = reacted.await?;
    Ok(Reply(AddCommentReactionResponse { comment, reaction, reference_activity: reference, told: told.into() }))
}

/// The answer of DeleteCommentReaction.
#[derive(Serialize)]
pub struct DeleteCommentReactionResponse {
    comment: EnrichedComment,
    reaction: EnrichedReaction,
}

/// `DELETE /feeds/comments/{id}/reactions/{type}`.
pub async fn delete(caller: AnyCaller, path: Path<(String, String)>) -> Result<Reply<DeleteCommentReactionResponse>> {
    let (id, kind) = path.into_inner();
    let acting = Acting::required(&caller, Named::in_query(&caller))?;
    let withdraws = caller.params().flag("delete_notification_activity")?;
    let deleted = caller.write(move |tx| {
        let by = acting.user(tx, Capability::DeleteOwnCommentReaction.action())?;
        rules::delete(tx, acting.actor(), &by, &id, &kind, withdraws)
    });
    let (comment, reaction) = deleted.await?;
    Ok(Reply(DeleteCommentReactionResponse { comment, reaction }))
}

/// `POST /feeds/comments/{id}/reactions/query`.
pub async fn query(caller: AnyCaller, id: Path<String>, body: Body<QueryRequest>) -> Result<Reply<ReactionsResponse>> {
    let walk = body.0.asked.walk(&OF_COMMENT)?;
    let acting = Acting::of(&caller, body.0.named)?;
    let page = caller.scan(move |tx| rules::query(tx, acting.actor(), &id, &walk));
    Ok(Reply(page.await?.into()))
}

/// The body of BatchQueryCommentReactions.
#[derive(Deserialize)]
pub struct BatchQueryCommentReactionsRequest {
    #[serde(flatten)]
    named: Named,
    #[serde(flatten)]
    asked: Asked,
    comment_ids: Option<Vec<String>>,
}

/// `POST /feeds/comments/reactions/query`: the caller's own reactions alone.
pub async fn query_own(
    caller: AnyCaller,
    body: Body<BatchQueryCommentReactionsRequest>,
) -> Result<Reply<ReactionsResponse>> {
    let walk = body.0.asked.walk(&OF_COMMENTS)?;
    let acting = Acting::of(&caller, body.0.named)?;
    let ids = body.0.comment_ids.unwrap_or_default();
    batch("comment_ids", ids.len(), BATCH_MAX)?;
    let page = caller.scan(move |tx| rules::own(tx, acting.actor(), &ids, &walk));
    Ok(Reply(page.await?.into()))
}
