//! The query's parameters of a request.

use serde::de::DeserializeOwned;

use crate::error::{ApiError, Result};
use crate::json;
use crate::validate::within;

/// The query's parameters, decoded. All are texts; of a repeated one the first counts, unless it is a list.
#[derive(Clone, Debug, Default)]
pub struct Params {
    pairs: Vec<(String, String)>,
    with_semicolon: Vec<String>,
}

impl Params {
    /// Decodes a query string (`+` is a space).
    pub fn parse(query: &str) -> Self {
        let decoded = |text: &str| url::form_urlencoded::parse(text.as_bytes()).into_owned().collect::<Vec<_>>();
        let with_semicolon = query.split('&').filter(|pair| pair.contains(';'));
        let with_semicolon = with_semicolon.flat_map(|pair| decoded(pair).into_iter().map(|(name, _)| name)).collect();
        Self { pairs: decoded(query), with_semicolon }
    }

    /// Whether a `;` stood in a parameter as it is, not as `%3B`: Go's servers drop such a parameter.
    pub fn has_raw_semicolon(&self, name: &str) -> bool {
        self.with_semicolon.iter().any(|other| other == name)
    }

    /// A parameter's text.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The names of all parameters, in the order in which they came.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.pairs.iter().map(|(name, _)| name.as_str())
    }

    /// The query again, without some of its parameters.
    pub fn without(&self, names: &[&str]) -> String {
        let others = self.pairs.iter().filter(|(name, _)| !names.contains(&name.as_str()));
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(others).finish()
    }

    /// A parameter's text, unless it is empty.
    pub fn given(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|text| !text.is_empty())
    }

    /// A parameter that has to be there and not empty.
    pub fn required(&self, name: &str) -> Result<&str> {
        self.given(name).ok_or_else(|| ApiError::input(format!("{name} is a required field")))
    }

    /// `true` or `false`; absent is `false`.
    pub fn flag(&self, name: &str) -> Result<bool> {
        match self.get(name).unwrap_or_default() {
            "true" | "1" | "True" => Ok(true),
            "" | "false" | "0" | "False" => Ok(false),
            _ => Err(ApiError::input(format!("{name} must be a boolean"))),
        }
    }

    /// A whole number within limits, both included; absent is the default.
    pub fn number(&self, name: &str, least: i64, most: i64, default: i64) -> Result<i64> {
        match self.given(name) {
            None => Ok(default),
            Some(text) => {
                let number = text.parse().map_err(|_| ApiError::input(format!("{name} must be a number")))?;
                within(name, number, least, most)
            }
        }
    }

    /// A list: comma-joined, or its parameter repeated.
    pub fn list(&self, name: &str) -> Vec<String> {
        let texts = self.pairs.iter().filter(|(key, _)| key == name);
        let items = texts.flat_map(|(_, text)| text.split(','));
        items.map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
    }

    /// A parameter that holds JSON. A missing one is code 4 as well (wire-contract 2.1).
    pub fn json<T: DeserializeOwned>(&self, name: &str) -> Result<T> {
        json::decode(self.get(name).unwrap_or_default().as_bytes())
    }
}
