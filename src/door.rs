//! The door that every operation of Stream's goes through: credentials, verdict, rate, and the form of every answer.

use std::borrow::Cow;
use std::cell::{Cell, OnceCell};
use std::rc::Rc;
use std::sync::Arc;

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{AUTHORIZATION, HeaderMap};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage, HttpResponse};

use crate::auth::credentials::bare_token;
use crate::auth::facts::UserFacts;
use crate::auth::verdict;
use crate::call::{Call, Identity};
use crate::clock::Stopwatch;
use crate::error::Result;
use crate::family;
use crate::fault::armed::Fate;
use crate::journal::{Caller, Text, Who};
use crate::operation::table::{LIMIT_DEFAULT, OPERATIONS_MAX, UNKNOWN};
use crate::operation::{DASHBOARD, Operation};
use crate::params::Params;
use crate::reply;
use crate::server::head::ByHead;
use crate::store::Scope;
use crate::wire::Dialect;

mod gate;
mod judgement;
mod why;

pub use gate::{Gate, Judged};
pub use judgement::Judgement;

/// What a call has beside its credentials.
struct Seen {
    params: Params,
    method: Cow<'static, str>,
    path: Text,
    client: String,
    started: Stopwatch,
    /// Whether anything answers there: a route, a stub, or what is said of a family.
    is_met: bool,
}

/// An operation at a mount point.
#[derive(Clone, Copy, Debug)]
pub struct Door {
    /// The operation.
    pub operation: &'static Operation,
    /// Its index in the table of routes.
    pub index: usize,
    /// The mount's dialect.
    pub dialect: Dialect,
}

impl Door {
    /// Lets a request through to its handler, or refuses it, and forms the answer.
    pub async fn pass(
        self,
        request: ServiceRequest,
        next: Next<BoxBody>,
    ) -> std::result::Result<ServiceResponse<BoxBody>, Error> {
        answer(self.open(&request), request, next).await
    }

    fn open(self, request: &ServiceRequest) -> Call {
        let started = Stopwatch::start();
        let params = Params::parse(request.query_string());
        let headers = request.headers();
        let client = text(headers, "x-stream-client").or(params.get("X-Stream-Client")).unwrap_or_default().to_owned();
        let gate = request.app_data::<Data<Gate>>().expect("the server puts a gate into every app");
        let api_key = shown_key(&params, headers);
        let auth_type =
            text(headers, "stream-auth-type").filter(|word| !word.is_empty()).or(params.get("stream-auth-type"));
        // A header that is not text cannot be a token: it is read as one that no parser takes.
        let authorization = headers.get(AUTHORIZATION).map(|value| value.to_str().unwrap_or("\u{fffd}"));
        let token = authorization.and_then(bare_token).or(params.get("authorization").and_then(bare_token));
        let judged = gate.judge(api_key, auth_type, token);
        let stubs = judged.state.as_ref().filter(|_| client != DASHBOARD).map(|state| &state.stubs);
        let stub = stubs.and_then(|stubs| {
            let of_operation = stubs.of_operation(self.operation.name);
            of_operation.or_else(|| stubs.of_path(request.method().as_str(), request.path()))
        });
        let is_unknown = self.operation.is_unknown();
        let family = if is_unknown { family::of(self.dialect, request.path()) } else { None };
        let seen = Seen {
            params,
            method: if request.extensions().contains::<ByHead>() {
                "HEAD".into()
            } else {
                reply::word(request.method())
            },
            path: Text::new(request.path()),
            client,
            started,
            is_met: !is_unknown || family.is_some() || stub.is_some(),
        };
        Call { stub, family, ..self.admit(judged, gate, seen) }
    }

    fn admit(self, judged: Judged, gate: &Gate, seen: Seen) -> Call {
        let Seen { params, method, path, client, started, is_met } = seen;
        let is_watched = is_met && client != DASHBOARD;
        let rate = if is_watched { judged.count(self.index, self.operation, &client) } else { None };
        let refusal = verdict::refusal(&judged.judgement.verdict, &judged.credentials);
        let mut who = judged.who(refusal.is_none());
        let refusal = if is_met { refusal } else { Some(reply::nothing_here()) };
        if !is_met {
            // It decides nothing here, and would be taken for the reason.
            who.verdict = None;
        }
        let twin = judged.judgement.twin;
        let keyless = if judged.app.is_none() { Some(Arc::clone(gate.store.apps().keyless())) } else { None };
        let Judged { app, state, credentials, epoch, judgement: Judgement { now, times, facts, .. }, .. } = judged;
        let state = state.filter(|_| is_watched);
        let strike = state.and_then(|state| state.faults.strike(self.operation.name, who.user(), who.caller));
        let fault = strike.as_ref().map_or_else(OnceCell::new, |strike| OnceCell::from(Arc::clone(&strike.id)));
        let admitted = refusal.map_or_else(|| Ok(identity(&who, facts)), Err);
        let scope = app
            .as_ref()
            .map(|app| Scope::admitted(app, now, epoch, gate.admission(app, credentials, times, verdict::refusal)));
        Call {
            operation: self.operation,
            dialect: self.dialect,
            started,
            params,
            app,
            admitted,
            who,
            scope,
            store: gate.store.clone(),
            rate: Cell::new(rate),
            method,
            path,
            client,
            twin,
            strike,
            fault,
            is_cut: Cell::new(false),
            stub: None,
            family: None,
            keyless,
            opened: OnceCell::new(),
            body: OnceCell::new(),
        }
    }
}

/// Paths at which browsers look for files of a page that they show: no calls of Stream's API.
const OF_BROWSERS: [&str; 4] = ["/", "/favicon.ico", "/robots.txt", "/.well-known/"];

fn is_of_browsers(path: &str) -> bool {
    OF_BROWSERS.iter().any(|own| path == *own || (own.len() > 1 && own.ends_with('/') && path.starts_with(own)))
}

/// A request that no route has: a stub at its path answers it, else its family says what millpond has of it. One of no
/// family is refused whoever calls.
pub async fn beside(
    dialect: Dialect,
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> std::result::Result<ServiceResponse<BoxBody>, Error> {
    if request.method() == Method::OPTIONS || is_of_browsers(request.path()) {
        let gate = request.app_data::<Data<Gate>>().expect("the server puts a gate into every app");
        let params = Params::parse(request.query_string());
        let app = shown_key(&params, request.headers()).and_then(|key| gate.store.apps().get(key));
        return Ok(reply::beside(request, app.as_deref()));
    }
    let door = Door { operation: &UNKNOWN, index: OPERATIONS_MAX - 1, dialect };
    answer(door.open(&request), request, next).await
}

/// Has a fault, a stub or the handler answer, and forms the answer.
async fn answer(
    call: Call,
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> std::result::Result<ServiceResponse<BoxBody>, Error> {
    let call = Rc::new(call);
    request.extensions_mut().insert(Rc::clone(&call));
    let mut answering = Answering(Some(Rc::clone(&call)));
    if let (Some(app), Some(times)) = (&call.app, &call.twin) {
        app.outlast_twin(times).await;
    }
    let response = match foregone(&call).await {
        Some(Ok(answer)) => Ok(request.into_response(answer)),
        Some(Err(refusal)) => Ok(request.error_response(refusal)),
        // A refused call still goes to its handler's first extractor, which answers with the refusal: the one way out.
        None => next.call(request).await,
    };
    answering.0 = None;
    Ok(reply::finish(&call, response?))
}

/// The api key that a request shows.
fn shown_key<'a>(params: &'a Params, headers: &'a HeaderMap) -> Option<&'a str> {
    params.get("api_key").filter(|key| !key.is_empty()).or(text(headers, "api_key"))
}

/// A call that is being answered. Who hangs up before the answer ends it: then this writes it down.
struct Answering(Option<Rc<Call>>);

impl Drop for Answering {
    fn drop(&mut self) {
        if let Some(call) = &self.0 {
            reply::abandoned(call);
        }
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn identity(who: &Who, facts: Arc<UserFacts>) -> Identity {
    match (who.caller, &who.user_id) {
        (Caller::User | Caller::Guest, Some(id)) => Identity::User { id: id.clone(), facts },
        (Caller::Server, _) => Identity::Server,
        _ => Identity::Anonymous,
    }
}

/// What a fault or a stub makes of the call, so that no handler is asked.
async fn foregone(call: &Call) -> Option<Result<HttpResponse>> {
    if let Some(strike) = &call.strike {
        let limit = call.rate.get().map_or(LIMIT_DEFAULT, |rate| rate.limit);
        match strike.fate(limit, call.scope.as_ref()?.now).await {
            Fate::Spared => {}
            Fate::Cut => {
                call.is_cut.set(true);
                return Some(Ok(reply::cut()));
            }
            Fate::Refused(error, rate) => {
                call.rate.set(rate.or(call.rate.get()));
                return Some(Err(error));
            }
        }
    }
    let stub = call.stub.as_ref()?;
    let admitted = call.admit().and_then(|_| call.check_rate());
    Some(admitted.map(|()| reply::stubbed(stub)))
}
