//! A share: an activity that shows another as its parent.

use std::sync::Arc;

use crate::clock::Time;
use crate::ids::UserId;
use crate::model::user::User;

/// A share, as the shared activity shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Share {
    /// The number of the activity that is shared.
    pub parent: i64,
    /// The number of the activity that shares it.
    pub activity: i64,
    /// The id of that one.
    pub activity_id: String,
    /// Its author.
    pub user_id: UserId,
    /// When it was made.
    pub created_at: Time,
}

/// A share with its author.
#[derive(Clone, Debug)]
pub struct EnrichedShare {
    /// The row.
    pub share: Share,
    /// The author.
    pub user: Arc<User>,
}
