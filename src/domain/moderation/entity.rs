//! What an item of the review queue is about.

use serde_json::{Map, Value, json};

use crate::error::Result;
use crate::model::feeds::activity::Activity;
use crate::model::feeds::comment::Comment;
use crate::store::ReadTx;
use crate::store::feeds::{activities, comments};

/// What an activity is called where it is flagged by a policy.
pub const ACTIVITY: &str = "stream:feeds:v3:activity";
/// The same of a comment.
pub const COMMENT: &str = "stream:feeds:v3:comment";
/// The same of a user.
pub const USER: &str = "stream:user";

/// Kinds of things that are known, by the names that clients have for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Activity,
    Comment,
    User,
    /// Something of the app's own.
    Other,
}

impl Kind {
    /// The kind of that name.
    pub fn of(entity_type: &str) -> Self {
        match entity_type {
            ACTIVITY | "feeds_v3_activity" | "activity" => Self::Activity,
            COMMENT | "feeds_v3_comment" | "comment" => Self::Comment,
            USER | "user" => Self::User,
            _ => Self::Other,
        }
    }

    /// The thing of this kind and that id, deleted or not.
    pub fn find(self, tx: &ReadTx<'_>, id: &str) -> Result<Entity> {
        Ok(match self {
            Self::Activity => {
                activities::get(tx, id)?.map_or(Entity::Unknown, |found| Entity::Activity(Box::new(found)))
            }
            Self::Comment => comments::get(tx, id)?.map_or(Entity::Unknown, |found| Entity::Comment(Box::new(found))),
            Self::User => Entity::User(id.to_owned()),
            Self::Other => Entity::Unknown,
        })
    }
}

/// A thing, as far as it is there.
#[derive(Debug)]
pub enum Entity {
    Activity(Box<Activity>),
    Comment(Box<Comment>),
    User(String),
    Unknown,
}

impl Entity {
    /// The thing that a client calls so.
    pub fn find(tx: &ReadTx<'_>, entity_type: &str, id: &str) -> Result<Self> {
        Kind::of(entity_type).find(tx, id)
    }

    /// Whose it is.
    pub fn creator(&self) -> Option<String> {
        match self {
            Self::Activity(activity) => Some(activity.user_id.to_string()),
            Self::Comment(comment) => Some(comment.user_id.to_string()),
            Self::User(id) => Some(id.clone()),
            Self::Unknown => None,
        }
    }

    /// What it says: texts, and the addresses of images.
    pub fn payload(&self) -> Map<String, Value> {
        match self {
            Self::Activity(activity) => payload(activity.text.as_deref(), &activity.attachments),
            Self::Comment(comment) => payload(comment.text.as_deref(), &comment.attachments),
            Self::User(_) | Self::Unknown => Map::new(),
        }
    }
}

/// What a content says, as an item keeps it.
pub fn payload(text: Option<&str>, attachments: &[Value]) -> Map<String, Value> {
    let mut payload = Map::new();
    if let Some(text) = text.filter(|text| !text.is_empty()) {
        payload.insert("texts".to_owned(), json!([text]));
    }
    let images: Vec<&Value> =
        attachments.iter().filter_map(|one| one.get("image_url")).filter(|url| url.is_string()).collect();
    if !images.is_empty() {
        payload.insert("images".to_owned(), json!(images));
    }
    payload
}
