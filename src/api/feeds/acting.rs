//! On whose behalf a call on feeds acts (feeds-core 1.2).

use crate::api::acting::named as either;
use crate::auth::caller::{AnyCaller, OwnedSubject};
use crate::domain::feeds::access::Actor;
use crate::domain::users::{self, UserInput};
use crate::error::{ApiError, Result};
use crate::ids::UserId;
use crate::model::user::User;
use crate::permission;
use crate::store::{ReadTx, WriteTx};
use crate::wire::user_request::UserRequest;

/// Whom a body names, beside what else is in it: for servers alone.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
pub struct Named {
    user_id: Option<String>,
    user: Option<UserRequest>,
}

impl Named {
    /// Who has this id.
    pub fn by_id(user_id: Option<String>) -> Self {
        Self { user_id, user: None }
    }

    /// Whom a query names.
    pub fn in_query(caller: &AnyCaller) -> Self {
        Self { user_id: caller.params().get("user_id").map(str::to_owned), user: None }
    }
}

/// The user for whom a call acts, and who has to be allowed to.
pub struct Acting {
    user: Option<UserId>,
    input: Option<UserInput>,
    by: Option<OwnedSubject>,
}

impl Acting {
    /// The caller, or whom a server names. An anonymous caller acts for nobody.
    pub fn of(caller: &AnyCaller, named: Named) -> Result<Self> {
        let by = caller.owned_subject();
        if !caller.is_server() {
            return Ok(Self { user: caller.user_id().cloned(), input: None, by });
        }
        let input = named.user.map(|user| user.into_input(caller.dialect())).transpose()?;
        let by_object = input.as_ref().map(|input| input.id.as_str());
        let user = either(named.user_id.as_deref(), by_object)?.map(|id| users::user_id("user_id", id)).transpose()?;
        let is_by_object = by_object.is_some_and(|id| !id.is_empty());
        Ok(Self { user, input: input.filter(|_| is_by_object), by })
    }

    /// A server that names nobody.
    pub fn server() -> Self {
        Self { user: None, input: None, by: None }
    }

    /// The same where a server has to name somebody.
    pub fn required(caller: &AnyCaller, named: Named) -> Result<Self> {
        let acting = Self::of(caller, named)?;
        if acting.user.is_none() && caller.is_server() {
            return Err(nobody());
        }
        Ok(acting)
    }

    /// The user, who is made where there is none. Anonymous callers have none, and are told that they may not.
    pub fn user(&self, tx: &WriteTx<'_>, action: &str) -> Result<User> {
        match (&self.user, &self.input) {
            (_, Some(input)) => users::merge(tx, input.clone()),
            (Some(user), None) => {
                users::ensure(tx, user)?;
                users::present(tx, user.as_str())
            }
            (None, None) => {
                Err(self.by.as_ref().map_or_else(nobody, |by| permission::refused(by.as_subject(), action)))
            }
        }
    }

    /// The user, where one is named: a server that changes what is there needs none. Whom a client's token names is made.
    pub fn known_user(&self, tx: &WriteTx<'_>) -> Result<Option<User>> {
        self.user.as_ref().map(|_| self.user(tx, "")).transpose()
    }

    /// Whether there is nothing to write before the user is there.
    pub fn is_there(&self, tx: &ReadTx<'_>) -> Result<bool> {
        match &self.user {
            _ if self.input.is_some() => Ok(false),
            Some(user) => crate::store::users::exists(tx, user.as_str()),
            None => Ok(true),
        }
    }

    /// The actor, with the role that a commit before the call gave him.
    pub fn actor(&self) -> Actor<'_> {
        Actor { user: self.user.as_ref(), by: self.by.as_ref().map(OwnedSubject::as_subject) }
    }
}

/// The refusal of a server that has to name somebody.
fn nobody() -> ApiError {
    ApiError::input("user_id is required for server side requests")
}
