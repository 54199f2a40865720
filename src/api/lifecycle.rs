//! Deactivating, reactivating, deleting, restoring, exporting users (wire-contract 4.5).

use actix_web::web::Path;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::exports;
use crate::auth::caller::ServerCaller;
use crate::body::Body;
use crate::domain::{lifecycle, users as rules};
use crate::error::{ApiError, Result};
use crate::model::user::{Deletion, User};
use crate::reply::Reply;
use crate::store::{WriteTx, devices, tasks};
use crate::validate::{batch, given};
use crate::wire::users::UserResponse;
use crate::wire::{Dialect, Empty, to_json};

/// Users of one export at the most (wire-contract 4.5).
const EXPORT_MAX: usize = 25;

/// An answer with one user.
#[derive(Serialize)]
pub struct OneUser {
    user: UserResponse,
}

impl OneUser {
    fn reply(user: User) -> Reply<Self> {
        Reply(Self { user: UserResponse::plain(user) })
    }
}

/// An answer with the task that was begun.
#[derive(Serialize)]
pub struct TaskBegun {
    task_id: String,
}

/// What all batches name.
#[derive(Deserialize)]
pub struct UserIds {
    user_ids: Option<Vec<String>>,
}

impl UserIds {
    fn checked(self, most: usize) -> Result<Vec<String>> {
        let ids = self.user_ids.ok_or_else(|| ApiError::input("user_ids is a required field"))?;
        batch("user_ids", ids.len(), most)?;
        Ok(ids)
    }
}

/// Does the same to each user, all or none, and writes the users as they then are down as a completed task.
async fn as_task(
    caller: &ServerCaller,
    ids: Vec<String>,
    each: impl Fn(&WriteTx<'_>, &str) -> Result<User> + Send + 'static,
) -> Result<Reply<TaskBegun>> {
    let dialect = caller.dialect();
    let task_id = caller
        .write(move |tx| {
            let users = ids.iter().map(|id| shown(dialect, each(tx, id)?)).collect::<Result<Vec<_>>>()?;
            tasks::complete(tx, &Map::from_iter([("users".to_owned(), Value::Array(users))]))
        })
        .await?;
    Ok(Reply(TaskBegun { task_id }))
}

fn shown(dialect: Dialect, user: User) -> Result<Value> {
    let bytes = to_json(dialect, &UserResponse::plain(user)).map_err(|cause| ApiError::internal(&cause))?;
    serde_json::from_slice(&bytes).map_err(|cause| ApiError::internal(&cause))
}

/// `POST /users/{user_id}/deactivate`.
pub async fn deactivate(caller: ServerCaller, id: Path<String>, _: Body<Map<String, Value>>) -> Result<Reply<OneUser>> {
    let user = caller.write(move |tx| lifecycle::deactivate(tx, &id)).await?;
    Ok(OneUser::reply(user))
}

/// `POST /users/deactivate`: a batch, as a task.
pub async fn deactivate_many(caller: ServerCaller, body: Body<UserIds>) -> Result<Reply<TaskBegun>> {
    let ids = body.0.checked(rules::BATCH_MAX)?;
    as_task(&caller, ids, lifecycle::deactivate).await
}

/// The body of ReactivateUser.
#[derive(Deserialize)]
pub struct ReactivateRequest {
    name: Option<String>,
}

/// `POST /users/{user_id}/reactivate`.
pub async fn reactivate(
    caller: ServerCaller,
    id: Path<String>,
    body: Body<ReactivateRequest>,
) -> Result<Reply<OneUser>> {
    let name = body.0.name;
    let user = caller.write(move |tx| lifecycle::reactivate(tx, &id, name)).await?;
    Ok(OneUser::reply(user))
}

/// `POST /users/reactivate`: a batch, as a task.
pub async fn reactivate_many(caller: ServerCaller, body: Body<UserIds>) -> Result<Reply<TaskBegun>> {
    let ids = body.0.checked(rules::BATCH_MAX)?;
    as_task(&caller, ids, |tx, id| lifecycle::reactivate(tx, id, None)).await
}

/// The body of DeleteUsers.
#[derive(Deserialize)]
pub struct DeleteUsersRequest {
    user_ids: Option<Vec<String>>,
    user: Option<String>,
    messages: Option<String>,
    conversations: Option<String>,
    calls: Option<String>,
}

impl DeleteUsersRequest {
    /// How the users are deleted. A hard deletion takes the rest with it: what is not said is hard then (wire-contract 4.5).
    fn mode(&self) -> Result<Deletion> {
        let word = |name: &str, word: Option<&str>, words: &[&str]| match given(word) {
            Some(word) if !words.contains(&word) => {
                Err(ApiError::input(format!("{name} must be one of [{}]", words.join(" "))))
            }
            _ => Ok(()),
        };
        let three = ["soft", "pruning", "hard"];
        word("user", self.user.as_deref(), &three)?;
        word("messages", self.messages.as_deref(), &three)?;
        word("conversations", self.conversations.as_deref(), &["soft", "hard"])?;
        word("calls", self.calls.as_deref(), &["soft", "hard"])?;
        let mode = self.user.as_deref().and_then(Deletion::parse).unwrap_or(Deletion::Soft);
        let is_softer = |word: &Option<String>| word.as_deref().is_some_and(|word| !["", "hard"].contains(&word));
        if mode == Deletion::Hard && [&self.messages, &self.conversations].into_iter().any(is_softer) {
            return Err(ApiError::input("a hard delete of a user needs a hard delete of messages and conversations"));
        }
        Ok(mode)
    }
}

/// `POST /users/delete`: a batch, as a task. The users are deleted at once.
pub async fn delete_many(caller: ServerCaller, body: Body<DeleteUsersRequest>) -> Result<Reply<TaskBegun>> {
    let mode = body.0.mode()?;
    let ids = UserIds { user_ids: body.0.user_ids }.checked(rules::BATCH_MAX)?;
    let job = move |tx: &WriteTx<'_>| {
        let mut result = Map::new();
        for id in ids {
            lifecycle::delete(tx, &id, mode)?;
            result.insert(id, json!({"status": "ok"}));
        }
        tasks::complete(tx, &result)
    };
    let task_id = caller.write(job).await?;
    Ok(Reply(TaskBegun { task_id }))
}

/// `DELETE /users/{user_id}` (legacy).
pub async fn delete(caller: ServerCaller, id: Path<String>) -> Result<Reply<OneUser>> {
    let mode = if caller.params().flag("hard_delete")? { Deletion::Hard } else { Deletion::Soft };
    caller.params().flag("mark_messages_deleted")?;
    let user = caller
        .write(move |tx| {
            rules::undeleted(tx, &id)?;
            lifecycle::delete(tx, &id, mode)
        })
        .await?;
    Ok(OneUser::reply(user))
}

/// `POST /users/restore`: takes soft deletions back, all or none.
pub async fn restore_many(caller: ServerCaller, body: Body<UserIds>) -> Result<Reply<Empty>> {
    let ids = body.0.checked(rules::BATCH_MAX)?;
    let job = move |tx: &WriteTx<'_>| ids.iter().try_for_each(|id| lifecycle::restore(tx, id).map(drop));
    caller.write(job).await?;
    Ok(Reply(Empty {}))
}

/// The answer of ExportUser. millpond keeps no messages and no reactions.
#[derive(Serialize)]
pub struct ExportUserResponse {
    user: UserResponse,
    messages: [(); 0],
    reactions: [(); 0],
}

/// `GET /users/{user_id}/export`.
pub async fn export(caller: ServerCaller, id: Path<String>) -> Result<Reply<ExportUserResponse>> {
    let user = caller.read(|tx| {
        let user = rules::undeleted(tx, &id)?;
        let devices = devices::of(tx, user.id.as_str())?;
        Ok(UserResponse::with_devices(user, devices))
    })?;
    Ok(Reply(ExportUserResponse { user, messages: [], reactions: [] }))
}

/// `POST /export/users`: a batch, as a task that names the file.
pub async fn export_many(caller: ServerCaller, body: Body<UserIds>) -> Result<Reply<TaskBegun>> {
    let ids = body.0.checked(EXPORT_MAX)?;
    let task_id = caller.write(move |tx| exports::write(tx, &ids)).await?;
    Ok(Reply(TaskBegun { task_id }))
}
