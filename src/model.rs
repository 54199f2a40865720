//! What the store keeps, as plain rows: no SQL, no HTTP. Whoever tells of something names these; how they are kept is the
//! business of [`crate::store`] alone.

pub mod ban;
pub(crate) mod blocklist;
pub mod device;
pub(crate) mod feeds;
pub(crate) mod flag;
pub mod moderation;
pub(crate) mod mute;
pub(crate) mod push_provider;
pub mod upload;
pub mod user;
pub(crate) mod user_group;
