//! millpond: a local stand-in for Stream (getstream.io).
//!
//! # Reading order
//!
//! A request goes one way: [`server`] mounts the table of [`routes`]; each operation's [`door`] judges the credentials
//! ([`auth::verdict`], pure) and forms the answer ([`reply`]); a function of [`api`] names its caller
//! ([`auth::caller`]), asks [`permission`] where a role decides, and opens one transaction of the [`store`], which hands out the plain rows of [`model`]; rules that
//! several endpoints share are in [`domain`]; [`query`] is the one grammar of filters. [`wire`] alone knows dialects, [`clock`] alone reads the time, [`app`] is
//! what memory holds of an app. [`journal`] is what was called. [`control`] is the API for tests and the dashboard, [`fixture`] loads scenarios
//! through the same functions, [`cli`] is the command line.
//!
//! # Invariants
//!
//! - `auth::{token, verdict}`, `domain`, `store` and `wire` never name the HTTP library.
//! - `store` never names `api`, `reply` or `control`; a transaction is for one app at one moment.
//! - `model` and `event` never name `store` or SQL.
//! - No more than three files import each other in a circle.
//! - Nothing opens an outgoing connection but [`client`], which calls the emulator itself.

mod api;
pub mod app;
pub mod auth;
pub mod body;
mod call;
pub mod cli;
mod client;
pub mod clock;
pub mod config;
pub mod control;
mod dashboard;
mod dialect;
pub mod domain;
pub mod door;
mod entrance;
pub mod error;
pub mod event;
mod family;
mod fault;
pub mod fixture;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
pub mod ids;
pub mod journal;
mod json;
pub mod live;
pub mod mint;
pub mod model;
pub mod operation;
pub mod outcome;
mod params;
pub mod permission;
mod private;
mod project;
mod query;
mod rate;
mod reply;
mod routes;
mod server;
pub mod settings;
pub mod start;
pub mod store;
mod stub;
pub mod tls;
mod usage;
pub mod validate;
mod wire;

/// millpond's version.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
