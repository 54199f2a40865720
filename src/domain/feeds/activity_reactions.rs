//! Reactions to activities (feeds-interactions 3).

use std::sync::Arc;

use serde_json::Map;

use super::access::Actor;
use super::activities::{self, ActivityInput, readable};
use super::engage::{open, recount, shown_and_told};
use super::enrich::OwnFields;
use super::enrich::reactions::{self as enrich, Objects};
use super::notify::{self, Deed, Notice};
use super::reactions::{self, ReactionInput};
use super::{events, query as queries};
use crate::error::Result;
use crate::event::feeds::{About, Change};
use crate::ids::{FeedId, UserId};
use crate::model::feeds::activity::{Activity, EnrichedActivity};
use crate::model::feeds::feed::Feed;
use crate::model::feeds::object::{Address, Object, ObjectKind};
use crate::model::feeds::page::Page;
use crate::model::feeds::reaction::{EnrichedReaction, Reaction};
use crate::model::user::User;
use crate::permission::capability::Capability;
use crate::query::page::Walk;
use crate::store::feeds::{activities as rows, feeds as feed_rows};
use crate::store::{ReadTx, WriteTx, tasks};

/// What came of a reaction.
#[derive(Debug)]
pub struct Reacted<T> {
    /// What was reacted to, as it is by then.
    pub object: T,
    /// The reaction.
    pub reaction: EnrichedReaction,
    /// The activity that shares it in the feeds that were named.
    pub reference: Option<EnrichedActivity>,
    /// The task that told the author of it, where that was asked for and he is told.
    pub told: Option<String>,
}

/// Whether the author of what is reacted to is told.
#[derive(Clone, Copy, Debug, Default)]
pub struct Telling {
    /// He is.
    pub notifies: bool,
    /// With what the app stores with the reaction.
    pub copies_custom: bool,
}

/// Reacts to an activity, and shares it in these feeds.
pub fn add(
    tx: &WriteTx<'_>,
    actor: Actor<'_>,
    by: &User,
    id: &str,
    input: ReactionInput,
    targets: Vec<FeedId>,
    telling: Telling,
) -> Result<Reacted<EnrichedActivity>> {
    let (activity, feeds) = open(tx, actor, id, Capability::AddActivityReaction)?;
    // What is unique is always told of as a change: SDKs know their own by that name.
    let told = if input.is_only { "feeds.activity.reaction.updated" } else { "feeds.activity.reaction.added" };
    let kind = input.kind.clone();
    let (reaction, more) = reactions::put(tx, Object::activity(activity.no), &by.id, input)?;
    let activity = recount(tx, activity, |counts| counts.reactions += more)?;
    let (activity, reference) = share(tx, actor, by, activity, kind, targets)?;
    let (object, reaction) = tell(tx, actor, by, told, &activity, &feeds, reaction)?;
    let deed = Deed::Reaction { activity: &activity, reaction: &reaction.reaction.kind };
    let told = tell_author(tx, by, &activity.user_id, deed, &reaction.reaction, telling)?;
    Ok(Reacted { object, reaction, reference, told })
}

/// Shares an activity in these feeds, as one of the reaction's type. Answers the activity as it is by then, and what shares it.
pub(super) fn share(
    tx: &WriteTx<'_>,
    actor: Actor<'_>,
    by: &User,
    activity: Activity,
    kind: String,
    targets: Vec<FeedId>,
) -> Result<(Activity, Option<EnrichedActivity>)> {
    if targets.is_empty() {
        return Ok((activity, None));
    }
    let parent_id = Some(activity.id.clone());
    let share = ActivityInput { kind, feeds: targets, parent_id, ..ActivityInput::default() };
    let reference = activities::upsert(tx, actor, by, share, OwnFields::NONE)?.activity;
    Ok((activities::live_of(tx, &activity.id)?, Some(reference)))
}

/// Tells the author of what was reacted to, where that is asked for. Answers the task that did, where he is told.
pub(super) fn tell_author(
    tx: &WriteTx<'_>,
    by: &User,
    author: &UserId,
    deed: Deed<'_>,
    Reaction { custom, .. }: &Reaction,
    Telling { notifies, copies_custom }: Telling,
) -> Result<Option<String>> {
    let notice = Notice { actor: by, recipient: author, deed, custom, copies_custom };
    let is_told = notifies && notify::send(tx, &notice)?;
    is_told.then(|| tasks::complete(tx, &Map::new())).transpose()
}

/// Takes a reaction of one's own back, and with it what told of it where that is asked for.
pub fn delete(
    tx: &WriteTx<'_>,
    actor: Actor<'_>,
    by: &User,
    id: &str,
    kind: &str,
    withdraws: bool,
) -> Result<(EnrichedActivity, EnrichedReaction)> {
    let (activity, feeds) = open(tx, actor, id, Capability::DeleteOwnActivityReaction)?;
    let reaction = reactions::take(tx, Object::activity(activity.no), &by.id, kind)?;
    let activity = recount(tx, activity, |counts| counts.reactions -= 1)?;
    let told = tell(tx, actor, by, "feeds.activity.reaction.deleted", &activity, &feeds, reaction)?;
    if withdraws {
        notify::withdraw(tx, Some(by), &by.id, notify::Kind::Reaction, id)?;
    }
    Ok(told)
}

/// Takes away a reaction of who is to have none. Of what is deleted nobody is told.
pub fn end(tx: &WriteTx<'_>, by: &User, reaction: Reaction) -> Result<()> {
    reactions::remove(tx, &reaction)?;
    let Some(activity) = rows::by_number(tx, &[reaction.object.no])?.remove(&reaction.object.no) else { return Ok(()) };
    let activity = recount(tx, activity, |counts| counts.reactions -= 1)?;
    if activity.deleted_at.is_none() {
        let feeds = feed_rows::by_address(tx, &activity.feeds)?;
        tell(tx, Actor::SERVER, by, "feeds.activity.reaction.deleted", &activity, &feeds, reaction)?;
    }
    Ok(())
}

/// Tells of a reaction, and answers what the actor is shown of it.
fn tell(
    tx: &WriteTx<'_>,
    actor: Actor<'_>,
    by: &User,
    kind: &'static str,
    activity: &Activity,
    feeds: &[Feed],
    reaction: Reaction,
) -> Result<(EnrichedActivity, EnrichedReaction)> {
    let address = Address::of_activity(&activity.id);
    let reaction = EnrichedReaction { reaction, address, user: Arc::new(by.clone()) };
    let (shown, told) = shown_and_told(tx, actor, activity, feeds)?;
    let about = About::Reaction { activity: Box::new(told), reaction: Box::new(reaction.clone()) };
    let change = Change::new(Some(Arc::new(by.clone())), about);
    events::tell_about(tx, kind, &change, activity, feeds)?;
    Ok((shown, reaction))
}

/// A page of the reactions to an activity, for who may read it.
pub fn query(tx: &ReadTx<'_>, actor: Actor<'_>, id: &str, walk: &Walk) -> Result<Page<EnrichedReaction>> {
    let (activity, _) = readable(tx, actor, id)?;
    let objects = Objects::from([(activity.no, Address::of_activity(&activity.id))]);
    reactions::query(tx, ObjectKind::Activity, &objects, None, walk)
}

/// A page of the actor's own reactions to these activities, of those that are there and that he may read.
pub fn own(tx: &ReadTx<'_>, actor: Actor<'_>, ids: &[String], walk: &Walk) -> Result<Page<EnrichedReaction>> {
    let Some(user) = actor.user else { return Ok(Page::default()) };
    let found = rows::by_id(tx, ids)?.into_iter().filter(|one| one.deleted_at.is_none()).collect::<Vec<_>>();
    let readable = queries::readable_of(tx, actor, found.iter())?;
    let of = |activity: &Activity| (activity.no, Address::of_activity(&activity.id));
    let objects: enrich::Objects = found.iter().filter(|activity| readable.contains(&activity.no)).map(of).collect();
    reactions::query(tx, ObjectKind::Activity, &objects, Some(user), walk)
}
