//! Patterns that apps look for in texts: what they find takes time that is linear in the text, and their size is bounded.

use regex_lite::{Regex, RegexBuilder};

use crate::error::{ApiError, Result};

/// Bytes of a compiled pattern at the most.
const PATTERN_MAX_BYTES: usize = 64 * 1024;

/// A pattern of a list, or why it is none.
pub fn pattern(text: &str) -> Result<Regex> {
    let built = RegexBuilder::new(text).size_limit(PATTERN_MAX_BYTES).build();
    built.map_err(|cause| ApiError::input(format!("words: the pattern {text} is not to be read: {cause}")))
}
