//! What answers each operation of the table, and where it is mounted.
//!
//! An endpoint is one row of `operation::table`, one line here, one function in `api`, at most one query in `store`, one test.

use actix_web::http::Method;
use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig};
use actix_web::{FromRequest, Handler, Responder};

use crate::api;
use crate::door::Door;
use crate::operation::table::{OPERATIONS, index_of};
use crate::wire::Dialect;

mod feeds;

/// Mounts every operation that a dialect has.
pub fn register(config: &mut ServiceConfig, dialect: Dialect) {
    register_page(config, dialect);
    feeds::register_page(config, dialect);
}

/// Mounts the files that tasks have made, and those that were sent.
pub fn exports(config: &mut ServiceConfig) {
    config.route(api::exports::PATH, web::get().to(api::exports::read));
    config.route(api::uploads::PATH, web::get().to(api::uploads::read));
}

/// Mounts one operation wherever a dialect has it.
fn mount<H, A>(config: &mut ServiceConfig, dialect: Dialect, index: usize, handler: &H)
where
    H: Handler<A>,
    A: FromRequest + 'static,
    H::Output: Responder + 'static,
{
    let operation = &OPERATIONS[index];
    let door = Door { operation, index, dialect };
    for place in operation.places.iter().filter(|place| place.mounts.has(dialect)) {
        let method = Method::from_bytes(place.method.as_bytes()).expect("the table names real methods");
        let route = web::method(method).to(handler.clone());
        config.route(place.path, route.wrap(from_fn(move |request, next| door.pass(request, next))));
    }
}

macro_rules! handlers {
    ($($name:ident => $handler:path;)*) => {
        /// Mounts the operations of this page that a dialect has.
        pub(super) fn register_page(config: &mut ServiceConfig, dialect: Dialect) {
            $(mount(config, dialect, const { index_of(stringify!($name)) }, &$handler);)*
        }

        #[cfg(test)]
        pub(super) const ANSWERED: &[&str] = &[$(stringify!($name)),*];
    };
}

use handlers;

handlers! {
    GetApp => api::app::get;
    QueryUsers => api::users::query;
    UpdateUsers => api::users::upsert;
    UpdateUsersPartial => api::users::update_partial;
    UpdateApp => api::app::update;
    CreateGuest => api::guest::create;
    GetBlockedUsers => api::blocks::list;
    BlockUsers => api::blocks::block;
    UnblockUsers => api::blocks::unblock;
    DeactivateUsers => api::lifecycle::deactivate_many;
    ReactivateUsers => api::lifecycle::reactivate_many;
    DeleteUsers => api::lifecycle::delete_many;
    RestoreUsers => api::lifecycle::restore_many;
    DeactivateUser => api::lifecycle::deactivate;
    ReactivateUser => api::lifecycle::reactivate;
    ExportUser => api::lifecycle::export;
    ExportUsers => api::lifecycle::export_many;
    DeleteUser => api::lifecycle::delete;
    SendUserCustomEvent => api::users::send_event;
    GetTask => api::tasks::get;
    ListDevices => api::devices::list;
    CreateDevice => api::devices::create;
    DeleteDevice => api::devices::delete;
    ListPushProviders => api::push_providers::list;
    UpsertPushProvider => api::push_providers::upsert;
    DeletePushProvider => api::push_providers::delete;
    CheckPush => api::check_push::check;
    UpdatePushNotificationPreferences => api::push_preferences::update;
    ListRoles => api::roles::list;
    CreateRole => api::roles::create;
    SearchRoles => api::roles::search;
    DeleteRole => api::roles::delete;
    ListPermissions => api::permissions::list;
    CreatePermission => api::permissions::create;
    GetPermission => api::permissions::get;
    UpdatePermission => api::permissions::update;
    DeletePermission => api::permissions::delete;
    Ban => api::moderation::ban;
    Unban => api::moderation::unban;
    QueryBannedUsers => api::moderation::query;
    Mute => api::mutes::mute;
    Unmute => api::mutes::unmute;
    Flag => api::flags::flag;
    Unflag => api::flags::unflag;
    QueryReviewQueue => api::moderation::queue::query;
    GetReviewQueueItem => api::moderation::queue::get;
    QueryModerationFlags => api::moderation::queue::flags;
    GetFlagCount => api::moderation::queue::flag_count;
    QueryModerationLogs => api::moderation::queue::logs;
    UpsertConfig => api::moderation::configs::upsert;
    GetConfig => api::moderation::configs::get;
    DeleteConfig => api::moderation::configs::delete;
    QueryModerationConfigs => api::moderation::configs::query;
    Check => api::moderation::check::check;
    Appeal => api::moderation::appeals::create;
    GetAppeal => api::moderation::appeals::get;
    QueryAppeals => api::moderation::appeals::query;
    V2QueryTemplates => api::moderation::templates::query;
    V2UpsertTemplate => api::moderation::templates::upsert;
    V2DeleteTemplate => api::moderation::templates::delete;
    SubmitAction => api::moderation::actions::submit;
    ReportClientCallEvent => api::report_client_event;
    UploadFile => api::uploads::file;
    DeleteFile => api::uploads::delete;
    UploadImage => api::uploads::image;
    DeleteImage => api::uploads::delete;
    ListUserGroups => api::user_groups::list;
    CreateUserGroup => api::user_groups::create;
    SearchUserGroups => api::user_groups::search;
    GetUserGroup => api::user_groups::get;
    UpdateUserGroup => api::user_groups::update;
    DeleteUserGroup => api::user_groups::delete;
    AddUserGroupMembers => api::user_groups::add_members;
    RemoveUserGroupMembers => api::user_groups::remove_members;
    ListBlockLists => api::blocklists::list;
    CreateBlockList => api::blocklists::create;
    GetBlockList => api::blocklists::get;
    UpdateBlockList => api::blocklists::update;
    DeleteBlockList => api::blocklists::delete;
    ImportBlockList => api::blocklists::import;
    GetOG => api::og::get;
    GetRateLimits => api::rate_limits::get;
    Hi => api::hi;
    // Upgrades do not come this way: `live::upgrade` takes them over.
    Connect => api::connect::without_upgrade;
    LongPoll => api::connect::long_poll;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_is_answered_once() {
        let rows: Vec<_> = OPERATIONS.iter().map(|operation| operation.name).collect();
        assert_eq!([ANSWERED, feeds::ANSWERED].concat(), rows, "in the order of the table");
    }
}
