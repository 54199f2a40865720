//! Querying, upserting and changing users; events to one (wire-contract 4.2 to 4.4).

use std::collections::BTreeMap;

use actix_web::web::{Data, Path};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value};

use super::viewer::Viewer;
use crate::auth::caller::{AnyCaller, ServerCaller};
use crate::body::Body;
use crate::clock::Time;
use crate::domain::partial;
use crate::domain::users::{self as rules, BATCH_MAX};
use crate::error::{ApiError, Result};
use crate::event::topic::Topic;
use crate::event::{Event, Payload};
use crate::ids::UserId;
use crate::live::hub::{Connection, Hub};
use crate::model::user::User;
use crate::permission::Request;
use crate::query::page::{Page, bounded};
use crate::reply::Reply;
use crate::store::users::Whom;
use crate::store::{ReadTx, user_filter};
use crate::validate::{batch, wrong_type};
use crate::wire::user_request::UserRequest;
use crate::wire::users::UserResponse;
use crate::wire::{Dialect, Empty};

/// The body of UpdateUsers.
#[derive(Deserialize)]
pub struct UpdateUsersRequest {
    users: Option<BTreeMap<String, UserRequest>>,
}

/// The answer of UpdateUsers and UpdateUsersPartial.
#[derive(Serialize)]
pub struct UpdateUsersResponse {
    users: ById,
    // Required by the SDKs' decoders, and empty (wire-contract, trap 28).
    membership_deletion_task_id: &'static str,
}

/// Users by their ids, each as it is last in the list.
struct ById(Vec<UserResponse>);

impl Serialize for ById {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let mut users: Vec<_> = self.0.iter().rev().collect();
        users.sort_by_key(|user| user.id());
        users.dedup_by_key(|user| user.id());
        serializer.collect_map(users.into_iter().map(|user| (user.id(), user)))
    }
}

fn updated(users: Vec<UserResponse>) -> Reply<UpdateUsersResponse> {
    Reply(UpdateUsersResponse { users: ById(users), membership_deletion_task_id: "" })
}

/// `POST /users`: creates or replaces users, all or none.
pub async fn upsert(caller: AnyCaller, body: Body<UpdateUsersRequest>) -> Result<Reply<UpdateUsersResponse>> {
    let requests = body.0.users.unwrap_or_default();
    if requests.is_empty() {
        return Err(ApiError::input("users is a required field"));
    }
    batch("users", requests.len(), BATCH_MAX)?;
    let mut inputs = Vec::new();
    for (key, request) in requests {
        request.refuse_reserved(&format!("users[{key}]"), rules::is_reserved_to_upsert)?;
        let input = request.into_input(caller.dialect())?;
        if !input.id.is_empty() && input.id != key {
            return Err(ApiError::input(format!(
                "users[{key}].id is \"{}\"; the key and the id must be equal",
                input.id
            )));
        }
        inputs.push(input);
    }
    let by = caller.owned_subject();
    let viewer = Viewer::of(&caller);
    let users = caller
        .write(move |tx| {
            let by = by.map(|by| by.renewed(tx));
            let saved = inputs.into_iter().map(|input| rules::upsert(tx, input, by.as_ref().map(|by| by.as_subject())));
            saved.map(|user| viewer.full(tx, user?)).collect::<Result<Vec<_>>>()
        })
        .await?;
    Ok(updated(users))
}

/// One change of UpdateUsersPartial.
#[derive(Deserialize)]
pub struct PartialUpdate {
    id: Option<String>,
    set: Option<Map<String, Value>>,
    unset: Option<Vec<String>>,
    // A derived decoder of a plain struct would take an array for it, field by field.
    #[serde(flatten)]
    _object: serde::de::IgnoredAny,
}

/// The body of UpdateUsersPartial.
#[derive(Deserialize)]
pub struct UpdateUsersPartialRequest {
    users: Option<Vec<PartialUpdate>>,
}

/// `PATCH /users`: changes parts of users, all or none.
pub async fn update_partial(
    caller: AnyCaller,
    body: Body<UpdateUsersPartialRequest>,
) -> Result<Reply<UpdateUsersResponse>> {
    let changes = body.0.users.unwrap_or_default();
    if changes.is_empty() {
        return Err(ApiError::input("users[] is a required field"));
    }
    batch("users", changes.len(), BATCH_MAX)?;
    let (by, said) = (caller.owned_subject(), caller.said());
    let viewer = Viewer::of(&caller);
    let dialect = caller.dialect();
    let users = caller
        .write(move |tx| {
            let by = by.map(|by| by.renewed(tx));
            let saved = changes.into_iter().map(|change| {
                let id = change.id.unwrap_or_default();
                let set = change
                    .set
                    .unwrap_or_default()
                    .into_iter()
                    .map(|(key, value)| (path(key, dialect), value))
                    .collect();
                let unset: Vec<_> =
                    change.unset.unwrap_or_default().into_iter().map(|key| path(key, dialect)).collect();
                let user = partial::update(tx, &id, set, &unset, by.as_ref().map(|by| by.as_subject()), said)?;
                viewer.full(tx, user)
            });
            saved.collect::<Result<Vec<_>>>()
        })
        .await?;
    Ok(updated(users))
}

/// The path of a field. Where custom data lie beside the fields, `custom` is a key like any other.
fn path(key: String, dialect: Dialect) -> String {
    let is_own = key == "custom" || key.starts_with("custom.");
    if dialect == Dialect::Legacy && is_own { format!("custom.{key}") } else { key }
}

/// The `payload` of QueryUsers. `null` means not given, in each.
#[derive(Deserialize)]
pub struct QueryUsersPayload {
    filter_conditions: Option<Map<String, Value>>,
    sort: Option<Vec<Value>>,
    limit: Option<i64>,
    offset: Option<i64>,
    presence: Option<bool>,
    include_deactivated_users: Option<bool>,
    id_gt: Option<String>,
    id_gte: Option<String>,
    id_lt: Option<String>,
    id_lte: Option<String>,
}

/// The answer of QueryUsers.
#[derive(Serialize)]
pub struct QueryUsersResponse {
    users: Vec<UserResponse>,
}

/// `GET /users`: the users that match a filter.
pub async fn query(caller: AnyCaller, hub: Data<Hub>) -> Result<Reply<QueryUsersResponse>> {
    let payload: QueryUsersPayload = caller.params().json("payload")?;
    let page = Page::of(payload.limit, payload.offset)?;
    let watcher = watcher(&caller, &hub);
    if payload.presence == Some(true) && watcher.is_none() {
        return Err(ApiError::input(
            "Watch or Presence requires an active websocket connection, please make sure to include your websocket connection_id",
        ));
    }
    let filter = payload.filter_conditions.ok_or_else(|| ApiError::input("filter_conditions is a required field"))?;
    let ids = [("$gt", payload.id_gt), ("$gte", payload.id_gte), ("$lt", payload.id_lt), ("$lte", payload.id_lte)];
    let filter = bounded(filter, "id", ids.map(|(operator, id)| (operator, id.map(Value::from))));
    let query = user_filter::parse(&filter, payload.sort.as_deref().unwrap_or_default())?;
    let query = match caller.subject() {
        None => query,
        Some(subject) => {
            let state = caller.state();
            caller.require(Request::app_level("SearchUser"))?;
            if state.rules.user_search_disallowed_roles.iter().any(|role| role == subject.role) {
                return Err(ApiError::not_allowed(format!(
                    "users with role '{}' are not allowed to search users",
                    subject.role
                )));
            }
            within_teams(query, &caller)?
        }
    };
    let viewer = Viewer::of(&caller);
    let is_point_read = query.ids().is_some();
    let whom = if payload.include_deactivated_users == Some(true) { Whom::NotDeleted } else { Whom::Active };
    let job = move |tx: &ReadTx<'_>| {
        let found = crate::store::users::select(tx, &query, page, &whom)?;
        found.into_iter().map(|user| viewer.full(tx, user)).collect::<Result<Vec<_>>>()
    };
    let users = if is_point_read { caller.read(job)? } else { caller.scan(job).await? };
    if let Some(watcher) = watcher.filter(|_| payload.presence == Some(true)) {
        let topics = users.iter().map(|user| Topic::User(UserId::trusted(user.id())));
        hub.watch(caller.app(), &watcher, topics.collect()).await?;
    }
    Ok(Reply(QueryUsersResponse { users }))
}

/// The caller's own connection, which is to hear of the users that are found.
fn watcher(caller: &AnyCaller, hub: &Hub) -> Option<Connection> {
    let connection = hub.connection(caller.app().id, caller.params().get("connection_id")?)?;
    (!caller.is_server() && connection.user.as_ref() == caller.user_id()).then_some(connection)
}

/// Multi-tenancy: a client sees its own teams (wire-contract 4.2, 2.3 row 26).
fn within_teams(query: user_filter::UserQuery, caller: &AnyCaller) -> Result<user_filter::UserQuery> {
    let state = caller.state();
    let (true, Some(subject)) = (state.rules.multi_tenant_enabled, caller.subject()) else { return Ok(query) };
    if !state.rules.permission_v1 {
        return Ok(if query.names_teams() { query } else { query.restrict_to_teams(subject.teams) });
    }
    if !query.names_teams() {
        return Err(ApiError::not_allowed("you must include a team filter to use this endpoint client-side"));
    }
    if query.teams().iter().all(|team| subject.teams.iter().any(|own| own == team)) {
        Ok(query)
    } else {
        Err(ApiError::not_allowed("you must filter on teams that are from the same user"))
    }
}

/// The body of SendUserCustomEvent.
#[derive(Deserialize)]
pub struct SendEventRequest {
    event: Option<Map<String, Value>>,
}

/// `POST /users/{user_id}/event`: an event to a user's connections.
pub async fn send_event(
    caller: ServerCaller,
    user_id: Path<String>,
    body: Body<SendEventRequest>,
) -> Result<Reply<Empty>> {
    let event = body.0.event.ok_or_else(|| ApiError::input("event is a required field"))?;
    match event.get("type") {
        Some(Value::String(kind)) if !kind.is_empty() => {}
        Some(Value::Null | Value::String(_)) | None => return Err(ApiError::input("event.type is a required field")),
        Some(other) => return Err(ApiError::input(wrong_type("type", other, "string"))),
    }
    let dialect = caller.dialect();
    caller
        .write(move |tx| {
            let user = rules::present(tx, &user_id)?;
            tx.emit(custom_event(event, dialect, user, tx.now));
            Ok(())
        })
        .await?;
    Ok(Reply(Empty {}))
}

/// The event that a server asked for. Its own data come nested, and in the legacy dialect beside the type.
fn custom_event(mut event: Map<String, Value>, dialect: Dialect, user: User, now: Time) -> Event {
    let kind = event.remove("type").and_then(|kind| kind.as_str().map(str::to_owned)).unwrap_or_default();
    let data = match event.remove("custom") {
        Some(Value::Object(custom)) if dialect != Dialect::Legacy => custom,
        _ => event,
    };
    Event::new(kind, now, [Topic::Own(user.id.clone())], Payload::Custom { user: Box::new(user), data })
}
