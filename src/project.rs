//! What can be told of somebody's project by its files alone: where its code makes clients of Stream's SDKs, and whether those
//! can be pointed here. Knows nothing of a running millpond.

pub mod clients;
pub mod sdks;
pub mod source;
pub mod walk;
