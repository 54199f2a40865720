//! Pages of a query.

use serde_json::{Map, Value, json};

use crate::error::Result;
use crate::validate::within;

/// What is answered, unless another number is asked for.
const LIMIT_DEFAULT: u32 = 30;
/// The most that is answered.
const LIMIT_MAX: i64 = 100;
/// The most that is passed over.
const OFFSET_MAX: i64 = 1_000;

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
