//! What comes of a sign-in: a session, or a refusal.

use std::sync::Arc;

use super::hub::Listening;
use crate::app::App;
use crate::auth::credentials::Credentials;
use crate::auth::times::Times;
use crate::clock::Time;
use crate::error::ApiError;
use crate::fault::SocketThen;
use crate::ids::UserId;
use crate::journal::Who;
use crate::rate::Rate;
use crate::wire::users::UserResponse;

/// A session that was let in.
pub struct SignedIn {
    /// The app.
    pub app: Arc<App>,
    /// What was shown.
    pub credentials: Credentials,
    /// The token's times as the app judges them.
    pub times: Times,
    /// The app's epoch at the verdict.
    pub epoch: u64,
    /// The user; `None` for anonymous ones.
    pub user: Option<UserId>,
    /// The connection's id.
    pub connection_id: String,
    /// What the connection is told of its user.
    pub me: UserResponse,
    /// The number of the last commit that this has in it: only what follows is news.
    pub since: u64,
    /// That it is to hear of that.
    #[expect(dead_code, reason = "only held")]
    pub listening: Listening,
    /// When, by the app's clock.
    pub at: Time,
    /// Who signed in, for the journal.
    pub who: Who,
    /// `X-Stream-Client`.
    pub client: String,
    /// The fault that struck the sign-in.
    pub fault: Option<Arc<str>>,
    /// What it makes of the socket.
    pub struck: Option<SocketThen>,
}

/// A refusal, and the moment by the app's clock.
pub struct Refused {
    /// The error; `None` when a fault has the connection cut.
    pub error: Option<ApiError>,
    /// The window of a rate limit that a fault speaks of.
    pub rate: Option<Rate>,
    /// When.
    pub at: Time,
    /// The app that refused; `None` when none has the key.
    pub by: Option<Arc<App>>,
    /// Who was refused, for the journal.
    pub who: Who,
    /// The fault that struck the sign-in.
    pub fault: Option<Arc<str>>,
}
