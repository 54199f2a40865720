//! Bookmarks and their folders.

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::clock::Time;
use crate::model::feeds::activity::EnrichedActivity;
use crate::model::feeds::bookmark::{EnrichedBookmark, EnrichedFolder};
use crate::wire::users::UserResponse;

impl Serialize for EnrichedBookmark {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct BookmarkResponse<'a> {
            object_id: &'a str,
            object_type: &'static str,
            activity_id: &'a str,
            activity: &'a EnrichedActivity,
            user: UserResponse,
            #[serde(skip_serializing_if = "Option::is_none")]
            folder: Option<&'a EnrichedFolder>,
            custom: &'a Map<String, Value>,
            created_at: Time,
            updated_at: Time,
        }
        let Self { bookmark, address, activity, user, folder } = self;
        BookmarkResponse {
            object_id: address.comment_id.as_deref().unwrap_or(&address.activity_id),
            object_type: bookmark.object.kind.name(),
            activity_id: &address.activity_id,
            activity,
            user: UserResponse::brief(user),
            folder: folder.as_ref(),
            custom: &bookmark.custom,
            created_at: bookmark.created_at,
            updated_at: bookmark.updated_at,
        }
        .serialize(serializer)
    }
}

impl Serialize for EnrichedFolder {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct FolderResponse<'a> {
            id: &'a str,
            name: &'a str,
            user: UserResponse,
            custom: &'a Map<String, Value>,
            created_at: Time,
            updated_at: Time,
        }
        let Self { folder, user } = self;
        FolderResponse {
            id: &folder.id,
            name: &folder.name,
            user: UserResponse::brief(user),
            custom: &folder.custom,
            created_at: folder.created_at,
            updated_at: folder.updated_at,
        }
        .serialize(serializer)
    }
}
