//! Adding activities (feeds-core 6).

use std::mem::take;

use serde_json::Map;

use super::access::{self, Actor, Standing};
use super::activity_input::content;
use super::collections;
use super::enrich::{OwnFields, Parts, ShownComments};
use super::listing::{enriched_by, enriched_in, list, regard, tell, unlist};
use super::moderated::{self, may_bring_back};
use super::notify::{self, Kind};
use super::processors::{self, Processing};
use super::{activity_notices as notices, feeds, later, link_previews, revisions};
use crate::domain::moderation::entity::ACTIVITY;
use crate::error::{ApiError, Result};
use crate::ids::{FeedId, UserId};
use crate::model::feeds::activity::{Activity, ActivityCounts, EnrichedActivity};
use crate::model::feeds::feed::Feed;
use crate::model::user::User;
use crate::permission::capability::Capability;
use crate::store::feeds::{activities as rows, feeds as feed_rows, next_number};
use crate::store::{ReadTx, WriteTx};

pub use super::activity_input::{ActivityInput, check_custom, check_visibility};

/// What became of an activity that was added or changed.
#[derive(Debug)]
pub struct Written {
    /// The activity.
    pub activity: EnrichedActivity,
    /// How many were told that it mentions them; `None` where nobody was to be.
    pub mentions_told: Option<i64>,
}

/// Adds an activity, or replaces the one of that id. Feeds that are not there are made.
pub fn upsert(
    tx: &WriteTx<'_>,
    actor: Actor<'_>,
    author: &User,
    input: ActivityInput,
    asked: OwnFields,
) -> Result<Written> {
    let known = input.id.as_deref().map(|id| rows::get(tx, id)).transpose()?.flatten();
    match known {
        Some(live) if live.deleted_at.is_none() => edit(tx, actor, author, &live, input, asked),
        // Whoever had the id of a deleted one has it no longer (feeds-core 6.1).
        Some(deleted) => {
            rows::remove(tx, deleted.no)?;
            add(tx, actor, author, input, asked)
        }
        None => add(tx, actor, author, input, asked),
    }
}

fn add(
    tx: &WriteTx<'_>,
    actor: Actor<'_>,
    author: &User,
    mut input: ActivityInput,
    asked: OwnFields,
) -> Result<Written> {
    let mut feeds = feeds::ensure_all(tx, author, &input.feeds)?;
    for feed in &feeds {
        access::require(tx, actor, feed, Capability::AddActivity)?;
    }
    let no = next_number(tx)?;
    let parent = input.parent_id.as_deref().map(|id| live_of(tx, id)).transpose()?;
    let (notifies, copies_custom) = (input.notifies, input.copies_custom);
    let judgement = moderated::judge(tx, actor, input.is_forced, &feeds, &mut input.text)?;
    let preview = link_previews::attach(tx, input.skips_links, input.text.as_deref(), &mut input.attachments)?;
    let collections = refer(tx, actor, author, &mut input)?;
    let activity = Activity {
        no,
        moderation: judgement.moderation(&Map::new()),
        deleted_at: judgement.takes_away().then_some(tx.now),
        collections,
        id: input.id.clone().unwrap_or_else(|| tx.new_id()),
        user_id: author.id.clone(),
        counts: ActivityCounts::default(),
        parent: parent.as_ref().map(|parent| parent.no),
        created_at: tx.now,
        updated_at: tx.now,
        edited_at: None,
        ..content(tx, input)
    };
    rows::save(tx, &activity)?;
    revisions::created(tx, actor, &activity)?;
    judgement.queue(tx, ACTIVITY, &activity.id, &activity.attachments)?;
    if judgement.takes_away() {
        return Ok(Written { activity: enriched_in(tx, actor, activity, &feeds, asked)?, mentions_told: None });
    }
    for feed in &mut feeds {
        list(tx, &activity, feed)?;
    }
    if let Some(parent) = parent {
        share(tx, parent, 1)?;
    }
    let enriched = enriched_in(tx, actor, activity, &feeds, asked)?;
    tell(tx, "feeds.activity.added", Some(author), &enriched, &feeds)?;
    processors::run(tx, author, &enriched.activity, &feeds, Processing { reads_text: true, preview })?;
    let told = || notices::tell_mentioned(tx, &enriched.activity, &[], copies_custom);
    let mentions_told = notifies.then(told).transpose()?;
    Ok(Written { activity: enriched, mentions_told })
}

/// Changes what an activity says, in whatever form that came. Feeds that are no longer named lose it, and are told so.
pub fn edit(
    tx: &WriteTx<'_>,
    actor: Actor<'_>,
    editor: &User,
    before: &Activity,
    mut input: ActivityInput,
    asked: OwnFields,
) -> Result<Written> {
    may(tx, actor, before, Capability::UpdateOwnActivity, Capability::UpdateAnyActivity)?;
    let mut feeds = feeds::ensure_all(tx, editor, &input.feeds)?;
    let is_new = |feed: &Feed| !before.feeds.contains(&feed.fid);
    for feed in feeds.iter().filter(|feed| is_new(feed)) {
        access::require(tx, actor, feed, Capability::AddActivity)?;
    }
    let dropped: Vec<FeedId> = before.feeds.iter().filter(|fid| !input.feeds.contains(fid)).cloned().collect();
    let mut dropped = feed_rows::by_address(tx, &dropped)?;
    let now = later(tx.now, before.updated_at);
    let (notifies, copies_custom) = (input.notifies, input.copies_custom);
    let reads_text = input.is_processed && input.text != before.text;
    let judgement = moderated::judge(tx, actor, input.is_forced, &feeds, &mut input.text)?;
    let preview = link_previews::attach(tx, input.skips_links, input.text.as_deref(), &mut input.attachments)?;
    let collections = refer(tx, actor, editor, &mut input)?;
    let activity = Activity {
        no: before.no,
        moderation: judgement.moderation(&before.moderation),
        collections,
        id: before.id.clone(),
        user_id: before.user_id.clone(),
        counts: before.counts,
        parent: before.parent,
        notification_context: before.notification_context.clone(),
        i18n: if input.text == before.text { before.i18n.clone() } else { Map::new() },
        created_at: before.created_at,
        updated_at: now,
        edited_at: Some(now),
        ..content(tx, input)
    };
    judgement.queue(tx, ACTIVITY, &activity.id, &activity.attachments)?;
    if judgement.takes_away() {
        // Who watches hears of the end of what he has seen, and not of what came in its place.
        delete(tx, Actor::SERVER, Some(editor), &before.id, Deletion { is_hard: false, withdraws: true })?;
        let activity = Activity { deleted_at: Some(now), feeds: before.feeds.clone(), ..activity };
        rows::save(tx, &activity)?;
        return Ok(Written { activity: enriched_in(tx, actor, activity, &feeds, asked)?, mentions_told: None });
    }
    rows::save(tx, &activity)?;
    revisions::edited(tx, actor, before, &activity)?;
    for feed in feeds.iter_mut().filter(|feed| is_new(feed)) {
        list(tx, &activity, feed)?;
    }
    for feed in &mut dropped {
        rows::unpin(tx, &activity, feed)?;
        unlist(tx, &activity, feed)?;
    }
    regard(tx, &activity, &feeds)?;
    let enriched = enriched_in(tx, actor, activity, &feeds, asked)?;
    let all = if reads_text || preview.is_some() { feeds.clone() } else { Vec::new() };
    let (new, kept): (Vec<Feed>, Vec<Feed>) = feeds.into_iter().partition(is_new);
    for (kind, feeds) in
        [("feeds.activity.removed_from_feed", dropped), ("feeds.activity.updated", kept), ("feeds.activity.added", new)]
    {
        if !feeds.is_empty() {
            tell(tx, kind, Some(editor), &enriched, &feeds)?;
        }
    }
    processors::run(tx, editor, &enriched.activity, &all, Processing { reads_text, preview })?;
    let told = || notices::mentions_changed(tx, editor, before, &enriched.activity, copies_custom);
    let mentions_told = notifies.then(told).transpose()?;
    Ok(Written { activity: enriched, mentions_told })
}

/// How an activity is deleted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Deletion {
    /// For good.
    pub is_hard: bool,
    /// Whether those whom it mentions are told so no longer.
    pub withdraws: bool,
}

/// Takes an activity out of all feeds: it stays, for whoever restores it, or is gone with all that hangs on it.
pub fn delete(
    tx: &WriteTx<'_>,
    actor: Actor<'_>,
    deleter: Option<&User>,
    id: &str,
    Deletion { is_hard, withdraws }: Deletion,
) -> Result<()> {
    let known = rows::get(tx, id)?.filter(|activity| activity.deleted_at.is_none() || is_hard);
    let before = known.ok_or_else(|| missing(id))?;
    may(tx, actor, &before, Capability::DeleteOwnActivity, Capability::DeleteAnyActivity)?;
    revisions::deleted(tx, actor, &before)?;
    let now = later(tx.now, before.updated_at);
    let was_live = before.deleted_at.is_none();
    let activity = Activity { deleted_at: Some(now), updated_at: now, ..before };
    let mut feeds = feed_rows::by_address(tx, &activity.feeds)?;
    if was_live {
        for feed in &mut feeds {
            rows::unpin(tx, &activity, feed)?;
            unlist(tx, &activity, feed)?;
        }
        if let Some(parent) = parent_of(tx, &activity)? {
            share(tx, parent, -1)?;
        }
        let enriched = enriched_in(tx, Actor::SERVER, activity.clone(), &feeds, OwnFields::NONE)?;
        tell(tx, "feeds.activity.deleted", deleter, &enriched, &feeds)?;
    }
    if withdraws {
        notify::withdraw(tx, deleter, &activity.user_id, Kind::Mention, &activity.id)?;
    }
    if is_hard {
        rows::remove(tx, activity.no)
    } else {
        rows::unlist(tx, activity.no)?;
        rows::save(tx, &activity)
    }
}

/// Brings back an activity that was deleted; whose it is may, and a server.
pub fn restore(
    tx: &WriteTx<'_>,
    actor: Actor<'_>,
    restorer: &User,
    id: &str,
    asked: OwnFields,
) -> Result<EnrichedActivity> {
    let before = rows::get(tx, id)?.ok_or_else(|| missing(id))?;
    may(tx, actor, &before, Capability::DeleteOwnActivity, Capability::DeleteAnyActivity)?;
    let mut feeds = feed_rows::by_address(tx, &before.feeds)?;
    if before.deleted_at.is_none() {
        return enriched_in(tx, actor, before, &feeds, asked);
    }
    may_bring_back(actor, &before.moderation, Capability::DeleteAnyActivity.action())?;
    let updated_at = later(tx.now, before.updated_at);
    let activity = Activity { deleted_at: None, moderation: Map::new(), updated_at, ..before };
    rows::save(tx, &activity)?;
    revisions::restored(tx, actor, &activity)?;
    for feed in &mut feeds {
        list(tx, &activity, feed)?;
    }
    if let Some(parent) = parent_of(tx, &activity)? {
        share(tx, parent, 1)?;
    }
    let enriched = enriched_in(tx, actor, activity, &feeds, asked)?;
    tell(tx, "feeds.activity.restored", Some(restorer), &enriched, &feeds)?;
    Ok(enriched)
}

fn parent_of(tx: &WriteTx<'_>, activity: &Activity) -> Result<Option<Activity>> {
    match activity.parent {
        Some(parent) => Ok(rows::by_number(tx, &[parent])?.remove(&parent)),
        None => Ok(None),
    }
}

/// An activity as an actor is shown it, who has to be allowed to read one of its feeds, or to have written it.
pub fn show(tx: &ReadTx<'_>, actor: Actor<'_>, id: &str, comments: ShownComments) -> Result<EnrichedActivity> {
    let (activity, feeds) = readable(tx, actor, id)?;
    enriched_by(tx, actor, activity, &feeds, OwnFields::ALL, Parts { comments, ..Parts::ALL })
}

/// An activity with its feeds, for who may read it.
pub fn readable(tx: &ReadTx<'_>, actor: Actor<'_>, id: &str) -> Result<(Activity, Vec<Feed>)> {
    let activity = live_of(tx, id)?;
    let feeds = feed_rows::by_address(tx, &activity.feeds)?;
    let standings = access::standings(tx, actor, &feeds)?;
    let is_own = actor.user.is_some_and(|user| *user == activity.user_id);
    let is_readable = |feed: &Feed| standings.get(&feed.no).is_some_and(|one| access::may_read(actor, one));
    let is_hidden = activity.visibility == "private" && actor.by.is_some();
    let owns = |feed: &Feed| standings.get(&feed.no).is_some_and(|standing| standing.is_owner);
    let is_shown = if is_hidden { feeds.iter().any(owns) } else { feeds.iter().any(is_readable) };
    if !is_own && !is_shown && actor.by.is_some() {
        let feed = feeds.first().ok_or_else(|| missing(id))?;
        access::judge(actor, feed, &Standing::default(), Capability::ReadActivities)?;
    }
    Ok((activity, feeds))
}

/// The activity of that id that feeds show, or Stream's refusal.
pub fn live_of(tx: &ReadTx<'_>, id: &str) -> Result<Activity> {
    find(tx, id)?.ok_or_else(|| missing(id))
}

/// The activity of that id, if it is there and not deleted.
pub fn find(tx: &ReadTx<'_>, id: &str) -> Result<Option<Activity>> {
    Ok(rows::get(tx, id)?.filter(|activity| activity.deleted_at.is_none()))
}

pub fn missing(id: &str) -> ApiError {
    ApiError::not_found(format!("activity with id {id} not found"))
}

/// Only its author does this, where he may, and whoever may to any activity, in one of its feeds.
fn may(tx: &WriteTx<'_>, actor: Actor<'_>, activity: &Activity, own: Capability, any: Capability) -> Result<()> {
    let is_own = actor.user.is_some_and(|user: &UserId| *user == activity.user_id);
    let capability = if is_own { own } else { any };
    let mut refusal = Ok(());
    for feed in feed_rows::by_address(tx, &activity.feeds)? {
        match access::require(tx, actor, &feed, capability) {
            Ok(()) => return Ok(()),
            Err(error) => refusal = Err(error),
        }
    }
    refusal
}

/// What it refers to in collections, of which some may be made or changed with it.
fn refer(tx: &WriteTx<'_>, actor: Actor<'_>, by: &User, input: &mut ActivityInput) -> Result<Vec<String>> {
    let (references, collections) = (take(&mut input.references), take(&mut input.collections));
    collections::refer(tx, actor, &by.id, references, collections)
}

/// Counts a share of an activity, or the end of one.
fn share(tx: &WriteTx<'_>, mut parent: Activity, by: i64) -> Result<()> {
    parent.counts.shares += by;
    parent.counts.popularity += 3 * by;
    rows::save_counts(tx, &parent)
}
