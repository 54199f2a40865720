//! What a caller shows: api key, auth type, token. Taken from a header, a query, or a socket's first frame.

use std::sync::Arc;

use super::fingerprint::Fingerprint;
use super::secret::Secret;
use super::segments;
use super::token::{Malformed, Token};

/// `stream-auth-type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthType {
    /// A token is shown.
    Jwt,
    /// No token is needed; one that comes is of `!anon`.
    Anonymous,
}

impl AuthType {
    /// Parses the two words; any other is no auth type.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "jwt" => Some(Self::Jwt),
            "anonymous" => Some(Self::Anonymous),
            _ => None,
        }
    }
}

/// A token as one app sees it: taken apart, and its signature tried. The same for as long as the secret is.
#[derive(Clone, Debug)]
pub struct Examined {
    /// The claims, or why there are none.
    pub token: Result<Token, Malformed>,
    /// Whether the signature is HS256 with the app's secret.
    pub signature_verifies: bool,
    /// What may be shown of it.
    pub fingerprint: Fingerprint,
}

impl Examined {
    /// Looks at a token with an app's secret.
    pub fn new(raw: &str, secret: &Secret) -> Self {
        let token = Token::parse(raw);
        let signature_verifies = token.is_ok() && segments::split(raw).is_some_and(|parts| secret.verifies(&parts));
        Self { token, signature_verifies, fingerprint: Fingerprint::of(raw) }
    }

    /// The user the token is for.
    pub fn user_id(&self) -> Option<&str> {
        self.token.as_ref().ok()?.user_id.as_deref()
    }
}

/// What a caller shows. Whatever carried it, this is judged by `verdict::verify`.
#[derive(Clone, Debug, Default)]
pub struct Credentials {
    /// The api key; an empty one is none.
    pub api_key: Option<String>,
    /// The auth type as it was written.
    pub auth_type: Option<String>,
    /// The token. Empty when there is none, or when the app is not known.
    pub token: Option<Arc<Examined>>,
}

impl Credentials {
    /// The auth type, when it is one.
    pub fn auth_type(&self) -> Option<AuthType> {
        self.auth_type.as_deref().and_then(AuthType::parse)
    }

    /// The claims of the token, when it can be read.
    pub fn claims(&self) -> Option<&Token> {
        self.token.as_deref()?.token.as_ref().ok()
    }

    /// The user that the token names.
    pub fn user_id(&self) -> Option<&str> {
        self.token.as_ref()?.user_id()
    }
}

/// A token out of an `Authorization` value: `Bearer ` is tolerated, empty and JavaScript's `undefined` are none
/// (wire-contract 1.1, 1.5).
pub fn bare_token(authorization: &str) -> Option<&str> {
    let text = authorization.trim();
    let bare = match text.split_at_checked("bearer".len()) {
        Some((scheme, rest))
            if scheme.eq_ignore_ascii_case("bearer") && !rest.starts_with(|c: char| !c.is_whitespace()) =>
        {
            rest.trim()
        }
        _ => text,
    };
    Some(bare).filter(|bare| !bare.is_empty() && *bare != "undefined")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bearer_is_tolerated_and_empty_is_absent() {
        for text in ["a.b.c", "Bearer a.b.c", "bearer  a.b.c "] {
            assert_eq!(bare_token(text), Some("a.b.c"), "{text:?}");
        }
        for nothing in ["", "  ", "Bearer ", "bearer", "undefined"] {
            assert_eq!(bare_token(nothing), None, "{nothing:?}");
        }
    }
}
