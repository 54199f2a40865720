//! Moderation: what is flagged, reviewed and done about it (feeds-interactions 10).
//!
//! What is not known of production, and inferred here, is this:
//!
//! - An item that was reviewed is pending again once somebody flags it anew.
//! - Every action but an escalation, a flag and a custom one reviews the item. Its status is `pending` or `reviewed`.
//! - What is taken away by moderation is deleted softly, with the action kept at it: `restore` and `unblock` show it again, as a
//!   server does by the operations of feeds; its author cannot. `shadow_block` takes it from its author's reads, too.
//! - Who hears of `moderation.*` events are those on line who may read what was flagged.
//! - What judges contents is told in [`judge`], and how words are found in [`matching`].
//! - Whoever an appeal is about, and what decides it, is told in [`appeals`].
//! - `stats` counts the items of each status.

pub mod actions;
pub mod appeals;
pub mod entity;
pub mod judge;
mod matching;
pub mod policies;
pub mod queue;
pub mod show;
mod take;
pub mod tell;
pub mod templates;
