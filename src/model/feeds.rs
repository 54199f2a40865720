//! Feeds V3, as the store reads and writes them.

pub mod activity;
pub mod aggregate;
pub mod bookmark;
pub mod collection;
pub mod comment;
pub mod feed;
pub mod feedback;
pub mod follow;
pub mod group;
pub mod member;
pub mod membership;
pub mod object;
pub mod page;
pub mod pin;
pub mod poll;
pub mod rank;
pub mod reaction;
pub mod revision;
pub mod share;
pub mod suggestion;
pub mod translated;
pub mod view;
