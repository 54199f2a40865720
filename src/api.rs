//! The operations: one file a resource, one function an endpoint, its request and response types on top.

pub mod acting;
pub mod app;
pub mod blocklists;
pub mod blocks;
pub mod check_push;
pub mod connect;
pub mod devices;
pub mod exports;
pub mod feeds;
pub mod flags;
pub mod guest;
pub mod lifecycle;
pub mod moderation;
pub mod mutes;
pub mod og;
pub mod permissions;
pub mod push_preferences;
pub mod push_providers;
pub mod rate_limits;
pub mod roles;
pub mod tasks;
pub mod uploads;
pub mod user_groups;
pub mod users;
pub mod viewer;

use actix_web::{HttpMessage, HttpRequest};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::rc::Rc;

use crate::auth::caller::AnyCaller;
use crate::body::Body;
use crate::call::Call;
use crate::error::{ApiError, Result};
use crate::reply::{self, Reply};
use crate::wire::Empty;

/// `GET /hi`: the warm-up call of the chat SDK. Any answer will do, so nobody is asked who they are.
pub async fn hi() -> Reply<Empty> {
    Reply(Empty {})
}

/// The body of ReportClientCallEvent.
#[derive(Deserialize)]
pub struct ClientEventsRequest {
    events: Option<Vec<Map<String, Value>>>,
}

/// `POST /call_client_event`: what a video SDK tells of its own doings, with or without a token. Nobody reads it.
pub async fn report_client_event(_: AnyCaller, body: Body<ClientEventsRequest>) -> Result<Reply<Empty>> {
    body.0.events.map(|_| Reply(Empty {})).ok_or_else(|| ApiError::input("events is a required field"))
}

/// What no route has. The door has refused what is of no family by now, and whoever may not call: what is left is Stream's,
/// and not built.
pub async fn unknown(_: AnyCaller, request: HttpRequest) -> Result<Reply<Empty>, ApiError> {
    let call = request.extensions().get::<Rc<Call>>().map(Rc::clone);
    Err(call.map_or_else(reply::nothing_here, |call| reply::not_built(&call)))
}
