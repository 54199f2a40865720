//! Pages of a query.

use rusqlite::types::Value as Parameter;
use serde_json::{Map, Value, json};

use super::cursor::Asked;
use super::{Query, Resource, Sql, pieces};
use crate::clock::Time;
use crate::error::{ApiError, Result};
use crate::validate::within;

/// What is answered, unless another number is asked for.
const LIMIT_DEFAULT: u32 = 30;
/// The most that is answered.
const LIMIT_MAX: i64 = 100;
/// The most that is passed over.
const OFFSET_MAX: i64 = 1_000;

/// The most rows that are read at once.
const ROWS_MAX: u32 = 1_000;
/// Rows that one page looks at, before it is answered short.
const VISITED_MAX: usize = 10_000;

/// A row that was found, with its keys ([`Sql::keys`]).
pub type Row<T> = (T, Vec<Parameter>);

/// Which part of what a query finds is wanted.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// How many at the most.
    pub limit: u32,
    /// How many to pass over.
    pub offset: u32,
}

impl Page {
    /// The page that `limit` and `offset` of a payload ask for. A limit of 0 is none.
    pub fn of(limit: Option<i64>, offset: Option<i64>) -> Result<Self> {
        let number = |value: i64| u32::try_from(value).unwrap_or_default();
        let limit = number(within("limit", limit.unwrap_or_default(), 0, LIMIT_MAX)?);
        let offset = number(within("offset", offset.unwrap_or_default(), 0, OFFSET_MAX)?);
        Ok(Self { limit: if limit == 0 { LIMIT_DEFAULT } else { limit }, offset })
    }
}

/// The filter with the bounds that a payload has beside it: conditions on a field like any other.
pub fn bounded<const N: usize>(
    filter: Map<String, Value>,
    field: &str,
    bounds: [(&str, Option<Value>); N],
) -> Map<String, Value> {
    let given = bounds.into_iter().filter_map(|(operator, bound)| Some((operator.to_owned(), bound?)));
    let bounds: Map<String, Value> = given.collect();
    if bounds.is_empty() {
        return filter;
    }
    Map::from_iter([("$and".to_owned(), json!([filter, {field: bounds}]))])
}

/// A query that is walked page by page: each page begins behind the last row of the one before, whatever comes and goes
/// meanwhile.
#[derive(Clone, Debug)]
pub struct Walk {
    query: Query,
    limit: u32,
    rows: u32,
    asked: Asked,
    behind: Option<Vec<Parameter>>,
    way: Way,
}

/// Where a walk comes from, and which way it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// From the start.
    Out,
    /// On from a page.
    On,
    /// Back from a page: the nearest row is found first.
    Back,
}

/// What leads on from a page, and back. That there is something to go back to is known only of a page that was led to, and by then
/// all of it may be gone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Leads {
    pub next: Option<String>,
    pub prev: Option<String>,
}

impl Resource {
    /// The page of a query that `next` leads to, the first without one. A cursor leads on in the filter and sort that it was
    /// given for, and in no other.
    pub fn walk(
        &'static self,
        filter: &Map<String, Value>,
        sort: &[Value],
        limit: u32,
        next: Option<&str>,
    ) -> Result<Walk> {
        let query = self.parse(filter, sort)?;
        let asked = Asked::of(&json!([self.operation, filter, sort]));
        // SDKs send an empty text where they have none.
        let behind = next.filter(|next| !next.is_empty()).map(|next| asked.keys("next", next)).transpose()?;
        let behind: Option<Vec<Parameter>> = behind.map(|keys| keys.iter().map(pieces::parameter).collect());
        let way = if behind.is_some() { Way::On } else { Way::Out };
        Ok(Walk { query, limit, rows: limit.saturating_add(1), asked, behind, way })
    }
}

impl Walk {
    /// The page before that which answered `prev`; the same page without one.
    pub fn before(self, prev: Option<&str>) -> Result<Self> {
        let Some(prev) = prev.filter(|prev| !prev.is_empty()) else { return Ok(self) };
        if self.behind.is_some() {
            return Err(ApiError::input("cannot use both next and prev"));
        }
        let behind = self.asked.keys("prev", prev)?.iter().map(pieces::parameter).collect();
        Ok(Self { behind: Some(behind), way: Way::Back, ..self })
    }

    /// The query as SQL, of the rows of the page and behind it: on the way back the last comes first.
    pub fn to_sql(&self, now: Time) -> Sql {
        self.query.compiled(now, self.behind.as_deref(), self.way == Way::Back)
    }

    /// How many rows are wanted: one more than the page has, which tells whether another follows; more where few of them may
    /// be shown.
    pub fn rows(&self) -> u32 {
        self.rows
    }

    /// The same walk by somebody, of whom flags may ask.
    #[must_use]
    pub fn seen_by(self, viewer: Option<&str>) -> Self {
        Self { query: self.query.seen_by(viewer), ..self }
    }

    /// Whether the filter names the field anywhere.
    pub fn names(&self, field: &str) -> bool {
        self.query.names(field)
    }

    /// The page of the rows that may be shown, and what leads from it. `find` gives the rows that are wanted of
    /// a walk, and `keep` those that may be shown. Where next to none may, the page is short, and the cursor leads on all the
    /// same.
    pub fn gather<T>(
        mut self,
        find: impl Fn(&Self) -> Result<Vec<Row<T>>>,
        mut keep: impl FnMut(Vec<Row<T>>) -> Result<Vec<Row<T>>>,
    ) -> Result<(Vec<T>, Leads)> {
        if self.limit == 0 {
            return Ok((Vec::new(), Leads::default()));
        }
        let mut kept = Vec::new();
        let mut visited = 0;
        loop {
            let found = find(&self)?;
            let is_all = found.len() < self.rows as usize;
            visited += found.len();
            let last = found.last().map(|(_, keys)| keys.clone()).filter(|_| !is_all);
            kept.extend(keep(found)?);
            match last {
                Some(last) if kept.len() <= self.limit as usize => {
                    if visited >= VISITED_MAX {
                        return Ok(self.led(kept, Some(&last)));
                    }
                    self.behind = Some(last);
                    self.rows = (self.rows * 2).clamp(ROWS_MAX / 8, ROWS_MAX);
                }
                _ => return Ok(self.page(kept)),
            }
        }
    }

    /// The page from what its SQL found, each row with its keys ([`Sql::keys`]), and what leads from it. A limit of 0 leaves
    /// nothing of it, and leads nowhere.
    pub fn page<T>(&self, mut rows: Vec<Row<T>>) -> (Vec<T>, Leads) {
        let is_last = rows.len() <= self.limit as usize;
        rows.truncate(self.limit as usize);
        let last = rows.last().filter(|_| !is_last).map(|(_, keys)| keys.clone());
        self.led(rows, last.as_deref())
    }

    /// A page in its order, with what leads further from the row with the keys `last`, and to where the walk came from.
    fn led<T>(&self, mut rows: Vec<Row<T>>, last: Option<&[Parameter]>) -> (Vec<T>, Leads) {
        let cursor = |keys: &[Parameter]| self.asked.cursor(keys.iter().map(json_of));
        let further = last.map(cursor);
        let origin = rows.first().filter(|_| self.way != Way::Out).map(|(_, keys)| cursor(keys));
        let leads = if self.way == Way::Back {
            rows.reverse();
            Leads { next: origin, prev: further }
        } else {
            Leads { next: further, prev: origin }
        };
        (rows.into_iter().map(|(row, _)| row).collect(), leads)
    }
}

/// A key as a cursor has it, to be read back by [`pieces::parameter`].
fn json_of(key: &Parameter) -> Value {
    match key {
        Parameter::Integer(whole) => Value::from(*whole),
        Parameter::Real(real) => Value::from(*real),
        Parameter::Text(text) => Value::from(text.as_str()),
        Parameter::Null | Parameter::Blob(_) => Value::Null,
    }
}
