//! A token taken apart, and put together. Pure: no clock, no secret store, no I/O.

use std::fmt;

use base64::Engine;
use base64::engine::GeneralPurpose;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use super::go_json;
use super::secret::Secret;
use super::segments::{LENIENT, normal_base64, split};

/// The claims that decide. All others are ignored; `server` is never read (wire-contract 1.2).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Token {
    /// Whether the header says HS256.
    pub is_hs256: bool,
    /// The user the token is for. `None` is a server token.
    pub user_id: Option<String>,
    /// Expires at, in seconds since the epoch.
    pub exp: Option<i64>,
    /// Not before, in seconds since the epoch.
    pub nbf: Option<i64>,
    /// Issued at, in seconds since the epoch.
    pub iat: Option<i64>,
    /// Which of the tokens it is that millpond made by the app's clock, when it is one: its times are the app's.
    pub own: Option<u64>,
}

/// The header field that says so.
pub const OWN: &str = "millpond";

/// Why a text is no token. Its `Display` is the text behind `JWTAuth error: ` (wire-contract 2.3 rows 4 to 7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Malformed {
    /// Not three segments, or nothing at all.
    Segments,
    /// A segment is not base64; the index of the first bad byte.
    Base64(usize),
    /// A segment is not JSON; Go's text for it.
    Json(String),
    /// A JSON value of the wrong type: Go's name of the type found, of the field, and of the type wanted.
    Type {
        /// The JSON type found.
        found: String,
        /// The claim; `None` for the payload as a whole.
        claim: Option<&'static str>,
        /// Go's name of the wanted type.
        wanted: &'static str,
    },
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Segments => f.write_str("token contains an invalid number of segments"),
            Self::Base64(at) => write!(f, "illegal base64 data at input byte {at}"),
            Self::Json(text) => f.write_str(text),
            Self::Type { found, claim: Some(claim), wanted } => {
                write!(
                    f,
                    "json: cannot unmarshal {found} into Go struct field StreamJWTClaims.{claim} of type {wanted}"
                )
            }
            Self::Type { found, claim: None, wanted } => {
                write!(f, "json: cannot unmarshal {found} into Go value of type {wanted}")
            }
        }
    }
}

/// The two JSON objects of a token, as anyone can read them without a secret.
#[derive(Clone, Debug, PartialEq)]
pub struct Contents {
    /// The first segment.
    pub header: Value,
    /// The second segment.
    pub claims: Value,
}

/// Reads both JSON segments. Wrong types inside are not looked at.
pub fn contents(raw: &str) -> Result<Contents, Malformed> {
    let parts = split(raw).ok_or(Malformed::Segments)?;
    let (header, payload) = parts.message.split_once('.').ok_or(Malformed::Segments)?;
    Ok(Contents { header: json_segment(header)?, claims: json_segment(payload)? })
}

fn json_segment(segment: &str) -> Result<Value, Malformed> {
    let bytes = LENIENT.decode(normal_base64(segment).as_bytes()).map_err(|fault| {
        Malformed::Base64(match fault {
            base64::DecodeError::InvalidByte(at, _) | base64::DecodeError::InvalidLastSymbol(at, _) => at,
            base64::DecodeError::InvalidLength(length) => length.saturating_sub(1),
            base64::DecodeError::InvalidPadding => segment.len(),
        })
    })?;
    // Go reads bytes that are not UTF-8 as U+FFFD; dev tokens of browsers are Latin-1.
    let text = String::from_utf8_lossy(&bytes);
    serde_json::from_str(&text).map_err(|_| Malformed::Json(go_json::syntax_error(&text)))
}

impl Token {
    /// Takes a token apart, without looking at its signature.
    pub fn parse(raw: &str) -> Result<Self, Malformed> {
        let Contents { header, claims } = contents(raw)?;
        if !header.is_object() && !header.is_null() {
            return Err(Malformed::Type {
                found: go_json::type_name(&header).to_owned(),
                claim: None,
                wanted: "map[string]interface {}",
            });
        }
        let empty = Map::new();
        let claims = match &claims {
            Value::Object(claims) => claims,
            Value::Null => &empty,
            other => {
                return Err(Malformed::Type {
                    found: go_json::type_name(other).to_owned(),
                    claim: None,
                    wanted: "StreamJWTClaims",
                });
            }
        };
        Ok(Self {
            is_hs256: header.get("alg").is_some_and(|alg| alg == "HS256"),
            user_id: text_claim(claims, "user_id")?,
            exp: second_claim(claims, "exp")?,
            nbf: second_claim(claims, "nbf")?,
            iat: second_claim(claims, "iat")?,
            own: header.get(OWN).and_then(Value::as_u64),
        })
    }
}

/// A text claim; `null` and the empty text are as good as none.
fn text_claim(claims: &Map<String, Value>, claim: &'static str) -> Result<Option<String>, Malformed> {
    match claims.get(claim) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone()).filter(|text| !text.is_empty())),
        Some(other) => {
            Err(Malformed::Type { found: go_json::type_name(other).to_owned(), claim: Some(claim), wanted: "string" })
        }
    }
}

fn second_claim(claims: &Map<String, Value>, claim: &'static str) -> Result<Option<i64>, Malformed> {
    match claims.get(claim) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => match value.as_i64() {
            Some(seconds) => Ok(Some(seconds)),
            None => Err(Malformed::Type {
                found: go_json::type_name_with_number(value),
                claim: Some(claim),
                wanted: "int64",
            }),
        },
    }
}

/// The header of every token that millpond makes, unless another is asked for.
pub fn header() -> Value {
    json!({"alg": "HS256", "typ": "JWT"})
}

/// Puts a token together and signs it with the secret, by the HMAC that the header names (for any other: HS256).
pub fn sign(header: &Value, claims: &Value, secret: &Secret) -> String {
    sign_in(&URL_SAFE_NO_PAD, header, claims, secret)
}

/// The same in another base64: other alphabets and padding are read as well.
pub fn sign_in(base64: &GeneralPurpose, header: &Value, claims: &Value, secret: &Secret) -> String {
    let message = message_in(base64, header, claims);
    let alg = header["alg"].as_str().unwrap_or_default();
    let signature = base64.encode(secret.sign(&message, alg));
    format!("{message}.{signature}")
}

/// A developer token: the claims with the literal signature `devtoken` (wire-contract 1.2).
pub fn dev_token(user_id: &str) -> String {
    format!("{}.devtoken", message(&header(), &json!({"user_id": user_id})))
}

/// `header.payload`, which a signature goes over.
pub fn message(header: &Value, claims: &Value) -> String {
    message_in(&URL_SAFE_NO_PAD, header, claims)
}

fn message_in(base64: &GeneralPurpose, header: &Value, claims: &Value) -> String {
    format!("{}.{}", base64.encode(header.to_string()), base64.encode(claims.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token_of(payload: &str) -> String {
        format!("{}.{}.x", URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256"}"#), URL_SAFE_NO_PAD.encode(payload))
    }

    fn refusal_of(payload: &str) -> String {
        Token::parse(&token_of(payload)).expect_err("malformed").to_string()
    }

    #[test]
    fn a_token_has_three_segments() {
        for raw in ["", "a", "a.b", "a.b.c.d"] {
            assert_eq!(Token::parse(raw), Err(Malformed::Segments), "{raw:?}");
        }
    }

    #[test]
    fn wrong_claim_types_speak_go() {
        assert_eq!(
            refusal_of(r#"{"user_id":5}"#),
            "json: cannot unmarshal number into Go struct field StreamJWTClaims.user_id of type string"
        );
        assert_eq!(
            refusal_of(r#"{"exp":{}}"#),
            "json: cannot unmarshal object into Go struct field StreamJWTClaims.exp of type int64"
        );
        assert_eq!(
            refusal_of(r#"{"iat":1.5}"#),
            "json: cannot unmarshal number 1.5 into Go struct field StreamJWTClaims.iat of type int64"
        );
        assert_eq!(refusal_of("[1]"), "json: cannot unmarshal array into Go value of type StreamJWTClaims");
        assert_eq!(refusal_of("this"), "invalid character 'h' in literal true (expecting 'r')");
        assert_eq!(
            Token::parse("..").map_err(|fault| fault.to_string()),
            Err("unexpected end of JSON input".to_owned())
        );
    }

    #[test]
    fn the_server_claim_is_never_read_and_no_user_is_a_server() {
        for payload in [
            "{}",
            "null",
            r#"{"server":true}"#,
            r#"{"server":"true"}"#,
            r#"{"server":[1]}"#,
            r#"{"user_id":""}"#,
            r#"{"user_id":null}"#,
        ] {
            assert_eq!(Token::parse(&token_of(payload)).map(|token| token.user_id), Ok(None), "{payload}");
        }
    }

    #[test]
    fn both_alphabets_and_padding_are_read() {
        let claims = r#"{"user_id":"a>?~","x":"ÿþ"}"#;
        for engine in [&base64::engine::general_purpose::STANDARD, &base64::engine::general_purpose::URL_SAFE] {
            let raw = format!("{}.{}.devtoken", engine.encode(r#"{"alg":"HS256"}"#), engine.encode(claims));
            assert_eq!(Token::parse(&raw).map(|token| token.user_id), Ok(Some("a>?~".to_owned())));
        }
    }

    #[test]
    fn the_signature_is_over_the_segments_as_sent() {
        let secret = Secret::new("sécret ☂");
        let standard = &base64::engine::general_purpose::STANDARD;
        let sent = format!("{}.{}", standard.encode(r#"{"alg":"HS256" }"#), standard.encode(r#"{"user_id":"a>?~?"}"#));
        let signature = URL_SAFE_NO_PAD.encode(secret.sign(&sent, "HS256"));
        let raw = format!("{sent}.{signature}");
        assert!(sent.contains('='), "padded");
        assert!(secret.verifies(&split(&raw).expect("three segments")));
        let padded = format!("{sent}.{signature}=");
        assert!(secret.verifies(&split(&padded).expect("three segments")));
        assert!(!Secret::new("secret").verifies(&split(&raw).expect("three segments")));
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(raw in ".{0,80}", payload in ".{0,60}") {
            let _ = Token::parse(&raw);
            let _ = Token::parse(&token_of(&payload));
        }
    }
}
