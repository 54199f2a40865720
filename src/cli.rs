//! The command line.
pub mod holder;
