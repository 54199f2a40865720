//! What answers the operations of Feeds V3.

use actix_web::web::ServiceConfig;

use super::{handlers, index_of, mount};
use crate::api::feeds;
use crate::wire::Dialect;

handlers! {
    GetOrCreateFeed => feeds::feeds::get_or_create;
    UpdateFeed => feeds::manage::update;
    DeleteFeed => feeds::manage::delete;
    ChangeFeedVisibility => feeds::manage::change_visibility;
    GetFeedCounts => feeds::manage::counts;
    QueryFeeds => feeds::query::feeds;
    CreateFeedsBatch => feeds::manage::create_many;
    DeleteFeedsBatch => feeds::manage::delete_many;
    OwnBatch => feeds::manage::own;
    StopWatchingFeed => feeds::watching::stop;
    UpdateFeedMembers => feeds::members::update;
    AcceptFeedMemberInvite => feeds::members::accept;
    RejectFeedMemberInvite => feeds::members::reject;
    QueryFeedMembers => feeds::members::query;
    PinActivity => feeds::pins::pin;
    UnpinActivity => feeds::pins::unpin;
    QueryPinnedActivities => feeds::pins::query;
    GetFollowSuggestions => feeds::suggestions::get;
    ListFeedGroups => feeds::groups::list;
    CreateFeedGroup => feeds::groups::create;
    GetFeedGroup => feeds::groups::get;
    GetOrCreateFeedGroup => feeds::groups::get_or_create;
    UpdateFeedGroup => feeds::groups::update;
    DeleteFeedGroup => feeds::groups::delete;
    RestoreFeedGroup => feeds::groups::restore;
    ListFeedViews => feeds::views::list;
    CreateFeedView => feeds::views::create;
    GetFeedView => feeds::views::get;
    GetOrCreateFeedView => feeds::views::get_or_create;
    UpdateFeedView => feeds::views::update;
    DeleteFeedView => feeds::views::delete;
    ListFeedVisibilities => feeds::visibilities::list;
    GetFeedVisibility => feeds::visibilities::get;
    UpdateFeedVisibility => feeds::visibilities::update;
    AddActivity => feeds::activities::add;
    UpsertActivities => feeds::activities::upsert;
    UpdateActivitiesPartialBatch => feeds::activities::update_partial_batch;
    DeleteActivities => feeds::activities::delete_many;
    QueryActivities => feeds::query::activities;
    GetActivity => feeds::activities::get;
    QueryActivityShares => feeds::shares::query;
    UpdateActivity => feeds::activities::update;
    UpdateActivityPartial => feeds::activities::update_partial;
    DeleteActivity => feeds::activities::delete;
    RestoreActivity => feeds::activities::restore;
    QueryFollows => feeds::query::follows;
    Follow => feeds::follows::follow;
    UpdateFollow => feeds::follows::update;
    GetOrCreateFollow => feeds::follows::get_or_create;
    FollowBatch => feeds::follows::batch_follow;
    GetOrCreateFollows => feeds::follows::batch_get_or_create;
    AcceptFollow => feeds::follows::accept;
    RejectFollow => feeds::follows::reject;
    Unfollow => feeds::follows::unfollow;
    GetOrCreateUnfollow => feeds::follows::get_or_create_unfollow;
    UnfollowBatch => feeds::follows::batch_unfollow;
    GetOrCreateUnfollows => feeds::follows::batch_get_or_create_unfollow;
}
