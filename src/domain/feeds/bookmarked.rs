//! What is bookmarked: an activity, or a comment (feeds-interactions 4). That what allows bookmarks of activities allows those of
//! comments is inferred.

use super::access::Actor;
use super::{comments, engage, enrich};
use crate::error::Result;
use crate::model::feeds::activity::Activity;
use crate::model::feeds::bookmark::Marked;
use crate::model::feeds::comment::{Comment, CommentCounts};
use crate::model::feeds::feed::Feed;
use crate::model::feeds::object::{Object, ObjectKind};
use crate::permission::capability::Capability;
use crate::store::feeds::{activities as activity_rows, comments as comment_rows, feeds as feed_rows};
use crate::store::{ReadTx, WriteTx};

/// A thing that can be bookmarked, with the activity that it is or is upon, and the feeds of that.
pub struct Bookmarked {
    pub activity: Activity,
    pub feeds: Vec<Feed>,
    comment: Option<Comment>,
}

impl Bookmarked {
    /// What has this id, for who may do this in one of the feeds.
    pub fn open(tx: &ReadTx<'_>, actor: Actor<'_>, kind: ObjectKind, id: &str, wanted: Capability) -> Result<Self> {
        match kind {
            ObjectKind::Activity => {
                let (activity, feeds) = engage::open(tx, actor, id, wanted)?;
                Ok(Self { activity, feeds, comment: None })
            }
            ObjectKind::Comment => {
                let comment = comments::live(tx, id)?;
                let (activity, feeds) = comments::upon(tx, actor, &comment.object_id)?;
                comments::may(tx, actor, &feeds, wanted)?;
                Ok(Self { activity, feeds, comment: Some(comment) })
            }
        }
    }

    /// What a bookmark is of, where that is still known, deleted or not.
    pub fn of(tx: &ReadTx<'_>, object: Object) -> Result<Option<Self>> {
        let Some(activity) = activity_rows::by_number(tx, &[object.activity])?.remove(&object.activity) else {
            return Ok(None);
        };
        let comment = match object.kind {
            ObjectKind::Activity => None,
            ObjectKind::Comment => match comment_rows::by_number(tx, &[object.no])?.pop() {
                Some(comment) => Some(comment),
                None => return Ok(None),
            },
        };
        let feeds = feed_rows::by_address(tx, &activity.feeds)?;
        Ok(Some(Self { activity, feeds, comment }))
    }

    pub fn object(&self) -> Object {
        match &self.comment {
            None => Object::activity(self.activity.no),
            Some(comment) => Object::comment(comment.no, comment.activity),
        }
    }

    /// Whether it is shown to anybody: not once it, or the activity that it is upon, is deleted.
    pub fn is_live(&self) -> bool {
        self.activity.deleted_at.is_none() && self.comment.as_ref().is_none_or(Comment::is_live)
    }

    /// The same with so many bookmarks more. Of how it was changed that says nothing.
    pub fn recounted(self, tx: &WriteTx<'_>, more: i64) -> Result<Self> {
        Ok(match self.comment {
            None => {
                let activity = engage::recount(tx, self.activity, |counts| counts.bookmarks += more)?;
                Self { activity, ..self }
            }
            Some(comment) => {
                let counts = CommentCounts { bookmarks: comment.counts.bookmarks + more, ..comment.counts };
                comment_rows::save_counts(tx, comment.no, counts)?;
                Self { comment: Some(Comment { counts, ..comment }), ..self }
            }
        })
    }

    /// It as an actor is shown it, and as those are told of it to whom it is open.
    pub fn shown_and_told(&self, tx: &WriteTx<'_>, actor: Actor<'_>) -> Result<[Marked; 2]> {
        match &self.comment {
            None => {
                let (shown, told) = engage::shown_and_told(tx, actor, &self.activity, &self.feeds)?;
                Ok([Marked::activity(shown), Marked::activity(told)])
            }
            Some(comment) => {
                let shown = enrich::comment(tx, actor.user, comment.clone())?;
                Ok([Marked::comment(shown.clone()), Marked::comment(shown.for_all())])
            }
        }
    }
}
