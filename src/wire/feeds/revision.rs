//! What became of activities and comments.

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::clock::Time;
use crate::model::feeds::revision::Revision;

#[derive(Serialize)]
struct RevisionResponse<'a> {
    object_type: &'static str,
    object_id: &'a str,
    action_type: &'static str,
    actor_type: &'static str,
    user_id: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    changed_fields: &'a [String],
    #[serde(skip_serializing_if = "Map::is_empty")]
    previous_obj_serialized: &'a Map<String, Value>,
    created_at: Time,
}

impl Serialize for Revision {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RevisionResponse {
            object_type: self.kind.name(),
            object_id: &self.object_id,
            action_type: self.action.name(),
            actor_type: if self.user_id.is_empty() { "admin" } else { "user" },
            user_id: &self.user_id,
            changed_fields: &self.changed_fields,
            previous_obj_serialized: &self.previous,
            created_at: self.created_at,
        }
        .serialize(serializer)
    }
}
