//! Events of feeds (feeds-events 1 and 2).

use serde::Serialize;
use serde_json::{Map, Value};

use super::pin::Pinned;
use crate::clock::Time;
use crate::event::feeds::{About, Change, FeedEvent};
use crate::ids::{FeedId, UserId};
use crate::model::feeds::activity::EnrichedActivity;
use crate::model::feeds::aggregate::{EnrichedAggregate, Marked, NotificationStatus};
use crate::model::feeds::bookmark::{EnrichedBookmark, EnrichedFolder};
use crate::model::feeds::comment::EnrichedComment;
use crate::model::feeds::feed::{EnrichedFeed, Visibility};
use crate::model::feeds::feedback::EnrichedFeedback;
use crate::model::feeds::follow::EnrichedFollow;
use crate::model::feeds::member::EnrichedMember;
use crate::model::feeds::poll::{EnrichedPoll, EnrichedVote};
use crate::model::feeds::reaction::EnrichedReaction;
use crate::wire::Dialect;
use crate::wire::events::text;
use crate::wire::users::UserResponse;

/// What differs from feed to feed.
#[derive(Serialize)]
struct Head<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    created_at: Time,
    custom: Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fid: Option<&'a FeedId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    feed_visibility: Option<&'static str>,
}

/// What is the same for every feed.
#[derive(Serialize)]
struct Tail<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<UserResponse>,
    #[serde(flatten)]
    about: AboutResponse<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum AboutResponse<'a> {
    NewFeed {
        feed: &'a EnrichedFeed,
        members: &'a [EnrichedMember],
    },
    Feed {
        feed: &'a EnrichedFeed,
    },
    Nothing {},
    Activity {
        activity: &'a EnrichedActivity,
    },
    Pin {
        pinned_activity: Pinned<'a>,
    },
    Reaction {
        activity: &'a EnrichedActivity,
        reaction: &'a EnrichedReaction,
    },
    Bookmark {
        bookmark: &'a EnrichedBookmark,
    },
    Folder {
        bookmark_folder: &'a EnrichedFolder,
    },
    Feedback {
        activity_feedback: &'a EnrichedFeedback,
    },
    Poll {
        poll: &'a EnrichedPoll,
    },
    Vote {
        poll: &'a EnrichedPoll,
        poll_vote: &'a EnrichedVote,
    },
    NewComment {
        comment: &'a EnrichedComment,
        activity: &'a EnrichedActivity,
    },
    CommentReaction {
        comment: &'a EnrichedComment,
        #[serde(skip_serializing_if = "Option::is_none")]
        activity: Option<&'a EnrichedActivity>,
        reaction: &'a EnrichedReaction,
    },
    Comment {
        comment: &'a EnrichedComment,
    },
    Follow {
        follow: &'a EnrichedFollow,
    },
    Member {
        member: &'a EnrichedMember,
    },
    NoMember {
        member_id: &'a UserId,
    },
    Notifications {
        #[serde(skip_serializing_if = "Option::is_none")]
        aggregated_activities: Option<&'a [EnrichedAggregate]>,
        notification_status: &'a NotificationStatus,
    },
    Stories {
        #[serde(skip_serializing_if = "Option::is_none")]
        aggregated_activities: Option<&'a [EnrichedAggregate]>,
        #[serde(skip_serializing_if = "Option::is_none")]
        activities: Option<&'a [EnrichedActivity]>,
    },
    Marked(&'a Marked),
}

/// The frame of an event: a short head for its feed, and the change, which is written once however many feeds it concerns.
pub fn frame(kind: &str, at: Time, event: &FeedEvent, dialect: Dialect) -> String {
    let FeedEvent { fid, visibility, change } = event;
    let feed_visibility = visibility.map(Visibility::name);
    let mut frame =
        text(dialect, &Head { kind, created_at: at, custom: Map::new(), fid: fid.as_ref(), feed_visibility });
    let tail = change.encoded[dialect as usize].get_or_init(|| tail(change, dialect));
    frame.pop();
    // Nothing but the head, where the change says no more.
    if tail.len() > 2 {
        frame.push(',');
    }
    frame.push_str(&tail[1..]);
    frame
}

fn tail(change: &Change, dialect: Dialect) -> String {
    let about = match &change.about {
        About::NewFeed { feed, members } => AboutResponse::NewFeed { feed, members },
        About::Feed(feed) => AboutResponse::Feed { feed },
        About::Nothing => AboutResponse::Nothing {},
        About::Activity(activity) => AboutResponse::Activity { activity },
        About::Pin(pin) => AboutResponse::Pin { pinned_activity: Pinned::in_event(pin) },
        About::Reaction { activity, reaction } => AboutResponse::Reaction { activity, reaction },
        About::Bookmark(bookmark) => AboutResponse::Bookmark { bookmark },
        About::Folder(bookmark_folder) => AboutResponse::Folder { bookmark_folder },
        About::Feedback(activity_feedback) => AboutResponse::Feedback { activity_feedback },
        About::Poll(poll) => AboutResponse::Poll { poll },
        About::Vote { poll, vote } => AboutResponse::Vote { poll, poll_vote: vote },
        About::NewComment { comment, activity } => AboutResponse::NewComment { comment, activity },
        About::CommentReaction { comment, activity, reaction } => {
            AboutResponse::CommentReaction { comment, activity: activity.as_deref(), reaction }
        }
        About::Comment(comment) => AboutResponse::Comment { comment },
        About::Follow(follow) => AboutResponse::Follow { follow },
        About::Member(member) => AboutResponse::Member { member },
        About::NoMember(member_id) => AboutResponse::NoMember { member_id },
        About::Notifications { groups, status } => {
            AboutResponse::Notifications { aggregated_activities: groups.as_deref(), notification_status: status }
        }
        About::Stories { groups, activities } => {
            AboutResponse::Stories { aggregated_activities: groups.as_deref(), activities: activities.as_deref() }
        }
        About::Marked(marked) => AboutResponse::Marked(marked),
    };
    text(dialect, &Tail { user: change.user.as_deref().map(UserResponse::brief), about })
}
