//! Lists of words that moderation looks for.

use crate::clock::Time;

/// A list.
#[derive(Clone, Debug, PartialEq)]
pub struct Blocklist {
    /// The team that it belongs to; empty, where it is of none.
    pub team: String,
    /// What it is called, once in a team.
    pub name: String,
    /// An id of its own.
    pub id: String,
    /// What its words are (`word`, `regex`, `domain` and so on).
    pub kind: String,
    /// What it looks for.
    pub words: Vec<String>,
    /// How it looks.
    pub checks: Checks,
    /// When it was made; none, where it is built in.
    pub created_at: Option<Time>,
    /// When it was last changed.
    pub updated_at: Option<Time>,
}

/// How a list looks for its words.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Checks {
    /// Whether digits count as the letters that they look like.
    pub leet: Option<bool>,
    /// Whether plurals count.
    pub plural: Option<bool>,
    /// Whether parts of words count.
    pub substring: Option<bool>,
    /// Whether letters count as those that look like them.
    pub confusable: Option<bool>,
}
