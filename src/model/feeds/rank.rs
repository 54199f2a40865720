//! The score by which an activity is ranked.

use serde_json::{Map, Value};

/// A score. Without a ranking it is 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Score {
    /// The higher, the earlier.
    pub score: f64,
    /// The values by which it came about, where that was asked for.
    pub vars: Option<Map<String, Value>>,
}
