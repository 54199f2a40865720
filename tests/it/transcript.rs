//! What was said to the server and what it answered, as snapshots show it.
//!
//! Only what differs from run to run is hidden, and only after its shape was checked: durations, UUIDs, tokens, the
//! app's number. Times are exact, since each app's clock stands still.

use std::fmt::Write as _;

use serde_json::Value;

use crate::app::{Answer, Caller, TestApp};

/// When the clocks of transcripts stand: 2026-01-31T12:00:00Z.
pub const NOW: &str = "2026-01-31T12:00:00Z";
/// The same in nanoseconds.
pub const NOW_NS: i64 = 1_769_860_800_000_000_000;

/// The mount points that have every operation but the odd one.
pub const MOUNTS: [&str; 3] = ["/api/v2", "", "/video"];

/// A new app whose clock stands at [`NOW`].
pub fn frozen_app() -> TestApp {
    let app = TestApp::new();
    app.freeze(NOW);
    app
}

/// Calls and answers, in order.
#[derive(Default)]
pub struct Transcript(String);

impl Transcript {
    /// Calls and writes down.
    #[track_caller]
    pub fn call(&mut self, caller: &Caller, method: &str, path: &str, body: &Value) -> Answer {
        let given = (!body.is_null()).then_some(body);
        let answer = caller.call(method, path, given);
        writeln!(
            self.0,
            "{method} {}{}",
            without_uuids(path),
            given.map(|body| format!(" {body}")).unwrap_or_default()
        )
        .unwrap();
        writeln!(self.0, "{}\n", shown(&answer)).unwrap();
        answer
    }

    /// Writes down something beside.
    pub fn note(&mut self, text: &str) {
        writeln!(self.0, "{text}\n").unwrap();
    }
}

/// The same talk on each mount point, with an app of its own on each.
#[track_caller]
pub fn on_each_mount(talk: impl Fn(&TestApp, &str, &mut Transcript)) -> String {
    on(&MOUNTS, talk)
}

/// The same talk on some mount points.
#[track_caller]
pub fn on(mounts: &[&str], talk: impl Fn(&TestApp, &str, &mut Transcript)) -> String {
    let mut transcript = Transcript::default();
    for mount in mounts {
        talk(&frozen_app(), mount, &mut transcript);
    }
    transcript.0.trim_end().to_owned()
}

/// Status and complete body.
#[track_caller]
pub fn shown(answer: &Answer) -> String {
    assert!(answer.body.is_object(), "every body is an object: {}", answer.text);
    assert!(!has_null(&answer.body), "what is not there is absent, not null: {}", answer.text);
    let mut body = answer.body.clone();
    let is_error = body.get("StatusCode").is_some();
    let duration = body["duration"].as_str().unwrap();
    if is_error {
        assert_eq!(duration, "0");
    } else {
        assert!(is_duration(duration), "{duration}");
        body["duration"] = "[duration]".into();
    }
    if let Some(id) = body.get_mut("app").and_then(|app| app.get_mut("id")) {
        assert!(id.is_u64());
        *id = "[number]".into();
    }
    if let Some(token) = body.get_mut("access_token") {
        assert_eq!(token.as_str().unwrap().split('.').filter(|part| !part.is_empty()).count(), 3);
        *token = "[token]".into();
    }
    format!("{} {}", answer.status, without_uuids(&serde_json::to_string_pretty(&body).unwrap()))
}

fn has_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.iter().any(has_null),
        Value::Object(members) => members.values().any(has_null),
        _ => false,
    }
}

/// Milliseconds as Go writes them: `0.43ms`.
pub fn is_duration(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.strip_suffix("ms")
        .and_then(|number| number.split_once('.'))
        .is_some_and(|(whole, part)| digits(whole) && digits(part) && part.len() == 2)
}

/// Whether a text is a version 4 UUID in lower case.
pub fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.char_indices().all(|(at, c)| match at {
            8 | 13 | 18 | 23 => c == '-',
            14 => c == '4',
            19 => "89ab".contains(c),
            _ => matches!(c, '0'..='9' | 'a'..='f'),
        })
}

/// The text with `[uuid]` in place of each UUID.
fn without_uuids(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if rest.get(..36).is_some_and(is_uuid) {
            out.push_str("[uuid]");
            rest = &rest[36..];
        } else {
            out.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    out
}

/// Status, code and text of a refusal, with the operation's name around the text.
#[track_caller]
pub fn refused(answer: &Answer, operation: &str, status: u16, code: i64, text: &str) {
    let message = format!("{operation} failed with error: \"{text}\"");
    assert_eq!(answer.error(), (status, code, message));
}
