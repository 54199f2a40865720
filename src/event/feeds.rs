//! What happened in feeds: one change, told once for each feed that it concerns (feeds-events 1 to 3).

use std::sync::{Arc, OnceLock};

use crate::ids::{FeedId, UserId};
use crate::model::feeds::activity::EnrichedActivity;
use crate::model::feeds::aggregate::{EnrichedAggregate, Marked, NotificationStatus};
use crate::model::feeds::bookmark::{EnrichedBookmark, EnrichedFolder};
use crate::model::feeds::comment::EnrichedComment;
use crate::model::feeds::feed::{EnrichedFeed, Visibility};
use crate::model::feeds::feedback::EnrichedFeedback;
use crate::model::feeds::follow::EnrichedFollow;
use crate::model::feeds::member::EnrichedMember;
use crate::model::feeds::pin::EnrichedPin;
use crate::model::feeds::poll::{EnrichedPoll, EnrichedVote};
use crate::model::feeds::reaction::EnrichedReaction;
use crate::model::user::User;

/// A change, as those hear of it who watch one feed, or whom it concerns.
#[derive(Clone, Debug)]
pub struct FeedEvent {
    /// The feed's address; SDKs find their feed by nothing else. None, of what is told to a user of his own, wherever it lies.
    pub fid: Option<FeedId>,
    /// Who may see that feed.
    pub visibility: Option<Visibility>,
    /// What happened.
    pub change: Arc<Change>,
}

/// What happened. However many feeds it concerns, it is written once in each dialect.
#[derive(Debug)]
pub struct Change {
    /// Who did it.
    pub user: Option<Arc<User>>,
    /// What it is about.
    pub about: About,
    /// The part of the frame that is the same for every feed, once somebody needed it.
    pub encoded: [OnceLock<String>; 3],
}

impl Change {
    /// A change that somebody made.
    pub fn new(user: Option<Arc<User>>, about: About) -> Arc<Self> {
        Arc::new(Self { user, about, encoded: Default::default() })
    }
}

/// What a change is about. Nothing in it is a viewer's own: the bytes are the same for all.
#[derive(Debug)]
pub enum About {
    /// A feed that was made, with its first members.
    NewFeed {
        /// The feed.
        feed: Box<EnrichedFeed>,
        /// The members.
        members: Vec<EnrichedMember>,
    },
    /// A feed that was changed.
    Feed(Box<EnrichedFeed>),
    /// Nothing that is not said by the feed's address.
    Nothing,
    /// An activity.
    Activity(Box<EnrichedActivity>),
    /// An activity that was pinned, or is no more.
    Pin(Box<EnrichedPin>),
    /// A reaction, and what it is to as that is by then.
    Reaction {
        /// The activity.
        activity: Box<EnrichedActivity>,
        /// The reaction.
        reaction: Box<EnrichedReaction>,
    },
    /// A bookmark.
    Bookmark(Box<EnrichedBookmark>),
    /// A folder of bookmarks.
    Folder(Box<EnrichedFolder>),
    /// What somebody said of an activity.
    Feedback(Box<EnrichedFeedback>),
    /// A poll.
    Poll(Box<EnrichedPoll>),
    /// A vote, and its poll as it is by then.
    Vote {
        /// The poll.
        poll: Box<EnrichedPoll>,
        /// The vote.
        vote: Box<EnrichedVote>,
    },
    /// A comment that was added, and the activity that counts it.
    NewComment {
        /// The comment.
        comment: Box<EnrichedComment>,
        /// The activity.
        activity: Box<EnrichedActivity>,
    },
    /// A reaction to a comment.
    CommentReaction {
        /// The comment, as it is by then.
        comment: Box<EnrichedComment>,
        /// What it is upon, unless the reaction was taken back.
        activity: Option<Box<EnrichedActivity>>,
        /// The reaction.
        reaction: Box<EnrichedReaction>,
    },
    /// A comment that was changed, is gone, or is there again.
    Comment(Box<EnrichedComment>),
    /// A follow.
    Follow(Box<EnrichedFollow>),
    /// A member who came, or was changed.
    Member(Box<EnrichedMember>),
    /// A member who is one no more.
    NoMember(UserId),
    /// What is new of a feed that keeps account of its readers, for those who have read as much of it.
    Notifications {
        /// The groups that have changed, where the feed has groups.
        groups: Option<Vec<EnrichedAggregate>>,
        /// What is read of the whole feed.
        status: NotificationStatus,
    },
    /// Which stories have changed, for those who have watched the same.
    Stories {
        /// Where the feed has groups.
        groups: Option<Vec<EnrichedAggregate>>,
        /// Where it has none.
        activities: Option<Vec<EnrichedActivity>>,
    },
    /// What somebody has marked, as in the call.
    Marked(Marked),
}
