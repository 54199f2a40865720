//! Voting in polls that activities show (feeds-interactions 5).

use std::sync::Arc;

use super::access::Actor;
use super::enrich::polls::told;
use super::{activities, polls};
use crate::error::{ApiError, Result};
use crate::event::feeds::About;
use crate::model::feeds::poll::{EnrichedPoll, EnrichedVote, Poll, Vote};
use crate::model::user::User;
use crate::store::WriteTx;
use crate::store::feeds::{next_number, polls as rows};
use crate::validate::max_chars;

/// Characters of a text that is a vote at the most.
const ANSWER_MAX_CHARS: usize = 1_000;

/// What is voted.
#[derive(Clone, Debug)]
pub enum Choice {
    /// For the option of this id.
    Option(String),
    /// This text.
    Answer(String),
}

/// A poll behind a vote, and the vote, both as the voter is shown them.
pub struct Voted {
    /// The poll.
    pub poll: EnrichedPoll,
    /// The vote.
    pub vote: EnrichedVote,
}

/// Votes: whoever may read the activity that shows the poll.
pub fn cast(
    tx: &WriteTx<'_>,
    actor: Actor<'_>,
    voter: &User,
    activity: &str,
    poll: &str,
    choice: Choice,
) -> Result<Voted> {
    let poll = shown_by(tx, actor, activity, poll)?;
    if poll.is_closed {
        return Err(ApiError::input("poll is closed"));
    }
    let own = rows::votes_of(tx, voter.id.as_str(), &[&poll.id])?;
    let (option_id, answer) = match choice {
        Choice::Option(id) => (id, None),
        Choice::Answer(text) => (String::new(), Some(text)),
    };
    if let Some(answer) = &answer {
        if !poll.rules.takes_answers {
            return Err(ApiError::input("answers are not allowed in this poll"));
        }
        max_chars("answer_text", answer, ANSWER_MAX_CHARS)?;
    } else if rows::option(tx, &poll.id, &option_id)?.is_none() {
        return Err(ApiError::input(format!("option with id {option_id} of poll {} does not exist", poll.id)));
    }
    let known = own.iter().find(|vote| vote.option_id == option_id);
    if let Some(known) = known.filter(|_| answer.is_none()) {
        let vote = EnrichedVote { vote: known.clone(), user: Some(Arc::new(voter.clone())) };
        return Ok(Voted { poll: polls::shown(tx, Some(&voter.id), poll)?, vote });
    }
    let for_options = own.iter().filter(|vote| !vote.is_answer()).count();
    let replaced: Vec<&Vote> = own
        .iter()
        .filter(|vote| if answer.is_some() { vote.is_answer() } else { poll.rules.is_unique && !vote.is_answer() })
        .collect();
    let is_one_too_many =
        poll.rules.votes_max.is_some_and(|most| i64::try_from(for_options).is_ok_and(|own| own >= most));
    if answer.is_none() && replaced.is_empty() && is_one_too_many {
        return Err(ApiError::input("maximum number of votes reached"));
    }
    let is_changed = answer.is_none() && !replaced.is_empty();
    let mut poll = poll;
    for vote in replaced {
        rows::remove_vote(tx, vote)?;
        count(tx, &mut poll, vote, -1)?;
    }
    let vote = Vote {
        no: next_number(tx)?,
        poll: poll.id.clone(),
        id: tx.new_id(),
        option_id,
        user_id: voter.id.clone(),
        answer,
        created_at: tx.now,
        updated_at: tx.now,
    };
    rows::add_vote(tx, &vote)?;
    count(tx, &mut poll, &vote, 1)?;
    let kind = if is_changed { "feeds.poll.vote_changed" } else { "feeds.poll.vote_casted" };
    finish(tx, kind, poll, voter, vote)
}

/// Takes a vote back: one's own.
pub fn remove(
    tx: &WriteTx<'_>,
    actor: Actor<'_>,
    voter: &User,
    activity: &str,
    poll: &str,
    vote: &str,
) -> Result<Voted> {
    let mut poll = shown_by(tx, actor, activity, poll)?;
    let known = rows::vote(tx, &poll.id, vote)?.filter(|vote| vote.user_id == voter.id);
    let vote = known.ok_or_else(|| ApiError::not_found(format!("vote with id {vote} not found")))?;
    if poll.is_closed {
        return Err(ApiError::input("poll is closed"));
    }
    rows::remove_vote(tx, &vote)?;
    count(tx, &mut poll, &vote, -1)?;
    finish(tx, "feeds.poll.vote_removed", poll, voter, vote)
}

/// Takes away a vote of who is to have none, whether its poll is closed or not.
pub fn end(tx: &WriteTx<'_>, voter: &User, vote: Vote) -> Result<()> {
    let mut poll = polls::present(tx, &vote.poll)?;
    rows::remove_vote(tx, &vote)?;
    count(tx, &mut poll, &vote, -1)?;
    finish(tx, "feeds.poll.vote_removed", poll, voter, vote).map(drop)
}

/// The poll of an activity that the actor may read.
fn shown_by(tx: &WriteTx<'_>, actor: Actor<'_>, activity: &str, poll: &str) -> Result<Poll> {
    let (activity, _) = activities::readable(tx, actor, activity)?;
    let poll = polls::present(tx, poll)?;
    if activity.poll_id.as_deref() != Some(&poll.id) {
        return Err(ApiError::input(format!("poll {} is not attached to activity {}", poll.id, activity.id)));
    }
    Ok(poll)
}

/// Counts a vote more or less, in the poll as well as in the rows.
fn count(tx: &WriteTx<'_>, poll: &mut Poll, vote: &Vote, by: i64) -> Result<()> {
    if vote.is_answer() {
        poll.answers += by;
    } else {
        poll.votes += by;
        rows::count_option(tx, &poll.id, &vote.option_id, by)?;
    }
    rows::save(tx, poll)
}

fn finish(tx: &WriteTx<'_>, kind: &'static str, poll: Poll, voter: &User, vote: Vote) -> Result<Voted> {
    let voter = Arc::new(voter.clone());
    let told = told(&poll, vote.clone(), Arc::clone(&voter));
    let poll = polls::shown(tx, Some(&voter.id), poll)?;
    let about = About::Vote { poll: Box::new(poll.clone().for_all()), vote: Box::new(told) };
    polls::tell(tx, kind, &poll.poll.id, about)?;
    Ok(Voted { poll, vote: EnrichedVote { vote, user: Some(voter) } })
}
