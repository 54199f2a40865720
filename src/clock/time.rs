//! A moment; this file is the only reader of the system time (clippy forbids the others).

use std::fmt::{self, Write as _};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use chrono::{DateTime, NaiveDateTime, Utc};

/// Nanoseconds in a second.
pub const SECOND_NS: i64 = 1_000_000_000;

/// A moment, in nanoseconds since the Unix epoch. Holds the years 1677 to 2262.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(pub i64);

/// A text that names no moment or no length of time; says what would.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeFault(pub String);

impl fmt::Display for TimeFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Time {
    /// The earliest moment. Written as Go's zero time, which stands for "never" (wire-contract 1.5).
    pub const NEVER: Self = Self(i64::MIN);

    /// From whole seconds since the epoch, as in a token's claims. Out of range saturates.
    pub fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(SECOND_NS))
    }

    /// Whole seconds since the epoch, rounded down.
    pub fn seconds(self) -> i64 {
        self.0.div_euclid(SECOND_NS)
    }

    /// This moment moved by a number of nanoseconds. Out of range saturates.
    #[must_use]
    pub fn plus(self, ns: i64) -> Self {
        Self(self.0.saturating_add(ns))
    }

    /// Parses RFC 3339 with any offset, or without a zone (taken as UTC).
    ///
    /// Years 0 to 9999 are read; what does not fit in 64 bits of nanoseconds is moved to the nearest moment that does.
    pub fn parse(text: &str) -> Result<Self, TimeFault> {
        let text = text.trim();
        let moment = DateTime::parse_from_rfc3339(text).map(|t| t.to_utc()).or_else(|_| {
            ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f"]
                .iter()
                .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
                .map(|t| t.and_utc())
                .ok_or_else(|| TimeFault(format!("`{}` is no RFC 3339 time, such as 2026-01-31T12:00:00Z", clip(text))))
        })?;
        Ok(Self::saturating(moment))
    }

    fn saturating(moment: DateTime<Utc>) -> Self {
        let edge = if moment.timestamp() < 0 { i64::MIN } else { i64::MAX };
        Self(moment.timestamp_nanos_opt().unwrap_or(edge))
    }

    /// RFC 3339 in UTC with up to nine fraction digits, trailing zeros trimmed, as the legacy dialect writes times.
    pub fn rfc3339(self) -> String {
        if self == Self::NEVER {
            return "0001-01-01T00:00:00Z".to_owned();
        }
        let moment = DateTime::from_timestamp_nanos(self.0);
        let mut text = moment.format("%Y-%m-%dT%H:%M:%S%.9f").to_string();
        text.truncate(text.trim_end_matches('0').trim_end_matches('.').len());
        text.push('Z');
        text
    }
}

impl Time {
    /// In UTC by a format as C's `strftime` takes it; empty where that is none.
    pub fn strftime(self, format: &str) -> String {
        let mut text = String::new();
        match write!(text, "{}", DateTime::from_timestamp_nanos(self.0).format(format)) {
            Ok(()) => text,
            Err(fmt::Error) => String::new(),
        }
    }

    /// As HTTP headers have it: `Sat, 31 Jan 2026 12:00:00 GMT` (RFC 9110 5.6.7).
    pub fn http_date(self) -> String {
        DateTime::from_timestamp_nanos(self.0).format("%a, %d %b %Y %H:%M:%S GMT").to_string()
    }
}

pub(super) fn clip(text: &str) -> String {
    text.chars().take(60).collect()
}

/// The system's time. Only for clocks, and for what real time alone can measure (a process's start, a time to live).
#[expect(clippy::disallowed_methods, reason = "the one place that reads the system time")]
pub fn system_now() -> Time {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Time(i64::try_from(since.as_nanos()).unwrap_or(i64::MAX))
}

/// Measures how long something takes.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts.
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// Milliseconds since the start.
    pub fn milliseconds(self) -> f64 {
        self.0.elapsed().as_secs_f64() * 1000.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_with_any_offset_and_without_one() {
        let noon = Time(1_769_860_800 * SECOND_NS);
        for text in
            ["2026-01-31T12:00:00Z", "2026-01-31T14:00:00+02:00", "2026-01-31T12:00:00", "2026-01-31T12:00:00.000"]
        {
            assert_eq!(Time::parse(text), Ok(noon), "{text}");
        }
        assert_eq!(Time::parse("2026-01-31T12:00:00.171042576Z"), Ok(noon.plus(171_042_576)));
    }

    #[test]
    fn times_out_of_range_saturate_and_nonsense_is_refused() {
        assert_eq!(Time::parse("0000-01-01T00:00:00Z"), Ok(Time(i64::MIN)));
        assert_eq!(Time::parse("9999-01-01T00:00:00Z"), Ok(Time(i64::MAX)));
        for text in ["300000-01-01T00:00:00Z", "yesterday", "", "2026-13-01T00:00:00Z"] {
            assert!(Time::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn legacy_times_drop_trailing_zeros() {
        assert_eq!(Time(1_712_222_771_805_899_000).rfc3339(), "2024-04-04T09:26:11.805899Z");
        assert_eq!(Time(1_769_860_800 * SECOND_NS).rfc3339(), "2026-01-31T12:00:00Z");
        assert_eq!(Time(-1).rfc3339(), "1969-12-31T23:59:59.999999999Z");
    }
}
