//! The tables of moderation.

pub mod appeals;
pub mod configs;
pub mod items;
pub mod logs;
pub mod templates;
