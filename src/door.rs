//! The door that every operation of Stream's goes through: credentials, verdict, rate, and the form of every answer.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{AUTHORIZATION, HeaderMap};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage, HttpResponse};
use quick_cache::Equivalent;
use quick_cache::sync::Cache;

use crate::app::{App, AppState, UserFacts};
use crate::auth::credentials::{Credentials, Examined, bare_token};
use crate::auth::verdict::{self, Kind, UserState, Verdict};
use crate::clock::{Stopwatch, Time};
use crate::error::{ApiError, Result};
use crate::fault::armed::Strike;
use crate::ids::UserId;
use crate::journal::{Caller, Text, Who};
use crate::operation::{DASHBOARD, OPERATIONS_MAX, Operation};
use crate::params::Params;
use crate::rate::{Platform, Rate};
use crate::reply;
use crate::settings::UnknownUser;
use crate::store::{Admission, Scope, Store, users};
use crate::stub::Stub;
use crate::wire::Dialect;

/// Tokens whose signature was tried that are remembered at the most.
const EXAMINED_MAX: usize = 16_384;
/// Longer tokens are not remembered, so that the memory has a bound: real ones have some hundred bytes.
const REMEMBERED_TOKEN_MAX_BYTES: usize = 2_048;

/// What every worker shares.
pub struct Gate {
    /// The store, which knows the apps.
    pub store: Store,
    /// Verified tokens by (generation of the secret, token). Times and revocation are looked at every time.
    examined: Cache<(u64, Box<str>), Arc<Examined>>,
}

impl Gate {
    /// A gate before a store.
    pub fn new(store: Store) -> Self {
        Self { store, examined: Cache::new(EXAMINED_MAX) }
    }

    fn examine(&self, raw: &str, app: &AppState) -> Arc<Examined> {
        let generation = app.secret.generation();
        if let Some(known) = self.examined.get(&Shown(generation, raw)) {
            return known;
        }
        let examined = Arc::new(Examined::new(raw, &app.secret));
        if examined.signature_verifies && raw.len() <= REMEMBERED_TOKEN_MAX_BYTES {
            self.examined.insert((generation, raw.into()), Arc::clone(&examined));
        }
        examined
    }

    /// Asks again whether a connect that showed these credentials may run.
    pub fn admission(&self, app: &Arc<App>, credentials: Credentials) -> Arc<dyn Admission> {
        Arc::new(Again {
            store: self.store.clone(),
            app: Arc::clone(app),
            credentials,
            refusal: verdict::refusal_to_connect,
        })
    }

    /// Judges again what was shown to an app, under what holds now. An app that is gone knows nobody.
    pub fn judge_again(&self, app: &Arc<App>, credentials: &Credentials) -> Judgement {
        judge_again(&self.store, app, credentials)
    }

    /// Judges what a request shows, whatever carried it.
    pub fn judge(&self, api_key: Option<&str>, auth_type: Option<&str>, token: Option<&str>) -> Judged {
        let api_key = api_key.filter(|key| !key.is_empty());
        let app = api_key.and_then(|key| self.store.apps().get(key));
        // Before anything else of the app is read: what changes from here on is found out by comparing with it.
        let epoch = app.as_ref().map_or(0, |app| app.epoch());
        let state = app.as_ref().map(|app| app.state());
        let token = match (&state, token) {
            (Some(state), Some(raw)) => Some(self.examine(raw, state)),
            _ => None,
        };
        let credentials =
            Credentials { api_key: api_key.map(str::to_owned), auth_type: auth_type.map(str::to_owned), token };
        let judgement = judge(&self.store, app.as_ref(), state.as_deref(), &credentials);
        Judged { app, state, credentials, epoch, judgement }
    }
}

/// What a call has beside its credentials.
struct Seen {
    params: Params,
    method: &'static str,
    path: Text,
    client: String,
    started: Stopwatch,
}

/// A token that is looked for among those that are remembered, without copying it.
#[derive(Hash)]
struct Shown<'a>(u64, &'a str);

impl Equivalent<(u64, Box<str>)> for Shown<'_> {
    fn equivalent(&self, (generation, token): &(u64, Box<str>)) -> bool {
        self.0 == *generation && self.1 == &**token
    }
}

/// A verdict with what it was made from.
pub struct Judged {
    /// The app, when the key is known.
    pub app: Option<Arc<App>>,
    /// The app's state at the verdict.
    pub state: Option<Arc<AppState>>,
    /// What was shown.
    pub credentials: Credentials,
    /// The app's epoch at the verdict.
    pub epoch: u64,
    /// The verdict and the moment and facts it is for.
    pub judgement: Judgement,
}

impl Judged {
    /// Who calls, for the journal, once that is decided.
    pub fn who(&self, is_admitted: bool) -> Who {
        let Judgement { verdict, facts, .. } = &self.judgement;
        let caller = if is_admitted { caller(verdict.kind, facts) } else { Caller::None };
        let user_id = match caller {
            Caller::Server | Caller::Anonymous => None,
            Caller::User | Caller::Guest | Caller::None => self.credentials.user_id().map(UserId::trusted),
        };
        let token = self.credentials.token.as_ref().map(|examined| examined.fingerprint);
        Who { caller, user_id, verdict: Some(*verdict), token }
    }

    /// Counts the call of an operation, which has this index in the table of routes, whatever the verdict. `None` when
    /// no app has the key.
    pub fn count(&self, index: usize, operation: &Operation, client: &str) -> Option<Rate> {
        let (app, state) = (self.app.as_ref()?, self.state.as_ref()?);
        let Judgement { verdict, now, .. } = &self.judgement;
        let is_server = verdict.kind == Some(Kind::Server) && verdict.failed.is_none();
        let limit = operation.calls_per_minute(&state.emulator.calls_per_minute);
        Some(app.rates.count(index, limit, Platform::of(client, is_server), *now))
    }
}

fn caller(kind: Option<Kind>, facts: &UserFacts) -> Caller {
    match kind {
        Some(Kind::Server) => Caller::Server,
        Some(Kind::User | Kind::UnverifiedUser) if facts.role == crate::app::ROLE_GUEST => Caller::Guest,
        Some(Kind::User | Kind::UnverifiedUser) => Caller::User,
        Some(Kind::Anonymous) | None => Caller::Anonymous,
    }
}

/// A verdict, the moment it is for, and what was known of the user.
pub struct Judgement {
    /// The checks.
    pub verdict: Verdict,
    /// The moment by the app's clock.
    pub now: Time,
    /// What was known of the user.
    pub facts: Arc<UserFacts>,
}

fn judge(store: &Store, app: Option<&Arc<App>>, state: Option<&AppState>, credentials: &Credentials) -> Judgement {
    let now = app.map_or(Time(0), |app| app.clock.now());
    let user = credentials.user_id().unwrap_or_default();
    let facts = app.map_or_else(|| Arc::new(UserFacts::ordinary()), |app| app.facts(user));
    let asks = state.is_some_and(|state| state.emulator.unknown_user == UnknownUser::Refuse) && !user.is_empty();
    let exists = match app.filter(|_| asks) {
        // A database that cannot be read makes nobody unknown; the operation itself will say what is wrong.
        Some(app) => store.read(&Scope::own(app), |tx| users::exists(tx, user)).unwrap_or(true),
        None => true,
    };
    let verdict = verdict::verify(state, credentials, UserState { facts: &facts, exists }, now);
    Judgement { verdict, now, facts }
}

/// The app may be gone by now: its key then names nobody, or another app. Its secret never changes, so that what was
/// found out about the signature still stands.
fn judge_again(store: &Store, app: &Arc<App>, credentials: &Credentials) -> Judgement {
    let known = store.apps().get(&app.api_key).filter(|known| Arc::ptr_eq(known, app));
    let state = known.as_ref().map(|app| app.state());
    judge(store, known.as_ref(), state.as_deref(), credentials)
}

/// Who calls, once admitted.
#[derive(Clone, Debug)]
pub enum Identity {
    /// Someone with a server token.
    Server,
    /// A user, guests included.
    User {
        /// The id in the token.
        id: UserId,
        /// What is known of the user.
        facts: Arc<UserFacts>,
    },
    /// Nobody in particular.
    Anonymous,
}

/// One call of an operation, from the verdict to the answer. Kept in the request.
pub struct Call {
    /// Which operation.
    pub operation: &'static Operation,
    /// How its answer is written.
    pub dialect: Dialect,
    /// Since when.
    pub started: Stopwatch,
    /// The query's parameters.
    pub params: Params,
    /// The app, when the key is known.
    pub app: Option<Arc<App>>,
    /// Who calls, or the refusal.
    pub admitted: Result<Identity>,
    /// The same for the log and the journal.
    pub who: Who,
    /// For whom and when a transaction of this call runs.
    pub scope: Option<Scope>,
    /// The rate limit's window.
    pub rate: Option<Rate>,
    /// The method's word.
    pub method: &'static str,
    /// The path without the query.
    pub path: Text,
    /// `X-Stream-Client`.
    pub client: String,
    /// The fault that strikes it.
    pub strike: Option<Strike>,
    /// The fixed answer that it gets.
    pub stub: Option<Arc<Stub>>,
    /// The connection that the call has opened; one that it names is among the parameters.
    pub opened: OnceCell<Text>,
    /// The error that was answered, once there is one.
    pub error: RefCell<Option<ApiError>>,
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
        let api_key = params.get("api_key").filter(|key| !key.is_empty()).or(text(headers, "api_key"));
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
        let seen =
            Seen { params, method: reply::word(request.method()), path: Text::new(request.path()), client, started };
        Call { stub, ..self.admit(judged, &gate.store, seen) }
    }

    fn admit(self, judged: Judged, store: &Store, seen: Seen) -> Call {
        let Seen { params, method, path, client, started } = seen;
        let rate = if client == DASHBOARD { None } else { judged.count(self.index, self.operation, &client) };
        let refusal = verdict::refusal(&judged.judgement.verdict, &judged.credentials);
        let who = judged.who(refusal.is_none());
        let Judged { app, state, credentials, epoch, judgement: Judgement { now, facts, .. } } = judged;
        let state = state.filter(|_| client != DASHBOARD);
        let strike = state.and_then(|state| state.faults.strike(self.operation.name, who.user(), who.caller));
        let admitted = refusal.map_or_else(|| Ok(identity(&who, facts)), Err);
        let scope = app.as_ref().map(|app| {
            let admission =
                Arc::new(Again { store: store.clone(), app: Arc::clone(app), credentials, refusal: verdict::refusal });
            Scope::admitted(app, now, epoch, admission)
        });
        Call {
            operation: self.operation,
            dialect: self.dialect,
            started,
            params,
            app,
            admitted,
            who,
            scope,
            rate,
            method,
            path,
            client,
            strike,
            stub: None,
            opened: OnceCell::new(),
            error: RefCell::default(),
        }
    }
}

/// What stands for the operation of a path that a stub alone answers.
const STUBBED: Operation = Operation { name: "Stub", places: &[], built: true };

/// Lets a request for a path that no operation has through to a stub, when one has it.
pub async fn beside(
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> std::result::Result<ServiceResponse<BoxBody>, Error> {
    // A stub's body is written as it is, and errors are the same in every dialect.
    let door = Door { operation: &STUBBED, index: OPERATIONS_MAX - 1, dialect: Dialect::V2 };
    let gate = request.app_data::<Data<Gate>>().expect("the server puts a gate into every app");
    let has_stub = shown_key(&request)
        .and_then(|key| gate.store.apps().get(&key))
        .is_some_and(|app| app.state().stubs.of_path(request.method().as_str(), request.path()).is_some());
    if has_stub { answer(door.open(&request), request, next).await } else { next.call(request).await }
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
    let response = match call.foregone().await {
        Some(Ok(answer)) => Ok(request.into_response(answer)),
        Some(Err(refusal)) => Ok(request.error_response(refusal)),
        // A refused call still goes to its handler's first extractor, which answers with the refusal: the one way out.
        None => next.call(request).await,
    };
    answering.0 = None;
    Ok(reply::finish(&call, response?))
}

/// The api key that a request shows.
fn shown_key(request: &ServiceRequest) -> Option<String> {
    let of_query =
        Params::parse(request.query_string()).get("api_key").filter(|key| !key.is_empty()).map(str::to_owned);
    of_query.or_else(|| text(request.headers(), "api_key").map(str::to_owned))
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

impl Call {
    /// The caller and the scope, when the verdict and the rate limit let the call pass.
    pub fn admit(&self) -> Result<(&Identity, &Scope)> {
        let identity = self.admitted.as_ref().map_err(Clone::clone)?;
        let scope = self.scope.as_ref().ok_or_else(|| ApiError::internal(&"a call was admitted to no app"))?;
        Ok((identity, scope))
    }

    /// What a fault or a stub makes of the call, so that no handler is asked.
    async fn foregone(&self) -> Option<Result<HttpResponse>> {
        if let Some(strike) = &self.strike {
            tokio::time::sleep(strike.latency).await;
            if strike.cuts() {
                return Some(Ok(reply::cut()));
            }
            if let Some((error, _)) = self.struck() {
                return Some(Err(error));
            }
        }
        let stub = self.stub.as_ref()?;
        let admitted = self.admit().and_then(|_| self.check_rate());
        Some(admitted.map(|()| reply::stubbed(stub)))
    }

    /// The error that a fault answers with, and the window of a rate limit that it tells of.
    fn struck(&self) -> Option<(ApiError, Option<Rate>)> {
        let (strike, rate, scope) = (self.strike.as_ref()?, self.rate?, self.scope.as_ref()?);
        strike.refusal(rate.limit, scope.now)
    }

    /// How long it has taken so far, in milliseconds.
    pub fn duration_ms(&self) -> f64 {
        self.app.as_ref().map_or_else(|| self.started.milliseconds(), |app| app.measured(self.started))
    }

    /// The rate limit's window, as the answer tells of it.
    pub fn told_rate(&self) -> Option<Rate> {
        self.struck().and_then(|(_, rate)| rate).or(self.rate)
    }

    /// Refuses the call when its app enforces rate limits and this one is too many.
    pub fn check_rate(&self) -> Result<()> {
        match (&self.app, self.rate) {
            (Some(app), Some(rate)) => rate.check(app.state().emulator.rate_limits),
            _ => Ok(()),
        }
    }
}

/// Judges a request anew, for a write that waited while the app changed.
struct Again {
    store: Store,
    app: Arc<App>,
    credentials: Credentials,
    refusal: fn(&Verdict, &Credentials) -> Option<ApiError>,
}

impl Admission for Again {
    fn still_stands(&self) -> Result<()> {
        let judgement = judge_again(&self.store, &self.app, &self.credentials);
        (self.refusal)(&judgement.verdict, &self.credentials).map_or(Ok(()), Err)
    }
}
