//! The SQL of a query. Conditions are never negated where they could be unknown, so `NULL` reads as "does not hold".

use rusqlite::types::Value as Parameter;
use serde_json::Value;

use super::Filter;
use super::fields::{Comparison, Field, Path, Test, WORD_ENDS};
use super::sort::{SortKey, SortType};
use crate::clock::Time;

/// A compiled query over `users u`.
#[derive(Clone, Debug, PartialEq)]
pub struct Sql {
    /// What stands behind `WHERE`; it can be and'ed as it is.
    pub where_sql: String,
    /// What stands behind `ORDER BY`. Ends in the id, so that no two users tie.
    pub order_by_sql: String,
    /// The values of `?2`, `?3` and so on, for both texts.
    pub params: Vec<Parameter>,
}

impl Sql {
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

pub(super) fn compile(filter: &Filter, sort: &[SortKey], now: Time) -> Sql {
    let mut writer = Writer { params: Vec::new(), now };
    let where_sql = writer.filter(filter);
    let order_by_sql = writer.order(sort);
    Sql { where_sql, order_by_sql, params: writer.params }
}

struct Writer {
    params: Vec<Parameter>,
    now: Time,
}

const NOBODY: &str = "FALSE";

impl Writer {
    /// Takes a parameter and gives its place in the text.
    fn bind(&mut self, value: impl Into<Parameter>) -> String {
        bind(&mut self.params, value.into())
    }

    fn bind_all<'a>(&mut self, values: impl IntoIterator<Item = &'a Value>) -> String {
        values.into_iter().map(|value| self.bind(parameter(value))).collect::<Vec<_>>().join(", ")
    }

    fn bind_path(&mut self, path: &Path) -> String {
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

    fn condition(&mut self, field: &Field, test: &Test) -> String {
        match (field, test) {
            (Field::Teams, Test::OneOf(teams)) => self.teams(teams),
            (Field::Custom(path), test) => self.custom(path, test),
            (Field::Email, test) => self.custom(&Path(vec!["email".to_owned()]), test),
            (field, test) => {
                let expression = self.expression(field);
                self.scalar(&expression, test)
            }
        }
    }

    /// A built-in field as an expression.
    fn expression(&mut self, field: &Field) -> String {
        match field {
            Field::Id => "u.id".to_owned(),
            Field::Name => "u.name".to_owned(),
            Field::Role => "u.role".to_owned(),
            Field::Language => "u.language".to_owned(),
            Field::CreatedAt => "u.created_at".to_owned(),
            Field::UpdatedAt => "u.updated_at".to_owned(),
            Field::LastActive => "u.last_active".to_owned(),
            Field::Banned => self.ban(0),
            Field::ShadowBanned => self.ban(1),
            Field::BypassModeration | Field::Teams => NOBODY.to_owned(),
            Field::Username => {
                "iif(json_type(u.custom, '$.username') = 'text', json_extract(u.custom, '$.username'), u.name)"
                    .to_owned()
            }
            Field::Email => self.sort_value(&Path(vec!["email".to_owned()]), SortType::Text),
            Field::Custom(path) => self.sort_value(path, SortType::Text),
        }
    }

    /// Whether the user is banned from the whole app (`channel_cid` is empty), and the ban has not run out.
    fn ban(&mut self, shadow: i64) -> String {
        let now = self.bind(self.now.0);
        format!(
            "EXISTS (SELECT 1 FROM bans b WHERE b.app = ?1 AND b.user_id = u.id AND b.channel_cid = '' \
             AND b.shadow = {shadow} AND (b.expires_at IS NULL OR b.expires_at > {now}))"
        )
    }

    fn scalar(&mut self, expression: &str, test: &Test) -> String {
        match test {
            Test::OneOf(values) => {
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
            // Only flags and ids take this, and neither is ever null.
            Test::NoneOf(values) if values.is_empty() => "TRUE".to_owned(),
            Test::NoneOf(values) => format!("{expression} NOT IN ({})", self.bind_all(values)),
            Test::Compare(comparison, value) => {
                format!("{expression} {} {}", comparison.sql(), self.bind(parameter(value)))
            }
            Test::Exists(true) => format!("{expression} IS NOT NULL"),
            Test::Exists(false) => format!("{expression} IS NULL"),
            Test::Words(words) => self.words(expression, words),
            Test::Contains(_) => NOBODY.to_owned(),
        }
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

    /// A member of one of the teams; in none, for `null`; in exactly these, for a list.
    fn teams(&mut self, teams: &[Value]) -> String {
        const MEMBERSHIPS: &str = "FROM user_teams t WHERE t.app = ?1 AND t.user_id = u.id";
        let mut parts = Vec::new();
        let names: Vec<&Value> = teams.iter().filter(|team| team.is_string()).collect();
        if !names.is_empty() {
            let names = self.bind_all(names);
            parts.push(format!("EXISTS (SELECT 1 {MEMBERSHIPS} AND t.team IN ({names}))"));
        }
        if teams.iter().any(|team| team.is_null() || team.as_array().is_some_and(Vec::is_empty)) {
            parts.push(format!("NOT EXISTS (SELECT 1 {MEMBERSHIPS})"));
        }
        for exact in teams.iter().filter_map(Value::as_array).filter(|exact| !exact.is_empty()) {
            let distinct: std::collections::BTreeSet<&str> = exact.iter().filter_map(Value::as_str).collect();
            let count = distinct.len();
            let names = distinct.into_iter().map(|name| self.bind(name.to_owned())).collect::<Vec<_>>().join(", ");
            parts.push(format!(
                "((SELECT count(*) {MEMBERSHIPS}) = {count} \
                 AND (SELECT count(*) {MEMBERSHIPS} AND t.team IN ({names})) = {count})"
            ));
        }
        joined(&parts, " OR ", NOBODY)
    }

    fn custom(&mut self, path: &Path, test: &Test) -> String {
        match test {
            Test::OneOf(values) => self.custom_one_of(path, values),
            Test::NoneOf(values) => format!("NOT coalesce({}, FALSE)", self.custom_one_of(path, values)),
            Test::Compare(comparison, value) => {
                let at = self.bind_path(path);
                let types = json_types(value);
                let place = self.bind(parameter(value));
                let comparison = comparison.sql();
                format!(
                    "(json_type(u.custom, {at}) IN ({types}) AND json_extract(u.custom, {at}) {comparison} {place})"
                )
            }
            Test::Exists(true) => format!("json_type(u.custom, {}) IS NOT NULL", self.bind_path(path)),
            Test::Exists(false) => format!("json_type(u.custom, {}) IS NULL", self.bind_path(path)),
            Test::Contains(value) => {
                let at = self.bind_path(path);
                let types = json_types(value);
                let same = if value.is_string() || value.is_number() {
                    format!(" AND e.value = {}", self.bind(parameter(value)))
                } else {
                    String::new()
                };
                format!(
                    "(json_type(u.custom, {at}) = 'array' \
                     AND EXISTS (SELECT 1 FROM json_each(u.custom, {at}) e WHERE e.type IN ({types}){same}))"
                )
            }
            Test::Words(_) => NOBODY.to_owned(),
        }
    }

    /// Equal in type and value: 1 is not "1", and true is not 1. An absent value equals `null`.
    fn custom_one_of(&mut self, path: &Path, values: &[Value]) -> String {
        let mut parts = Vec::new();
        if values.iter().any(Value::is_null) {
            parts.push(format!("coalesce(json_type(u.custom, {}), 'null') = 'null'", self.bind_path(path)));
        }
        for flag in [true, false].into_iter().filter(|flag| values.contains(&Value::Bool(*flag))) {
            parts.push(format!("json_type(u.custom, {}) = '{flag}'", self.bind_path(path)));
        }
        for of_type in [Value::is_string, Value::is_number] {
            let alike: Vec<&Value> = values.iter().filter(|value| of_type(value)).collect();
            if let Some(first) = alike.first() {
                let types = json_types(first);
                let at = self.bind_path(path);
                let places = self.bind_all(alike);
                parts.push(format!(
                    "(json_type(u.custom, {at}) IN ({types}) AND json_extract(u.custom, {at}) IN ({places}))"
                ));
            }
        }
        for structure in values.iter().filter(|value| value.is_array() || value.is_object()) {
            let json_path = path.json_path();
            parts.push(self.structure(&json_path, structure));
        }
        joined(&parts, " OR ", NOBODY)
    }

    /// Equality with an object (in any order of its keys) or an array, value by value.
    fn structure(&mut self, json_path: &str, value: &Value) -> String {
        let at = self.bind(json_path.to_owned());
        let types = json_types(value);
        let mut parts = vec![format!("json_type(u.custom, {at}) IN ({types})")];
        match value {
            Value::Array(items) => {
                parts.push(format!("json_array_length(u.custom, {at}) = {}", items.len()));
                for (index, item) in items.iter().enumerate() {
                    parts.push(self.structure(&format!("{json_path}[{index}]"), item));
                }
            }
            Value::Object(entries) => {
                parts.push(format!("(SELECT count(*) FROM json_each(u.custom, {at})) = {}", entries.len()));
                for (key, entry) in entries {
                    parts.push(self.structure(&format!("{json_path}{}", step(key)), entry));
                }
            }
            Value::String(_) | Value::Number(_) => {
                parts.push(format!("json_extract(u.custom, {at}) = {}", self.bind(parameter(value))));
            }
            Value::Null | Value::Bool(_) => {}
        }
        joined(&parts, " AND ", "TRUE")
    }

    /// Ends in the id, in the direction of the last key, so that an index serves both. What is absent is less than all else.
    fn order(&mut self, sort: &[SortKey]) -> String {
        if sort.is_empty() {
            return "u.created_at DESC, u.id DESC".to_owned();
        }
        let mut keys: Vec<String> = sort
            .iter()
            .map(|key| {
                let expression = match &key.field {
                    Field::Custom(path) => self.sort_value(path, key.by),
                    field => self.expression(field),
                };
                format!("{expression}{}", direction(key.descending))
            })
            .collect();
        if !sort.iter().any(|key| key.field == Field::Id) {
            let descending = sort.last().is_some_and(|key| key.descending);
            keys.push(format!("u.id{}", direction(descending)));
        }
        keys.join(", ")
    }

    fn sort_value(&mut self, path: &Path, by: SortType) -> String {
        let at = self.bind_path(path);
        match by {
            SortType::Text => format!("CAST(json_extract(u.custom, {at}) AS TEXT)"),
            SortType::Number => format!(
                "CASE WHEN json_type(u.custom, {at}) IN ('integer', 'real') THEN json_extract(u.custom, {at}) END"
            ),
            SortType::Boolean => format!("CASE json_type(u.custom, {at}) WHEN 'true' THEN 1 WHEN 'false' THEN 0 END"),
        }
    }
}

impl Path {
    fn json_path(&self) -> String {
        self.0.iter().fold("$".to_owned(), |path, key| path + &step(key))
    }
}

impl Comparison {
    fn sql(self) -> &'static str {
        match self {
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
        }
    }
}

/// One key of a path, quoted as a JSON text, which is how `SQLite` reads a quoted label.
fn step(key: &str) -> String {
    format!(".{}", Value::from(key))
}

fn direction(descending: bool) -> &'static str {
    if descending { " DESC" } else { "" }
}

fn joined(parts: &[String], by: &str, none: &str) -> String {
    match parts {
        [] => none.to_owned(),
        [only] => only.clone(),
        _ => format!("({})", parts.join(by)),
    }
}

/// A scalar as `SQLite` holds what `json_extract` finds.
fn parameter(value: &Value) -> Parameter {
    match value {
        Value::Bool(flag) => Parameter::Integer(i64::from(*flag)),
        Value::String(text) => Parameter::Text(text.clone()),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => Parameter::Integer(whole),
            (None, Some(real)) => Parameter::Real(real),
            (None, None) => Parameter::Null,
        },
        Value::Null | Value::Array(_) | Value::Object(_) => Parameter::Null,
    }
}

/// The names that `json_type` has for the values of this one's type.
fn json_types(value: &Value) -> &'static str {
    match value {
        Value::Null => "'null'",
        Value::Bool(true) => "'true'",
        Value::Bool(false) => "'false'",
        Value::Number(_) => "'integer', 'real'",
        Value::String(_) => "'text'",
        Value::Array(_) => "'array'",
        Value::Object(_) => "'object'",
    }
}

fn spellings(word: &str) -> Vec<String> {
    let mut spellings = vec![word.to_owned()];
    if !word.is_ascii() {
        let mut letters = word.chars();
        let first = letters.next().map(char::to_uppercase).into_iter().flatten();
        let capitalised: String = first.chain(letters).collect();
        spellings.extend([capitalised.to_ascii_lowercase(), word.to_uppercase().to_ascii_lowercase()]);
    }
    spellings
}
