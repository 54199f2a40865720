//! Bookmarks of activities and comments, and the folders that users put them into.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::activity::EnrichedActivity;
use super::object::{Address, Object};
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

/// A bookmark with what an answer shows beside its row.
#[derive(Clone, Debug)]
pub struct EnrichedBookmark {
    /// The row.
    pub bookmark: Bookmark,
    /// The ids of what it is of.
    pub address: Address,
    /// The activity that it is of, without bookmarks of its own.
    pub activity: Box<EnrichedActivity>,
    /// Whose it is.
    pub user: Arc<User>,
    /// Its folder.
    pub folder: Option<EnrichedFolder>,
}

impl EnrichedBookmark {
    /// The same without what is one viewer's own, as its user's connections are told of it.
    #[must_use]
    pub fn for_all(self) -> Self {
        Self { activity: Box::new(self.activity.for_all()), ..self }
    }

    /// What others are told of it, whom the user's folders and notes do not concern.
    #[must_use]
    pub fn for_others(self) -> Self {
        let bookmark = Bookmark { custom: Map::new(), ..self.bookmark };
        Self { bookmark, folder: None, ..self }
    }
}
