//! Cursors: where a page ended, opaque to whoever sends them back, and of no use for another question than theirs.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::error::{ApiError, Result};

/// Bytes of a hash by which a cursor knows its question.
const ASKED_BYTES: usize = 9;

/// The question that a cursor leads on in: all that decides what is found, and in which order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked(String);

impl Asked {
    /// A question.
    pub fn of(question: &Value) -> Self {
        let hash = Sha256::digest(question.to_string());
        Self(URL_SAFE_NO_PAD.encode(&hash[..ASKED_BYTES]))
    }

    /// A cursor that leads on behind a row with these keys.
    pub fn cursor(&self, keys: impl IntoIterator<Item = Value>) -> String {
        let cursor: Vec<Value> = std::iter::once(Value::from(self.0.as_str())).chain(keys).collect();
        URL_SAFE_NO_PAD.encode(Value::from(cursor).to_string())
    }

    /// The keys in a cursor. `name` is what the caller calls it.
    pub fn keys(&self, name: &str, cursor: &str) -> Result<Vec<Value>> {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok();
        let mut cursor = bytes.and_then(|bytes| serde_json::from_slice::<Vec<Value>>(&bytes).ok()).unwrap_or_default();
        if !matches!(cursor.first(), Some(Value::String(_))) {
            return Err(ApiError::input(format!(
                "{name} is not a cursor of a page: send what the page before answered as {name}"
            )));
        }
        if cursor.remove(0) != *self.0 {
            return Err(ApiError::input(format!(
                "{name} is a cursor of another filter or sort: send it with those of the page before, or begin without it"
            )));
        }
        Ok(cursor)
    }
}
