//! In-process tests over real HTTP: one server, one app of its own for each test, the app's clock in the test's hand.
//!
//! The files mirror `src/api`; `rules` holds what is true of every operation. A test is a statement: its name says
//! what holds.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod app;
mod app_settings;
mod bad_input;
mod banned_users;
mod blocklists;
mod blocks;
mod bodies;
mod callers;
mod connections;
mod control;
mod devices;
mod docs;
mod ended_tokens;
mod faults;
mod feeds;
mod fixture_routes;
mod fixtures;
mod forge;
mod guest;
mod head;
mod isolation;
mod journal;
mod lifecycle;
mod listed_users;
mod moderation;
mod moderation_policies;
mod mutes;
mod og;
mod page;
mod permissions;
mod persistence;
mod push_preferences;
mod push_providers;
mod query_users;
mod rate_limits;
mod raw;
mod repeat;
mod required;
mod review_queue;
mod roles;
mod round_trip;
mod rows;
mod rules;
mod samples;
mod scenarios;
mod smoke;
mod sockets;
mod states;
mod stubs;
mod tasks;
mod tidy;
mod transcript;
mod traps;
mod uploads;
mod user_events;
mod user_groups;
mod usernames;
mod users;
mod users_partial;
