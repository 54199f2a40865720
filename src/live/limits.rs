//! How long and how much sockets may. One value for a process, so that a test can wait for a limit of its own.

use std::time::Duration;

/// The limits of sockets and long-polls.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How long a socket may stay without its first frame.
    pub first_frame: Duration,
    /// How often a health check goes out unasked (wire-contract 5.5: 25 to 30 s).
    pub heartbeat: Duration,
    /// A peer that is silent for this long, and does not even answer pings, is gone.
    pub silence: Duration,
    /// How long one frame may take to be taken by the peer.
    pub send: Duration,
    /// How long the closing handshake may take.
    pub close: Duration,
    /// How long a poll waits for something to happen.
    pub poll: Duration,
    /// A client that does not poll for this long is gone.
    pub poll_idle: Duration,
    /// Sockets that may wait for their first frame at the same time.
    pub pending: usize,
    /// Frames that may wait for a reader; one more, and the reader is too slow. They are shared and cost little: a
    /// script that changes many users at once must not make a reader slow that only had no turn yet.
    pub frames: usize,
    /// Their bytes, which may be another's as well.
    pub frame_bytes: usize,
    /// What one connection may watch.
    pub watched: usize,
    /// Commits that may wait for a thread's sockets. The writer waits for nobody: of one more these sockets hear nothing, so
    /// they are sent away to come again.
    pub commits: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            first_frame: Duration::from_secs(10),
            heartbeat: Duration::from_secs(27),
            silence: Duration::from_secs(90),
            send: Duration::from_secs(10),
            close: Duration::from_secs(2),
            poll: Duration::from_secs(20),
            poll_idle: Duration::from_secs(60),
            pending: 4_096,
            frames: 4_096,
            frame_bytes: 8 * 1024 * 1024,
            watched: 10_000,
            commits: 16_384,
        }
    }
}
