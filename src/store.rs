//! The state: `SQLite`.

pub mod user_filter;
