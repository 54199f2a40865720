//! Polls and their options (feeds-interactions 5). Who has made a poll may change it, closed or not; servers may change any.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::access::Actor;
use super::enrich::Users;
use super::enrich::polls::{enriched, told};
use super::{events, later};
use crate::domain::users as user_rules;
use crate::error::{ApiError, Result};
use crate::event::feeds::{About, Change};
use crate::ids::UserId;
use crate::model::feeds::page::Page;
use crate::model::feeds::poll::{EnrichedPoll, EnrichedVote, Poll, PollOption, Rules, Vote};
use crate::model::user::User;
use crate::permission;
use crate::query::page::{Leads, Walk};
use crate::store::feeds::{activities as activity_rows, feeds as feed_rows, polls as rows};
use crate::store::{ReadTx, WriteTx};
use crate::validate::{batch, max_chars, within};

pub use rows::{POLLS, VOTES};

/// Characters of a poll's id, its name, an option's text at the most.
pub const TEXT_MAX_CHARS: usize = 255;
/// Characters of a poll's description at the most.
const DESCRIPTION_MAX_CHARS: usize = 1_000;
/// Options of a poll at the most.
pub const OPTIONS_MAX: usize = 100;
/// What `max_votes_allowed` may be at the most.
const VOTES_MAX: i64 = 10;
/// Activities that are told of a change to the poll that they show, at the most.
const TOLD_MAX: usize = 100;

/// A poll as a call describes it.
#[derive(Clone, Debug, Default)]
pub struct PollInput {
    pub id: Option<String>,
    pub name: String,
    pub description: String,
    pub rules: Rules,
    pub is_closed: bool,
    pub custom: Map<String, Value>,
    /// Those that it is to have; `None` leaves those that are there.
    pub options: Option<Vec<OptionInput>>,
}

/// An option as a call describes it.
#[derive(Clone, Debug, Default)]
pub struct OptionInput {
    pub id: Option<String>,
    pub text: String,
    pub custom: Map<String, Value>,
}

impl PollInput {
    /// Refuses what is beyond the limits.
    pub fn check(&self) -> Result<()> {
        if self.name.is_empty() {
            return Err(ApiError::input("name is a required field"));
        }
        max_chars("id", self.id.as_deref().unwrap_or_default(), TEXT_MAX_CHARS)?;
        max_chars("name", &self.name, TEXT_MAX_CHARS)?;
        max_chars("description", &self.description, DESCRIPTION_MAX_CHARS)?;
        if let Some(most) = self.rules.votes_max {
            within("max_votes_allowed", most, 1, VOTES_MAX)?;
        }
        user_rules::check_object("custom", &self.custom)?;
        let options = self.options.as_deref().unwrap_or_default();
        if !options.is_empty() {
            batch("options", options.len(), OPTIONS_MAX)?;
        }
        options.iter().try_for_each(OptionInput::check)
    }
}

impl OptionInput {
    /// Refuses what is beyond the limits.
    pub fn check(&self) -> Result<()> {
        if self.text.is_empty() {
            return Err(ApiError::input("text is a required field"));
        }
        max_chars("id", self.id.as_deref().unwrap_or_default(), TEXT_MAX_CHARS)?;
        max_chars("text", &self.text, TEXT_MAX_CHARS)?;
        user_rules::check_object("custom", &self.custom)
    }
}

/// Makes a poll.
pub fn create(tx: &WriteTx<'_>, creator: &User, input: PollInput) -> Result<EnrichedPoll> {
    let id = input.id.unwrap_or_else(|| tx.new_id());
    if rows::get(tx, &id)?.is_some() {
        return Err(ApiError::input(format!("poll with id {id} already exists")));
    }
    let poll = Poll {
        id,
        name: input.name,
        description: input.description,
        rules: input.rules,
        is_closed: input.is_closed,
        custom: input.custom,
        created_by: creator.id.clone(),
        votes: 0,
        answers: 0,
        created_at: tx.now,
        updated_at: tx.now,
    };
    rows::save(tx, &poll)?;
    set_options(tx, &poll, input.options.unwrap_or_default())?;
    shown(tx, Some(&creator.id), poll)
}

/// The poll of that id, or Stream's refusal.
pub fn present(tx: &ReadTx<'_>, id: &str) -> Result<Poll> {
    rows::get(tx, id)?.ok_or_else(|| ApiError::not_found(format!("poll with id {id} not found")))
}

/// A poll as a viewer is shown it.
pub fn show(tx: &ReadTx<'_>, viewer: Option<&UserId>, id: &str) -> Result<EnrichedPoll> {
    shown(tx, viewer, present(tx, id)?)
}

/// A page of polls, by a query.
pub fn query(tx: &ReadTx<'_>, viewer: Option<&UserId>, walk: Walk) -> Result<Page<EnrichedPoll>> {
    let (polls, Leads { next, prev }) = walk.gather(|walk| rows::select(tx, walk), Ok)?;
    let ids: Vec<String> = polls.iter().map(|poll| poll.id.clone()).collect();
    let mut enriched = enriched(tx, viewer, polls)?;
    Ok(Page { items: ids.iter().filter_map(|id| enriched.remove(id)).collect(), next, prev })
}

/// Changes a poll into what a call describes; options that it does not name go with their votes.
pub fn replace(tx: &WriteTx<'_>, actor: Actor<'_>, id: &str, input: PollInput) -> Result<EnrichedPoll> {
    let before = changeable(tx, actor, id)?;
    let poll = Poll {
        name: input.name,
        description: input.description,
        rules: input.rules,
        is_closed: input.is_closed,
        custom: input.custom,
        updated_at: later(tx.now, before.updated_at),
        ..before.clone()
    };
    rows::save(tx, &poll)?;
    if let Some(options) = input.options {
        set_options(tx, &poll, options)?;
    }
    // A client that hears of both takes it for two changes.
    let kind = if poll.is_closed && !before.is_closed { "feeds.poll.closed" } else { "feeds.poll.updated" };
    tell_changed(tx, kind, actor, id)
}

/// Deletes a poll with all votes; activities show it no more.
pub fn delete(tx: &WriteTx<'_>, actor: Actor<'_>, id: &str) -> Result<()> {
    let poll = changeable(tx, actor, id)?;
    let enriched = shown(tx, None, poll)?;
    tell(tx, "feeds.poll.deleted", id, About::Poll(Box::new(enriched)))?;
    rows::remove(tx, id)
}

/// One option of a poll.
pub fn option(tx: &ReadTx<'_>, poll: &str, id: &str) -> Result<PollOption> {
    present(tx, poll)?;
    rows::option(tx, poll, id)?
        .ok_or_else(|| ApiError::not_found(format!("option with id {id} of poll {poll} not found")))
}

/// Adds an option: the creator's, or everybody's where the poll takes suggestions.
pub fn add_option(tx: &WriteTx<'_>, actor: Actor<'_>, poll: &str, input: OptionInput) -> Result<PollOption> {
    let before = present(tx, poll)?;
    if !before.rules.takes_options {
        may_change(actor, &before)?;
    }
    let there = rows::options(tx, &[poll])?;
    if there.len() >= OPTIONS_MAX {
        return Err(ApiError::input(format!("options must contain at maximum {OPTIONS_MAX} items")));
    }
    let id = input.id.unwrap_or_else(|| tx.new_id());
    if there.iter().any(|option| option.id == id) {
        return Err(ApiError::input(format!("option with id {id} already exists")));
    }
    let position = there.last().map_or(0, |last| last.position + 1);
    let option = PollOption { poll: poll.to_owned(), id, position, text: input.text, custom: input.custom, votes: 0 };
    rows::save_option(tx, &option)?;
    touch(tx, actor, before)?;
    Ok(option)
}

/// Changes an option.
pub fn change_option(tx: &WriteTx<'_>, actor: Actor<'_>, poll: &str, input: OptionInput) -> Result<PollOption> {
    let before = changeable(tx, actor, poll)?;
    let id = input.id.filter(|id| !id.is_empty()).ok_or_else(|| ApiError::input("id is a required field"))?;
    let option = PollOption { text: input.text, custom: input.custom, ..option(tx, poll, &id)? };
    rows::save_option(tx, &option)?;
    touch(tx, actor, before)?;
    Ok(option)
}

/// Removes an option with the votes for it.
pub fn delete_option(tx: &WriteTx<'_>, actor: Actor<'_>, poll: &str, id: &str) -> Result<()> {
    let before = changeable(tx, actor, poll)?;
    let gone = option(tx, poll, id)?;
    rows::remove_option(tx, poll, id)?;
    touch(tx, actor, Poll { votes: before.votes - gone.votes, ..before })
}

/// A poll that the actor may change.
fn changeable(tx: &WriteTx<'_>, actor: Actor<'_>, id: &str) -> Result<Poll> {
    let poll = present(tx, id)?;
    may_change(actor, &poll)?;
    Ok(poll)
}

fn may_change(actor: Actor<'_>, poll: &Poll) -> Result<()> {
    match actor.by {
        Some(by) if actor.user != Some(&poll.created_by) => Err(permission::refused(by, permission::UPDATE_POLL)),
        _ => Ok(()),
    }
}

/// Writes a poll whose options changed, and tells of it.
fn touch(tx: &WriteTx<'_>, actor: Actor<'_>, before: Poll) -> Result<()> {
    let poll = Poll { updated_at: later(tx.now, before.updated_at), ..before };
    rows::save(tx, &poll)?;
    tell_changed(tx, "feeds.poll.updated", actor, &poll.id).map(drop)
}

/// Gives a poll these options, in this order. Of two of one id the last stands; what is not named goes with its votes.
fn set_options(tx: &WriteTx<'_>, poll: &Poll, inputs: Vec<OptionInput>) -> Result<()> {
    let mut there: BTreeMap<String, PollOption> =
        rows::options(tx, &[&poll.id])?.into_iter().map(|option| (option.id.clone(), option)).collect();
    let mut wanted: Vec<PollOption> = Vec::new();
    for input in inputs {
        let id = input.id.filter(|id| !id.is_empty()).unwrap_or_else(|| tx.new_id());
        let twin = wanted.iter().position(|option| option.id == id).map(|at| wanted.remove(at));
        let votes = twin.map_or_else(|| there.remove(&id).map_or(0, |known| known.votes), |twin| twin.votes);
        wanted.push(PollOption {
            poll: poll.id.clone(),
            id,
            position: 0,
            text: input.text,
            custom: input.custom,
            votes,
        });
    }
    let lost: i64 = there.values().map(|option| option.votes).sum();
    for gone in there.keys() {
        rows::remove_option(tx, &poll.id, gone)?;
    }
    for (position, option) in (0..).zip(wanted) {
        rows::save_option(tx, &PollOption { position, ..option })?;
    }
    if lost > 0 {
        rows::save(tx, &Poll { votes: poll.votes - lost, ..poll.clone() })?;
    }
    Ok(())
}

/// Tells of a poll as it is by now, and answers it as the actor is shown it.
fn tell_changed(tx: &WriteTx<'_>, kind: &'static str, actor: Actor<'_>, id: &str) -> Result<EnrichedPoll> {
    let enriched = show(tx, actor.user, id)?;
    tell(tx, kind, id, About::Poll(Box::new(enriched.clone().for_all())))?;
    Ok(enriched)
}

/// Tells those who watch a feed with an activity that shows the poll.
pub(super) fn tell(tx: &WriteTx<'_>, kind: &'static str, poll: &str, about: About) -> Result<()> {
    let mut shown_by = rows::shown_by(tx, poll)?;
    shown_by.truncate(TOLD_MAX);
    let mut activities: Vec<_> = activity_rows::by_number(tx, &shown_by)?.into_values().collect();
    // What is shown in public is told to all who may read the feed, whatever else shows it.
    activities.sort_by_key(|activity| (activity.visibility == "private", activity.no));
    let Some(first) = activities.first() else { return Ok(()) };
    let mut fids: Vec<_> = activities.iter().flat_map(|activity| activity.feeds.clone()).collect();
    fids.sort();
    fids.dedup();
    let feeds = feed_rows::by_address(tx, &fids)?;
    events::tell_about(tx, kind, &Change::new(None, about), first, &feeds)
}

/// A poll as a viewer is shown it.
pub(super) fn shown(tx: &ReadTx<'_>, viewer: Option<&UserId>, poll: Poll) -> Result<EnrichedPoll> {
    let id = poll.id.clone();
    let lost = || ApiError::internal(&"a poll was lost on its way to the answer");
    enriched(tx, viewer, vec![poll])?.remove(&id).ok_or_else(lost)
}

/// A page of a poll's votes, by a query. Whose they are is told to whoever may know.
pub fn query_votes(tx: &ReadTx<'_>, viewer: Option<&UserId>, poll: &str, walk: Walk) -> Result<Page<EnrichedVote>> {
    let poll = present(tx, poll)?;
    let (votes, Leads { next, prev }) = walk.gather(|walk| rows::select_votes(tx, &poll.id, walk), Ok)?;
    let users = Users::load(tx, votes.iter().map(|vote| vote.user_id.as_str()))?;
    let shown = |vote: Vote| {
        let user = users.get(vote.user_id.as_str());
        if viewer == Some(&vote.user_id) { EnrichedVote { vote, user: Some(user) } } else { told(&poll, vote, user) }
    };
    Ok(Page { items: votes.into_iter().map(shown).collect(), next, prev })
}
