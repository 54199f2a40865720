//! millpond: a local stand-in for Stream (getstream.io).
#![doc = ""]
pub mod clock;
pub mod error;
pub mod ids;
pub mod store;
