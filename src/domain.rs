//! Rules that several endpoints, fixtures and sockets share, as plain functions over a transaction.

pub(crate) mod bans;
pub(crate) mod blocklists;
pub(crate) mod devices;
pub(crate) mod feeds;
pub(crate) mod flags;
pub(crate) mod guests;
pub mod lifecycle;
pub(crate) mod minting;
pub(crate) mod moderation;
pub mod partial;
mod patterns;
pub(crate) mod push;
pub(crate) mod push_providers;
pub(crate) mod revocation;
pub(crate) mod sessions;
pub(crate) mod uploads;
pub(crate) mod user_groups;
pub mod users;

use crate::clock::Time;

/// The moment of a change to what was last changed at another: SDKs compare whole milliseconds, in doubles, and drop what is
/// not newer (design.md 9).
pub fn later(now: Time, before: Time) -> Time {
    const STEP_NS: i64 = 1_001_000;
    Time(now.0.max(before.0.saturating_add(STEP_NS)))
}
