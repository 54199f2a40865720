//! What the store keeps, as plain rows: no SQL, no HTTP. Whoever tells of something names these; how they are kept is the
//! business of [`crate::store`] alone.

pub mod ban;
pub mod device;
pub mod flag;
pub mod mute;
pub mod push_provider;
pub mod user;
