//! Activities.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::feed::LocationResponse;
use super::reaction::Groups;
use crate::clock::Time;
use crate::ids::FeedId;
use crate::model::feeds::activity::{EnrichedActivity, Marks};
use crate::model::feeds::bookmark::EnrichedBookmark;
use crate::model::feeds::collection::Referenced;
use crate::model::feeds::comment::EnrichedComment;
use crate::model::feeds::feed::EnrichedFeed;
use crate::model::feeds::poll::EnrichedPoll;
use crate::model::feeds::reaction::EnrichedReaction;
use crate::model::feeds::share::EnrichedShare;
use crate::wire::users::UserResponse;

/// An activity.
#[derive(Serialize)]
struct ActivityResponse<'a> {
    id: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    user: UserResponse,
    feeds: &'a [FeedId],
    visibility: &'a str,
    restrict_replies: &'a str,
    created_at: Time,
    updated_at: Time,
    attachments: &'a [Value],
    mentioned_users: Vec<UserResponse>,
    custom: &'a Map<String, Value>,
    search_data: &'a Map<String, Value>,
    filter_tags: &'a [String],
    interest_tags: &'a [String],
    popularity: i64,
    score: f64,
    comment_count: i64,
    reaction_count: i64,
    bookmark_count: i64,
    share_count: i64,
    hidden: bool,
    preview: bool,
    comments: &'a [EnrichedComment],
    latest_reactions: &'a [EnrichedReaction],
    own_reactions: &'a [EnrichedReaction],
    reaction_groups: Groups<'a>,
    own_bookmarks: &'a [EnrichedBookmark],
    #[serde(skip_serializing_if = "Option::is_none")]
    friend_reactions: Option<&'a [EnrichedReaction]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    friend_reaction_count: Option<usize>,
    collections: &'a BTreeMap<String, Referenced>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    i18n: &'a Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    visibility_tag: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent: Option<&'a EnrichedActivity>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    latest_shares: &'a [EnrichedShare],
    #[serde(skip_serializing_if = "Option::is_none")]
    score_vars: Option<&'a Map<String, Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    selector_source: Option<&'static str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    metrics: &'a BTreeMap<String, i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    poll: Option<&'a EnrichedPoll>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<LocationResponse>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Time>,
    #[serde(skip_serializing_if = "Option::is_none")]
    edited_at: Option<Time>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deleted_at: Option<Time>,
    #[serde(skip_serializing_if = "Option::is_none")]
    current_feed: Option<&'a EnrichedFeed>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    notification_context: &'a Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    moderation_action: Option<&'a Value>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    moderation: &'a Map<String, Value>,
    #[serde(flatten)]
    marks: MarksResponse,
}

/// What the viewer has done with an activity, or with all of a group.
#[derive(Serialize)]
#[expect(clippy::struct_field_names, reason = "the names are the wire's")]
pub(super) struct MarksResponse {
    #[serde(skip_serializing_if = "Option::is_none")]
    is_read: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_seen: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_watched: Option<bool>,
}

impl From<Marks> for MarksResponse {
    fn from(Marks { is_read, is_seen, is_watched }: Marks) -> Self {
        Self { is_read, is_seen, is_watched }
    }
}

impl Serialize for EnrichedActivity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { activity, user, mentioned, current_feed, poll, collections, parent, comments, .. } = self;
        let Self { latest_shares, rank, selector_source, metrics, is_preview, marks, .. } = self;
        let Self { reactions, friends, own_bookmarks, is_hidden, .. } = self;
        ActivityResponse {
            id: &activity.id,
            kind: &activity.kind,
            user: UserResponse::brief(user),
            feeds: &activity.feeds,
            visibility: &activity.visibility,
            restrict_replies: &activity.restrict_replies,
            created_at: activity.created_at,
            updated_at: activity.updated_at,
            attachments: &activity.attachments,
            mentioned_users: mentioned.iter().map(|user| UserResponse::brief(user)).collect(),
            custom: &activity.custom,
            search_data: &activity.search_data,
            filter_tags: &activity.filter_tags,
            interest_tags: &activity.interest_tags,
            popularity: activity.counts.popularity,
            score: rank.score,
            comment_count: activity.counts.comments,
            reaction_count: activity.counts.reactions,
            bookmark_count: activity.counts.bookmarks,
            share_count: activity.counts.shares,
            hidden: *is_hidden,
            preview: *is_preview,
            comments,
            latest_reactions: &reactions.latest,
            own_reactions: &reactions.own,
            reaction_groups: Groups(&reactions.groups),
            own_bookmarks,
            friend_reactions: friends.as_ref().map(|friends| friends.latest.as_slice()),
            friend_reaction_count: friends.as_ref().map(|friends| friends.count),
            collections,
            text: activity.text.as_deref(),
            i18n: &activity.i18n,
            visibility_tag: activity.visibility_tag.as_deref(),
            parent: parent.as_deref(),
            latest_shares,
            poll: poll.as_deref(),
            score_vars: rank.vars.as_ref(),
            selector_source: *selector_source,
            metrics,
            location: activity.location.map(LocationResponse::from),
            expires_at: activity.expires_at,
            edited_at: activity.edited_at,
            deleted_at: activity.deleted_at,
            current_feed: current_feed.as_ref(),
            notification_context: &activity.notification_context,
            moderation_action: activity.moderation.get("action"),
            moderation: &activity.moderation,
            marks: (*marks).into(),
        }
        .serialize(serializer)
    }
}
