//! A poll, its options and votes, and what an answer shows beside their rows.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::clock::Time;
use crate::ids::UserId;
use crate::model::user::User;

/// A poll.
#[derive(Clone, Debug, PartialEq)]
pub struct Poll {
    /// Chosen by who made it.
    pub id: String,
    /// The question.
    pub name: String,
    /// Empty unless given.
    pub description: String,
    /// What is voted for, and how.
    pub rules: Rules,
    /// Whether nobody may vote any more.
    pub is_closed: bool,
    /// What the app stores with it.
    pub custom: Map<String, Value>,
    /// Who made it.
    pub created_by: UserId,
    /// Votes for options.
    pub votes: i64,
    /// Votes that are texts.
    pub answers: i64,
    /// When it was made.
    pub created_at: Time,
    /// When it was last changed.
    pub updated_at: Time,
}

/// How a poll is voted on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is asked for on its own")]
pub struct Rules {
    /// Nobody sees who voted for what.
    pub is_anonymous: bool,
    /// A user has one vote; another one takes its place.
    pub is_unique: bool,
    /// A user has so many votes at the most.
    pub votes_max: Option<i64>,
    /// Whoever may vote may suggest an option.
    pub takes_options: bool,
    /// A vote may be a text.
    pub takes_answers: bool,
}

/// What may be voted for.
#[derive(Clone, Debug, PartialEq)]
pub struct PollOption {
    /// Its poll's id.
    pub poll: String,
    /// Its id.
    pub id: String,
    /// Its place among the poll's.
    pub position: i64,
    /// What it says.
    pub text: String,
    /// What the app stores with it.
    pub custom: Map<String, Value>,
    /// Votes for it.
    pub votes: i64,
}

/// A vote: for an option, or a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vote {
    /// Its number in the state: later ones have greater numbers.
    pub no: i64,
    /// Its poll's id.
    pub poll: String,
    /// Its id.
    pub id: String,
    /// The option; empty for a text.
    pub option_id: String,
    /// Who voted.
    pub user_id: UserId,
    /// The text.
    pub answer: Option<String>,
    /// When it was made.
    pub created_at: Time,
    /// When it was last changed.
    pub updated_at: Time,
}

impl Vote {
    /// Whether it is a text.
    pub fn is_answer(&self) -> bool {
        self.option_id.is_empty()
    }
}

/// A vote as an answer shows it.
#[derive(Clone, Debug)]
pub struct EnrichedVote {
    /// The row.
    pub vote: Vote,
    /// Who voted, unless nobody is to know.
    pub user: Option<Arc<User>>,
}

/// A poll with what an answer shows beside its row.
#[derive(Clone, Debug)]
pub struct EnrichedPoll {
    /// The row.
    pub poll: Poll,
    /// Who made it.
    pub creator: Arc<User>,
    /// In their order.
    pub options: Vec<PollOption>,
    /// The newest votes for each option that has some.
    pub latest_votes: BTreeMap<String, Vec<EnrichedVote>>,
    /// The newest texts.
    pub latest_answers: Vec<EnrichedVote>,
    /// The viewer's own.
    pub own_votes: Vec<EnrichedVote>,
}

impl EnrichedPoll {
    /// The same without what is one viewer's own, as events tell of it.
    #[must_use]
    pub fn for_all(self) -> Self {
        Self { own_votes: Vec::new(), ..self }
    }
}
