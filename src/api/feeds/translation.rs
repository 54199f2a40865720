//! Translations (feeds-core 6, feeds-interactions 2.1).

use actix_web::web::Path;
use serde::Deserialize;

use super::acting::{Acting, Named};
use super::activities::ActivityResponse;
use super::comments::CommentResponse;
use crate::auth::caller::AnyCaller;
use crate::body::Body;
use crate::domain::feeds::translation::{self as rules, Language};
use crate::error::Result;
use crate::reply::Reply;

/// The body of both.
#[derive(Deserialize)]
pub struct TranslateRequest {
    #[serde(flatten)]
    named: Named,
    language: Option<String>,
}

/// `POST /feeds/activities/{id}/translate`.
pub async fn activity(
    caller: AnyCaller,
    id: Path<String>,
    body: Body<TranslateRequest>,
) -> Result<Reply<ActivityResponse>> {
    let language = Language::parse(body.0.language.as_deref())?;
    let acting = Acting::of(&caller, body.0.named)?;
    let activity = caller.write(move |tx| {
        let by = acting.known_user(tx)?;
        rules::activity(tx, acting.actor(), by.as_ref(), &id, language)
    });
    Ok(Reply(activity.await?.into()))
}

/// `POST /feeds/comments/{id}/translate`.
pub async fn comment(
    caller: AnyCaller,
    id: Path<String>,
    body: Body<TranslateRequest>,
) -> Result<Reply<CommentResponse>> {
    let language = Language::parse(body.0.language.as_deref())?;
    let acting = Acting::of(&caller, body.0.named)?;
    let comment = caller.write(move |tx| {
        let by = acting.known_user(tx)?;
        rules::comment(tx, acting.actor(), by.as_ref(), &id, language)
    });
    Ok(Reply(comment.await?.into()))
}
