//! What may be asked of which field: what a resource's table says, and the operands that its fields take.

use serde_json::Value;

use super::limits::{FILTER_DEPTH_MAX, FILTER_LIST_MAX, clip, too_deep};
use super::operand::{self, moment, names, nodes, not_a_name, words, wrong_type};
use super::operator::Operator::{
    Autocomplete, Contains, Equal, Exists, Gt, Gte, In, Lt, Lte, Nin, PathExists, Search, Unequal,
};
use super::operator::{Operator, not_taken};
use super::place;
use super::place::Place;
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
    /// What holds or not; `{now}` in it is the moment at which it is judged, or `{viewer}` who asks.
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
    /// A number that is never null.
    Number(&'static str),
    /// Texts under which a thing is listed in a table of its own. To be equal to a list is to have all of it.
    Listed {
        /// The thing's number.
        key: &'static str,
        /// Selects the numbers of what is listed under one of the texts in the JSON array `{values}`.
        of: &'static str,
    },
    /// A text, perhaps null, whose words lie in a table of their own.
    Searched {
        /// The text.
        text: &'static str,
        /// The thing's number.
        key: &'static str,
        /// Selects the numbers of the things that have a word; ends in a condition.
        of: &'static str,
        /// The word's column.
        word: &'static str,
    },
    /// An object in a JSON column, of which a part is asked for.
    Object(&'static str),
    /// A place within a distance of another.
    Near(Place),
    /// A place between two others.
    Within(Place),
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
    /// Each of these is a word of the field.
    WholeWords(Vec<String>),
    Contains(Value),
    /// It is listed under each of these.
    ListedUnder(Vec<Value>),
    /// One of these objects is a part of it.
    Part(Vec<Value>),
    PathExists(Path),
    Near(place::Circle),
    Within(place::Bounds),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

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
            operator if taken.contains(&operator) => operator,
            // The old spelling of a search, which only fields that are indexed for it take (wire-contract 4.2).
            Search if taken.contains(&Autocomplete) => Autocomplete,
            Search => {
                return Err(ApiError::input(format!(
                    "search is not enabled for field {}.{}",
                    self.resource.collection,
                    clip(name)
                )));
            }
            operator => return Err(not_taken(operator.wire(), name)),
        };
        if let Some(test) = self.special(name, operator, operand)? {
            return Ok(test);
        }
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
            PathExists => {
                let keys = operand.as_str().ok_or_else(|| wrong_type(name, "string"))?;
                Test::PathExists(Path::named(self.resource, name, keys)?)
            }
            Autocomplete | Search => Test::Words(words(name, operand)?),
        })
    }

    /// What the operator means on a field that is no single value.
    fn special(&self, name: &str, operator: Operator, operand: &Value) -> Result<Option<Test>> {
        Ok(Some(match (&self.field.kind, operator) {
            (Kind::Listed { .. }, Equal | Contains) => Test::ListedUnder(operand::texts(name, operand)?),
            (Kind::Searched { .. }, Autocomplete) => Test::Words(operand::kept_words(name, operator, operand)?),
            (Kind::Searched { .. }, Search) => Test::WholeWords(operand::kept_words(name, operator, operand)?),
            (Kind::Object(_), Contains) => Test::Part(vec![self.operand(name, operand)?]),
            (Kind::Object(_), In) => Test::Part(self.list(name, operator, operand)?),
            (Kind::Near(_), _) => Test::Near(place::Circle::of(name, operand)?),
            (Kind::Within(_), _) => Test::Within(place::Bounds::of(name, operand)?),
            _ => return Ok(None),
        }))
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
            Kind::Object(_) if operand.is_object() => structure(self.resource, operand, 0).map(|()| operand.clone()),
            Kind::Number(_) if operand.is_number() => Ok(operand.clone()),
            Kind::Listed { .. } if operand.is_string() => Ok(operand.clone()),
            Kind::Object(_) | Kind::Number(_) | Kind::Listed { .. } => Err(wrong_type(name, self.expected())),
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
            Kind::Number(_) => "number",
            Kind::Object(_) => "object",
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
            Self::OneOf(values) | Self::NoneOf(values) | Self::Part(values) => values.iter().map(nodes).sum(),
            Self::ListedUnder(values) => values.len(),
            Self::Words(words) | Self::WholeWords(words) => words.len(),
            Self::Compare(..)
            | Self::Exists(_)
            | Self::Contains(_)
            | Self::PathExists(_)
            | Self::Near(_)
            | Self::Within(_) => 0,
        }
    }

    /// How many values it compares with.
    pub(super) fn values(&self) -> usize {
        match self {
            Self::OneOf(values) | Self::NoneOf(values) | Self::ListedUnder(values) => values.len(),
            _ => 1,
        }
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

// The wording was seen on QueryChannels with `team`.
fn not_supported(resource: &Resource, field: &str) -> ApiError {
    ApiError::input(format!("field {} is not supported in {}", clip(field), resource.operation))
}
