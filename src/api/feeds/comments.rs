//! Comments (feeds-interactions 2).

use actix_web::web::Path;
use serde::{Deserialize, Serialize};

use super::acting::{Acting, Named};
use super::comment_request::{CommentRequest, UpdateCommentPartialRequest, UpdateCommentRequest};
use super::language::ReadIn;
use crate::auth::caller::AnyCaller;
use crate::body::Body;
use crate::domain::feeds::comments::{self as rules, Added, CommentInput, Deletion, Upon};
use crate::error::Result;
use crate::model::feeds::activity::EnrichedActivity;
use crate::model::feeds::comment::EnrichedComment;
use crate::permission::capability::Capability;
use crate::reply::Reply;
use crate::validate::batch;

/// Comments in one batch at the most. Production's number is not known.
const BATCH_MAX: usize = 100;

/// The body of AddComment.
#[derive(Deserialize)]
pub struct AddCommentRequest {
    #[serde(flatten)]
    named: Named,
    #[serde(flatten)]
    comment: CommentRequest,
}

/// The answer of the operations on one comment.
#[derive(Serialize)]
pub struct CommentResponse {
    comment: EnrichedComment,
}

impl From<EnrichedComment> for CommentResponse {
    fn from(comment: EnrichedComment) -> Self {
        Self { comment }
    }
}

/// The answer of AddComment: of notifications where they were asked for.
#[derive(Serialize)]
pub struct AddCommentResponse {
    comment: EnrichedComment,
    #[serde(skip_serializing_if = "Option::is_none")]
    notification_created: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mention_notifications_created: Option<i64>,
}

/// `POST /feeds/comments`.
pub async fn add(caller: AnyCaller, body: Body<AddCommentRequest>) -> Result<Reply<AddCommentResponse>> {
    let acting = Acting::required(&caller, body.0.named)?;
    let input = body.0.comment.checked()?;
    let added = caller.write(move |tx| {
        let author = acting.user(tx, Capability::AddComment.action())?;
        rules::add(tx, acting.actor(), &author, input)
    });
    let Added { comment, told } = added.await?;
    Ok(Reply(AddCommentResponse {
        comment,
        notification_created: told.map(|told| told.author),
        mention_notifications_created: told.map(|told| told.mentioned),
    }))
}

/// The body of AddCommentsBatch.
#[derive(Deserialize)]
pub struct AddCommentsBatchRequest {
    comments: Option<Vec<AddCommentRequest>>,
}

/// The answer of AddCommentsBatch.
#[derive(Serialize)]
pub struct CommentsResponse {
    comments: Vec<EnrichedComment>,
}

/// `POST /feeds/comments/batch`: all or none, answered in the order of the request.
pub async fn add_many(caller: AnyCaller, body: Body<AddCommentsBatchRequest>) -> Result<Reply<CommentsResponse>> {
    let requests = body.0.comments.unwrap_or_default();
    batch("comments", requests.len(), BATCH_MAX)?;
    let all = requests.into_iter().map(|request| {
        let acting = Acting::required(&caller, request.named)?;
        Ok((acting, request.comment.checked()?))
    });
    let all = all.collect::<Result<Vec<_>>>()?;
    let comments = caller.write(move |tx| {
        let add = |(acting, input): (Acting, CommentInput)| {
            let author = acting.user(tx, Capability::AddComment.action())?;
            rules::add(tx, acting.actor(), &author, input).map(|added| added.comment)
        };
        all.into_iter().map(add).collect::<Result<Vec<_>>>()
    });
    Ok(Reply(CommentsResponse { comments: comments.await? }))
}

/// `GET /feeds/comments/{id}`.
pub async fn get(caller: AnyCaller, id: Path<String>) -> Result<Reply<CommentResponse>> {
    let acting = Acting::of(&caller, Named::in_query(&caller))?;
    let language = ReadIn::of(caller.params())?;
    let comment = caller.read(|tx| rules::show(tx, acting.actor(), &id))?;
    Ok(Reply(CommentResponse { comment: language.put(comment) }))
}

/// `PATCH /feeds/comments/{id}`.
pub async fn update(
    caller: AnyCaller,
    id: Path<String>,
    body: Body<UpdateCommentRequest>,
) -> Result<Reply<CommentResponse>> {
    let (named, change) = body.0.checked()?;
    let acting = Acting::of(&caller, named)?;
    let comment = caller.write(move |tx| {
        let editor = acting.known_user(tx)?;
        rules::update(tx, acting.actor(), editor.as_ref(), &id, |_| Ok(change), false)
    });
    Ok(Reply(CommentResponse { comment: comment.await? }))
}

/// `POST /feeds/comments/{id}/partial`.
pub async fn update_partial(
    caller: AnyCaller,
    id: Path<String>,
    body: Body<UpdateCommentPartialRequest>,
) -> Result<Reply<CommentResponse>> {
    let (named, parts) = body.0.checked()?;
    let acting = Acting::of(&caller, named)?;
    let comment = caller.write(move |tx| {
        let editor = acting.known_user(tx)?;
        rules::update(tx, acting.actor(), editor.as_ref(), &id, |before| parts.of(before), true)
    });
    Ok(Reply(CommentResponse { comment: comment.await? }))
}

/// The answer of the operations that change what an activity counts.
#[derive(Serialize)]
pub struct UponResponse {
    comment: EnrichedComment,
    activity: EnrichedActivity,
}

impl From<Upon> for UponResponse {
    fn from(Upon { comment, activity }: Upon) -> Self {
        Self { comment, activity }
    }
}

/// `DELETE /feeds/comments/{id}`.
pub async fn delete(caller: AnyCaller, id: Path<String>) -> Result<Reply<UponResponse>> {
    let acting = Acting::of(&caller, Named::in_query(&caller))?;
    let params = caller.params();
    let how =
        Deletion { is_hard: params.flag("hard_delete")?, withdraws: params.flag("delete_notification_activity")? };
    let gone = caller.write(move |tx| {
        let deleter = acting.known_user(tx)?;
        rules::delete(tx, acting.actor(), deleter.as_ref(), &id, how)
    });
    Ok(Reply(gone.await?.into()))
}

/// The body of RestoreComment.
#[derive(Deserialize)]
pub struct RestoreCommentRequest {
    #[serde(flatten)]
    named: Named,
}

/// `POST /feeds/comments/{id}/restore`.
pub async fn restore(
    caller: AnyCaller,
    id: Path<String>,
    body: Body<RestoreCommentRequest>,
) -> Result<Reply<UponResponse>> {
    let acting = Acting::of(&caller, body.0.named)?;
    let back = caller.write(move |tx| {
        let restorer = acting.known_user(tx)?;
        rules::restore(tx, acting.actor(), restorer.as_ref(), &id)
    });
    Ok(Reply(back.await?.into()))
}
