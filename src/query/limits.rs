//! What a filter and a sort may hold at the most.

use crate::error::ApiError;

/// How deep `$and`, `$or` and the structure of a compared custom value may nest, and how many keys a path may have.
pub const FILTER_DEPTH_MAX: usize = 10;
/// Most conditions in one filter. Well below `SQLite`'s limit of 1,000 on the depth of an expression.
pub const FILTER_CONDITIONS_MAX: usize = 256;
/// Most values in one `$in` or `$nin`.
pub const FILTER_LIST_MAX: usize = 1_000;
/// Most values in one filter. Well below `SQLite`'s limit of 32,766 parameters.
pub const FILTER_VALUES_MAX: usize = 5_000;
/// Most words in one `$autocomplete`.
pub const FILTER_WORDS_MAX: usize = 10;
/// Most keys of a sort (wire-contract 4.2).
pub const SORT_KEYS_MAX: usize = 5;

pub(super) fn too_deep(filter: &str) -> ApiError {
    ApiError::input(format!("{filter} must be nested at maximum {FILTER_DEPTH_MAX} levels deep"))
}

/// A caller's text, short enough for a message.
pub(super) fn clip(text: &str) -> String {
    text.chars().take(60).collect()
}
