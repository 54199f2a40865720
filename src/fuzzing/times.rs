//! Lengths of time, moments, and what fixtures take for either.

use crate::clock::{ClockMode, DurationNs, Time, parse_duration};
use crate::fixture::format::When;

/// The bytes as a duration, a time, a fixture's time, and a number of nanoseconds.
pub fn times(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    if let Ok(ns) = parse_duration(text) {
        duration(text, ns);
    }
    if let Ok(time) = Time::parse(text) {
        moment(time);
    }
    if let Ok(when) = When::parse(text) {
        written(when);
    }
    if let Ok(ns) = text.trim().parse::<i64>() {
        moment(Time(ns));
        if let Ok(when) = When::from_integer(ns) {
            written(when);
        }
    }
}

fn duration(text: &str, ns: i64) {
    let length = DurationNs(ns);
    assert_eq!(parse_duration(&length.to_string()), Ok(ns), "{text:?} is written as {length}");
    let trimmed = text.trim();
    let opposite = match trimmed.strip_prefix('-') {
        Some(rest) => rest.to_owned(),
        None => format!("-{}", trimmed.strip_prefix('+').unwrap_or(trimmed)),
    };
    assert_eq!(parse_duration(&opposite), Ok(-ns), "{opposite:?}");
    if trimmed.starts_with(|c: char| c.is_ascii_digit()) {
        for (at, _) in trimmed.char_indices() {
            if let (Ok(one), Ok(rest)) = (parse_duration(&trimmed[..at]), parse_duration(&trimmed[at..])) {
                assert_eq!(one + rest, ns, "{:?} and {:?}", &trimmed[..at], &trimmed[at..]);
            }
        }
    }
    for mode in [ClockMode::System, ClockMode::moved(ns), ClockMode::Frozen(Time(ns))] {
        let moved = mode.advanced(ns).advanced(ns);
        if let ClockMode::Offset(offset) = moved {
            assert_eq!(parse_duration(&DurationNs(offset).to_string()), Ok(offset));
        }
        moment(moved.now());
    }
}

fn moment(time: Time) {
    let text = time.rfc3339();
    assert_eq!(Time::parse(&text), Ok(time), "{text}");
    assert!(time.http_date().ends_with(" GMT"), "{}", time.http_date());
    assert_eq!(Time::from_seconds(time.seconds()).0.div_euclid(crate::clock::SECOND_NS), time.seconds());
}

fn written(when: When) {
    assert_eq!(When::parse(&when.to_string()), Ok(when), "{when}");
    let json = serde_json::to_value(when).map_err(|cause| cause.to_string());
    assert_eq!(json, Ok(when.to_string().into()));
    for now in [Time(0), Time::from_seconds(1_769_860_800)] {
        moment(when.resolve(now));
    }
}
