//! Membership levels.

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::clock::Time;
use crate::model::feeds::membership::MembershipLevel;

impl Serialize for MembershipLevel {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct LevelResponse<'a> {
            id: &'a str,
            name: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            description: Option<&'a str>,
            priority: i64,
            tags: &'a [String],
            custom: &'a Map<String, Value>,
            created_at: Time,
            updated_at: Time,
        }
        LevelResponse {
            id: &self.id,
            name: &self.name,
            description: self.description.as_deref(),
            priority: self.priority,
            tags: &self.tags,
            custom: &self.custom,
            created_at: self.created_at,
            updated_at: self.updated_at,
        }
        .serialize(serializer)
    }
}
