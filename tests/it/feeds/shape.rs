//! What strict decoders need of each object, in answers and in frames (feeds-core 2, feeds-events 2.2): one checker for all tests.

use serde_json::Value;

/// An object of the wire: what has to be there, and what is inside of it.
struct Shape {
    name: &'static str,
    required: &'static str,
    /// Members that are objects, or lists of them, by the name of their shape.
    inside: &'static [(&'static str, &'static str)],
}

const ACTIVITY: &[(&str, &str)] = &[("activity", "activity")];
const FEED: &[(&str, &str)] = &[("feed", "feed")];
const EVENT_OF_ACTIVITY: &str = "type created_at custom fid user activity";
const EVENT_OF_PIN: &str = "type created_at custom fid user pinned_activity";
const PINNED: &[(&str, &str)] = &[("pinned_activity", "pinned activity"), ("user", "user")];
const LEVEL: &[(&str, &str)] = &[("membership_level", "level")];
const FOLLOW: &[(&str, &str)] = &[("follow", "follow")];

const EVENT_OF_MEMBER: &str = "type created_at custom fid user member";
const MEMBER: &[(&str, &str)] = &[("member", "member"), ("user", "user")];

const GROUP: &[(&str, &str)] = &[("feed_group", "group")];
const VIEW: &[(&str, &str)] = &[("feed_view", "view")];
const VISIBILITY: &[(&str, &str)] = &[("feed_visibility", "visibility")];

const POLL: &[(&str, &str)] = &[("poll", "poll")];
const POLL_OPTION: &[(&str, &str)] = &[("poll_option", "poll_option")];
const EVENT_OF_VOTE: &str = "type created_at custom fid poll poll_vote";
const VOTE: &[(&str, &str)] = &[("poll", "poll"), ("poll_vote", "poll_vote")];

const COMMENT: &[(&str, &str)] = &[("comment", "comment")];
const UPON: &[(&str, &str)] = &[("comment", "comment"), ("activity", "activity")];
const COMMENTS: &[(&str, &str)] = &[("comments", "comment")];
const UPON_REACTED: &[(&str, &str)] =
    &[("comment", "comment"), ("activity", "activity"), ("reaction", "reaction"), ("user", "user")];
const EVENT_OF_COMMENT: &str = "type created_at custom fid user comment";
const EVENT_OF_REACTION: &str = "type created_at custom fid user activity reaction";
const REACTED: &[(&str, &str)] =
    &[("activity", "activity"), ("reaction", "reaction"), ("reference_activity", "activity"), ("user", "user")];
const REACTIONS: &[(&str, &str)] = &[("reactions", "reaction")];
const EVENT_OF_BOOKMARK: &str = "type created_at custom user bookmark";
const BOOKMARK: &[(&str, &str)] = &[("bookmark", "bookmark"), ("user", "user")];
const COLLECTIONS: &[(&str, &str)] = &[("collections", "collection")];
const EVENT_OF_FOLDER: &str = "type created_at custom user bookmark_folder";
const FOLDER: &[(&str, &str)] = &[("bookmark_folder", "folder"), ("user", "user")];

const SHAPES: &[Shape] = &[
    Shape {
        name: "comment",
        required: "id object_id object_type user status created_at updated_at score confidence_score upvote_count \
                   downvote_count reaction_count reply_count bookmark_count mentioned_users own_reactions attachments custom \
                   latest_reactions reaction_groups",
        inside: &[
            ("user", "user"),
            ("mentioned_users", "user"),
            ("replies", "comment"),
            ("meta", "replies_meta"),
            ("own_reactions", "reaction"),
            ("latest_reactions", "reaction"),
        ],
    },
    Shape { name: "replies_meta", required: "has_more remaining depth_truncated", inside: &[] },
    Shape {
        name: "AddCommentReaction",
        required: "comment reaction duration",
        inside: &[("comment", "comment"), ("reaction", "reaction"), ("reference_activity", "activity")],
    },
    Shape { name: "DeleteCommentReaction", required: "comment reaction duration", inside: UPON_REACTED },
    Shape { name: "QueryCommentReactions", required: "reactions duration", inside: REACTIONS },
    Shape { name: "BatchQueryCommentReactions", required: "reactions duration", inside: REACTIONS },
    Shape {
        name: "feeds.comment.reaction.added",
        required: "type created_at custom fid user comment activity reaction",
        inside: UPON_REACTED,
    },
    Shape {
        name: "feeds.comment.reaction.updated",
        required: "type created_at custom fid user comment activity reaction",
        inside: UPON_REACTED,
    },
    Shape {
        name: "feeds.comment.reaction.deleted",
        required: "type created_at custom fid comment reaction",
        inside: UPON_REACTED,
    },
    Shape { name: "AddComment", required: "comment duration", inside: COMMENT },
    Shape { name: "AddCommentsBatch", required: "comments duration", inside: COMMENTS },
    Shape { name: "GetComment", required: "comment duration", inside: COMMENT },
    Shape { name: "UpdateComment", required: "comment duration", inside: COMMENT },
    Shape { name: "UpdateCommentPartial", required: "comment duration", inside: COMMENT },
    Shape { name: "DeleteComment", required: "comment activity duration", inside: UPON },
    Shape { name: "RestoreComment", required: "comment activity duration", inside: UPON },
    Shape { name: "GetComments", required: "comments sort duration", inside: COMMENTS },
    Shape { name: "GetCommentReplies", required: "comments sort duration", inside: COMMENTS },
    Shape { name: "QueryComments", required: "comments duration", inside: COMMENTS },
    Shape { name: "feeds.comment.added", required: "type created_at custom fid user comment activity", inside: UPON },
    Shape { name: "feeds.comment.updated", required: EVENT_OF_COMMENT, inside: COMMENT },
    Shape { name: "feeds.comment.deleted", required: EVENT_OF_COMMENT, inside: COMMENT },
    Shape { name: "feeds.comment.restored", required: EVENT_OF_COMMENT, inside: COMMENT },
    Shape {
        name: "user",
        required: "id role language banned online teams blocked_user_ids custom created_at updated_at invisible shadow_banned",
        inside: &[],
    },
    Shape {
        name: "feed",
        required: "id group_id feed name description visibility created_by activity_count member_count follower_count \
                   following_count pin_count created_at updated_at custom",
        inside: &[
            ("created_by", "user"),
            ("own_follows", "follow"),
            ("own_followings", "follow"),
            ("own_membership", "member"),
        ],
    },
    Shape {
        name: "activity",
        required: "id type user feeds visibility restrict_replies created_at updated_at attachments mentioned_users custom \
                   popularity score comments search_data filter_tags interest_tags comment_count bookmark_count share_count \
                   reaction_count latest_reactions reaction_groups own_reactions own_bookmarks collections hidden preview",
        inside: &[
            ("user", "user"),
            ("mentioned_users", "user"),
            ("current_feed", "feed"),
            ("parent", "activity"),
            ("latest_shares", "share"),
            ("comments", "comment"),
            ("latest_reactions", "reaction"),
            ("own_reactions", "reaction"),
            ("friend_reactions", "reaction"),
            ("own_bookmarks", "bookmark"),
            ("poll", "poll"),
            ("notification_context", "notification context"),
        ],
    },
    Shape {
        name: "QueryFeedsUsageStats",
        required: "activities follows api_requests openai_requests duration",
        inside: &[
            ("activities", "daily"),
            ("follows", "daily"),
            ("api_requests", "daily"),
            ("openai_requests", "daily"),
        ],
    },
    Shape { name: "daily", required: "daily total", inside: &[("daily", "day")] },
    Shape { name: "day", required: "date value", inside: &[] },
    Shape { name: "QueryRevisionHistory", required: "revisions duration", inside: &[("revisions", "revision")] },
    Shape {
        name: "revision",
        required: "action_type actor_type created_at object_id object_type user_id",
        inside: &[],
    },
    Shape { name: "TranslateActivity", required: "activity duration", inside: ACTIVITY },
    Shape { name: "TranslateComment", required: "comment duration", inside: COMMENT },
    Shape { name: "DeleteFeedUserData", required: "task_id duration", inside: &[] },
    Shape { name: "ExportFeedUserData", required: "task_id duration", inside: &[] },
    Shape { name: "GetUserInterests", required: "interests duration", inside: &[("interests", "interest")] },
    Shape { name: "interest", required: "tag count", inside: &[] },
    Shape { name: "level", required: "id name priority tags created_at updated_at", inside: &[] },
    Shape { name: "CreateMembershipLevel", required: "membership_level duration", inside: LEVEL },
    Shape { name: "UpdateMembershipLevel", required: "membership_level duration", inside: LEVEL },
    Shape {
        name: "QueryMembershipLevels",
        required: "membership_levels duration",
        inside: &[("membership_levels", "level")],
    },
    Shape { name: "measured", required: "activity_id metric allowed", inside: &[] },
    Shape { name: "TrackActivityMetrics", required: "results duration", inside: &[("results", "measured")] },
    Shape {
        name: "pin",
        required: "feed activity user created_at updated_at",
        inside: &[("activity", "activity"), ("user", "user")],
    },
    Shape { name: "share", required: "activity_id user created_at", inside: &[("user", "user")] },
    Shape { name: "PinActivity", required: "activity feed user_id created_at duration", inside: ACTIVITY },
    Shape { name: "UnpinActivity", required: "activity feed user_id duration", inside: ACTIVITY },
    Shape { name: "pinned activity", required: "activity created_at duration feed user_id", inside: ACTIVITY },
    Shape { name: "feeds.activity.pinned", required: EVENT_OF_PIN, inside: PINNED },
    Shape { name: "feeds.activity.unpinned", required: EVENT_OF_PIN, inside: PINNED },
    Shape {
        name: "QueryPinnedActivities",
        required: "pinned_activities duration",
        inside: &[("pinned_activities", "pin")],
    },
    Shape { name: "QueryActivityShares", required: "shares duration", inside: &[("shares", "share")] },
    Shape { name: "GetFollowSuggestions", required: "suggestions duration", inside: &[("suggestions", "feed")] },
    Shape {
        name: "follow",
        required: "source_feed target_feed status push_preference follower_role created_at updated_at",
        inside: &[("source_feed", "feed"), ("target_feed", "feed")],
    },
    Shape {
        name: "member",
        required: "user role status created_at updated_at",
        inside: &[("user", "user"), ("membership_level", "level")],
    },
    Shape {
        name: "GetOrCreateFeed",
        required: "feed created activities aggregated_activities pinned_activities followers following members duration",
        inside: &[
            ("feed", "feed"),
            ("activities", "activity"),
            ("pinned_activities", "pin"),
            ("aggregated_activities", "aggregated activity"),
            ("notification_status", "notification status"),
            ("followers", "follow"),
            ("following", "follow"),
            ("members", "member"),
        ],
    },
    Shape {
        name: "aggregated activity",
        required: "group activities activity_count user_count user_count_truncated score created_at updated_at",
        inside: &[("activities", "activity")],
    },
    Shape { name: "notification status", required: "unread unseen", inside: &[] },
    Shape {
        name: "notification context",
        required: "trigger target",
        inside: &[("trigger", "trigger"), ("target", "target")],
    },
    Shape { name: "trigger", required: "type text", inside: &[("comment", "notification comment")] },
    Shape {
        name: "target",
        required: "id",
        inside: &[("comment", "notification comment"), ("parent_activity", "target")],
    },
    Shape { name: "notification comment", required: "id comment user_id", inside: &[] },
    Shape { name: "MarkActivity", required: "duration", inside: &[] },
    Shape { name: "feeds.activity.marked", required: "type created_at custom fid user", inside: &[("user", "user")] },
    Shape {
        name: "feeds.notification_feed.updated",
        required: "type created_at custom fid notification_status",
        inside: &[
            ("user", "user"),
            ("notification_status", "notification status"),
            ("aggregated_activities", "aggregated activity"),
        ],
    },
    Shape {
        name: "feeds.stories_feed.updated",
        required: "type created_at custom fid user",
        inside: &[("user", "user"), ("activities", "activity"), ("aggregated_activities", "aggregated activity")],
    },
    Shape { name: "reaction", required: "activity_id type user created_at updated_at", inside: &[("user", "user")] },
    Shape { name: "reaction group", required: "count first_reaction_at last_reaction_at", inside: &[] },
    Shape { name: "folder", required: "id name user created_at updated_at", inside: &[("user", "user")] },
    Shape {
        name: "bookmark",
        required: "object_id object_type activity user created_at updated_at",
        inside: &[("activity", "activity"), ("comment", "comment"), ("user", "user"), ("folder", "folder")],
    },
    Shape { name: "collection", required: "name id custom created_at updated_at", inside: &[] },
    Shape { name: "referenced", required: "name id status", inside: &[] },
    Shape { name: "ReadCollections", required: "collections duration", inside: COLLECTIONS },
    Shape { name: "CreateCollections", required: "collections duration", inside: COLLECTIONS },
    Shape { name: "UpsertCollections", required: "collections duration", inside: COLLECTIONS },
    Shape { name: "UpdateCollections", required: "collections duration", inside: COLLECTIONS },
    Shape { name: "QueryCollections", required: "collections duration", inside: COLLECTIONS },
    Shape { name: "AddActivityReaction", required: "activity reaction duration", inside: REACTED },
    Shape { name: "DeleteActivityReaction", required: "activity reaction duration", inside: REACTED },
    Shape { name: "QueryActivityReactions", required: "reactions duration", inside: REACTIONS },
    Shape { name: "BatchQueryActivityReactions", required: "reactions duration", inside: REACTIONS },
    Shape { name: "feeds.activity.reaction.added", required: EVENT_OF_REACTION, inside: REACTED },
    Shape { name: "feeds.activity.reaction.updated", required: EVENT_OF_REACTION, inside: REACTED },
    Shape { name: "feeds.activity.reaction.deleted", required: EVENT_OF_REACTION, inside: REACTED },
    Shape { name: "AddBookmark", required: "bookmark duration", inside: BOOKMARK },
    Shape { name: "UpdateBookmark", required: "bookmark duration", inside: BOOKMARK },
    Shape { name: "DeleteBookmark", required: "bookmark duration", inside: BOOKMARK },
    Shape { name: "AddCommentBookmark", required: "bookmark duration", inside: BOOKMARK },
    Shape { name: "UpdateCommentBookmark", required: "bookmark duration", inside: BOOKMARK },
    Shape { name: "DeleteCommentBookmark", required: "bookmark duration", inside: BOOKMARK },
    Shape { name: "QueryBookmarks", required: "bookmarks duration", inside: &[("bookmarks", "bookmark")] },
    Shape { name: "UpdateBookmarkFolder", required: "bookmark_folder duration", inside: FOLDER },
    Shape {
        name: "QueryBookmarkFolders",
        required: "bookmark_folders duration",
        inside: &[("bookmark_folders", "folder")],
    },
    Shape { name: "feeds.bookmark.added", required: EVENT_OF_BOOKMARK, inside: BOOKMARK },
    Shape { name: "feeds.bookmark.updated", required: EVENT_OF_BOOKMARK, inside: BOOKMARK },
    Shape { name: "feeds.bookmark.deleted", required: EVENT_OF_BOOKMARK, inside: BOOKMARK },
    Shape { name: "feeds.bookmark_folder.updated", required: EVENT_OF_FOLDER, inside: FOLDER },
    Shape { name: "feeds.bookmark_folder.deleted", required: EVENT_OF_FOLDER, inside: FOLDER },
    Shape {
        name: "feedback",
        required: "activity_id action value user created_at updated_at",
        inside: &[("user", "user")],
    },
    Shape { name: "ActivityFeedback", required: "activity_id duration", inside: &[] },
    Shape {
        name: "feeds.activity.feedback",
        required: "type created_at custom user activity_feedback",
        inside: &[("activity_feedback", "feedback")],
    },
    Shape { name: "AddActivity", required: "activity duration", inside: &[("activity", "activity")] },
    Shape { name: "GetActivity", required: "activity duration", inside: ACTIVITY },
    Shape { name: "UpdateActivity", required: "activity duration", inside: ACTIVITY },
    Shape { name: "UpdateActivityPartial", required: "activity duration", inside: ACTIVITY },
    Shape { name: "RestoreActivity", required: "activity duration", inside: ACTIVITY },
    Shape { name: "UpsertActivities", required: "activities duration", inside: &[("activities", "activity")] },
    Shape { name: "QueryActivities", required: "activities duration", inside: &[("activities", "activity")] },
    Shape { name: "QueryFeeds", required: "feeds duration", inside: &[("feeds", "feed")] },
    Shape { name: "QueryFollows", required: "follows duration", inside: &[("follows", "follow")] },
    Shape { name: "UpdateFeed", required: "feed duration", inside: FEED },
    Shape { name: "ChangeFeedVisibility", required: "feed duration", inside: FEED },
    Shape { name: "CreateFeedsBatch", required: "feeds duration", inside: &[("feeds", "feed")] },
    Shape {
        name: "UpdateFeedMembers",
        required: "added updated removed_ids duration",
        inside: &[("added", "member"), ("updated", "member")],
    },
    Shape { name: "AcceptFeedMemberInvite", required: "member duration", inside: MEMBER },
    Shape { name: "QueryFeedMembers", required: "members duration", inside: &[("members", "member")] },
    Shape { name: "feeds.feed_member.added", required: EVENT_OF_MEMBER, inside: MEMBER },
    Shape { name: "feeds.feed_member.updated", required: EVENT_OF_MEMBER, inside: MEMBER },
    Shape { name: "feeds.feed_member.removed", required: "type created_at custom fid user member_id", inside: &[] },
    Shape { name: "group", required: "id created_at updated_at", inside: &[] },
    Shape { name: "CreateFeedGroup", required: "feed_group duration", inside: GROUP },
    Shape { name: "UpdateFeedGroup", required: "feed_group duration", inside: GROUP },
    Shape { name: "RestoreFeedGroup", required: "feed_group duration", inside: GROUP },
    Shape { name: "GetOrCreateFeedGroup", required: "feed_group was_created duration", inside: GROUP },
    Shape { name: "view", required: "id", inside: &[] },
    Shape { name: "CreateFeedView", required: "feed_view duration", inside: VIEW },
    Shape { name: "GetOrCreateFeedView", required: "feed_view was_created duration", inside: VIEW },
    Shape { name: "visibility", required: "name grants permissions", inside: &[("permissions", "permission")] },
    Shape {
        name: "permission",
        required: "id name description action level custom owner same_team owner_resource tags",
        inside: &[],
    },
    Shape { name: "ListFeedVisibilities", required: "feed_visibilities duration", inside: &[] },
    Shape { name: "GetFeedVisibility", required: "feed_visibility duration", inside: VISIBILITY },
    Shape { name: "UpdateFeedVisibility", required: "feed_visibility duration", inside: VISIBILITY },
    Shape { name: "feeds.feed.updated", required: "type created_at custom fid user feed", inside: FEED },
    Shape { name: "feeds.feed.deleted", required: "type created_at custom fid", inside: &[] },
    Shape { name: "feeds.activity.updated", required: EVENT_OF_ACTIVITY, inside: ACTIVITY },
    Shape { name: "feeds.activity.deleted", required: EVENT_OF_ACTIVITY, inside: ACTIVITY },
    Shape { name: "feeds.activity.restored", required: EVENT_OF_ACTIVITY, inside: ACTIVITY },
    Shape { name: "feeds.activity.removed_from_feed", required: EVENT_OF_ACTIVITY, inside: ACTIVITY },
    Shape { name: "Follow", required: "follow duration", inside: FOLLOW },
    Shape { name: "UpdateFollow", required: "follow duration", inside: FOLLOW },
    Shape { name: "AcceptFollow", required: "follow duration", inside: FOLLOW },
    Shape { name: "Unfollow", required: "follow duration", inside: FOLLOW },
    Shape { name: "GetOrCreateFollow", required: "follow created duration", inside: FOLLOW },
    Shape {
        name: "GetOrCreateFollows",
        required: "created follows duration",
        inside: &[("created", "follow"), ("follows", "follow")],
    },
    Shape {
        name: "poll",
        required: "id name description voting_visibility enforce_unique_vote allow_answers allow_user_suggested_options options \
                   vote_count vote_counts_by_option latest_votes_by_option answers_count latest_answers own_votes created_by_id \
                   custom created_at updated_at",
        inside: &[
            ("options", "poll_option"),
            ("latest_answers", "poll_vote"),
            ("own_votes", "poll_vote"),
            ("created_by", "user"),
        ],
    },
    Shape { name: "poll_option", required: "id text custom", inside: &[] },
    Shape { name: "poll_vote", required: "id poll_id option_id created_at updated_at", inside: &[("user", "user")] },
    Shape { name: "CreatePoll", required: "poll duration", inside: POLL },
    Shape { name: "GetPoll", required: "poll duration", inside: POLL },
    Shape { name: "UpdatePoll", required: "poll duration", inside: POLL },
    Shape { name: "UpdatePollPartial", required: "poll duration", inside: POLL },
    Shape { name: "QueryPolls", required: "polls duration", inside: &[("polls", "poll")] },
    Shape { name: "QueryPollVotes", required: "votes duration", inside: &[("votes", "poll_vote")] },
    Shape { name: "CreatePollOption", required: "poll_option duration", inside: POLL_OPTION },
    Shape { name: "UpdatePollOption", required: "poll_option duration", inside: POLL_OPTION },
    Shape { name: "GetPollOption", required: "poll_option duration", inside: POLL_OPTION },
    Shape { name: "CastPollVote", required: "poll vote duration", inside: &[("poll", "poll"), ("vote", "poll_vote")] },
    Shape {
        name: "DeletePollVote",
        required: "poll vote duration",
        inside: &[("poll", "poll"), ("vote", "poll_vote")],
    },
    Shape { name: "feeds.poll.updated", required: "type created_at custom fid poll", inside: POLL },
    Shape { name: "feeds.poll.closed", required: "type created_at custom fid poll", inside: POLL },
    Shape { name: "feeds.poll.deleted", required: "type created_at custom fid poll", inside: POLL },
    Shape { name: "feeds.poll.vote_casted", required: EVENT_OF_VOTE, inside: VOTE },
    Shape { name: "feeds.poll.vote_changed", required: EVENT_OF_VOTE, inside: VOTE },
    Shape { name: "feeds.poll.vote_removed", required: EVENT_OF_VOTE, inside: VOTE },
    Shape { name: "feeds.follow.created", required: "type created_at custom fid follow", inside: FOLLOW },
    Shape { name: "feeds.follow.deleted", required: "type created_at custom fid follow", inside: FOLLOW },
    Shape {
        name: "feeds.feed.created",
        required: "type created_at custom fid user feed members",
        inside: &[("user", "user"), ("feed", "feed"), ("members", "member")],
    },
    Shape {
        name: "feeds.activity.added",
        required: "type created_at custom fid user activity",
        inside: &[("user", "user"), ("activity", "activity")],
    },
];

/// Whether the answers of this operation are checked.
pub fn knows(name: &str) -> bool {
    SHAPES.iter().any(|shape| shape.name == name)
}

/// Checks an answer of an operation, or a frame of a type, and everything inside of it.
#[track_caller]
pub fn check(name: &str, value: &Value) {
    inspect(name, value, name);
    assert!(null(value).is_none(), "{name}: {} is null, where it had to be absent", null(value).unwrap());
    if name.starts_with("feeds.") {
        let text = value.to_string();
        assert!(!text.contains("\"own_capabilities\""), "an event carries what is a viewer's own: {text}");
        for list in ["own_reactions", "own_bookmarks"] {
            let empty = text.matches(&format!("\"{list}\":[]")).count();
            assert_eq!(text.matches(&format!("\"{list}\":")).count(), empty, "an event carries {list}: {text}");
        }
        assert!(!text.contains("\"hidden\":true"), "an event carries what is a viewer's own: {text}");
        assert!(!text.contains("\"friend_reaction"), "an event carries what is a viewer's own: {text}");
        assert!(!text.contains("\"own_follow"), "an event carries what is a viewer's own: {text}");
    }
}

#[track_caller]
fn inspect(name: &str, value: &Value, path: &str) {
    let shape = SHAPES.iter().find(|shape| shape.name == name);
    let shape = shape.unwrap_or_else(|| panic!("{name} has no shape: add it to SHAPES"));
    for key in shape.required.split_whitespace() {
        let found = value.get(key);
        assert!(found.is_some_and(|found| !found.is_null()), "{path}.{key} is required: {value}");
        if key.ends_with("_at") {
            assert!(found.unwrap().is_i64(), "{path}.{key} is no integer: {value}");
        }
    }
    if let Some(groups) = value.get("reaction_groups").and_then(Value::as_object) {
        groups.values().for_each(|group| inspect("reaction group", group, &format!("{path}.reaction_groups{{}}")));
    }
    if let Some(referenced) = value.get("collections").and_then(Value::as_object) {
        referenced.values().for_each(|one| inspect("referenced", one, &format!("{path}.collections{{}}")));
    }
    for (key, inner) in shape.inside {
        match value.get(key) {
            None => {}
            Some(Value::Array(items)) => items.iter().for_each(|item| inspect(inner, item, &format!("{path}.{key}[]"))),
            Some(item) => inspect(inner, item, &format!("{path}.{key}")),
        }
    }
}

/// The path of something that is null, but for what an app stores.
fn null(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some(String::new()),
        Value::Array(items) => items.iter().find_map(null).map(|path| format!("[]{path}")),
        Value::Object(members) => members
            .iter()
            .filter(|(key, _)| !["custom", "search_data", "attachments"].contains(&key.as_str()))
            .find_map(|(key, value)| null(value).map(|path| format!(".{key}{path}"))),
        _ => None,
    }
}

#[test]
#[should_panic(expected = "feed.created_by.role is required")]
fn what_is_missing_deep_inside_is_found() {
    let mut feed = crate::app::TestApp::new()
        .user("john")
        .post("/api/v2/feeds/feed_groups/user/feeds/john", &serde_json::json!({}))
        .ok()["feed"]
        .take();
    feed["created_by"].as_object_mut().unwrap().remove("role");
    check("feed", &feed);
}
