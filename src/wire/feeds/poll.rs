//! Polls, their options and votes.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::clock::Time;
use crate::ids::UserId;
use crate::model::feeds::poll::{EnrichedPoll, EnrichedVote, PollOption};
use crate::wire::users::UserResponse;

impl Serialize for EnrichedPoll {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct PollResponse<'a> {
            id: &'a str,
            name: &'a str,
            description: &'a str,
            voting_visibility: &'static str,
            enforce_unique_vote: bool,
            #[serde(skip_serializing_if = "Option::is_none")]
            max_votes_allowed: Option<i64>,
            allow_user_suggested_options: bool,
            allow_answers: bool,
            options: &'a [PollOption],
            vote_count: i64,
            vote_counts_by_option: BTreeMap<&'a str, i64>,
            latest_votes_by_option: &'a BTreeMap<String, Vec<EnrichedVote>>,
            answers_count: i64,
            latest_answers: &'a [EnrichedVote],
            own_votes: &'a [EnrichedVote],
            created_by_id: &'a UserId,
            created_by: UserResponse,
            custom: &'a Map<String, Value>,
            created_at: Time,
            updated_at: Time,
            // While it is open, production does not say so.
            #[serde(skip_serializing_if = "Option::is_none")]
            is_closed: Option<bool>,
        }
        let Self { poll, creator, options, latest_votes, latest_answers, own_votes } = self;
        let voted = options.iter().filter(|option| option.votes > 0);
        PollResponse {
            id: &poll.id,
            name: &poll.name,
            description: &poll.description,
            voting_visibility: if poll.rules.is_anonymous { "anonymous" } else { "public" },
            enforce_unique_vote: poll.rules.is_unique,
            max_votes_allowed: poll.rules.votes_max,
            allow_user_suggested_options: poll.rules.takes_options,
            allow_answers: poll.rules.takes_answers,
            options,
            vote_count: poll.votes,
            vote_counts_by_option: voted.map(|option| (option.id.as_str(), option.votes)).collect(),
            latest_votes_by_option: latest_votes,
            answers_count: poll.answers,
            latest_answers,
            own_votes,
            created_by_id: &poll.created_by,
            created_by: UserResponse::brief(creator),
            custom: &poll.custom,
            created_at: poll.created_at,
            updated_at: poll.updated_at,
            is_closed: poll.is_closed.then_some(true),
        }
        .serialize(serializer)
    }
}

impl Serialize for PollOption {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct OptionResponse<'a> {
            id: &'a str,
            text: &'a str,
            custom: &'a Map<String, Value>,
        }
        OptionResponse { id: &self.id, text: &self.text, custom: &self.custom }.serialize(serializer)
    }
}

impl Serialize for EnrichedVote {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct VoteResponse<'a> {
            id: &'a str,
            poll_id: &'a str,
            option_id: &'a str,
            created_at: Time,
            updated_at: Time,
            #[serde(skip_serializing_if = "Option::is_none")]
            is_answer: Option<bool>,
            #[serde(skip_serializing_if = "Option::is_none")]
            answer_text: Option<&'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            user_id: Option<&'a UserId>,
            #[serde(skip_serializing_if = "Option::is_none")]
            user: Option<UserResponse>,
        }
        let Self { vote, user } = self;
        VoteResponse {
            id: &vote.id,
            poll_id: &vote.poll,
            option_id: &vote.option_id,
            created_at: vote.created_at,
            updated_at: vote.updated_at,
            is_answer: vote.is_answer().then_some(true),
            answer_text: vote.answer.as_deref(),
            user_id: user.as_ref().map(|_| &vote.user_id),
            user: user.as_deref().map(UserResponse::brief),
        }
        .serialize(serializer)
    }
}
