//! What a run of the program comes to: an exit code, or why it failed.

use std::fmt;

/// What a verb comes to.
pub type Outcome = Result<i32, Failure>;

/// Exit code: done.
pub const DONE: i32 = 0;
/// Exit code: it failed, or the answer is no.
pub const FAILED: i32 = 1;
/// Exit code: the input is bad.
pub const BAD_INPUT: i32 = 2;

/// Why a verb failed, or a process did not start.
#[derive(Debug)]
pub enum Failure {
    /// What it was started with is wrong: exit 2.
    Input(String),
    /// It could not: exit 1.
    Other(anyhow::Error),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Input(message) => f.write_str(message),
            Self::Other(cause) => write!(f, "{cause:#}"),
        }
    }
}

impl std::error::Error for Failure {}

impl From<anyhow::Error> for Failure {
    fn from(cause: anyhow::Error) -> Self {
        Self::Other(cause)
    }
}

/// Bad input: exit 2.
pub fn input(message: impl Into<String>) -> Failure {
    Failure::Input(message.into())
}

/// A failure: exit 1.
pub fn failed(message: impl Into<String>) -> Failure {
    Failure::Other(anyhow::anyhow!(message.into()))
}
