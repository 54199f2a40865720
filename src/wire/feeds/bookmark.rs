//! Bookmarks and their folders.

use std::sync::LazyLock;

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::clock::Time;
use crate::model::feeds::activity::EnrichedActivity;
use crate::model::feeds::bookmark::{EnrichedBookmark, EnrichedFolder, Marked};
use crate::model::feeds::comment::EnrichedComment;
use crate::wire::users::UserResponse;

/// What stands for the activity in a bookmark of a comment: decoders want one, and would take that beneath which the comment is
/// for what is bookmarked.
static NO_ACTIVITY: LazyLock<EnrichedActivity> = LazyLock::new(EnrichedActivity::none);

impl Serialize for EnrichedBookmark {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct BookmarkResponse<'a> {
            object_id: &'a str,
            object_type: &'static str,
            #[serde(skip_serializing_if = "Option::is_none")]
            activity_id: Option<&'a str>,
            activity: &'a EnrichedActivity,
            #[serde(skip_serializing_if = "Option::is_none")]
            comment: Option<&'a EnrichedComment>,
            user: UserResponse,
            #[serde(skip_serializing_if = "Option::is_none")]
            folder: Option<&'a EnrichedFolder>,
            custom: &'a Map<String, Value>,
            created_at: Time,
            updated_at: Time,
        }
        let Self { bookmark, of, user, folder } = self;
        let (activity, comment): (&EnrichedActivity, Option<&EnrichedComment>) = match of {
            Marked::Activity(activity) => (activity, None),
            Marked::Comment(comment) => (&NO_ACTIVITY, Some(comment)),
        };
        BookmarkResponse {
            object_id: of.id(),
            object_type: bookmark.object.kind.name(),
            activity_id: comment.is_none().then_some(of.id()),
            activity,
            comment,
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
