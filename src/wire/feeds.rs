//! Feeds V3 as it goes over the wire (feeds-core 2, feeds-events 2.2). What strict decoders need is always there; what is not
//! set is absent, never `null`.

pub mod activity;
mod aggregate;
pub mod bookmark;
mod collection;
pub mod comment;
pub mod event;
pub mod feed;
mod feedback;
pub mod group;
pub mod membership;
pub mod pin;
mod poll;
mod reaction;
mod revision;
pub mod share;
pub mod suggestion;
