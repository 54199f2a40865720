//! A token's times as an app judges them. Values: nothing here reads a clock.

use super::token::Token;
use crate::clock::Time;

/// The times of one token, by the app's clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Times {
    /// The last moment at which the token is good.
    pub expiry: Option<Time>,
    /// The first moment at which it is good.
    pub not_before: Option<Time>,
    /// When it was issued.
    pub issued: Option<Time>,
}

impl Times {
    /// The times as they stand in the token.
    pub fn as_sent(token: &Token) -> Self {
        Self {
            expiry: token.exp.map(Time::from_seconds),
            not_before: token.nbf.map(Time::from_seconds),
            issued: token.iat.map(Time::from_seconds),
        }
    }
}
