//! A feed group: what the feeds of one kind have in common (feeds-core 3).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::clock::Time;

/// A group.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Its id: the part of feeds' addresses before the colon.
    pub id: String,
    /// What was set of it.
    pub config: GroupConfig,
    /// When it was made; a built-in one was there when the app was.
    pub created_at: Time,
    /// When it was last changed.
    pub updated_at: Time,
    /// Since when it is deleted.
    pub deleted_at: Option<Time>,
}

/// What is set of a group, as in a request. What is absent is not set.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default)]
pub struct GroupConfig {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_visibility: Option<String>,
    /// What a follower is on the group's feeds once his follow is accepted, unless that is said of the follow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_follower_role: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub activity_selectors: Option<Vec<Selector>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub activity_processors: Option<Vec<Map<String, Value>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub activity_processing: Option<ActivityProcessing>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aggregation: Option<Map<String, Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ranking: Option<Map<String, Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notification: Option<Notification>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub activity_marks: Option<ActivityMarks>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub push_notification: Option<Map<String, Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stories: Option<Stories>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub activity_filter: Option<ActivityFilter>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom: Option<Map<String, Value>>,
}

impl GroupConfig {
    /// The same, and what is not set as in another.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            default_visibility: self.default_visibility.or(other.default_visibility),
            default_follower_role: self.default_follower_role.or(other.default_follower_role),
            activity_selectors: self.activity_selectors.or(other.activity_selectors),
            activity_processors: self.activity_processors.or(other.activity_processors),
            activity_processing: self.activity_processing.or(other.activity_processing),
            aggregation: self.aggregation.or(other.aggregation),
            ranking: self.ranking.or(other.ranking),
            notification: self.notification.or(other.notification),
            activity_marks: self.activity_marks.or(other.activity_marks),
            push_notification: self.push_notification.or(other.push_notification),
            stories: self.stories.or(other.stories),
            activity_filter: self.activity_filter.or(other.activity_filter),
            custom: self.custom.or(other.custom),
        }
    }

    /// What is tracked of the activities of flat feeds. Notifications, and what is grouped, have account kept of them in another way.
    pub fn content_marks(&self) -> Option<&ActivityMarks> {
        self.activity_marks.as_ref().filter(|_| self.notification.is_none() && self.aggregation.is_none())
    }
}

/// What picks the activities of a group's feeds.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Selector {
    /// `current_feed`, `following` and others (feeds-core 5.3).
    #[serde(rename = "type")]
    pub kind: String,
    /// What else was set of it.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

/// What a group tracks of who reads.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default)]
pub struct Notification {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub track_read: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub track_seen: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deduplication_window: Option<String>,
}

/// What is tracked of who reads feeds that are no notifications.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default)]
pub struct ActivityMarks {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub track_read: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub track_seen: Option<bool>,
}

/// Which of the tags that processors find are kept.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default)]
pub struct ActivityProcessing {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed_tags: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blocked_tags: Option<Vec<String>>,
    /// What else was set.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

impl ActivityProcessing {
    /// The only tags that are kept; all, where there are none.
    pub fn allowed(&self) -> &[String] {
        self.allowed_tags.as_deref().unwrap_or_default()
    }

    /// The tags that are not.
    pub fn blocked(&self) -> &[String] {
        self.blocked_tags.as_deref().unwrap_or_default()
    }
}

/// How stories are shown.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default)]
pub struct Stories {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skip_watched: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub track_watched: Option<bool>,
}

/// What a group leaves out. Decoders want the member whenever this is there.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default)]
pub struct ActivityFilter {
    pub exclude_owner_activities: bool,
}
