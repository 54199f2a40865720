//! A named configuration of one that delivers push messages.

use serde_json::{Map, Value};

use crate::clock::Time;

/// Named configurations of an app at the most.
pub const PER_APP_MAX: usize = 25;

/// A configuration's name at the most, in characters.
pub const NAME_MAX_CHARS: usize = 255;

/// A named configuration.
#[derive(Clone, Debug, PartialEq)]
pub struct PushProvider {
    /// `firebase`, `apn`, `huawei` or `xiaomi`.
    pub provider: String,
    /// Its name.
    pub name: String,
    /// Its fields, by the names that Stream has for them.
    pub config: Map<String, Value>,
    /// Since when it is there.
    pub created_at: Time,
    /// When it was last set.
    pub updated_at: Time,
}
