//! The rules of Feeds V3.

pub mod access;
pub mod activities;
pub mod activity_input;
pub mod activity_notices;
pub mod activity_reactions;
pub mod aggregation;
pub mod bookmarked;
pub mod bookmarks;
pub mod change;
pub mod collections;
mod comment_events;
pub mod comment_input;
pub mod comment_notices;
pub mod comment_reactions;
pub mod comments;
pub mod engage;
pub mod enrich;
pub mod events;
pub mod feedback;
#[expect(clippy::module_inception, reason = "the same names in each layer")]
pub mod feeds;
pub mod folder_ends;
pub mod folders;
pub mod follows;
pub mod group_changes;
pub mod groups;
pub mod interests;
pub mod link_previews;
pub mod listing;
pub mod marking;
pub mod marks;
pub mod members;
pub mod membership;
pub mod metrics;
mod moderated;
pub mod notify;
pub mod pinned;
pub mod pins;
pub mod polls;
pub mod processors;
pub mod query;
pub mod rank;
pub mod reactions;
pub mod read;
pub mod revisions;
pub mod selectors;
pub mod shares;
pub mod suggestions;
pub mod threads;
pub mod translation;
pub mod updates;
pub mod user_data;
pub mod views;
pub mod votes;

use super::later;

#[cfg(test)]
mod tests;
