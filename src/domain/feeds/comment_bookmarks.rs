//! Bookmarks of comments (feeds-interactions 4). That what allows bookmarks of activities allows these is inferred.

use serde_json::{Map, Value};

use super::access::Actor;
use super::bookmarks::{self, BookmarkChange, Place};
use super::comments::{live, may, upon};
use super::enrich;
use crate::error::Result;
use crate::model::feeds::activity::Activity;
use crate::model::feeds::bookmark::{Bookmark, EnrichedBookmark, Marked};
use crate::model::feeds::comment::{Comment, CommentCounts};
use crate::model::feeds::feed::Feed;
use crate::model::feeds::object::Object;
use crate::model::user::User;
use crate::permission::capability::Capability;
use crate::store::feeds::{
    activities as activity_rows, bookmarks as bookmark_rows, comments as rows, feeds as feed_rows,
};
use crate::store::{ReadTx, WriteTx};

/// A comment, and what it is upon with its feeds, for who may do this in one of them.
fn open(tx: &ReadTx<'_>, actor: Actor<'_>, id: &str, wanted: Capability) -> Result<(Comment, (Activity, Vec<Feed>))> {
    let comment = live(tx, id)?;
    let (activity, feeds) = upon(tx, actor, &comment.object_id)?;
    may(tx, actor, &feeds, wanted)?;
    Ok((comment, (activity, feeds)))
}

/// Bookmarks a comment.
pub fn add(
    tx: &WriteTx<'_>,
    actor: Actor<'_>,
    by: &User,
    id: &str,
    place: Place,
    custom: Map<String, Value>,
) -> Result<EnrichedBookmark> {
    let (comment, upon) = open(tx, actor, id, Capability::AddActivityBookmark)?;
    let (bookmark, is_new) = bookmarks::put(tx, object(&comment), &by.id, place, custom)?;
    let comment = recount(tx, comment, i64::from(is_new))?;
    let told = if is_new { "feeds.bookmark.added" } else { "feeds.bookmark.updated" };
    tell(tx, actor, told, comment, &upon, bookmark)
}

/// Changes a bookmark of a comment.
pub fn update(
    tx: &WriteTx<'_>,
    actor: Actor<'_>,
    by: &User,
    id: &str,
    folder_id: Option<&str>,
    changed: BookmarkChange,
) -> Result<EnrichedBookmark> {
    let (comment, upon) = open(tx, actor, id, Capability::UpdateOwnActivityBookmark)?;
    let bookmark = bookmarks::change(tx, object(&comment), &by.id, folder_id, changed)?;
    tell(tx, actor, "feeds.bookmark.updated", comment, &upon, bookmark)
}

/// Takes a bookmark of a comment away.
pub fn delete(
    tx: &WriteTx<'_>,
    actor: Actor<'_>,
    by: &User,
    id: &str,
    folder_id: Option<&str>,
) -> Result<EnrichedBookmark> {
    let (comment, upon) = open(tx, actor, id, Capability::DeleteOwnActivityBookmark)?;
    let bookmark = bookmarks::take(tx, object(&comment), &by.id, folder_id)?;
    let comment = recount(tx, comment, -1)?;
    tell(tx, actor, "feeds.bookmark.deleted", comment, &upon, bookmark)
}

/// Takes a bookmark of a comment away that goes with something else. Of what is deleted nobody is told.
pub fn end(tx: &WriteTx<'_>, bookmark: Bookmark) -> Result<()> {
    bookmark_rows::remove(tx, bookmark.no)?;
    let Some(comment) = rows::by_number(tx, &[bookmark.object.no])?.pop() else { return Ok(()) };
    let comment = recount(tx, comment, -1)?;
    let activity = activity_rows::by_number(tx, &[comment.activity])?.remove(&comment.activity);
    let Some(activity) = activity.filter(|activity| activity.deleted_at.is_none() && comment.is_live()) else {
        return Ok(());
    };
    let feeds = feed_rows::by_address(tx, &activity.feeds)?;
    tell(tx, Actor::SERVER, "feeds.bookmark.deleted", comment, &(activity, feeds), bookmark).map(drop)
}

fn object(comment: &Comment) -> Object {
    Object::comment(comment.no, comment.activity)
}

/// The same comment, with so many bookmarks more. Of how it was changed this says nothing.
fn recount(tx: &WriteTx<'_>, comment: Comment, more: i64) -> Result<Comment> {
    let counts = CommentCounts { bookmarks: comment.counts.bookmarks + more, ..comment.counts };
    rows::save_counts(tx, comment.no, counts)?;
    Ok(Comment { counts, ..comment })
}

fn tell(
    tx: &WriteTx<'_>,
    actor: Actor<'_>,
    kind: &'static str,
    comment: Comment,
    (activity, feeds): &(Activity, Vec<Feed>),
    bookmark: Bookmark,
) -> Result<EnrichedBookmark> {
    let shown = enrich::comment(tx, actor.user, comment)?;
    let of = [Marked::comment(shown.clone()), Marked::comment(shown.for_all())];
    bookmarks::tell_of(tx, kind, bookmark, of, (activity, feeds))
}
