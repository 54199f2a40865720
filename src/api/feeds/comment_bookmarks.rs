//! Bookmarks of comments (feeds-interactions 4).

use actix_web::web::Path;

use super::acting::{Acting, Named};
use super::bookmarks::{AddBookmarkRequest, BookmarkResponse, UpdateBookmarkRequest, folder_in_query};
use crate::auth::caller::AnyCaller;
use crate::body::Body;
use crate::domain::feeds::comment_bookmarks as rules;
use crate::error::Result;
use crate::permission::capability::Capability;
use crate::reply::Reply;

/// `POST /feeds/comments/{comment_id}/bookmarks`.
pub async fn add(
    caller: AnyCaller,
    id: Path<String>,
    body: Body<AddBookmarkRequest>,
) -> Result<Reply<BookmarkResponse>> {
    let (named, place, custom) = body.0.checked()?;
    let acting = Acting::required(&caller, named)?;
    let bookmark = caller.write(move |tx| {
        let by = acting.user(tx, Capability::AddActivityBookmark.action())?;
        rules::add(tx, acting.actor(), &by, &id, place, custom)
    });
    Ok(Reply(BookmarkResponse { bookmark: bookmark.await? }))
}

/// `PATCH /feeds/comments/{comment_id}/bookmarks`.
pub async fn update(
    caller: AnyCaller,
    id: Path<String>,
    body: Body<UpdateBookmarkRequest>,
) -> Result<Reply<BookmarkResponse>> {
    let (named, folder_id, change) = body.0.checked()?;
    let acting = Acting::required(&caller, named)?;
    let bookmark = caller.write(move |tx| {
        let by = acting.user(tx, Capability::UpdateOwnActivityBookmark.action())?;
        rules::update(tx, acting.actor(), &by, &id, folder_id.as_deref(), change)
    });
    Ok(Reply(BookmarkResponse { bookmark: bookmark.await? }))
}

/// `DELETE /feeds/comments/{comment_id}/bookmarks`: answers what is there no more.
pub async fn delete(caller: AnyCaller, id: Path<String>) -> Result<Reply<BookmarkResponse>> {
    let acting = Acting::required(&caller, Named::in_query(&caller))?;
    let folder_id = folder_in_query(&caller);
    let bookmark = caller.write(move |tx| {
        let by = acting.user(tx, Capability::DeleteOwnActivityBookmark.action())?;
        rules::delete(tx, acting.actor(), &by, &id, folder_id.as_deref())
    });
    Ok(Reply(BookmarkResponse { bookmark: bookmark.await? }))
}
