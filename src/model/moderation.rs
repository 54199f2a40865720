//! The review queue, what moderators did, and what moderation has said of a content.

use serde_json::{Map, Value};

use super::ban::Ban;
use super::feeds::activity::EnrichedActivity;
use super::feeds::comment::EnrichedComment;
use super::flag::Flag;
use super::user::User;
use crate::clock::Time;

/// Items that an app keeps at the most; one more makes the oldest go.
pub const ITEMS_MAX: i64 = 100_000;
/// Entries of what was done that an app keeps at the most; one more makes the oldest go.
pub const LOGS_MAX: i64 = 100_000;
/// Flags and entries that an answer shows of one item at the most, the newest.
pub const SHOWN_MAX: u32 = 100;

/// The actions that take a content away from those who read.
const TAKING: &[&str] = &["remove", "bounce_remove", "block", "shadow", "shadow_block", "delete"];

/// Whether an action takes a content away.
pub fn takes_away(action: &str) -> bool {
    TAKING.contains(&action)
}

/// Whether what moderation has said of a content took it away: none but a server brings that back.
pub fn is_taken_away(moderation: &Map<String, Value>) -> bool {
    moderation.get("action").and_then(Value::as_str).is_some_and(takes_away)
}

/// Something that is to be reviewed, or was.
#[derive(Clone, Debug, PartialEq)]
pub struct ReviewItem {
    /// Its number in the app.
    pub no: i64,
    /// Its id.
    pub id: String,
    /// What kind of thing it is about.
    pub entity_type: String,
    /// Which thing.
    pub entity_id: String,
    /// Whose the thing is, where that is known.
    pub creator_id: Option<String>,
    /// Whether it was reviewed since it was last flagged.
    pub is_reviewed: bool,
    /// What a policy would do, or did.
    pub recommended_action: String,
    /// The policy.
    pub config_key: Option<String>,
    /// What a policy found.
    pub verdict: Map<String, Value>,
    /// What the thing said when it was flagged.
    pub payload: Map<String, Value>,
    /// The last thing that was done.
    pub latest_action: String,
    /// Who did it; empty for a server that named nobody.
    pub reviewed_by: String,
    /// When it was last reviewed.
    pub reviewed_at: Option<Time>,
    /// Why it was passed on to others.
    pub escalation: Map<String, Value>,
    /// Who did that.
    pub escalated_by: Option<String>,
    /// When.
    pub escalated_at: Option<Time>,
    /// When it was made.
    pub created_at: Time,
    /// When it was last changed.
    pub updated_at: Time,
}

/// Something that was done in moderation.
#[derive(Clone, Debug, PartialEq)]
pub struct LogEntry {
    /// Its id.
    pub id: String,
    /// What was done.
    pub action: String,
    /// The item in whose review; empty where it was done without.
    pub item_id: String,
    /// Who did it; empty for a server that named nobody.
    pub moderator_id: String,
    /// As what he did it.
    pub reporter_type: String,
    /// Whom it concerns, where that is known.
    pub creator_id: String,
    /// Why.
    pub reason: String,
    /// What belongs to it.
    pub custom: Map<String, Value>,
    /// When.
    pub created_at: Time,
}

/// An item with what an answer shows beside its row.
#[derive(Clone, Debug)]
pub struct EnrichedItem {
    /// The row.
    pub item: ReviewItem,
    /// How many have flagged it, policies included.
    pub flags_count: i64,
    /// The newest flags of users.
    pub flags: Vec<EnrichedFlag>,
    /// What was done with it, the newest first.
    pub actions: Vec<EnrichedEntry>,
    /// The ban upon whose the thing is.
    pub bans: Vec<Ban>,
    /// Whose the thing is.
    pub creator: Option<Creator>,
    /// The thing itself, where it is an activity that is there.
    pub activity: Option<Box<EnrichedActivity>>,
    /// The thing itself, where it is a comment that is there.
    pub comment: Option<Box<EnrichedComment>>,
}

/// Whose a thing is, and what was done about his things.
#[derive(Clone, Debug)]
pub struct Creator {
    /// The user.
    pub user: User,
    /// How often he was banned in reviews.
    pub bans: i64,
    /// How many of his things were deleted in reviews.
    pub deletions: i64,
    /// How many flags there are upon his things.
    pub flags: i64,
}

/// A flag with who set it.
#[derive(Clone, Debug)]
pub struct EnrichedFlag {
    /// The row.
    pub flag: Flag,
    /// Who set it, where he is there.
    pub user: Option<User>,
    /// Whose the thing is.
    pub creator_id: Option<String>,
}

/// An entry with the users that it names.
#[derive(Clone, Debug)]
pub struct EnrichedEntry {
    /// The row.
    pub entry: LogEntry,
    /// Who did it.
    pub moderator: Option<User>,
    /// Whom it concerns.
    pub target: Option<User>,
}

/// By what contents are judged.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// The team that it belongs to; empty, where it is of none.
    pub team: String,
    /// What it is called, once in a team: also says for which feeds it holds.
    pub key: String,
    /// Whether contents are there before they are judged. They never are, here.
    pub is_async: bool,
    /// Its parts, by their names.
    pub config: Map<String, Value>,
    /// When it was made.
    pub created_at: Time,
    /// When it was last changed.
    pub updated_at: Time,
}

/// Appeals that an app keeps at the most; one more makes the oldest go.
pub const APPEALS_MAX: i64 = 100_000;

/// What somebody says against what was decided about a thing of his.
#[derive(Clone, Debug, PartialEq)]
pub struct Appeal {
    /// Its number in the app.
    pub no: i64,
    /// Its id.
    pub id: String,
    /// Who appeals.
    pub appellant_id: String,
    /// What kind of thing it is about.
    pub entity_type: String,
    /// Which thing.
    pub entity_id: String,
    /// The thing's item in the review queue.
    pub item_id: Option<String>,
    /// Why.
    pub reason: String,
    /// Addresses of images and the like.
    pub attachments: Vec<String>,
    /// `submitted`, `accepted` or `rejected`.
    pub status: String,
    /// Why it was decided so.
    pub decision_reason: String,
    /// When it was made.
    pub created_at: Time,
    /// When it was last changed.
    pub updated_at: Time,
}

/// An appeal with who makes it, and what is known of the thing.
#[derive(Clone, Debug)]
pub struct EnrichedAppeal {
    /// The row.
    pub appeal: Appeal,
    /// Who appeals.
    pub user: Option<User>,
    /// The thing's item in the review queue.
    pub item: Option<EnrichedItem>,
}

/// What says which parts of activities before V3 are texts and images. Nothing reads it here.
#[derive(Clone, Debug, PartialEq)]
pub struct Template {
    /// What it is called.
    pub name: String,
    /// What it says.
    pub config: Map<String, Value>,
    /// When it was made.
    pub created_at: Time,
    /// When it was last changed.
    pub updated_at: Time,
}
