//! The command line: the built binary, a working directory for each test, always a free port.

mod clients;
#[cfg(unix)]
mod exec;
mod harness;
mod help;
mod requests;
mod serving;
mod signing;
