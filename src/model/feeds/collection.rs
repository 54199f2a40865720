//! What an app keeps in collections, for its activities to refer to.

use std::fmt;

use serde_json::{Map, Value};

use crate::clock::Time;
use crate::ids::UserId;

/// By what it is known: `name:id`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference {
    /// The collection's name: all things of a kind have the same.
    pub name: String,
    /// Its id among those of the name.
    pub id: String,
}

impl Reference {
    /// The reference that a text says. The id may have colons, the name has none.
    pub fn parse(text: &str) -> Option<Self> {
        let (name, id) = text.split_once(':').filter(|(name, id)| !name.is_empty() && !id.is_empty())?;
        Some(Self { name: name.to_owned(), id: id.to_owned() })
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.name, self.id)
    }
}

/// What is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Collection {
    /// By what it is known.
    pub reference: Reference,
    /// Whose it is.
    pub user_id: Option<UserId>,
    /// What the app stores.
    pub custom: Map<String, Value>,
    /// When it was made.
    pub created_at: Time,
    /// When it was last changed.
    pub updated_at: Time,
}

/// What an activity refers to.
#[derive(Clone, Debug)]
pub enum Referenced {
    /// It is there.
    Found(Collection),
    /// Nothing is there by that name and id.
    Missing(Reference),
}
