//! Groups of activities, and what is read of them.

use serde::{Serialize, Serializer};

use super::activity::MarksResponse;
use crate::clock::Time;
use crate::model::feeds::activity::EnrichedActivity;
use crate::model::feeds::aggregate::{EnrichedAggregate, Marked, NotificationStatus};

impl Serialize for EnrichedAggregate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct AggregatedActivityResponse<'a> {
            group: &'a str,
            activities: &'a [EnrichedActivity],
            activity_count: i64,
            user_count: i64,
            user_count_truncated: bool,
            score: f64,
            created_at: Time,
            updated_at: Time,
            #[serde(flatten)]
            marks: MarksResponse,
        }
        AggregatedActivityResponse {
            group: &self.group,
            activities: &self.activities,
            activity_count: self.activity_count,
            user_count: self.user_count,
            user_count_truncated: self.user_count_truncated,
            score: self.score,
            created_at: self.created_at,
            updated_at: self.updated_at,
            marks: self.marks.into(),
        }
        .serialize(serializer)
    }
}

impl Serialize for NotificationStatus {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct NotificationStatusResponse<'a> {
            unread: i64,
            unseen: i64,
            #[serde(skip_serializing_if = "Option::is_none")]
            last_read_at: Option<Time>,
            #[serde(skip_serializing_if = "Option::is_none")]
            last_seen_at: Option<Time>,
            #[serde(skip_serializing_if = "Option::is_none")]
            read_activities: Option<&'a [String]>,
            #[serde(skip_serializing_if = "Option::is_none")]
            seen_activities: Option<&'a [String]>,
        }
        NotificationStatusResponse {
            unread: self.unread,
            unseen: self.unseen,
            last_read_at: self.read.all_at,
            last_seen_at: self.seen.all_at,
            read_activities: self.read.items.as_deref(),
            seen_activities: self.seen.items.as_deref(),
        }
        .serialize(serializer)
    }
}

impl Serialize for Marked {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[expect(clippy::struct_field_names, reason = "the names are the wire's")]
        struct MarkedResponse<'a> {
            #[serde(skip_serializing_if = "Option::is_none")]
            mark_all_read: Option<bool>,
            #[serde(skip_serializing_if = "Option::is_none")]
            mark_all_seen: Option<bool>,
            #[serde(skip_serializing_if = "Option::is_none")]
            mark_read: Option<&'a [String]>,
            #[serde(skip_serializing_if = "Option::is_none")]
            mark_seen: Option<&'a [String]>,
            #[serde(skip_serializing_if = "Option::is_none")]
            mark_watched: Option<&'a [String]>,
        }
        MarkedResponse {
            mark_all_read: self.all_read,
            mark_all_seen: self.all_seen,
            mark_read: self.read.as_deref(),
            mark_seen: self.seen.as_deref(),
            mark_watched: self.watched.as_deref(),
        }
        .serialize(serializer)
    }
}
