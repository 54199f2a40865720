//! What a session is to do next: frames in order, a new judgement, an end. Lives on the worker's thread.

use std::cell::RefCell;
use std::collections::VecDeque;

use tokio::sync::Notify;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::farewell::Farewell;
use super::limits::Limits;
use crate::fault::{Silence, SocketThen};

/// What somebody wants of one session.
#[derive(Clone, Debug)]
pub enum Order {
    /// That it sends this frame.
    Frame(Utf8Bytes),
    /// That it keeps this to itself from now on.
    Silence(Silence),
    /// That it ends.
    End(Farewell),
}

/// What a session is to do next.
#[derive(Clone, Debug)]
pub enum Next {
    /// Send this frame.
    Frame(Utf8Bytes),
    /// See whether it may go on.
    Judge,
    /// End.
    End(Farewell),
}

impl Order {
    /// What a fault makes of a socket.
    pub fn of_fault(then: &SocketThen) -> Self {
        match then {
            SocketThen::Error(error) => Self::End(Farewell::told(error.to_error())),
            SocketThen::Close(code) => Self::End(Farewell::closed(*code)),
            SocketThen::Silence(silence) => Self::Silence(*silence),
            SocketThen::Expire(_) => Self::End(Farewell::expired()),
        }
    }
}

#[derive(Default)]
struct Waiting {
    frames: VecDeque<Utf8Bytes>,
    bytes: usize,
    judge: bool,
    silence: Option<Silence>,
    is_too_slow: bool,
    end: Option<Farewell>,
}

/// A session's mailbox.
pub struct Mailbox {
    limits: Limits,
    waiting: RefCell<Waiting>,
    wake: Notify,
}

impl Mailbox {
    /// An empty one.
    pub fn new(limits: Limits) -> Self {
        Self { limits, waiting: RefCell::default(), wake: Notify::new() }
    }

    /// Has a frame sent. Who reads too slowly is ended; nobody waits for it.
    pub fn frame(&self, frame: Utf8Bytes) {
        let waiting = &mut *self.waiting.borrow_mut();
        // Nothing is said behind an end, or by who is silent; a long-poll whose token ended goes on with another.
        let is_ending = waiting.end.as_ref().is_some_and(|end| !end.is_of_ended_token());
        if waiting.is_too_slow || is_ending || waiting.silence == Some(Silence::All) {
            return;
        }
        let bytes = waiting.bytes + frame.len();
        // A frame by itself always has room, however large.
        let has_room = waiting.frames.len() < self.limits.frames && bytes <= self.limits.frame_bytes;
        if has_room || waiting.frames.is_empty() {
            waiting.frames.push_back(frame);
            waiting.bytes = bytes;
        } else {
            // What it has not read so far it will not read in time, either.
            waiting.is_too_slow = true;
            waiting.frames.clear();
            waiting.end = Some(Farewell::policy("the client reads too slowly"));
        }
        self.wake.notify_one();
    }

    /// Has the session judged again.
    pub fn judge(&self) {
        self.waiting.borrow_mut().judge = true;
        self.wake.notify_one();
    }

    /// Has the session do as it is told.
    pub fn order(&self, order: Order) {
        match order {
            Order::Frame(frame) => self.frame(frame),
            Order::Silence(silence) => self.waiting.borrow_mut().silence = Some(silence),
            Order::End(farewell) => self.end(farewell),
        }
    }

    /// Whether the session keeps its health checks to itself. Frames do not come here any more where it keeps all.
    pub fn is_silent(&self) -> bool {
        self.waiting.borrow().silence.is_some()
    }

    /// Ends the session. The first reason counts.
    pub fn end(&self, farewell: Farewell) {
        self.waiting.borrow_mut().end.get_or_insert(farewell);
        self.wake.notify_one();
    }

    /// Waits for what is next. What was sent before an end is sent; a slow reader's frames are not.
    pub async fn next(&self) -> Next {
        loop {
            let woken = self.wake.notified();
            if let Some(next) = self.take() {
                return next;
            }
            woken.await;
        }
    }

    /// Waits until the session is to end although it is busy.
    pub async fn ended(&self) -> Farewell {
        loop {
            let woken = self.wake.notified();
            if let Some(end) = self.waiting.borrow_mut().end.take() {
                return end;
            }
            woken.await;
        }
    }

    fn take(&self) -> Option<Next> {
        let mut waiting = self.waiting.borrow_mut();
        if let Some(frame) = waiting.frames.pop_front() {
            waiting.bytes -= frame.len();
            return Some(Next::Frame(frame));
        }
        if let Some(end) = waiting.end.take() {
            return Some(Next::End(end));
        }
        std::mem::take(&mut waiting.judge).then_some(Next::Judge)
    }

    /// The frames that wait, for a long-poll.
    pub fn drain(&self) -> Vec<Utf8Bytes> {
        let mut waiting = self.waiting.borrow_mut();
        waiting.bytes = 0;
        waiting.frames.drain(..).collect()
    }
}
