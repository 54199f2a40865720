//! A feed view: another way to read feeds than their group's (feeds-core 3.3).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::group::Selector;
use crate::clock::Time;

/// A view.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    /// Its id. One with the id of a built-in group is how feeds of that group are read.
    pub id: String,
    /// What was set of it.
    pub config: ViewConfig,
    /// When a feed was last read through it by its name.
    pub last_used_at: Option<Time>,
}

/// What is set of a view, as in a request. What is absent is not set.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default)]
pub struct ViewConfig {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub activity_selectors: Option<Vec<Selector>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aggregation: Option<Map<String, Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ranking: Option<Map<String, Value>>,
}
