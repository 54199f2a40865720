//! What may be asked of which field: what a resource's table says, and the operands that its fields take.

use serde_json::Value;

use super::limits::{FILTER_DEPTH_MAX, FILTER_LIST_MAX, FILTER_WORDS_MAX, clip, too_deep};
use super::operator::Operator::{Autocomplete, Contains, Equal, Exists, Gt, Gte, In, Lt, Lte, Nin, Search, Unequal};
use super::operator::{Operator, not_taken};
use crate::clock::Time;
use crate::error::{ApiError, Result};

/// What may be queried, and where it stands in the database.
#[derive(Debug)]
pub struct Resource {
    /// The operation that refusals name.
    pub operation: &'static str,
    /// What a search that is not enabled is refused with, before the field's name.
    pub collection: &'static str,
    /// What the operation calls its filter.
    pub filter: &'static str,
    /// The fields. A name with dots leads into the JSON field that stands before the first.
    pub fields: &'static [Field],
    /// The JSON field into which names lead that are none of a field.
    pub bare: Option<&'static str>,
    /// Names that no filter takes, and that are not taken for such ones.
    pub refused: &'static [&'static str],
    /// The order unless one is asked for: an expression that is never null, and whether it descends.
    pub order: (&'static str, bool),
    /// The expressions that together tell any two rows apart; none is ever null.
    pub ids: &'static [&'static str],
}

/// A field that a filter or a sort may name.
#[derive(Debug)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// Its type, with its SQL.
    pub kind: Kind,
    /// The operators that it takes.
    pub operators: &'static [Operator],
    /// Whether an order may name it.
    pub sortable: bool,
}

impl Field {
    /// A field that filters and orders may name.
    pub const fn new(name: &'static str, kind: Kind, operators: &'static [Operator]) -> Self {
        Self { name, kind, operators, sortable: true }
    }

    /// The same without the orders.
    #[must_use]
    pub const fn unsorted(self) -> Self {
        Self { sortable: false, ..self }
    }
}

/// The type of a field, with the SQL of its value.
#[derive(Debug)]
pub enum Kind {
    /// A text that is never null.
    Id(&'static str),
    /// A text, perhaps null.
    Text(&'static str),
    /// A text that is empty where there is none.
    TextOrEmpty(&'static str),
    /// A moment in nanoseconds, perhaps null.
    Time(&'static str),
    /// What holds or not; `{now}` in it is the moment at which it is judged.
    Flag(&'static str),
    /// Names in a table of their own: the rows of one thing, behind `FROM`, and the name's column.
    Names {
        /// Ends in a condition.
        from: &'static str,
        /// Of that table.
        column: &'static str,
    },
    /// Whatever lies in a JSON column, at the rest of the name.
    Json(&'static str),
    /// The text that lies in a JSON column under the field's name.
    JsonText(&'static str),
}

/// A field as it was named: which, and where in it.
#[derive(Clone, Debug)]
pub(super) struct Named {
    resource: &'static Resource,
    pub(super) field: &'static Field,
    /// Empty but in JSON.
    pub(super) path: Path,
}

/// The keys that lead to a value in a JSON column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Path(pub(super) Vec<String>);

/// What a condition asks of its field. The operands have the field's type; times are nanoseconds.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Test {
    OneOf(Vec<Value>),
    NoneOf(Vec<Value>),
    Compare(Comparison, Value),
    Exists(bool),
    /// Each of these begins a word of the field.
    Words(Vec<String>),
    Contains(Value),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

/// Characters that end a word, besides the blank, for `$autocomplete`.
pub(super) const WORD_ENDS: &str = "-_.,:;@!()/'\"\t\n";

impl Named {
    pub(super) fn of(resource: &'static Resource, name: &str) -> Result<Self> {
        if resource.refused.contains(&name) {
            return Err(not_supported(resource, name));
        }
        let listed = |name: &str| resource.fields.iter().find(|field| field.name == name);
        if let Some(field) = listed(name) {
            let path = if matches!(field.kind, Kind::JsonText(_)) { vec![name.to_owned()] } else { Vec::new() };
            return Ok(Self { resource, field, path: Path(path) });
        }
        let open = |name: &str| listed(name).filter(|field| matches!(field.kind, Kind::Json(_)));
        let inside = name.split_once('.').and_then(|(head, rest)| Some((open(head)?, rest)));
        let (field, keys) =
            inside.or_else(|| Some((open(resource.bare?)?, name))).ok_or_else(|| not_supported(resource, name))?;
        Ok(Self { resource, field, path: Path::named(resource, name, keys)? })
    }

    pub(super) fn whole(resource: &'static Resource, field: &'static Field) -> Self {
        Self { resource, field, path: Path(Vec::new()) }
    }

    /// The condition that an operator and its operand make on this field, which the caller called `name`.
    pub(super) fn test(&self, name: &str, operator: Operator, operand: &Value) -> Result<Test> {
        let taken = self.field.operators;
        let operator = match operator {
            // The old spelling of a search, which only fields that are indexed for it take (wire-contract 4.2).
            Search if taken.contains(&Autocomplete) => Autocomplete,
            Search => {
                return Err(ApiError::input(format!(
                    "search is not enabled for field {}.{}",
                    self.resource.collection,
                    clip(name)
                )));
            }
            operator if taken.contains(&operator) => operator,
            operator => return Err(not_taken(operator.wire(), name)),
        };
        Ok(match operator {
            Equal => Test::OneOf(self.ids_only(vec![self.operand(name, operand)?])),
            Unequal => Test::NoneOf(self.ids_only(vec![self.operand(name, operand)?])),
            In => Test::OneOf(self.ids_only(self.list(name, operator, operand)?)),
            Nin => Test::NoneOf(self.ids_only(self.list(name, operator, operand)?)),
            Gt => Test::Compare(Comparison::Greater, self.comparable(name, operand)?),
            Gte => Test::Compare(Comparison::GreaterOrEqual, self.comparable(name, operand)?),
            Lt => Test::Compare(Comparison::Less, self.comparable(name, operand)?),
            Lte => Test::Compare(Comparison::LessOrEqual, self.comparable(name, operand)?),
            Exists => Test::Exists(operand.as_bool().ok_or_else(|| {
                // The literal was seen on QueryChannels.
                ApiError::input("$exists operator only support boolean values")
            })?),
            Contains => self.contains(name, operand)?,
            Autocomplete | Search => Test::Words(words(name, operand)?),
        })
    }

    /// An operand of `$eq` and the like. `null` stands for "has none"; on a flag it stands for nothing.
    fn operand(&self, name: &str, operand: &Value) -> Result<Value> {
        match self.field.kind {
            Kind::Flag(_) => match operand {
                Value::Bool(_) => Ok(operand.clone()),
                _ => Err(wrong_type(name, "boolean")),
            },
            Kind::Json(_) => structure(self.resource, operand, 0).map(|()| operand.clone()),
            Kind::Time(_) => moment(name, operand),
            Kind::TextOrEmpty(_) if operand.is_null() => Ok(Value::from("")),
            Kind::Names { .. } => names(name, operand),
            _ if operand.is_null() || operand.is_string() => Ok(operand.clone()),
            _ => Err(wrong_type(name, "string")),
        }
    }

    /// An operand of a comparison, which has a place in the order.
    fn comparable(&self, name: &str, operand: &Value) -> Result<Value> {
        let operand = self.operand(name, operand)?;
        match operand {
            Value::String(_) | Value::Number(_) => Ok(operand),
            _ => Err(wrong_type(name, self.expected())),
        }
    }

    fn list(&self, name: &str, operator: Operator, operand: &Value) -> Result<Vec<Value>> {
        let wire = operator.wire();
        let Some(items) = operand.as_array() else {
            return Err(ApiError::input(format!("{wire} operator only support arrays on field {}", clip(name))));
        };
        if items.len() > FILTER_LIST_MAX {
            return Err(ApiError::input(format!("{wire} must contain at maximum {FILTER_LIST_MAX} items")));
        }
        if matches!(self.field.kind, Kind::Names { .. }) && items.iter().any(Value::is_array) {
            return Err(wrong_type(name, self.expected()));
        }
        items.iter().map(|item| self.operand(name, item)).collect()
    }

    /// Ids are never null, so a null among them asks for nobody; and each counts once.
    fn ids_only(&self, mut values: Vec<Value>) -> Vec<Value> {
        if matches!(self.field.kind, Kind::Id(_)) {
            let mut seen = std::collections::HashSet::new();
            values.retain(|value| value.as_str().is_some_and(|id| seen.insert(id.to_owned())));
        }
        values
    }

    fn contains(&self, name: &str, operand: &Value) -> Result<Test> {
        match (&self.field.kind, operand) {
            (Kind::Names { .. }, Value::String(_)) => Ok(Test::OneOf(vec![names(name, operand)?])),
            (Kind::Names { .. }, _) => Err(wrong_type(name, "string")),
            (_, Value::Array(_) | Value::Object(_)) => Err(wrong_type(name, "string, number or boolean")),
            _ => Ok(Test::Contains(operand.clone())),
        }
    }

    /// What has a place in the order of the field's values.
    fn expected(&self) -> &'static str {
        match self.field.kind {
            Kind::Flag(_) => "boolean",
            Kind::Time(_) => "RFC 3339 date",
            Kind::Json(_) => "string or number",
            _ => "string",
        }
    }
}

impl Path {
    /// `a.b`, which is all of a name or its end.
    fn named(resource: &Resource, name: &str, keys: &str) -> Result<Self> {
        let keys: Vec<String> = keys.split('.').map(str::to_owned).collect();
        if keys.iter().any(|key| key.is_empty() || key.contains('\0')) {
            return Err(not_a_name(name));
        }
        if keys.len() > FILTER_DEPTH_MAX { Err(too_deep(resource.filter)) } else { Ok(Self(keys)) }
    }
}

impl Test {
    /// How many conditions of SQL this becomes, besides its first.
    pub(super) fn conditions(&self) -> usize {
        match self {
            Self::OneOf(values) | Self::NoneOf(values) => values.iter().map(nodes).sum(),
            Self::Words(words) => words.len(),
            Self::Compare(..) | Self::Exists(_) | Self::Contains(_) => 0,
        }
    }

    /// How many values it compares with.
    pub(super) fn values(&self) -> usize {
        match self {
            Self::OneOf(values) | Self::NoneOf(values) => values.len(),
            _ => 1,
        }
    }
}

/// The values inside a structure. A scalar is none, since all scalars of a list share one condition.
fn nodes(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.iter().map(|item| 1 + nodes(item)).sum::<usize>() + 1,
        Value::Object(entries) => entries.values().map(|entry| 1 + nodes(entry)).sum::<usize>() + 1,
        _ => 0,
    }
}

fn structure(resource: &Resource, value: &Value, depth: usize) -> Result<()> {
    if depth > FILTER_DEPTH_MAX {
        return Err(too_deep(resource.filter));
    }
    match value {
        Value::Array(items) => items.iter().try_for_each(|item| structure(resource, item, depth + 1)),
        Value::Object(entries) => entries.iter().try_for_each(|(key, entry)| {
            // `SQLite` compares the keys of a path up to a NUL only.
            if key.contains('\0') { Err(not_a_name(key)) } else { structure(resource, entry, depth + 1) }
        }),
        _ => Ok(()),
    }
}

/// A moment as the database holds it, from either spelling; `null` is none.
pub fn moment(name: &str, operand: &Value) -> Result<Value> {
    let fault = || wrong_type(name, "RFC 3339 date");
    match operand {
        Value::Null => Ok(Value::Null),
        Value::String(text) => Time::parse(text).map(|time| Value::from(time.0)).map_err(|_unreadable| fault()),
        _ => operand.as_i64().map(Value::from).ok_or_else(fault),
    }
}

/// A name, `null` for "none", or a list for "these names and no other".
fn names(field: &str, operand: &Value) -> Result<Value> {
    let names = match operand {
        Value::Null => return Ok(Value::Null),
        Value::Array(names) => names.as_slice(),
        name => std::slice::from_ref(name),
    };
    for name in names {
        match name.as_str() {
            None => return Err(wrong_type(field, "string")),
            // Stream answers 400 to an empty team; its text is not known (wire-contract 4.2).
            Some("") => return Err(ApiError::input(format!("field {field} must not contain an empty string"))),
            Some(_) => {}
        }
    }
    if names.len() > FILTER_LIST_MAX {
        return Err(ApiError::input(format!("{field} must contain at maximum {FILTER_LIST_MAX} items")));
    }
    Ok(operand.clone())
}

/// The words to look for, in lower case. Stream refuses a text without any letter or digit.
fn words(name: &str, operand: &Value) -> Result<Vec<String>> {
    let text = operand.as_str().ok_or_else(|| wrong_type(name, "string"))?;
    let words: Vec<String> = text
        .split(|c: char| c == ' ' || WORD_ENDS.contains(c))
        .filter(|word| word.chars().any(char::is_alphanumeric))
        .map(str::to_lowercase)
        .collect();
    if words.is_empty() {
        return Err(ApiError::input(
            "$autocomplete field is empty or contains invalid characters. Please provide a valid string to autocomplete",
        ));
    }
    if words.len() > FILTER_WORDS_MAX {
        return Err(ApiError::input(format!("$autocomplete must contain at maximum {FILTER_WORDS_MAX} words")));
    }
    Ok(words)
}

// The wording was seen on QueryChannels with `team`.
fn not_supported(resource: &Resource, field: &str) -> ApiError {
    ApiError::input(format!("field {} is not supported in {}", clip(field), resource.operation))
}

fn not_a_name(field: &str) -> ApiError {
    ApiError::input(format!("field {} is not a valid field name", clip(field)))
}

fn wrong_type(field: &str, expected: &str) -> ApiError {
    ApiError::input(format!("field {} expect {expected} values", clip(field)))
}
