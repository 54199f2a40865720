//! A feed, and what an answer shows beside its row.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::follow::EnrichedFollow;
use super::member::EnrichedMember;
use crate::clock::Time;
use crate::ids::{FeedId, UserId};
use crate::model::user::User;
use crate::permission::capability::Capabilities;
pub use crate::permission::scope::Visibility;

/// A feed.
#[derive(Clone, Debug, PartialEq)]
pub struct Feed {
    /// Its number in the state.
    pub no: i64,
    /// Its address.
    pub fid: FeedId,
    /// Its owner: who made it, whatever its id is.
    pub created_by: UserId,
    /// Empty when unset.
    pub name: String,
    /// Empty when unset.
    pub description: String,
    /// Who may see it.
    pub visibility: Visibility,
    /// What the app stores with it.
    pub custom: Map<String, Value>,
    /// By which it is found.
    pub filter_tags: Vec<String>,
    /// Where it is.
    pub location: Option<Location>,
    /// What it counts.
    pub counts: Counts,
    /// When it was made.
    pub created_at: Time,
    /// When it was last changed; counters are no change.
    pub updated_at: Time,
    /// Since when it is deleted.
    pub deleted_at: Option<Time>,
}

/// What a feed counts (feeds-core 13).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Its activities that are not deleted.
    pub activities: i64,
    /// Accepted follows of it.
    pub followers: i64,
    /// Accepted follows by it.
    pub following: i64,
    /// Its members who are neither invited nor have declined.
    pub members: i64,
    /// What is pinned in it.
    pub pins: i64,
}

/// A place on earth, in degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Location {
    /// -90 to 90.
    pub lat: f64,
    /// -180 to 180.
    pub lng: f64,
}

/// A feed with what an answer shows beside its row.
#[derive(Clone, Debug)]
pub struct EnrichedFeed {
    /// The row.
    pub feed: Feed,
    /// The owner.
    pub owner: Arc<User>,
    /// What it is to the viewer, where that was asked for. Never in events: those are the same for all.
    pub own: Option<Box<Own>>,
}

/// What a feed is to one viewer (feeds-core 1.6). What was not asked for is absent.
#[derive(Clone, Debug, Default)]
pub struct Own {
    /// What the viewer may do.
    pub capabilities: Option<Capabilities>,
    /// Follows of it by feeds of the viewer's.
    pub follows: Option<Vec<EnrichedFollow>>,
    /// Follows by its owner's feeds of feeds of the viewer's.
    pub followings: Option<Vec<EnrichedFollow>>,
    /// The viewer's membership.
    pub membership: Option<EnrichedMember>,
}
