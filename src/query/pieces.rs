//! Pieces of SQL that hold no condition of their own: paths, comparisons, values, spellings.

use rusqlite::types::Value as Parameter;
use serde_json::Value;

use super::field::{Comparison, Path};

impl Path {
    pub(super) fn json_path(&self) -> String {
        self.0.iter().fold("$".to_owned(), |path, key| path + &step(key))
    }
}

impl Comparison {
    pub(super) fn sql(self) -> &'static str {
        match self {
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
        }
    }
}

/// One key of a path, quoted as a JSON text, which is how `SQLite` reads a quoted label.
pub(super) fn step(key: &str) -> String {
    format!(".{}", Value::from(key))
}

pub(super) fn joined(parts: &[String], by: &str, none: &str) -> String {
    match parts {
        [] => none.to_owned(),
        [only] => only.clone(),
        _ => format!("({})", parts.join(by)),
    }
}

/// A scalar as `SQLite` holds what `json_extract` finds.
pub(super) fn parameter(value: &Value) -> Parameter {
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
pub(super) fn json_types(value: &Value) -> &'static str {
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

pub(super) fn spellings(word: &str) -> Vec<String> {
    let mut spellings = vec![word.to_owned()];
    if !word.is_ascii() {
        let mut letters = word.chars();
        let first = letters.next().map(char::to_uppercase).into_iter().flatten();
        let capitalised: String = first.chain(letters).collect();
        spellings.extend([capitalised.to_ascii_lowercase(), word.to_uppercase().to_ascii_lowercase()]);
    }
    spellings
}
