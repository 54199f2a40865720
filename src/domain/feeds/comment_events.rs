//! What is told of comments, and what comes to them after they came.

use std::sync::Arc;

use serde_json::Value;

use super::access::Actor;
use super::enrich::{self, OwnFields};
use super::{events, later, listing};
use crate::error::Result;
use crate::event::feeds::{About, Change};
use crate::model::feeds::activity::Activity;
use crate::model::feeds::comment::{Comment, EnrichedComment};
use crate::model::feeds::feed::Feed;
use crate::model::user::User;
use crate::store::WriteTx;
use crate::store::feeds::comments as rows;

/// Tells of a new comment.
pub fn tell_added(
    tx: &WriteTx<'_>,
    author: &User,
    comment: &EnrichedComment,
    activity: &Activity,
    feeds: &[Feed],
) -> Result<()> {
    // What is told needs more than what is answered, and mostly nobody listens.
    if tx.watched_feeds().is_empty() {
        return Ok(());
    }
    let upon = listing::enriched_in(tx, Actor::SERVER, activity.clone(), feeds, OwnFields::NONE)?.for_all();
    let told = About::NewComment { comment: Box::new(comment.clone().for_all()), activity: Box::new(upon) };
    let change = Change::new(Some(Arc::new(author.clone())), told);
    events::tell_about(tx, "feeds.comment.added", &change, activity, feeds)
}

/// Tells those who hear of an activity what became of a comment upon it, and answers it as the actor is shown it. Who hears of
/// no user takes it for a change of his own: where a server names none, it is the author.
pub fn tell(
    tx: &WriteTx<'_>,
    kind: &'static str,
    actor: Actor<'_>,
    by: Option<&User>,
    comment: Comment,
    (activity, feeds): (&Activity, &[Feed]),
) -> Result<EnrichedComment> {
    let comment = enrich::comment(tx, actor.user, comment)?;
    let user = by.map_or_else(|| Arc::clone(&comment.user), |by| Arc::new(by.clone()));
    let change = Change::new(Some(user), About::Comment(Box::new(comment.clone().for_all())));
    events::tell_about(tx, kind, &change, activity, feeds)?;
    Ok(comment)
}

/// Adds what the link of a comment looks like, where that comes later than the answer, and tells of it as of any change. It is no edit.
pub fn add_preview(
    tx: &WriteTx<'_>,
    actor: Actor<'_>,
    by: Option<&User>,
    comment: &Comment,
    preview: Option<Value>,
    upon: (&Activity, &[Feed]),
) -> Result<()> {
    let Some(preview) = preview else { return Ok(()) };
    let attachments = comment.attachments.iter().cloned().chain([preview]).collect();
    let comment = Comment { attachments, updated_at: later(tx.now, comment.updated_at), ..comment.clone() };
    rows::save(tx, &comment)?;
    tell(tx, "feeds.comment.updated", actor, by, comment, upon).map(drop)
}
