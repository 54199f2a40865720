//! HEAD: wherever GET answers, with its status and headers and without its body.

use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Bytes;
use actix_web::{Error, HttpMessage};

/// In the extensions of a request that came by HEAD.
pub struct ByHead;

/// Has a HEAD answered as the GET that it stands for.
pub async fn as_get(mut request: ServiceRequest, next: Next<BoxBody>) -> Result<ServiceResponse<BoxBody>, Error> {
    let is_head = request.method() == Method::HEAD;
    if is_head {
        request.head_mut().method = Method::GET;
        request.extensions_mut().insert(ByHead);
    }
    let response = next.call(request).await?;
    Ok(if is_head { without_body(response) } else { response })
}

/// The HTTP library forgets that it was asked by HEAD when the next request is there already. So the length is told here,
/// of a body that the library believes to be streamed, as it is, to its end.
fn without_body(mut response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    let size = response.response().body().size();
    let head = response.response_mut().head_mut();
    match size {
        BodySize::None => return response,
        BodySize::Sized(length) => head.headers.insert(header::CONTENT_LENGTH, length.into()),
        BodySize::Stream => head.headers.insert(header::TRANSFER_ENCODING, HeaderValue::from_static("chunked")),
    };
    head.no_chunking(true);
    response.map_body(|_, body| BoxBody::new(Untold(body)))
}

/// A body that is not sent. What would be streamed for as long as somebody reads is over at once.
struct Untold(BoxBody);

impl MessageBody for Untold {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        match Pin::new(&mut self.0).poll_next(context) {
            // An answer that is cut is cut here as well.
            Poll::Ready(Some(Err(cut))) => Poll::Ready(Some(Err(cut))),
            Poll::Ready(_) | Poll::Pending => Poll::Ready(None),
        }
    }
}
