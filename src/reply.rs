//! The HTTP edge of Stream's routes: status by method, `duration`, every error body, the headers of every answer.

use std::borrow::Cow;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpMessage, HttpRequest, HttpResponse, Responder, ResponseError};
use std::rc::Rc;

use actix_web::web::Bytes;
use serde::Serialize;
use serde_json::json;

use crate::app::App;
use crate::call::Call;
use crate::clock::{Time, system_now};
use crate::error::{ApiError, Code};
use crate::journal::entry::{CLIENT_LEFT, CUT};
use crate::journal::exchange::Kept;
use crate::journal::{Entry, Exchange, Text, line};
use crate::operation::DASHBOARD;
use crate::rate::Rate;
use crate::stub::{METHODS, Stub};
use crate::wire::{self, Dialect};

/// The `more_info` of every error over HTTP (wire-contract 2.1).
const MORE_INFO: &str = "https://getstream.io/chat/docs/api_errors_response";

/// A successful answer: an object, to which `duration` is added.
pub struct Reply<T>(pub T);

impl<T: Serialize> Responder for Reply<T> {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        let Some(call) = request.extensions().get::<Rc<Call>>().map(Rc::clone) else {
            return ApiError::internal(&"an operation was mounted without its door").error_response();
        };
        match wire::to_json(call.dialect, &self.0) {
            Ok(mut body) => {
                add_duration(&mut body, call.duration_ms());
                HttpResponse::build(success(request.method(), call.dialect)).content_type(JSON).body(body)
            }
            Err(cause) => ApiError::internal(&cause).error_response(),
        }
    }
}

/// The content type of every answer (wire-contract 2.5).
pub const JSON: &str = "application/json;charset=utf-8";

/// POST and PUT create, the others do not (wire-contract 4.0). The legacy PUT answers 200, as its .NET SDK insists.
fn success(method: &Method, dialect: Dialect) -> StatusCode {
    match *method {
        Method::POST => StatusCode::CREATED,
        Method::PUT if dialect != Dialect::Legacy => StatusCode::CREATED,
        _ => StatusCode::OK,
    }
}

/// Puts `duration` at the end of a serialized object: `"0.43ms"` (wire-contract 4.1).
fn add_duration(body: &mut Vec<u8>, milliseconds: f64) {
    let closing = body.pop();
    debug_assert_eq!(closing, Some(b'}'), "answers are objects");
    if body.last() != Some(&b'{') {
        body.push(b',');
    }
    body.extend_from_slice(format!("\"duration\":\"{milliseconds:.2}ms\"}}").as_bytes());
}

/// An error's six fields (wire-contract 2.1). Inner quotes are only escaped as JSON wants it.
pub fn error_body(operation: &str, error: &ApiError, duration: &str) -> Vec<u8> {
    let mut body = json!({
        "code": error.code.number(),
        "message": format!("{operation} failed with error: \"{}\"", error.message),
        "StatusCode": error.code.status(),
        "duration": duration,
        "more_info": MORE_INFO,
        "details": [],
    });
    if let Some(path) = &error.field {
        body["exception_fields"] = json!({ &**path: error.message });
    }
    body.to_string().into_bytes()
}

/// The plain form, for where no operation is known; `finish` writes the operation's.
impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::build(self.status_code()).content_type(JSON).body(error_body("Request", self, "0"))
    }
}

/// An unknown route, and a known one with a wrong method (wire-contract, trap 25).
pub fn nothing_here() -> ApiError {
    ApiError::not_found("Not Found")
}

/// What is no call of Stream's API is answered by: a browser's preflight, or a browser that looks for files of a page.
pub fn beside(request: ServiceRequest, app: Option<&App>) -> ServiceResponse<BoxBody> {
    let is_preflight = request.method() == Method::OPTIONS;
    let mut answer = if is_preflight { HttpResponse::NoContent().finish() } else { nothing_here().error_response() };
    add_headers(app, None, answer.headers_mut());
    request.into_response(answer)
}

/// Forms a call's answer: the operation's name around an error, the headers, one line in the log, one entry in the
/// app's journal.
pub fn finish(call: &Call, response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    let error = response.response().error().and_then(|error| error.as_error::<ApiError>()).cloned();
    let (request, mut response) = response.into_parts();
    if call.is_cut.get() {
        record(call, CUT, 0, "", None);
        return ServiceResponse::new(request, cut());
    }
    if let Some(error) = &error {
        response = response.set_body(BoxBody::new(error_body(call.operation.spoken(), error, "0")));
    }
    add_headers(call.app.as_deref(), call.rate.get(), response.headers_mut());
    if let (Some(app), Some(rate), Some(ApiError { code: Code::RateLimitError, .. })) =
        (&call.app, call.rate.get(), &error)
    {
        add_retry_after(response.headers_mut(), rate, app.clock.now());
    }
    let (code, message) = error.as_ref().map_or((0, ""), |error| (error.code.number(), &error.message));
    let (response, body) = response.into_parts();
    // What is streamed has no bytes yet.
    let (body, kept) = match body.try_into_bytes() {
        Ok(bytes) => {
            let kept = Kept::new(&bytes);
            (BoxBody::new(bytes), Some(kept))
        }
        Err(body) => (body, None),
    };
    record(call, response.status().as_u16(), code, message, kept);
    ServiceResponse::new(request, response.set_body(body))
}

/// The answer of a stub.
pub fn stubbed(stub: &Stub) -> HttpResponse {
    let status = StatusCode::from_u16(stub.status).unwrap_or(StatusCode::OK);
    let mut answer = HttpResponse::build(status);
    // Behind these no client reads a body: one that came would be taken for the next answer.
    if matches!(status, StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT | StatusCode::NOT_MODIFIED) {
        return answer.finish();
    }
    answer.content_type(JSON).body(stub.body.to_string())
}

/// A refusal outside Stream's routes in Stream's own form, with the headers of a rate limit where it is one.
pub fn refused(operation: &str, error: &ApiError, rate: Option<Rate>, now: Time) -> HttpResponse {
    let mut response =
        HttpResponse::build(error.status_code()).content_type(JSON).body(error_body(operation, error, "0"));
    if let Some(rate) = rate {
        add_rate(response.headers_mut(), rate);
        add_retry_after(response.headers_mut(), rate, now);
    }
    response
}

/// No answer: the connection is closed before anything was written.
pub fn cut() -> HttpResponse {
    HttpResponse::Ok().body(Cut)
}

/// A body that fails before its first byte, upon which the HTTP library drops the connection.
struct Cut;

impl MessageBody for Cut {
    type Error = std::io::Error;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<std::io::Result<Bytes>>> {
        Poll::Ready(Some(Err(std::io::ErrorKind::ConnectionReset.into())))
    }
}

const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// Puts the headers of every answer on one.
pub fn add_headers(app: Option<&App>, rate: Option<Rate>, headers: &mut HeaderMap) {
    add_cors(headers);
    // What counts against nobody: SDKs read the numbers of every answer all the same.
    let untouched = || Rate::untouched(app.map_or_else(system_now, |app| app.clock.now()));
    add_rate(headers, rate.unwrap_or_else(untouched));
    // The HTTP library puts the system's date where there is none.
    if let Some(app) = app.filter(|app| app.is_deterministic())
        && let Ok(date) = HeaderValue::from_str(&app.clock.now().http_date())
    {
        headers.insert(header::DATE, date);
    }
}

fn add_rate(headers: &mut HeaderMap, rate: Rate) {
    headers.insert(LIMIT, rate.limit.into());
    headers.insert(REMAINING, rate.remaining.into());
    headers.insert(RESET, rate.reset.into());
}

fn add_retry_after(headers: &mut HeaderMap, rate: Rate, now: Time) {
    headers.insert(header::RETRY_AFTER, (rate.reset - now.seconds()).max(1).into());
}

/// The headers that let a browser's SDK call from any origin and read the rate limits (wire-contract 2.5).
fn add_cors(headers: &mut HeaderMap) {
    for (name, value) in &CORS {
        headers.insert(name.clone(), value.clone());
    }
}

/// What is the same in every answer: made once, and not checked again in every call.
static CORS: [(HeaderName, HeaderValue); 7] = [
    (header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")),
    (header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400")),
    (
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        HeaderValue::from_static(
            "x-requested-with, content-type, accept, origin, authorization, x-csrftoken, x-stream-client, stream-auth-type, \
             x-csrf-token, content-encoding, x-client-request-id, api_key, x-stream-ext, baggage, sentry-trace, traceparent",
        ),
    ),
    (header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST, PUT, PATCH, DELETE, OPTIONS")),
    (
        header::ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static("x-ratelimit-limit, x-ratelimit-remaining, x-ratelimit-reset, retry-after"),
    ),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    // A page served from a public address may call a private one (Chromium's private network access).
    (HeaderName::from_static("access-control-allow-private-network"), HeaderValue::from_static("true")),
];

/// One line in the terminal, and an entry: a call to no app is in the journal of the process, one of the dashboard in none.
fn record(call: &Call, status: u16, code: i32, message: &str, answer: Option<Kept>) {
    let journal = call.app.as_ref().map(|app| &app.journal).or(call.keyless.as_deref());
    let at = call.scope.as_ref().map_or_else(system_now, |scope| scope.now);
    let named = || call.params.get("connection_id").and_then(Text::some);
    let stub = call.stub.as_deref().filter(|_| code == 0 && status != CUT);
    let operation = match stub {
        // A path that is no operation's goes by itself.
        Some(stub) if call.operation.is_unknown() => stub.place().into(),
        _ => Cow::Borrowed(call.operation.name),
    };
    let entry = Entry {
        path: call.path.clone(),
        who: call.who.clone(),
        code,
        message: Text::new(message),
        duration_ms: call.duration_ms(),
        connection_id: call.opened.get().cloned().or_else(named),
        sdk: Text::some(&call.client),
        fault: call.fault.get().map(Arc::clone),
        stubbed: stub.is_some(),
        ..Entry::new(at, operation, call.method.clone(), status)
    };
    line::say(&entry);
    let Some(journal) = journal.filter(|_| call.client != DASHBOARD) else { return };
    journal.push_call(entry, Exchange::new(&call.params, call.body.get().cloned(), answer));
}

/// Writes down a call whose client hung up before the answer.
pub fn abandoned(call: &Call) {
    record(call, CLIENT_LEFT, 0, "the client left before the answer", None);
}

/// A method's word: one that lives on, for all that Stream has.
pub fn word(method: &Method) -> Cow<'static, str> {
    let known = METHODS.into_iter().find(|word| *word == method.as_str());
    known.map_or_else(|| Cow::Owned(Text::new(method.as_str()).to_string()), Cow::Borrowed)
}

/// The refusal of a part of an operation that is not built, though the operation is.
pub fn part_not_built(part: &str) -> ApiError {
    let rest = "is not built in millpond, although Stream has it; /_millpond/operations lists what is built";
    ApiError::new(Code::NotBuiltError, format!("{part} {rest}"))
}

/// The refusal of what Stream has and millpond has not (design.md 6): what was called, how far its family is, and what to do.
pub fn not_built(call: &Call) -> ApiError {
    let (method, path) = (&call.method, call.path.as_str());
    let family = call.family.map_or_else(String::new, |family| format!("{}: {}. ", family.name, family.state.words()));
    let stub = stub_command(call).map_or_else(String::new, |command| format!("A stub answers it: {command} . "));
    ApiError::new(
        Code::NotBuiltError,
        format!(
            "Stream has {method} {path}, and millpond has not. {family}{stub}What is built: millpond operations, or GET \
             /_millpond/operations"
        ),
    )
}

/// What a person types to have the call answered. `None` where no stub can.
fn stub_command(call: &Call) -> Option<String> {
    let app = call.app.as_ref()?;
    let can = METHODS.contains(&&*call.method);
    let stub = json!({"method": call.method, "path": call.path, "body": {}}).to_string().replace('\'', r"'\''");
    can.then(|| format!("echo '{stub}' | millpond stubs put - --app {}", app.api_key))
}
