//! Blocking users (wire-contract 4.8).

use serde::{Deserialize, Serialize};

use super::acting::{Acting, UserReference};
use super::viewer::Viewer;
use crate::auth::caller::AnyCaller;
use crate::body::Body;
use crate::clock::Time;
use crate::domain::users as rules;
use crate::error::{ApiError, Result};
use crate::model::user::User;
use crate::reply::Reply;
use crate::store::{blocks, users};
use crate::validate::required;
use crate::wire::Empty;
use crate::wire::users::UserResponse;

/// The body of BlockUsers and UnblockUsers.
#[derive(Deserialize)]
pub struct BlockRequest {
    blocked_user_id: Option<String>,
    user_id: Option<String>,
    user: Option<UserReference>,
}

impl BlockRequest {
    fn target(&self) -> Result<String> {
        required("blocked_user_id", self.blocked_user_id.clone())
    }

    fn acting(&self, caller: &AnyCaller) -> Result<Acting> {
        Acting::in_body(caller, self.user_id.as_deref(), self.user.as_ref())
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
pub async fn block(caller: AnyCaller, body: Body<BlockRequest>) -> Result<Reply<BlockResponse>> {
    let acting = body.0.acting(&caller)?;
    let target = body.0.target()?;
    if target == acting.id.as_str() {
        return Err(ApiError::input("a user cannot block itself"));
    }
    let answer = caller
        .write(move |tx| {
            let user = acting.user(tx)?.id;
            rules::undeleted(tx, &target)?;
            let created_at = blocks::add(tx, user.as_str(), &target)?;
            Ok(BlockResponse { blocked_by_user_id: user.to_string(), blocked_user_id: target, created_at })
        })
        .await?;
    Ok(Reply(answer))
}

/// `POST /users/unblock`. Whom nobody blocked is unblocked all the same.
pub async fn unblock(caller: AnyCaller, body: Body<BlockRequest>) -> Result<Reply<Empty>> {
    let acting = body.0.acting(&caller)?;
    let target = body.0.target()?;
    caller.write(move |tx| blocks::remove(tx, acting.id.as_str(), &target)).await?;
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

/// Blocks in an answer at the most: the newest.
const LIST_MAX: u32 = 1_000;

/// `GET /users/block`: whom a user has blocked, newest first.
pub async fn list(caller: AnyCaller) -> Result<Reply<BlocksResponse>> {
    let user_id = Acting::in_query(&caller)?.id;
    let viewer = Viewer::of(&caller);
    let blocks = caller
        .scan(move |tx| {
            let Some(user) = users::get(tx, user_id.as_str())? else { return Ok(Vec::new()) };
            // Every entry repeats the user: without the blocks, of which the entries themselves tell.
            let user = User { blocked_ids: Vec::new(), ..user };
            let blocked = users::blocked_by(tx, user_id.as_str(), LIST_MAX)?;
            Ok(blocked.into_iter().map(|(blocked, since)| entry(&viewer, &user, blocked, since)).collect())
        })
        .await?;
    Ok(Reply(BlocksResponse { blocks }))
}

fn entry(viewer: &Viewer, user: &User, blocked: User, since: Time) -> BlockedUser {
    BlockedUser {
        user_id: user.id.to_string(),
        blocked_user_id: blocked.id.to_string(),
        created_at: since,
        user: viewer.plain(user.clone()),
        blocked_user: viewer.plain(blocked),
    }
}
