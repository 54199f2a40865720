//! Comments, and what an answer shows beside their rows.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::reaction::Reactions;
use crate::clock::Time;
use crate::ids::UserId;
use crate::model::user::User;

/// A comment upon an activity, or upon another comment.
#[derive(Clone, Debug, PartialEq)]
pub struct Comment {
    /// Its number in the state, of one count with activities; also its place among what was made at the same moment.
    pub no: i64,
    /// Its id.
    pub id: String,
    /// The number of the activity, however deep in its thread the comment is.
    pub activity: i64,
    /// That activity's id.
    pub object_id: String,
    /// The number of what it answers: the activity's, or a comment's.
    pub under: i64,
    /// The id of the comment that it answers.
    pub parent_id: Option<String>,
    /// Who wrote it.
    pub user_id: UserId,
    /// What it says.
    pub text: Option<String>,
    /// Objects, each with a `custom`.
    pub attachments: Vec<Value>,
    /// Whom it mentions.
    pub mentioned: Vec<String>,
    /// What the app stores with it.
    pub custom: Map<String, Value>,
    /// The translations that were asked for.
    pub i18n: Map<String, Value>,
    /// What it counts.
    pub counts: CommentCounts,
    /// When it was made.
    pub created_at: Time,
    /// When it was last changed.
    pub updated_at: Time,
    /// When its content was last changed.
    pub edited_at: Option<Time>,
    /// Since when it is deleted.
    pub deleted_at: Option<Time>,
    /// The number of the comment whose deletion took it along: its own, where it was deleted itself.
    pub deleted_with: Option<i64>,
    /// What moderation has said of it; else empty.
    pub moderation: Map<String, Value>,
}

impl Comment {
    /// Whether it is there.
    pub fn is_live(&self) -> bool {
        self.deleted_with.is_none()
    }

    /// `active` or `deleted`; of what moderation has taken away `removed` or `shadow_blocked`.
    pub fn status(&self) -> &'static str {
        match self.moderation.get("action").and_then(Value::as_str) {
            _ if self.is_live() => "active",
            Some("shadow" | "shadow_block") => "shadow_blocked",
            Some("remove" | "block") => "removed",
            _ => "deleted",
        }
    }

    /// Its place in an order.
    pub fn place(&self, sort: Sort) -> Place {
        let rank = match sort {
            Sort::First | Sort::Last => 0.0,
            Sort::Top => self.counts.score_as_rank(),
            Sort::Best => self.counts.confidence(),
            Sort::Controversial => self.counts.controversy(),
        };
        Place { rank, created_at: self.created_at, no: self.no }
    }
}

/// What a comment counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CommentCounts {
    /// Comments that answer it directly.
    pub replies: i64,
    /// Reactions upon it.
    pub reactions: i64,
    /// Bookmarks of it.
    pub bookmarks: i64,
    /// Reactions of the type `upvote`.
    pub upvotes: i64,
    /// Reactions of the type `downvote`.
    pub downvotes: i64,
}

/// How sure a lower bound is to be, in standard deviations: 95 of 100.
const CERTAINTY: f64 = 1.96;

/// What the votes come to. Production's formulas are not known; these are those that such scores go by elsewhere
/// (feeds-interactions 2.2).
#[expect(clippy::cast_precision_loss, reason = "nobody has so many votes")]
impl CommentCounts {
    /// Votes for it less those against it.
    pub fn score(self) -> i64 {
        self.upvotes - self.downvotes
    }

    fn score_as_rank(self) -> f64 {
        self.score() as f64
    }

    /// The share of votes for it that is to be expected at the least: the lower end of Wilson's interval, 0 without votes.
    pub fn confidence(self) -> f64 {
        let votes = (self.upvotes + self.downvotes) as f64;
        if votes <= 0.0 {
            return 0.0;
        }
        let share = self.upvotes as f64 / votes;
        let square = CERTAINTY * CERTAINTY;
        let middle = share + square / (2.0 * votes);
        let spread = CERTAINTY * ((share * (1.0 - share) + square / (4.0 * votes)) / votes).sqrt();
        ((middle - spread) / (1.0 + square / votes)).max(0.0)
    }

    /// The more votes and the more evenly, the more: all votes to the power of the fewer by the more of the two. 0, which no
    /// divided votes come to, where they all agree.
    pub fn controversy(self) -> f64 {
        let (fewer, more) = (self.upvotes.min(self.downvotes) as f64, self.upvotes.max(self.downvotes) as f64);
        if fewer <= 0.0 { 0.0 } else { (fewer + more).powf(fewer / more) }
    }
}

/// In which order comments are shown. What ties is shown the newest first, but for the oldest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// The oldest first.
    First,
    /// The newest first.
    Last,
    /// By score.
    Top,
    /// By confidence.
    Best,
    /// By controversy.
    Controversial,
}

impl Sort {
    const ALL: [Self; 5] = [Self::First, Self::Last, Self::Top, Self::Best, Self::Controversial];

    /// As it goes over the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Last => "last",
            Self::Top => "top",
            Self::Best => "best",
            Self::Controversial => "controversial",
        }
    }

    /// The order of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sort| sort.name() == name)
    }
}

/// A place in an order of comments.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// By what it is in that place before all else; 0 in the orders of time.
    pub rank: f64,
    /// When the comment was made.
    pub created_at: Time,
    /// Its number.
    pub no: i64,
}

/// A comment with what an answer shows beside its row.
#[derive(Clone, Debug)]
pub struct EnrichedComment {
    /// The row.
    pub comment: Comment,
    /// Who wrote it.
    pub user: Arc<User>,
    /// Whom it mentions, in the order of the request.
    pub mentioned: Vec<Arc<User>>,
    /// The reactions to it.
    pub reactions: Reactions,
    /// Those that answer it, where a thread is shown so deep.
    pub replies: Option<Vec<EnrichedComment>>,
    /// What there is of them beside those that are shown.
    pub meta: Option<RepliesMeta>,
}

impl EnrichedComment {
    /// A comment beside which nothing is shown but its author.
    pub fn plain(comment: Comment, user: Arc<User>) -> Self {
        Self { comment, user, mentioned: Vec::new(), reactions: Reactions::default(), replies: None, meta: None }
    }

    /// The same without what is one viewer's own, as events tell of it.
    #[must_use]
    pub fn for_all(mut self) -> Self {
        self.reactions.own = Vec::new();
        self
    }
}

/// What there is of replies beside those that are shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepliesMeta {
    /// How many.
    pub remaining: i64,
    /// Whether none is shown since the thread is shown no deeper.
    pub depth_truncated: bool,
    /// Leads on, in GetCommentReplies.
    pub next_cursor: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(upvotes: i64, downvotes: i64) -> CommentCounts {
        CommentCounts { upvotes, downvotes, ..CommentCounts::default() }
    }

    #[test]
    fn scores_are_what_the_formulas_say_and_numbers_even_without_votes() {
        assert_eq!((of(0, 0).score(), of(0, 0).confidence(), of(0, 0).controversy()), (0, 0.0, 0.0));
        assert_eq!((of(1, 3).score(), of(3, 0).controversy(), of(0, 2).confidence()), (-2, 0.0, 0.0));
        assert!((of(1, 0).confidence() - 0.206_5).abs() < 0.001, "{}", of(1, 0).confidence());
        assert!((of(10, 10).controversy() - 20.0).abs() < 1e-9);
        assert!(of(100, 10).confidence() > of(10, 1).confidence(), "more votes are surer");
        assert!(of(10, 10).controversy() > of(19, 1).controversy());
    }
}
