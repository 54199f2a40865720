//! Commenting (feeds-interactions 2): what is added, changed, deleted with all that answers it, and brought back.

use std::sync::Arc;

use serde_json::Map;

use super::access::{self, Actor, Standing};
use super::comment_events::{add_preview, tell, tell_added};
use super::comment_input::check;
use super::comment_notices::{self as notices, Told};
use super::enrich::{self, OwnFields, previews};
use super::moderated::{self, Judgement, may_bring_back};
use super::{activities, events, later, link_previews, listing, revisions};
use crate::domain::moderation::entity::COMMENT;
use crate::error::{ApiError, Result};
use crate::ids::UserId;
use crate::model::feeds::activity::{Activity, EnrichedActivity};
use crate::model::feeds::comment::{Comment, CommentCounts, EnrichedComment};
use crate::model::feeds::feed::Feed;
use crate::model::user::User;
use crate::permission::capability::Capability;
use crate::store::feeds::{activities as activity_rows, comments as rows, follows, next_number};
use crate::store::{ReadTx, WriteTx};

pub use super::comment_input::{CommentChange, CommentInput};

/// What a comment adds to the popularity of its activity (feeds-core 5.5).
const POPULARITY: i64 = 2;

/// A comment that was added, and who was told of it where that was asked for.
#[derive(Debug)]
pub struct Added {
    pub comment: EnrichedComment,
    pub told: Option<Told>,
}

/// How a comment is deleted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Deletion {
    /// For good.
    pub is_hard: bool,
    /// Whether those whom it concerned are told so no longer.
    pub withdraws: bool,
}

/// A comment, and what it was made upon.
#[derive(Debug)]
pub struct Upon {
    pub comment: EnrichedComment,
    pub activity: EnrichedActivity,
}

/// Adds a comment.
pub fn add(tx: &WriteTx<'_>, actor: Actor<'_>, author: &User, mut input: CommentInput) -> Result<Added> {
    let parent = input.parent_id.as_deref().map(|id| live(tx, id)).transpose()?;
    // What is answered decides, whatever object is named beside it.
    let object = parent.as_ref().map(|parent| parent.object_id.clone()).or(input.object_id);
    let object = object.ok_or_else(|| ApiError::input("object_id is a required field"))?;
    let (mut activity, feeds) = upon(tx, actor, &object)?;
    may(tx, actor, &feeds, Capability::AddComment)?;
    may_reply(tx, actor, &activity, &feeds)?;
    if let Some(id) = input.id.as_deref()
        && rows::get(tx, id)?.is_some()
    {
        return Err(ApiError::input(format!("comment with id {id} already exists")));
    }
    let judgement = moderated::judge(tx, actor, input.is_forced, &feeds, &mut input.text)?;
    let preview = link_previews::attach(tx, input.skips_links, input.text.as_deref(), &mut input.attachments)?;
    let (no, is_gone) = (next_number(tx)?, judgement.takes_away());
    let comment = Comment {
        no,
        id: input.id.unwrap_or_else(|| tx.new_id()),
        activity: activity.no,
        object_id: activity.id.clone(),
        under: parent.as_ref().map_or(activity.no, |parent| parent.no),
        parent_id: parent.as_ref().map(|parent| parent.id.clone()),
        user_id: author.id.clone(),
        text: input.text,
        attachments: input.attachments,
        mentioned: input.mentioned,
        custom: input.custom,
        i18n: Map::new(),
        counts: CommentCounts::default(),
        created_at: tx.now,
        updated_at: tx.now,
        edited_at: None,
        deleted_at: is_gone.then_some(tx.now),
        deleted_with: is_gone.then_some(no),
        moderation: judgement.moderation(&Map::new()),
    };
    check(tx, &comment)?;
    rows::save(tx, &comment)?;
    revisions::created(tx, actor, &comment)?;
    judgement.queue(tx, COMMENT, &comment.id, &comment.attachments)?;
    if is_gone {
        return Ok(Added { comment: enrich::comment(tx, actor.user, comment)?, told: None });
    }
    let telling = input.telling;
    count(tx, &mut activity, parent.as_ref(), 1, 1)?;
    let comment = enrich::comment(tx, actor.user, comment)?;
    tell_added(tx, author, &comment, &activity, &feeds)?;
    add_preview(tx, actor, Some(author), &comment.comment, preview, (&activity, &feeds))?;
    let tell = || notices::tell(tx, author, &activity, parent.as_ref(), &comment.comment, telling.copies_custom);
    let told = telling.notifies.then(tell).transpose()?;
    Ok(Added { comment, told })
}

/// Counts comments that came or went: `all` of them with what answers them, and of these directly under the parent so many.
fn count(tx: &WriteTx<'_>, activity: &mut Activity, parent: Option<&Comment>, all: i64, direct: i64) -> Result<()> {
    activity.counts.comments += all;
    activity.counts.popularity += POPULARITY * all;
    activity_rows::save_counts(tx, activity)?;
    match parent {
        Some(parent) => {
            let replies = parent.counts.replies + direct;
            rows::save_counts(tx, parent.no, CommentCounts { replies, ..parent.counts })
        }
        None => Ok(()),
    }
}

/// Whether an activity lets somebody comment who may in its feeds. Its author and servers always may; how production decides
/// whom the author follows is not known: any feed of his that follows any feed of the other will do.
fn may_reply(tx: &ReadTx<'_>, actor: Actor<'_>, activity: &Activity, feeds: &[Feed]) -> Result<()> {
    let Some(user) = actor.user.filter(|user| **user != activity.user_id && actor.by.is_some()) else { return Ok(()) };
    let is_open = match activity.restrict_replies.as_str() {
        "nobody" => false,
        "people_i_follow" => follows::is_followed_by(tx, user.as_str(), activity.user_id.as_str())?,
        _ => true,
    };
    match feeds.first() {
        Some(feed) if !is_open => access::judge(actor, feed, &Standing::default(), Capability::AddComment),
        _ => Ok(()),
    }
}

/// Refuses unless the actor may do this in one of these feeds.
pub fn may(tx: &ReadTx<'_>, actor: Actor<'_>, feeds: &[Feed], capability: Capability) -> Result<()> {
    let standings = access::standings(tx, actor, feeds)?;
    let mut refusal = Ok(());
    for feed in feeds {
        let standing = standings.get(&feed.no).cloned().unwrap_or_default();
        match access::judge(actor, feed, &standing, capability) {
            Ok(()) => return Ok(()),
            Err(error) => refusal = Err(error),
        }
    }
    refusal
}

/// The same of what is done to a comment: to one's own, or to anybody's.
fn may_change(
    tx: &ReadTx<'_>,
    actor: Actor<'_>,
    comment: &Comment,
    feeds: &[Feed],
    [own, any]: [Capability; 2],
) -> Result<()> {
    let is_own = actor.user.is_some_and(|user: &UserId| *user == comment.user_id);
    may(tx, actor, feeds, if is_own { own } else { any })
}

const UPDATE: [Capability; 2] = [Capability::UpdateOwnComment, Capability::UpdateAnyComment];
const DELETE: [Capability; 2] = [Capability::DeleteOwnComment, Capability::DeleteAnyComment];

/// A comment as an actor is shown it, who has to be allowed to read what it is upon.
pub fn show(tx: &ReadTx<'_>, actor: Actor<'_>, id: &str) -> Result<EnrichedComment> {
    let comment = live(tx, id)?;
    upon(tx, actor, &comment.object_id)?;
    enrich::comment(tx, actor.user, comment)
}

/// What comments are upon, with its feeds, for who may read it in full: of what is shown to somebody as a preview he is told no
/// more by its comments.
pub fn upon(tx: &ReadTx<'_>, actor: Actor<'_>, object: &str) -> Result<(Activity, Vec<Feed>)> {
    let (activity, feeds) = activities::readable(tx, actor, object)?;
    if let Some(feed) = feeds.first()
        && !is_open(tx, actor, &activity)?
    {
        access::judge(actor, feed, &Standing::default(), Capability::ReadActivities)?;
    }
    Ok((activity, feeds))
}

/// Whether an activity is shown in full to who may read it.
pub fn is_open(tx: &ReadTx<'_>, actor: Actor<'_>, activity: &Activity) -> Result<bool> {
    match actor.user {
        Some(user) if actor.by.is_some() => previews::is_open(tx, user, activity),
        _ => Ok(actor.by.is_none() || activity.visibility != "tag"),
    }
}

/// Changes what a comment says. `of` says what, of how it was; one that changes the activity's answer too says so.
pub fn update(
    tx: &WriteTx<'_>,
    actor: Actor<'_>,
    editor: Option<&User>,
    id: &str,
    of: impl FnOnce(&Comment) -> Result<CommentChange>,
    tells_activity: bool,
) -> Result<EnrichedComment> {
    let before = live(tx, id)?;
    let (mut activity, feeds) = upon(tx, actor, &before.object_id)?;
    may_change(tx, actor, &before, &feeds, UPDATE)?;
    let mut change = of(&before)?;
    let judgement = match &mut change.text {
        None => Judgement::default(),
        text => moderated::judge(tx, actor, change.is_forced, &feeds, text)?,
    };
    let text = change.text.as_deref().or(before.text.as_deref());
    let kept = || link_previews::kept(before.text.as_deref(), text, &before.attachments);
    let mut attachments = change.attachments.unwrap_or_else(kept);
    let skips_links = change.skips_links || change.text.is_none();
    let preview = link_previews::attach(tx, skips_links, text, &mut attachments)?;
    let now = later(tx.now, before.updated_at);
    let mentioned = before.mentioned.clone();
    let says_other = change.text.is_some() && change.text != before.text;
    let comment = Comment {
        text: change.text.or_else(|| before.text.clone()),
        attachments,
        mentioned: change.mentioned.unwrap_or_else(|| before.mentioned.clone()),
        custom: change.custom.unwrap_or_else(|| before.custom.clone()),
        i18n: if says_other { Map::new() } else { before.i18n.clone() },
        updated_at: now,
        edited_at: Some(now),
        moderation: judgement.moderation(&before.moderation),
        ..before.clone()
    };
    check(tx, &comment)?;
    judgement.queue(tx, COMMENT, &comment.id, &comment.attachments)?;
    if judgement.takes_away() {
        // Who watches hears of the end of what he has seen, and not of what came in its place.
        take(tx, &before, &mut activity, false)?;
        let (deleted_at, deleted_with) = (Some(now), Some(before.no));
        let gone = Comment { deleted_at, deleted_with, updated_at: now, ..before };
        tell(tx, "feeds.comment.deleted", actor, editor, gone, (&activity, &feeds))?;
        let comment = Comment { deleted_at, deleted_with, ..comment };
        rows::save(tx, &comment)?;
        return enrich::comment(tx, actor.user, comment);
    }
    rows::save(tx, &comment)?;
    revisions::edited(tx, actor, &before, &comment)?;
    if change.telling.notifies {
        notices::mentions_changed(tx, editor, &activity, &mentioned, &comment, change.telling.copies_custom)?;
    }
    let comment = tell(tx, "feeds.comment.updated", actor, editor, comment, (&activity, &feeds))?;
    add_preview(tx, actor, editor, &comment.comment, preview, (&activity, &feeds))?;
    if tells_activity {
        let user = Some(editor.map_or_else(|| Arc::clone(&comment.user), |editor| Arc::new(editor.clone())));
        let shown = listing::enriched_in(tx, Actor::SERVER, activity, &feeds, OwnFields::NONE)?.for_all();
        events::tell_activity(tx, "feeds.activity.updated", user, &shown, &feeds)?;
    }
    Ok(comment)
}

/// Takes a comment away with all that answers it: they stay, for whoever restores it, or are gone.
pub fn delete(
    tx: &WriteTx<'_>,
    actor: Actor<'_>,
    deleter: Option<&User>,
    id: &str,
    Deletion { is_hard, withdraws }: Deletion,
) -> Result<Upon> {
    let before = rows::get(tx, id)?.filter(|comment| comment.is_live() || is_hard).ok_or_else(|| missing(id))?;
    let (mut activity, feeds) = upon(tx, actor, &before.object_id)?;
    may_change(tx, actor, &before, &feeds, DELETE)?;
    revisions::deleted(tx, actor, &before)?;
    let was_live = before.is_live();
    take(tx, &before, &mut activity, is_hard)?;
    let now = later(tx.now, before.updated_at);
    if withdraws {
        notices::withdraw(tx, deleter, &before)?;
    }
    let comment = Comment {
        deleted_at: before.deleted_at.or(Some(now)),
        deleted_with: before.deleted_with.or(Some(before.no)),
        updated_at: now,
        ..before
    };
    let comment = if was_live {
        tell(tx, "feeds.comment.deleted", actor, deleter, comment, (&activity, &feeds))?
    } else {
        enrich::comment(tx, actor.user, comment)?
    };
    Ok(Upon { comment, activity: listing::enriched_in(tx, actor, activity, &feeds, OwnFields::ALL)? })
}

/// Takes a comment away of who is to have none. Of what an activity has that is deleted itself nobody is told.
pub fn end(tx: &WriteTx<'_>, by: &User, id: &str, is_hard: bool) -> Result<()> {
    let Some(before) = rows::get(tx, id)?.filter(|comment| comment.is_live() || is_hard) else { return Ok(()) };
    match activity_rows::by_number(tx, &[before.activity])?.remove(&before.activity) {
        Some(activity) if activity.deleted_at.is_none() => {
            delete(tx, Actor::SERVER, Some(by), id, Deletion { is_hard, withdraws: true }).map(drop)
        }
        Some(mut activity) => take(tx, &before, &mut activity, is_hard),
        None => Ok(()),
    }
}

/// Takes a comment out of its thread with all that answers it, and out of what is counted.
fn take(tx: &WriteTx<'_>, before: &Comment, activity: &mut Activity, is_hard: bool) -> Result<()> {
    let parent = parent_of(tx, before)?;
    // A parent counts what is there as it is itself, or went in the same deletion and comes back with it.
    let is_counted = parent.as_ref().is_some_and(|parent| parent.deleted_with == before.deleted_with);
    let gone = if is_hard {
        let (numbers, live) = rows::tree(tx, before.no)?;
        rows::remove(tx, &numbers)?;
        live
    } else {
        rows::delete_tree(tx, before.no)?
    };
    count(tx, activity, parent.as_ref().filter(|_| is_counted), -gone, -1)
}

/// Brings back a comment that was deleted, with all that its deletion took along. What was deleted by itself before stays so.
/// Inferred: production's words are that all descendants are restored.
pub fn restore(tx: &WriteTx<'_>, actor: Actor<'_>, restorer: Option<&User>, id: &str) -> Result<Upon> {
    let before = rows::get(tx, id)?.ok_or_else(|| missing(id))?;
    let (mut activity, feeds) = upon(tx, actor, &before.object_id)?;
    may_change(tx, actor, &before, &feeds, DELETE)?;
    let comment = if before.is_live() {
        enrich::comment(tx, actor.user, before)?
    } else {
        let parent = parent_of(tx, &before)?;
        if before.deleted_with != Some(before.no) || parent.as_ref().is_some_and(|parent| !parent.is_live()) {
            return Err(ApiError::input(format!("comment with id {id} answers a deleted comment: restore that first")));
        }
        may_bring_back(actor, &before.moderation, Capability::DeleteAnyComment.action())?;
        rows::save(tx, &Comment { moderation: Map::new(), ..before.clone() })?;
        let back = rows::restore_tree(tx, before.no)?;
        count(tx, &mut activity, parent.as_ref(), back, 1)?;
        let updated_at = later(tx.now, before.updated_at);
        let comment = Comment { deleted_at: None, deleted_with: None, moderation: Map::new(), updated_at, ..before };
        revisions::restored(tx, actor, &comment)?;
        tell(tx, "feeds.comment.restored", actor, restorer, comment, (&activity, &feeds))?
    };
    Ok(Upon { comment, activity: listing::enriched_in(tx, actor, activity, &feeds, OwnFields::ALL)? })
}

/// The comment of that id that is there, or the refusal.
pub fn live(tx: &ReadTx<'_>, id: &str) -> Result<Comment> {
    rows::get(tx, id)?.filter(Comment::is_live).ok_or_else(|| missing(id))
}

fn missing(id: &str) -> ApiError {
    ApiError::not_found(format!("comment with id {id} not found"))
}

fn parent_of(tx: &ReadTx<'_>, comment: &Comment) -> Result<Option<Comment>> {
    comment.parent_id.as_deref().map_or(Ok(None), |id| rows::get(tx, id))
}
