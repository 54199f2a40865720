//! Comments.

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::reaction::Groups;
use crate::clock::Time;
use crate::model::feeds::comment::{EnrichedComment, RepliesMeta};
use crate::model::feeds::reaction::EnrichedReaction;
use crate::wire::users::UserResponse;

/// A comment, threaded or not: the two differ by what is there.
#[derive(Serialize)]
struct CommentResponse<'a> {
    id: &'a str,
    object_id: &'a str,
    object_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent_id: Option<&'a str>,
    user: UserResponse,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
    attachments: &'a [Value],
    mentioned_users: Vec<UserResponse>,
    custom: &'a Map<String, Value>,
    reply_count: i64,
    reaction_count: i64,
    bookmark_count: i64,
    upvote_count: i64,
    downvote_count: i64,
    score: i64,
    confidence_score: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    controversy_score: Option<f64>,
    own_reactions: &'a [EnrichedReaction],
    latest_reactions: &'a [EnrichedReaction],
    reaction_groups: Groups<'a>,
    created_at: Time,
    updated_at: Time,
    #[serde(skip_serializing_if = "Option::is_none")]
    edited_at: Option<Time>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deleted_at: Option<Time>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    i18n: &'a Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    moderation: Option<&'a Map<String, Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    replies: Option<&'a [EnrichedComment]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    meta: Option<&'a RepliesMeta>,
}

impl Serialize for EnrichedComment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { comment, user, mentioned, reactions, replies, meta } = self;
        let counts = comment.counts;
        CommentResponse {
            id: &comment.id,
            object_id: &comment.object_id,
            object_type: "activity",
            parent_id: comment.parent_id.as_deref(),
            user: UserResponse::brief(user),
            status: comment.status(),
            text: comment.text.as_deref(),
            attachments: &comment.attachments,
            mentioned_users: mentioned.iter().map(|user| UserResponse::brief(user)).collect(),
            custom: &comment.custom,
            reply_count: counts.replies,
            reaction_count: counts.reactions,
            bookmark_count: counts.bookmarks,
            upvote_count: counts.upvotes,
            downvote_count: counts.downvotes,
            score: counts.score(),
            confidence_score: counts.confidence(),
            controversy_score: Some(counts.controversy()).filter(|score| *score > 0.0),
            own_reactions: &reactions.own,
            latest_reactions: &reactions.latest,
            reaction_groups: Groups(&reactions.groups),
            created_at: comment.created_at,
            updated_at: comment.updated_at,
            edited_at: comment.edited_at,
            deleted_at: comment.deleted_at,
            i18n: &comment.i18n,
            moderation: Some(&comment.moderation).filter(|said| !said.is_empty()),
            replies: replies.as_deref(),
            meta: meta.as_ref(),
        }
        .serialize(serializer)
    }
}

impl Serialize for RepliesMeta {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Meta<'a> {
            has_more: bool,
            remaining: i64,
            depth_truncated: bool,
            #[serde(skip_serializing_if = "Option::is_none")]
            next_cursor: Option<&'a str>,
        }
        let Self { remaining, depth_truncated, next_cursor } = self;
        let has_more = *remaining > 0;
        Meta { has_more, remaining: *remaining, depth_truncated: *depth_truncated, next_cursor: next_cursor.as_deref() }
            .serialize(serializer)
    }
}
