//! How a socket ends: perhaps an error frame, then a close code that makes SDKs do the right thing (wire-contract 5.6, 5.7).

use std::borrow::Cow;

use crate::auth::check::{Check, Outcome, Verdict};
use crate::error::{ApiError, Code};
use crate::fault::ErrorThen;
use crate::settings::{Emulator, SocketFate};

/// Close codes (RFC 6455 7.4).
pub mod code {
    /// Final: SDKs do not come back by themselves.
    pub const NORMAL: u16 = 1000;
    /// The server goes away: SDKs reconnect.
    pub const GOING_AWAY: u16 = 1001;
    /// A rule of the socket was broken.
    pub const POLICY: u16 = 1008;
    /// The server cannot keep up: SDKs reconnect, and ask anew for what they watch.
    pub const AGAIN: u16 = 1013;
    /// The token is no longer good: SDKs reconnect, are refused with code 40, and ask their token provider.
    pub const TOKEN: u16 = 4001;
}

/// The close reason where a token was made to expire.
const TOKEN_ENDED: &str = "the token was made to expire";

/// How a socket ends.
#[derive(Clone, Debug)]
pub struct Farewell {
    /// The error that is told first.
    pub error: Option<ApiError>,
    /// The close code.
    pub code: u16,
    /// The close reason; at most 123 bytes fit.
    pub reason: Cow<'static, str>,
}

impl Farewell {
    /// A rule of the socket was broken.
    pub fn policy(reason: &'static str) -> Self {
        Self { error: None, code: code::POLICY, reason: reason.into() }
    }

    /// The process stops; SDKs are to come back.
    pub fn going_away() -> Self {
        Self { error: None, code: code::GOING_AWAY, reason: "millpond stops".into() }
    }

    /// Something happened that it was not told of; whoever comes again sees it.
    pub fn missed() -> Self {
        Self { error: None, code: code::AGAIN, reason: "the server fell behind and left events out".into() }
    }

    /// An error is told, and the socket closed with the code that makes SDKs do what it calls for.
    pub fn told(error: ApiError) -> Self {
        let code = if error.code == Code::TokenExpiredError { code::TOKEN } else { code::NORMAL };
        Self { error: Some(error), code, reason: "an error was injected".into() }
    }

    /// The token expires now.
    pub fn expired() -> Self {
        let told = Self::told(ErrorThen { code: Code::TokenExpiredError, message: None }.to_error());
        Self { reason: TOKEN_ENDED.into(), ..told }
    }

    /// Whether it is over since one token was made to expire.
    pub fn is_of_ended_token(&self) -> bool {
        self.reason == TOKEN_ENDED
    }

    /// The socket is closed with a code.
    pub fn closed(code: u16) -> Self {
        Self { error: None, code, reason: "closed on request".into() }
    }

    /// The client closed.
    pub fn answered() -> Self {
        Self { error: None, code: code::NORMAL, reason: "".into() }
    }
}

/// Whether a verdict ends an open socket, and how. Checks that only concern signing in do not.
pub fn of_verdict(verdict: &Verdict, settings: &Emulator, refusal: impl Fn(Check) -> ApiError) -> Option<Farewell> {
    let open = settings.open_sockets;
    let failed = Check::ALL.into_iter().filter(|check| verdict.evaluated(*check) == Outcome::Fail);
    failed.into_iter().find_map(|check| {
        let (fate, code, reason) = match check {
            Check::Expiry => (open.on_expiry, code::TOKEN, "the token has expired"),
            Check::AppRevocation | Check::UserRevocation => (open.on_revocation, code::TOKEN, "the token was revoked"),
            Check::UserNotDeleted => (SocketFate::Close, code::NORMAL, "the user was deleted"),
            Check::UserNotDeactivated => (open.on_deactivation, code::NORMAL, "the user was deactivated"),
            // A clock that was set back makes no open socket invalid.
            Check::NotBefore | Check::IssuedAt => return None,
            _ => (SocketFate::Close, code::NORMAL, "the connection is not allowed any more"),
        };
        (fate == SocketFate::Close).then(|| Farewell { error: Some(refusal(check)), code, reason: reason.into() })
    })
}
