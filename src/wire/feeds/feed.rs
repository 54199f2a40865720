//! Feeds, follows and members.

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::clock::Time;
use crate::ids::FeedId;
use crate::model::feeds::feed::{EnrichedFeed, Location, Own};
use crate::model::feeds::follow::EnrichedFollow;
use crate::model::feeds::member::EnrichedMember;
use crate::model::feeds::membership::MembershipLevel;
use crate::permission::capability::Capability;
use crate::wire::users::UserResponse;

/// A feed.
#[derive(Serialize)]
struct FeedResponse<'a> {
    id: &'a str,
    group_id: &'a str,
    feed: &'a FeedId,
    name: &'a str,
    description: &'a str,
    visibility: &'static str,
    created_by: UserResponse,
    created_at: Time,
    updated_at: Time,
    activity_count: i64,
    follower_count: i64,
    following_count: i64,
    member_count: i64,
    pin_count: i64,
    filter_tags: &'a [String],
    custom: &'a Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<LocationResponse>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deleted_at: Option<Time>,
    #[serde(flatten)]
    own: Option<&'a Own>,
}

impl Serialize for EnrichedFeed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { feed, owner, own } = self;
        FeedResponse {
            id: feed.fid.id(),
            group_id: feed.fid.group(),
            feed: &feed.fid,
            name: &feed.name,
            description: &feed.description,
            visibility: feed.visibility.name(),
            created_by: UserResponse::brief(owner),
            created_at: feed.created_at,
            updated_at: feed.updated_at,
            activity_count: feed.counts.activities,
            follower_count: feed.counts.followers,
            following_count: feed.counts.following,
            member_count: feed.counts.members,
            pin_count: feed.counts.pins,
            filter_tags: &feed.filter_tags,
            custom: &feed.custom,
            location: feed.location.map(LocationResponse::from),
            deleted_at: feed.deleted_at,
            own: own.as_deref(),
        }
        .serialize(serializer)
    }
}

impl Serialize for Own {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[expect(clippy::struct_field_names, reason = "the names are the wire's")]
        struct OwnResponse<'a> {
            #[serde(skip_serializing_if = "Option::is_none")]
            own_capabilities: Option<Vec<&'static str>>,
            #[serde(skip_serializing_if = "Option::is_none")]
            own_follows: Option<&'a [EnrichedFollow]>,
            #[serde(skip_serializing_if = "Option::is_none")]
            own_followings: Option<&'a [EnrichedFollow]>,
            #[serde(skip_serializing_if = "Option::is_none")]
            own_membership: Option<&'a EnrichedMember>,
        }
        OwnResponse {
            own_capabilities: self.capabilities.map(|all| all.iter().map(Capability::name).collect()),
            own_follows: self.follows.as_deref(),
            own_followings: self.followings.as_deref(),
            own_membership: self.membership.as_ref(),
        }
        .serialize(serializer)
    }
}

/// A place on earth.
#[derive(Serialize)]
pub(super) struct LocationResponse {
    lat: f64,
    lng: f64,
}

impl From<Location> for LocationResponse {
    fn from(Location { lat, lng }: Location) -> Self {
        Self { lat, lng }
    }
}

impl Serialize for EnrichedFollow {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct FollowResponse<'a> {
            source_feed: &'a EnrichedFeed,
            target_feed: &'a EnrichedFeed,
            status: &'static str,
            follower_role: &'a str,
            push_preference: &'a str,
            custom: &'a Map<String, Value>,
            created_at: Time,
            updated_at: Time,
            #[serde(skip_serializing_if = "Option::is_none")]
            request_accepted_at: Option<Time>,
            #[serde(skip_serializing_if = "Option::is_none")]
            request_rejected_at: Option<Time>,
        }
        let Self { follow, source, target } = self;
        FollowResponse {
            source_feed: source,
            target_feed: target,
            status: follow.status.name(),
            follower_role: &follow.follower_role,
            push_preference: &follow.push_preference,
            custom: &follow.custom,
            created_at: follow.created_at,
            updated_at: follow.updated_at,
            request_accepted_at: follow.accepted_at,
            request_rejected_at: follow.rejected_at,
        }
        .serialize(serializer)
    }
}

impl Serialize for EnrichedMember {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct MemberResponse<'a> {
            user: UserResponse,
            role: &'a str,
            status: &'static str,
            custom: &'a Map<String, Value>,
            created_at: Time,
            updated_at: Time,
            #[serde(skip_serializing_if = "Option::is_none")]
            membership_level: Option<&'a MembershipLevel>,
            #[serde(skip_serializing_if = "Option::is_none")]
            invite_accepted_at: Option<Time>,
            #[serde(skip_serializing_if = "Option::is_none")]
            invite_rejected_at: Option<Time>,
        }
        let Self { member, user, level } = self;
        MemberResponse {
            user: UserResponse::brief(user),
            role: &member.role,
            status: member.status.name(),
            custom: &member.custom,
            created_at: member.created_at,
            updated_at: member.updated_at,
            membership_level: level.as_ref(),
            invite_accepted_at: member.accepted_at,
            invite_rejected_at: member.rejected_at,
        }
        .serialize(serializer)
    }
}
