//! Reactions to activities and comments.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::object::{Address, Object};
use crate::clock::Time;
use crate::ids::UserId;
use crate::model::user::User;

/// A reaction: there is one of each type that a user has to an object.
#[derive(Clone, Debug, PartialEq)]
pub struct Reaction {
    /// Its number: its place among those of the same moment.
    pub no: i64,
    /// To what it is.
    pub object: Object,
    /// Whose it is.
    pub user_id: UserId,
    /// Which it is, in the app's words.
    pub kind: String,
    /// What the app stores with it.
    pub custom: Map<String, Value>,
    /// When it was first made.
    pub created_at: Time,
    /// When it was last made.
    pub updated_at: Time,
}

/// All reactions of one type to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReactionGroup {
    /// How many there are.
    pub count: i64,
    /// When the first of them was made.
    pub first_at: Time,
    /// When the last of them was made.
    pub last_at: Time,
}

/// A reaction with its user, and the ids of what it is to.
#[derive(Clone, Debug)]
pub struct EnrichedReaction {
    /// The row.
    pub reaction: Reaction,
    /// To what it is.
    pub address: Address,
    /// Whose it is.
    pub user: Arc<User>,
}

/// What an object shows of the reactions to it.
#[derive(Clone, Debug, Default)]
pub struct Reactions {
    /// How many, by type.
    pub groups: BTreeMap<String, ReactionGroup>,
    /// The newest first.
    pub latest: Vec<EnrichedReaction>,
    /// The viewer's own.
    pub own: Vec<EnrichedReaction>,
}

/// Reactions of those whom a viewer follows.
#[derive(Clone, Debug, Default)]
pub struct FriendReactions {
    /// The newest first.
    pub latest: Vec<EnrichedReaction>,
    /// How many there are.
    pub count: usize,
}
