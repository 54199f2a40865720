//! What several routes of the control API can be asked in the query, and how that is described.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use serde_json::json;

use super::endpoint::Parameter;
use super::error::{ControlError, Result};
use crate::params::Params;

/// Whether secrets are wanted: `?secrets=true`.
pub struct Secrets(pub bool);

impl FromRequest for Secrets {
    type Error = ControlError;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let wanted = Params::parse(request.query_string()).flag("secrets");
        ready(wanted.map(Self).map_err(|fault| ControlError::invalid("/secrets", fault.message)))
    }
}

/// A nonce has at most so many characters.
const NONCE_MAX_CHARS: usize = 64;

/// What `?nonce=` holds: whoever asks can tell that it was answered, and not something that lay on the way.
pub struct Nonce(pub Option<String>);

impl FromRequest for Nonce {
    type Error = ControlError;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let params = Params::parse(request.query_string());
        let nonce = params.get("nonce").map(str::to_owned);
        let fits = |nonce: &String| {
            (1..=NONCE_MAX_CHARS).contains(&nonce.len()) && nonce.bytes().all(|byte| byte.is_ascii_alphanumeric())
        };
        ready(if nonce.as_ref().is_none_or(fits) {
            Ok(Self(nonce))
        } else {
            let message = format!("a nonce has 1 to {NONCE_MAX_CHARS} letters and digits, and nothing else");
            Err(ControlError::invalid("/nonce", message))
        })
    }
}

/// Whether secrets are shown.
pub fn secrets() -> Parameter {
    Parameter::new("secrets", "Whether secrets are shown", json!({ "type": "boolean" }))
}

/// What is said back.
pub fn nonce() -> Parameter {
    let schema = json!({ "type": "string", "pattern": format!("^[A-Za-z0-9]{{1,{NONCE_MAX_CHARS}}}$") });
    Parameter::new("nonce", "Comes back in the answer: whoever made it up knows who answers", schema)
}

/// How many at the most.
pub fn limit(most: usize) -> Parameter {
    Parameter::new("limit", "So many at the most", json!({ "type": "integer", "minimum": 1, "maximum": most }))
}

/// Of which user.
pub fn of_user() -> Parameter {
    Parameter::new("user_id", "Only those of this user", json!({ "type": "string" }))
}
