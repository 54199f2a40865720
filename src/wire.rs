//! The vendor's shapes, and its dialects: the one place where times and users are written (design.md 4).
//!
//! Answers and events hold plain values; the dialect of the mount point is set while they are serialized.

use std::cell::Cell;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::clock::Time;

pub mod blocklists;
pub mod events;
pub mod feeds;
pub mod moderation;
pub mod user_groups;
pub mod user_request;
pub mod users;

pub use crate::dialect::Dialect;

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
