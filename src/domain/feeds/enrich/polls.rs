//! Polls with what an answer shows beside their rows: four statements and one for the users, however many polls there are.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::users::Users;
use crate::error::Result;
use crate::ids::UserId;
use crate::model::feeds::poll::{EnrichedPoll, EnrichedVote, Poll, PollOption, Vote};
use crate::model::user::User;
use crate::store::ReadTx;
use crate::store::feeds::polls as rows;

/// Votes for each option, and texts, that an answer shows at the most.
const LATEST_MAX: u32 = 10;

/// The polls of these ids that are there, as a viewer is shown them, by id.
pub fn by_ids(tx: &ReadTx<'_>, viewer: Option<&UserId>, ids: &[&str]) -> Result<HashMap<String, EnrichedPoll>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    enriched(tx, viewer, rows::by_ids(tx, ids)?)
}

/// Polls with what an answer shows beside their rows, by id.
pub fn enriched(tx: &ReadTx<'_>, viewer: Option<&UserId>, polls: Vec<Poll>) -> Result<HashMap<String, EnrichedPoll>> {
    let ids: Vec<&str> = polls.iter().map(|poll| poll.id.as_str()).collect();
    let mut options: HashMap<String, Vec<PollOption>> = HashMap::new();
    for option in rows::options(tx, &ids)? {
        options.entry(option.poll.clone()).or_default().push(option);
    }
    let latest = rows::latest_votes(tx, &ids, LATEST_MAX)?;
    let own = viewer.map(|viewer| rows::votes_of(tx, viewer.as_str(), &ids)).transpose()?.unwrap_or_default();
    let creators = polls.iter().map(|poll| poll.created_by.as_str());
    let users = Users::load(tx, creators.chain(latest.iter().chain(&own).map(|vote| vote.user_id.as_str())))?;
    let mut enriched: HashMap<String, EnrichedPoll> = HashMap::new();
    for poll in polls {
        let shown = EnrichedPoll {
            creator: users.get(poll.created_by.as_str()),
            options: options.remove(&poll.id).unwrap_or_default(),
            latest_votes: BTreeMap::new(),
            latest_answers: Vec::new(),
            own_votes: Vec::new(),
            poll,
        };
        enriched.insert(shown.poll.id.clone(), shown);
    }
    for vote in latest {
        let Some(shown) = enriched.get_mut(&vote.poll) else { continue };
        let user = users.get(vote.user_id.as_str());
        let vote = told(&shown.poll, vote, user);
        if vote.vote.is_answer() {
            shown.latest_answers.push(vote);
        } else {
            shown.latest_votes.entry(vote.vote.option_id.clone()).or_default().push(vote);
        }
    }
    for vote in own {
        if let Some(shown) = enriched.get_mut(&vote.poll) {
            shown.own_votes.push(EnrichedVote { user: Some(users.get(vote.user_id.as_str())), vote });
        }
    }
    Ok(enriched)
}

/// A vote as others are shown it.
pub fn told(poll: &Poll, vote: Vote, user: Arc<User>) -> EnrichedVote {
    EnrichedVote { vote, user: Some(user).filter(|_| !poll.rules.is_anonymous) }
}
