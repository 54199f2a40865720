//! One socket, from its first frame to its last.

use std::rc::Rc;
use std::time::Duration;

use actix_web::web::Data;
use futures_util::stream::FusedStream;
use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Message, Utf8Bytes};

use super::farewell::{Farewell, code};
use super::hub::Pending;
use super::limits::Limits;
use super::mailbox::{Next, Order};
use super::record::{self, Attempt, End};
use super::shown::Shown;
use super::sign_in::sign_in;
use super::signed_in::{Refused, SignedIn};
use super::standing::Standing;
use super::stream::Stream;
use super::worker::{Seat, Worker};
use crate::clock::Stopwatch;
use crate::door::Gate;
use crate::error::Code;
use crate::journal::Who;
use crate::wire::{Dialect, events};

/// Messages that a client may send in a second; SDKs send one in twenty-five.
const MESSAGES_PER_SECOND_MAX: u32 = 100;

/// What stands for a close frame without a code (RFC 6455 7.1.5).
const NO_STATUS: u16 = 1005;
/// What stands for a connection that ended without a close frame.
const ABNORMAL: u16 = 1006;
/// The words for that.
const BROKEN_OFF: &str = "the connection broke off";

/// A socket of a client.
pub type Socket = WebSocketStream<Stream>;

/// Serves a socket until it ends.
pub async fn serve(worker: Rc<Worker>, gate: Data<Gate>, dialect: Dialect, shown: Shown, mut socket: Socket) {
    let open = worker.hub.open();
    let Some(pending) = worker.hub.begin() else {
        close(&mut socket, worker.hub.limits, Farewell::policy("too many connections wait to sign in")).await;
        return;
    };
    // Boxed: what signing in takes is not kept for as long as the socket lives.
    let signed_in = Box::pin(first_words(&worker, &gate, dialect, shown, &mut socket, pending)).await;
    if let Some(signed_in) = signed_in {
        Session::start(&worker, gate, dialect, signed_in, socket).await;
    }
    drop(open);
}

/// Waits for the first frame where there is one to come, and signs in. A refusal is a frame, then 1000.
async fn first_words(
    worker: &Rc<Worker>,
    gate: &Data<Gate>,
    dialect: Dialect,
    shown: Shown,
    socket: &mut Socket,
    pending: Pending,
) -> Option<SignedIn> {
    let limits = worker.hub.limits;
    let shown = if dialect == Dialect::Legacy {
        shown
    } else {
        let late = Farewell::policy("no authentication frame came in time");
        let frame = tokio::select! {
            in_time = timeout(limits.first_frame, first_frame(socket)) => in_time.unwrap_or(Err(late)),
            () = worker.hub.stopping() => Err(Farewell::going_away()),
        };
        match frame {
            Ok(frame) => shown.with_frame(&frame),
            Err(farewell) => {
                close(socket, limits, farewell).await;
                return None;
            }
        }
    };
    drop(pending);
    let (client, started) = (shown.client.clone(), Stopwatch::start());
    let outcome = sign_in(gate, &worker.hub, dialect, shown).await;
    match outcome {
        Ok(signed_in) => {
            let fault = signed_in.fault.clone();
            let attempt = Attempt { at: signed_in.at, dialect, client: &client, started, fault };
            attempt.succeeded(&signed_in.app, signed_in.who.clone(), &signed_in.connection_id);
            Some(signed_in)
        }
        Err(Refused { error, at, by, who, fault, .. }) => {
            let attempt = Attempt { at, dialect, client: &client, started, fault };
            attempt.failed(by.as_deref(), gate.store.apps().keyless(), who, error.as_ref());
            // Without an error the connection is cut: nothing is said at all.
            let error = error?;
            let frame = events::refused(dialect, at, &error);
            // Whether the peer still listens makes no difference: the socket ends either way.
            let _ = timeout(limits.send, socket.send(Message::text(frame))).await;
            close(socket, limits, Farewell::answered()).await;
            None
        }
    }
}

/// The first message that says something. Control frames are answered by the library.
async fn first_frame(socket: &mut Socket) -> Result<Vec<u8>, Farewell> {
    loop {
        match socket.next().await {
            Some(Ok(Message::Text(text))) => return Ok(text.as_bytes().to_vec()),
            Some(Ok(Message::Binary(bytes))) => return Ok(bytes.to_vec()),
            Some(Ok(Message::Close(_))) | None => return Err(Farewell::answered()),
            Some(Ok(_)) => {}
            Some(Err(fault)) => return Err(farewell_of(&fault)),
        }
    }
}

/// A socket that is signed in.
struct Session {
    standing: Standing,
    dialect: Dialect,
    limits: Limits,
    connection_id: String,
    seat: Seat,
    heard: Instant,
    window: (Instant, u32),
    who: Who,
    /// How the peer ended it: its close code, and the words for it.
    peer: Option<(u16, &'static str)>,
}

/// Whether the session goes on.
type Step = Result<(), Farewell>;

impl Session {
    async fn start(worker: &Rc<Worker>, gate: Data<Gate>, dialect: Dialect, signed_in: SignedIn, mut socket: Socket) {
        let seat = worker.join(&signed_in, dialect);
        let SignedIn { app, credentials, times, epoch, connection_id, me, at, who, struck, .. } = signed_in;
        if app.epoch() != epoch {
            // Something changed between the verdict and the place among those who hear of it.
            seat.mailbox.judge();
        }
        let hello = events::connected(dialect, &connection_id, at, &me);
        let (now, limits) = (Instant::now(), worker.hub.limits);
        let standing = Standing { gate, app, credentials, times };
        let (window, peer) = ((now, 0), None);
        let mut session = Self { standing, dialect, limits, connection_id, seat, heard: now, window, who, peer };
        let mut outcome = session.send(&mut socket, hello.into()).await;
        if outcome.is_ok() {
            if let Some(then) = struck {
                session.seat.mailbox.order(Order::of_fault(&then));
            }
            outcome = session.run(&mut socket).await;
        }
        if let Err(farewell) = outcome {
            Box::pin(session.end(&mut socket, farewell)).await;
        }
    }

    async fn run(&mut self, socket: &mut Socket) -> Step {
        let mut beat = heartbeat(self.limits.heartbeat);
        loop {
            let mailbox = Rc::clone(&self.seat.mailbox);
            tokio::select! {
                biased;
                next = mailbox.next() => match next {
                    Next::Frame(frame) => self.send(socket, frame).await?,
                    Next::Judge => self.standing.judge()?,
                    Next::End(farewell) => return Err(farewell),
                },
                message = socket.next() => self.heard(socket, message).await?,
                () = self.standing.expired() => self.standing.judge()?,
                _ = beat.tick() => self.beat(socket).await?,
            }
        }
    }

    /// Any message, and any ping, is answered by a health check: the one rule that suits every SDK (wire-contract 5.5).
    async fn heard(&mut self, socket: &mut Socket, message: Option<Result<Message, Error>>) -> Step {
        self.heard = Instant::now();
        match message {
            None => return Err(Farewell::answered()),
            Some(Ok(Message::Close(frame))) => {
                self.peer = Some((frame.map_or(NO_STATUS, |frame| frame.code.into()), "the client closed"));
                return Err(Farewell::answered());
            }
            Some(Err(fault)) => {
                if let Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) = fault {
                    self.peer = Some((ABNORMAL, BROKEN_OFF));
                }
                return Err(farewell_of(&fault));
            }
            Some(Ok(Message::Pong(_) | Message::Frame(_))) => return Ok(()),
            Some(Ok(Message::Text(_) | Message::Binary(_) | Message::Ping(_))) => {}
        }
        let (since, count) = self.window;
        self.window = if self.heard - since < Duration::from_secs(1) { (since, count + 1) } else { (self.heard, 1) };
        if self.window.1 > MESSAGES_PER_SECOND_MAX {
            return Err(Farewell::policy("too many messages in a second"));
        }
        self.health_check(socket).await
    }

    async fn beat(&mut self, socket: &mut Socket) -> Step {
        if self.heard.elapsed() > self.limits.silence {
            return Err(Farewell::policy("nothing was heard for too long"));
        }
        if self.seat.mailbox.is_silent() {
            return Ok(());
        }
        self.health_check(socket).await?;
        self.send_message(socket, Message::Ping(Vec::new().into())).await
    }

    async fn health_check(&mut self, socket: &mut Socket) -> Step {
        if self.seat.mailbox.is_silent() {
            return Ok(());
        }
        let frame = events::health_check(self.dialect, &self.connection_id, self.standing.app.clock.now());
        self.send(socket, frame.into()).await
    }

    async fn send(&mut self, socket: &mut Socket, frame: Utf8Bytes) -> Step {
        self.send_message(socket, Message::Text(frame)).await
    }

    /// Sends, unless the session is to end meanwhile: who does not read is not waited for.
    async fn send_message(&mut self, socket: &mut Socket, message: Message) -> Step {
        let sent = tokio::select! {
            // What can be sent at once is: an end waits behind the frames before it.
            biased;
            sent = timeout(self.limits.send, socket.send(message)) => sent,
            farewell = self.seat.mailbox.ended() => return Err(farewell),
        };
        match sent {
            Ok(Ok(())) => Ok(()),
            Ok(Err(fault)) => Err(farewell_of(&fault)),
            Err(_) => Err(Farewell::policy("the client reads too slowly")),
        }
    }

    /// Tells the error, if any, and closes.
    async fn end(&self, socket: &mut Socket, farewell: Farewell) {
        // Where neither side says why, the connection broke off.
        let broken = farewell.code == code::NORMAL && farewell.error.is_none() && farewell.reason.is_empty();
        let silent = if broken { (ABNORMAL, BROKEN_OFF) } else { (farewell.code, &*farewell.reason) };
        let (code, reason) = self.peer.unwrap_or(silent);
        let end = End { code, error: farewell.error.as_ref(), reason };
        record::ended(&self.standing.app, self.dialect, self.who.clone(), &self.connection_id, &end);
        if let Some(error) = &farewell.error {
            if error.code == Code::TokenExpiredError {
                self.standing.outlast_twin().await;
            }
            let at = self.standing.app.clock.now();
            let frame = events::connection_error(self.dialect, &self.connection_id, at, error);
            // Whether the peer still listens makes no difference: the socket ends either way.
            let _ = timeout(self.limits.close, socket.send(Message::text(frame))).await;
        }
        close(socket, self.limits, farewell).await;
    }
}

fn heartbeat(period: Duration) -> Interval {
    let mut beat = interval_at(Instant::now() + period, period);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    beat
}

/// What a fault of the transport ends in.
fn farewell_of(fault: &Error) -> Farewell {
    match fault {
        Error::Capacity(_) => Farewell::policy("a message is larger than 64 KiB"),
        Error::Utf8(_) => Farewell { error: None, code: 1007, reason: "a text message is not UTF-8".into() },
        Error::Protocol(_) => Farewell { error: None, code: 1002, reason: "the WebSocket protocol was broken".into() },
        _ => Farewell::answered(),
    }
}

/// The closing handshake, for a bounded time.
async fn close(socket: &mut Socket, limits: Limits, farewell: Farewell) {
    let reason = Utf8Bytes::from(&*farewell.reason);
    let frame = CloseFrame { code: CloseCode::from(farewell.code), reason };
    let is_broken = socket.is_terminated();
    let handshake = async {
        // Fails when the peer closed first: the answer to that goes out with the reading.
        let _ = socket.close(Some(frame)).await;
        // The peer's own close frame ends the stream.
        while let Some(Ok(_)) = socket.next().await {}
        if is_broken {
            drain(socket.get_mut()).await;
        }
    };
    // Boxed: no idle socket has room for what only its end takes.
    let _ = timeout(limits.close, Box::pin(handshake)).await;
}

/// Takes off what the peer still sends. Bytes that nobody has read would make the system reset the connection, and the
/// peer might lose the close frame.
async fn drain(stream: &mut Stream) {
    let mut rest = [0; 4 * 1024];
    if stream.shutdown().await.is_ok() {
        while let Ok(1..) = stream.read(&mut rest).await {}
    }
}
