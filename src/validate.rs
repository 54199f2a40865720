//! What holds of values wherever they come from, in the words of Stream's validator.

use crate::error::{ApiError, Result};
use crate::settings::thousands;

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
    let shown = thousands(i64::try_from(most).unwrap_or(i64::MAX));
    Err(ApiError::input(format!("{name} must be a maximum of {shown} characters in length")))
}
