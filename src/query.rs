//! The one grammar of filters and sorts (wire-contract 4.2), compiled to SQL with bound parameters.
//!
//! A resource supplies a table of its fields ([`Resource`]): names, SQL, types, the operators that each takes. Reading
//! order: `field` holds what such a table says and the operands, `filter` parses the tree, `sort` the order, `sql` writes
//! the text, `page` cuts it into pages. Nothing that a caller sends is ever written into the SQL text: values, and the
//! paths into JSON columns too, are parameters.

use std::collections::BTreeSet;

use rusqlite::types::Value as Parameter;
use serde_json::{Map, Value};

use crate::clock::Time;
use crate::error::Result;

pub mod cursor;
mod field;
mod filter;
pub mod limits;
mod lookups;
mod operand;
mod operator;
pub mod page;
mod pieces;
mod place;
mod sort;
mod sql;
#[cfg(test)]
pub(crate) mod tests;
pub mod words;

pub use field::{Field, Kind, Resource};
pub use operand::moment;
pub use operator::Operator;
pub use place::{Place, add_distance};
pub use sql::Sql;

use field::{Named, Test};
use filter::Filter;
use sort::SortKey;
use sql::Moment;

/// A parsed filter with its order.
#[derive(Clone, Debug)]
pub struct Query {
    resource: &'static Resource,
    filter: Filter,
    sort: Vec<SortKey>,
    named: BTreeSet<&'static str>,
    viewer: Option<String>,
}

impl Resource {
    /// Parses a filter and a sort of this resource. What breaks the grammar is code 4.
    pub fn parse(&'static self, filter: &Map<String, Value>, sort: &[Value]) -> Result<Query> {
        let (filter, named) = filter::parse(self, filter)?;
        Ok(Query { resource: self, filter, sort: sort::parse(self, sort)?, named, viewer: None })
    }
}

impl Query {
    /// The texts, each once and in the order given, when the filter is nothing but this field equal to one or in a list.
    ///
    /// They are as the caller sent them.
    pub fn only(&self, field: &str) -> Option<Vec<&str>> {
        match &self.filter {
            Filter::Is(named, Test::OneOf(values)) if named.field.name == field => {
                Some(values.iter().filter_map(Value::as_str).collect())
            }
            _ => None,
        }
    }

    /// Whether the filter names the field anywhere, even with an empty object of conditions.
    pub fn names(&self, field: &str) -> bool {
        self.named.contains(field)
    }

    /// Every text that the filter asks of the field, anywhere.
    pub fn asked(&self, field: &str) -> Vec<&str> {
        let mut texts = Vec::new();
        self.filter.collect(field, &mut texts);
        texts
    }

    /// The same query among those rows alone whose field is one of these.
    #[must_use]
    pub fn among(self, field: &'static Field, values: Vec<Value>) -> Self {
        let only = Filter::Is(Named::whole(self.resource, field), Test::OneOf(values));
        Self { filter: Filter::All(vec![only, self.filter]), ..self }
    }

    /// The same query by somebody, of whom flags may ask.
    #[must_use]
    pub fn seen_by(self, viewer: Option<&str>) -> Self {
        Self { viewer: viewer.map(str::to_owned), ..self }
    }

    /// The query as SQL. What depends on the time is judged at `now`.
    ///
    /// The caller binds the app as `?1`, and adds the condition on it and what it hides.
    pub fn to_sql(&self, now: Time) -> Sql {
        self.compiled(now, None, false)
    }

    /// The same of what comes behind the row with these keys, on the way back of what comes before it.
    fn compiled(&self, now: Time, behind: Option<&[Parameter]>, is_back: bool) -> Sql {
        let Self { resource, filter, sort, viewer, .. } = self;
        sql::compile(resource, filter, sort, Moment { now, viewer: viewer.clone() }, behind, is_back)
    }
}
