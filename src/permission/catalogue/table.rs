//! THE table of the permissions that every app has, of every product (wire-contract 4.10). Ids and names follow from the
//! actions; what each allows is said in our own words.

/// Where a permission is granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// In the app as a whole.
    App,
    /// For the channels, calls or feeds of a kind.
    Scoped,
}

impl Level {
    /// The word for it. The wire has no other than chat's two.
    pub fn name(self) -> &'static str {
        match self {
            Self::App => "app",
            Self::Scoped => "channel",
        }
    }
}

/// Which permissions an action has.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Variants {
    /// One, whatever it is upon.
    Any,
    /// Both.
    AnyAndOwn,
    /// Both, and each again for things of other teams.
    Teams,
    /// `-any-` and `-own-` in the middle of the id, as feeds have it.
    Between,
    /// Only `-own-` in the middle of the id.
    OwnBetween,
}

/// Level, action, variants, whose the thing is, what it allows.
pub type Row = (Level, &'static str, Variants, &'static str, &'static str);

use Level::{App, Scoped};
use Variants::{Any, AnyAndOwn, Between, OwnBetween, Teams};

pub const TABLE: &[Row] = &[
    // Of the app.
    (App, "BanUser", Any, "User", "Ban and unban users"),
    (App, "CreateBlockList", Any, "BlockList", "Create blocklists"),
    (App, "CreateCall", Any, "Call", "Create calls"),
    (App, "CreateUserGroup", Any, "UserGroup", "Create groups of users"),
    (App, "DeleteBlockList", Any, "BlockList", "Delete blocklists"),
    (App, "DeleteUserGroup", Any, "UserGroup", "Delete groups of users"),
    (App, "FlagUser", Any, "User", "Flag users for moderators"),
    (App, "MuteUser", Any, "User", "Mute other users"),
    (App, "ReadFlagReports", Any, "FlagReport", "Read reports of flags"),
    (App, "SearchUser", Any, "User", "Query users"),
    (App, "SendCustomEvent", Any, "User", "Send custom events"),
    (App, "UpdateBlockList", Any, "BlockList", "Change blocklists"),
    (App, "UpdateFlagReport", Any, "FlagReport", "Review reports of flags"),
    (App, "UpdateUser", AnyAndOwn, "User", "Update users"),
    (App, "UpdateUserGroup", Any, "UserGroup", "Change groups of users and their members"),
    (App, "UpdateUserRole", Any, "User", "Change roles of users"),
    (App, "UpdateUserTeams", Any, "User", "Change teams of users"),
    (App, "QueryModerationLogs", Any, "User", "Look up what moderators did"),
    (App, "ReadModerationReports", Any, "User", "Read what was reported to moderators"),
    // Chat.
    (Scoped, "AddLinks", Teams, "Message", "Put links into messages"),
    (Scoped, "AddOwnChannelMembership", Teams, "Channel", "Join a channel by oneself"),
    (Scoped, "BanChannelMember", Teams, "Channel", "Ban members of a channel"),
    (Scoped, "CastVote", Teams, "Poll", "Vote in polls"),
    (Scoped, "CreateAttachment", Teams, "Message", "Attach things to messages"),
    (Scoped, "CreateChannel", Teams, "Channel", "Create channels"),
    (Scoped, "CreateDistinctChannelForOthers", Teams, "Channel", "Create a channel between users who are others"),
    (Scoped, "CreateMention", Teams, "Message", "Mention users in messages"),
    (Scoped, "CreateMessage", Teams, "Channel", "Send messages"),
    (Scoped, "CreatePoll", Teams, "Poll", "Create polls"),
    (Scoped, "CreateReaction", Teams, "Message", "React"),
    (Scoped, "CreateReply", Teams, "Message", "Answer in threads"),
    (Scoped, "CreateRestrictedVisibilityMessage", Teams, "Channel", "Send messages that only some members see"),
    (Scoped, "CreateSystemMessage", Teams, "Channel", "Send messages of the system"),
    (Scoped, "DeleteAttachment", Teams, "Attachment", "Delete uploaded files"),
    (Scoped, "DeleteChannel", Teams, "Channel", "Delete channels"),
    (Scoped, "DeleteMessage", Teams, "Message", "Delete messages"),
    (Scoped, "DeletePoll", Teams, "Poll", "Delete polls"),
    (Scoped, "DeleteReaction", Teams, "Reaction", "Take reactions back"),
    (Scoped, "FlagChannel", Teams, "Channel", "Flag channels for moderators"),
    (Scoped, "FlagMessage", Teams, "Message", "Flag messages for moderators"),
    (Scoped, "JoinCall", Teams, "Call", "Join calls"),
    (Scoped, "MuteChannel", Teams, "Channel", "Mute channels"),
    (Scoped, "NotifyChannel", Teams, "Channel", "Mention a whole channel"),
    (Scoped, "PinMessage", Teams, "Message", "Pin and unpin messages"),
    (Scoped, "QueryPolls", Teams, "Poll", "Look polls up"),
    (Scoped, "QueryVotes", Teams, "Poll", "Look up who voted for what"),
    (Scoped, "ReadChannel", Teams, "Channel", "Read channels and their messages"),
    (Scoped, "ReadChannelMembers", Teams, "Channel", "See who is a member of a channel"),
    (Scoped, "ReadMessageFlags", Teams, "Message", "See which messages were flagged"),
    (Scoped, "RecreateChannel", Teams, "Channel", "Create a deleted channel again"),
    (Scoped, "RemoveOwnChannelMembership", Teams, "Channel", "Leave a channel by oneself"),
    (Scoped, "RunMessageAction", Teams, "Message", "Press the buttons of messages"),
    (Scoped, "SendPoll", Teams, "Poll", "Send polls in messages"),
    (Scoped, "SkipChannelCooldown", Teams, "Channel", "Send faster than the slow mode lets others"),
    (Scoped, "SkipMessageModeration", Teams, "Channel", "Send messages that no filter looks at"),
    (Scoped, "TruncateChannel", Teams, "Channel", "Remove all messages of a channel"),
    (Scoped, "UnblockMessage", Teams, "Message", "Show messages that moderation had blocked"),
    (Scoped, "UpdateChannel", Teams, "Channel", "Update channels"),
    (Scoped, "UpdateChannelCooldown", Teams, "Channel", "Set the slow mode of a channel"),
    (Scoped, "UpdateChannelFrozen", Teams, "Channel", "Freeze and thaw channels"),
    (Scoped, "UpdateChannelMembers", Teams, "Channel", "Add and remove members of a channel"),
    (Scoped, "UpdateMessage", Teams, "Message", "Edit messages"),
    (Scoped, "UpdatePoll", Teams, "Poll", "Update polls"),
    (Scoped, "UpdateThread", Teams, "Thread", "Update threads"),
    (Scoped, "UploadAttachment", Teams, "Channel", "Upload files"),
    (Scoped, "UseFrozenChannel", Teams, "Channel", "Send to a channel that is frozen"),
    // Feeds: the capabilities.
    (Scoped, "AddActivity", Any, "Feed", "Add activities to a feed"),
    (Scoped, "AddActivityBookmark", Any, "Activity", "Bookmark activities"),
    (Scoped, "AddActivityReaction", Any, "Activity", "React to activities"),
    (Scoped, "AddComment", Any, "Activity", "Comment on activities"),
    (Scoped, "AddCommentReaction", Any, "Comment", "React to comments"),
    (Scoped, "CreateFeed", Any, "Feed", "Create feeds"),
    (Scoped, "DeleteActivity", Between, "Activity", "Delete activities"),
    (Scoped, "DeleteActivityBookmark", OwnBetween, "Bookmark", "Remove bookmarks"),
    (Scoped, "DeleteActivityReaction", OwnBetween, "Reaction", "Take reactions to activities back"),
    (Scoped, "DeleteComment", Between, "Comment", "Delete comments"),
    (Scoped, "DeleteCommentReaction", OwnBetween, "Reaction", "Take reactions to comments back"),
    (Scoped, "DeleteFeed", Any, "Feed", "Delete feeds"),
    (Scoped, "Follow", Any, "Feed", "Follow feeds"),
    (Scoped, "PinActivity", Any, "Feed", "Pin and unpin activities of a feed"),
    (Scoped, "QueryFeedMembers", Any, "Feed", "See who is a member of a feed"),
    (Scoped, "QueryFollows", Any, "Feed", "See who follows whom"),
    (Scoped, "ReadActivities", Any, "Feed", "Read the activities of a feed"),
    (Scoped, "ReadFeed", Any, "Feed", "Read what a feed is"),
    (Scoped, "Unfollow", Any, "Feed", "Stop following feeds"),
    (Scoped, "UpdateActivity", Between, "Activity", "Update activities"),
    (Scoped, "UpdateActivityBookmark", OwnBetween, "Bookmark", "Change bookmarks"),
    (Scoped, "UpdateComment", Between, "Comment", "Edit comments"),
    (Scoped, "UpdateFeed", Any, "Feed", "Update feeds"),
    (Scoped, "UpdateFeedFollowers", Any, "Feed", "Accept, refuse and remove followers"),
    (Scoped, "UpdateFeedMembers", Any, "Feed", "Add and remove members of a feed"),
    // Video.
    (Scoped, "BlockUsers", Any, "Call", "Keep users out of a call"),
    (Scoped, "EnableNoiseCancellation", Any, "Call", "Have background noise removed"),
    (Scoped, "EndCall", AnyAndOwn, "Call", "End calls for everyone"),
    (Scoped, "JoinBackstage", AnyAndOwn, "Call", "Enter a call before it is live"),
    (Scoped, "JoinEndedCall", AnyAndOwn, "Call", "Enter a call that has ended"),
    (Scoped, "KickUser", Any, "Call", "Throw users out of a call"),
    (Scoped, "MuteUsers", Any, "Call", "Mute the microphones of others"),
    (Scoped, "PinCallTrack", Any, "Call", "Pin a participant for everyone"),
    (Scoped, "ReadCall", AnyAndOwn, "Call", "Read what a call is"),
    (Scoped, "RemoveCallMember", AnyAndOwn, "Call", "Remove members of a call"),
    (Scoped, "Screenshare", Any, "Call", "Share the screen"),
    (Scoped, "SendAudio", Any, "Call", "Be heard in a call"),
    (Scoped, "SendVideo", Any, "Call", "Be seen in a call"),
    (Scoped, "StartBroadcasting", Any, "Call", "Start to broadcast a call"),
    (Scoped, "StartRecording", Any, "Call", "Start to record a call"),
    (Scoped, "StartTranscription", Any, "Call", "Start to transcribe a call"),
    (Scoped, "StopBroadcasting", Any, "Call", "Stop to broadcast a call"),
    (Scoped, "StopRecording", Any, "Call", "Stop to record a call"),
    (Scoped, "StopTranscription", Any, "Call", "Stop to transcribe a call"),
    (Scoped, "UpdateCall", AnyAndOwn, "Call", "Update calls"),
    (Scoped, "UpdateCallMember", AnyAndOwn, "Call", "Add members to a call and change them"),
    (Scoped, "UpdateCallMemberRole", AnyAndOwn, "Call", "Change roles of a call's members"),
    (Scoped, "UpdateCallPermissions", Any, "Call", "Grant and take rights within a call"),
    (Scoped, "UpdateCallSettings", Any, "Call", "Change a call's settings"),
];
