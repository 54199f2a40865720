//! Tokens put together by hand, so that no test of a token leans on the code that it tests.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use serde_json::{Value, json};

use crate::app::{Answer, Caller, TestApp};

/// The moment at which the clocks of these tests stand still.
pub const NOON: i64 = 1_769_860_800;
/// The same as the control API takes it.
pub const NOON_TEXT: &str = "2026-01-31T12:00:00Z";

/// The header that every SDK sends.
pub const HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

/// base64url without padding.
pub fn b64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Standard base64 with padding, as a browser's `btoa` makes it.
pub fn btoa(bytes: impl AsRef<[u8]>) -> String {
    STANDARD.encode(bytes)
}

/// The signature over a message as it is.
pub fn signature(message: &str, secret: &str) -> String {
    crypto::sign(message.as_bytes(), &EncodingKey::from_secret(secret.as_bytes()), Algorithm::HS256).unwrap()
}

/// A token of a message that is already encoded.
pub fn signed(message: &str, secret: &str) -> String {
    format!("{message}.{}", signature(message, secret))
}

/// A token of these two JSON texts.
pub fn token(header: &str, payload: &str, secret: &str) -> String {
    signed(&format!("{}.{}", b64(header), b64(payload)), secret)
}

/// The answer is a refusal of the operation with this status, code and inner text.
#[track_caller]
pub fn refused(answer: &Answer, operation: &str, (status, code, inner): (u16, i64, &str)) {
    let message = format!("{operation} failed with error: \"{inner}\"");
    assert_eq!(answer.error(), (status, code, message));
}

/// Row 3 of wire-contract 2.3.
pub const NO_AUTH_TYPE: (u16, i64, &str) = (401, 5, "stream-auth-type missing or invalid");
/// Row 4.
pub const SEGMENTS: (u16, i64, &str) = (401, 5, "JWTAuth error: token contains an invalid number of segments");
/// Row 8.
pub const EXPIRED: (u16, i64, &str) = (401, 40, "JWTAuth error: token is expired (exp)");
/// Row 9.
pub const NOT_YET: (u16, i64, &str) = (401, 41, "JWTAuth error: token is not valid yet (nbf)");
/// Row 10.
pub const BEFORE_ISSUE: (u16, i64, &str) = (401, 42, "JWTAuth error: token used before issue at (iat)");
/// Row 12.
pub const BAD_SERVER_SIGNATURE: (u16, i64, &str) = (401, 5, "Token signature is invalid");
/// Row 13.
pub const REVOKED: (u16, i64, &str) = (401, 40, "This token has been revoked, please generate a new token");
/// Row 25.
pub const SERVER_ONLY: (u16, i64, &str) = (403, 17, "this endpoint is only allowed with server side auth");

impl TestApp {
    /// A new app whose clock stands still at noon.
    pub fn at_noon() -> Self {
        let app = Self::new();
        app.freeze(NOON_TEXT);
        app
    }

    /// A token of these claims, signed by hand with the app's secret.
    pub fn sign(&self, claims: &Value) -> String {
        token(HEADER, &claims.to_string(), &self.api_secret)
    }

    /// Whoever bears a token of these claims.
    pub fn bearer(&self, claims: &Value) -> Caller {
        self.with_token(&self.sign(claims))
    }

    /// Whoever bears a token of this payload, which need not be an object.
    pub fn payload(&self, payload: &str) -> Caller {
        self.with_token(&token(HEADER, payload, &self.api_secret))
    }

    /// A server without any claim, as the Python SDK is one.
    pub fn root(&self) -> Caller {
        self.bearer(&json!({}))
    }

    /// Row 11, which names the app's key.
    pub fn bad_signature(&self) -> String {
        format!(
            "JWTAuth error: signature is not valid. Make sure the token is created using the secret for API key \"{}\"",
            self.api_key
        )
    }

    /// Sets settings of Stream's.
    #[track_caller]
    pub fn set(&self, settings: &Value) {
        self.root().patch("/api/v2/app", settings).ok();
    }

    /// Sets millpond's own settings.
    #[track_caller]
    pub fn tune(&self, settings: &Value) {
        self.control("PATCH", "/settings", settings).ok();
    }

    /// Revokes a user's tokens; `null` undoes it.
    #[track_caller]
    pub fn revoke(&self, user: &str, before: &Value) {
        let change = json!({"users": [{"id": user, "set": {"revoke_tokens_issued_before": before}}]});
        self.root().patch("/api/v2/users", &change).ok();
    }

    /// Calls with exactly these headers, and the query as it is.
    pub fn bare(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&str>) -> Answer {
        crate::app::send(method, &format!("{}{path}", self.url), headers, body)
    }
}
