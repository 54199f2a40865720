//! Pages of a list that is made anew for each of them: a cursor names the moment at which the first was read, so that all are of
//! the same list, and where it ended.

use serde_json::{Value, json};

use super::paging::{LIMIT_DEFAULT, Pager, limit};
use crate::clock::Time;
use crate::error::{ApiError, Result};
use crate::model::feeds::page::Page;
use crate::query::cursor::Asked;

/// What a walk over such a list sees of the app: as it was at a moment.
#[derive(Clone, Copy, Debug)]
pub(super) struct AsOf {
    /// The moment.
    pub(super) at: Time,
    /// The last number that was given to an activity by then.
    pub(super) until: i64,
}

/// Where a page of a list is.
pub(super) struct Cut<'a> {
    asked: &'a Asked,
    pub(super) as_of: AsOf,
    wanted: usize,
    from: From,
}

/// By a place in the list, and what stood there: what comes and goes moves the one, and can take the other away.
enum From {
    Start,
    Behind(usize, Value),
    Before(usize, Value),
    Around(i64),
}

impl<'a> Cut<'a> {
    /// The page that is asked for, of a list as it is by now unless a cursor says otherwise.
    pub(super) fn of(asked: &'a Asked, pager: &Pager, now: AsOf, around: Option<i64>) -> Result<Self> {
        let wanted = limit(pager.limit, LIMIT_DEFAULT)? as usize;
        let read = |name, cursor: &Option<String>| {
            let cursor = cursor.as_deref().filter(|cursor| !cursor.is_empty());
            cursor.map(|cursor| place(name, &asked.keys(name, cursor)?)).transpose()
        };
        let (as_of, from) = match (read("next", &pager.next)?, read("prev", &pager.prev)?) {
            (Some(_), Some(_)) => return Err(ApiError::input("cannot use both next and prev")),
            (Some((as_of, at, key)), None) => (as_of, From::Behind(at, key)),
            (None, Some((as_of, at, key))) => (as_of, From::Before(at, key)),
            (None, None) => (now, around.map_or(From::Start, From::Around)),
        };
        Ok(Self { asked, as_of, wanted, from })
    }

    /// The page of the list, whose items are known by a key.
    pub(super) fn page<T>(self, mut all: Vec<T>, key: impl Fn(&T) -> Value) -> Page<T> {
        if self.wanted == 0 {
            return Page::default();
        }
        let find = |at: usize, wanted: &Value| all.iter().position(|item| key(item) == *wanted).ok_or(at);
        let (start, end) = match &self.from {
            From::Start => (0, self.wanted),
            From::Behind(at, wanted) => {
                let start = find(*at, wanted).map_or_else(|at| at, |found| found + 1);
                (start, start + self.wanted)
            }
            From::Before(at, wanted) => {
                let end = find(*at, wanted).unwrap_or_else(|at| at);
                (end.saturating_sub(self.wanted), end)
            }
            From::Around(wanted) => {
                let middle = find(0, &json!(wanted)).unwrap_or_else(|at| at);
                let start = middle.saturating_sub(self.wanted / 2);
                (start, start + self.wanted)
            }
        };
        let (start, end) = (start.min(all.len()), end.min(all.len()));
        let AsOf { at, until } = self.as_of;
        let cursor =
            |index: usize| Some(self.asked.cursor([json!(at.0), json!(until), json!(index), key(all.get(index)?)]));
        let next = if end < all.len() && end > 0 { cursor(end - 1) } else { None };
        let prev = if start > 0 { cursor(start) } else { None };
        let items = all.drain(start..end).collect();
        Page { items, next, prev }
    }
}

fn place(name: &str, keys: &[Value]) -> Result<(AsOf, usize, Value)> {
    let whole = |at: usize| keys.get(at).and_then(Value::as_i64);
    match (whole(0), whole(1), whole(2).and_then(|at| usize::try_from(at).ok()), keys.get(3)) {
        (Some(at), Some(until), Some(index), Some(key)) => Ok((AsOf { at: Time(at), until }, index, key.clone())),
        _ => Err(ApiError::input(format!("{name} is not a cursor of a page of this feed"))),
    }
}
