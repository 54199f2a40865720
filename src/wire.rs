//! The vendor's shapes, and its dialects: the one place where times and users are written (design.md 4).
//!
//! Answers and events hold plain values; the dialect of the mount point is set while they are serialized.

use std::cell::Cell;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::clock::Time;

pub mod events;
pub mod user_request;
pub mod users;

/// How a mount point writes times and users.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// `/api/v2`: integer nanoseconds, custom data nested.
    V2,
    /// Un-prefixed: RFC 3339, custom data flattened into the user.
    Legacy,
    /// `/video`: RFC 3339, custom data nested.
    Video,
}

thread_local! {
    static DIALECT: Cell<Dialect> = const { Cell::new(Dialect::V2) };
}

/// Serializes in a dialect.
pub fn to_json<T: Serialize + ?Sized>(dialect: Dialect, value: &T) -> serde_json::Result<Vec<u8>> {
    let before = DIALECT.replace(dialect);
    let bytes = serde_json::to_vec(value);
    DIALECT.set(before);
    bytes
}

impl Dialect {
    /// All dialects; a dialect's place here is its index.
    pub const ALL: [Self; 3] = [Self::V2, Self::Legacy, Self::Video];

    /// The word for it.
    pub fn name(self) -> &'static str {
        ["v2", "legacy", "video"][self as usize]
    }

    /// What its paths begin with.
    pub fn prefix(self) -> &'static str {
        ["/api/v2", "", "/video"][self as usize]
    }
}

fn dialect() -> Dialect {
    DIALECT.get()
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match dialect() {
            // Plain integers: Go and Android read nothing else (wire-contract, trap 2).
            Dialect::V2 => serializer.serialize_i64(self.0),
            Dialect::Legacy | Dialect::Video => serializer.serialize_str(&self.rfc3339()),
        }
    }
}

/// An answer without content of its own.
#[derive(Serialize)]
pub struct Empty {}

/// Writes an optional member: absent rather than null (wire-contract 4.1).
fn optional<M: SerializeMap, T: Serialize>(map: &mut M, key: &'static str, value: Option<&T>) -> Result<(), M::Error> {
    match value {
        Some(value) => map.serialize_entry(key, value),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_integers_on_v2_and_text_elsewhere() {
        let time = Time(1_719_229_488_171_042_576);
        let written = |dialect| String::from_utf8(to_json(dialect, &time).expect("serializes")).expect("text");
        assert_eq!(written(Dialect::V2), "1719229488171042576");
        assert_eq!(written(Dialect::Legacy), "\"2024-06-24T11:44:48.171042576Z\"");
        assert_eq!(written(Dialect::Video), "\"2024-06-24T11:44:48.171042576Z\"");
    }
}
