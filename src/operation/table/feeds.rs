//! The operations of Feeds V3 (feeds-core, feeds-interactions).

use super::{delete, get, op, patch, post, put};
use crate::operation::Mounts::V2;
use crate::operation::Operation;

pub(super) const ROWS: &[Operation] = &[
    op("GetOrCreateFeed", &[post(V2, "/feeds/feed_groups/{group}/feeds/{id}")]),
    op("UpdateFeed", &[put(V2, "/feeds/feed_groups/{group}/feeds/{id}")]),
    op("DeleteFeed", &[delete(V2, "/feeds/feed_groups/{group}/feeds/{id}")]),
    op("ChangeFeedVisibility", &[post(V2, "/feeds/feed_groups/{group}/feeds/{id}/change_visibility")]),
    op("GetFeedCounts", &[get(V2, "/feeds/feed_groups/{group}/feeds/{id}/counts")]),
    op("CreateFeedsBatch", &[post(V2, "/feeds/feeds/batch")]).per_minute(300),
    op("DeleteFeedsBatch", &[post(V2, "/feeds/feeds/delete")]).per_minute(300),
    op("OwnBatch", &[post(V2, "/feeds/feeds/own/batch")]),
    op("StopWatchingFeed", &[delete(V2, "/feeds/feed_groups/{group}/feeds/{id}/watch")]),
    op("UpdateFeedMembers", &[patch(V2, "/feeds/feed_groups/{group}/feeds/{id}/members")]),
    op("AcceptFeedMemberInvite", &[post(V2, "/feeds/feed_groups/{group}/feeds/{id}/members/accept")]),
    op("RejectFeedMemberInvite", &[post(V2, "/feeds/feed_groups/{group}/feeds/{id}/members/reject")]),
    op("QueryFeedMembers", &[post(V2, "/feeds/feed_groups/{group}/feeds/{id}/members/query")]),
    op("AddActivity", &[post(V2, "/feeds/activities")]),
    op("UpsertActivities", &[post(V2, "/feeds/activities/batch")]).per_minute(300),
    op("UpdateActivitiesPartialBatch", &[patch(V2, "/feeds/activities/batch/partial")]).per_minute(300),
    op("DeleteActivities", &[post(V2, "/feeds/activities/delete")]).per_minute(300),
    op("GetActivity", &[get(V2, "/feeds/activities/{id}")]),
    op("UpdateActivity", &[put(V2, "/feeds/activities/{id}")]),
    op("UpdateActivityPartial", &[patch(V2, "/feeds/activities/{id}")]),
    op("DeleteActivity", &[delete(V2, "/feeds/activities/{id}")]),
    op("RestoreActivity", &[post(V2, "/feeds/activities/{id}/restore")]),
    op("Follow", &[post(V2, "/feeds/follows")]),
    op("UpdateFollow", &[patch(V2, "/feeds/follows")]),
    op("GetOrCreateFollow", &[post(V2, "/feeds/follows/upsert")]),
    op("FollowBatch", &[post(V2, "/feeds/follows/batch")]).per_minute(300),
    op("GetOrCreateFollows", &[post(V2, "/feeds/follows/batch/upsert")]).per_minute(300),
    op("AcceptFollow", &[post(V2, "/feeds/follows/accept")]),
    op("RejectFollow", &[post(V2, "/feeds/follows/reject")]),
    op("Unfollow", &[delete(V2, "/feeds/follows/{source}/{target}")]),
    op("GetOrCreateUnfollow", &[post(V2, "/feeds/unfollow/upsert")]),
    op("UnfollowBatch", &[post(V2, "/feeds/unfollow/batch")]).per_minute(300),
    op("GetOrCreateUnfollows", &[post(V2, "/feeds/unfollow/batch/upsert")]).per_minute(300),
];
