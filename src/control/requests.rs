//! The journal: list, count, clear, wait for a match, verify what was expected.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::Control;
use super::answers::{Cleared, Count};
use super::body::ControlBody;
use super::endpoint::Parameter;
use super::error::{ControlError, Result};
use super::shapes;
use crate::clock::{SECOND_NS, parse_duration};
use crate::journal::tail::{News, Tail};
use crate::journal::{ENTRIES_MAX, Entry, exchange};
use crate::live::hub::Hub;

pub mod everywhere;
pub mod filter;
pub mod parameters;
pub mod told;
pub mod verify;

use super::code::ControlCode;
use filter::{Asked, Filter};
use told::{Entries, InVain, Matched};
use verify::{Account, Expectation, Times};

/// Entries of one answer where nothing is said.
const LIMIT_DEFAULT: usize = 100;
/// Entries of one answer at the most: the whole journal.
pub const LIMIT_MAX: usize = ENTRIES_MAX;
/// How long a wait lasts where nothing is said.
const WAIT_DEFAULT: Duration = Duration::from_secs(5);
/// The longest wait.
const WAIT_MAX: Duration = Duration::from_secs(60);
/// Entries that a wait in vain tells of although they did not match.
const SEEN_MAX: usize = 20;
/// Expectations that are verified together at the most.
const EXPECTATIONS_MAX: usize = 100;

/// An entry, and what was said in the call.
#[derive(Serialize, JsonSchema)]
pub struct Whole {
    #[serde(flatten)]
    entry: Arc<Entry>,
    /// What came, with secrets masked. Null throughout where nothing is kept.
    request: exchange::Request,
    /// What was answered, likewise.
    answer: exchange::Body,
}

/// Whether the newest come first.
fn is_newest_first(asked: &Asked) -> Result<bool> {
    match asked.params.get("order").filter(|word| !word.is_empty()) {
        None | Some("desc") => Ok(true),
        Some("asc") => Ok(false),
        Some(_) => Err(ControlError::invalid("/order", "order has to be desc (the newest first) or asc")),
    }
}

/// Entries as a list in the order that was asked for, how many there are in all, and whether that is more.
struct Page<T> {
    entries: Vec<T>,
    total: usize,
    is_cut: bool,
}

impl<T> Page<T> {
    /// Of all that match, the oldest first.
    fn of(asked: &Asked, mut found: Vec<T>) -> Result<Self> {
        let (total, limit) = (found.len(), asked.number("limit", 1, LIMIT_MAX, LIMIT_DEFAULT)?);
        if is_newest_first(asked)? {
            found.reverse();
        }
        found.truncate(limit);
        Ok(Self { entries: found, total, is_cut: total > limit })
    }
}

/// `GET /apps/{api_key}/requests`. `next` is the id to go on with: as `before`, or as `after` with `order=asc`.
pub async fn list(control: Data<Control>, key: Path<String>, request: HttpRequest) -> Result<HttpResponse> {
    let asked = Asked::parse(request.query_string(), &["after", "before", "limit", "order"])?;
    let app = control.app(&key)?;
    let before = asked.id("before")?.unwrap_or(u64::MAX);
    let found = app.journal.pull(asked.after, ENTRIES_MAX).entries.into_iter();
    let found = found.filter(|entry| entry.id < before && asked.filter.matches(entry));
    let page = Page::of(&asked, found.collect())?;
    let next = page.entries.last().filter(|_| page.is_cut).map(|last| last.id.to_string());
    Ok(HttpResponse::Ok().json(Entries { requests: page.entries, next, total: page.total }))
}

/// `GET /apps/{api_key}/requests/count`.
pub async fn count(control: Data<Control>, key: Path<String>, request: HttpRequest) -> Result<HttpResponse> {
    let asked = Asked::parse(request.query_string(), &["after", "before"])?;
    let before = asked.id("before")?.unwrap_or(u64::MAX);
    let entries = control.app(&key)?.journal.pull(asked.after, ENTRIES_MAX).entries;
    let count = entries.iter().filter(|entry| entry.id < before && asked.filter.matches(entry)).count();
    Ok(HttpResponse::Ok().json(Count { count }))
}

/// `GET /apps/{api_key}/requests/{id}`.
pub async fn get(control: Data<Control>, path: Path<(String, String)>) -> Result<HttpResponse> {
    let (key, id) = path.into_inner();
    let app = control.app(&key)?;
    let found = id.parse().ok().and_then(|id| app.journal.get(id));
    let missing = || {
        ControlError::new(ControlCode::UnknownRequest, format!("the journal has no entry \"{id}\""))
            .with_hint(format!("it holds the newest {ENTRIES_MAX}; GET /_millpond/apps/{key}/requests lists them"))
    };
    let entry = found.ok_or_else(missing)?;
    let said = app.journal.exchange(entry.id);
    let (request, answer) = said.map(|said| (said.request(), said.answer())).unwrap_or_default();
    Ok(HttpResponse::Ok().json(Whole { entry, request, answer }))
}

/// `DELETE /apps/{api_key}/requests`: forgets all entries. Ids go on.
pub async fn clear(control: Data<Control>, key: Path<String>) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(Cleared { cleared: control.app(&key)?.journal.clear() }))
}

/// A time-out: a duration, or a bare number of seconds.
fn timeout(asked: &Asked) -> Result<Duration> {
    let Some(text) = asked.params.get("timeout").filter(|text| !text.is_empty()) else { return Ok(WAIT_DEFAULT) };
    let seconds = text.parse::<i64>().ok().map(|seconds| seconds.saturating_mul(SECOND_NS));
    let ns = seconds.map_or_else(|| parse_duration(text), Ok);
    let ns = ns.map_err(|fault| ControlError::invalid("/timeout", fault.to_string()))?;
    let within = u64::try_from(ns).ok().map(Duration::from_nanos).filter(|timeout| *timeout <= WAIT_MAX);
    within.ok_or_else(|| ControlError::invalid("/timeout", format!("timeout has to be 0s to {}s", WAIT_MAX.as_secs())))
}

/// What a wait reads beside the filters.
pub fn wait_parameters() -> [Parameter; 3] {
    let count = json!({ "type": "integer", "minimum": 1, "maximum": ENTRIES_MAX });
    let timeout = json!({ "type": "string", "default": "5s", "examples": ["10s", "500ms", "0"] });
    [
        parameters::after(),
        Parameter::new("count", "How many; one where it is not said", count),
        Parameter::new("timeout", "How long at the most: a length of time, or seconds; up to 60s", timeout),
    ]
}

/// `GET /apps/{api_key}/requests/wait`: answers once so many entries match, those that are there already included.
pub async fn wait(
    control: Data<Control>,
    hub: Data<Hub>,
    key: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse> {
    let asked = Asked::parse(request.query_string(), &["after", "count", "timeout"])?;
    let count = asked.number("count", 1, ENTRIES_MAX, 1)?;
    let timeout = timeout(&asked)?;
    let deadline = Instant::now() + timeout;
    let mut tail = Tail::new(control.app(&key)?, asked.after);
    let (mut found, mut seen) = (Vec::new(), VecDeque::new());
    loop {
        let bell = tail.bell();
        let rung = bell.rung();
        match tail.pull(control.store.apps(), ENTRIES_MAX) {
            News::Entries(entries, _) => {
                let (matching, other): (Vec<_>, Vec<_>) =
                    entries.into_iter().partition(|entry| asked.filter.matches(entry));
                found.extend(matching);
                seen.extend(other);
                seen.drain(..seen.len().saturating_sub(SEEN_MAX));
            }
            News::Reset => {
                found.clear();
                seen.clear();
                continue;
            }
            News::Gone => {
                // There is no such app any more, which this tells.
                control.app(&key)?;
                continue;
            }
        }
        if found.len() >= count {
            found.truncate(count);
            return Ok(HttpResponse::Ok().json(Matched::with(found)));
        }
        if timeout.is_zero() {
            break;
        }
        tokio::select! {
            biased;
            () = hub.stopping() => return Err(ControlError::stopping()),
            () = rung => {}
            () = tokio::time::sleep_until(deadline) => break,
        }
    }
    Ok(HttpResponse::RequestTimeout().json(InVain::with(found, seen.into())))
}

/// The body of `POST requests/verify`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Verify {
    /// What is expected.
    #[schemars(length(min = 1, max = EXPECTATIONS_MAX))]
    expect: Vec<Expected>,
    /// Whether the first entries for each have to come in this order.
    #[serde(default)]
    in_order: bool,
    /// Only entries behind this id count. Ids count within an app.
    #[serde(default)]
    after: u64,
}

impl Verify {
    fn expected(self) -> Result<Vec<Expectation>> {
        if !(1..=EXPECTATIONS_MAX).contains(&self.expect.len()) {
            let message = format!("expect has to have 1 to {EXPECTATIONS_MAX} items");
            return Err(ControlError::invalid("/expect", message)
                .with_hint(r#"{"expect": [{"operation": "Connect", "user_id": "john", "times": 1}]}"#));
        }
        self.expect.into_iter().enumerate().map(|(at, one)| one.read(&format!("/expect/{at}"))).collect()
    }
}

/// What is expected: the filters, and how often.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Expected {
    /// The operation, or the type of an event.
    operation: Option<String>,
    /// The user who called, or to whom it was sent.
    user_id: Option<String>,
    /// The kind of caller.
    #[serde(default)]
    #[schemars(schema_with = "shapes::caller_or_null")]
    caller: Option<String>,
    /// How it came out.
    #[serde(default)]
    #[schemars(schema_with = "shapes::outcome_or_null")]
    outcome: Option<String>,
    /// The HTTP status, or the close code of a socket.
    status: Option<u16>,
    /// Stream's code; 0 for none.
    code: Option<i32>,
    /// The fingerprint of the token.
    token: Option<String>,
    /// How often: a whole number, or `min` and `max`; at least once where it is not said.
    #[serde(default)]
    #[schemars(schema_with = "shapes::times_or_null")]
    times: Option<Value>,
}

impl Expected {
    fn read(self, place: &str) -> Result<Expectation> {
        let Self { operation, user_id, caller, outcome, status, code, token, times } = self;
        let (status, code) = (status.map(|status| status.to_string()), code.map(|code| code.to_string()));
        let given = [operation, user_id, caller, outcome, status, code, token];
        let mut filter = Filter::default();
        for (name, value) in filter::NAMES.into_iter().zip(given) {
            if let Some(value) = value {
                filter.set(place, name, &value)?;
            }
        }
        let times = times.map_or(Ok(Times::AT_LEAST_ONCE), |times| read_times(place, &times))?;
        Ok(Expectation { filter, times })
    }
}

/// `N`, or `{min?, max?}`.
fn read_times(place: &str, times: &Value) -> Result<Times> {
    let wrong = || {
        ControlError::invalid(&format!("{place}/times"), "times has to be a whole number, or an object of min and max")
            .with_hint(r#"1, 0 for never, {"min": 1}, {"max": 3} or {"min": 1, "max": 3}"#)
    };
    let number = |value: &Value| value.as_u64().and_then(|number| usize::try_from(number).ok()).ok_or_else(wrong);
    let Value::Object(range) = times else { return number(times).map(Times::exactly) };
    if range.is_empty() || range.keys().any(|key| !["min", "max"].contains(&key.as_str())) {
        return Err(wrong());
    }
    let min = range.get("min").map_or(Ok(0), number)?;
    let max = range.get("max").map(number).transpose()?;
    match max {
        Some(max) if max < min => Err(ControlError::invalid(&format!("{place}/times"), "max is less than min")),
        max => Ok(Times { min, max }),
    }
}

/// How what was expected came out.
#[derive(Serialize, JsonSchema)]
pub struct Verified {
    /// Whether everything is as expected.
    ok: bool,
    /// Sentences about it.
    account: Vec<String>,
}

/// `POST /apps/{api_key}/requests/verify`: whether the journal has what is expected, and an account of it.
pub async fn verify(control: Data<Control>, key: Path<String>, body: ControlBody<Verify>) -> Result<HttpResponse> {
    let Verify { in_order, after, .. } = body.0;
    let app = control.app(&key)?;
    let expected = body.0.expected()?;
    let mut account = verify::verify(&expected, in_order, &app.journal.pull(after, ENTRIES_MAX).entries);
    let pushed_out = app.journal.pushed_out();
    if pushed_out > after {
        account.sentences.push(format!(
            "Entries up to id {pushed_out} were not looked at: the journal holds the newest {ENTRIES_MAX}. Clear it first, \
             or give the id to begin behind as after"
        ));
    }
    Ok(account.answer())
}

impl Account {
    fn answer(self) -> HttpResponse {
        let answer = Verified { ok: self.ok, account: self.sentences };
        if answer.ok { HttpResponse::Ok().json(answer) } else { HttpResponse::Conflict().json(answer) }
    }
}
