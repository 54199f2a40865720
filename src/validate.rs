//! What every validator says, in Stream's words (wire-contract 2.1).

use serde_json::Value;

use crate::auth::go_json::type_name;
use crate::error::{ApiError, Result};

/// A number within limits, or the validator's phrase.
pub fn within(name: &str, number: i64, least: i64, most: i64) -> Result<i64> {
    if number < least {
        Err(ApiError::input(format!("{name} must be {} or greater", thousands(least))))
    } else if number > most {
        Err(ApiError::input(format!("{name} must be {} or less", thousands(most))))
    } else {
        Ok(number)
    }
}

/// Requires a list to have between 1 and `most` items.
pub fn batch(name: &str, length: usize, most: usize) -> Result<()> {
    if length == 0 {
        Err(ApiError::input(format!("{name} must contain at least 1 item")))
    } else if length > most {
        Err(ApiError::input(format!("{name} must contain at maximum {most} items")))
    } else {
        Ok(())
    }
}

/// Requires a text to have `most` characters at the most.
pub fn max_chars(name: &str, text: &str, most: usize) -> Result<()> {
    if text.chars().nth(most).is_none() {
        return Ok(());
    }
    let most = thousands(i64::try_from(most).unwrap_or(i64::MAX));
    Err(ApiError::input(format!("{name} must be a maximum of {most} characters in length")))
}

/// A text that was sent and says something: an empty one says nothing.
pub fn given<T: AsRef<str>>(text: Option<T>) -> Option<T> {
    text.filter(|text| !text.as_ref().is_empty())
}

/// A text that has to be sent, and to say something.
pub fn required<T: AsRef<str>>(name: &str, text: Option<T>) -> Result<T> {
    given(text).ok_or_else(|| ApiError::input(format!("{name} is a required field")))
}

/// The text for a value of the wrong JSON type (wire-contract 2.1).
pub fn wrong_type(key: &str, value: &Value, expected: &str) -> String {
    let found = type_name(value);
    format!("expected {expected} for field \"{key}\" but got {found}")
}

/// A number with commas between its thousands, as the validator's phrases have it (`1,000`).
pub fn thousands(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if number < 0 { format!("-{text}") } else { text }
}
