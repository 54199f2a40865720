//! The order of a query (wire-contract 4.2).

use serde_json::Value;

use super::field::{Named, Resource};
use super::limits::SORT_KEYS_MAX;
use crate::error::{ApiError, Result};
use crate::validate::wrong_type;

/// One key of an order.
#[derive(Clone, Debug)]
pub(super) struct SortKey {
    pub(super) field: Named,
    pub(super) descending: bool,
    pub(super) by: SortType,
}

/// How values in JSON are put in order. Columns have their own type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SortType {
    /// As text, so that 10 comes before 9. Inferred: `type` would be of no use otherwise.
    Text,
    /// Only numbers; whatever else is there counts as absent.
    Number,
    /// Only booleans, false first; whatever else is there counts as absent.
    Boolean,
}

pub(super) fn parse(resource: &'static Resource, sort: &[Value]) -> Result<Vec<SortKey>> {
    if sort.len() > SORT_KEYS_MAX {
        return Err(ApiError::input(format!("sort must contain at maximum {SORT_KEYS_MAX} items")));
    }
    sort.iter().enumerate().map(|(at, key)| parse_key(resource, at, key)).collect()
}

fn parse_key(resource: &'static Resource, at: usize, key: &Value) -> Result<SortKey> {
    let Some(object) = key.as_object() else {
        return Err(ApiError::input(wrong_type(&format!("sort[{at}]"), key, "object")));
    };
    // stream-py sends `null` for what was not given.
    let given = |name: &str| object.get(name).filter(|value| !value.is_null());
    let field = match given("field") {
        Some(Value::String(name)) if !name.is_empty() => Named::of(resource, name)?,
        None | Some(Value::String(_)) => {
            return Err(ApiError::input(format!("sort[{at}].field is a required field")));
        }
        Some(other) => {
            return Err(ApiError::input(wrong_type(&format!("sort[{at}].field"), other, "string")));
        }
    };
    if !field.field.sortable {
        return Err(ApiError::input(format!("sort[{at}].field is not supported for sorting")));
    }
    let descending = match given("direction").map(Value::as_i64) {
        None | Some(Some(1)) => false,
        Some(Some(-1)) => true,
        Some(_) => return Err(ApiError::input(format!("sort[{at}].direction must be one of [-1 1]"))),
    };
    let by = match given("type").map(Value::as_str) {
        None | Some(Some("")) => SortType::Text,
        Some(Some("number")) => SortType::Number,
        Some(Some("boolean")) => SortType::Boolean,
        Some(_) => return Err(ApiError::input(format!("sort[{at}].type must be one of [number boolean]"))),
    };
    Ok(SortKey { field, descending, by })
}
