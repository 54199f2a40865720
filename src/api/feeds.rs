//! Feeds V3 (feeds-core, feeds-events).

pub mod acting;
pub mod activities;
mod activity_request;
pub mod bookmarks;
pub mod collections;
pub mod comment_reactions;
mod comment_request;
pub mod comments;
pub mod feedback;
#[expect(clippy::module_inception, reason = "the same names in each layer")]
pub mod feeds;
pub mod folders;
pub mod follows;
pub mod groups;
pub mod interests;
mod language;
pub mod manage;
pub mod marks;
pub mod members;
pub mod membership;
pub mod metrics;
pub(super) mod pager;
pub mod pins;
pub mod polls;
pub mod query;
pub mod reactions;
pub mod revisions;
pub mod shares;
pub mod suggestions;
pub mod threads;
pub mod translation;
pub mod usage;
pub mod user_data;
pub mod views;
pub mod visibilities;
pub mod watching;
