//! THE table: every operation of Stream's that millpond has, and all that is said of one by its name: where it is mounted, how
//! often it may be called, what a client hears that it is not for. What answers it is said in `routes`; what Stream has beside
//! these is told by families of paths (`family`).
//!
//! Data only, and below whatever looks names up: fixtures, faults, the control API. The name is Stream's, since error texts,
//! rate limits and faults quote it.

use super::Mounts::{All, Legacy, V2, Video};
use super::{Mounts, Operation, Place};
use crate::dialect::Dialect;

/// Calls of an operation in a minute, for each app and platform, unless its row has another number (wire-contract 2.5).
pub const LIMIT_DEFAULT: u32 = 1_000;

/// Operations that the table can hold; what counts calls has this many places. The last is that of what no route has.
pub const OPERATIONS_MAX: usize = 256;

/// The operation that opens sockets, whatever carries them.
pub const CONNECT: &Operation = &OPERATIONS[CONNECT_INDEX];
/// Its place in [`OPERATIONS`].
pub const CONNECT_INDEX: usize = index_of("Connect");
/// The operation of the control API's token provider, which is none of Stream's: as it stands in the journal and in faults.
pub const TOKEN_PROVIDER: &str = "TokenProvider";

/// What stands for the operation of a call that no route has.
pub const UNKNOWN: Operation = op("Unknown", &[]);

mod feeds;

/// Every operation that millpond has.
pub const OPERATIONS: &[Operation] = &joined::<{ COMMON.len() + feeds::ROWS.len() }>([COMMON, feeds::ROWS]);

/// The rows of several pages in one table.
const fn joined<const N: usize>(pages: [&[Operation]; 2]) -> [Operation; N] {
    let mut rows = [UNKNOWN; N];
    let (mut page, mut row, mut at) = (0, 0, 0);
    // A constant function can do no other loop.
    while at < N {
        if row == pages[page].len() {
            (page, row) = (page + 1, 0);
        }
        rows[at] = pages[page][row];
        (row, at) = (row + 1, at + 1);
    }
    rows
}

/// What changes of user groups lack: who hears of them is not known of production.
const NOT_TOLD: &str = "no event tells of it";

/// Those that the products share.
const COMMON: &[Operation] = &[
    op("GetApp", &[get(All, "/app")]).per_minute(10_000),
    op("QueryUsers", &[get(All, "/users")]),
    op("UpdateUsers", &[post(All, "/users")]).per_minute(300),
    op("UpdateUsersPartial", &[patch(All, "/users")]).per_minute(300),
    op("UpdateApp", &[patch(All, "/app")]).per_minute(60),
    op("CreateGuest", &[post(All, "/guest")]),
    op("GetBlockedUsers", &[get(All, "/users/block")]),
    op("BlockUsers", &[post(All, "/users/block")]),
    op("UnblockUsers", &[post(All, "/users/unblock")]),
    op("DeactivateUsers", &[post(All, "/users/deactivate")]).per_minute(60),
    op("ReactivateUsers", &[post(All, "/users/reactivate")]).per_minute(60),
    op("DeleteUsers", &[post(All, "/users/delete")]).per_minute(60),
    op("RestoreUsers", &[post(All, "/users/restore")]),
    op("DeactivateUser", &[post(All, "/users/{user_id}/deactivate")]).per_minute(60),
    op("ReactivateUser", &[post(All, "/users/{user_id}/reactivate")]).per_minute(60),
    op("ExportUser", &[get(All, "/users/{user_id}/export")])
        .per_minute(60)
        .refused_with("users can only be exported server side"),
    op("ExportUsers", &[post(All, "/export/users")])
        .per_minute(60)
        .refused_with("users can only be exported server side"),
    op("DeleteUser", &[delete(Legacy, "/users/{user_id}")]).per_minute(60),
    op("SendUserCustomEvent", &[post(All, "/users/{user_id}/event"), post(V2, "/chat/users/{user_id}/event")]),
    op("GetTask", &[get(All, "/tasks/{id}")]),
    op("ListDevices", &[get(All, "/devices")]).per_minute(60),
    op("CreateDevice", &[post(All, "/devices")]).per_minute(300),
    op("DeleteDevice", &[delete(All, "/devices")]).per_minute(60),
    op("ListPushProviders", &[get(All, "/push_providers")]),
    op("UpsertPushProvider", &[post(All, "/push_providers")]),
    op("DeletePushProvider", &[delete(All, "/push_providers/{type}/{name}")]),
    op("CheckPush", &[post(All, "/check_push")]).per_minute(60),
    op("UpdatePushNotificationPreferences", &[post(All, "/push_preferences")]),
    op("ListRoles", &[get(All, "/roles")]),
    op("CreateRole", &[post(All, "/roles")]),
    op("SearchRoles", &[get(All, "/roles/search")]),
    op("DeleteRole", &[delete(All, "/roles/{name}")]),
    op("ListPermissions", &[get(All, "/permissions")]),
    op("CreatePermission", &[post(All, "/permissions")]),
    op("GetPermission", &[get(All, "/permissions/{id}")]),
    op("UpdatePermission", &[put(All, "/permissions/{id}")]),
    op("DeletePermission", &[delete(All, "/permissions/{id}")]),
    op("Ban", &[post(All, "/moderation/ban")]),
    op("Unban", &[post(All, "/moderation/unban"), delete(Legacy, "/moderation/ban")]),
    op("QueryBannedUsers", &[get(Legacy, "/query_banned_users"), get(V2, "/chat/query_banned_users")]),
    op("Mute", &[post(All, "/moderation/mute")]),
    op("Unmute", &[post(All, "/moderation/unmute")]),
    op("Flag", &[post(All, "/moderation/flag")]),
    op("Unflag", &[post(Legacy, "/moderation/unflag")]),
    op("QueryReviewQueue", &[post(All, "/moderation/review_queue")])
        .partial("items are not locked for one moderator, and severities and languages, which models tell, are empty"),
    op("GetReviewQueueItem", &[get(All, "/moderation/review_queue/{id}")])
        .partial("severities and languages, which models tell, are empty"),
    op("QueryModerationFlags", &[post(All, "/moderation/flags")]),
    op("GetFlagCount", &[post(All, "/moderation/flag_count")]),
    op("QueryModerationLogs", &[post(All, "/moderation/logs")]),
    op("UpsertConfig", &[post(All, "/moderation/config")])
        .partial("lists of words judge; what needs a model, or what somebody did before, is kept and decides nothing"),
    op("GetConfig", &[get(All, "/moderation/config/{key}")]),
    op("DeleteConfig", &[delete(All, "/moderation/config/{key}")]),
    op("QueryModerationConfigs", &[post(All, "/moderation/configs")]),
    op("Check", &[post(All, "/moderation/check")])
        .partial("lists of words judge; what needs a model, or what somebody did before, decides nothing"),
    op("Appeal", &[post(All, "/moderation/appeal")]),
    op("GetAppeal", &[get(All, "/moderation/appeal/{id}")]),
    op("QueryAppeals", &[post(All, "/moderation/appeals")]),
    op("V2QueryTemplates", &[get(All, "/moderation/feeds_moderation_template")]),
    op("V2UpsertTemplate", &[post(All, "/moderation/feeds_moderation_template")])
        .partial("kept, and nothing reads it: it is about activities before V3"),
    op("V2DeleteTemplate", &[delete(All, "/moderation/feeds_moderation_template")]),
    op("SubmitAction", &[post(All, "/moderation/submit_action")])
        .partial("messages, calls and reactions are not to be moderated; what is shadow-blocked is shown to nobody"),
    op("ReportClientCallEvent", &[post(Video, "/call_client_event"), post(V2, "/video/call_client_event")]),
    op("UploadFile", &[post(V2, "/uploads/file"), post(Video, "/uploads/file")]),
    op("DeleteFile", &[delete(V2, "/uploads/file"), delete(Video, "/uploads/file")]),
    op("UploadImage", &[post(V2, "/uploads/image"), post(Video, "/uploads/image")])
        .partial("images are served as they came: sizes are answered, and none is made"),
    op("DeleteImage", &[delete(V2, "/uploads/image"), delete(Video, "/uploads/image")]),
    op("ListUserGroups", &[get(All, "/usergroups")]),
    op("CreateUserGroup", &[post(All, "/usergroups")]).partial(NOT_TOLD),
    op("SearchUserGroups", &[get(All, "/usergroups/search")]),
    op("GetUserGroup", &[get(All, "/usergroups/{id}")]),
    op("UpdateUserGroup", &[put(All, "/usergroups/{id}")]).partial(NOT_TOLD),
    op("DeleteUserGroup", &[delete(All, "/usergroups/{id}")]).partial(NOT_TOLD),
    op("AddUserGroupMembers", &[post(All, "/usergroups/{id}/members")]).partial(NOT_TOLD),
    op("RemoveUserGroupMembers", &[post(All, "/usergroups/{id}/members/delete")]).partial(NOT_TOLD),
    op("ListBlockLists", &[get(All, "/blocklists")]).partial("the words of the built-in list are not known"),
    op("CreateBlockList", &[post(All, "/blocklists")]),
    op("GetBlockList", &[get(All, "/blocklists/{name}")]).partial("the words of the built-in list are not known"),
    op("UpdateBlockList", &[put(All, "/blocklists/{name}")]),
    op("DeleteBlockList", &[delete(All, "/blocklists/{name}")]),
    op("ImportBlockList", &[post(All, "/blocklists/{id}/import")]),
    op("GetOG", &[get(V2, "/og")])
        .partial("no page is fetched: an app's own table of previews, which a fixture fills, answers"),
    op("GetRateLimits", &[get(All, "/rate_limits")]),
    op("Hi", &[get(Legacy, "/hi")]),
    op("Connect", &[get(All, "/connect")]).per_minute(10_000),
    op("LongPoll", &[get(Legacy, "/longpoll"), post(Legacy, "/longpoll")]),
];

/// A row.
const fn op(name: &'static str, places: &'static [Place]) -> Operation {
    let refusal = "this endpoint is only allowed with server side auth";
    Operation { name, places, calls_per_minute: LIMIT_DEFAULT, refusal, lacks: "" }
}

impl Operation {
    /// So many calls in a minute.
    const fn per_minute(self, calls: u32) -> Self {
        Self { calls_per_minute: calls, ..self }
    }

    /// It is built in part: what is not there, in a line.
    const fn partial(self, lacks: &'static str) -> Self {
        Self { lacks, ..self }
    }

    /// The text for a client on an operation that is the server's (wire-contract 2.3 row 25).
    const fn refused_with(self, refusal: &'static str) -> Self {
        Self { refusal, ..self }
    }
}

const fn get(mounts: Mounts, path: &'static str) -> Place {
    Place { method: "GET", mounts, path }
}

const fn post(mounts: Mounts, path: &'static str) -> Place {
    Place { method: "POST", mounts, path }
}

const fn put(mounts: Mounts, path: &'static str) -> Place {
    Place { method: "PUT", mounts, path }
}

const fn patch(mounts: Mounts, path: &'static str) -> Place {
    Place { method: "PATCH", mounts, path }
}

const fn delete(mounts: Mounts, path: &'static str) -> Place {
    Place { method: "DELETE", mounts, path }
}

/// The operation of that name, and its index in [`OPERATIONS`].
pub fn named(name: &str) -> Option<(usize, &'static Operation)> {
    OPERATIONS.iter().enumerate().find(|(_, operation)| operation.name == name)
}

/// The index of an operation that is known to be there. In a constant it is found by the compiler, or missed by it.
///
/// # Panics
/// When there is none of that name.
pub const fn index_of(name: &str) -> usize {
    let mut index = 0;
    while index < OPERATIONS.len() {
        if is_same(OPERATIONS[index].name.as_bytes(), name.as_bytes()) {
            return index;
        }
        index += 1;
    }
    panic!("no operation of this name is in the table");
}

/// A name that is known to be in the table, as for [`index_of`].
pub const fn name(name: &str) -> &'static str {
    OPERATIONS[index_of(name)].name
}

const fn is_same(one: &[u8], other: &[u8]) -> bool {
    let mut at = 0;
    while at < one.len() && at < other.len() && one[at] == other[at] {
        at += 1;
    }
    at == one.len() && at == other.len()
}

/// The operation whose name is nearest to what somebody wrote.
pub fn nearest(written: &str) -> &'static str {
    let likeness = |operation: &Operation| strsim::jaro_winkler(operation.name, written);
    let nearest = OPERATIONS.iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
    nearest.map_or("", |operation| operation.name)
}

/// Whether an operation answers at a path behind a dialect's prefix, by whichever method.
pub fn has_place(dialect: Dialect, path: &str) -> bool {
    let places = OPERATIONS.iter().flat_map(|operation| operation.places);
    places.filter(|place| place.mounts.has(dialect)).any(|place| place.fits(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_counts_calls_has_a_place_for_each() {
        assert!(OPERATIONS.len() < OPERATIONS_MAX);
    }

    #[test]
    fn names_are_unique_and_places_too() {
        let mut names = std::collections::HashSet::new();
        let mut places = std::collections::HashSet::new();
        for (index, operation) in OPERATIONS.iter().enumerate() {
            assert!(names.insert(operation.name), "{}", operation.name);
            assert_eq!(index_of(operation.name), index);
            for place in operation.places {
                for prefix in place.mounts.prefixes() {
                    let path = format!("{prefix}{}", place.path);
                    assert!(places.insert((place.method, path)), "{} {}", place.method, place.path);
                    assert!(!place.path.starts_with("/_millpond"), "the prefix is the control API's");
                }
            }
        }
    }
}
