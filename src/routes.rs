//! THE table: every operation of Stream's that millpond has, where it is mounted, and what answers it. What Stream has
//! beside these is told by families of paths (`family`).
//!
//! An endpoint is one line here, one function in `api`, at most one query in `store`, one test. The operation's name
//! is Stream's, since error texts, rate limits and faults quote it.

use actix_web::http::Method;
use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig};

use crate::api;
use crate::door;
use crate::operation::{Mounts, Operation, Place};
use crate::wire::Dialect;

/// Mounts the files that tasks have made.
pub fn exports(config: &mut ServiceConfig) {
    config.route(api::exports::PATH, web::get().to(api::exports::read));
}

/// The operation of that name, and its index in [`OPERATIONS`].
pub fn named(name: &str) -> Option<(usize, &'static Operation)> {
    OPERATIONS.iter().enumerate().find(|(_, operation)| operation.name == name)
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

macro_rules! operations {
    ($($name:ident $([$method:ident $mounts:ident $path:literal])+ => built $handler:path;)*) => {
        /// Every operation that millpond has.
        pub const OPERATIONS: &[Operation] = &[$(Operation {
            name: stringify!($name),
            places: &[$(Place { method: stringify!($method), mounts: Mounts::$mounts, path: $path }),+],
        }),*];

        /// Mounts every operation that a dialect has.
        pub fn register(config: &mut ServiceConfig, dialect: Dialect) {
            let mut index = 0;
            $(
                for place in OPERATIONS[index].places.iter().filter(|place| place.mounts.has(dialect)) {
                    let door = door::Door { operation: &OPERATIONS[index], index, dialect };
                    let method = Method::from_bytes(place.method.as_bytes()).expect("the table names real methods");
                    let route = web::method(method).to($handler).wrap(from_fn(move |request, next| door.pass(request, next)));
                    config.route(place.path, route);
                }
                index += 1;
            )*
            let _ = index;
        }
    };
}

operations! {
    GetApp [GET All "/app"] => built api::app::get;
    QueryUsers [GET All "/users"] => built api::users::query;
    UpdateUsers [POST All "/users"] => built api::users::upsert;
    UpdateUsersPartial [PATCH All "/users"] => built api::users::update_partial;
    UpdateApp [PATCH All "/app"] => built api::app::update;
    CreateGuest [POST All "/guest"] => built api::guest::create;
    GetBlockedUsers [GET All "/users/block"] => built api::blocks::list;
    BlockUsers [POST All "/users/block"] => built api::blocks::block;
    UnblockUsers [POST All "/users/unblock"] => built api::blocks::unblock;
    DeactivateUsers [POST All "/users/deactivate"] => built api::lifecycle::deactivate_many;
    ReactivateUsers [POST All "/users/reactivate"] => built api::lifecycle::reactivate_many;
    DeleteUsers [POST All "/users/delete"] => built api::lifecycle::delete_many;
    RestoreUsers [POST All "/users/restore"] => built api::lifecycle::restore_many;
    DeactivateUser [POST All "/users/{user_id}/deactivate"] => built api::lifecycle::deactivate;
    ReactivateUser [POST All "/users/{user_id}/reactivate"] => built api::lifecycle::reactivate;
    ExportUser [GET All "/users/{user_id}/export"] => built api::lifecycle::export;
    ExportUsers [POST All "/export/users"] => built api::lifecycle::export_many;
    DeleteUser [DELETE Legacy "/users/{user_id}"] => built api::lifecycle::delete;
    SendUserCustomEvent [POST All "/users/{user_id}/event"] [POST V2 "/chat/users/{user_id}/event"] => built api::users::send_event;
    GetTask [GET All "/tasks/{id}"] => built api::tasks::get;
    ListDevices [GET All "/devices"] => built api::devices::list;
    CreateDevice [POST All "/devices"] => built api::devices::create;
    DeleteDevice [DELETE All "/devices"] => built api::devices::delete;
    ListPushProviders [GET All "/push_providers"] => built api::push_providers::list;
    UpsertPushProvider [POST All "/push_providers"] => built api::push_providers::upsert;
    DeletePushProvider [DELETE All "/push_providers/{type}/{name}"] => built api::push_providers::delete;
    CheckPush [POST All "/check_push"] => built api::check_push::check;
    UpdatePushNotificationPreferences [POST All "/push_preferences"] => built api::push_preferences::update;
    ListRoles [GET All "/roles"] => built api::roles::list;
    CreateRole [POST All "/roles"] => built api::roles::create;
    SearchRoles [GET All "/roles/search"] => built api::roles::search;
    DeleteRole [DELETE All "/roles/{name}"] => built api::roles::delete;
    ListPermissions [GET All "/permissions"] => built api::permissions::list;
    CreatePermission [POST All "/permissions"] => built api::permissions::create;
    GetPermission [GET All "/permissions/{id}"] => built api::permissions::get;
    UpdatePermission [PUT All "/permissions/{id}"] => built api::permissions::update;
    DeletePermission [DELETE All "/permissions/{id}"] => built api::permissions::delete;
    Ban [POST All "/moderation/ban"] => built api::moderation::ban;
    Unban [POST All "/moderation/unban"] [DELETE Legacy "/moderation/ban"] => built api::moderation::unban;
    QueryBannedUsers [GET Legacy "/query_banned_users"] [GET V2 "/chat/query_banned_users"] => built api::moderation::query;
    Mute [POST All "/moderation/mute"] => built api::mutes::mute;
    Unmute [POST All "/moderation/unmute"] => built api::mutes::unmute;
    Flag [POST All "/moderation/flag"] => built api::flags::flag;
    Unflag [POST Legacy "/moderation/unflag"] => built api::flags::unflag;
    ReportClientCallEvent [POST Video "/call_client_event"] [POST V2 "/video/call_client_event"] => built api::report_client_event;
    GetRateLimits [GET All "/rate_limits"] => built api::rate_limits::get;
    Hi [GET Legacy "/hi"] => built api::hi;
    // Upgrades do not come this way: `live::upgrade` takes them over.
    Connect [GET All "/connect"] => built api::connect::without_upgrade;
    LongPoll [GET Legacy "/longpoll"] [POST Legacy "/longpoll"] => built api::connect::long_poll;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_counts_calls_has_a_place_for_each() {
        // The last place is that of what no route has.
        assert!(OPERATIONS.len() < crate::operation::OPERATIONS_MAX);
    }

    #[test]
    fn names_are_unique_and_places_too() {
        let mut names = std::collections::HashSet::new();
        let mut places = std::collections::HashSet::new();
        for operation in OPERATIONS {
            assert!(names.insert(operation.name), "{}", operation.name);
            for place in operation.places {
                for prefix in place.mounts.prefixes() {
                    assert!(
                        places.insert((place.method, format!("{prefix}{}", place.path))),
                        "{} {}",
                        place.method,
                        place.path
                    );
                    assert!(!place.path.starts_with("/_millpond"), "the prefix is the control API's");
                }
            }
        }
    }
}
