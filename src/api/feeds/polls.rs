//! Polls, their options and votes (feeds-interactions 5).

use actix_web::web::Path;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::acting::{Acting, Named};
use super::activity_request::set_at;
use super::pager::PagerResponse;
use super::query::QueryRequest;
use crate::auth::caller::AnyCaller;
use crate::body::Body;
use crate::domain::feeds::polls::{self as rules, OptionInput, POLLS, PollInput, VOTES};
use crate::domain::feeds::votes::{self, Choice, Voted};
use crate::error::{ApiError, Result};
use crate::json::from_tree;
use crate::model::feeds::poll::{EnrichedPoll, EnrichedVote, PollOption, Rules};
use crate::reply::Reply;
use crate::validate::given;
use crate::wire::Empty;

/// What a poll's `voting_visibility` may be.
const ANONYMOUS: &str = "anonymous";
const PUBLIC: &str = "public";

/// A poll in a request.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct PollRequest {
    id: Option<String>,
    name: Option<String>,
    description: Option<String>,
    voting_visibility: Option<String>,
    enforce_unique_vote: Option<bool>,
    max_votes_allowed: Option<i64>,
    allow_user_suggested_options: Option<bool>,
    allow_answers: Option<bool>,
    is_closed: Option<bool>,
    custom: Option<Map<String, Value>>,
    options: Option<Vec<OptionRequest>>,
}

impl PollRequest {
    /// What it says, within the limits; what it does not say is as it is at first.
    fn checked(self) -> Result<PollInput> {
        let is_anonymous = match self.voting_visibility.as_deref() {
            None | Some("" | PUBLIC) => false,
            Some(ANONYMOUS) => true,
            Some(_) => return Err(ApiError::input("voting_visibility must be one of [anonymous public]")),
        };
        let input = PollInput {
            id: given(self.id),
            name: self.name.unwrap_or_default(),
            description: self.description.unwrap_or_default(),
            rules: Rules {
                is_anonymous,
                is_unique: self.enforce_unique_vote == Some(true),
                votes_max: self.max_votes_allowed,
                takes_options: self.allow_user_suggested_options == Some(true),
                takes_answers: self.allow_answers == Some(true),
            },
            is_closed: self.is_closed == Some(true),
            custom: self.custom.unwrap_or_default(),
            options: self.options.map(|all| all.into_iter().map(OptionInput::from).collect()),
        };
        input.check()?;
        Ok(input)
    }
}

/// An option in a request; Python's SDK sends some as bare texts.
#[derive(Deserialize)]
#[serde(untagged)]
pub enum OptionRequest {
    /// Its text alone.
    Text(String),
    /// The whole.
    Whole { id: Option<String>, text: Option<String>, custom: Option<Map<String, Value>> },
}

impl From<OptionRequest> for OptionInput {
    fn from(request: OptionRequest) -> Self {
        match request {
            OptionRequest::Text(text) => Self { text, ..Self::default() },
            OptionRequest::Whole { id, text, custom } => {
                Self { id: given(id), text: text.unwrap_or_default(), custom: custom.unwrap_or_default() }
            }
        }
    }
}

/// A body with a poll.
#[derive(Deserialize)]
pub struct SavePollRequest {
    #[serde(flatten)]
    named: Named,
    #[serde(flatten)]
    poll: PollRequest,
}

/// The answer of the operations on one poll.
#[derive(Serialize)]
pub struct PollResponse {
    poll: EnrichedPoll,
}

/// `POST /polls`.
pub async fn create(caller: AnyCaller, body: Body<SavePollRequest>) -> Result<Reply<PollResponse>> {
    let acting = Acting::required(&caller, body.0.named)?;
    let input = body.0.poll.checked()?;
    let poll = caller.write(move |tx| rules::create(tx, &acting.user(tx, "CreatePoll")?, input)).await?;
    Ok(Reply(PollResponse { poll }))
}

/// `GET /polls/{poll_id}`.
pub async fn get(caller: AnyCaller, id: Path<String>) -> Result<Reply<PollResponse>> {
    let acting = Acting::of(&caller, Named::in_query(&caller))?;
    let poll = caller.read(|tx| rules::show(tx, acting.actor().user, &id))?;
    Ok(Reply(PollResponse { poll }))
}

/// `PUT /polls`: what is not said is as it is at first, but the options.
pub async fn update(caller: AnyCaller, body: Body<SavePollRequest>) -> Result<Reply<PollResponse>> {
    let acting = Acting::required(&caller, body.0.named)?;
    let input = body.0.poll.checked()?;
    let id = input.id.clone().ok_or_else(|| ApiError::input("id is a required field"))?;
    let poll = caller.write(move |tx| {
        acting.known_user(tx)?;
        rules::replace(tx, acting.actor(), &id, input)
    });
    Ok(Reply(PollResponse { poll: poll.await? }))
}

/// The body of UpdatePollPartial.
#[derive(Deserialize)]
pub struct UpdatePollPartialRequest {
    #[serde(flatten)]
    named: Named,
    set: Option<Map<String, Value>>,
    unset: Option<Vec<String>>,
}

/// `PATCH /polls/{poll_id}`.
pub async fn update_partial(
    caller: AnyCaller,
    id: Path<String>,
    body: Body<UpdatePollPartialRequest>,
) -> Result<Reply<PollResponse>> {
    let UpdatePollPartialRequest { named, set, unset } = body.0;
    let acting = Acting::required(&caller, named)?;
    let (set, unset) = (set.unwrap_or_default(), unset.unwrap_or_default());
    let poll = caller.write(move |tx| {
        acting.known_user(tx)?;
        let before = rules::show(tx, None, &id)?;
        rules::replace(tx, acting.actor(), &id, changed(&before, set, &unset)?)
    });
    Ok(Reply(PollResponse { poll: poll.await? }))
}

/// The fields of a poll that can be set.
const FIELDS: &[&str] = &[
    "name",
    "description",
    "voting_visibility",
    "enforce_unique_vote",
    "max_votes_allowed",
    "allow_user_suggested_options",
    "allow_answers",
    "is_closed",
    "custom",
    "options",
];

/// A poll with some fields set and some taken away. A key that is no field's is one of its custom data.
fn changed(before: &EnrichedPoll, set: Map<String, Value>, unset: &[String]) -> Result<PollInput> {
    let poll = &before.poll;
    let fields = json!({
        "name": poll.name,
        "description": poll.description,
        "voting_visibility": if poll.rules.is_anonymous { ANONYMOUS } else { PUBLIC },
        "enforce_unique_vote": poll.rules.is_unique,
        "max_votes_allowed": poll.rules.votes_max,
        "allow_user_suggested_options": poll.rules.takes_options,
        "allow_answers": poll.rules.takes_answers,
        "is_closed": poll.is_closed,
        "custom": poll.custom,
    });
    let Value::Object(mut fields) = fields else { return Ok(PollInput::default()) };
    for (key, value) in set {
        // One of the SDKs closes polls by this name.
        let key = if key == "isClosed" { "is_closed".to_owned() } else { key };
        if FIELDS.contains(&key.as_str()) {
            fields.insert(key, value);
        } else {
            set_at(&mut fields, key.strip_prefix("custom.").unwrap_or(&key), Some(&value));
        }
    }
    for key in unset {
        if FIELDS.contains(&key.as_str()) {
            fields.remove(key);
        } else {
            set_at(&mut fields, key.strip_prefix("custom.").unwrap_or(key), None);
        }
    }
    from_tree::<PollRequest>(Value::Object(fields))?.checked()
}

/// `DELETE /polls/{poll_id}`.
pub async fn delete(caller: AnyCaller, id: Path<String>) -> Result<Reply<Empty>> {
    let acting = Acting::required(&caller, Named::in_query(&caller))?;
    caller.write(move |tx| rules::delete(tx, acting.actor(), &id)).await?;
    Ok(Reply(Empty {}))
}

/// For whom a query is: SDKs name him in the address, others in the body.
fn viewer(caller: &AnyCaller, named: Named) -> Result<Acting> {
    let in_query = caller.params().get("user_id").is_some_and(|id| !id.is_empty());
    Acting::of(caller, if in_query { Named::in_query(caller) } else { named })
}

/// The answer of QueryPolls.
#[derive(Serialize)]
pub struct PollsResponse {
    polls: Vec<EnrichedPoll>,
    #[serde(flatten)]
    pager: PagerResponse,
}

/// `POST /polls/query`.
pub async fn query(caller: AnyCaller, body: Body<QueryRequest>) -> Result<Reply<PollsResponse>> {
    let walk = body.0.asked.walk(&POLLS)?;
    let acting = viewer(&caller, body.0.named)?;
    let page = caller.scan(move |tx| rules::query(tx, acting.actor().user, walk)).await?;
    let pager = PagerResponse { next: page.next, prev: page.prev };
    Ok(Reply(PollsResponse { polls: page.items, pager }))
}

/// The answer of QueryPollVotes.
#[derive(Serialize)]
pub struct VotesResponse {
    votes: Vec<EnrichedVote>,
    #[serde(flatten)]
    pager: PagerResponse,
}

/// `POST /polls/{poll_id}/votes`.
pub async fn query_votes(
    caller: AnyCaller,
    id: Path<String>,
    body: Body<QueryRequest>,
) -> Result<Reply<VotesResponse>> {
    let walk = body.0.asked.walk(&VOTES)?;
    let acting = viewer(&caller, body.0.named)?;
    let page = caller.scan(move |tx| rules::query_votes(tx, acting.actor().user, &id, walk)).await?;
    let pager = PagerResponse { next: page.next, prev: page.prev };
    Ok(Reply(VotesResponse { votes: page.items, pager }))
}

/// A body with an option.
#[derive(Deserialize)]
pub struct SaveOptionRequest {
    #[serde(flatten)]
    named: Named,
    id: Option<String>,
    text: Option<String>,
    custom: Option<Map<String, Value>>,
}

impl SaveOptionRequest {
    fn checked(self, caller: &AnyCaller) -> Result<(Acting, OptionInput)> {
        let Self { named, id, text, custom } = self;
        let input = OptionInput::from(OptionRequest::Whole { id, text, custom });
        input.check()?;
        Ok((Acting::required(caller, named)?, input))
    }
}

/// The answer of the operations on one option.
#[derive(Serialize)]
pub struct OptionResponse {
    poll_option: PollOption,
}

/// `POST /polls/{poll_id}/options`.
pub async fn create_option(
    caller: AnyCaller,
    poll: Path<String>,
    body: Body<SaveOptionRequest>,
) -> Result<Reply<OptionResponse>> {
    let (acting, input) = body.0.checked(&caller)?;
    let poll_option = caller.write(move |tx| {
        acting.known_user(tx)?;
        rules::add_option(tx, acting.actor(), &poll, input)
    });
    Ok(Reply(OptionResponse { poll_option: poll_option.await? }))
}

/// `PUT /polls/{poll_id}/options`.
pub async fn update_option(
    caller: AnyCaller,
    poll: Path<String>,
    body: Body<SaveOptionRequest>,
) -> Result<Reply<OptionResponse>> {
    let (acting, input) = body.0.checked(&caller)?;
    let poll_option = caller.write(move |tx| rules::change_option(tx, acting.actor(), &poll, input)).await?;
    Ok(Reply(OptionResponse { poll_option }))
}

/// `GET /polls/{poll_id}/options/{option_id}`.
pub async fn get_option(caller: AnyCaller, path: Path<(String, String)>) -> Result<Reply<OptionResponse>> {
    let poll_option = caller.read(|tx| rules::option(tx, &path.0, &path.1))?;
    Ok(Reply(OptionResponse { poll_option }))
}

/// `DELETE /polls/{poll_id}/options/{option_id}`.
pub async fn delete_option(caller: AnyCaller, path: Path<(String, String)>) -> Result<Reply<Empty>> {
    let acting = Acting::required(&caller, Named::in_query(&caller))?;
    caller.write(move |tx| rules::delete_option(tx, acting.actor(), &path.0, &path.1)).await?;
    Ok(Reply(Empty {}))
}

/// The body of CastPollVote.
#[derive(Deserialize)]
pub struct CastVoteRequest {
    #[serde(flatten)]
    named: Named,
    vote: Option<VoteRequest>,
}

/// A vote in a request.
#[derive(Deserialize)]
pub struct VoteRequest {
    option_id: Option<String>,
    answer_text: Option<String>,
}

/// The answer of CastPollVote and DeletePollVote.
#[derive(Serialize)]
pub struct VoteResponse {
    poll: EnrichedPoll,
    vote: EnrichedVote,
}

impl From<Voted> for VoteResponse {
    fn from(Voted { poll, vote }: Voted) -> Self {
        Self { poll, vote }
    }
}

/// `POST /feeds/activities/{activity_id}/polls/{poll_id}/vote`.
pub async fn cast(
    caller: AnyCaller,
    path: Path<(String, String)>,
    body: Body<CastVoteRequest>,
) -> Result<Reply<VoteResponse>> {
    let acting = Acting::required(&caller, body.0.named)?;
    let vote = body.0.vote.map(|vote| (given(vote.option_id), given(vote.answer_text)));
    let choice = match vote {
        Some((Some(option), None)) => Choice::Option(option),
        Some((None, Some(text))) => Choice::Answer(text),
        Some((Some(_), Some(_))) => return Err(ApiError::input("cannot set both option_id and answer_text")),
        Some((None, None)) => return Err(ApiError::input("option_id or answer_text is a required field")),
        None => return Err(ApiError::input("vote is a required field")),
    };
    let voted = caller.write(move |tx| {
        let voter = acting.user(tx, "CastVote")?;
        votes::cast(tx, acting.actor(), &voter, &path.0, &path.1, choice)
    });
    Ok(Reply(voted.await?.into()))
}

/// `DELETE /feeds/activities/{activity_id}/polls/{poll_id}/vote/{vote_id}`.
pub async fn delete_vote(caller: AnyCaller, path: Path<(String, String, String)>) -> Result<Reply<VoteResponse>> {
    let acting = Acting::required(&caller, Named::in_query(&caller))?;
    let voted = caller.write(move |tx| {
        let voter = acting.user(tx, "CastVote")?;
        votes::remove(tx, acting.actor(), &voter, &path.0, &path.1, &path.2)
    });
    Ok(Reply(voted.await?.into()))
}
