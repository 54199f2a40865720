//! Tasks (wire-contract 4.6).

use actix_web::HttpRequest;
use actix_web::web::Path;
use serde::Serialize;
use serde_json::{Map, Value};

use super::exports;
use crate::auth::caller::ServerCaller;
use crate::clock::Time;
use crate::error::{ApiError, Result};
use crate::reply::Reply;
use crate::store::tasks;

/// The answer of GetTask.
#[derive(Serialize)]
pub struct GetTaskResponse {
    task_id: String,
    status: String,
    result: Map<String, Value>,
    created_at: Time,
    updated_at: Time,
}

/// `GET /tasks/{id}`: there as soon as the call that began the task has answered.
pub async fn get(caller: ServerCaller, request: HttpRequest, id: Path<String>) -> Result<Reply<GetTaskResponse>> {
    let task = caller.read(|tx| tasks::get(tx, &id))?;
    let task = task.ok_or_else(|| ApiError::not_found(format!("Can't find task with id \"{id}\"")))?;
    let result = exports::told(&request, caller.scope(), &task);
    Ok(Reply(GetTaskResponse {
        task_id: task.id,
        status: task.status,
        result,
        created_at: task.created_at,
        updated_at: task.updated_at,
    }))
}
