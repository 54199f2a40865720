//! The kinds of callers, and the roles that some of them have.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The role of a user without another one.
pub const ROLE_USER: &str = "user";
/// The role of guests.
pub const ROLE_GUEST: &str = "guest";
/// The role of anonymous callers.
pub const ROLE_ANONYMOUS: &str = "anonymous";
/// The id of whoever is nobody in particular (wire-contract 1.5).
pub const ANONYMOUS_ID: &str = "!anon";

/// Who called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Caller {
    /// A bearer of a server token.
    Server,
    /// A user.
    User,
    /// A guest.
    Guest,
    /// Nobody in particular.
    Anonymous,
    /// Nobody was let in, or nobody called.
    #[default]
    None,
}

impl Caller {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Server, Self::User, Self::Guest, Self::Anonymous, Self::None];
    /// Their words, in the same order.
    pub const WORDS: [&str; 5] = ["server", "user", "guest", "anonymous", "none"];

    /// The word for it.
    pub fn name(self) -> &'static str {
        Self::WORDS[self as usize]
    }
}
