//! In-process tests over real HTTP: one server, one app of its own for each test, the app's clock in the test's hand.
//!
//! The files mirror `src/api`; `rules` holds what is true of every operation. A test is a statement: its name says
//! what holds.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod app;
mod bad_input;
mod control;
mod forge;
mod isolation;
mod raw;
mod rows;
mod rules;
mod smoke;
mod tidy;
mod traps;
