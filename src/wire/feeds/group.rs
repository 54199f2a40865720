//! Feed groups and views.

use serde::{Serialize, Serializer};

use crate::clock::Time;
use crate::model::feeds::group::{Group, GroupConfig};
use crate::model::feeds::view::{View, ViewConfig};

impl Serialize for Group {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct GroupResponse<'a> {
            id: &'a str,
            #[serde(flatten)]
            config: &'a GroupConfig,
            created_at: Time,
            updated_at: Time,
            #[serde(skip_serializing_if = "Option::is_none")]
            deleted_at: Option<Time>,
        }
        let Self { id, config, created_at, updated_at, deleted_at } = self;
        let (created_at, updated_at, deleted_at) = (*created_at, *updated_at, *deleted_at);
        GroupResponse { id, config, created_at, updated_at, deleted_at }.serialize(serializer)
    }
}

impl Serialize for View {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct ViewResponse<'a> {
            id: &'a str,
            #[serde(flatten)]
            config: &'a ViewConfig,
            #[serde(skip_serializing_if = "Option::is_none")]
            last_used_at: Option<Time>,
        }
        ViewResponse { id: &self.id, config: &self.config, last_used_at: self.last_used_at }.serialize(serializer)
    }
}
