//! For whom a server acts.

use serde::Deserialize;

use crate::auth::caller::{AnyCaller, OwnedSubject};
use crate::domain::users;
use crate::error::{ApiError, Result};
use crate::ids::UserId;
use crate::model::user::User;
use crate::permission::{self, Request};
use crate::store::WriteTx;
use crate::validate::given;

/// A user named by an object.
#[derive(Deserialize)]
pub struct UserReference {
    id: Option<String>,
    // A derived decoder of a plain struct would take an array for it, field by field.
    #[serde(flatten)]
    _object: serde::de::IgnoredAny,
}

impl UserReference {
    /// The user's id, unless it is empty.
    pub fn id(&self) -> Option<&str> {
        given(self.id.as_deref())
    }
}

/// Whom a server names, by `user_id` or by `user`, but not by both (wire-contract 2.3 row 28). An empty id names nobody.
pub fn named<'a>(user_id: Option<&'a str>, user: Option<&'a str>) -> Result<Option<&'a str>> {
    match (given(user_id), given(user)) {
        (Some(_), Some(_)) => Err(ApiError::input("cannot set both user and user_id.")),
        (by_id, by_object) => Ok(by_id.or(by_object)),
    }
}

/// The user for whom a call acts: the caller, or whom a server names.
pub struct Acting {
    /// The user's id.
    pub id: UserId,
    by_server: bool,
}

impl Acting {
    /// The caller, or whom a server names, who has to name somebody.
    pub fn of(caller: &AnyCaller, named: Option<&str>) -> Result<Self> {
        Ok(Self { id: caller.acting_user(named)?, by_server: caller.is_server() })
    }

    /// The same of a body that may name somebody in two ways.
    pub fn in_body(caller: &AnyCaller, user_id: Option<&str>, user: Option<&UserReference>) -> Result<Self> {
        Self::of(caller, named(user_id, user.and_then(UserReference::id))?)
    }

    /// The same of a query.
    pub fn in_query(caller: &AnyCaller) -> Result<Self> {
        Self::of(caller, caller.params().get("user_id"))
    }

    /// The user: whom a server names has to be there, whoever calls himself is made where there is none.
    pub fn user(&self, tx: &WriteTx<'_>) -> Result<User> {
        if self.by_server { users::present(tx, self.id.as_str()) } else { users::ensure(tx, &self.id) }
    }
}

/// Refuses unless a caller may do this, by the role that it has when the write runs. A server (`None`) may.
pub fn may(tx: &WriteTx<'_>, by: Option<OwnedSubject>, action: &str) -> Result<()> {
    match by.map(|by| by.renewed(tx)) {
        None => Ok(()),
        Some(by) => permission::check(&tx.state(), by.as_subject(), Request::app_level(action)),
    }
}
