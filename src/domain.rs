//! Rules that several endpoints, fixtures and sockets share, as plain functions over a transaction.

pub mod bans;
pub mod devices;
pub mod flags;
pub mod guests;
pub mod lifecycle;
pub mod minting;
pub mod partial;
pub mod push;
pub mod push_providers;
pub mod revocation;
pub mod sessions;
pub mod users;
