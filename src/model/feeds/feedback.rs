//! What users say of activities that they are shown.

use std::sync::Arc;

use crate::clock::Time;
use crate::ids::UserId;
use crate::model::user::User;

/// What is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Feeds are not to show it.
    Hide,
    /// More of the kind is wanted.
    ShowMore,
    /// Less of it is.
    ShowLess,
}

impl Action {
    /// The word for it, in events and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hide => "hide",
            Self::ShowMore => "show_more",
            Self::ShowLess => "show_less",
        }
    }

    /// What cannot hold with it.
    pub fn opposite(self) -> Option<Self> {
        match self {
            Self::Hide => None,
            Self::ShowMore => Some(Self::ShowLess),
            Self::ShowLess => Some(Self::ShowMore),
        }
    }
}

/// Something that a user said of an activity.
#[derive(Clone, Debug, PartialEq)]
pub struct Feedback {
    /// Who said it.
    pub user_id: UserId,
    /// The activity's number.
    pub activity: i64,
    /// What was said.
    pub action: Action,
    /// Whether it holds; it was taken back otherwise.
    pub value: bool,
    /// When it was first said.
    pub created_at: Time,
    /// When it was last said.
    pub updated_at: Time,
}

/// The same with the user and the activity's id.
#[derive(Clone, Debug)]
pub struct EnrichedFeedback {
    /// The row.
    pub feedback: Feedback,
    /// The activity's id.
    pub activity_id: String,
    /// Who said it.
    pub user: Arc<User>,
}
