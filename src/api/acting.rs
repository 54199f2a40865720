//! For whom a server acts.

use serde::Deserialize;

use crate::auth::caller::OwnedSubject;
use crate::error::{ApiError, Result};
use crate::permission::{self, Request};
use crate::store::WriteTx;

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
        self.id.as_deref().filter(|id| !id.is_empty())
    }
}

/// The user that a server names, by `user_id` or by `user`, but not by both (wire-contract 2.3 row 28).
pub fn named<'a>(user_id: Option<&'a String>, user: Option<&'a UserReference>) -> Result<Option<&'a str>> {
    let by_object = user.and_then(UserReference::id);
    match (user_id.map(String::as_str).filter(|id| !id.is_empty()), by_object) {
        (Some(_), Some(_)) => Err(ApiError::input("cannot set both user and user_id.")),
        (id, object) => Ok(id.or(object)),
    }
}

/// Refuses unless a caller may do this, by the role that it has when the write runs. A server (`None`) may.
pub fn may(tx: &WriteTx<'_>, by: Option<OwnedSubject>, action: &str) -> Result<()> {
    match by.map(|by| by.renewed(tx)) {
        None => Ok(()),
        Some(by) => permission::check(&tx.state(), by.as_subject(), Request::app_level(action)),
    }
}
