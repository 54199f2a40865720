//! A member of a feed.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::membership::MembershipLevel;
use crate::clock::Time;
use crate::ids::UserId;
use crate::model::user::User;

/// A member, or who is invited or has declined.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// The feed's number.
    pub feed: i64,
    /// Who.
    pub user_id: UserId,
    /// The role in the feed.
    pub role: String,
    /// How far it is.
    pub status: MemberStatus,
    /// The level that opens activities of a tag.
    pub membership_level: Option<String>,
    /// What the app stores with it.
    pub custom: Map<String, Value>,
    /// Since when.
    pub created_at: Time,
    /// When it was last changed.
    pub updated_at: Time,
    /// When the invitation was accepted.
    pub accepted_at: Option<Time>,
    /// When it was declined.
    pub rejected_at: Option<Time>,
}

/// How far a membership is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemberStatus {
    Member,
    Pending,
    Rejected,
}

impl MemberStatus {
    /// The word for it.
    pub fn name(self) -> &'static str {
        ["member", "pending", "rejected"][self as usize]
    }

    /// Parses the word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Member, Self::Pending, Self::Rejected].into_iter().find(|status| status.name() == word)
    }
}

/// A member with the user.
#[derive(Clone, Debug)]
pub struct EnrichedMember {
    /// The row.
    pub member: Member,
    /// The user.
    pub user: Arc<User>,
    /// The level, if he has one.
    pub level: Option<MembershipLevel>,
}
