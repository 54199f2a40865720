//! The review queue, flags, and what moderators did.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};

use super::users::{BanResponse, UserResponse};
use crate::clock::Time;
use crate::model::feeds::activity::EnrichedActivity;
use crate::model::feeds::comment::EnrichedComment;
use crate::model::moderation::{
    Creator, EnrichedAppeal, EnrichedEntry, EnrichedFlag, EnrichedItem, Policy, ReviewItem, Template,
};
use crate::model::user::User;

/// An item of the review queue.
#[derive(Serialize)]
struct ItemResponse<'a> {
    id: &'a str,
    entity_type: &'a str,
    entity_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    entity_creator_id: Option<&'a str>,
    status: &'static str,
    recommended_action: &'a str,
    latest_moderator_action: &'a str,
    reviewed_by: &'a str,
    ai_text_severity: &'static str,
    severity: i64,
    escalated: bool,
    flags_count: i64,
    flags: Vec<FlagResponse<'a>>,
    actions: &'a [EnrichedEntry],
    bans: Vec<BanResponse>,
    languages: [(); 0],
    teams: &'a [String],
    created_at: Time,
    updated_at: Time,
    #[serde(skip_serializing_if = "Option::is_none")]
    reviewed_at: Option<Time>,
    #[serde(skip_serializing_if = "Option::is_none")]
    completed_at: Option<Time>,
    #[serde(skip_serializing_if = "Option::is_none")]
    config_key: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    escalated_at: Option<Time>,
    #[serde(skip_serializing_if = "Option::is_none")]
    escalated_by: Option<&'a str>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    escalation_metadata: &'a Map<String, Value>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    moderation_payload: &'a Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    entity_creator: Option<CreatorResponse>,
    #[serde(skip_serializing_if = "Option::is_none")]
    feeds_v3_activity: Option<&'a EnrichedActivity>,
    #[serde(skip_serializing_if = "Option::is_none")]
    feeds_v3_comment: Option<&'a EnrichedComment>,
}

impl Serialize for EnrichedItem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { item, flags_count, flags, actions, bans, creator, activity, comment } = self;
        let own = (!item.verdict.is_empty()).then(|| FlagResponse::of_policy(item));
        let bans = bans.iter().map(|ban| {
            let user = creator.as_ref().map(|creator| UserResponse::brief(&creator.user));
            BanResponse::new(user, None, ban.clone())
        });
        ItemResponse {
            id: &item.id,
            entity_type: &item.entity_type,
            entity_id: &item.entity_id,
            entity_creator_id: item.creator_id.as_deref(),
            status: if item.is_reviewed { "reviewed" } else { "pending" },
            recommended_action: &item.recommended_action,
            latest_moderator_action: &item.latest_action,
            reviewed_by: &item.reviewed_by,
            ai_text_severity: "",
            severity: 0,
            escalated: item.escalated_at.is_some(),
            flags_count: *flags_count,
            flags: own.into_iter().chain(flags.iter().map(FlagResponse::of_user)).collect(),
            actions,
            bans: bans.collect(),
            languages: [],
            teams: creator.as_ref().map_or(&[], |creator| creator.user.teams.as_slice()),
            created_at: item.created_at,
            updated_at: item.updated_at,
            reviewed_at: item.reviewed_at,
            completed_at: item.reviewed_at.filter(|_| item.is_reviewed),
            config_key: item.config_key.as_deref(),
            escalated_at: item.escalated_at,
            escalated_by: item.escalated_by.as_deref(),
            escalation_metadata: &item.escalation,
            moderation_payload: &item.payload,
            entity_creator: creator.as_ref().map(CreatorResponse::of),
            feeds_v3_activity: activity.as_deref(),
            feeds_v3_comment: comment.as_deref(),
        }
        .serialize(serializer)
    }
}

/// Whose a thing is.
#[derive(Serialize)]
struct CreatorResponse {
    #[serde(flatten)]
    user: UserResponse,
    ban_count: i64,
    deleted_content_count: i64,
    flagged_count: i64,
}

impl CreatorResponse {
    fn of(creator: &Creator) -> Self {
        Self {
            user: UserResponse::brief(&creator.user),
            ban_count: creator.bans,
            deleted_content_count: creator.deletions,
            flagged_count: creator.flags,
        }
    }
}

/// A flag, of a user or of a policy.
#[derive(Serialize)]
struct FlagResponse<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    entity_type: &'a str,
    entity_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    entity_creator_id: Option<&'a str>,
    review_queue_item_id: &'a str,
    user_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<UserResponse>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    custom: Map<String, Value>,
    labels: Vec<Value>,
    result: Vec<Value>,
    created_at: Time,
    updated_at: Time,
}

impl<'a> FlagResponse<'a> {
    fn of_user(EnrichedFlag { flag, user, creator_id }: &'a EnrichedFlag) -> Self {
        Self {
            kind: "user",
            entity_type: &flag.entity_type,
            entity_id: &flag.entity_id,
            entity_creator_id: creator_id.as_deref(),
            review_queue_item_id: &flag.item_id,
            user_id: &flag.user_id,
            user: brief(user.as_ref()),
            reason: flag.reason.as_deref(),
            custom: flag.custom.clone(),
            labels: Vec::new(),
            result: Vec::new(),
            created_at: flag.created_at,
            updated_at: flag.updated_at,
        }
    }

    /// What a policy found, which is no user's.
    fn of_policy(item: &'a ReviewItem) -> Self {
        let lists = item.verdict.get("blocklists_matched").and_then(Value::as_array).cloned();
        Self {
            kind: "automod",
            entity_type: &item.entity_type,
            entity_id: &item.entity_id,
            entity_creator_id: item.creator_id.as_deref(),
            review_queue_item_id: &item.id,
            user_id: "",
            user: None,
            reason: None,
            custom: Map::new(),
            labels: lists.unwrap_or_default(),
            result: vec![json!(item.verdict)],
            created_at: item.created_at,
            updated_at: item.updated_at,
        }
    }
}

impl Serialize for EnrichedFlag {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        FlagResponse::of_user(self).serialize(serializer)
    }
}

fn brief(user: Option<&User>) -> Option<UserResponse> {
    user.map(UserResponse::brief)
}

impl Serialize for EnrichedEntry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { entry, moderator, target } = self;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &entry.id)?;
        map.serialize_entry("type", &entry.action)?;
        map.serialize_entry("user_id", &entry.moderator_id)?;
        map.serialize_entry("target_user_id", &entry.creator_id)?;
        map.serialize_entry("reporter_type", &entry.reporter_type)?;
        map.serialize_entry("reason", &entry.reason)?;
        map.serialize_entry("custom", &entry.custom)?;
        map.serialize_entry("ai_providers", &[(); 0])?;
        map.serialize_entry("created_at", &entry.created_at)?;
        super::optional(&mut map, "user", brief(moderator.as_ref()).as_ref())?;
        super::optional(&mut map, "target_user", brief(target.as_ref()).as_ref())?;
        map.end()
    }
}

impl Serialize for Policy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("key", &self.key)?;
        map.serialize_entry("team", &self.team)?;
        map.serialize_entry("async", &self.is_async)?;
        map.serialize_entry("supported_video_call_harm_types", &[(); 0])?;
        map.serialize_entry("created_at", &self.created_at)?;
        map.serialize_entry("updated_at", &self.updated_at)?;
        self.config.iter().try_for_each(|(key, part)| map.serialize_entry(key, part))?;
        map.end()
    }
}

impl Serialize for EnrichedAppeal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { appeal, user, item } = self;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &appeal.id)?;
        map.serialize_entry("appeal_reason", &appeal.reason)?;
        map.serialize_entry("entity_type", &appeal.entity_type)?;
        map.serialize_entry("entity_id", &appeal.entity_id)?;
        map.serialize_entry("status", &appeal.status)?;
        map.serialize_entry("attachments", &appeal.attachments)?;
        map.serialize_entry("created_at", &appeal.created_at)?;
        map.serialize_entry("updated_at", &appeal.updated_at)?;
        let decision = Some(&appeal.decision_reason).filter(|reason| !reason.is_empty());
        super::optional(&mut map, "decision_reason", decision)?;
        super::optional(&mut map, "review_queue_item_id", appeal.item_id.as_ref())?;
        super::optional(&mut map, "user", brief(user.as_ref()).as_ref())?;
        if let Some(item) = item {
            map.serialize_entry("actions", &item.actions)?;
            map.serialize_entry("flags", &item.flags)?;
            map.serialize_entry("entity_content", &item.item.payload)?;
            map.serialize_entry("recommended_action", &item.item.recommended_action)?;
            super::optional(&mut map, "config_key", item.item.config_key.as_ref())?;
        }
        map.end()
    }
}

impl Serialize for Template {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("name", &self.name)?;
        map.serialize_entry("config", &self.config)?;
        map.serialize_entry("created_at", &self.created_at)?;
        map.serialize_entry("updated_at", &self.updated_at)?;
        map.end()
    }
}
