//! Fixtures: files that describe apps, users and tokens. Parsing is here and knows nothing of the store.
//!
//! `tree` and `build` read YAML (and so JSON) into nodes that know where they stand, `decode` makes the types of [`mod@format`] out of them and
//! goes on after a mistake, `check` finds what makes no sense together. [`apply`] puts a fixture into the store, [`export`] takes one
//! out. [`shipped`] holds the scenarios of `fixtures/`.

pub mod apply;
pub mod beside;
mod build;
mod check;
#[macro_use]
mod decode;
pub mod defaults;
mod emulator;
pub mod export;
pub(crate) mod faults;
pub mod format;
mod named;
mod problem;
pub mod shipped;
pub(crate) mod stubs;
mod times;
mod tree;

pub(crate) use problem::{Problem, Refused, did_you_mean};
