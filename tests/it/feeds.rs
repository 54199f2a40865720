//! Feeds V3, in the order of `src/api/feeds`.

mod activities;
mod bookmarks;
mod comments;
mod feedback;
mod following;
mod groups;
mod levels;
mod managing;
mod marks;
mod measuring;
mod members;
mod notifications;
mod pins;
mod polls;
mod querying;
mod ranking;
mod reactions;
mod reading;
mod selecting;
pub mod shape;
mod sharing;
mod stories;
mod threads;
mod usage;
mod views;
mod visibilities;
mod watching;
