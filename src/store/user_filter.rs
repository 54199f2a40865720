//! The filter and sort grammar of `QueryUsers` (wire-contract 4.2), compiled to SQL with bound parameters.
//!
//! Reading order: this file parses the tree, `fields` holds the table of fields and operators, `sort` the order,
//! `sql` writes the text. Nothing that a caller sends is ever written into the SQL text: values, and the paths into
//! custom data too, are parameters.
//!
//! A custom field is named `custom.<key>`, or bare as the legacy dialect does; dots lead into nested objects. Both
//! spellings are taken in both dialects: nothing says that v2 refuses the bare one.

use serde_json::{Map, Value};

use crate::clock::Time;
use crate::error::{ApiError, Result};

mod fields;
mod sort;
mod sql;
#[cfg(test)]
mod tests;

use fields::{Field, Operator, Test};
use sort::SortKey;
pub use sql::Sql;

/// How deep `$and`, `$or` and the structure of a compared custom value may nest, and how many keys a path may have.
pub const FILTER_DEPTH_MAX: usize = 10;
/// Most conditions in one filter. Well below `SQLite`'s limit of 1,000 on the depth of an expression.
pub const FILTER_CONDITIONS_MAX: usize = 256;
/// Most values in one `$in` or `$nin`.
pub const FILTER_LIST_MAX: usize = 1_000;
/// Most values in one filter. Well below `SQLite`'s limit of 32,766 parameters.
pub const FILTER_VALUES_MAX: usize = 5_000;
/// Most words in one `$autocomplete`.
pub const FILTER_WORDS_MAX: usize = 10;
/// Most keys of a sort (wire-contract 4.2).
pub const SORT_KEYS_MAX: usize = 5;

/// A parsed filter with its order.
#[derive(Clone, Debug)]
pub struct UserQuery {
    filter: Filter,
    sort: Vec<SortKey>,
    ids: Option<Vec<String>>,
    names_teams: bool,
}

/// The tree of a filter. An empty `All` holds for everyone.
#[derive(Clone, Debug)]
enum Filter {
    All(Vec<Filter>),
    Any(Vec<Filter>),
    Is(Field, Test),
}

/// Parses `filter_conditions` and `sort` of a payload. What breaks the grammar is code 4.
pub fn parse(filter_conditions: &Map<String, Value>, sort: &[Value]) -> Result<UserQuery> {
    let mut parser = Parser::default();
    let filter = parser.object(filter_conditions, 0)?;
    let ids = match &filter {
        Filter::Is(Field::Id, Test::OneOf(ids)) => {
            Some(ids.iter().filter_map(Value::as_str).map(str::to_owned).collect())
        }
        _ => None,
    };
    Ok(UserQuery { filter, sort: sort::parse(sort)?, ids, names_teams: parser.names_teams })
}

impl UserQuery {
    /// The ids, each once and in the order given, when the filter is nothing but `id` equal to one or in a list.
    ///
    /// They are as the caller sent them: some may be no valid user id, and so nobody's.
    pub fn ids(&self) -> Option<&[String]> {
        self.ids.as_deref()
    }

    /// Whether the filter has a condition on `teams` anywhere. `{"teams": {}}` has: it is the documented way to ask for
    /// users of every team (wire-contract 4.2).
    pub fn names_teams(&self) -> bool {
        self.names_teams
    }

    /// Every team that the filter asks for, for the rule that a client may ask for its own only (wire-contract 2.3, row 26).
    pub fn teams(&self) -> Vec<&str> {
        let mut teams = Vec::new();
        self.filter.collect_teams(&mut teams);
        teams
    }

    /// The same query among the members of these teams; among those who have no team, when there is none.
    #[must_use]
    pub fn restrict_to_teams(self, teams: &[String]) -> Self {
        let members = if teams.is_empty() {
            vec![Value::Null]
        } else {
            teams.iter().map(|team| Value::from(team.as_str())).collect()
        };
        let members = Test::OneOf(members);
        Self { filter: Filter::All(vec![Filter::Is(Field::Teams, members), self.filter]), ids: None, ..self }
    }

    /// The query as SQL over the table `users` under the alias `u`. Bans are judged as they stand at `now`.
    ///
    /// The caller binds the app as `?1` and adds `u.app = ?1` and what it hides (deleted and deactivated users).
    pub fn to_sql(&self, now: Time) -> Sql {
        sql::compile(&self.filter, &self.sort, now)
    }
}

impl Filter {
    fn collect_teams<'a>(&'a self, into: &mut Vec<&'a str>) {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.collect_teams(into)),
            Self::Is(Field::Teams, Test::OneOf(teams)) => {
                for team in teams {
                    let listed = team.as_array().map_or(std::slice::from_ref(team), Vec::as_slice);
                    into.extend(listed.iter().filter_map(Value::as_str));
                }
            }
            Self::Is(..) => {}
        }
    }
}

/// What was met so far, against the limits.
#[derive(Default)]
struct Parser {
    conditions: usize,
    values: usize,
    names_teams: bool,
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
                Err(ApiError::input(format!("cannot use operator \"{}\" in filter_conditions", clip(key))))
            }
            _ => self.field(key, value),
        }
    }

    fn list(&mut self, key: &str, value: &Value, depth: usize) -> Result<Vec<Filter>> {
        if depth >= FILTER_DEPTH_MAX {
            return Err(too_deep());
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
        let field = Field::named(name)?;
        self.names_teams |= matches!(field, Field::Teams);
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

    fn condition(&mut self, name: &str, field: &Field, operator: Operator, operand: &Value) -> Result<Filter> {
        let test = field.test(name, operator, operand)?;
        self.weigh(1 + test.conditions(), test.values())?;
        Ok(Filter::Is(field.clone(), test))
    }

    fn weigh(&mut self, conditions: usize, values: usize) -> Result<()> {
        self.conditions += conditions;
        self.values += values;
        if self.conditions > FILTER_CONDITIONS_MAX {
            return Err(ApiError::input(format!(
                "filter_conditions must contain at maximum {FILTER_CONDITIONS_MAX} conditions"
            )));
        }
        if self.values > FILTER_VALUES_MAX {
            return Err(ApiError::input(format!(
                "filter_conditions must contain at maximum {FILTER_VALUES_MAX} values"
            )));
        }
        Ok(())
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

fn too_deep() -> ApiError {
    ApiError::input(format!("filter_conditions must be nested at maximum {FILTER_DEPTH_MAX} levels deep"))
}

/// A caller's text, short enough for a message.
fn clip(text: &str) -> String {
    text.chars().take(60).collect()
}
