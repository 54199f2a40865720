//! Folders of bookmarks (feeds-interactions 4).

use actix_web::web::Path;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::acting::{Acting, Named};
use super::pager::PagerResponse;
use super::query::QueryRequest;
use crate::auth::caller::AnyCaller;
use crate::body::Body;
use crate::domain::feeds::folder_ends;
use crate::domain::feeds::folders::{self as rules, FolderChange, QUERIED};
use crate::error::Result;
use crate::model::feeds::bookmark::EnrichedFolder;
use crate::reply::Reply;
use crate::wire::Empty;

/// The answer of QueryBookmarkFolders.
#[derive(Serialize)]
pub struct QueryFoldersResponse {
    bookmark_folders: Vec<EnrichedFolder>,
    #[serde(flatten)]
    pager: PagerResponse,
}

/// `POST /feeds/bookmark_folders/query`.
pub async fn query(caller: AnyCaller, body: Body<QueryRequest>) -> Result<Reply<QueryFoldersResponse>> {
    let walk = body.0.asked.walk(&QUERIED)?;
    let acting = Acting::of(&caller, body.0.named)?;
    let page = caller.scan(move |tx| rules::query(tx, acting.actor(), &walk)).await?;
    let pager = PagerResponse { next: page.next, prev: page.prev };
    Ok(Reply(QueryFoldersResponse { bookmark_folders: page.items, pager }))
}

/// The body of UpdateBookmarkFolder.
#[derive(Deserialize)]
pub struct UpdateFolderRequest {
    #[serde(flatten)]
    named: Named,
    name: Option<String>,
    custom: Option<Map<String, Value>>,
}

/// The answer of UpdateBookmarkFolder.
#[derive(Serialize)]
pub struct FolderResponse {
    bookmark_folder: EnrichedFolder,
}

/// `PATCH /feeds/bookmark_folders/{folder_id}`.
pub async fn update(
    caller: AnyCaller,
    id: Path<String>,
    body: Body<UpdateFolderRequest>,
) -> Result<Reply<FolderResponse>> {
    let UpdateFolderRequest { named, name, custom } = body.0;
    let acting = Acting::of(&caller, named)?;
    let change = FolderChange { name, custom };
    let folder = caller.write(move |tx| rules::update(tx, acting.actor(), &id, change));
    Ok(Reply(FolderResponse { bookmark_folder: folder.await? }))
}

/// `DELETE /feeds/bookmark_folders/{folder_id}`.
pub async fn delete(caller: AnyCaller, id: Path<String>) -> Result<Reply<Empty>> {
    let acting = Acting::of(&caller, Named::in_query(&caller))?;
    caller.write(move |tx| folder_ends::delete(tx, acting.actor(), &id)).await?;
    Ok(Reply(Empty {}))
}
