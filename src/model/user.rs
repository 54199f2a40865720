//! A user, as the store reads and writes it.

use serde_json::{Map, Value};

use crate::auth::revocation::Revocation;
use crate::clock::Time;
use crate::ids::UserId;

/// A user's custom data at the most, in bytes of JSON.
pub const CUSTOM_MAX_BYTES: usize = 5 * 1024;

/// Teams of a user at the most.
pub const TEAMS_MAX: usize = 250;

/// A team's name at the most, in bytes.
pub const TEAM_NAME_MAX_BYTES: usize = 100;

/// Keys of a user that custom data cannot take when it is flattened beside them. `custom` is none of them: the legacy
/// dialect knows no such key, so there it is custom data like any other.
pub const BUILT_IN: &[&str] = &[
    "id",
    "name",
    "image",
    "role",
    "roles",
    "teams",
    "teams_role",
    "language",
    "invisible",
    "privacy_settings",
    "created_at",
    "updated_at",
    "last_active",
    "deactivated_at",
    "deleted_at",
    "revoke_tokens_issued_before",
    "banned",
    "shadow_banned",
    "ban_expires",
    "online",
    "devices",
    "mutes",
    "channel_mutes",
    "blocked_user_ids",
    "unread_count",
    "total_unread_count",
    "unread_channels",
    "unread_threads",
    "push_notifications",
    "push_preferences",
    "avg_response_time",
];

/// The privacy settings that there are.
pub const PRIVACY_KEYS: &[&str] = &["typing_indicators", "read_receipts", "delivery_receipts"];

/// A user. Times are the app's.
#[derive(Clone, Debug, PartialEq)]
pub struct User {
    /// The id.
    pub id: UserId,
    /// The display name.
    pub name: Option<String>,
    /// The picture's address, unchecked.
    pub image: Option<String>,
    /// The role.
    pub role: String,
    /// The teams.
    pub teams: Vec<String>,
    /// Roles by team.
    pub teams_role: Map<String, Value>,
    /// The language, empty when unset.
    pub language: String,
    /// Others see this user as offline.
    pub invisible: bool,
    /// Privacy settings, once set.
    pub privacy_settings: Option<Map<String, Value>>,
    /// What the app stores with the user.
    pub custom: Map<String, Value>,
    /// When the user was made.
    pub created_at: Time,
    /// When the user was last changed.
    pub updated_at: Time,
    /// When the user was last here.
    pub last_active: Option<Time>,
    /// Since when the user is deactivated.
    pub deactivated_at: Option<Time>,
    /// Since when the user is deleted.
    pub deleted_at: Option<Time>,
    /// How the user was deleted.
    pub deletion: Option<Deletion>,
    /// Tokens issued before a moment are refused.
    pub revocation: Option<Revocation>,
    /// The ban upon the whole app that holds now.
    pub ban: Option<ActiveBan>,
    /// Whom this user has blocked.
    pub blocked_ids: Vec<String>,
    /// Whether the user has a connection open.
    pub online: bool,
}

/// How a user was deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deletion {
    /// Marked; everything is kept.
    Soft,
    /// Marked; what describes the person is gone.
    Pruning,
    /// Gone; the id may be used again.
    Hard,
}

impl Deletion {
    /// The word for it, in requests and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Soft => "soft",
            Self::Pruning => "pruning",
            Self::Hard => "hard",
        }
    }

    /// Parses the word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Soft, Self::Pruning, Self::Hard].into_iter().find(|mode| mode.name() == word)
    }
}

/// A ban upon the whole app that has not ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ActiveBan {
    /// Only others notice.
    pub shadow: bool,
    /// When it ends, if it does.
    pub expires_at: Option<Time>,
}

impl User {
    /// A user who has just been made.
    pub fn new(id: UserId, now: Time) -> Self {
        Self {
            id,
            name: None,
            image: None,
            role: crate::auth::kind::ROLE_USER.to_owned(),
            teams: Vec::new(),
            teams_role: Map::new(),
            language: String::new(),
            invisible: false,
            privacy_settings: None,
            custom: Map::new(),
            created_at: now,
            updated_at: now,
            last_active: None,
            deactivated_at: None,
            deleted_at: None,
            deletion: None,
            revocation: None,
            ban: None,
            blocked_ids: Vec::new(),
            online: false,
        }
    }

    /// Neither deactivated nor deleted.
    pub fn is_active(&self) -> bool {
        self.deactivated_at.is_none() && self.deleted_at.is_none()
    }
}
