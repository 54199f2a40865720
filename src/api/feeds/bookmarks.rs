//! Bookmarks (feeds-interactions 4).

use actix_web::web::Path;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::acting::{Acting, Named};
use super::language::ReadIn;
use super::pager::PagerResponse;
use super::query::Asked;
use crate::auth::caller::AnyCaller;
use crate::body::Body;
use crate::domain::feeds::bookmarks::{self as rules, BookmarkChange, Place, QUERIED};
use crate::domain::feeds::enrich::OwnFields;
use crate::domain::feeds::folders::NewFolder;
use crate::domain::users::check_object;
use crate::error::{ApiError, Result};
use crate::model::feeds::bookmark::EnrichedBookmark;
use crate::model::feeds::object::ObjectKind;
use crate::permission::capability::Capability;
use crate::reply::Reply;
use crate::validate::given;

/// A folder that is to be made.
#[derive(Deserialize)]
pub struct NewFolderRequest {
    name: Option<String>,
    custom: Option<Map<String, Value>>,
}

/// The place that a call names, by a folder's id or as a new folder; an empty id is no folder.
fn place(folder_id: Option<String>, new_folder: Option<NewFolderRequest>) -> Result<Option<Place>> {
    match (folder_id, new_folder) {
        (Some(id), Some(_)) if !id.is_empty() => {
            Err(ApiError::input("cannot use both new_folder and the id of a folder"))
        }
        (_, Some(new)) => Ok(Some(Place::New(NewFolder::checked(new.name, new.custom)?))),
        (Some(id), None) if id.is_empty() => Ok(Some(Place::Loose)),
        (Some(id), None) => Ok(Some(Place::Folder(id))),
        (None, None) => Ok(None),
    }
}

/// The body of AddBookmark.
#[derive(Deserialize)]
pub struct AddBookmarkRequest {
    #[serde(flatten)]
    named: Named,
    folder_id: Option<String>,
    new_folder: Option<NewFolderRequest>,
    custom: Option<Map<String, Value>>,
}

impl AddBookmarkRequest {
    /// Whom it names, where the bookmark is to lie, and what is kept with it.
    fn checked(self) -> Result<(Named, Place, Map<String, Value>)> {
        let place = place(self.folder_id, self.new_folder)?.unwrap_or(Place::Loose);
        let custom = self.custom.unwrap_or_default();
        check_object("custom", &custom)?;
        Ok((self.named, place, custom))
    }
}

/// The answer of the operations on one bookmark.
#[derive(Serialize)]
pub struct BookmarkResponse {
    bookmark: EnrichedBookmark,
}

/// `POST /feeds/activities/{activity_id}/bookmarks`.
pub async fn add(
    caller: AnyCaller,
    id: Path<String>,
    body: Body<AddBookmarkRequest>,
) -> Result<Reply<BookmarkResponse>> {
    adding(caller, ObjectKind::Activity, id, body).await
}

/// `POST /feeds/comments/{comment_id}/bookmarks`.
pub async fn add_to_comment(
    caller: AnyCaller,
    id: Path<String>,
    body: Body<AddBookmarkRequest>,
) -> Result<Reply<BookmarkResponse>> {
    adding(caller, ObjectKind::Comment, id, body).await
}

async fn adding(
    caller: AnyCaller,
    kind: ObjectKind,
    id: Path<String>,
    body: Body<AddBookmarkRequest>,
) -> Result<Reply<BookmarkResponse>> {
    let (named, place, custom) = body.0.checked()?;
    let acting = Acting::required(&caller, named)?;
    let bookmark = caller.write(move |tx| {
        let by = acting.user(tx, Capability::AddActivityBookmark.action())?;
        rules::add(tx, acting.actor(), &by, (kind, &id), place, custom)
    });
    Ok(Reply(BookmarkResponse { bookmark: bookmark.await? }))
}

/// The body of UpdateBookmark.
#[derive(Deserialize)]
pub struct UpdateBookmarkRequest {
    #[serde(flatten)]
    named: Named,
    folder_id: Option<String>,
    new_folder_id: Option<String>,
    new_folder: Option<NewFolderRequest>,
    custom: Option<Map<String, Value>>,
}

impl UpdateBookmarkRequest {
    /// Whom it names, in which folder the bookmark lies, and what is changed of it.
    fn checked(self) -> Result<(Named, Option<String>, BookmarkChange)> {
        let place = place(self.new_folder_id, self.new_folder)?;
        if let Some(custom) = &self.custom {
            check_object("custom", custom)?;
        }
        let folder_id = given(self.folder_id);
        Ok((self.named, folder_id, BookmarkChange { place, custom: self.custom }))
    }
}

/// `PATCH /feeds/activities/{activity_id}/bookmarks`.
pub async fn update(
    caller: AnyCaller,
    id: Path<String>,
    body: Body<UpdateBookmarkRequest>,
) -> Result<Reply<BookmarkResponse>> {
    updating(caller, ObjectKind::Activity, id, body).await
}

/// `PATCH /feeds/comments/{comment_id}/bookmarks`.
pub async fn update_of_comment(
    caller: AnyCaller,
    id: Path<String>,
    body: Body<UpdateBookmarkRequest>,
) -> Result<Reply<BookmarkResponse>> {
    updating(caller, ObjectKind::Comment, id, body).await
}

async fn updating(
    caller: AnyCaller,
    kind: ObjectKind,
    id: Path<String>,
    body: Body<UpdateBookmarkRequest>,
) -> Result<Reply<BookmarkResponse>> {
    let (named, folder_id, change) = body.0.checked()?;
    let acting = Acting::required(&caller, named)?;
    let bookmark = caller.write(move |tx| {
        let by = acting.user(tx, Capability::UpdateOwnActivityBookmark.action())?;
        rules::update(tx, acting.actor(), &by, (kind, &id), folder_id.as_deref(), change)
    });
    Ok(Reply(BookmarkResponse { bookmark: bookmark.await? }))
}

/// `DELETE /feeds/activities/{activity_id}/bookmarks`: answers what is there no more.
pub async fn delete(caller: AnyCaller, id: Path<String>) -> Result<Reply<BookmarkResponse>> {
    deleting(caller, ObjectKind::Activity, id).await
}

/// `DELETE /feeds/comments/{comment_id}/bookmarks`: the same.
pub async fn delete_of_comment(caller: AnyCaller, id: Path<String>) -> Result<Reply<BookmarkResponse>> {
    deleting(caller, ObjectKind::Comment, id).await
}

async fn deleting(caller: AnyCaller, kind: ObjectKind, id: Path<String>) -> Result<Reply<BookmarkResponse>> {
    let acting = Acting::required(&caller, Named::in_query(&caller))?;
    let folder_id = caller.params().given("folder_id").map(str::to_owned);
    let bookmark = caller.write(move |tx| {
        let by = acting.user(tx, Capability::DeleteOwnActivityBookmark.action())?;
        rules::delete(tx, acting.actor(), &by, (kind, &id), folder_id.as_deref())
    });
    Ok(Reply(BookmarkResponse { bookmark: bookmark.await? }))
}

/// The body of QueryBookmarks.
#[derive(Deserialize)]
pub struct QueryBookmarksRequest {
    #[serde(flatten)]
    named: Named,
    #[serde(flatten)]
    asked: Asked,
    enrich_own_fields: Option<bool>,
}

/// The answer of QueryBookmarks.
#[derive(Serialize)]
pub struct QueryBookmarksResponse {
    bookmarks: Vec<EnrichedBookmark>,
    #[serde(flatten)]
    pager: PagerResponse,
}

/// `POST /feeds/bookmarks/query`.
pub async fn query(caller: AnyCaller, body: Body<QueryBookmarksRequest>) -> Result<Reply<QueryBookmarksResponse>> {
    let (walk, language) = (body.0.asked.walk(&QUERIED)?, ReadIn::of(caller.params())?);
    let acting = Acting::of(&caller, body.0.named)?;
    let own = OwnFields::asked(body.0.enrich_own_fields);
    let page = caller.scan(move |tx| rules::query(tx, acting.actor(), walk, own)).await?;
    let pager = PagerResponse { next: page.next, prev: page.prev };
    Ok(Reply(QueryBookmarksResponse { bookmarks: language.put(page.items), pager }))
}
