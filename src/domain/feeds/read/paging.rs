//! Pages of what a feed shows: how they are asked for, and cut.

use serde::Deserialize;
use serde_json::Value;

use crate::error::{ApiError, Result};
use crate::model::feeds::page::Page;
use crate::query::cursor::Asked;
use crate::store::feeds::timeline::Place;
use crate::validate::within;

/// What is on a page unless another number is asked for. Production's is not known (feeds-core 1.4).
pub const LIMIT_DEFAULT: u32 = 25;
/// The same for the lists beside the activities.
pub const LIST_LIMIT_DEFAULT: u32 = 20;
/// The most that is on a page.
pub const LIMIT_MAX: i64 = 100;

/// A part of a list, as it is asked for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Pager {
    pub limit: Option<i64>,
    pub next: Option<String>,
    pub prev: Option<String>,
}

/// How many, of a default; 0 is none.
pub fn limit(asked: Option<i64>, default: u32) -> Result<u32> {
    let limit = within("limit", asked.unwrap_or_else(|| i64::from(default)), 0, LIMIT_MAX)?;
    Ok(u32::try_from(limit).unwrap_or(default))
}

/// Where a page begins.
#[derive(Clone, Copy, Debug)]
enum From {
    Start,
    Behind(Place),
    Before(Place),
}

/// A stretch of a walk: whether it goes back instead of on, from behind which place, and how much of it is wanted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Leg {
    pub(super) goes_back: bool,
    pub(super) behind: Option<Place>,
    pub(super) wanted: usize,
}

/// A page of a walk over what has a place each. One more than the page holds is looked for, so that no cursor leads to nothing.
pub(super) fn page<T>(
    asked: &Asked,
    pager: &Pager,
    place: fn(&T) -> Place,
    mut walk: impl FnMut(Leg) -> Result<Vec<T>>,
) -> Result<Page<T>> {
    let wanted = limit(pager.limit, LIMIT_DEFAULT)? as usize;
    if wanted == 0 {
        return Ok(Page::default());
    }
    let read = |name, cursor: &Option<String>| {
        let cursor = cursor.as_deref().filter(|cursor| !cursor.is_empty());
        cursor.map(|cursor| place_of(name, &asked.keys(name, cursor)?)).transpose()
    };
    let from = match (read("next", &pager.next)?, read("prev", &pager.prev)?) {
        (Some(_), Some(_)) => return Err(ApiError::input("cannot use both next and prev")),
        (Some(place), None) => From::Behind(place),
        (None, Some(place)) => From::Before(place),
        (None, None) => From::Start,
    };
    let (goes_back, behind) = match from {
        From::Start => (false, None),
        From::Behind(place) => (false, Some(place)),
        From::Before(place) => (true, Some(place)),
    };
    let mut items = walk(Leg { goes_back, behind, wanted: wanted + 1 })?;
    let has_more = items.len() > wanted;
    items.truncate(wanted);
    if goes_back {
        items.reverse();
    }
    let mut has_any = |goes_back: bool, behind: Option<Place>| -> Result<bool> {
        Ok(behind.is_some() && !walk(Leg { goes_back, behind, wanted: 1 })?.is_empty())
    };
    let (has_next, has_prev) = match from {
        From::Start => (has_more, false),
        From::Behind(_) => (has_more, has_any(true, items.first().map(place))?),
        From::Before(_) => (has_any(false, items.last().map(place))?, has_more),
    };
    let cursor = |at: Option<&T>, is_there: bool| {
        let Place { created_at, activity } = place(at.filter(|_| is_there)?);
        Some(asked.cursor([Value::from(created_at), Value::from(activity)]))
    };
    let (next, prev) = (cursor(items.last(), has_next), cursor(items.first(), has_prev));
    Ok(Page { items, next, prev })
}

/// The place that a cursor names.
pub(super) fn place_of(name: &str, keys: &[Value]) -> Result<Place> {
    let numbers: Vec<i64> = keys.iter().filter_map(Value::as_i64).collect();
    match numbers.as_slice() {
        [created_at, activity] => Ok(Place { created_at: *created_at, activity: *activity }),
        _ => Err(ApiError::input(format!("{name} is not a cursor of a page of this feed"))),
    }
}
