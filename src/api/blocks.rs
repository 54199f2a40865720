//! Blocking users (wire-contract 4.8).

use actix_web::web::Data;
use serde::{Deserialize, Serialize};

use crate::auth::caller::AnyCaller;
use crate::clock::Time;
use crate::domain::users as rules;
use crate::door::Gate;
use crate::error::{ApiError, Result};
use crate::params::Body;
use crate::reply::Reply;
use crate::store::{blocks, users};
use crate::wire::Empty;
use crate::wire::users::UserResponse;

/// The body of BlockUsers and UnblockUsers.
#[derive(Deserialize)]
pub struct BlockRequest {
    blocked_user_id: Option<String>,
    user_id: Option<String>,
    user: Option<UserReference>,
}

/// A user named by an object.
#[derive(Deserialize)]
pub struct UserReference {
    /// The user's id.
    pub id: Option<String>,
}

/// The user that a server names, by `user_id` or by `user`, but not by both (wire-contract 2.3 row 28).
pub fn named<'a>(user_id: Option<&'a String>, user: Option<&'a UserReference>) -> Result<Option<&'a str>> {
    let by_object = user.and_then(|user| user.id.as_deref()).filter(|id| !id.is_empty());
    match (user_id.map(String::as_str).filter(|id| !id.is_empty()), by_object) {
        (Some(_), Some(_)) => Err(ApiError::input("cannot set both user and user_id.")),
        (id, object) => Ok(id.or(object)),
    }
}

impl BlockRequest {
    fn target(&self) -> Result<String> {
        let target = self.blocked_user_id.clone().filter(|id| !id.is_empty());
        target.ok_or_else(|| ApiError::input("blocked_user_id is a required field"))
    }

    fn acting(&self) -> Result<Option<&str>> {
        named(self.user_id.as_ref(), self.user.as_ref())
    }
}

/// The answer of BlockUsers.
#[derive(Serialize)]
pub struct BlockResponse {
    blocked_by_user_id: String,
    blocked_user_id: String,
    created_at: Time,
}

/// `POST /users/block`.
pub async fn block(caller: AnyCaller, gate: Data<Gate>, body: Body<BlockRequest>) -> Result<Reply<BlockResponse>> {
    let user = caller.acting_user(body.0.acting()?)?;
    let target = body.0.target()?;
    if target == user.as_str() {
        return Err(ApiError::input("a user cannot block itself"));
    }
    let is_server = caller.is_server();
    let answer = gate
        .store
        .write(caller.scope(), move |tx| {
            if is_server {
                rules::present(tx, user.as_str())?
            } else {
                rules::ensure(tx, &user)?
            };
            rules::undeleted(tx, &target)?;
            let created_at = blocks::add(tx, user.as_str(), &target)?;
            Ok(BlockResponse { blocked_by_user_id: user.to_string(), blocked_user_id: target, created_at })
        })
        .await?;
    Ok(Reply(answer))
}

/// `POST /users/unblock`. Whom nobody blocked is unblocked all the same.
pub async fn unblock(caller: AnyCaller, gate: Data<Gate>, body: Body<BlockRequest>) -> Result<Reply<Empty>> {
    let user = caller.acting_user(body.0.acting()?)?;
    let target = body.0.target()?;
    gate.store.write(caller.scope(), move |tx| blocks::remove(tx, user.as_str(), &target)).await?;
    Ok(Reply(Empty {}))
}

/// One block of GetBlockedUsers.
#[derive(Serialize)]
#[expect(clippy::struct_field_names, reason = "the names are the wire's")]
pub struct BlockedUser {
    user_id: String,
    blocked_user_id: String,
    created_at: Time,
    user: UserResponse,
    blocked_user: UserResponse,
}

/// The answer of GetBlockedUsers.
#[derive(Serialize)]
pub struct BlocksResponse {
    blocks: Vec<BlockedUser>,
}

/// `GET /users/block`: whom a user has blocked, newest first.
pub async fn list(caller: AnyCaller, gate: Data<Gate>) -> Result<Reply<BlocksResponse>> {
    let user_id = caller.acting_user(caller.params().get("user_id"))?;
    let blocks = gate.store.read(caller.scope(), |tx| {
        let Some(user) = users::get(tx, user_id.as_str())? else { return Ok(Vec::new()) };
        let mut shown = Vec::new();
        for block in blocks::of(tx, user_id.as_str())? {
            if let Some(blocked) = users::get(tx, &block.blocked_id)? {
                shown.push(BlockedUser {
                    user_id: user_id.to_string(),
                    blocked_user_id: block.blocked_id,
                    created_at: block.created_at,
                    user: UserResponse::plain(user.clone()),
                    blocked_user: UserResponse::plain(blocked),
                });
            }
        }
        Ok(shown)
    })?;
    Ok(Reply(BlocksResponse { blocks }))
}
