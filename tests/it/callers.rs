//! Who may call what: every operation at every place, by every kind of caller.

use millpond::operation::table::OPERATIONS;
use serde_json::{Value, json};

use crate::app::{Answer, Caller, TestApp};
use crate::transcript::refused;

/// Who may call an operation.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    /// Servers alone.
    Server,
    /// Servers and users; anonymous callers are refused with the action of this name.
    Users(&'static str),
    /// Whoever has the role for this action.
    Role(&'static str),
    /// Whoever may on the feed that it is upon (tests/it/feeds).
    Feed,
    /// Everyone who is somebody, or anonymous.
    Everyone,
    /// Anyone, even without a key.
    World,
    /// Nobody over plain HTTP: a session judges by itself (tests/it/sockets).
    Session,
}

/// Whether the door of HTTP judges who calls.
fn is_judged(open: Open) -> bool {
    ![Open::World, Open::Session].contains(&open)
}

/// Every operation and who may call it.
const WHO: &[(&str, Open)] = &[
    ("GetApp", Open::Everyone),
    ("QueryUsers", Open::Everyone),
    ("UpdateUsers", Open::Users("UpdateUser")),
    ("UpdateUsersPartial", Open::Users("UpdateUser")),
    ("UpdateApp", Open::Server),
    ("CreateGuest", Open::Everyone),
    ("GetBlockedUsers", Open::Users("GetBlockedUsers")),
    ("BlockUsers", Open::Users("BlockUsers")),
    ("UnblockUsers", Open::Users("UnblockUsers")),
    ("DeactivateUsers", Open::Server),
    ("ReactivateUsers", Open::Server),
    ("DeleteUsers", Open::Server),
    ("RestoreUsers", Open::Server),
    ("DeactivateUser", Open::Server),
    ("ReactivateUser", Open::Server),
    ("ExportUser", Open::Server),
    ("ExportUsers", Open::Server),
    ("DeleteUser", Open::Server),
    ("SendUserCustomEvent", Open::Server),
    ("GetTask", Open::Server),
    ("ListDevices", Open::Users("ListDevices")),
    ("CreateDevice", Open::Users("CreateDevice")),
    ("DeleteDevice", Open::Users("DeleteDevice")),
    ("ListPushProviders", Open::Server),
    ("UpsertPushProvider", Open::Server),
    ("DeletePushProvider", Open::Server),
    ("CheckPush", Open::Server),
    ("UpdatePushNotificationPreferences", Open::Users("UpdatePushNotificationPreferences")),
    ("ListRoles", Open::Server),
    ("CreateRole", Open::Server),
    ("SearchRoles", Open::Everyone),
    ("DeleteRole", Open::Server),
    ("ListPermissions", Open::Server),
    ("CreatePermission", Open::Server),
    ("GetPermission", Open::Server),
    ("UpdatePermission", Open::Server),
    ("DeletePermission", Open::Server),
    ("Ban", Open::Role("BanUser")),
    ("Unban", Open::Role("BanUser")),
    ("QueryBannedUsers", Open::Role("BanUser")),
    ("Mute", Open::Users("Mute")),
    ("Unmute", Open::Users("Unmute")),
    ("Flag", Open::Users("Flag")),
    ("Unflag", Open::Users("Unflag")),
    ("QueryReviewQueue", Open::Role("ReadFlagReports")),
    ("GetReviewQueueItem", Open::Server),
    ("QueryModerationFlags", Open::Server),
    ("GetFlagCount", Open::Server),
    ("QueryModerationLogs", Open::Server),
    ("UpsertConfig", Open::Role("UpdateFlagReport")),
    ("GetConfig", Open::Role("ReadFlagReports")),
    ("DeleteConfig", Open::Role("UpdateFlagReport")),
    ("QueryModerationConfigs", Open::Role("ReadFlagReports")),
    ("Check", Open::Server),
    ("Appeal", Open::Users("Appeal")),
    ("GetAppeal", Open::Users("GetAppeal")),
    ("QueryAppeals", Open::Users("QueryAppeals")),
    ("V2QueryTemplates", Open::Server),
    ("V2UpsertTemplate", Open::Server),
    ("V2DeleteTemplate", Open::Server),
    ("SubmitAction", Open::Role("UpdateFlagReport")),
    ("ReportClientCallEvent", Open::Everyone),
    ("UploadFile", Open::Users("UploadFile")),
    ("DeleteFile", Open::Users("DeleteFile")),
    ("UploadImage", Open::Users("UploadImage")),
    ("DeleteImage", Open::Users("DeleteImage")),
    ("ListUserGroups", Open::Users("ListUserGroups")),
    ("CreateUserGroup", Open::Role("CreateUserGroup")),
    ("SearchUserGroups", Open::Users("SearchUserGroups")),
    ("GetUserGroup", Open::Users("GetUserGroup")),
    ("UpdateUserGroup", Open::Role("UpdateUserGroup")),
    ("DeleteUserGroup", Open::Role("DeleteUserGroup")),
    ("AddUserGroupMembers", Open::Role("UpdateUserGroup")),
    ("RemoveUserGroupMembers", Open::Role("UpdateUserGroup")),
    ("ListBlockLists", Open::Users("ListBlockLists")),
    ("CreateBlockList", Open::Role("CreateBlockList")),
    ("GetBlockList", Open::Server),
    ("UpdateBlockList", Open::Role("UpdateBlockList")),
    ("DeleteBlockList", Open::Role("DeleteBlockList")),
    ("ImportBlockList", Open::Role("UpdateBlockList")),
    ("GetOG", Open::Users("GetOG")),
    ("GetRateLimits", Open::Server),
    ("Hi", Open::World),
    ("Connect", Open::Session),
    ("LongPoll", Open::Session),
    ("GetOrCreateFeed", Open::Users("CreateFeed")),
    ("UpdateFeed", Open::Feed),
    ("DeleteFeed", Open::Feed),
    ("ChangeFeedVisibility", Open::Feed),
    ("GetFeedCounts", Open::Feed),
    ("QueryFeeds", Open::Feed),
    ("GetFeedsRateLimits", Open::Server),
    ("QueryFeedsUsageStats", Open::Server),
    ("QueryRevisionHistory", Open::Server),
    ("DeleteFeedUserData", Open::Server),
    ("ExportFeedUserData", Open::Server),
    ("GetUserInterests", Open::Users("GetUserInterests")),
    ("CreateFeedsBatch", Open::Users("CreateFeed")),
    ("DeleteFeedsBatch", Open::Server),
    ("OwnBatch", Open::Feed),
    ("StopWatchingFeed", Open::Everyone),
    ("UpdateFeedMembers", Open::Feed),
    ("AcceptFeedMemberInvite", Open::Users("UpdateFeedMembers")),
    ("RejectFeedMemberInvite", Open::Users("UpdateFeedMembers")),
    ("QueryFeedMembers", Open::Feed),
    ("PinActivity", Open::Users("PinActivity")),
    ("UnpinActivity", Open::Users("PinActivity")),
    ("QueryPinnedActivities", Open::Feed),
    ("GetFollowSuggestions", Open::Feed),
    ("ListFeedGroups", Open::Server),
    ("CreateFeedGroup", Open::Server),
    ("GetFeedGroup", Open::Server),
    ("GetOrCreateFeedGroup", Open::Server),
    ("UpdateFeedGroup", Open::Server),
    ("DeleteFeedGroup", Open::Server),
    ("RestoreFeedGroup", Open::Server),
    ("ListFeedViews", Open::Server),
    ("CreateFeedView", Open::Server),
    ("GetFeedView", Open::Server),
    ("GetOrCreateFeedView", Open::Server),
    ("UpdateFeedView", Open::Server),
    ("DeleteFeedView", Open::Server),
    ("ListFeedVisibilities", Open::Server),
    ("GetFeedVisibility", Open::Server),
    ("UpdateFeedVisibility", Open::Server),
    ("CreateMembershipLevel", Open::Server),
    ("QueryMembershipLevels", Open::Server),
    ("UpdateMembershipLevel", Open::Server),
    ("DeleteMembershipLevel", Open::Server),
    ("AddActivity", Open::Users("AddActivity")),
    ("UpsertActivities", Open::Users("AddActivity")),
    ("UpdateActivitiesPartialBatch", Open::Server),
    ("DeleteActivities", Open::Feed),
    ("TrackActivityMetrics", Open::Users("ReadActivities")),
    ("QueryActivities", Open::Feed),
    ("BatchQueryActivityReactions", Open::Feed),
    ("AddActivityReaction", Open::Users("AddActivityReaction")),
    ("DeleteActivityReaction", Open::Users("DeleteActivityReaction")),
    ("QueryActivityReactions", Open::Feed),
    ("AddBookmark", Open::Users("AddActivityBookmark")),
    ("UpdateBookmark", Open::Users("UpdateActivityBookmark")),
    ("DeleteBookmark", Open::Users("DeleteActivityBookmark")),
    ("AddCommentBookmark", Open::Users("AddActivityBookmark")),
    ("UpdateCommentBookmark", Open::Users("UpdateActivityBookmark")),
    ("DeleteCommentBookmark", Open::Users("DeleteActivityBookmark")),
    ("QueryBookmarks", Open::Feed),
    ("QueryBookmarkFolders", Open::Feed),
    ("UpdateBookmarkFolder", Open::Feed),
    ("DeleteBookmarkFolder", Open::Feed),
    ("ReadCollections", Open::Feed),
    ("CreateCollections", Open::Users("CreateCollections")),
    ("UpsertCollections", Open::Server),
    ("UpdateCollections", Open::Feed),
    ("DeleteCollections", Open::Feed),
    ("QueryCollections", Open::Feed),
    ("ActivityFeedback", Open::Users("ReadActivities")),
    ("GetActivity", Open::Feed),
    ("QueryActivityShares", Open::Feed),
    ("UpdateActivity", Open::Users("UpdateActivity")),
    ("UpdateActivityPartial", Open::Users("UpdateActivity")),
    ("DeleteActivity", Open::Feed),
    ("RestoreActivity", Open::Users("DeleteActivity")),
    ("TranslateActivity", Open::Feed),
    ("MarkActivity", Open::Users("ReadFeed")),
    ("AddComment", Open::Users("AddComment")),
    ("AddCommentsBatch", Open::Users("AddComment")),
    ("QueryComments", Open::Feed),
    ("BatchQueryCommentReactions", Open::Feed),
    ("GetComments", Open::Feed),
    ("GetComment", Open::Feed),
    ("UpdateComment", Open::Feed),
    ("UpdateCommentPartial", Open::Feed),
    ("DeleteComment", Open::Feed),
    ("RestoreComment", Open::Feed),
    ("TranslateComment", Open::Feed),
    ("AddCommentReaction", Open::Users("AddCommentReaction")),
    ("DeleteCommentReaction", Open::Users("DeleteCommentReaction")),
    ("QueryCommentReactions", Open::Feed),
    ("GetCommentReplies", Open::Feed),
    ("QueryFollows", Open::Feed),
    ("Follow", Open::Feed),
    ("UpdateFollow", Open::Feed),
    ("GetOrCreateFollow", Open::Feed),
    ("FollowBatch", Open::Feed),
    ("GetOrCreateFollows", Open::Feed),
    ("AcceptFollow", Open::Feed),
    ("RejectFollow", Open::Feed),
    ("Unfollow", Open::Feed),
    ("GetOrCreateUnfollow", Open::Feed),
    ("UnfollowBatch", Open::Server),
    ("GetOrCreateUnfollows", Open::Feed),
    ("CreatePoll", Open::Feed),
    ("UpdatePoll", Open::Feed),
    ("QueryPolls", Open::Feed),
    ("GetPoll", Open::Feed),
    ("UpdatePollPartial", Open::Feed),
    ("DeletePoll", Open::Feed),
    ("CreatePollOption", Open::Feed),
    ("UpdatePollOption", Open::Feed),
    ("GetPollOption", Open::Feed),
    ("DeletePollOption", Open::Feed),
    ("QueryPollVotes", Open::Feed),
    ("CastPollVote", Open::Feed),
    ("DeletePollVote", Open::Feed),
];

/// A body and a query that every operation reads without complaint.
fn body() -> Value {
    json!({
        "target_user_id": "john", "blocked_user_id": "john", "id": "d", "push_provider": "apn",
        "preferences": [{"chat_level": "all"}], "event": {"type": "x"}, "events": [],
    })
}

/// The bodies that differ by operation.
fn body_of(operation: &str) -> Value {
    match operation {
        "UpdateUsers" => json!({"users": {"somebody": {"id": "somebody"}}}),
        "UpdateUsersPartial" => json!({"users": [{"id": "somebody", "set": {"a": 1}}]}),
        "GetOrCreateFeed" | "AcceptFeedMemberInvite" | "RejectFeedMemberInvite" => json!({"user_id": "john"}),
        "CreateFeedsBatch" => json!({"feeds": [{"feed_group_id": "user", "feed_id": "john", "created_by_id": "john"}]}),
        "UpsertActivities" => json!({"activities": [{"feeds": ["user:john"], "type": "post", "user_id": "john"}]}),
        "CreateFeedGroup" | "CreateFeedView" => json!({"id": "john"}),
        "TrackActivityMetrics" => json!({"events": [{"activity_id": "a", "metric": "views"}], "user_id": "john"}),
        "AddComment" => comment(),
        "AddCommentsBatch" => json!({"comments": [comment()]}),
        "AddActivity" => json!({"feeds": ["user:john"], "type": "post", "user_id": "john"}),
        "AddActivityReaction" | "AddCommentReaction" => json!({"type": "like", "user_id": "john"}),
        "CreateCollections" => json!({"collections": [{"name": "a", "custom": {"b": 1}}]}),
        "UpsertConfig" => json!({"key": "feeds"}),
        "SubmitAction" => json!({"action_type": "mark_reviewed", "item_id": "a"}),
        "CreateGuest" => json!({"user": {"id": "visitor"}}),
        _ => body(),
    }
}

fn comment() -> Value {
    json!({"object_id": "a", "object_type": "activity", "comment": "hi", "user_id": "john"})
}

const QUERY: &str = "?payload=%7B%22filter_conditions%22%3A%7B%7D%7D&query=user&target_user_id=john&id=d";

/// Calls an operation at each of its places, with a path made of plain words.
pub fn at_each_place(operation: &str, mut each: impl FnMut(&str, &str, Value)) {
    let operation = OPERATIONS.iter().find(|known| known.name == operation).unwrap();
    for place in operation.places {
        let path: String = place
            .path
            .split('/')
            .map(|part| if part.starts_with('{') { "john" } else { part })
            .collect::<Vec<_>>()
            .join("/");
        for prefix in place.mounts.prefixes() {
            let body = if ["GET", "DELETE"].contains(&place.method) { Value::Null } else { body_of(operation.name) };
            each(place.method, &format!("{prefix}{path}{QUERY}"), body);
        }
    }
}

fn call(caller: &Caller, method: &str, path: &str, body: &Value) -> Answer {
    caller.call(method, path, (!body.is_null()).then_some(body))
}

/// Calls an operation everywhere and expects the same refusal.
#[track_caller]
fn everywhere_refused(caller: &Caller, operation: &str, status: u16, code: i64, text: &str) {
    at_each_place(operation, |method, path, body| {
        refused(&call(caller, method, path, &body), operation, status, code, text);
    });
}

fn app() -> TestApp {
    let app = TestApp::new();
    app.upsert(&[json!({"id": "john"}), json!({"id": "visitor", "role": "guest"})]);
    app
}

#[test]
fn the_table_of_callers_is_complete() {
    let known: Vec<_> = OPERATIONS.iter().map(|operation| operation.name).collect();
    let listed: Vec<_> = WHO.iter().map(|(name, _)| *name).collect();
    assert_eq!(listed, known);
}

#[test]
fn without_a_token_every_operation_is_refused() {
    let app = app();
    let nobody = app.caller(Some("jwt"), None);
    for (operation, _) in WHO.iter().filter(|(_, open)| is_judged(*open)) {
        everywhere_refused(&nobody, operation, 401, 5, "JWTAuth error: token contains an invalid number of segments");
    }
}

#[test]
fn with_another_apps_token_every_operation_is_refused() {
    let (app, other) = (app(), TestApp::new());
    let user = app.with_token(&other.mint(&json!({"user_id": "john"})));
    let server = app.with_token(&other.mint(&json!({"kind": "server"})));
    let text = format!(
        "JWTAuth error: signature is not valid. Make sure the token is created using the secret for API key \"{}\"",
        app.api_key
    );
    for (operation, _) in WHO.iter().filter(|(_, open)| is_judged(*open)) {
        everywhere_refused(&user, operation, 401, 43, &text);
        everywhere_refused(&server, operation, 401, 5, "Token signature is invalid");
    }
}

/// No operation lets in what comes with a token of somebody (wire-contract 1.5).
#[test]
fn a_token_of_somebody_is_refused_to_an_anonymous_caller_by_every_operation() {
    let app = app();
    let text = "anon auth token must have user_id claim equal to '!anon'";
    for claims in [json!({}), json!({"server": true}), json!({"user_id": "john"})] {
        let caller = app.with_token_as("anonymous", &app.sign(&claims));
        for (operation, _) in WHO.iter().filter(|(_, open)| is_judged(*open)) {
            everywhere_refused(&caller, operation, 401, 5, text);
        }
    }
}

#[test]
fn what_is_the_servers_is_refused_to_users_guests_and_anonymous_callers() {
    let app = app();
    for (operation, _) in WHO.iter().filter(|(_, open)| *open == Open::Server) {
        let text = match *operation {
            "ExportUser" | "ExportUsers" => "users can only be exported server side",
            _ => "this endpoint is only allowed with server side auth",
        };
        for caller in [app.user("john"), app.user("visitor"), app.anonymous()] {
            everywhere_refused(&caller, operation, 403, 17, text);
        }
    }
}

#[test]
fn what_somebody_does_for_himself_is_refused_to_anonymous_callers() {
    let app = app();
    for (operation, open) in WHO {
        let (Open::Users(action) | Open::Role(action)) = open else { continue };
        let text = format!("User '!anon' with role 'anonymous' is not allowed to perform action {action}");
        everywhere_refused(&app.anonymous(), operation, 403, 17, &text);
    }
}

#[test]
fn what_a_role_allows_is_refused_to_users_and_guests_without_it() {
    let app = app();
    for (operation, open) in WHO {
        let Open::Role(action) = open else { continue };
        for (id, role) in [("john", "user"), ("visitor", "guest")] {
            let text = format!("User '{id}' with role '{role}' is not allowed to perform action {action}");
            everywhere_refused(&app.user(id), operation, 403, 17, &text);
        }
    }
}

#[test]
fn what_is_open_to_everyone_answers_users_guests_anonymous_callers_and_servers() {
    let app = app();
    for (operation, open) in WHO {
        if ![Open::Everyone, Open::World].contains(open) {
            continue;
        }
        for caller in [app.user("john"), app.user("visitor"), app.anonymous(), app.server()] {
            at_each_place(operation, |method, path, body| {
                let status = call(&caller, method, path, &body).status;
                assert_eq!(status, if method == "POST" { 201 } else { 200 }, "{method} {path}");
            });
        }
    }
}

#[test]
fn the_warm_up_call_is_answered_without_a_key() {
    let url = format!("{}/hi", app().url);
    let answer = crate::app::send("GET", &url, &[], None);
    assert_eq!((answer.status, answer.body.as_object().unwrap().len()), (200, 1));
}

#[test]
fn a_known_path_under_another_method_is_as_good_as_an_unknown_one() {
    let app = app();
    for (method, path) in
        [("PUT", "/api/v2/users"), ("DELETE", "/api/v2/users/john"), ("GET", "/api/v2/hi"), ("POST", "/api/v2/app")]
    {
        refused(&app.server().call(method, path, None), "Request", 404, 16, "Not Found");
    }
}
