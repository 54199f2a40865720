//! What stands behind an operator, checked.

use serde_json::Value;

use super::limits::{FILTER_LIST_MAX, FILTER_WORDS_MAX, clip};
use super::operator::Operator;
use super::words as kept;
use crate::clock::Time;
use crate::error::{ApiError, Result};

/// Characters that end a word, besides the blank, for `$autocomplete`.
pub(super) const WORD_ENDS: &str = "-_.,:;@!()/'\"\t\n";

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
pub(super) fn names(field: &str, operand: &Value) -> Result<Value> {
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
pub(super) fn words(name: &str, operand: &Value) -> Result<Vec<String>> {
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

pub(super) fn not_a_name(field: &str) -> ApiError {
    ApiError::input(format!("field {} is not a valid field name", clip(field)))
}

pub(super) fn wrong_type(field: &str, expected: &str) -> ApiError {
    ApiError::input(format!("field {} expect {expected} values", clip(field)))
}

/// One text, or a list of them that are all asked for.
pub(super) fn texts(name: &str, operand: &Value) -> Result<Vec<Value>> {
    let texts = operand.as_array().map_or(std::slice::from_ref(operand), Vec::as_slice);
    if !texts.iter().all(Value::is_string) {
        return Err(wrong_type(name, "string"));
    }
    if texts.len() > FILTER_LIST_MAX {
        return Err(ApiError::input(format!("{name} must contain at maximum {FILTER_LIST_MAX} items")));
    }
    Ok(texts.to_vec())
}

/// The words to look for, cut as those that are kept.
pub(super) fn kept_words(name: &str, operator: Operator, operand: &Value) -> Result<Vec<String>> {
    let text = operand.as_str().ok_or_else(|| wrong_type(name, "string"))?;
    let wire = operator.wire();
    let words: Vec<String> = kept::of(text).take(FILTER_WORDS_MAX + 1).collect();
    match words.len() {
        // As Stream refuses an `$autocomplete`.
        0 => Err(ApiError::input(format!(
            "{wire} field is empty or contains invalid characters. Please provide a valid string"
        ))),
        number if number > FILTER_WORDS_MAX => {
            Err(ApiError::input(format!("{wire} must contain at maximum {FILTER_WORDS_MAX} words")))
        }
        _ => Ok(words),
    }
}

/// The values inside a structure. A scalar is none, since all scalars of a list share one condition.
pub(super) fn nodes(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.iter().map(|item| 1 + nodes(item)).sum::<usize>() + 1,
        Value::Object(entries) => entries.values().map(|entry| 1 + nodes(entry)).sum::<usize>() + 1,
        _ => 0,
    }
}
