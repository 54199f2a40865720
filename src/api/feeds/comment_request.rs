//! Comments as requests describe them: what is added, and what is changed of one.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::acting::Named;
use super::activity_request::{attachment, set_at};
use crate::domain::feeds::comment_notices::Telling;
use crate::domain::feeds::comments::{CommentChange, CommentInput};
use crate::error::{ApiError, Result};
use crate::json::from_tree;
use crate::model::feeds::comment::Comment;
use crate::validate::{given, max_chars};

/// Characters of a comment's id at the most.
const ID_MAX_CHARS: usize = 255;
/// Users whom a changed comment may mention.
const MENTIONS_MAX: usize = 25;

/// A comment to be added. The text is sent as `comment` and comes back as `text`.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct CommentRequest {
    id: Option<String>,
    object_id: Option<String>,
    object_type: Option<String>,
    parent_id: Option<String>,
    comment: Option<String>,
    attachments: Option<Vec<Map<String, Value>>>,
    mentioned_user_ids: Option<Vec<String>>,
    custom: Option<Map<String, Value>>,
    #[serde(flatten)]
    telling: TellingRequest,
}

/// What else comes of a comment: whether those whom it concerns are told so, by one name where comments are added and another where
/// they change; and whether what its link looks like is left out. Push messages are never sent, so none has to be skipped.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(default)]
pub struct TellingRequest {
    create_notification_activity: Option<bool>,
    handle_mention_notifications: Option<bool>,
    copy_custom_to_notification: Option<bool>,
    force_moderation: Option<bool>,
    skip_enrich_url: Option<bool>,
}

impl From<TellingRequest> for Telling {
    fn from(asked: TellingRequest) -> Self {
        let notifies = [asked.create_notification_activity, asked.handle_mention_notifications].contains(&Some(true));
        Self { notifies, copies_custom: asked.copy_custom_to_notification == Some(true) }
    }
}

impl CommentRequest {
    /// What is described, within the limits. A reply takes its object from what it answers.
    pub fn checked(self) -> Result<CommentInput> {
        let (id, object_id, parent_id) = (given(self.id), given(self.object_id), given(self.parent_id));
        max_chars("id", id.as_deref().unwrap_or_default(), ID_MAX_CHARS)?;
        if parent_id.is_none() && object_id.is_none() {
            return Err(ApiError::input("object_id is a required field"));
        }
        object_type(self.object_type.as_deref(), parent_id.is_none())?;
        Ok(CommentInput {
            id,
            object_id,
            parent_id,
            text: self.comment,
            attachments: self.attachments.unwrap_or_default().into_iter().map(attachment).collect(),
            mentioned: self.mentioned_user_ids.unwrap_or_default(),
            custom: self.custom.unwrap_or_default(),
            telling: self.telling.into(),
            is_forced: self.telling.force_moderation == Some(true),
            skips_links: self.telling.skip_enrich_url == Some(true),
        })
    }
}

/// Nothing but activities is commented upon.
pub fn object_type(kind: Option<&str>, is_required: bool) -> Result<()> {
    match given(kind) {
        Some("activity") => Ok(()),
        Some(_) => Err(ApiError::input("object_type must be one of [activity]")),
        None if is_required => Err(ApiError::input("object_type is a required field")),
        None => Ok(()),
    }
}

/// The body of UpdateComment.
#[derive(Deserialize)]
pub struct UpdateCommentRequest {
    #[serde(flatten)]
    pub named: Named,
    comment: Option<String>,
    attachments: Option<Vec<Map<String, Value>>>,
    mentioned_user_ids: Option<Vec<String>>,
    custom: Option<Map<String, Value>>,
    #[serde(flatten)]
    telling: TellingRequest,
}

impl UpdateCommentRequest {
    /// What is changed.
    pub fn checked(self) -> Result<(Named, CommentChange)> {
        let attachments = self.attachments.map(|all| all.into_iter().map(attachment).collect());
        let change = CommentChange {
            text: self.comment,
            attachments,
            mentioned: self.mentioned_user_ids,
            custom: self.custom,
            telling: self.telling.into(),
            is_forced: self.telling.force_moderation == Some(true),
            skips_links: self.telling.skip_enrich_url == Some(true),
        };
        Ok((self.named, mentions_within(change)?))
    }
}

fn mentions_within(change: CommentChange) -> Result<CommentChange> {
    if change.mentioned.as_ref().is_some_and(|mentioned| mentioned.len() > MENTIONS_MAX) {
        return Err(ApiError::input(format!("mentioned_user_ids must contain at maximum {MENTIONS_MAX} items")));
    }
    Ok(change)
}

/// The body of UpdateCommentPartial.
#[derive(Deserialize)]
pub struct UpdateCommentPartialRequest {
    #[serde(flatten)]
    pub named: Named,
    set: Option<Map<String, Value>>,
    unset: Option<Vec<String>>,
    #[serde(flatten)]
    telling: TellingRequest,
}

/// What can be set of a comment in part; all but the text can be taken away.
const SETTABLE: &[&str] = &["text", "attachments", "custom", "mentioned_user_ids", "status"];

/// A change of parts of a comment.
pub struct Parts {
    set: Map<String, Value>,
    unset: Vec<String>,
    telling: TellingRequest,
}

/// The parts of a comment that can be changed.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Fields {
    text: Option<String>,
    attachments: Option<Vec<Map<String, Value>>>,
    custom: Option<Map<String, Value>>,
    mentioned_user_ids: Option<Vec<String>>,
}

impl UpdateCommentPartialRequest {
    /// What is changed: fields that can be, and custom data by paths too.
    pub fn checked(self) -> Result<(Named, Parts)> {
        let (set, unset) = (self.set.unwrap_or_default(), self.unset.unwrap_or_default());
        let is_path =
            |key: &str| key.strip_prefix("custom.").is_some_and(|path| path.split('.').all(|key| !key.is_empty()));
        if let Some(key) = set.keys().find(|key| !SETTABLE.contains(&key.as_str()) && !is_path(key)) {
            return Err(ApiError::input(format!("set.{key} is no field that can be set")));
        }
        let stays = |key: &str| !SETTABLE.contains(&key) || key == "text";
        if let Some(key) = unset.iter().find(|key| stays(key) && !is_path(key)) {
            return Err(ApiError::input(format!("unset.{key} is no field that can be unset")));
        }
        // The other words are said by moderation alone.
        if set.get("status").is_some_and(|status| !status.is_null() && status != "active") {
            return Err(ApiError::input("set.status must be one of [active]"));
        }
        Ok((self.named, Parts { set, unset, telling: self.telling }))
    }
}

impl Parts {
    /// What a comment says once it is changed so.
    pub fn of(&self, before: &Comment) -> Result<CommentChange> {
        let mut fields = Map::new();
        fields.insert("custom".to_owned(), json!(before.custom));
        for (key, value) in &self.set {
            match key.strip_prefix("custom.") {
                Some(path) => set_at(&mut fields, path, Some(value)),
                None => drop(fields.insert(key.clone(), value.clone())),
            }
        }
        for key in &self.unset {
            match (key.strip_prefix("custom."), key.as_str()) {
                (Some(path), _) => set_at(&mut fields, path, None),
                (None, "custom") => drop(fields.insert(key.clone(), json!({}))),
                (None, _) => drop(fields.insert(key.clone(), json!([]))),
            }
        }
        fields.remove("status");
        let fields = from_tree::<Fields>(Value::Object(fields))?;
        mentions_within(CommentChange {
            text: fields.text,
            attachments: fields.attachments.map(|all| all.into_iter().map(attachment).collect()),
            mentioned: fields.mentioned_user_ids,
            custom: fields.custom,
            telling: self.telling.into(),
            is_forced: self.telling.force_moderation == Some(true),
            skips_links: self.telling.skip_enrich_url == Some(true),
        })
    }
}
