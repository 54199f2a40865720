//! Feed views (feeds-core 3.3).

use std::collections::BTreeMap;

use actix_web::web::Path;
use serde::{Deserialize, Serialize};

use crate::auth::caller::ServerCaller;
use crate::body::Body;
use crate::domain::feeds::views as rules;
use crate::error::Result;
use crate::model::feeds::view::{View, ViewConfig};
use crate::reply::Reply;
use crate::store::feeds::views as rows;
use crate::wire::Empty;

/// The body of CreateFeedView.
#[derive(Deserialize)]
pub struct CreateViewRequest {
    id: Option<String>,
    #[serde(flatten)]
    config: ViewConfig,
}

/// The answer of ListFeedViews.
#[derive(Serialize)]
pub struct ViewsResponse {
    views: BTreeMap<String, View>,
}

/// The answer of the operations on one view.
#[derive(Serialize)]
pub struct ViewResponse {
    feed_view: View,
}

/// The answer of GetOrCreateFeedView.
#[derive(Serialize)]
pub struct GetOrCreateViewResponse {
    feed_view: View,
    was_created: bool,
}

/// `GET /feeds/feed_views`.
pub async fn list(caller: ServerCaller) -> Result<Reply<ViewsResponse>> {
    let views = caller.read(rows::all)?;
    Ok(Reply(ViewsResponse { views: views.into_iter().map(|view| (view.id.clone(), view)).collect() }))
}

/// `POST /feeds/feed_views`: one that is there is set anew.
pub async fn create(caller: ServerCaller, body: Body<CreateViewRequest>) -> Result<Reply<ViewResponse>> {
    let CreateViewRequest { id, config } = body.0;
    let id = id.unwrap_or_default();
    let feed_view = caller.write(move |tx| rules::put(tx, &id, config)).await?;
    Ok(Reply(ViewResponse { feed_view }))
}

/// `GET /feeds/feed_views/{id}`.
pub async fn get(caller: ServerCaller, id: Path<String>) -> Result<Reply<ViewResponse>> {
    let feed_view = caller.read(|tx| rules::present(tx, &id))?;
    Ok(Reply(ViewResponse { feed_view }))
}

/// `POST /feeds/feed_views/{id}`: one that is there stays as it is.
pub async fn get_or_create(
    caller: ServerCaller,
    id: Path<String>,
    body: Body<ViewConfig>,
) -> Result<Reply<GetOrCreateViewResponse>> {
    let made = caller.write(move |tx| rules::get_or_create(tx, &id, body.0));
    let (feed_view, was_created) = made.await?;
    Ok(Reply(GetOrCreateViewResponse { feed_view, was_created }))
}

/// `PUT /feeds/feed_views/{id}`: what is not said is no longer set.
pub async fn update(caller: ServerCaller, id: Path<String>, body: Body<ViewConfig>) -> Result<Reply<ViewResponse>> {
    let feed_view = caller.write(move |tx| {
        rules::present(tx, &id)?;
        rules::put(tx, &id, body.0)
    });
    Ok(Reply(ViewResponse { feed_view: feed_view.await? }))
}

/// `DELETE /feeds/feed_views/{id}`.
pub async fn delete(caller: ServerCaller, id: Path<String>) -> Result<Reply<Empty>> {
    caller.write(move |tx| rules::delete(tx, &id)).await?;
    Ok(Reply(Empty {}))
}
