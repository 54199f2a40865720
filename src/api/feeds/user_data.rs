//! Deleting and exporting what a user has in feeds (feeds-core 15).

use actix_web::web::Path;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::api::exports::{self, shown};
use crate::auth::caller::ServerCaller;
use crate::body::Body;
use crate::domain::feeds::user_data::{self as rules, UserData};
use crate::error::Result;
use crate::reply::Reply;
use crate::store::tasks;
use crate::wire::users::UserResponse;

/// The body of DeleteFeedUserData.
#[derive(Deserialize)]
pub struct DeleteUserDataRequest {
    hard_delete: Option<bool>,
}

/// An answer with the task that was begun.
#[derive(Serialize)]
pub struct TaskBegun {
    task_id: String,
}

/// `POST /feeds/users/{user_id}/delete`: a task that is done when this answers.
pub async fn delete(
    caller: ServerCaller,
    id: Path<String>,
    body: Body<DeleteUserDataRequest>,
) -> Result<Reply<TaskBegun>> {
    let is_hard = body.0.hard_delete == Some(true);
    let task_id = caller.write(move |tx| {
        rules::delete(tx, &id, is_hard)?;
        tasks::complete(tx, &Map::new())
    });
    Ok(Reply(TaskBegun { task_id: task_id.await? }))
}

/// `POST /feeds/users/{user_id}/export`: a task that names the file, as ExportUsers does.
pub async fn export(caller: ServerCaller, id: Path<String>, _: Body<Map<String, Value>>) -> Result<Reply<TaskBegun>> {
    let task_id = caller.write(move |tx| {
        let file = file(rules::gather(tx, &id)?)?;
        exports::keep(tx, file)
    });
    Ok(Reply(TaskBegun { task_id: task_id.await? }))
}

fn file(data: UserData) -> Result<Value> {
    let UserData { user, feeds, activities, follows, memberships, pins, reactions, folders, bookmarks, collections } =
        data;
    let member = |(fid, member)| Ok(json!({"feed": fid, "membership": shown(&member)?}));
    let memberships = memberships.into_iter().map(member).collect::<Result<Vec<_>>>()?;
    let pins: Vec<Value> = pins.into_iter().map(|(fid, id)| json!({"feed": fid, "activity_id": id})).collect();
    Ok(json!({
        "user": shown(&UserResponse::plain(user))?, "feeds": list(&feeds)?, "activities": list(&activities)?,
        "follows": list(&follows)?, "memberships": memberships, "pins": pins,
        "reactions": list(&reactions)?, "bookmark_folders": list(&folders)?, "bookmarks": list(&bookmarks)?, "collections": list(&collections)?,
    }))
}

/// Each as people read it.
fn list<T: Serialize>(all: &[T]) -> Result<Vec<Value>> {
    all.iter().map(shown).collect()
}
