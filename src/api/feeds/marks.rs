//! Marking what is in feeds (feeds-core 7).

use actix_web::web::Path;
use serde::Deserialize;

use super::acting::{Acting, Named};
use crate::auth::caller::AnyCaller;
use crate::body::Body;
use crate::domain::feeds::feeds::address;
use crate::domain::feeds::marking;
use crate::error::Result;
use crate::model::feeds::aggregate::Marked;
use crate::permission::capability::Capability;
use crate::reply::Reply;
use crate::validate::batch;
use crate::wire::Empty;

/// Marks of one kind in one call at the most.
const BATCH_MAX: usize = 100;

/// The body of MarkActivity.
#[derive(Deserialize)]
pub struct MarkActivityRequest {
    #[serde(flatten)]
    named: Named,
    mark_all_read: Option<bool>,
    mark_all_seen: Option<bool>,
    mark_read: Option<Vec<String>>,
    mark_seen: Option<Vec<String>>,
    mark_watched: Option<Vec<String>>,
}

/// `POST /feeds/feed_groups/{group}/feeds/{id}/activities/mark/batch`.
pub async fn mark(
    caller: AnyCaller,
    path: Path<(String, String)>,
    body: Body<MarkActivityRequest>,
) -> Result<Reply<Empty>> {
    let (fid, body) = (address(&path.0, &path.1)?, body.0);
    let acting = Acting::required(&caller, body.named)?;
    let marked = Marked {
        all_read: body.mark_all_read,
        all_seen: body.mark_all_seen,
        read: body.mark_read,
        seen: body.mark_seen,
        watched: body.mark_watched,
    };
    for (name, items) in [("mark_read", &marked.read), ("mark_seen", &marked.seen), ("mark_watched", &marked.watched)] {
        // SDKs send empty lists for what they do not mark.
        batch(name, items.as_deref().map_or(1, |items| items.len().max(1)), BATCH_MAX)?;
    }
    let marking = caller.write(move |tx| {
        let user = acting.user(tx, Capability::ReadFeed.action())?;
        marking::mark(tx, acting.actor(), &user, &fid, marked)
    });
    marking.await?;
    Ok(Reply(Empty {}))
}
