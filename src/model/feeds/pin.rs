//! A pin: an activity that a feed shows apart from the others.

use std::sync::Arc;

use super::activity::EnrichedActivity;
use crate::clock::Time;
use crate::ids::{FeedId, UserId};
use crate::model::user::User;

/// A pin.
#[derive(Clone, Debug, PartialEq)]
pub struct Pin {
    /// The feed's number.
    pub feed: i64,
    /// The activity's number.
    pub activity: i64,
    /// Who pinned it.
    pub user_id: UserId,
    /// Since when.
    pub created_at: Time,
    /// When it was last changed.
    pub updated_at: Time,
}

/// A pin with the activity and the user.
#[derive(Clone, Debug)]
pub struct EnrichedPin {
    /// The row.
    pub pin: Pin,
    /// The feed's address.
    pub fid: FeedId,
    /// The activity.
    pub activity: EnrichedActivity,
    /// Who pinned it.
    pub user: Arc<User>,
}
