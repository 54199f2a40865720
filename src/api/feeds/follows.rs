//! Follows (feeds-core 8).

use actix_web::web::Path;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::acting::{Acting, Named};
use crate::auth::caller::{AnyCaller, ServerCaller};
use crate::body::Body;
use crate::domain::feeds::enrich::OwnFields;
use crate::domain::feeds::feeds::parse_address;
use crate::domain::feeds::follows::{
    self as rules, COPY_LIMIT_MAX, Ending, FollowChange, FollowInput, Followed, IfThere,
};
use crate::error::{ApiError, Result};
use crate::ids::FeedId;
use crate::model::feeds::follow::{EnrichedFollow, FollowStatus};
use crate::reply::Reply;
use crate::store::WriteTx;
use crate::validate::{batch, given, required, within};

/// Follows in one batch at the most.
const BATCH_MAX: usize = 1_000;
/// Ends of follows in one batch at the most.
const UNFOLLOW_BATCH_MAX: usize = 100;

/// A follow in a request.
#[derive(Deserialize)]
pub struct FollowRequest {
    source: Option<String>,
    target: Option<String>,
    push_preference: Option<String>,
    custom: Option<Map<String, Value>>,
    activity_copy_limit: Option<i64>,
    status: Option<String>,
    follower_role: Option<String>,
    create_users: Option<bool>,
    enrich_own_fields: Option<bool>,
    keep_history: Option<bool>,
    create_notification_activity: Option<bool>,
    copy_custom_to_notification: Option<bool>,
    delete_notification_activity: Option<bool>,
}

/// A member that has to be there.
fn address(name: &str, value: Option<&str>) -> Result<FeedId> {
    parse_address(required(name, value)?)
}

impl FollowRequest {
    fn pair(&self) -> Result<(FeedId, FeedId)> {
        Ok((address("source", self.source.as_deref())?, address("target", self.target.as_deref())?))
    }

    fn push_preference(&self) -> Result<Option<String>> {
        match self.push_preference.as_deref() {
            None | Some("") => Ok(None),
            Some(word @ ("all" | "none")) => Ok(Some(word.to_owned())),
            Some(_) => Err(ApiError::input("push_preference must be one of [all none]")),
        }
    }

    fn status(&self) -> Result<Option<FollowStatus>> {
        let word = given(self.status.as_deref());
        let fault = || ApiError::input("status must be one of [accepted pending rejected]");
        word.map(|word| FollowStatus::parse(word).ok_or_else(fault)).transpose()
    }

    /// What is described. Only a server says what becomes of it, and in which role.
    fn checked(self, caller: &AnyCaller, create_users: bool) -> Result<FollowInput> {
        let (source, target) = self.pair()?;
        if let Some(limit) = self.activity_copy_limit {
            within("activity_copy_limit", limit, 0, COPY_LIMIT_MAX)?;
        }
        let is_server = caller.is_server();
        Ok(FollowInput {
            source,
            target,
            push_preference: self.push_preference()?,
            activity_copy_limit: self.activity_copy_limit,
            status: self.status()?.filter(|_| is_server),
            follower_role: self.follower_role.filter(|role| is_server && !role.is_empty()),
            create_users: is_server && (create_users || self.create_users == Some(true)),
            notifies: self.create_notification_activity == Some(true),
            copies_custom: self.copy_custom_to_notification == Some(true),
            custom: self.custom,
        })
    }
}

/// The answer of the operations on one follow.
#[derive(Serialize)]
pub struct FollowResponse {
    follow: EnrichedFollow,
    #[serde(skip_serializing_if = "Option::is_none")]
    notification_created: Option<bool>,
}

impl From<EnrichedFollow> for FollowResponse {
    fn from(follow: EnrichedFollow) -> Self {
        Self { follow, notification_created: None }
    }
}

/// The answer of GetOrCreateFollow.
#[derive(Serialize)]
pub struct GetOrCreateFollowResponse {
    follow: EnrichedFollow,
    created: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    notification_created: Option<bool>,
}

/// The answer of the batches.
#[derive(Serialize)]
pub struct FollowBatchResponse {
    created: Vec<EnrichedFollow>,
    follows: Vec<EnrichedFollow>,
}

async fn follow_one(caller: AnyCaller, request: FollowRequest, if_there: IfThere) -> Result<Followed> {
    let acting = Acting::of(&caller, Named::default())?;
    let own = OwnFields::asked(request.enrich_own_fields);
    let input = request.checked(&caller, false)?;
    caller.write(move |tx| rules::follow(tx, acting.actor(), input, if_there, own)).await
}

/// `POST /feeds/follows`.
pub async fn follow(caller: AnyCaller, body: Body<FollowRequest>) -> Result<Reply<FollowResponse>> {
    let Followed { follow, told, .. } = follow_one(caller, body.0, IfThere::Refuse).await?;
    Ok(Reply(FollowResponse { follow, notification_created: told }))
}

/// `POST /feeds/follows/upsert`.
pub async fn get_or_create(caller: AnyCaller, body: Body<FollowRequest>) -> Result<Reply<GetOrCreateFollowResponse>> {
    let Followed { follow, is_new, told } = follow_one(caller, body.0, IfThere::Keep).await?;
    Ok(Reply(GetOrCreateFollowResponse { follow, created: is_new, notification_created: told }))
}

/// The body of the batches.
#[derive(Deserialize)]
pub struct FollowBatchRequest {
    follows: Option<Vec<FollowRequest>>,
    create_users: Option<bool>,
    enrich_own_fields: Option<bool>,
    delete_notification_activity: Option<bool>,
}

async fn follow_all(
    caller: AnyCaller,
    body: FollowBatchRequest,
    if_there: IfThere,
) -> Result<Reply<FollowBatchResponse>> {
    let acting = Acting::of(&caller, Named::default())?;
    let requests = body.follows.unwrap_or_default();
    batch("follows", requests.len(), BATCH_MAX)?;
    let own = OwnFields::asked(body.enrich_own_fields);
    let create_users = body.create_users == Some(true);
    // Known: in a batch that is said of all, once.
    if let Some(at) = requests.iter().position(|request| request.create_users.is_some()) {
        return Err(ApiError::input(format!(
            "follows[{at}].create_users cannot be set: set create_users of the batch"
        )));
    }
    let inputs = requests.into_iter().map(|request| request.checked(&caller, create_users));
    let inputs = inputs.collect::<Result<Vec<_>>>()?;
    let all = caller.write(move |tx| {
        let follow = |input| rules::follow(tx, acting.actor(), input, if_there, own);
        inputs.into_iter().map(follow).collect::<Result<Vec<_>>>()
    });
    let all = all.await?;
    let created = all.iter().filter(|one| one.is_new).map(|one| one.follow.clone()).collect();
    Ok(Reply(FollowBatchResponse { created, follows: all.into_iter().map(|one| one.follow).collect() }))
}

/// `POST /feeds/follows/batch`: all or none.
pub async fn batch_follow(caller: AnyCaller, body: Body<FollowBatchRequest>) -> Result<Reply<FollowBatchResponse>> {
    follow_all(caller, body.0, IfThere::Refuse).await
}

/// `POST /feeds/follows/batch/upsert`: what is there stays.
pub async fn batch_get_or_create(
    caller: AnyCaller,
    body: Body<FollowBatchRequest>,
) -> Result<Reply<FollowBatchResponse>> {
    follow_all(caller, body.0, IfThere::Keep).await
}

/// `PATCH /feeds/follows`.
pub async fn update(caller: AnyCaller, body: Body<FollowRequest>) -> Result<Reply<FollowResponse>> {
    let request = body.0;
    let acting = Acting::of(&caller, Named::default())?;
    let (source, target) = request.pair()?;
    let own = OwnFields::asked(request.enrich_own_fields);
    let is_server = caller.is_server();
    let change = FollowChange {
        push_preference: request.push_preference()?,
        status: request.status()?.filter(|_| is_server),
        follower_role: request.follower_role.filter(|role| is_server && !role.is_empty()),
        notifies: request.create_notification_activity == Some(true),
        copies_custom: request.copy_custom_to_notification == Some(true),
        custom: request.custom,
    };
    let follow = caller.write(move |tx| rules::update(tx, acting.actor(), &source, &target, change, own));
    let Followed { follow, told, .. } = follow.await?;
    Ok(Reply(FollowResponse { follow, notification_created: told }))
}

async fn decide(caller: AnyCaller, request: FollowRequest, status: FollowStatus) -> Result<Reply<FollowResponse>> {
    let acting = Acting::of(&caller, Named::default())?;
    let (source, target) = request.pair()?;
    let role = given(request.follower_role).filter(|_| caller.is_server());
    let follow = caller.write(move |tx| rules::decide(tx, acting.actor(), &source, &target, status, role));
    Ok(Reply(follow.await?.into()))
}

/// `POST /feeds/follows/accept`.
pub async fn accept(caller: AnyCaller, body: Body<FollowRequest>) -> Result<Reply<FollowResponse>> {
    decide(caller, body.0, FollowStatus::Accepted).await
}

/// `POST /feeds/follows/reject`.
pub async fn reject(caller: AnyCaller, body: Body<FollowRequest>) -> Result<Reply<FollowResponse>> {
    decide(caller, body.0, FollowStatus::Rejected).await
}

/// `DELETE /feeds/follows/{source}/{target}`.
pub async fn unfollow(caller: AnyCaller, path: Path<(String, String)>) -> Result<Reply<FollowResponse>> {
    let acting = Acting::of(&caller, Named::default())?;
    let (source, target) = (parse_address(&path.0)?, parse_address(&path.1)?);
    let ending = Ending {
        keeps_history: caller.params().flag("keep_history")?,
        withdraws: caller.params().flag("delete_notification_activity")?,
    };
    let own = OwnFields::asked(Some(caller.params().flag("enrich_own_fields")?));
    let follow = caller.write(move |tx| {
        let ended = rules::unfollow(tx, acting.actor(), &source, &target, ending, own)?;
        ended.ok_or_else(|| rules::missing(&source, &target))
    });
    Ok(Reply(follow.await?.into()))
}

/// The answer of GetOrCreateUnfollow.
#[derive(Serialize)]
pub struct GetOrCreateUnfollowResponse {
    deleted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    follow: Option<EnrichedFollow>,
}

/// `POST /feeds/unfollow/upsert`: what is not followed is no error.
pub async fn get_or_create_unfollow(
    caller: AnyCaller,
    body: Body<FollowRequest>,
) -> Result<Reply<GetOrCreateUnfollowResponse>> {
    let acting = Acting::of(&caller, Named::default())?;
    let request = body.0;
    let follow = caller.write(move |tx| end(tx, &acting, &request)).await?;
    Ok(Reply(GetOrCreateUnfollowResponse { deleted: follow.is_some(), follow }))
}

fn end(tx: &WriteTx<'_>, acting: &Acting, request: &FollowRequest) -> Result<Option<EnrichedFollow>> {
    let (source, target) = request.pair()?;
    let own = OwnFields::asked(request.enrich_own_fields);
    let ending = Ending {
        keeps_history: request.keep_history == Some(true),
        withdraws: request.delete_notification_activity == Some(true),
    };
    rules::unfollow(tx, acting.actor(), &source, &target, ending, own)
}

/// The answer of the batches that end follows.
#[derive(Serialize)]
pub struct UnfollowBatchResponse {
    follows: Vec<EnrichedFollow>,
}

fn to_end(body: FollowBatchRequest) -> Result<Vec<FollowRequest>> {
    let mut requests = body.follows.unwrap_or_default();
    batch("follows", requests.len(), UNFOLLOW_BATCH_MAX)?;
    for request in &mut requests {
        request.delete_notification_activity =
            request.delete_notification_activity.or(body.delete_notification_activity);
    }
    requests.iter().try_for_each(|request| request.pair().map(drop))?;
    Ok(requests)
}

/// `POST /feeds/unfollow/batch`: all or none.
pub async fn batch_unfollow(
    caller: ServerCaller,
    body: Body<FollowBatchRequest>,
) -> Result<Reply<UnfollowBatchResponse>> {
    let requests = to_end(body.0)?;
    let acting = Acting::server();
    let follows = caller.write(move |tx| {
        let end = |request: &FollowRequest| {
            let (source, target) = request.pair()?;
            end(tx, &acting, request)?.ok_or_else(|| rules::missing(&source, &target))
        };
        requests.iter().map(end).collect::<Result<Vec<_>>>()
    });
    Ok(Reply(UnfollowBatchResponse { follows: follows.await? }))
}

/// `POST /feeds/unfollow/batch/upsert`: answers those that were there.
pub async fn batch_get_or_create_unfollow(
    caller: AnyCaller,
    body: Body<FollowBatchRequest>,
) -> Result<Reply<UnfollowBatchResponse>> {
    let acting = Acting::of(&caller, Named::default())?;
    let requests = to_end(body.0)?;
    let follows = caller.write(move |tx| {
        let ended = requests.iter().map(|request| end(tx, &acting, request)).collect::<Result<Vec<_>>>()?;
        Ok(ended.into_iter().flatten().collect::<Vec<_>>())
    });
    Ok(Reply(UnfollowBatchResponse { follows: follows.await? }))
}
