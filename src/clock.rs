//! Time. One clock per app; this file is the only reader of the system time (clippy forbids the others).

use std::fmt;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use chrono::{DateTime, NaiveDateTime, Utc};

mod duration;
mod history;

pub use duration::DurationNs;
pub use history::{Clock, History, MOVES_MAX, Moment, Run};

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
    /// As HTTP headers have it: `Sat, 31 Jan 2026 12:00:00 GMT` (RFC 9110 5.6.7).
    pub fn http_date(self) -> String {
        DateTime::from_timestamp_nanos(self.0).format("%a, %d %b %Y %H:%M:%S GMT").to_string()
    }
}

fn clip(text: &str) -> String {
    text.chars().take(60).collect()
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

/// How an app's clock runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockMode {
    /// The system's time.
    System,
    /// The system's time moved by this many nanoseconds.
    Offset(i64),
    /// Standing still.
    Frozen(Time),
}

impl ClockMode {
    /// The moment that a clock of this mode shows.
    pub fn now(self) -> Time {
        self.at(system_now())
    }

    /// What a clock of this mode shows at a moment of the system's time.
    pub fn at(self, wall: Time) -> Time {
        match self {
            Self::System => wall,
            Self::Offset(ns) => wall.plus(ns),
            Self::Frozen(at) => at,
        }
    }

    /// The mode after moving the clock by this many nanoseconds.
    #[must_use]
    pub fn advanced(self, ns: i64) -> Self {
        match self {
            Self::System => Self::moved(ns),
            Self::Offset(offset) => Self::moved(offset.saturating_add(ns)),
            Self::Frozen(at) => Self::Frozen(at.plus(ns)),
        }
    }

    /// The system's time moved by this many nanoseconds, at the most to the last moment that there is: what lay behind it
    /// would have to be taken back before the clock could be seen to go back.
    #[must_use]
    pub fn moved(ns: i64) -> Self {
        // The least number has no opposite, and could not be written as a duration.
        Self::Offset(ns.max(-i64::MAX).min(i64::MAX.saturating_sub(system_now().0)))
    }
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

    #[test]
    fn a_clock_that_ran_into_an_edge_comes_back_from_it_at_once() {
        const DAY_NS: i64 = 86_400 * SECOND_NS;
        for sign in [1, -1] {
            let far = sign * 106_751 * DAY_NS;
            let edge = ClockMode::moved(far).advanced(far).advanced(far);
            let back = edge.advanced(-sign * DAY_NS);
            let way = back.now().0.abs_diff(edge.now().0);
            assert!(way.abs_diff(DAY_NS.unsigned_abs()) < (60 * SECOND_NS).unsigned_abs(), "{sign}: {way}");
        }
    }
}
