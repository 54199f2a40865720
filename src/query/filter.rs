//! The tree of a filter, parsed within limits.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::field::{Named, Resource, Test};
use super::limits::{FILTER_CONDITIONS_MAX, FILTER_DEPTH_MAX, FILTER_VALUES_MAX, clip, too_deep};
use super::operator::Operator;
use crate::error::{ApiError, Result};

/// The tree of a filter. An empty `All` holds for every row.
#[derive(Clone, Debug)]
pub(super) enum Filter {
    All(Vec<Filter>),
    Any(Vec<Filter>),
    Is(Named, Test),
}

/// The tree, and the fields of the table that are named anywhere in it.
pub(super) fn parse(
    resource: &'static Resource,
    filter: &Map<String, Value>,
) -> Result<(Filter, BTreeSet<&'static str>)> {
    let mut parser = Parser { resource, conditions: 0, values: 0, named: BTreeSet::new() };
    let filter = parser.object(filter, 0)?;
    Ok((filter, parser.named))
}

impl Filter {
    pub(super) fn collect<'a>(&'a self, field: &str, into: &mut Vec<&'a str>) {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.collect(field, into)),
            Self::Is(named, Test::OneOf(values)) if named.field.name == field => {
                for value in values {
                    let listed = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
                    into.extend(listed.iter().filter_map(Value::as_str));
                }
            }
            Self::Is(..) => {}
        }
    }
}

/// What was met so far, against the limits.
struct Parser {
    resource: &'static Resource,
    conditions: usize,
    values: usize,
    named: BTreeSet<&'static str>,
}

impl Parser {
    fn object(&mut self, object: &Map<String, Value>, depth: usize) -> Result<Filter> {
        let parts: Vec<Filter> =
            object.iter().map(|(key, value)| self.entry(key, value, depth)).collect::<Result<_>>()?;
        Ok(all(parts))
    }

    fn entry(&mut self, key: &str, value: &Value, depth: usize) -> Result<Filter> {
        match key {
            "$and" => Ok(all(self.list(key, value, depth)?)),
            "$or" => Ok(Filter::Any(self.list(key, value, depth)?)),
            _ if key.starts_with('$') => {
                Err(ApiError::input(format!("cannot use operator \"{}\" in {}", clip(key), self.resource.filter)))
            }
            _ => self.field(key, value),
        }
    }

    fn list(&mut self, key: &str, value: &Value, depth: usize) -> Result<Vec<Filter>> {
        if depth >= FILTER_DEPTH_MAX {
            return Err(too_deep(self.resource.filter));
        }
        let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
        let objects: Option<Vec<_>> = items.iter().map(Value::as_object).collect();
        let Some(objects) = objects.filter(|_| value.is_array()) else {
            return Err(ApiError::input(format!("{key} operator only support arrays of objects")));
        };
        if objects.is_empty() {
            return Err(ApiError::input(format!("{key} must contain at least 1 item")));
        }
        // An empty object costs as much as a condition, so that a list of them is bounded too.
        self.weigh(objects.len(), 0)?;
        objects.into_iter().map(|object| self.object(object, depth + 1)).collect()
    }

    fn field(&mut self, name: &str, value: &Value) -> Result<Filter> {
        let field = Named::of(self.resource, name)?;
        self.named.insert(field.field.name);
        match value {
            Value::Object(object) if object.is_empty() || object.keys().any(|key| key.starts_with('$')) => {
                let tests = object
                    .iter()
                    .map(|(operator, operand)| self.condition(name, &field, Operator::named(operator, name)?, operand));
                Ok(all(tests.collect::<Result<_>>()?))
            }
            _ => self.condition(name, &field, Operator::Equal, value),
        }
    }

    fn condition(&mut self, name: &str, field: &Named, operator: Operator, operand: &Value) -> Result<Filter> {
        let test = field.test(name, operator, operand)?;
        self.weigh(1 + test.conditions(), test.values())?;
        Ok(Filter::Is(field.clone(), test))
    }

    fn weigh(&mut self, conditions: usize, values: usize) -> Result<()> {
        self.conditions += conditions;
        self.values += values;
        if self.conditions > FILTER_CONDITIONS_MAX {
            return Err(self.too_many(FILTER_CONDITIONS_MAX, "conditions"));
        }
        if self.values > FILTER_VALUES_MAX {
            return Err(self.too_many(FILTER_VALUES_MAX, "values"));
        }
        Ok(())
    }

    fn too_many(&self, most: usize, things: &str) -> ApiError {
        ApiError::input(format!("{} must contain at maximum {most} {things}", self.resource.filter))
    }
}

/// All of the parts; a single one stands for itself, so that `{"$and": [{"id": "john"}]}` is still a point read.
fn all(mut parts: Vec<Filter>) -> Filter {
    match (parts.pop(), parts.is_empty()) {
        (Some(only), true) => only,
        (Some(last), false) => {
            parts.push(last);
            Filter::All(parts)
        }
        (None, _) => Filter::All(parts),
    }
}
