//! Faults: the next calls that match one fail, wait or are cut, instead of or before their answer (design.md 6).
//!
//! `fixture::faults` reads and checks what people write. What serde reads here is what it wrote: a row of the database.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::auth::kind::Caller;
use crate::clock::{DurationNs, SECOND_NS};
use crate::error::Code;

pub mod armed;

/// What a fault's `operation` says for every operation of Stream's, `Connect` included and the token provider not.
pub const EVERY_OPERATION: &str = "*";

/// A fault's id, in characters at the most.
pub const FAULT_ID_MAX_CHARS: usize = 64;
/// An error's own text, in characters at the most.
pub const MESSAGE_MAX_CHARS: usize = 1_000;
/// How long a fault can make a call wait: a minute.
pub const LATENCY_MAX_NS: i64 = 60 * SECOND_NS;
/// The codes with which a socket can be closed.
pub const CLOSE_CODES: std::ops::RangeInclusive<u16> = 1_000..=4_999;
/// Codes among them that no close frame may carry (RFC 6455, 7.4.1).
pub const CLOSE_CODES_RESERVED: [u16; 4] = [1_004, 1_005, 1_006, 1_015];

/// Whether a close frame may carry this code.
pub fn is_close_code(code: u16) -> bool {
    CLOSE_CODES.contains(&code) && !CLOSE_CODES_RESERVED.contains(&code)
}

/// Makes matching calls fail, wait or be cut.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Its id, unique within the app; made up where it is not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = FAULT_ID_MAX_CHARS), extend("pattern" = "^[A-Za-z0-9_.-]*$"))]
    pub id: Option<String>,
    /// The operation whose calls match; `*` for every one of Stream's.
    pub operation: String,
    /// Only calls of this user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1))]
    pub user_id: Option<String>,
    /// Only calls of this kind of caller.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller: Option<Caller>,
    /// How many calls: the next one by default, `null` for all.
    #[serde(default = "once")]
    #[schemars(range(min = 1))]
    pub times: Option<u32>,
    /// What happens to them.
    pub then: Then,
}

#[expect(clippy::unnecessary_wraps, reason = "`None` means every call")]
fn once() -> Option<u32> {
    Some(1)
}

/// The next call of any operation is cut.
impl Default for Fault {
    fn default() -> Self {
        let operation = EVERY_OPERATION.to_owned();
        Self { id: None, operation, user_id: None, caller: None, times: once(), then: Then::Cut(Yes) }
    }
}

/// What happens to a call that matches. One of these.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Then {
    /// It is refused with an error of Stream's.
    Error(ErrorThen),
    /// It waits so long, at most a minute, and goes on.
    Latency(DurationNs),
    /// Its connection is cut without an answer.
    Cut(Yes),
    /// It is over the rate limit, which ends after so long.
    RateLimit(DurationNs),
    /// Something happens to open sockets, or to the handshake.
    Socket(SocketThen),
}

/// An error of Stream's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ErrorThen {
    /// Its code: the number, such as 40, or the name, such as `TokenExpiredError`.
    #[serde(with = "code")]
    #[schemars(schema_with = "code::schema")]
    pub code: Code,
    /// A text in place of the usual one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = MESSAGE_MAX_CHARS))]
    pub message: Option<String>,
}

/// What happens to a socket. One of these.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SocketThen {
    /// `connection.error` with an error of Stream's.
    Error(ErrorThen),
    /// It is closed with this code.
    #[schemars(with = "CloseCode")]
    Close(u16),
    /// It says nothing any more.
    Silence(Silence),
    /// Its token expires now.
    Expire(Yes),
}

/// What a silent socket keeps to itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Silence {
    /// Everything.
    All,
    /// Health checks alone.
    HealthChecks,
}

impl Silence {
    /// Every kind.
    pub const ALL: [Self; 2] = [Self::All, Self::HealthChecks];
    /// Their words, in the same order.
    pub const WORDS: [&str; 2] = ["all", "health_checks"];
}

impl JsonSchema for Silence {
    fn schema_name() -> Cow<'static, str> {
        "Silence".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "What a silent socket keeps to itself: everything (`all`, or true), or health checks alone.",
            "enum": ["all", "health_checks", true],
        })
    }
}

/// How a schema describes a close code.
struct CloseCode;

impl JsonSchema for CloseCode {
    fn schema_name() -> Cow<'static, str> {
        "CloseCode".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A code that a close frame may carry.",
            "type": "integer",
            "minimum": CLOSE_CODES.start(),
            "maximum": CLOSE_CODES.end(),
            "not": { "enum": CLOSE_CODES_RESERVED },
        })
    }
}

/// `true`, which is all that can be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Yes;

impl Serialize for Yes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bool(true)
    }
}

impl<'de> Deserialize<'de> for Yes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if bool::deserialize(deserializer)? { Ok(Self) } else { Err(serde::de::Error::custom("true is wanted")) }
    }
}

impl JsonSchema for Yes {
    fn schema_name() -> Cow<'static, str> {
        "Yes".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "description": "Nothing else can be said of it.", "const": true })
    }
}

/// A code as its number or, where another has the same, its name.
mod code {
    use super::{Code, Deserialize, Deserializer, Schema, SchemaGenerator, Serializer, json_schema};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
    pub fn serialize<S: Serializer>(code: &Code, serializer: S) -> Result<S::Ok, S::Error> {
        if Code::numbered(code.number().into()) == Some(*code) {
            serializer.serialize_i32(code.number())
        } else {
            serializer.serialize_str(code.name())
        }
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Code, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Given {
            Number(i64),
            Name(String),
        }
        let found = match Given::deserialize(deserializer)? {
            Given::Number(number) => Code::numbered(number),
            Given::Name(name) => Code::named(&name),
        };
        found.ok_or_else(|| serde::de::Error::custom("no code of Stream's"))
    }

    pub fn schema(_: &mut SchemaGenerator) -> Schema {
        let numbers = Code::ALL.iter().filter(|code| Code::numbered(code.number().into()) == Some(**code));
        let numbers: Vec<_> = numbers.map(|code| code.number()).collect();
        let names: Vec<_> = Code::ALL.iter().map(|code| code.name()).collect();
        json_schema!({ "anyOf": [{ "enum": numbers }, { "enum": names }] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back_also_a_code_whose_number_another_has() {
        let error = |code| ErrorThen { code, message: Some("m".to_owned()) };
        let thens = [
            Then::Error(error(Code::TokenExpiredError)),
            Then::Error(error(Code::NotBuiltError)),
            Then::Latency(DurationNs(1_500_000)),
            Then::Cut(Yes),
            Then::RateLimit(DurationNs(SECOND_NS)),
            Then::Socket(SocketThen::Error(error(Code::DoesNotExistError))),
            Then::Socket(SocketThen::Close(4_001)),
            Then::Socket(SocketThen::Silence(Silence::HealthChecks)),
            Then::Socket(SocketThen::Expire(Yes)),
        ];
        for then in thens {
            for times in [None, Some(3)] {
                let fault = Fault { id: Some("a".to_owned()), times, then: then.clone(), ..Fault::default() };
                let text = serde_json::to_string(&fault).expect("text");
                assert_eq!(serde_json::from_str::<Fault>(&text).expect(&text), fault);
            }
        }
        let text = serde_json::to_string(&error(Code::NotBuiltError)).expect("text");
        assert_eq!(text, r#"{"code":"NotBuiltError","message":"m"}"#);
        assert_eq!(
            serde_json::to_string(&error(Code::TokenExpiredError)).expect("text"),
            r#"{"code":40,"message":"m"}"#
        );
    }

    #[test]
    fn words_are_what_is_written() {
        assert_eq!(serde_json::json!(Caller::ALL), serde_json::json!(Caller::WORDS));
        assert_eq!(serde_json::json!(Silence::ALL), serde_json::json!(Silence::WORDS));
    }
}
