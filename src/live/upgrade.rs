//! The doors of the sockets: takes an upgrade away from the HTTP server and makes a socket of it.
//!
//! The upgrade itself always succeeds, whatever the credentials; refusals are frames (wire-contract 5.1, trap 6).
//! Only what is no WebSocket handshake gets an HTTP answer.

use std::convert::Infallible;
use std::rc::Rc;

use actix_codec::Framed;
use actix_http::{Request, h1};
use actix_web::http::header::{self, HeaderMap};
use actix_web::http::{Method, Version};
use actix_web::web::Data;
use tokio::io::AsyncWriteExt;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

use super::doors::door;
use super::shown::Shown;
use super::stream::Stream;
use super::worker::Worker;
use super::{record, session};
use crate::door::Gate;
use crate::error::{ApiError, Result};
use crate::operation::table::{CONNECT, UNKNOWN};
use crate::params::Params;
use crate::reply;
use crate::wire::Dialect;

/// The largest message that a client may send, in bytes.
const MESSAGE_MAX_BYTES: usize = 64 * 1024;
/// What a socket reads at once, in bytes: small, since most sockets are idle.
const READ_BUFFER_BYTES: usize = 2 * 1024;

/// Serves one upgrade request until its socket ends.
pub async fn serve(
    worker: Rc<Worker>,
    gate: Data<Gate>,
    request: Request,
    framed: Framed<impl Into<Stream>, h1::Codec>,
) -> std::result::Result<(), Infallible> {
    // Only what the socket needs outlives this block: the HTTP buffers are larger than all the rest of an idle one.
    let (mut io, early): (Stream, _) = {
        let parts = framed.into_parts();
        (parts.io.into(), parts.read_buf.to_vec())
    };
    let dialect = door(request.path());
    let key = dialect.ok_or_else(|| ApiError::not_found("Not Found")).and_then(|_| handshake_key(&request));
    let (dialect, key) = match (dialect, key) {
        (Some(dialect), Ok(key)) => (dialect, key),
        (_, Err(refusal)) => {
            let shown = shown(&request, dialect.unwrap_or(Dialect::V2));
            record::no_socket(&gate, &request, dialect, &shown, &refusal);
            answer_plainly(&mut io, dialect.is_some(), &refusal).await;
            return Ok(());
        }
        (None, Ok(_)) => return Ok(()),
    };
    let accept = derive_accept_key(key.as_bytes());
    let head = format!(
        "HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-accept: {accept}\r\n\r\n"
    );
    if io.write_all(head.as_bytes()).await.is_err() {
        return Ok(());
    }
    let shown = shown(&request, dialect);
    drop(request);
    let socket = WebSocketStream::from_partially_read(io, early, Role::Server, Some(limits())).await;
    session::serve(worker, gate, dialect, shown, socket).await;
    Ok(())
}

fn limits() -> WebSocketConfig {
    WebSocketConfig::default()
        .max_message_size(Some(MESSAGE_MAX_BYTES))
        .max_frame_size(Some(MESSAGE_MAX_BYTES))
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(0)
}

/// What the upgrade shows. In the legacy dialect that is everything.
fn shown(request: &Request, dialect: Dialect) -> Shown {
    let params = Params::parse(request.uri().query().unwrap_or_default());
    let headers = &request.head().headers;
    let shown = Shown::of_upgrade(&params, |name| text(headers, name).map(str::to_owned));
    if dialect == Dialect::Legacy { shown.with_json(&params) } else { shown }
}

/// The key of a WebSocket handshake (RFC 6455 4.2.1).
fn handshake_key(request: &Request) -> Result<String> {
    let headers = &request.head().headers;
    let wrong = |what: &str| ApiError::input(format!("this is no WebSocket handshake: {what}"));
    if request.method() != Method::GET || request.head().version < Version::HTTP_11 {
        return Err(wrong("it needs GET and HTTP/1.1"));
    }
    if text(headers, "sec-websocket-version") != Some("13") {
        return Err(wrong("it needs `Sec-WebSocket-Version: 13`"));
    }
    let key = text(headers, "sec-websocket-key").filter(|key| !key.trim().is_empty());
    key.map(|key| key.trim().to_owned()).ok_or_else(|| wrong("it needs a `Sec-WebSocket-Key`"))
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// An HTTP answer to what is no handshake, and the end of the connection.
async fn answer_plainly(io: &mut Stream, is_door: bool, refusal: &ApiError) {
    let body = reply::error_body(if is_door { CONNECT } else { &UNKNOWN }.spoken(), refusal, "0");
    let status = refusal.code.status();
    let kind = header::CONTENT_TYPE;
    let head = format!(
        "HTTP/1.1 {status} Refused\r\n{kind}: {}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        reply::JSON,
        body.len()
    );
    // A client that is gone already needs no answer.
    let _ = io.write_all(&[head.as_bytes(), &body].concat()).await;
    let _ = io.shutdown().await;
}
