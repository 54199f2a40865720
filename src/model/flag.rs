//! What somebody has flagged for moderators.

use serde_json::{Map, Value};

use crate::clock::Time;

/// The reason at the most, in characters.
pub const REASON_MAX_CHARS: usize = 255;

/// A thing's kind and its id at the most, in characters each.
pub const ENTITY_MAX_CHARS: usize = 255;

/// Flags of one user that are kept at the most; one more makes the oldest go.
pub const PER_USER_MAX: u32 = 1_000;

/// A flag.
#[derive(Clone, Debug, PartialEq)]
pub struct Flag {
    /// Who has flagged.
    pub user_id: String,
    /// What kind of thing.
    pub entity_type: String,
    /// Which thing.
    pub entity_id: String,
    /// The thing's item in the review queue.
    pub item_id: String,
    /// Why.
    pub reason: Option<String>,
    /// What the app stores with it.
    pub custom: Map<String, Value>,
    /// Since when.
    pub created_at: Time,
    /// When it was last said.
    pub updated_at: Time,
}
