//! A request's body: its bytes are read in bounded steps, so that no number of clients makes memory grow.
//!
//! Bodies that are in flight, from their first byte to their answer, share [`FLIGHT_MAX_BYTES`]. What finds no room stays
//! unread on its socket until there is some: it waits, and does not fail.

use std::future::Future;
use std::io::{self, Write};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, HeaderMap};
use actix_web::web::{Bytes, Data};
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use flate2::write::{GzDecoder, ZlibDecoder};
use futures_util::StreamExt;
use serde::de::DeserializeOwned;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::call::Call;
use crate::error::{ApiError, Code, Result};
use crate::json::{self, Measured};

/// The largest body that an operation reads, in bytes.
pub const BODY_MAX_BYTES: usize = 4 * 1024 * 1024;

/// Bytes of bodies, inflated, that are in flight at the same time.
pub const FLIGHT_MAX_BYTES: usize = 64 * 1024 * 1024;
/// A body up to this size is a small one. Those have room of their own, so that they do not wait behind large ones.
const SMALL_MAX_BYTES: usize = 64 * 1024;
/// The part of the room that small bodies have.
const SMALL_FLIGHT_MAX_BYTES: usize = 16 * 1024 * 1024;
/// Values of trees that are in flight at the same time, beside their bytes: a tree takes up to a hundred times those, and waits for
/// the writer as it is. One body may hold a tenth of them ([`json::VALUES_MAX`]).
const TREES_MAX_VALUES: usize = 1_000_000;
/// What room is counted in.
const UNIT_BYTES: usize = 1024;

/// How long a client may take to send what it still has to send. SDKs give up after 3 to 30 seconds themselves.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// The room that bodies share.
#[derive(Clone)]
pub struct Flight {
    small: Arc<Semaphore>,
    large: Arc<Semaphore>,
    trees: Arc<Semaphore>,
}

impl Default for Flight {
    fn default() -> Self {
        let room = |bytes: usize| Arc::new(Semaphore::new(bytes / UNIT_BYTES));
        Self {
            small: room(SMALL_FLIGHT_MAX_BYTES),
            large: room(FLIGHT_MAX_BYTES - SMALL_FLIGHT_MAX_BYTES),
            trees: Arc::new(Semaphore::new(TREES_MAX_VALUES)),
        }
    }
}

/// The room that a body takes. Lies with its request, and is given back with it.
struct Room(#[expect(dead_code, reason = "only held")] OwnedSemaphorePermit);

/// The same of its tree.
struct TreeRoom(#[expect(dead_code, reason = "only held")] OwnedSemaphorePermit);

impl Flight {
    /// Waits for room. Asked for once a body, so that no two wait for what the other has.
    async fn room(&self, bytes: usize) -> Result<Room> {
        let (room, all) = if bytes <= SMALL_MAX_BYTES {
            (&self.small, SMALL_FLIGHT_MAX_BYTES)
        } else {
            (&self.large, FLIGHT_MAX_BYTES - SMALL_FLIGHT_MAX_BYTES)
        };
        // What is larger than all the room there is has it alone.
        let units = u32::try_from(bytes.min(all).div_ceil(UNIT_BYTES)).unwrap_or(u32::MAX);
        taken(room, units).await.map(Room)
    }

    /// Waits for room for a tree. Who has it waits for no other, so this ends.
    async fn tree_room(&self, values: usize) -> Result<TreeRoom> {
        taken(&self.trees, u32::try_from(values).unwrap_or(u32::MAX)).await.map(TreeRoom)
    }
}

async fn taken(room: &Arc<Semaphore>, units: u32) -> Result<OwnedSemaphorePermit> {
    Arc::clone(room).acquire_many_owned(units).await.map_err(|closed| ApiError::internal(&closed))
}

/// A JSON body. An empty one is `{}`, with or without a content type, and so is `null`, which SDKs send where they have
/// nothing to say (wire-contract 2.1).
pub struct Body<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Body<T> {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let read = read(request, payload);
        let request = request.clone();
        Box::pin(async move {
            let bytes = read.await?;
            let is_null = bytes.trim_ascii() == b"null";
            let bytes: &[u8] = if is_null { b"{}" } else { &bytes };
            let measured = json::look_over(bytes);
            if let Some(values) = measured.ok().and_then(Measured::tree_values) {
                let room = flight_of(&request).tree_room(values).await?;
                request.extensions_mut().insert(room);
            }
            json::decode_as(bytes, measured).map(Self)
        })
    }
}

/// A body's bytes, up to [`BODY_MAX_BYTES`]; for an empty one those of `{}`.
pub fn read(request: &HttpRequest, payload: &mut Payload) -> impl Future<Output = Result<Bytes>> + 'static {
    read_up_to(request, payload, BODY_MAX_BYTES)
}

/// The same with a limit of its own, in bytes.
pub fn read_up_to(
    request: &HttpRequest,
    payload: &mut Payload,
    most: usize,
) -> impl Future<Output = Result<Bytes>> + 'static {
    let call = request.extensions().get::<Rc<Call>>().map(Rc::clone);
    let bytes = whole(request.clone(), payload.take(), most);
    async move {
        let bytes = bytes.await?;
        if let Some(call) = call {
            call.keep_body(&bytes);
        }
        if bytes.iter().all(u8::is_ascii_whitespace) { Ok(Bytes::from_static(b"{}")) } else { Ok(bytes) }
    }
}

/// A body's bytes, inflated when its `Content-Encoding` says so, up to `most` of them.
async fn whole(request: HttpRequest, mut payload: Payload, most: usize) -> Result<Bytes> {
    let Some(first) = next(&mut payload).await? else { return Ok(Bytes::new()) };
    let flight = flight_of(&request);
    let expected = expected_bytes(request.headers(), most);
    if expected > most {
        return Err(too_large(most));
    }
    let room = flight.room(expected).await?;
    request.extensions_mut().insert(room);
    let mut inflating = Inflating::new(request.headers(), most);
    let mut chunk = Some(first);
    while let Some(bytes) = chunk {
        inflating.take(&bytes)?;
        chunk = next(&mut payload).await?;
    }
    let bytes = inflating.end()?;
    if expected > SMALL_MAX_BYTES && bytes.len() <= SMALL_MAX_BYTES {
        // It did not say that it is a small one. Those who have small room wait for nobody, so this ends.
        let room = flight.room(bytes.len()).await?;
        request.extensions_mut().insert(room);
    }
    Ok(bytes)
}

fn flight_of(request: &HttpRequest) -> &Flight {
    request.app_data::<Data<Flight>>().expect("the server puts a flight into every app")
}

async fn next(payload: &mut Payload) -> Result<Option<Bytes>> {
    let late = || ApiError::new(Code::RequestTimeoutError, "the request body did not come in time");
    let chunk = tokio::time::timeout(BODY_TIMEOUT, payload.next()).await.map_err(|_| late())?;
    chunk.transpose().map_err(|_| unreadable())
}

/// How many bytes a body comes to: what it says of itself, or as many as it may have.
fn expected_bytes(headers: &HeaderMap, most: usize) -> usize {
    let length = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    match length {
        Some(length) if encoding(headers) == Encoding::Identity => length,
        _ => most,
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Identity,
    Gzip,
    Deflate,
}

fn encoding(headers: &HeaderMap) -> Encoding {
    let word = headers.get(CONTENT_ENCODING).and_then(|word| word.to_str().ok()).unwrap_or_default().trim();
    match word.to_ascii_lowercase().as_str() {
        "gzip" | "x-gzip" => Encoding::Gzip,
        "deflate" => Encoding::Deflate,
        _ => Encoding::Identity,
    }
}

/// A body that comes in, inflated piece by piece: a few bytes can stand for gigabytes.
enum Inflating {
    Plain(Limited),
    Gzip(Box<GzDecoder<Limited>>),
    Deflate(Box<ZlibDecoder<Limited>>),
}

impl Inflating {
    fn new(headers: &HeaderMap, most: usize) -> Self {
        let limited = Limited { bytes: Vec::new(), most, is_full: false };
        match encoding(headers) {
            Encoding::Identity => Self::Plain(limited),
            Encoding::Gzip => Self::Gzip(Box::new(GzDecoder::new(limited))),
            Encoding::Deflate => Self::Deflate(Box::new(ZlibDecoder::new(limited))),
        }
    }

    fn take(&mut self, bytes: &[u8]) -> Result<()> {
        let taken = match self {
            Self::Plain(limited) => limited.write_all(bytes),
            Self::Gzip(decoder) => decoder.write_all(bytes),
            Self::Deflate(decoder) => decoder.write_all(bytes),
        };
        taken.map_err(|_| self.fault())
    }

    fn end(mut self) -> Result<Bytes> {
        let ended = match &mut self {
            Self::Plain(_) => Ok(()),
            Self::Gzip(decoder) => decoder.try_finish(),
            Self::Deflate(decoder) => decoder.try_finish(),
        };
        ended.map_err(|_| self.fault())?;
        Ok(std::mem::take(&mut self.limited_mut().bytes).into())
    }

    fn limited_mut(&mut self) -> &mut Limited {
        match self {
            Self::Plain(limited) => limited,
            Self::Gzip(decoder) => decoder.get_mut(),
            Self::Deflate(decoder) => decoder.get_mut(),
        }
    }

    fn fault(&mut self) -> ApiError {
        let Limited { is_full, most, .. } = self.limited_mut();
        if *is_full { too_large(*most) } else { unreadable() }
    }
}

/// Takes bytes up to a limit.
struct Limited {
    bytes: Vec<u8>,
    most: usize,
    is_full: bool,
}

impl Write for Limited {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + bytes.len() > self.most {
            self.is_full = true;
            return Err(io::Error::other("more than the limit"));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn too_large(most: usize) -> ApiError {
    ApiError::new(Code::PayloadTooBigError, format!("the request body is larger than {most} bytes"))
}

fn unreadable() -> ApiError {
    ApiError::input("the request body could not be read")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_inflates_beyond_the_limit_is_given_up_there() {
        for encoding in ["gzip", "deflate"] {
            let zeros = vec![0; 64 * 1024 * 1024];
            let (mut gzip, mut zlib) = (
                flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best()),
                flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best()),
            );
            gzip.write_all(&zeros).expect("written");
            zlib.write_all(&zeros).expect("written");
            let packed = if encoding == "gzip" { gzip.finish() } else { zlib.finish() }.expect("packed");
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_ENCODING, encoding.parse().expect("a value"));
            let mut inflating = Inflating::new(&headers, 1_000_000);
            assert_eq!(inflating.take(&packed), Err(too_large(1_000_000)), "{encoding}");
            // In one piece it came, and in steps it was inflated: no more than the limit was ever kept.
            assert!(inflating.limited_mut().bytes.len() <= 1_000_000, "{encoding}");
        }
    }
}
