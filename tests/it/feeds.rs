//! Feeds V3, in the order of `src/api/feeds`.

mod activities;
mod following;
mod groups;
mod managing;
mod marks;
mod members;
mod notifications;
mod pins;
mod polls;
mod querying;
mod reading;
pub mod shape;
mod sharing;
mod stories;
mod views;
mod visibilities;
mod watching;
