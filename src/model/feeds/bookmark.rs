//! Bookmarks of activities and comments, and the folders that users put them into.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::activity::EnrichedActivity;
use super::comment::EnrichedComment;
use super::object::Object;
use crate::clock::Time;
use crate::ids::UserId;
use crate::model::user::User;

/// A bookmark: a user has one of an object in each folder, and one in none.
#[derive(Clone, Debug, PartialEq)]
pub struct Bookmark {
    /// Its number: its place among those of the same moment.
    pub no: i64,
    /// What it is of.
    pub object: Object,
    /// Whose it is.
    pub user_id: UserId,
    /// The number of its folder.
    pub folder: Option<i64>,
    /// What the app stores with it.
    pub custom: Map<String, Value>,
    /// When it was made.
    pub created_at: Time,
    /// When it was last changed.
    pub updated_at: Time,
}

/// A folder.
#[derive(Clone, Debug, PartialEq)]
pub struct Folder {
    /// Its number.
    pub no: i64,
    /// Its id.
    pub id: String,
    /// Whose it is.
    pub user_id: UserId,
    /// What it is called.
    pub name: String,
    /// What the app stores with it.
    pub custom: Map<String, Value>,
    /// When it was made.
    pub created_at: Time,
    /// When it was last changed.
    pub updated_at: Time,
}

/// A folder with its user.
#[derive(Clone, Debug)]
pub struct EnrichedFolder {
    /// The row.
    pub folder: Folder,
    /// Whose it is.
    pub user: Arc<User>,
}

/// What is bookmarked.
#[derive(Clone, Debug)]
pub enum Marked {
    /// An activity, without bookmarks of its own.
    Activity(Box<EnrichedActivity>),
    /// A comment.
    Comment(Box<EnrichedComment>),
}

impl Marked {
    /// An activity. What hangs on it is not shown again with that, or it would have no end.
    pub fn activity(activity: EnrichedActivity) -> Self {
        Self::Activity(Box::new(EnrichedActivity { own_bookmarks: Vec::new(), ..activity }))
    }

    /// A comment.
    pub fn comment(comment: EnrichedComment) -> Self {
        Self::Comment(Box::new(comment))
    }

    /// By what it is known.
    pub fn id(&self) -> &str {
        match self {
            Self::Activity(activity) => &activity.activity.id,
            Self::Comment(comment) => &comment.comment.id,
        }
    }

    /// The same without what is one viewer's own.
    #[must_use]
    pub fn for_all(self) -> Self {
        match self {
            Self::Activity(activity) => Self::activity(activity.for_all()),
            Self::Comment(comment) => Self::comment(comment.for_all()),
        }
    }
}

/// A bookmark with what an answer shows beside its row.
#[derive(Clone, Debug)]
pub struct EnrichedBookmark {
    /// The row.
    pub bookmark: Bookmark,
    /// What it is of.
    pub of: Marked,
    /// Whose it is.
    pub user: Arc<User>,
    /// Its folder.
    pub folder: Option<EnrichedFolder>,
}

impl EnrichedBookmark {
    /// The same without what is one viewer's own, as its user's connections are told of it.
    #[must_use]
    pub fn for_all(self) -> Self {
        Self { of: self.of.for_all(), ..self }
    }

    /// What others are told of it, whom the user's folders and notes do not concern.
    #[must_use]
    pub fn for_others(self) -> Self {
        let bookmark = Bookmark { custom: Map::new(), ..self.bookmark };
        Self { bookmark, folder: None, ..self }
    }
}
