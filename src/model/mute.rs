//! Who has muted whom.

use super::user::User;
use crate::clock::Time;

/// A mute as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Who has muted.
    pub user_id: String,
    /// Whom.
    pub target_id: String,
    /// Since when.
    pub created_at: Time,
    /// When it was last said.
    pub updated_at: Time,
    /// When it ends, if it does.
    pub expires_at: Option<Time>,
}

/// A mute that holds, and whom it is upon.
#[derive(Clone, Debug)]
pub struct Mute {
    /// Who is muted.
    pub target: User,
    /// The rest.
    pub row: Row,
}
