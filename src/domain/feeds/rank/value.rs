//! The values of ranking expressions.

use std::cmp::Ordering;

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Number(f64),
    Text(String),
}

impl Value {
    /// What holds is 1, what does not is 0.
    pub fn flag(holds: bool) -> Self {
        Self::Number(f64::from(u8::from(holds)))
    }

    /// A whole number.
    #[expect(clippy::cast_precision_loss, reason = "what is counted is smaller by far")]
    pub fn count(count: i64) -> Self {
        Self::Number(count as f64)
    }

    /// What an app stores; objects, lists and `null` are none.
    pub fn of(json: &serde_json::Value) -> Option<Self> {
        match json {
            serde_json::Value::Bool(flag) => Some(Self::flag(*flag)),
            serde_json::Value::Number(number) => number.as_f64().map(Self::Number),
            serde_json::Value::String(text) => Some(Self::Text(text.clone())),
            _ => None,
        }
    }

    /// As JSON has it. What JSON cannot say is 0.
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Number(number) => serde_json::Value::from(finite(*number)),
            Self::Text(text) => serde_json::Value::from(text.as_str()),
        }
    }

    /// As a number; a text that is none counts as 0.
    pub(super) fn number(&self) -> f64 {
        match self {
            Self::Number(number) => *number,
            Self::Text(text) => text.trim().parse().unwrap_or_default(),
        }
    }

    /// As a text.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Text(text) => text.clone(),
        }
    }

    pub(super) fn holds(&self) -> bool {
        match self {
            Self::Number(number) => *number != 0.0,
            Self::Text(text) => !text.is_empty(),
        }
    }

    /// Two texts as texts, two numbers as numbers; a text and a number are not to be compared.
    pub(super) fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Number(one), Self::Number(other)) => one.partial_cmp(other),
            (Self::Text(one), Self::Text(other)) => Some(one.cmp(other)),
            _ => None,
        }
    }
}

/// A number that JSON can say.
pub fn finite(number: f64) -> f64 {
    if number.is_nan() { 0.0 } else { number.clamp(f64::MIN, f64::MAX) }
}
