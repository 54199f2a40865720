//! A length of time as JSON and fixtures write it.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::time::{SECOND_NS, TimeFault, clip};

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

/// Parses a length of time: `90s`, `15m`, `1h`, `2d`, `500ms`, several together (`1h30m`), or ISO 8601 (`PT1H30M`, `P2D`).
/// A leading `-` makes it negative. The result is in nanoseconds.
pub fn parse_duration(text: &str) -> Result<i64, TimeFault> {
    let fault = || TimeFault(format!("`{}` is no duration, such as 90s, 15m, 1h, 2d or PT1H30M", clip(text)));
    let trimmed = text.trim();
    let (sign, body) = match trimmed.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, trimmed.strip_prefix('+').unwrap_or(trimmed)),
    };
    let total = match body.strip_prefix(['P', 'p']) {
        Some(iso) => parse_iso(iso),
        None => parse_units(body, |unit| {
            Some(match unit {
                "ns" => 1,
                "us" => 1_000,
                "ms" => 1_000_000,
                "s" => SECOND_NS,
                "m" => 60 * SECOND_NS,
                "h" => 3_600 * SECOND_NS,
                "d" => 86_400 * SECOND_NS,
                "w" => 7 * 86_400 * SECOND_NS,
                _ => return None,
            })
        }),
    };
    total.map(|ns| ns * sign).ok_or_else(fault)
}

fn parse_iso(text: &str) -> Option<i64> {
    let upper = text.to_ascii_uppercase();
    let (date, time) = match upper.split_once('T') {
        Some((_, "")) => return None,
        Some((date, time)) => (date, time),
        None if upper.is_empty() => return None,
        None => (upper.as_str(), ""),
    };
    let part =
        |text: &str, units: fn(&str) -> Option<i64>| if text.is_empty() { Some(0) } else { parse_units(text, units) };
    let days = part(date, |unit| match unit {
        "W" => Some(7 * 86_400 * SECOND_NS),
        "D" => Some(86_400 * SECOND_NS),
        _ => None,
    })?;
    let rest = part(time, |unit| match unit {
        "H" => Some(3_600 * SECOND_NS),
        "M" => Some(60 * SECOND_NS),
        "S" => Some(SECOND_NS),
        _ => None,
    })?;
    days.checked_add(rest)
}

/// Reads `12h30m` style text: digits (with an optional fraction) and a unit, one or more times.
fn parse_units(mut text: &str, unit_ns: impl Fn(&str) -> Option<i64>) -> Option<i64> {
    let mut total: i64 = 0;
    if text.is_empty() {
        return None;
    }
    while !text.is_empty() {
        let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').filter(|at| *at > 0)?;
        let (number, rest) = text.split_at(digits);
        let unit_end = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        let (unit, rest) = rest.split_at(unit_end);
        let scale = unit_ns(unit)?;
        total = total.checked_add(times(number, scale)?)?;
        text = rest;
    }
    Some(total)
}

/// A decimal number times a scale, rounded towards zero; digits behind the ninth of a fraction do not count.
fn times(number: &str, scale: i64) -> Option<i64> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let fraction = &fraction[..fraction.len().min(9)];
    let tenths = 10_i128.pow(u32::try_from(fraction.len()).ok()?);
    let parts =
        i128::from(whole.parse::<i64>().ok()?).checked_mul(tenths)?.checked_add(fraction.parse::<i128>().ok()?)?;
    i64::try_from(parts.checked_mul(i128::from(scale))? / tenths).ok()
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

    #[test]
    fn durations_are_read_in_both_spellings() {
        for (text, seconds) in [
            ("90s", 90),
            ("15m", 900),
            ("1h", 3600),
            ("2d", 172_800),
            ("1h30m", 5400),
            ("PT1H30M", 5400),
            ("P1DT1S", 86_401),
            ("-1h", -3600),
        ] {
            assert_eq!(parse_duration(text), Ok(seconds * SECOND_NS), "{text}");
        }
        assert_eq!(parse_duration("1.5s"), Ok(1_500_000_000));
        for text in ["", "h", "1", "1x", "P", "PT", "99999999999999999d", "1h-"] {
            assert!(parse_duration(text).is_err(), "{text}");
        }
    }
}
