//! What a reader is interested in: tags, each with a weight.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::error::{ApiError, Result};

/// Tags with their weights.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Weights(BTreeMap<String, f64>);

impl Weights {
    /// Weights of tags, which are written as those of activities are.
    pub fn new(weights: impl IntoIterator<Item = (String, f64)>) -> Self {
        Self(weights.into_iter().map(|(tag, weight)| (tag.trim().to_lowercase(), weight)).collect())
    }

    /// These and others; the weights of a tag that both have are added.
    #[must_use]
    pub fn and(mut self, others: Self) -> Self {
        for (tag, weight) in others.0 {
            *self.0.entry(tag).or_default() += weight;
        }
        self
    }

    /// The tags that attract.
    pub fn liked(&self) -> Vec<&str> {
        self.0.iter().filter(|(_, weight)| **weight > 0.0).map(|(tag, _)| tag.as_str()).collect()
    }

    /// Whether none weighs.
    pub fn are_none(&self) -> bool {
        self.0.is_empty()
    }

    /// All of the weights of tags together, from -1 to 1.
    pub fn sum(&self, tags: &[String]) -> f64 {
        let sum: f64 = tags.iter().filter_map(|tag| self.0.get(tag)).sum();
        sum.clamp(-1.0, 1.0)
    }

    /// How interesting tags are together: half of each one's weight, from -1 to 1.
    pub fn score(&self, tags: &[String]) -> f64 {
        let sum: f64 = tags.iter().filter_map(|tag| self.0.get(tag)).map(|weight| weight / 2.0).sum();
        sum.clamp(-1.0, 1.0)
    }
}

/// What a request brings along to rank by.
#[derive(Clone, Debug, Default)]
pub struct Tastes {
    /// Values that expressions name.
    pub external: Map<String, Value>,
    /// What the reader is interested in.
    pub interests: Weights,
    /// Whether that stands for what is known of the reader.
    pub overwrites: bool,
}

/// The weights that a request brings.
pub fn of_request(weights: &Map<String, Value>) -> Result<Weights> {
    let weight = |(tag, weight): (&String, &Value)| match weight.as_f64() {
        Some(number) => Ok((tag.clone(), number)),
        None => Err(ApiError::input(format!("interest_weights.{tag} must be a number"))),
    };
    Ok(Weights::new(weights.iter().map(weight).collect::<Result<Vec<_>>>()?))
}
