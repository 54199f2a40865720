//! An entry of the journal. It has no place for a token or a secret: of a token there is a fingerprint, and free text
//! goes through [`Text`].

use std::borrow::Cow;
use std::fmt::{self, Write as _};
use std::sync::Arc;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::auth::check::{Check, Verdict};
use crate::auth::fingerprint::Fingerprint;
use crate::auth::kind::Caller;
use crate::clock::Time;
use crate::ids::{USER_ID_MAX_BYTES, UserId};

/// The longest free text in an entry, in bytes: the ring has a bound in bytes as well.
const TEXT_MAX_BYTES: usize = 512;

/// The operation of a signed-in socket's end.
pub const DISCONNECT: &str = "Disconnect";
/// The method of an event that went out.
pub const METHOD_EVENT: &str = "EVENT";
/// The method of what happens on an open socket.
pub const METHOD_SOCKET: &str = "WS";

/// The status of a call whose client hung up before the answer. Never sent: nginx writes it into its log.
pub const CLIENT_LEFT: u16 = 499;
/// The status of a call whose connection a fault cut, without an answer.
pub const CUT: u16 = 0;

/// How it came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Done.
    Ok,
    /// The caller was told no.
    Refused,
    /// It was not the caller's doing.
    Failed,
}

impl Outcome {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Ok, Self::Refused, Self::Failed];

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }
}

/// Free text of a bounded length, in which what looks like a token was replaced by its fingerprint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text(Box<str>);

/// How a JWT begins: the base64 of `{"`.
const TOKEN_BEGIN: &str = "eyJ";

impl Text {
    /// The text, if it is harmless and short.
    pub fn new(text: &str) -> Self {
        Self(clipped(&harmless(text), TEXT_MAX_BYTES).into())
    }

    /// The text, unless it is empty.
    pub fn some(text: &str) -> Option<Self> {
        (!text.is_empty()).then(|| Self::new(text))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// A text in which what looks like a token was replaced by its fingerprint.
pub(super) fn harmless(text: &str) -> Cow<'_, str> {
    if !text.contains(TOKEN_BEGIN) {
        return Cow::Borrowed(text);
    }
    let is_part = |c: char| c.is_ascii_alphanumeric() || "-_+/=.%".contains(c);
    let (mut harmless, mut rest) = (String::new(), text);
    while let Some(at) = rest.find(TOKEN_BEGIN) {
        let (before, token) = rest.split_at(at);
        let (token, behind) = token.split_at(token.find(|c| !is_part(c)).unwrap_or(token.len()));
        harmless.push_str(before);
        // Writing to a string cannot fail.
        let _ = write!(harmless, "[token {}]", Fingerprint::of(token));
        rest = behind;
    }
    harmless.push_str(rest);
    Cow::Owned(harmless)
}

/// The beginning of a text, at most so many bytes.
fn clipped(text: &str, most: usize) -> &str {
    let end = (0..=most.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
    &text[..end.unwrap_or_default()]
}

/// The check that decided, in words.
#[derive(Debug, PartialEq, Eq)]
pub struct Why {
    /// What was there.
    pub seen: Text,
    /// What would have passed.
    pub wanted: Text,
    /// The key of another app, with whose secret the token was signed: for the control API alone.
    pub signed_by: Option<Arc<str>>,
}

/// Who called, as far as it was shown.
#[derive(Clone, Debug, Default)]
pub struct Who {
    /// What the caller was admitted as.
    pub caller: Caller,
    /// The user who called or, of a refused call, the one that the token names.
    pub user_id: Option<UserId>,
    /// The judgement of the credentials, where there was one.
    pub verdict: Option<Verdict>,
    /// Its deciding check in words, where one failed.
    pub why: Option<Arc<Why>>,
    /// The token that was shown.
    pub token: Option<Fingerprint>,
}

impl Who {
    /// The user's id as text.
    pub fn user(&self) -> Option<&str> {
        self.user_id.as_ref().map(UserId::as_str)
    }

    /// The check of the credentials that failed, if one did.
    pub fn check(&self) -> Option<&'static str> {
        self.verdict.and_then(|verdict| verdict.failed).map(Check::name)
    }
}

/// Something that happened.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its place in the app's journal, from 1; set when it is written.
    pub id: u64,
    /// Its place among the entries of all apps; set when it is written.
    pub order: u64,
    /// When, by the app's clock.
    pub at: Time,
    /// The operation, or the type of an event.
    pub operation: Cow<'static, str>,
    /// The HTTP method, [`METHOD_EVENT`] or [`METHOD_SOCKET`].
    pub method: Cow<'static, str>,
    /// The path without the query; empty for events.
    pub path: Text,
    /// Who called.
    pub who: Who,
    /// The HTTP status, or the close code of a socket; 0 for a connection that was cut.
    pub status: u16,
    /// Stream's error code, 0 for none.
    pub code: i32,
    /// Stream's error text without the words around it; empty for none.
    pub message: Text,
    /// How long it took, in milliseconds; 0 for what has no length.
    pub duration_ms: f64,
    /// The connection that was named or opened.
    pub connection_id: Option<Text>,
    /// `X-Stream-Client`.
    pub sdk: Option<Text>,
    /// The fault that applied.
    pub fault: Option<Arc<str>>,
    /// Whether a stub answered.
    pub stubbed: bool,
}

impl Entry {
    /// An entry with nothing but what each has.
    pub fn new(
        at: Time,
        operation: impl Into<Cow<'static, str>>,
        method: impl Into<Cow<'static, str>>,
        status: u16,
    ) -> Self {
        Self {
            id: 0,
            order: 0,
            at,
            operation: operation.into(),
            method: method.into(),
            path: Text::default(),
            who: Who::default(),
            status,
            code: 0,
            message: Text::default(),
            duration_ms: 0.0,
            connection_id: None,
            sdk: None,
            fault: None,
            stubbed: false,
        }
    }

    /// How it came out.
    pub fn outcome(&self) -> Outcome {
        match self.status {
            _ if self.method == METHOD_SOCKET => self.socket_outcome(),
            CUT | CLIENT_LEFT => Outcome::Failed,
            ..400 => Outcome::Ok,
            400..500 => Outcome::Refused,
            _ => Outcome::Failed,
        }
    }

    /// A socket that was told an error was refused; one that broke the protocol or a limit has failed.
    fn socket_outcome(&self) -> Outcome {
        match self.status {
            _ if self.code != 0 => Outcome::Refused,
            1002 | 1003 | 1007..=1015 => Outcome::Failed,
            _ => Outcome::Ok,
        }
    }

    /// Bounds what a caller could make long, beside [`Text`].
    pub(super) fn clip(&mut self) {
        if let Cow::Owned(operation) = &mut self.operation {
            *operation = Text::new(operation).to_string();
        }
        if let Some(user) = self.who.user_id.as_mut().filter(|user| user.as_str().len() > USER_ID_MAX_BYTES) {
            *user = UserId::trusted(clipped(user.as_str(), USER_ID_MAX_BYTES));
        }
    }
}

/// A check of a verdict; the one that decided with its words.
#[derive(Serialize)]
struct Checked<'a> {
    name: &'static str,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    seen: Option<&'a Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    wanted: Option<&'a Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    signed_by: Option<&'a str>,
}

impl<'a> Checked<'a> {
    fn new(verdict: &Verdict, check: Check, why: Option<&'a Why>) -> Self {
        let why = why.filter(|_| verdict.failed == Some(check));
        Self {
            name: check.name(),
            outcome: verdict.outcome(check).name(),
            seen: why.map(|why| &why.seen),
            wanted: why.map(|why| &why.wanted),
            signed_by: why.and_then(|why| why.signed_by.as_deref()),
        }
    }
}

/// What [`Serialize`] writes.
impl JsonSchema for Entry {
    fn schema_name() -> Cow<'static, str> {
        "Entry".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let checked = json_schema!({
            "type": "object",
            "properties": {
                "name": { "type": "string" },
                "outcome": { "type": "string" },
                "seen": { "description": "What was there; of the deciding check alone.", "type": "string" },
                "wanted": { "description": "What would have passed; of the deciding check alone.", "type": "string" },
                "signed_by": { "description": "The key of another app, with whose secret the token was signed.", "type": "string" },
            },
            "required": ["name", "outcome"],
        });
        let mut schema = json_schema!({
            "description": "Something that happened.",
            "type": "object",
            "properties": {
                "id": { "description": "Its place in the app's journal, from 1.", "type": "integer", "minimum": 1 },
                "at": { "description": "When, by the app's clock.", "type": "string" },
                "operation": { "description": "The operation, or the type of an event.", "type": "string" },
                "method": { "description": "The HTTP method, `EVENT` or `WS`.", "type": "string" },
                "path": { "description": "The path without the query; empty for events.", "type": "string" },
                "caller": { "description": "What the caller was admitted as.", "enum": Caller::WORDS },
                "user_id": { "description": "The user who called, or whom the token names.", "type": ["string", "null"] },
                "outcome": { "description": "How it came out.", "enum": Outcome::ALL.map(Outcome::name) },
                "status": { "description": "The HTTP status, or the close code of a socket; 0 for a connection that was cut.", "type": "integer" },
                "code": { "description": "Stream's error code; 0 for none.", "type": "integer" },
                "message": { "description": "Stream's error text without the words around it; empty for none.", "type": "string" },
                "checks": { "description": "The verdict on the token, check by check.", "type": "array", "items": checked },
                "duration_ms": { "description": "How long it took, in milliseconds.", "type": "number" },
                "connection_id": { "description": "The connection that was named or opened.", "type": ["string", "null"] },
                "token": { "description": "A fingerprint of the token.", "type": ["string", "null"], "pattern": "^[0-9a-f]{12}$" },
                "sdk": { "description": "What `X-Stream-Client` says.", "type": ["string", "null"] },
                "fault": { "description": "The id of the fault that applied.", "type": ["string", "null"] },
                "stubbed": { "description": "Whether a stub answered.", "type": "boolean" },
            },
        });
        // All of them are there always.
        let names: Vec<_> =
            schema.get("properties").and_then(serde_json::Value::as_object).into_iter().flatten().collect();
        let names: Vec<String> = names.into_iter().map(|(name, _)| name.clone()).collect();
        schema.insert("required".to_owned(), names.into());
        schema
    }
}

impl Serialize for Entry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let why = self.who.why.as_deref();
        let checks =
            self.who.verdict.iter().flat_map(|verdict| Check::ALL.map(|check| Checked::new(verdict, check, why)));
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &self.id)?;
        map.serialize_entry("at", &self.at.rfc3339())?;
        map.serialize_entry("operation", &self.operation)?;
        map.serialize_entry("method", &self.method)?;
        map.serialize_entry("path", &self.path)?;
        map.serialize_entry("caller", self.who.caller.name())?;
        map.serialize_entry("user_id", &self.who.user_id)?;
        map.serialize_entry("outcome", self.outcome().name())?;
        map.serialize_entry("status", &self.status)?;
        map.serialize_entry("code", &self.code)?;
        map.serialize_entry("message", &self.message)?;
        map.serialize_entry("checks", &checks.collect::<Vec<_>>())?;
        map.serialize_entry("duration_ms", &((self.duration_ms * 100.0).round() / 100.0))?;
        map.serialize_entry("connection_id", &self.connection_id)?;
        map.serialize_entry("token", &self.who.token)?;
        map.serialize_entry("sdk", &self.sdk)?;
        map.serialize_entry("fault", &self.fault.as_deref())?;
        map.serialize_entry("stubbed", &self.stubbed)?;
        map.end()
    }
}
