//! In-process tests over real HTTP: one server, one app of its own for each test, the app's clock in the test's hand.
//!
//! The files mirror `src/api`. A test is a statement: its name says what holds.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod app;
mod page;
mod smoke;
