//! What the verdict knows beside what is shown: of the app, of the user, of the token. Plain values: nothing here knows where
//! they are kept.

use serde::Serialize;

use super::kind::ROLE_USER;
use super::revocation::Revocation;
use crate::settings::emulator::Emulator;
use crate::settings::rules::Rules;

/// What an app lays down about those who call it.
#[derive(Clone, Copy, Debug)]
pub struct AppFacts<'a> {
    /// Those of Stream's settings that change what millpond does.
    pub rules: &'a Rules,
    /// millpond's own settings.
    pub emulator: &'a Emulator,
    /// Which user tokens are refused by the time of their issue.
    pub revocation: Option<Revocation>,
}

/// What authentication and permission know of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserFacts {
    /// Tokens issued before a moment, and those without `iat`, are refused.
    pub revocation: Option<Revocation>,
    /// The user was deactivated.
    pub deactivated: bool,
    /// The user was deleted.
    pub deleted: bool,
    /// The role.
    pub role: String,
    /// The teams.
    pub teams: Vec<String>,
}

impl UserFacts {
    /// What holds of a user of whom nothing special is known.
    pub fn ordinary() -> Self {
        Self { revocation: None, deactivated: false, deleted: false, role: ROLE_USER.to_owned(), teams: Vec::new() }
    }

    /// Whether nothing special is known.
    pub fn is_ordinary(&self) -> bool {
        *self == Self::ordinary()
    }
}

/// As what a token was ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// As if its `exp` were past.
    Expired,
    /// As if it had been revoked.
    Revoked,
}

impl End {
    /// Every kind.
    pub const ALL: [Self; 2] = [Self::Expired, Self::Revoked];
    /// The word for each.
    pub const WORDS: [&'static str; 2] = ["expired", "revoked"];

    /// The word for it.
    pub const fn name(self) -> &'static str {
        Self::WORDS[self as usize]
    }

    /// Reads the word for it.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|end| end.name() == word)
    }
}
