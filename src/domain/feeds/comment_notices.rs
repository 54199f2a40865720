//! Telling those whom a comment concerns (feeds-interactions 7): the author of what it answers, and whom it mentions.

use super::notify::{self, Deed, Kind, Notice, Said};
use crate::error::Result;
use crate::ids::UserId;
use crate::model::feeds::activity::Activity;
use crate::model::feeds::comment::Comment;
use crate::model::user::User;
use crate::store::{WriteTx, users};

/// Whether those whom a comment concerns are told.
#[derive(Clone, Copy, Debug, Default)]
pub struct Telling {
    /// They are.
    pub notifies: bool,
    /// With what the app stores with the comment.
    pub copies_custom: bool,
}

/// Who was told of a comment.
#[derive(Clone, Copy, Debug)]
pub struct Told {
    /// Whether the author of what it answers was.
    pub author: bool,
    /// How many of those whom it mentions were.
    pub mentioned: i64,
}

impl<'a> Said<'a> {
    /// A comment.
    pub fn of(comment: &'a Comment) -> Self {
        Self {
            id: &comment.id,
            text: comment.text.as_deref().unwrap_or_default(),
            user_id: &comment.user_id,
            attachments: &comment.attachments,
        }
    }
}

/// Tells of a new comment.
pub fn tell(
    tx: &WriteTx<'_>,
    author: &User,
    activity: &Activity,
    parent: Option<&Comment>,
    comment: &Comment,
    copies_custom: bool,
) -> Result<Told> {
    let said = Said::of(comment);
    let (recipient, deed) = match parent {
        Some(parent) => (&parent.user_id, Deed::CommentReply { activity, comment: said, parent: Said::of(parent) }),
        None => (&activity.user_id, Deed::Comment { activity, comment: said }),
    };
    let told = notify::send(tx, &Notice { actor: author, recipient, deed, custom: &comment.custom, copies_custom })?;
    Ok(Told { author: told, mentioned: tell_mentioned(tx, author, activity, comment, &[], copies_custom)? })
}

fn tell_mentioned(
    tx: &WriteTx<'_>,
    author: &User,
    activity: &Activity,
    comment: &Comment,
    before: &[String],
    copies_custom: bool,
) -> Result<i64> {
    let mut told = 0;
    for (at, id) in comment.mentioned.iter().enumerate() {
        if before.contains(id) || comment.mentioned[..at].contains(id) {
            continue;
        }
        let (recipient, deed) = (&UserId::trusted(id), Deed::CommentMention { activity, comment: Said::of(comment) });
        let notice = Notice { actor: author, recipient, deed, custom: &comment.custom, copies_custom };
        told += i64::from(notify::send(tx, &notice)?);
    }
    Ok(told)
}

/// Tells those whom a comment mentions since it was changed, in the name of its author, and takes back what it told those whom
/// it mentions no longer.
pub fn mentions_changed(
    tx: &WriteTx<'_>,
    editor: Option<&User>,
    activity: &Activity,
    before: &[String],
    comment: &Comment,
    copies_custom: bool,
) -> Result<()> {
    if let Some(author) = users::get(tx, comment.user_id.as_str())? {
        tell_mentioned(tx, &author, activity, comment, before, copies_custom)?;
    }
    for gone in before.iter().filter(|id| !comment.mentioned.contains(id)) {
        notify::withdraw_from(tx, editor, &comment.user_id, Kind::CommentMention, &comment.id, Some(gone))?;
    }
    Ok(())
}

/// Takes back all that was told of a comment.
pub fn withdraw(tx: &WriteTx<'_>, by: Option<&User>, comment: &Comment) -> Result<()> {
    for kind in [Kind::Comment, Kind::CommentReply, Kind::CommentMention] {
        notify::withdraw(tx, by, &comment.user_id, kind, &comment.id)?;
    }
    Ok(())
}
