//! The command line: the built binary, a working directory for each test, always a free port.

mod clients;
mod connections;
#[cfg(unix)]
mod crash;
#[cfg(unix)]
mod docs;
#[cfg(unix)]
mod doctor;
mod ended_tokens;
#[cfg(unix)]
mod exec;
mod faults;
mod fixture_files;
mod harness;
mod help;
#[cfg(unix)]
mod init;
mod lists;
mod process;
mod requests;
#[cfg(unix)]
mod safety;
mod serving;
mod signing;
mod states;
mod stubs;
mod tls;
#[cfg(unix)]
mod trouble;
mod users;
