//! A user as callers send it: in bodies, and when a socket signs in (wire-contract 4.2).

use serde::Deserialize;
use serde_json::{Map, Value};

use super::Dialect;
use crate::domain::users::UserInput;
use crate::error::{ApiError, Result};
use crate::model::user::BUILT_IN;
use crate::validate::wrong_type;

/// A user in a request. Custom data come nested, and in the legacy dialect beside the fields.
#[derive(Deserialize)]
pub struct UserRequest {
    id: Option<String>,
    name: Option<String>,
    image: Option<String>,
    role: Option<String>,
    teams: Option<Vec<String>>,
    teams_role: Option<Map<String, Value>>,
    language: Option<String>,
    invisible: Option<bool>,
    privacy_settings: Option<Map<String, Value>>,
    custom: Option<Value>,
    #[serde(flatten)]
    beside: Map<String, Value>,
}

impl UserRequest {
    /// Refuses what only Stream writes, by its path (wire-contract 2.1). A field that is `null` was not sent.
    pub fn refuse_reserved(&self, path: &str, is_reserved: fn(&str) -> bool) -> Result<()> {
        let sent = self.beside.iter().find(|(key, value)| !value.is_null() && is_reserved(key));
        sent.map_or(Ok(()), |(key, _)| Err(ApiError::reserved(&format!("{path}.{key}"))))
    }

    /// The user that is meant. Other fields that only Stream writes are ignored.
    pub fn into_input(self, dialect: Dialect) -> Result<UserInput> {
        let custom = match dialect {
            Dialect::V2 | Dialect::Video => nested(self.custom)?,
            Dialect::Legacy => {
                let mut beside = self.beside;
                beside.retain(|key, _| !BUILT_IN.contains(&key.as_str()));
                // Where custom data lie beside the fields, `custom` is a key like any other.
                beside.extend(self.custom.map(|value| ("custom".to_owned(), value)));
                beside
            }
        };
        Ok(UserInput {
            id: self.id.unwrap_or_default(),
            name: self.name,
            image: self.image,
            role: self.role.filter(|role| !role.is_empty()),
            teams: self.teams,
            teams_role: self.teams_role,
            language: self.language,
            invisible: self.invisible,
            privacy_settings: self.privacy_settings,
            custom,
        })
    }
}

fn nested(custom: Option<Value>) -> Result<Map<String, Value>> {
    match custom {
        None => Ok(Map::new()),
        Some(Value::Object(custom)) => Ok(custom),
        Some(other) => Err(ApiError::input(wrong_type("custom", &other, "object"))),
    }
}
