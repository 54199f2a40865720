//! Connections: who has a socket or a long-poll open; close one, send something to one.

use std::sync::Arc;

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::answers::{Connections, OfApp};
use super::body::{ControlBody, misread_text};
use super::code::ControlCode;
use super::error::{ControlError, Result};
use super::reset::check_close_code;
use super::{Control, ended_tokens, shapes};
use crate::app::App;
use crate::clock::Time;
use crate::fixture::faults::read_error;
use crate::ids::UserId;
use crate::live::farewell::Farewell;
use crate::live::hub::{Connection, Hub};
use crate::live::mailbox::Order;
use crate::params::Params;
use crate::store::Scope;
use crate::wire::{Dialect, events};

/// A connection as the control API shows it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Connection")]
pub struct ConnectionShown {
    /// Its id, as the SDK knows it.
    id: String,
    /// Whose it is.
    user_id: Option<String>,
    /// The dialect it speaks.
    dialect: &'static str,
    /// What `X-Stream-Client` says.
    sdk: Option<String>,
    /// When it was opened, by the app's clock.
    opened_at: String,
    /// When its token expires; null for never.
    token_expires_at: Option<String>,
}

fn shown(connection: &Connection) -> ConnectionShown {
    ConnectionShown {
        id: connection.id.clone(),
        user_id: connection.user.as_ref().map(UserId::to_string),
        dialect: connection.dialect.name(),
        sdk: (!connection.sdk.is_empty()).then(|| connection.sdk.clone()),
        opened_at: connection.opened_at.rfc3339(),
        token_expires_at: connection.token_expires_at.map(Time::rfc3339),
    }
}

/// How many were closed.
#[derive(Serialize, JsonSchema)]
pub struct Closed {
    /// How many.
    closed: usize,
}

/// To how many something was sent.
#[derive(Serialize, JsonSchema)]
pub struct Sent {
    /// How many.
    sent: usize,
}

/// The connections of an app, or those of the user whom the query names.
fn chosen(hub: &Hub, app: &App, request: &HttpRequest) -> Vec<Connection> {
    let query = Params::parse(request.query_string());
    let user = query.get("user_id");
    let mut all = hub.connections_of(app.id);
    all.retain(|connection| user.is_none_or(|user| connection.user.as_ref().map(UserId::as_str) == Some(user)));
    all
}

fn named(hub: &Hub, app: &App, id: &str) -> Result<Vec<Connection>> {
    hub.connection(app.id, id).map(|connection| vec![connection]).ok_or_else(|| {
        ControlError::new(ControlCode::UnknownConnection, format!("the app has no connection \"{id}\""))
            .with_hint("GET /_millpond/apps/{api_key}/connections lists them")
    })
}

/// `GET /connections`: those of all apps.
pub async fn list_all(control: Data<Control>, hub: Data<Hub>) -> HttpResponse {
    let of_app = |app: Arc<App>| {
        let connections = hub.connections_of(app.id).into_iter();
        connections.map(move |one| OfApp { item: shown(&one), api_key: Arc::clone(&app.api_key) })
    };
    HttpResponse::Ok().json(control.store.apps().all().into_iter().flat_map(of_app).collect::<Connections<_>>())
}

/// `GET /apps/{api_key}/connections?user_id=`: the oldest first.
pub async fn list(
    control: Data<Control>,
    hub: Data<Hub>,
    key: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse> {
    let app = control.app(&key)?;
    Ok(HttpResponse::Ok().json(chosen(&hub, &app, &request).iter().map(shown).collect::<Connections<_>>()))
}

/// The body of a close: a code, an error that is told before, or nothing, which is 1000.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Close {
    /// The code with which it is closed.
    #[serde(default)]
    #[schemars(schema_with = "shapes::close_code_or_null")]
    code: Option<u16>,
    /// Has the token expire that it was opened with: code 40 is told, and the token is refused from now on.
    #[serde(default)]
    expire: bool,
    /// What is told before.
    #[schemars(with = "Option<crate::fault::ErrorThen>")]
    error: Option<Value>,
}

impl Close {
    fn farewell(self) -> Result<Farewell> {
        let code = self.code.map(|code| check_close_code("/code", code)).transpose()?;
        let told = match self.error.filter(|error| !error.is_null()) {
            Some(_) if self.expire => {
                return Err(ControlError::invalid("/expire", "expire and error contradict each other; give one"));
            }
            None if self.expire => Farewell::expired(),
            None => Farewell::closed(1000),
            Some(error) => {
                let error =
                    read_error(&error.to_string()).map_err(|problems| misread_text(&problems).within("/error"))?;
                Farewell::told(error.to_error())
            }
        };
        Ok(Farewell { code: code.unwrap_or(told.code), ..told })
    }
}

/// `POST /apps/{api_key}/connections/{id}/close`: `{code?, error?: {code, message?}}`.
pub async fn close(
    control: Data<Control>,
    hub: Data<Hub>,
    path: Path<(String, String)>,
    body: ControlBody<Close>,
) -> Result<HttpResponse> {
    let (key, id) = path.into_inner();
    let scope = control.scope(&key)?;
    let connections = named(&hub, &scope.app, &id)?;
    close_each(&control, &hub, &scope, connections, body.0).await
}

/// `POST /apps/{api_key}/connections/close?user_id=`: the same for all of a user, or of the app.
pub async fn close_all(
    control: Data<Control>,
    hub: Data<Hub>,
    key: Path<String>,
    request: HttpRequest,
    body: ControlBody<Close>,
) -> Result<HttpResponse> {
    let scope = control.scope(&key)?;
    let connections = chosen(&hub, &scope.app, &request);
    close_each(&control, &hub, &scope, connections, body.0).await
}

/// `POST /apps/{api_key}/connections/{id}/send`: `{type, ...}`, as it is; `created_at` is added where it is missing.
pub async fn send(
    control: Data<Control>,
    hub: Data<Hub>,
    path: Path<(String, String)>,
    body: ControlBody<Map<String, Value>>,
) -> Result<HttpResponse> {
    let (key, id) = path.into_inner();
    let app = control.app(&key)?;
    let connections = named(&hub, &app, &id)?;
    check_event(&body.0)?;
    send_each(&hub, &app, connections, &body.0).await
}

/// `POST /apps/{api_key}/connections/send?user_id=`: the same to all of a user, or of the app.
pub async fn send_to_all(
    control: Data<Control>,
    hub: Data<Hub>,
    key: Path<String>,
    request: HttpRequest,
    body: ControlBody<Map<String, Value>>,
) -> Result<HttpResponse> {
    let app = control.app(&key)?;
    check_event(&body.0)?;
    let connections = chosen(&hub, &app, &request);
    send_each(&hub, &app, connections, &body.0).await
}

fn check_event(event: &Map<String, Value>) -> Result<()> {
    match event.get("type").and_then(Value::as_str).filter(|kind| !kind.is_empty()) {
        Some(_) => Ok(()),
        None => Err(ControlError::invalid("/type", "an event has a type, which is a text")
            .with_hint(r#"{"type": "custom.greeting", "text": "hi"}"#)),
    }
}

async fn close_each(
    control: &Control,
    hub: &Hub,
    scope: &Scope,
    connections: Vec<Connection>,
    close: Close,
) -> Result<HttpResponse> {
    let expire = close.expire;
    let farewell = close.farewell()?;
    if expire {
        let tokens = connections.iter().filter_map(|connection| ended_tokens::expired(connection, scope.now));
        ended_tokens::end(&control.store, scope, tokens.collect()).await?;
    }
    let orders = connections.into_iter().map(|connection| (connection, Order::End(farewell.clone())));
    Ok(HttpResponse::Ok().json(Closed { closed: hub.order(orders.collect()).await }))
}

async fn send_each(
    hub: &Hub,
    app: &App,
    connections: Vec<Connection>,
    event: &Map<String, Value>,
) -> Result<HttpResponse> {
    let at = app.clock.now();
    // Encoded once for each dialect.
    let frames = Dialect::ALL.map(|dialect| events::injected(dialect, at, event));
    let orders = connections.into_iter().map(|connection| {
        let frame = frames[connection.dialect as usize].clone();
        (connection, Order::Frame(frame))
    });
    Ok(HttpResponse::Ok().json(Sent { sent: hub.order(orders.collect()).await }))
}

/// An event: its type, and anything else.
pub fn event(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "object",
        "properties": { "type": { "description": "Its type.", "type": "string", "minLength": 1 } },
        "required": ["type"],
    })
}
