//! What somebody has flagged for moderators.

use serde_json::{Map, Value};

use crate::clock::Time;

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
