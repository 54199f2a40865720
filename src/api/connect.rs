//! The legacy long-poll (wire-contract 5.8), and what a connect without an upgrade is told.

use std::rc::Rc;
use std::sync::Arc;

use actix_web::web::Data;
use actix_web::{HttpMessage, HttpRequest};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::call::{Call, Identity};
use crate::door::Gate;
use crate::error::{ApiError, Result};
use crate::journal::Text;
use crate::live::hub::Hub;
use crate::live::shown::Shown;
use crate::live::sign_in::sign_in;
use crate::live::signed_in::Refused;
use crate::live::worker::Worker;
use crate::live::{longpoll, polls};
use crate::reply::Reply;
use crate::wire::{Dialect, Empty, events};

/// `GET /connect` without an upgrade.
pub async fn without_upgrade() -> Result<Reply<Empty>> {
    Err(ApiError::input("this is no WebSocket handshake: it needs `Connection: Upgrade` and `Upgrade: websocket`"))
}

/// The answer of a long-poll: the first one has the connection's health check, the others what happened.
#[derive(Serialize)]
pub struct LongPollResponse {
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    events: Option<Vec<Box<RawValue>>>,
}

/// `GET` and `POST /longpoll`: with `json` a session begins, with `connection_id` it goes on.
///
/// No caller is named: the session is judged when it begins, and again by itself with what its latest poll showed. It
/// goes on only for the user who began it.
pub async fn long_poll(request: HttpRequest, gate: Data<Gate>, hub: Data<Hub>) -> Result<Reply<LongPollResponse>> {
    let call = request.extensions().get::<Rc<Call>>().map(Rc::clone);
    let call = call.ok_or_else(|| ApiError::internal(&"an operation was mounted without its door"))?;
    // What is wrong with the credentials comes first: it is told below.
    if call.admitted.is_ok() {
        call.check_rate()?;
    }
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let shown = Shown::of_upgrade(&call.params, header);
    let raw = |text: &str| RawValue::from_string(text.to_owned()).map_err(|cause| ApiError::internal(&cause));
    if let Some(connection_id) = call.params.get("connection_id").filter(|id| !id.is_empty()) {
        let (identity, scope) = call.admit()?;
        let close = call.params.flag("close")?;
        let own = hub.connection(scope.app.id, connection_id).filter(|connection| match identity {
            Identity::User { id, .. } => connection.user.as_ref() == Some(id),
            Identity::Anonymous => connection.user.is_none(),
            Identity::Server => false,
        });
        own.ok_or_else(|| polls::unknown(connection_id))?;
        let judged = gate.judge(shown.api_key.as_deref(), shown.auth_type.as_deref(), shown.token.as_deref());
        let frames = hub.polls.ask(scope.app.id, connection_id, judged.credentials, close).await?;
        let events = frames.iter().map(|frame| raw(frame)).collect::<Result<_>>()?;
        return Ok(Reply(LongPollResponse { event: None, events: Some(events) }));
    }
    let worker = request.app_data::<Rc<Worker>>().map(Rc::clone);
    let worker = worker.ok_or_else(|| ApiError::internal(&"the server has put no worker into the app"))?;
    let shown = shown.with_json(&call.params);
    // To its end also when the client hangs up: whoever counts as connected needs a session that ends.
    let begun = actix_web::rt::spawn(async move {
        let signed_in = match sign_in(&gate, &hub, Dialect::Legacy, shown).await {
            Ok(signed_in) => signed_in,
            Err(refused) => return Err(told(&call, refused)),
        };
        note_fault(&call, signed_in.fault.as_ref());
        let hello = events::connected(Dialect::Legacy, &signed_in.connection_id, signed_in.at, &signed_in.me);
        // Nothing else of this call opens a connection.
        let _ = call.opened.set(Text::new(&signed_in.connection_id));
        longpoll::begin(&worker, gate, signed_in);
        Ok(hello)
    });
    let hello = begun.await.unwrap_or_else(|panic| Err(ApiError::internal(&panic)))?;
    Ok(Reply(LongPollResponse { event: Some(raw(&hello)?), events: None }))
}

/// What a refused sign-in is told as the answer of its call.
fn told(call: &Call, refused: Refused) -> ApiError {
    let Refused { error, rate, fault, .. } = refused;
    note_fault(call, fault.as_ref());
    call.rate.set(rate.or(call.rate.get()));
    call.is_cut.set(error.is_none());
    // Of a connection that is cut nobody hears.
    error.unwrap_or_else(|| ApiError::internal(&"the connection is cut"))
}

/// Of a fault that struck the call and one that struck its sign-in, the first is written down.
fn note_fault(call: &Call, fault: Option<&Arc<str>>) {
    if let Some(fault) = fault {
        let _ = call.fault.set(Arc::clone(fault));
    }
}
