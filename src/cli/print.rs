//! The one place that writes to the terminal: results to stdout, all else to stderr.

use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write};

use serde_json::Value;

use crate::clock::Time;
use crate::outcome::{Failure, failed};

/// Writes a result and a line end to stdout. A reader who has gone (`| head`) is no failure.
pub fn out(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.write_all(b"\n")).and_then(|()| stdout.flush()) {
        Err(cause) if cause.kind() != io::ErrorKind::BrokenPipe => {
            Err(failed(format!("cannot write to stdout: {cause}")))
        }
        _ => Ok(()),
    }
}

/// Writes a JSON value for people and programs: indented, to stdout.
pub fn json(value: &impl serde::Serialize) -> Result<(), Failure> {
    out(&serde_json::to_string_pretty(value).map_err(anyhow::Error::from)?)
}

/// Writes an answer: as JSON, or the text that says the same to people.
pub fn answer(as_json: bool, value: &impl serde::Serialize, text: &str) -> Result<(), Failure> {
    if as_json { json(value) } else { out(text) }
}

/// Writes a line to stderr. Where stderr is gone, nobody is left to be told.
pub fn note(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Asks on stderr, where stdout may be read by a program; the answer comes on the same line.
pub fn ask(question: &str) {
    let mut stderr = io::stderr().lock();
    let _ = stderr.write_all(question.as_bytes()).and_then(|()| stderr.flush());
}

/// Writes why a verb failed.
pub fn error(text: &str) {
    note(&format!("{} {text}", Paint::stderr().red("error:")));
}

/// Text of a stranger's without control characters, so that it cannot drive the terminal.
pub fn plain(text: &str) -> String {
    let mut plain = String::new();
    for c in text.chars() {
        if c.is_control() { plain.extend(c.escape_default()) } else { plain.push(c) }
    }
    plain
}

/// A JSON value as plain text: strings bare, the rest as JSON.
pub fn bare(value: &Value) -> String {
    value.as_str().map_or_else(|| plain(&value.to_string()), plain)
}

/// The same for a table: what is not there is a dash.
pub fn cell(value: &Value) -> String {
    if value.is_null() { "-".to_owned() } else { bare(value) }
}

/// A moment for a table, in UTC and to the second: without its day when that is the day of `now`.
pub fn time(value: &Value, now: Option<Time>) -> String {
    moment(value, now, "HH:MM:SS".len())
}

/// The same to the millisecond.
pub fn time_ms(value: &Value, now: Option<Time>) -> String {
    moment(value, now, "HH:MM:SS.mmm".len())
}

fn moment(value: &Value, now: Option<Time>, length: usize) -> String {
    // Some answers tell times in text, some in nanoseconds.
    let moment = value.as_str().and_then(|text| Time::parse(text).ok()).or(value.as_i64().map(Time));
    let Some(text) = moment.map(Time::rfc3339) else { return cell(value) };
    let today = now.map(Time::rfc3339).unwrap_or_default();
    let (day, clock) = text.trim_end_matches('Z').split_once('T').unwrap_or_default();
    let fraction = if clock.contains('.') { "000" } else { ".000" };
    let clock: String = clock.chars().chain(fraction.chars()).take(length).collect();
    if today.starts_with(day) { clock } else { format!("{day} {clock}") }
}

/// A list for people. One that is empty says what there is none of, and how that is changed.
pub fn list(head: &[&str], rows: Vec<Vec<String>>, none: &str, how: &str) -> String {
    if rows.is_empty() {
        return format!("{}; {how}", plain(none));
    }
    let head = head.iter().copied().map(str::to_owned).collect();
    table(&[vec![head], rows].concat())
}

/// Rows with their columns aligned, two blanks apart; the last column is not filled up.
pub fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    let widths: Vec<_> = (0..columns).map(|column| width(column).unwrap_or_default()).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            // Writing to a string cannot fail.
            let _ = write!(line, "{cell:width$}  ");
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text.truncate(text.trim_end_matches('\n').len());
    text
}

/// Colours, where they are wanted: on a terminal, and unless `NO_COLOR` says no.
#[derive(Clone, Copy, Debug)]
pub struct Paint(bool);

impl Paint {
    /// For what goes to stdout.
    pub fn stdout() -> Self {
        Self(io::stdout().is_terminal() && wanted())
    }

    /// For what goes to stderr.
    pub fn stderr() -> Self {
        Self(io::stderr().is_terminal() && wanted())
    }

    /// No colours.
    #[cfg(test)]
    pub const OFF: Self = Self(false);

    fn with(self, code: &str, text: &str) -> String {
        if self.0 { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    /// What matters most.
    pub fn bold(self, text: &str) -> String {
        self.with("1", text)
    }

    /// What may be passed over.
    pub fn dim(self, text: &str) -> String {
        self.with("2", text)
    }

    /// What is wrong.
    pub fn red(self, text: &str) -> String {
        self.with("1;31", text)
    }

    /// What is fine.
    pub fn green(self, text: &str) -> String {
        self.with("32", text)
    }

    /// What deserves a look.
    pub fn yellow(self, text: &str) -> String {
        self.with("33", text)
    }
}

fn wanted() -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !set("NO_COLOR") && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_and_lines_end_without_blanks() {
        let rows = [vec!["a".to_owned(), "bc".to_owned()], vec!["äöü".to_owned(), String::new()]];
        assert_eq!(table(&rows), "a    bc\näöü");
    }

    #[test]
    fn a_time_is_read_at_a_glance() {
        let now = Time::parse("2026-01-31T12:00:00Z").ok();
        let shown = |value: Value| [time(&value, now), time_ms(&value, now)];
        assert_eq!(shown("2026-01-31T09:05:07.123456789Z".into()), ["09:05:07", "09:05:07.123"]);
        assert_eq!(shown(1_769_860_800_000_000_000_i64.into()), ["12:00:00", "12:00:00.000"]);
        let other = ["2026-02-01 09:05:07", "2026-02-01 09:05:07.000"];
        assert_eq!(shown("2026-02-01T09:05:07Z".into()), other);
        assert_eq!(time(&"2026-01-31T09:05:07Z".into(), None), "2026-01-31 09:05:07");
        assert_eq!(shown(Value::Null), ["-", "-"]);
    }

    #[test]
    fn a_strangers_text_cannot_drive_the_terminal() {
        assert_eq!(plain("a\x1b[31m\u{9b}é"), "a\\u{1b}[31m\\u{9b}é");
    }
}
