//! The long-poll sessions of the process, and the way from a poll to its session.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::sync::oneshot;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use crate::auth::credentials::Credentials;
use crate::error::{ApiError, Code, Result};
use crate::ids::AppId;

/// Polls that a session has not looked at yet. A client has one at a time; further ones wait where they were asked.
const POLLS_WAITING_MAX: usize = 4;

/// A poll that waits for its answer.
pub struct Poll {
    /// Takes the answer; closed when its client hangs up.
    pub answer: oneshot::Sender<Result<Vec<Utf8Bytes>>>,
    /// What the poll was let in with.
    pub credentials: Credentials,
    /// Whether the session is to end.
    pub close: bool,
}

/// The long-poll sessions of the process, by connection id.
#[derive(Default)]
pub struct Polls(Mutex<HashMap<(AppId, String), Sender<Poll>>>);

impl Polls {
    /// Asks a session for what happened, for a bounded time.
    pub async fn ask(
        &self,
        app: AppId,
        connection_id: &str,
        credentials: Credentials,
        close: bool,
    ) -> Result<Vec<Utf8Bytes>> {
        let unknown = || unknown(connection_id);
        let sender = {
            let sessions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            sessions.get(&(app, connection_id.to_owned())).cloned()
        };
        let (answer, answered) = oneshot::channel();
        sender.ok_or_else(unknown)?.send(Poll { answer, credentials, close }).await.map_err(|_| unknown())?;
        answered.await.map_err(|_| unknown())?
    }

    /// Makes a session known, and answers its polls.
    pub fn add(&self, app: AppId, connection_id: &str) -> Receiver<Poll> {
        let (sender, polls) = channel(POLLS_WAITING_MAX);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert((app, connection_id.to_owned()), sender);
        polls
    }

    /// Forgets a session.
    pub fn remove(&self, app: AppId, connection_id: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&(app, connection_id.to_owned()));
    }
}

/// There is no such session. SDKs begin anew.
pub fn unknown(connection_id: &str) -> ApiError {
    ApiError::new(Code::ConnectionIdUnknownError, format!("connection id {connection_id} is not known"))
}
