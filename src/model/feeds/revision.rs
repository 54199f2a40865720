//! Revisions: what became of an activity or a comment.

use serde_json::{Map, Value};

use super::object::ObjectKind;
use crate::clock::Time;

/// What was done to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// It was made.
    Create,
    /// It says something else.
    Edit,
    /// It was deleted, and can be restored.
    Delete,
    /// It was brought back.
    Restore,
}

impl Action {
    /// The word for it, in answers and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Edit => "edit",
            Self::Delete => "delete",
            Self::Restore => "restore",
        }
    }

    /// The action of this name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Create, Self::Edit, Self::Delete, Self::Restore].into_iter().find(|action| action.name() == name)
    }
}

/// What was done to an object once.
#[derive(Clone, Debug, PartialEq)]
pub struct Revision {
    /// Its number in the state, and its place among what was done at the same moment.
    pub no: i64,
    /// What kind of object it is.
    pub kind: ObjectKind,
    /// The object's number.
    pub object: i64,
    /// The object's id.
    pub object_id: String,
    /// What was done.
    pub action: Action,
    /// Who did it; empty for a server, whomever it acts for.
    pub user_id: String,
    /// The fields that an edit changed.
    pub changed_fields: Vec<String>,
    /// How it was before an edit or a deletion; else empty.
    pub previous: Map<String, Value>,
    /// When.
    pub created_at: Time,
}
