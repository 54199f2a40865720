//! Long-poll, for chat clients whose network lets no sockets through (wire-contract 5.8): a session without a socket.

use std::rc::Rc;

use tokio::sync::mpsc::Receiver;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::farewell::Farewell;
use super::limits::Limits;
use super::mailbox::{Next, Order};
use super::polls::Poll;
use super::signed_in::SignedIn;
use super::standing::Standing;
use super::worker::{Seat, Worker};
use crate::error::{ApiError, Code, Result};
use crate::wire::Dialect;

/// Begins a session without a socket on this worker's thread.
pub fn begin(worker: &Rc<Worker>, gate: actix_web::web::Data<crate::door::Gate>, signed_in: SignedIn) {
    let polls = worker.hub.polls.add(signed_in.app.id, &signed_in.connection_id);
    let seat = worker.join(&signed_in, Dialect::Legacy);
    if let Some(struck) = &signed_in.struck {
        seat.mailbox.order(Order::of_fault(struck));
    }
    let SignedIn { app, credentials, times, epoch, connection_id, .. } = signed_in;
    if app.epoch() != epoch {
        seat.mailbox.judge();
    }
    let id = app.id;
    let standing = Standing { gate, app, credentials, times };
    let hub = std::sync::Arc::clone(&worker.hub);
    actix_web::rt::spawn(async move {
        run(standing, &seat, polls, hub.limits).await;
        hub.polls.remove(id, &connection_id);
    });
}

async fn run(mut standing: Standing, seat: &Seat, mut polls: Receiver<Poll>, limits: Limits) {
    let mut newer = None;
    // What was taken for a poll whose client had given it up.
    let mut kept = Vec::new();
    loop {
        let poll = match newer.take() {
            Some(poll) => poll,
            None => match timeout(limits.poll_idle, polls.recv()).await {
                Ok(Some(poll)) => poll,
                Ok(None) | Err(_) => return,
            },
        };
        let Poll { mut answer, credentials, close } = poll;
        // Each poll was let in with a token of its own: a fresh one takes the place of the one before.
        standing.renew(credentials);
        if close {
            let _ = answer.send(Ok(Vec::new()));
            return;
        }
        let outcome = if kept.is_empty() {
            // A client has one poll at a time: with its next one, or when it hangs up, it has given this one up.
            tokio::select! {
                biased;
                outcome = timeout(limits.poll, happened(&standing, seat)) => outcome.unwrap_or(Ok(Vec::new())),
                poll = polls.recv() => {
                    newer = poll;
                    Ok(Vec::new())
                }
                () = answer.closed() => continue,
            }
        } else {
            Ok(std::mem::take(&mut kept))
        };
        if outcome.as_ref().is_err_and(|error| error.code == Code::TokenExpiredError) {
            standing.outlast_twin().await;
        }
        // What ends a token ends the poll alone: the client comes again with a fresh one, and misses nothing.
        let ended = outcome.as_ref().is_err_and(|error| error.code != Code::TokenExpiredError);
        if let Err(Ok(frames)) = answer.send(outcome) {
            kept = frames;
        }
        if ended {
            return;
        }
    }
}

/// Waits for the first frame, and takes what else waits with it.
async fn happened(standing: &Standing, seat: &Seat) -> Result<Vec<Utf8Bytes>> {
    loop {
        let step = tokio::select! {
            biased;
            next = seat.mailbox.next() => match next {
                Next::Frame(first) => {
                    let mut frames = vec![first];
                    frames.extend(seat.mailbox.drain());
                    return Ok(frames);
                }
                Next::Judge => standing.judge(),
                // The client has come with another token meanwhile.
                Next::End(farewell) if farewell.is_of_ended_token() && !standing.token_ended() => Ok(()),
                Next::End(farewell) => Err(farewell),
            },
            () = standing.expired() => standing.judge(),
        };
        step.map_err(error_of)?;
    }
}

/// What ends a session ends its poll. Without an error of its own the client is to begin anew.
fn error_of(farewell: Farewell) -> ApiError {
    farewell.error.unwrap_or_else(|| ApiError::new(Code::ConnectionIdUnknownError, "the connection has ended"))
}
