//! What a caller is shown of users.

use crate::auth::caller::AnyCaller;
use crate::error::Result;
use crate::ids::UserId;
use crate::model::user::User;
use crate::store::{ReadTx, devices, mutes};
use crate::wire::users::UserResponse;

/// Who looks at users. Devices, blocks and mutes are shown to servers and to the user itself alone.
pub enum Viewer {
    /// A server.
    Server,
    /// A user; `None` is nobody that is known.
    Client(Option<UserId>),
}

impl Viewer {
    /// The caller as one who looks.
    pub fn of(caller: &AnyCaller) -> Self {
        if caller.is_server() { Self::Server } else { Self::Client(caller.user_id().cloned()) }
    }

    fn sees_all_of(&self, user: &User) -> bool {
        match self {
            Self::Server => true,
            Self::Client(own) => own.as_ref() == Some(&user.id),
        }
    }

    /// A `UserResponse`.
    pub fn plain(&self, user: User) -> UserResponse {
        UserResponse::plain(self.shown(user))
    }

    /// A `FullUserResponse`.
    pub fn full(&self, tx: &ReadTx<'_>, user: User) -> Result<UserResponse> {
        if !self.sees_all_of(&user) {
            return Ok(UserResponse::full(self.shown(user), Vec::new(), Vec::new()));
        }
        let (devices, mutes) = (devices::of(tx, user.id.as_str())?, mutes::of(tx, user.id.as_str())?);
        Ok(UserResponse::full(user, devices, mutes))
    }

    fn shown(&self, user: User) -> User {
        if self.sees_all_of(&user) { user } else { User { blocked_ids: Vec::new(), ..user } }
    }
}
