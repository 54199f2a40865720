//! A length of time as JSON and fixtures write it.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{SECOND_NS, TimeFault, parse_duration};

/// A length of time in nanoseconds, written as text: `500ms`, `90s`, `1h`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DurationNs(pub i64);

impl DurationNs {
    /// Reads `90s`, `15m`, `1h`, `2d`, `1h30m` or ISO 8601.
    pub fn parse(text: &str) -> Result<Self, TimeFault> {
        parse_duration(text).map(Self)
    }
}

impl fmt::Display for DurationNs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [(&str, i64); 6] = [
            ("d", 86_400 * SECOND_NS),
            ("h", 3_600 * SECOND_NS),
            ("m", 60 * SECOND_NS),
            ("s", SECOND_NS),
            ("ms", 1_000_000),
            ("us", 1_000),
        ];
        let (unit, ns) = UNITS.into_iter().find(|(_, ns)| self.0 != 0 && self.0 % ns == 0).unwrap_or(("ns", 1));
        match self.0 {
            0 => f.write_str("0s"),
            length => write!(f, "{}{unit}", length / ns),
        }
    }
}

impl Serialize for DurationNs {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for DurationNs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for DurationNs {
    fn schema_name() -> Cow<'static, str> {
        "Duration".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A length of time: 90s, 15m, 1h, 2d, 1h30m, or ISO 8601 (PT1H30M). A leading `-` makes it negative.",
            "type": "string",
            "examples": ["1h", "90s", "2d"],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        for ns in [0, 1, -1, 1_500, 90 * SECOND_NS, -3_600 * SECOND_NS, 86_400 * SECOND_NS, i64::MAX, -i64::MAX] {
            let written = serde_json::to_string(&DurationNs(ns)).expect("text");
            assert_eq!(serde_json::from_str::<DurationNs>(&written).expect("read"), DurationNs(ns));
        }
    }
}
