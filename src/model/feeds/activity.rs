//! An activity, and what an answer shows beside its row.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::bookmark::EnrichedBookmark;
use super::collection::Referenced;
use super::comment::EnrichedComment;
use super::feed::{EnrichedFeed, Location};
use super::poll::EnrichedPoll;
use super::rank::Score;
use super::reaction::{FriendReactions, Reactions};
use super::share::EnrichedShare;
use crate::clock::Time;
use crate::ids::{FeedId, UserId};
use crate::model::user::User;

/// An activity.
#[derive(Clone, Debug, PartialEq)]
pub struct Activity {
    /// Its number in the state, and its place in the order of what was made at the same moment.
    pub no: i64,
    /// Its id, chosen by who made it.
    pub id: String,
    /// Its author.
    pub user_id: UserId,
    /// What kind it is, in the app's words.
    pub kind: String,
    /// The feeds that it is in, in the order of the request.
    pub feeds: Vec<FeedId>,
    /// What it says.
    pub text: Option<String>,
    /// `public`, `private` or `tag`.
    pub visibility: String,
    /// The tag that opens it, with the visibility `tag`.
    pub visibility_tag: Option<String>,
    /// `everyone`, `people_i_follow` or `nobody`.
    pub restrict_replies: String,
    /// What the app stores with it.
    pub custom: Map<String, Value>,
    /// The translations that were asked for.
    pub i18n: Map<String, Value>,
    /// What the app stores to find it by.
    pub search_data: Map<String, Value>,
    /// Objects, each with a `custom`.
    pub attachments: Vec<Value>,
    /// Whom it mentions.
    pub mentioned: Vec<String>,
    /// By which it is found.
    pub filter_tags: Vec<String>,
    /// What it is about, trimmed and in lower case.
    pub interest_tags: Vec<String>,
    /// What it tells of, where it is a notification: `trigger` and `target`; else empty.
    pub notification_context: Map<String, Value>,
    /// References to what is kept in collections, `name:id`.
    pub collections: Vec<String>,
    /// The number of the activity that it shares.
    pub parent: Option<i64>,
    /// Its poll.
    pub poll_id: Option<String>,
    /// Where it is.
    pub location: Option<Location>,
    /// What it counts.
    pub counts: ActivityCounts,
    /// When it was made.
    pub created_at: Time,
    /// When it was last changed.
    pub updated_at: Time,
    /// When its content was last changed.
    pub edited_at: Option<Time>,
    /// When it disappears from feeds.
    pub expires_at: Option<Time>,
    /// Since when it is deleted.
    pub deleted_at: Option<Time>,
    /// What moderation has said of it; else empty.
    pub moderation: Map<String, Value>,
}

/// What an activity counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ActivityCounts {
    /// Comments upon it, replies included.
    pub comments: i64,
    /// Reactions upon it.
    pub reactions: i64,
    /// Bookmarks of it.
    pub bookmarks: i64,
    /// Activities that share it.
    pub shares: i64,
    /// What these are together (feeds-core 5.5).
    pub popularity: i64,
}

impl ActivityCounts {
    /// The same with what they are together, once one of them is another.
    #[must_use]
    pub fn summed(self) -> Self {
        Self { popularity: self.reactions + 2 * self.comments + 3 * self.bookmarks + 3 * self.shares, ..self }
    }
}

impl Activity {
    /// One that says nothing, nowhere.
    pub fn empty(user_id: UserId, now: Time) -> Self {
        Self {
            no: 0,
            id: String::new(),
            user_id,
            kind: String::new(),
            feeds: Vec::new(),
            text: None,
            visibility: "public".to_owned(),
            visibility_tag: None,
            restrict_replies: "everyone".to_owned(),
            custom: Map::new(),
            i18n: Map::new(),
            search_data: Map::new(),
            attachments: Vec::new(),
            mentioned: Vec::new(),
            filter_tags: Vec::new(),
            interest_tags: Vec::new(),
            notification_context: Map::new(),
            collections: Vec::new(),
            parent: None,
            poll_id: None,
            location: None,
            counts: ActivityCounts::default(),
            created_at: now,
            updated_at: now,
            edited_at: None,
            expires_at: None,
            deleted_at: None,
            moderation: Map::new(),
        }
    }

    /// Whether feeds show it by now: it has not expired, and is not deleted.
    pub fn is_live(&self, now: Time) -> bool {
        self.deleted_at.is_none() && self.expires_at.is_none_or(|end| end > now)
    }
}

/// An activity with what an answer shows beside its row.
#[derive(Clone, Debug)]
pub struct EnrichedActivity {
    /// The row.
    pub activity: Activity,
    /// The author.
    pub user: Arc<User>,
    /// Whom it mentions, in the order of the request; who is not there is left out.
    pub mentioned: Vec<Arc<User>>,
    /// The feed through which it is seen.
    pub current_feed: Option<EnrichedFeed>,
    /// Its poll.
    pub poll: Option<Box<EnrichedPoll>>,
    /// What it refers to in collections, by the references.
    pub collections: BTreeMap<String, Referenced>,
    /// The activity that it shares, without that one's own.
    pub parent: Option<Box<EnrichedActivity>>,
    /// The first comments upon it, in the order asked for.
    pub comments: Vec<EnrichedComment>,
    /// The latest that share it.
    pub latest_shares: Vec<EnrichedShare>,
    /// What it scores, where the feed in which it is shown is ranked.
    pub rank: Score,
    /// The selector that picked it there, where there are several.
    pub selector_source: Option<&'static str>,
    /// What is measured of it.
    pub metrics: BTreeMap<String, i64>,
    /// Whether it lacks what is not open to the viewer.
    pub is_preview: bool,
    /// What the viewer has done with it, where the feed in which it is shown tracks that.
    pub marks: Marks,
    /// The reactions to it.
    pub reactions: Reactions,
    /// Those of whom the viewer follows, where they are asked for.
    pub friends: Option<FriendReactions>,
    /// The viewer's bookmarks of it.
    pub own_bookmarks: Vec<EnrichedBookmark>,
    /// Whether the viewer has hidden it.
    pub is_hidden: bool,
}

/// What a viewer has done with an activity, or with all of a group. What is not tracked is absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_field_names, reason = "the names are the wire's")]
pub struct Marks {
    pub is_read: Option<bool>,
    pub is_seen: Option<bool>,
    pub is_watched: Option<bool>,
}

impl Marks {
    /// The same, and what is not known as in another.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            is_read: self.is_read.or(other.is_read),
            is_seen: self.is_seen.or(other.is_seen),
            is_watched: self.is_watched.or(other.is_watched),
        }
    }
}

impl EnrichedActivity {
    /// An activity beside which nothing is shown but its author.
    pub fn plain(activity: Activity, user: Arc<User>) -> Self {
        Self {
            activity,
            user,
            mentioned: Vec::new(),
            current_feed: None,
            poll: None,
            collections: BTreeMap::new(),
            parent: None,
            comments: Vec::new(),
            latest_shares: Vec::new(),
            rank: Score::default(),
            selector_source: None,
            metrics: BTreeMap::new(),
            is_preview: false,
            marks: Marks::default(),
            reactions: Reactions::default(),
            friends: None,
            own_bookmarks: Vec::new(),
            is_hidden: false,
        }
    }

    /// No activity, where one has to be shown.
    pub fn none() -> Self {
        let (nobody, never) = (UserId::trusted(""), Time(0));
        Self::plain(Activity::empty(nobody.clone(), never), Arc::new(User::new(nobody, never)))
    }

    /// The same without what is one viewer's own, as events tell of it.
    #[must_use]
    pub fn for_all(mut self) -> Self {
        if let Some(current_feed) = &mut self.current_feed {
            current_feed.own = None;
        }
        self.comments = self.comments.into_iter().map(EnrichedComment::for_all).collect();
        self.reactions.own = Vec::new();
        self.friends = None;
        self.own_bookmarks = Vec::new();
        self.is_hidden = false;
        self.poll = self.poll.map(|poll| Box::new(poll.for_all()));
        self.marks = Marks::default();
        self.parent = self.parent.map(|parent| Box::new(parent.for_all()));
        self
    }
}
