//! What is kept in collections.

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::clock::Time;
use crate::ids::UserId;
use crate::model::feeds::collection::{Collection, Reference, Referenced};

#[derive(Serialize)]
struct CollectionResponse<'a> {
    name: &'a str,
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom: Option<&'a Map<String, Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_at: Option<Time>,
    #[serde(skip_serializing_if = "Option::is_none")]
    updated_at: Option<Time>,
}

impl<'a> CollectionResponse<'a> {
    fn of(collection: &'a Collection, status: Option<&'static str>) -> Self {
        Self {
            name: &collection.reference.name,
            id: &collection.reference.id,
            status,
            user_id: collection.user_id.as_ref().map(UserId::as_str),
            custom: Some(&collection.custom),
            created_at: Some(collection.created_at),
            updated_at: Some(collection.updated_at),
        }
    }

    fn missing(Reference { name, id }: &'a Reference) -> Self {
        let status = Some("notfound");
        Self { name, id, status, user_id: None, custom: None, created_at: None, updated_at: None }
    }
}

impl Serialize for Collection {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        CollectionResponse::of(self, None).serialize(serializer)
    }
}

impl Serialize for Referenced {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Found(collection) => CollectionResponse::of(collection, Some("ok")),
            Self::Missing(reference) => CollectionResponse::missing(reference),
        }
        .serialize(serializer)
    }
}
