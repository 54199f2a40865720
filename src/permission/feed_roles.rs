//! Roles that somebody has on a feed besides his own, and what roles are granted on feeds until an app says otherwise.
//!
//! Production does not publish its defaults: these are the least that what its SDKs do as strangers, followers and members
//! needs (feeds-core 12.2).

use super::capability::Capability::{
    AddActivity, AddActivityBookmark, AddActivityReaction, AddComment, AddCommentReaction, CreateFeed,
    DeleteAnyActivity, DeleteAnyComment, DeleteOwnActivity, DeleteOwnActivityBookmark, DeleteOwnActivityReaction,
    DeleteOwnComment, DeleteOwnCommentReaction, Follow, PinActivity, QueryFeedMembers, QueryFollows, ReadActivities,
    ReadFeed, Unfollow, UpdateAnyActivity, UpdateAnyComment, UpdateFeedMembers, UpdateOwnActivity,
    UpdateOwnActivityBookmark, UpdateOwnComment,
};
use super::capability::{Capabilities, Capability};
use super::scope::Visibility::{self, Followers, Members, Private, Public, Visible};

/// Whose the feed is.
pub const OWNER: &str = "feed_owner";
/// Whose follow of the feed was accepted.
pub const FOLLOWER: &str = "feed_follower";
/// A member, unless made something else.
pub const MEMBER: &str = "feed_member";
/// A member who does not post.
pub const VIEWER: &str = "feed_member_viewer";
/// A member who keeps order.
pub const MODERATOR: &str = "feed_moderator";

/// All of them.
pub const ALL: &[&str] = &[OWNER, FOLLOWER, MEMBER, VIEWER, MODERATOR];

const fn set(all: &[Capability]) -> Capabilities {
    Capabilities::of(all)
}

const VIEW: Capabilities = set(&[ReadFeed, ReadActivities, QueryFeedMembers, QueryFollows]);
const ENGAGE: Capabilities = set(&[
    AddActivityReaction,
    DeleteOwnActivityReaction,
    AddActivityBookmark,
    UpdateOwnActivityBookmark,
    DeleteOwnActivityBookmark,
    AddComment,
    UpdateOwnComment,
    DeleteOwnComment,
    AddCommentReaction,
    DeleteOwnCommentReaction,
]);
const JOIN: Capabilities = VIEW.and(ENGAGE);
const FOLLOW: Capabilities = set(&[Follow, Unfollow]);
const CREATE: Capabilities = set(&[CreateFeed]);
const POST: Capabilities = set(&[AddActivity]);
const OWN_POSTS: Capabilities = set(&[UpdateOwnActivity, DeleteOwnActivity]);
const MODERATE: Capabilities =
    set(&[DeleteAnyActivity, DeleteAnyComment, UpdateAnyActivity, UpdateAnyComment, PinActivity, UpdateFeedMembers]);

/// What a role is granted on the feeds of a visibility.
pub fn default_grants(visibility: Visibility, role: &str) -> Capabilities {
    match (role, visibility) {
        (OWNER | "admin" | "global_admin", _) => Capabilities::ALL,
        // As users, and as moderators of every feed.
        ("moderator" | "global_moderator", _) => {
            default_grants(visibility, "user").and(default_grants(visibility, MODERATOR))
        }
        // A guest posts to no feed of others.
        ("guest", _) => default_grants(visibility, "user").but(POST),
        ("user", Public) => CREATE.and(FOLLOW).and(JOIN).and(POST).and(OWN_POSTS),
        ("user", Visible) => CREATE.and(FOLLOW).and(JOIN).and(OWN_POSTS),
        ("user", Followers) => CREATE.and(FOLLOW),
        ("user", Members | Private) => CREATE,
        ("anonymous", Public | Visible) => VIEW,
        (FOLLOWER, Followers) => JOIN,
        (MEMBER, Public | Visible | Followers) => JOIN.and(POST).and(OWN_POSTS),
        (MEMBER, Members) => JOIN.and(POST).and(OWN_POSTS).and(FOLLOW),
        (VIEWER, _) => default_grants(visibility, MEMBER).but(POST),
        (MODERATOR, Public | Visible | Followers | Members) => default_grants(visibility, MEMBER).and(MODERATE),
        _ => Capabilities::NONE,
    }
}
