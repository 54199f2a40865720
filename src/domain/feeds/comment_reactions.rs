//! Reactions to comments (feeds-interactions 3), by which comments are voted up and down.

use std::sync::Arc;

use super::access::Actor;
use super::activity_reactions::{Reacted, Telling, share, tell_author};
use super::comments::{live, may, upon};
use super::enrich::reactions::Objects;
use super::enrich::{self, OwnFields};
use super::listing::enriched_in;
use super::notify::{self, Deed, Said};
use super::reactions::{self, ReactionInput};
use super::{events, query as queries};
use crate::error::Result;
use crate::event::feeds::{About, Change};
use crate::ids::FeedId;
use crate::model::feeds::activity::Activity;
use crate::model::feeds::comment::{Comment, CommentCounts, EnrichedComment};
use crate::model::feeds::feed::Feed;
use crate::model::feeds::object::{Address, Object, ObjectKind};
use crate::model::feeds::page::Page;
use crate::model::feeds::reaction::{EnrichedReaction, Reaction};
use crate::model::user::User;
use crate::permission::capability::Capability;
use crate::query::page::Walk;
use crate::store::feeds::feeds as feed_rows;
use crate::store::feeds::{activities as activity_rows, comments as rows, reactions as reaction_rows};
use crate::store::{ReadTx, WriteTx};

/// The reactions that are votes. That it is these two is inferred.
const VOTES: [&str; 2] = ["upvote", "downvote"];

/// Reacts to a comment, and shares what it is upon in these feeds.
pub fn add(
    tx: &WriteTx<'_>,
    actor: Actor<'_>,
    by: &User,
    id: &str,
    input: ReactionInput,
    targets: Vec<FeedId>,
    telling: Telling,
) -> Result<Reacted<EnrichedComment>> {
    let comment = live(tx, id)?;
    let (activity, feeds) = upon(tx, actor, &comment.object_id)?;
    may(tx, actor, &feeds, Capability::AddCommentReaction)?;
    let told = if input.is_only { "feeds.comment.reaction.updated" } else { "feeds.comment.reaction.added" };
    let kind = input.kind.clone();
    let (reaction, more) = reactions::put(tx, object(&comment), &by.id, input)?;
    let comment = recount(tx, comment, more)?;
    let (activity, reference) = share(tx, actor, by, activity, kind, targets)?;
    let (object, reaction) = tell(tx, actor, by, told, &comment, (&activity, &feeds), reaction)?;
    let row = &reaction.reaction;
    let deed = Deed::CommentReaction { activity: &activity, comment: Said::of(&comment), reaction: &row.kind };
    let told = tell_author(tx, by, &comment.user_id, deed, row, telling)?;
    Ok(Reacted { object, reaction, reference, told })
}

/// Takes a reaction of one's own back, and with it what told of it where that is asked for.
pub fn delete(
    tx: &WriteTx<'_>,
    actor: Actor<'_>,
    by: &User,
    id: &str,
    kind: &str,
    withdraws: bool,
) -> Result<(EnrichedComment, EnrichedReaction)> {
    let comment = live(tx, id)?;
    let (activity, feeds) = upon(tx, actor, &comment.object_id)?;
    may(tx, actor, &feeds, Capability::DeleteOwnCommentReaction)?;
    let reaction = reactions::take(tx, object(&comment), &by.id, kind)?;
    let comment = recount(tx, comment, -1)?;
    let shown = tell(tx, actor, by, "feeds.comment.reaction.deleted", &comment, (&activity, &feeds), reaction)?;
    if withdraws {
        notify::withdraw(tx, Some(by), &by.id, notify::Kind::CommentReaction, id)?;
    }
    Ok(shown)
}

/// Takes away a reaction of who is to have none. Of what is deleted nobody is told.
pub fn end(tx: &WriteTx<'_>, by: &User, reaction: Reaction) -> Result<()> {
    reaction_rows::remove(tx, &reaction)?;
    let Some(comment) = rows::by_number(tx, &[reaction.object.no])?.pop() else { return Ok(()) };
    let comment = recount(tx, comment, -1)?;
    let activity = activity_rows::by_number(tx, &[comment.activity])?.remove(&comment.activity);
    let Some(activity) = activity.filter(|activity| activity.deleted_at.is_none() && comment.is_live()) else {
        return Ok(());
    };
    let feeds = feed_rows::by_address(tx, &activity.feeds)?;
    tell(tx, Actor::SERVER, by, "feeds.comment.reaction.deleted", &comment, (&activity, &feeds), reaction).map(drop)
}

fn object(comment: &Comment) -> Object {
    Object::comment(comment.no, comment.activity)
}

fn address(comment: &Comment) -> Address {
    Address { activity_id: comment.object_id.clone(), comment_id: Some(comment.id.clone()) }
}

/// The same comment, with its reactions counted anew. Of how it was changed this says nothing.
fn recount(tx: &WriteTx<'_>, comment: Comment, more: i64) -> Result<Comment> {
    let groups = reaction_rows::groups(tx, ObjectKind::Comment, &[comment.no])?.remove(&comment.no).unwrap_or_default();
    let [upvotes, downvotes] = VOTES.map(|kind| groups.get(kind).map_or(0, |group| group.count));
    let counts = CommentCounts { reactions: comment.counts.reactions + more, upvotes, downvotes, ..comment.counts };
    rows::save_counts(tx, comment.no, counts)?;
    Ok(Comment { counts, ..comment })
}

/// Tells of a reaction, and answers what the actor is shown of it. Of one that was taken back neither who did it nor the
/// activity is told (feeds-events 2.1).
fn tell(
    tx: &WriteTx<'_>,
    actor: Actor<'_>,
    by: &User,
    kind: &'static str,
    comment: &Comment,
    (activity, feeds): (&Activity, &[Feed]),
    reaction: Reaction,
) -> Result<(EnrichedComment, EnrichedReaction)> {
    let user = Arc::new(by.clone());
    let reaction = EnrichedReaction { reaction, address: address(comment), user: Arc::clone(&user) };
    let shown = enrich::comment(tx, actor.user, comment.clone())?;
    let is_gone = kind == "feeds.comment.reaction.deleted";
    let told = if is_gone {
        None
    } else {
        Some(Box::new(enriched_in(tx, Actor::SERVER, activity.clone(), feeds, OwnFields::NONE)?.for_all()))
    };
    let comment = Box::new(shown.clone().for_all());
    let about = About::CommentReaction { comment, activity: told, reaction: Box::new(reaction.clone()) };
    events::tell_about(tx, kind, &Change::new((!is_gone).then_some(user), about), activity, feeds)?;
    Ok((shown, reaction))
}

/// A page of the reactions to a comment, for who may read what it is upon.
pub fn query(tx: &ReadTx<'_>, actor: Actor<'_>, id: &str, walk: &Walk) -> Result<Page<EnrichedReaction>> {
    let comment = live(tx, id)?;
    upon(tx, actor, &comment.object_id)?;
    reactions::query(tx, ObjectKind::Comment, &Objects::from([(comment.no, address(&comment))]), None, walk)
}

/// A page of the actor's own reactions to these comments, of those that are there and that he may read.
pub fn own(tx: &ReadTx<'_>, actor: Actor<'_>, ids: &[String], walk: &Walk) -> Result<Page<EnrichedReaction>> {
    let Some(user) = actor.user else { return Ok(Page::default()) };
    let found: Vec<Comment> = rows::by_id(tx, ids)?.into_iter().filter(Comment::is_live).collect();
    let upon = activity_rows::by_number(tx, &found.iter().map(|comment| comment.activity).collect::<Vec<_>>())?;
    let readable = queries::readable_of(tx, actor, upon.values().filter(|activity| activity.deleted_at.is_none()))?;
    let objects: Objects = found
        .iter()
        .filter(|comment| actor.by.is_none() || readable.contains(&comment.activity))
        .map(|comment| (comment.no, address(comment)))
        .collect();
    reactions::query(tx, ObjectKind::Comment, &objects, Some(user), walk)
}
