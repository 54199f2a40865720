//! What may be asked of which field: the table of wire-contract 4.2, and the operands that it takes.

use serde_json::Value;

use super::{FILTER_DEPTH_MAX, FILTER_LIST_MAX, FILTER_WORDS_MAX, clip, too_deep};
use crate::clock::Time;
use crate::error::{ApiError, Result};

/// A field that a filter or a sort may name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Banned,
    ShadowBanned,
    /// Nobody bypasses moderation here: there is none.
    BypassModeration,
    CreatedAt,
    UpdatedAt,
    LastActive,
    Role,
    Name,
    Id,
    /// `custom.username`, or the name of a user who has none: a recorded run found a user by a `username` set beside the
    /// built-in fields, and v2 has no other place for it.
    Username,
    Language,
    /// `custom.email`: no user of either dialect has a built-in one.
    Email,
    Teams,
    Custom(Path),
}

/// The keys that lead to a value in custom data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Path(pub(super) Vec<String>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    Unequal,
    Gt,
    Gte,
    Lt,
    Lte,
    In,
    Nin,
    Exists,
    Autocomplete,
    Contains,
    Search,
}

use Operator::{Autocomplete, Contains, Equal, Exists, Gt, Gte, In, Lt, Lte, Nin, Unequal};

const FLAG: &[Operator] = &[Equal, Unequal];
const ORDERED: &[Operator] = &[Equal, Exists, Gt, Gte, In, Lt, Lte];
const NAME: &[Operator] = &[Equal, Exists, Gt, Gte, In, Lt, Lte, Autocomplete];
const ID: &[Operator] = &[Equal, Exists, Gt, Gte, In, Lt, Lte, Autocomplete, Unequal, Nin];
const CUSTOM: &[Operator] = &[Contains, Equal, Exists, Gt, Gte, In, Lt, Lte];

/// The built-in fields of a user that no filter takes. Named here, so that they are not taken for custom ones.
const NOT_FILTERABLE: &[&str] = &[
    "ban_expires",
    "blocked_user_ids",
    "custom",
    "deactivated_at",
    "deleted_at",
    "devices",
    "image",
    "invisible",
    "online",
    "privacy_settings",
    "revoke_tokens_issued_before",
    "teams_role",
];

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

impl Field {
    pub(super) fn named(name: &str) -> Result<Self> {
        Ok(match name {
            "banned" => Self::Banned,
            "shadow_banned" => Self::ShadowBanned,
            "bypass_moderation" => Self::BypassModeration,
            "created_at" => Self::CreatedAt,
            "updated_at" => Self::UpdatedAt,
            "last_active" => Self::LastActive,
            "role" => Self::Role,
            "name" => Self::Name,
            "id" => Self::Id,
            "username" => Self::Username,
            "language" => Self::Language,
            "email" => Self::Email,
            "teams" => Self::Teams,
            _ if NOT_FILTERABLE.contains(&name) => {
                return Err(ApiError::input(format!("field {name} is not supported in QueryUsers")));
            }
            _ => Self::Custom(Path::named(name)?),
        })
    }

    fn operators(&self) -> &'static [Operator] {
        match self {
            Self::Banned | Self::ShadowBanned | Self::BypassModeration => FLAG,
            Self::CreatedAt | Self::UpdatedAt | Self::LastActive | Self::Role => ORDERED,
            Self::Name => NAME,
            Self::Id => ID,
            Self::Username => &[Autocomplete, Equal],
            Self::Language => &[Equal],
            Self::Email => &[Equal, In],
            Self::Teams => &[Contains, Equal, In],
            Self::Custom(_) => CUSTOM,
        }
    }

    /// The condition that an operator and its operand make on this field, which the caller called `name`.
    pub(super) fn test(&self, name: &str, operator: Operator, operand: &Value) -> Result<Test> {
        let operator = match operator {
            // The old spelling of a search, which only fields that are indexed for it take (wire-contract 4.2).
            Operator::Search if self.operators().contains(&Autocomplete) => Autocomplete,
            Operator::Search => {
                return Err(ApiError::input(format!("search is not enabled for field users.{}", clip(name))));
            }
            operator if self.operators().contains(&operator) => operator,
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
            Autocomplete | Operator::Search => Test::Words(words(name, operand)?),
        })
    }

    /// An operand of `$eq` and the like. `null` stands for "has none"; on a flag it stands for nothing.
    fn operand(&self, name: &str, operand: &Value) -> Result<Value> {
        match self {
            Self::Banned | Self::ShadowBanned | Self::BypassModeration => match operand {
                Value::Bool(_) => Ok(operand.clone()),
                _ => Err(wrong_type(name, "boolean")),
            },
            Self::Custom(_) => structure(operand, 0).map(|()| operand.clone()),
            Self::CreatedAt | Self::UpdatedAt | Self::LastActive => moment(name, operand),
            // An unset language is the empty text (wire-contract 4.1).
            Self::Language if operand.is_null() => Ok(Value::from("")),
            Self::Teams => teams(name, operand),
            _ if operand.is_null() || operand.is_string() => Ok(operand.clone()),
            _ => Err(wrong_type(name, "string")),
        }
    }

    /// An operand of a comparison, which has a place in the order.
    fn comparable(&self, name: &str, operand: &Value) -> Result<Value> {
        let operand = self.operand(name, operand)?;
        match operand {
            Value::String(_) | Value::Number(_) => Ok(operand),
            _ if matches!(self, Self::Custom(_)) => Err(wrong_type(name, "string or number")),
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
        if matches!(self, Self::Teams) && items.iter().any(Value::is_array) {
            return Err(wrong_type(name, self.expected()));
        }
        items.iter().map(|item| self.operand(name, item)).collect()
    }

    /// Ids are never null, so a null among them asks for nobody; and each counts once.
    fn ids_only(&self, mut values: Vec<Value>) -> Vec<Value> {
        if matches!(self, Self::Id) {
            let mut seen = std::collections::HashSet::new();
            values.retain(|value| value.as_str().is_some_and(|id| seen.insert(id.to_owned())));
        }
        values
    }

    fn contains(&self, name: &str, operand: &Value) -> Result<Test> {
        match (self, operand) {
            (Self::Teams, Value::String(_)) => Ok(Test::OneOf(vec![teams(name, operand)?])),
            (Self::Teams, _) => Err(wrong_type(name, "string")),
            (_, Value::Array(_) | Value::Object(_)) => Err(wrong_type(name, "string, number or boolean")),
            _ => Ok(Test::Contains(operand.clone())),
        }
    }

    fn expected(&self) -> &'static str {
        match self {
            Self::Banned | Self::ShadowBanned | Self::BypassModeration => "boolean",
            Self::CreatedAt | Self::UpdatedAt | Self::LastActive => "RFC 3339 date",
            _ => "string",
        }
    }
}

impl Path {
    /// `a.b`, with or without `custom.` before it.
    fn named(name: &str) -> Result<Self> {
        let keys: Vec<String> = name.strip_prefix("custom.").unwrap_or(name).split('.').map(str::to_owned).collect();
        if keys.iter().any(|key| key.is_empty() || key.contains('\0')) {
            return Err(not_a_name(name));
        }
        if keys.len() > FILTER_DEPTH_MAX { Err(too_deep()) } else { Ok(Self(keys)) }
    }
}

impl Operator {
    const ALL: &[(&'static str, Self)] = &[
        ("$eq", Equal),
        ("$ne", Unequal),
        ("$gt", Gt),
        ("$gte", Gte),
        ("$lt", Lt),
        ("$lte", Lte),
        ("$in", In),
        ("$nin", Nin),
        ("$exists", Exists),
        ("$autocomplete", Autocomplete),
        ("$contains", Contains),
        ("$q", Self::Search),
    ];

    pub(super) fn named(wire: &str, field: &str) -> Result<Self> {
        let known = Self::ALL.iter().find(|(name, _)| *name == wire);
        known.map(|(_, operator)| *operator).ok_or_else(|| not_taken(wire, field))
    }

    fn wire(self) -> &'static str {
        Self::ALL.iter().find(|(_, operator)| *operator == self).map_or("", |(wire, _)| wire)
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

fn structure(value: &Value, depth: usize) -> Result<()> {
    if depth > FILTER_DEPTH_MAX {
        return Err(too_deep());
    }
    match value {
        Value::Array(items) => items.iter().try_for_each(|item| structure(item, depth + 1)),
        Value::Object(entries) => entries.iter().try_for_each(|(key, entry)| {
            // `SQLite` compares the keys of a path up to a NUL only.
            if key.contains('\0') { Err(not_a_name(key)) } else { structure(entry, depth + 1) }
        }),
        _ => Ok(()),
    }
}

fn moment(name: &str, operand: &Value) -> Result<Value> {
    let fault = || wrong_type(name, "RFC 3339 date");
    match operand {
        Value::Null => Ok(Value::Null),
        Value::String(text) => Time::parse(text).map(|time| Value::from(time.0)).map_err(|_unreadable| fault()),
        _ => operand.as_i64().map(Value::from).ok_or_else(fault),
    }
}

/// A team, `null` for "no team", or a list for "these teams and no other".
fn teams(name: &str, operand: &Value) -> Result<Value> {
    let names = match operand {
        Value::Null => return Ok(Value::Null),
        Value::Array(names) => names.as_slice(),
        team => std::slice::from_ref(team),
    };
    for team in names {
        match team.as_str() {
            None => return Err(wrong_type(name, "string")),
            // Stream answers 400 to an empty team; its text is not known (wire-contract 4.2).
            Some("") => return Err(ApiError::input("field teams must not contain an empty string")),
            Some(_) => {}
        }
    }
    if names.len() > FILTER_LIST_MAX {
        return Err(ApiError::input(format!("teams must contain at maximum {FILTER_LIST_MAX} items")));
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

// The wording of both was seen on QueryChannels with `team`.
fn not_taken(operator: &str, field: &str) -> ApiError {
    ApiError::input(format!("cannot use operator \"{}\" when filtering by {}", clip(operator), clip(field)))
}

fn not_a_name(field: &str) -> ApiError {
    ApiError::input(format!("field {} is not a valid field name", clip(field)))
}

fn wrong_type(field: &str, expected: &str) -> ApiError {
    ApiError::input(format!("field {} expect {expected} values", clip(field)))
}
