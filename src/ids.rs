//! Identifiers: parsed once at the edge, trusted after.

use std::fmt;
use std::sync::Arc;

use serde::{Serialize, Serializer};

/// The number of one state of an app: the first column of every table's primary key. Never sent, and taken from nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AppId(pub i64);

/// Longest name of an app, in characters.
pub const APP_NAME_MAX_CHARS: usize = 255;

/// Longest api key, in characters; the shortest has one.
pub const API_KEY_MAX_CHARS: usize = 100;

/// Longest secret of an app, in characters; the shortest has one.
pub const API_SECRET_MAX_CHARS: usize = 1_000;

/// Whether an api key may have this character: those that no address changes.
pub fn is_api_key_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_-.".contains(c)
}

/// Refuses what is no api key, and says what one is.
pub fn check_api_key(key: &str) -> Result<(), String> {
    let is_one = (1..=API_KEY_MAX_CHARS).contains(&key.chars().count()) && key.chars().all(is_api_key_char);
    let why = || format!("an api key has 1 to {API_KEY_MAX_CHARS} letters, digits and the signs _ - .");
    is_one.then_some(()).ok_or_else(why)
}

/// Refuses what can be no app's secret, and says what can.
pub fn check_api_secret(secret: &str) -> Result<(), String> {
    let is_one = (1..=API_SECRET_MAX_CHARS).contains(&secret.chars().count());
    is_one.then_some(()).ok_or_else(|| format!("a secret has 1 to {API_SECRET_MAX_CHARS} characters"))
}

/// Longest user id, in bytes (wire-contract 4.1).
pub const USER_ID_MAX_BYTES: usize = 255;

/// A user's id: 1 to 255 letters, digits, and `@ _ - . ` (the wider of the two published rules, wire-contract 4.1).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UserId(Arc<str>);

/// Why a text is no user id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserIdFault {
    /// The text is empty.
    Empty,
    /// The text is longer than [`USER_ID_MAX_BYTES`].
    TooLong,
    /// The text has a character outside the allowed set.
    Character,
}

impl UserId {
    /// Parses a user id as the wire contract allows it.
    pub fn parse(text: &str) -> Result<Self, UserIdFault> {
        if text.is_empty() {
            return Err(UserIdFault::Empty);
        }
        if text.len() > USER_ID_MAX_BYTES {
            return Err(UserIdFault::TooLong);
        }
        let allowed = |c: char| c.is_ascii_alphanumeric() || "@_-. ".contains(c);
        if text.chars().all(allowed) { Ok(Self(text.into())) } else { Err(UserIdFault::Character) }
    }

    /// Takes an id that was judged elsewhere: a verified token's `user_id`, or a row of the database.
    pub fn trusted(text: &str) -> Self {
        Self(text.into())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::borrow::Borrow<str> for UserId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl Serialize for UserId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// Longest id of a feed or of its group, in characters (feeds-core 1.1).
pub const FEED_ID_MAX_CHARS: usize = 255;

/// A feed's address: the id of its group and its own within it, `group:id` on the wire, parted at the first colon.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FeedId {
    whole: Arc<str>,
    colon: usize,
}

impl FeedId {
    /// The address of a feed in a group; `None` where one of the two is no id: 1 to 255 letters, digits and the signs that
    /// users' ids may have.
    pub fn new(group: &str, id: &str) -> Option<Self> {
        let is_id = |text: &str| {
            let is_fitting = |c: char| c.is_ascii_alphanumeric() || "@_-. ".contains(c);
            !text.is_empty() && text.len() <= FEED_ID_MAX_CHARS && text.chars().all(is_fitting)
        };
        (is_id(group) && is_id(id)).then(|| Self { whole: format!("{group}:{id}").into(), colon: group.len() })
    }

    /// Parses `group:id`.
    pub fn parse(text: &str) -> Option<Self> {
        let (group, id) = text.split_once(':')?;
        Self::new(group, id)
    }

    /// The id of its group.
    pub fn group(&self) -> &str {
        &self.whole[..self.colon]
    }

    /// Its id within the group.
    pub fn id(&self) -> &str {
        &self.whole[self.colon + 1..]
    }

    /// The whole address.
    pub fn as_str(&self) -> &str {
        &self.whole
    }
}

impl fmt::Display for FeedId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.whole)
    }
}

impl Serialize for FeedId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.whole)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_takes_letters_digits_and_the_documented_signs() {
        for id in ["john", "a@b.c", "with space", "UPPER_low-9"] {
            assert_eq!(UserId::parse(id).map(|id| id.to_string()), Ok(id.to_owned()));
        }
    }

    #[test]
    fn an_id_is_refused_for_its_length_and_its_characters() {
        assert_eq!(UserId::parse(""), Err(UserIdFault::Empty));
        assert_eq!(UserId::parse(&"x".repeat(256)), Err(UserIdFault::TooLong));
        for id in ["a|b", "a'b", "a\0b", "é", "😀", "a/b", "!anon"] {
            assert_eq!(UserId::parse(id), Err(UserIdFault::Character), "{id:?}");
        }
    }

    #[test]
    fn a_feeds_address_is_parted_at_its_colon() {
        let feed = FeedId::parse("user:john.1").expect("an address");
        assert_eq!((feed.group(), feed.id(), feed.as_str()), ("user", "john.1", "user:john.1"));
        for text in ["", ":", "user", "user:", ":john", "user:a:b", "user:a/b", &format!("user:{}", "x".repeat(256))] {
            assert_eq!(FeedId::parse(text), None, "{text:?}");
        }
    }
}
