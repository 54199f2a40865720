//! The SQL of a query. Conditions are never negated where they could be unknown, so `NULL` reads as "does not hold".

use rusqlite::types::Value as Parameter;
use serde_json::Value;

use super::field::{Kind, Named, Path, Resource, Test};
use super::filter::Filter;
use super::operand::WORD_ENDS;
use super::pieces::{joined, json_types, parameter, spellings, step};
use super::sort::{SortKey, SortType};
use crate::clock::Time;

/// A compiled query.
#[derive(Clone, Debug, PartialEq)]
pub struct Sql {
    /// What stands behind `WHERE`; it can be and'ed as it is.
    pub condition: String,
    /// What stands behind `ORDER BY`. Ends in what tells rows apart, so that no two tie.
    pub order_by: String,
    /// The keys of that order as columns, of which a cursor is made.
    pub keys: String,
    /// The values of `?2`, `?3` and so on, for both texts.
    pub params: Vec<Parameter>,
}

impl Sql {
    /// What holds of every row.
    pub fn all() -> Self {
        Self { condition: "TRUE".to_owned(), order_by: String::new(), keys: String::new(), params: Vec::new() }
    }

    /// Takes one more parameter and gives its place, for what stands around the two texts.
    pub fn bind(&mut self, value: impl Into<Parameter>) -> String {
        bind(&mut self.params, value.into())
    }
}

/// Takes a parameter and gives its place in the text. `?1` is the app.
fn bind(params: &mut Vec<Parameter>, value: Parameter) -> String {
    params.push(value);
    format!("?{}", params.len() + 1)
}

/// The rows that match, or those of them that come behind the row with these keys: in their order, or the other way round.
pub(super) fn compile(
    resource: &Resource,
    filter: &Filter,
    sort: &[SortKey],
    moment: Moment,
    behind: Option<&[Parameter]>,
    is_back: bool,
) -> Sql {
    let mut writer = Writer { params: Vec::new(), moment };
    let mut condition = writer.filter(filter);
    let mut keys = writer.keys(resource, sort);
    for key in &mut keys {
        key.descending ^= is_back;
    }
    if let Some(behind) = behind {
        condition = format!("{condition} AND {}", writer.behind(&keys, behind));
    }
    let order = keys.iter().map(|key| format!("{}{}", key.sql, if key.descending { " DESC" } else { "" }));
    let order_by = order.collect::<Vec<_>>().join(", ");
    let keys = keys.iter().map(|key| key.sql.as_str()).collect::<Vec<_>>().join(", ");
    Sql { condition, order_by, keys, params: writer.params }
}

/// One key of the order of rows.
struct Key {
    sql: String,
    descending: bool,
    nullable: bool,
}

pub(super) struct Writer {
    params: Vec<Parameter>,
    moment: Moment,
}

/// What flags are judged by.
pub(super) struct Moment {
    pub(super) now: Time,
    /// Who asks.
    pub(super) viewer: Option<String>,
}

pub(super) const NOBODY: &str = "FALSE";
/// Stands in a flag's SQL for the moment at which it is judged.
const NOW: &str = "{now}";
/// Stands there for who asks.
const VIEWER: &str = "{viewer}";

impl Writer {
    /// Takes a parameter and gives its place in the text.
    pub(super) fn bind(&mut self, value: impl Into<Parameter>) -> String {
        bind(&mut self.params, value.into())
    }

    fn bind_all<'a>(&mut self, values: impl IntoIterator<Item = &'a Value>) -> String {
        values.into_iter().map(|value| self.bind(parameter(value))).collect::<Vec<_>>().join(", ")
    }

    pub(super) fn bind_path(&mut self, path: &Path) -> String {
        self.bind(path.json_path())
    }

    fn filter(&mut self, filter: &Filter) -> String {
        match filter {
            Filter::All(parts) => {
                let parts: Vec<String> = parts.iter().map(|part| self.filter(part)).collect();
                joined(&parts, " AND ", "TRUE")
            }
            Filter::Any(parts) => {
                let parts: Vec<String> = parts.iter().map(|part| self.filter(part)).collect();
                joined(&parts, " OR ", NOBODY)
            }
            Filter::Is(field, test) => self.condition(field, test),
        }
    }

    fn condition(&mut self, named: &Named, test: &Test) -> String {
        match (&named.field.kind, test) {
            (Kind::Names { from, column }, Test::OneOf(values)) => self.names(from, column, values),
            (Kind::Json(column) | Kind::JsonText(column), test) => self.json(column, &named.path, test),
            (Kind::Listed { key, of }, test) => self.listed(key, of, test),
            (Kind::Searched { text, key, of, word }, test) => self.searched(text, (key, of, word), test),
            (Kind::Object(column), test) => self.object(column, test),
            (Kind::Near(place), Test::Near(circle)) => self.near(*place, *circle),
            (Kind::Within(place), Test::Within(bounds)) => self.within(*place, *bounds),
            (kind, test) => {
                let expression = self.expression(kind);
                self.scalar(&expression, test)
            }
        }
    }

    /// A field that is no JSON as an expression.
    fn expression(&mut self, kind: &Kind) -> String {
        match kind {
            Kind::Flag(sql) if sql.contains(NOW) => sql.replace(NOW, &self.bind(self.moment.now.0)),
            Kind::Flag(sql) if sql.contains(VIEWER) => sql.replace(VIEWER, &self.bind(self.moment.viewer.clone())),
            Kind::Id(sql)
            | Kind::Text(sql)
            | Kind::TextOrEmpty(sql)
            | Kind::Time(sql)
            | Kind::Flag(sql)
            | Kind::Number(sql) => (*sql).to_owned(),
            _ => NOBODY.to_owned(),
        }
    }

    pub(super) fn scalar(&mut self, expression: &str, test: &Test) -> String {
        match test {
            Test::OneOf(values) => self.one_of(expression, values),
            Test::NoneOf(values) => {
                let one_of = self.one_of(expression, values);
                format!("({one_of}) IS NOT TRUE")
            }
            Test::Compare(comparison, value) => {
                format!("{expression} {} {}", comparison.sql(), self.bind(parameter(value)))
            }
            Test::Exists(true) => format!("{expression} IS NOT NULL"),
            Test::Exists(false) => format!("{expression} IS NULL"),
            Test::Words(words) => self.words(expression, words),
            Test::Contains(part) => format!("instr({expression}, {}) > 0", self.bind(parameter(part))),
            _ => NOBODY.to_owned(),
        }
    }

    fn one_of(&mut self, expression: &str, values: &[Value]) -> String {
        let (nulls, values): (Vec<&Value>, Vec<&Value>) = values.iter().partition(|value| value.is_null());
        let mut parts = Vec::new();
        if !nulls.is_empty() {
            parts.push(format!("{expression} IS NULL"));
        }
        match values.as_slice() {
            [] => {}
            [value] => parts.push(format!("{expression} = {}", self.bind(parameter(value)))),
            _ => parts.push(format!("{expression} IN ({})", self.bind_all(values))),
        }
        joined(&parts, " OR ", NOBODY)
    }

    /// Each of the words begins a word of the text. `lower` of `SQLite` knows ASCII only, so a word with other letters
    /// is looked for in the spellings that names have: lower case, capitalised, upper case.
    fn words(&mut self, expression: &str, words: &[String]) -> String {
        let spaced = WORD_ENDS.chars().fold(format!("lower({expression})"), |text, end| {
            let quoted = if end == '\'' { "''".to_owned() } else { end.to_string() };
            format!("replace({text}, '{quoted}', ' ')")
        });
        let each = words.iter().map(|word| {
            let spellings = spellings(word).into_iter().map(|spelling| {
                let place = self.bind(format!(" {spelling}"));
                format!("instr(' ' || {spaced}, {place}) > 0")
            });
            joined(&spellings.collect::<Vec<_>>(), " OR ", NOBODY)
        });
        joined(&each.collect::<Vec<_>>(), " AND ", NOBODY)
    }

    /// Has one of the names; has none, for `null`; has exactly these, for a list.
    fn names(&mut self, from: &str, column: &str, names: &[Value]) -> String {
        let mut parts = Vec::new();
        let single: Vec<&Value> = names.iter().filter(|name| name.is_string()).collect();
        if !single.is_empty() {
            let places = self.bind_all(single);
            parts.push(format!("EXISTS (SELECT 1 {from} AND {column} IN ({places}))"));
        }
        if names.iter().any(|name| name.is_null() || name.as_array().is_some_and(Vec::is_empty)) {
            parts.push(format!("NOT EXISTS (SELECT 1 {from})"));
        }
        for exact in names.iter().filter_map(Value::as_array).filter(|exact| !exact.is_empty()) {
            let distinct: std::collections::BTreeSet<&str> = exact.iter().filter_map(Value::as_str).collect();
            let count = distinct.len();
            let places = distinct.into_iter().map(|name| self.bind(name.to_owned())).collect::<Vec<_>>().join(", ");
            parts.push(format!(
                "((SELECT count(*) {from}) = {count} AND (SELECT count(*) {from} AND {column} IN ({places})) = {count})"
            ));
        }
        joined(&parts, " OR ", NOBODY)
    }

    fn json(&mut self, column: &str, path: &Path, test: &Test) -> String {
        match test {
            Test::OneOf(values) => self.json_one_of(column, path, values),
            Test::NoneOf(values) => format!("({}) IS NOT TRUE", self.json_one_of(column, path, values)),
            Test::Compare(comparison, value) => {
                let at = self.bind_path(path);
                let types = json_types(value);
                let place = self.bind(parameter(value));
                let comparison = comparison.sql();
                format!(
                    "(json_type({column}, {at}) IN ({types}) AND json_extract({column}, {at}) {comparison} {place})"
                )
            }
            Test::Exists(true) => format!("json_type({column}, {}) IS NOT NULL", self.bind_path(path)),
            Test::Exists(false) => format!("json_type({column}, {}) IS NULL", self.bind_path(path)),
            Test::Contains(value) => {
                let at = self.bind_path(path);
                let types = json_types(value);
                let same = if value.is_string() || value.is_number() {
                    format!(" AND e.value = {}", self.bind(parameter(value)))
                } else {
                    String::new()
                };
                format!(
                    "(json_type({column}, {at}) = 'array' \
                     AND EXISTS (SELECT 1 FROM json_each({column}, {at}) e WHERE e.type IN ({types}){same}))"
                )
            }
            Test::Words(words) => {
                let at = self.bind_path(path);
                self.words(&format!("iif(json_type({column}, {at}) = 'text', json_extract({column}, {at}), '')"), words)
            }
            _ => NOBODY.to_owned(),
        }
    }

    /// Equal in type and value: 1 is not "1", and true is not 1. An absent value equals `null`.
    fn json_one_of(&mut self, column: &str, path: &Path, values: &[Value]) -> String {
        let mut parts = Vec::new();
        if values.iter().any(Value::is_null) {
            parts.push(format!("coalesce(json_type({column}, {}), 'null') = 'null'", self.bind_path(path)));
        }
        for flag in [true, false].into_iter().filter(|flag| values.contains(&Value::Bool(*flag))) {
            parts.push(format!("json_type({column}, {}) = '{flag}'", self.bind_path(path)));
        }
        for of_type in [Value::is_string, Value::is_number] {
            let alike: Vec<&Value> = values.iter().filter(|value| of_type(value)).collect();
            if let Some(first) = alike.first() {
                let types = json_types(first);
                let at = self.bind_path(path);
                let places = self.bind_all(alike);
                parts.push(format!(
                    "(json_type({column}, {at}) IN ({types}) AND json_extract({column}, {at}) IN ({places}))"
                ));
            }
        }
        for structure in values.iter().filter(|value| value.is_array() || value.is_object()) {
            let json_path = path.json_path();
            parts.push(self.structure(column, &json_path, structure));
        }
        joined(&parts, " OR ", NOBODY)
    }

    /// Equality with an object (in any order of its keys) or an array, value by value.
    pub(super) fn structure(&mut self, column: &str, json_path: &str, value: &Value) -> String {
        let at = self.bind(json_path.to_owned());
        let types = json_types(value);
        let mut parts = vec![format!("json_type({column}, {at}) IN ({types})")];
        match value {
            Value::Array(items) => {
                parts.push(format!("json_array_length({column}, {at}) = {}", items.len()));
                for (index, item) in items.iter().enumerate() {
                    parts.push(self.structure(column, &format!("{json_path}[{index}]"), item));
                }
            }
            Value::Object(entries) => {
                parts.push(format!("(SELECT count(*) FROM json_each({column}, {at})) = {}", entries.len()));
                for (key, entry) in entries {
                    parts.push(self.structure(column, &format!("{json_path}{}", step(key)), entry));
                }
            }
            Value::String(_) | Value::Number(_) => {
                parts.push(format!("json_extract({column}, {at}) = {}", self.bind(parameter(value))));
            }
            Value::Null | Value::Bool(_) => {}
        }
        joined(&parts, " AND ", "TRUE")
    }

    /// Ends in what tells rows apart, in the direction of the last key, so that an index serves both. What is absent is less
    /// than all else.
    fn keys(&mut self, resource: &Resource, sort: &[SortKey]) -> Vec<Key> {
        let (default, mut descending) = resource.order;
        let never_null = |sql: &str| sql == default || resource.ids.contains(&sql);
        let mut keys = Vec::new();
        for key in sort {
            let sql = match &key.field.field.kind {
                Kind::Json(column) => self.json_key(column, &key.field.path, key.by),
                Kind::JsonText(column) => self.json_key(column, &key.field.path, SortType::Text),
                kind => self.expression(kind),
            };
            descending = key.descending;
            let is_number = matches!(key.field.field.kind, Kind::Number(_));
            keys.push(Key { nullable: !is_number && !never_null(&sql), sql, descending });
        }
        let rest = resource.ids.iter().copied();
        for sql in sort.is_empty().then_some(default).into_iter().chain(rest) {
            if !keys.iter().any(|key| key.sql == sql) {
                keys.push(Key { sql: sql.to_owned(), descending, nullable: false });
            }
        }
        keys
    }

    /// Behind the row with these keys: beyond it in the first, or level with it there and beyond in the next, and so on.
    fn behind(&mut self, keys: &[Key], values: &[Parameter]) -> String {
        let mut text = NOBODY.to_owned();
        for (key, value) in keys.iter().zip(values).rev() {
            let place = self.bind(value.clone());
            let Key { sql, descending, nullable } = key;
            let is_null = *value == Parameter::Null;
            let beyond = match (descending, is_null) {
                (false, false) => format!("{sql} > {place}"),
                (false, true) => format!("{sql} IS NOT NULL"),
                (true, false) if *nullable => format!("({sql} < {place} OR {sql} IS NULL)"),
                (true, false) => format!("{sql} < {place}"),
                (true, true) => NOBODY.to_owned(),
            };
            text = format!("({beyond} OR ({sql} IS {place} AND {text}))");
            // What follows from the rest is said all the same, since an index serves nothing with an OR.
            if !(is_null || *descending && *nullable) {
                text = format!("({sql} {} {place} AND {text})", if *descending { "<=" } else { ">=" });
            }
        }
        text
    }

    fn json_key(&mut self, column: &str, path: &Path, by: SortType) -> String {
        let at = self.bind_path(path);
        match by {
            SortType::Text => format!("CAST(json_extract({column}, {at}) AS TEXT)"),
            SortType::Number => format!(
                "CASE WHEN json_type({column}, {at}) IN ('integer', 'real') THEN json_extract({column}, {at}) END"
            ),
            SortType::Boolean => format!("CASE json_type({column}, {at}) WHEN 'true' THEN 1 WHEN 'false' THEN 0 END"),
        }
    }
}
