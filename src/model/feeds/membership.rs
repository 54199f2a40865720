//! A membership level: what members of a feed who have it may see.

use serde_json::{Map, Value};

use crate::clock::Time;

/// A level.
#[derive(Clone, Debug, PartialEq)]
pub struct MembershipLevel {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// What it is.
    pub description: Option<String>,
    /// The higher, the more it is.
    pub priority: i64,
    /// Activities of these tags it opens.
    pub tags: Vec<String>,
    /// What the app stores with it.
    pub custom: Map<String, Value>,
    /// When it was made.
    pub created_at: Time,
    /// When it was last changed.
    pub updated_at: Time,
}
