//! Muting and unmuting users (wire-contract 4.10; their shapes on v2 and their older ones).

use serde::{Deserialize, Serialize};

use super::acting::{Acting, UserReference, may};
use crate::auth::caller::AnyCaller;
use crate::body::Body;
use crate::clock::SECOND_NS;
use crate::domain::users as rules;
use crate::error::{ApiError, Result};
use crate::event::topic::Topic;
use crate::event::{Event, Payload};
use crate::model::mute::Row;
use crate::model::user::User;
use crate::reply::Reply;
use crate::store::{WriteTx, devices, mutes, users};
use crate::validate::{batch, given, within};
use crate::wire::users::{MuteResponse, UserResponse};

/// Users in one call at the most.
const TARGETS_MAX: usize = 1_000;
/// The longest mute that has an end, in minutes: a hundred years.
const TIMEOUT_MAX_MINUTES: i64 = 100 * 366 * 24 * 60;

/// The body of Mute and Unmute. Older clients name one target by `target_id`.
#[derive(Deserialize)]
pub struct MuteRequest {
    target_ids: Option<Vec<String>>,
    target_id: Option<String>,
    timeout: Option<i64>,
    user_id: Option<String>,
    user: Option<UserReference>,
}

impl MuteRequest {
    fn acting(&self, caller: &AnyCaller) -> Result<Acting> {
        Acting::in_body(caller, self.user_id.as_deref(), self.user.as_ref())
    }

    /// The one target that was named as such.
    fn single(&self) -> Option<&String> {
        given(self.target_id.as_ref())
    }

    /// Each target once, in the order given.
    fn targets(&self) -> Result<Vec<String>> {
        let mut targets: Vec<String> = self.single().into_iter().cloned().collect();
        for id in self.target_ids.iter().flatten() {
            if !targets.contains(id) {
                targets.push(id.clone());
            }
        }
        if targets.is_empty() && self.target_ids.is_none() {
            return Err(ApiError::input("target_ids is a required field"));
        }
        batch("target_ids", targets.len(), TARGETS_MAX)?;
        Ok(targets)
    }
}

/// The answer of Mute.
#[derive(Serialize)]
pub struct MutesResponse {
    #[serde(skip_serializing_if = "Option::is_none")]
    mute: Option<MuteResponse>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mutes: Option<Vec<MuteResponse>>,
    own_user: UserResponse,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    non_existing_users: Vec<String>,
}

/// The answer of Unmute.
#[derive(Serialize)]
pub struct UnmuteResponse {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    non_existing_users: Vec<String>,
}

/// `POST /moderation/mute`: a user sees nothing of others any more, for ever or for some minutes.
pub async fn mute(caller: AnyCaller, body: Body<MuteRequest>) -> Result<Reply<MutesResponse>> {
    let request = body.0;
    let acting = request.acting(&caller)?;
    let (targets, single) = (request.targets()?, request.single().is_some());
    let minutes = within("timeout", request.timeout.unwrap_or_default(), 0, TIMEOUT_MAX_MINUTES)?;
    if targets.iter().any(|target| target == acting.id.as_str()) {
        return Err(ApiError::input("a user cannot mute itself"));
    }
    let by = caller.owned_subject();
    let answer = caller.write(move |tx| {
        may(tx, by, "MuteUser")?;
        acting.user(tx)?;
        let (found, missing) = sought(tx, &targets, single)?;
        let (created_at, updated_at) = (tx.now, tx.now);
        let expires_at = (minutes > 0).then(|| tx.now.plus(minutes.saturating_mul(60 * SECOND_NS)));
        for target in &found {
            let (user_id, target_id) = (acting.id.to_string(), target.id.to_string());
            mutes::save(tx, &Row { user_id, target_id, created_at, updated_at, expires_at })?;
        }
        answer(tx, acting.id.as_str(), found, missing, single)
    });
    Ok(Reply(answer.await?))
}

fn answer(
    tx: &WriteTx<'_>,
    user_id: &str,
    found: Vec<User>,
    missing: Vec<String>,
    single: bool,
) -> Result<MutesResponse> {
    let user = rules::undeleted(tx, user_id)?;
    let now: Vec<_> =
        found.iter().filter_map(|target| mutes::get(tx, user_id, target.clone()).transpose()).collect::<Result<_>>()?;
    let shown = now.into_iter().map(|mute| MuteResponse::new(&user, mute)).collect::<Vec<_>>();
    let (mute, mutes) = if single { (shown.into_iter().next(), None) } else { (None, Some(shown)) };
    if !found.is_empty() {
        tell(tx, &user, "user.muted", found)?;
    }
    let own_user = UserResponse::own(user, devices::of(tx, user_id)?, mutes::of(tx, user_id)?);
    Ok(MutesResponse { mute, mutes, own_user, non_existing_users: missing })
}

/// Of the targets those that are there, and the ids of the others. A single one has to be there.
fn sought(tx: &WriteTx<'_>, targets: &[String], single: bool) -> Result<(Vec<User>, Vec<String>)> {
    if let ([only], true) = (targets, single) {
        return Ok((vec![rules::undeleted(tx, only)?], Vec::new()));
    }
    let (mut found, mut missing) = (Vec::new(), Vec::new());
    for id in targets {
        match users::get(tx, id)?.filter(|user| user.deleted_at.is_none()) {
            Some(user) => found.push(user),
            None => missing.push(id.clone()),
        }
    }
    Ok((found, missing))
}

/// Tells the muting user's own connections what happened, and whom it has muted by now.
fn tell(tx: &WriteTx<'_>, user: &User, kind: &'static str, targets: Vec<User>) -> Result<()> {
    let own = || [Topic::Own(user.id.clone())];
    let id = user.id.as_str();
    let (devices, mutes) = (devices::of(tx, id)?, mutes::of(tx, id)?);
    tx.emit(Event::new(kind, tx.now, own(), Payload::Muted { user: Box::new(user.clone()), targets }));
    let mutes = Payload::Mutes { user: Box::new(user.clone()), devices, mutes };
    tx.emit(Event::new("notification.mutes_updated", tx.now, own(), mutes));
    Ok(())
}

/// `POST /moderation/unmute`. Whom nobody has muted is unmuted all the same.
pub async fn unmute(caller: AnyCaller, body: Body<MuteRequest>) -> Result<Reply<UnmuteResponse>> {
    let request = body.0;
    let acting = request.acting(&caller)?;
    let (targets, single) = (request.targets()?, request.single().is_some());
    let by = caller.owned_subject();
    let missing = caller.write(move |tx| {
        may(tx, by, "MuteUser")?;
        let user = acting.user(tx)?;
        let (mut found, missing) = sought(tx, &targets, single)?;
        let mut ended = Vec::new();
        for target in found.drain(..) {
            if mutes::remove(tx, user.id.as_str(), target.id.as_str())? {
                ended.push(target);
            }
        }
        if !ended.is_empty() {
            tell(tx, &user, "user.unmuted", ended)?;
        }
        Ok(missing)
    });
    Ok(Reply(UnmuteResponse { non_existing_users: missing.await? }))
}
