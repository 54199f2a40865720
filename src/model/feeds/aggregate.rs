//! Groups of a feed's activities, and what somebody has read of them (feeds-core 5.2 and 7).

use super::activity::{EnrichedActivity, Marks};
use crate::clock::Time;

/// A group of activities with one key, as it is shown.
#[derive(Clone, Debug)]
pub struct EnrichedAggregate {
    /// Its key.
    pub group: String,
    /// The latest of its activities.
    pub activities: Vec<EnrichedActivity>,
    /// How many it has.
    pub activity_count: i64,
    /// How many authors these have.
    pub user_count: i64,
    /// Whether more activities were there than were looked at for their authors.
    pub user_count_truncated: bool,
    /// When its first activity was made.
    pub created_at: Time,
    /// When its last activity was made.
    pub updated_at: Time,
    /// What the viewer has done with it.
    pub marks: Marks,
    /// What it scores, where its feed is ranked.
    pub score: f64,
}

impl EnrichedAggregate {
    /// The same as events tell of it: without what is one viewer's own but the marks, with which an event is for one viewer.
    #[must_use]
    pub fn for_one(mut self) -> Self {
        let told = |activity: EnrichedActivity| {
            let marks = activity.marks;
            EnrichedActivity { marks, ..activity.for_all() }
        };
        self.activities = self.activities.into_iter().map(told).collect();
        self
    }
}

/// What somebody has not read and not seen of a whole feed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NotificationStatus {
    /// How many groups or activities are not read; 0 where that is not tracked.
    pub unread: i64,
    /// The same of what was not seen.
    pub unseen: i64,
    /// What was marked as read.
    pub read: MarkedAs,
    /// What was marked as seen.
    pub seen: MarkedAs,
}

/// What somebody has marked in one way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MarkedAs {
    /// When everything was.
    pub all_at: Option<Time>,
    /// Single ones, the newest mark first; `None` until something was marked.
    pub items: Option<Vec<String>>,
}

/// What is marked. Groups go by their keys, or by the id of an activity in them; activities by their ids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marked {
    pub all_read: Option<bool>,
    pub all_seen: Option<bool>,
    pub read: Option<Vec<String>>,
    pub seen: Option<Vec<String>>,
    pub watched: Option<Vec<String>>,
}
