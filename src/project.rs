//! What can be told of somebody's project by its files alone: where its code makes clients of Stream's SDKs, whether those can
//! be pointed here, and what its tests need for it. Knows nothing of a running millpond.

pub mod clients;
pub mod sdks;
pub mod setup;
pub mod source;
pub mod walk;
