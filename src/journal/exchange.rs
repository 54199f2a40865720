//! What went over the wire in a call: the query, and both bodies. Kept as it came, and shown with every secret masked.

use std::collections::BTreeMap;
use std::fmt;

use bytes::Bytes;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use super::entry::harmless;
use crate::params::Params;

/// Calls of an app whose exchanges are kept; the oldest go first.
pub const EXCHANGES_MAX: usize = 256;

/// The longest query or body that is kept, in bytes. Of a longer one there is only the length.
pub const KEPT_MAX_BYTES: usize = 4 * 1024;

/// What stands in place of a secret.
pub const MASK: &str = "[redacted]";

/// Parts of the names of fields whose values are secrets, beside names that end with `key`.
const SECRETS: [&str; 10] =
    ["token", "secret", "password", "passwd", "credential", "private", "cert", "p12", "authorization", "signature"];

/// Names like those of secrets, of what is none.
const NO_SECRETS: [&str; 1] = ["revoke_tokens_issued_before"];

/// Parameters that are not kept: whoever reads the journal knows the app, and credentials have their verdict.
const NOT_KEPT: [&str; 2] = ["authorization", "api_key"];

/// Bytes that may hold secrets: [`Kept::redacted`] is the only way to read them.
#[derive(Clone)]
pub struct Kept {
    bytes: Option<Bytes>,
    length: usize,
}

impl Kept {
    /// Keeps the bytes, unless they are too many.
    pub fn new(bytes: &Bytes) -> Self {
        Self { bytes: (bytes.len() <= KEPT_MAX_BYTES).then(|| bytes.clone()), length: bytes.len() }
    }

    /// What may be seen of a body.
    pub fn redacted(&self) -> Body {
        let body_bytes = Some(self.length);
        let Some(bytes) = &self.bytes else {
            return Body { body: Value::Null, body_bytes, body_kind: Some(Kind::TooLong) };
        };
        let (body, kind) = match serde_json::from_slice(bytes) {
            Ok(tree) => (masked(tree), Kind::Json),
            Err(_) if std::str::from_utf8(bytes).is_ok() => (Value::Null, Kind::Text),
            Err(_) => (Value::Null, Kind::Binary),
        };
        Body { body, body_bytes, body_kind: Some(kind) }
    }
}

/// Tells the length alone.
impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.length)
    }
}

/// What a call and its answer were.
#[derive(Clone, Debug)]
pub struct Exchange {
    query: Kept,
    request: Option<Kept>,
    answer: Option<Kept>,
}

impl Exchange {
    /// That of a call with these parameters and bodies, as far as they are known.
    pub fn new(params: &Params, request: Option<Kept>, answer: Option<Kept>) -> Self {
        Self { query: Kept::new(&params.without(&NOT_KEPT).into()), request, answer }
    }

    /// What may be seen of the request.
    pub fn request(&self) -> Request {
        Request { query: self.query(), body: body(self.request.as_ref()) }
    }

    /// What may be seen of the answer.
    pub fn answer(&self) -> Body {
        body(self.answer.as_ref())
    }

    fn query(&self) -> Option<BTreeMap<String, String>> {
        let pairs = url::form_urlencoded::parse(self.query.bytes.as_deref()?);
        let mut shown = BTreeMap::new();
        for (name, value) in pairs {
            let value = if is_secret(&name) { MASK.to_owned() } else { masked_text(&value) };
            // Of a repeated one the first counts.
            shown.entry(harmless(&name).into_owned()).or_insert(value);
        }
        Some(shown)
    }
}

fn body(kept: Option<&Kept>) -> Body {
    kept.map(Kept::redacted).unwrap_or_default()
}

/// What may be seen of a request.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct Request {
    /// The query's parameters without the credentials; null where none are kept.
    query: Option<BTreeMap<String, String>>,
    #[serde(flatten)]
    body: Body,
}

/// What may be seen of a body.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[expect(clippy::struct_field_names, reason = "they stand beside others in a flattened object")]
pub struct Body {
    /// Its JSON, with `"[redacted]"` in place of secrets; null where it is not kept.
    body: Value,
    /// Its length in bytes; null where there was none, or it was not read.
    body_bytes: Option<usize>,
    /// What it is; null where there was none, or it was not read.
    body_kind: Option<Kind>,
}

/// What a body is.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Kind {
    /// JSON, which is shown.
    Json,
    /// Other text, which is not.
    Text,
    /// No text.
    Binary,
    /// Longer than what is kept.
    TooLong,
}

fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    !NO_SECRETS.contains(&&*name) && (name.ends_with("key") || SECRETS.iter().any(|part| name.contains(part)))
}

fn masked(tree: Value) -> Value {
    match tree {
        Value::String(text) => masked_text(&text).into(),
        Value::Array(items) => items.into_iter().map(masked).collect(),
        Value::Object(fields) => Value::Object(fields.into_iter().map(masked_field).collect::<Map<_, _>>()),
        plain => plain,
    }
}

fn masked_field((name, value): (String, Value)) -> (String, Value) {
    let value = match value {
        // That there is none, or whether there is one, gives nothing away.
        Value::Null | Value::Bool(_) => value,
        _ if is_secret(&name) => MASK.into(),
        value => masked(value),
    };
    (harmless(&name).into_owned(), value)
}

/// A text may hold JSON of its own: a query's `payload`, or a file that somebody put into a field.
fn masked_text(text: &str) -> String {
    if text.contains("PRIVATE KEY") {
        return MASK.to_owned();
    }
    if !text.trim_start().starts_with(['{', '[', '"']) {
        return harmless(text).into_owned();
    }
    match serde_json::from_str(text) {
        Ok(tree) => masked(tree).to_string(),
        // It may be a secret's, cut off.
        Err(_) => MASK.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn seen(body: &str) -> Body {
        Kept::new(&Bytes::copy_from_slice(body.as_bytes())).redacted()
    }

    #[test]
    fn values_under_names_of_secrets_are_masked_at_every_depth() {
        let body = json!({
            "id": "john", "Access_Token": "a", "list": [{"apiKey": {"deep": 1}, "password": 7}], "token": null,
            "has_secret": true, "revoke_tokens_issued_before": "2026-01-31T12:00:00Z",
            "file": json!({"private_key_id": "p", "kind": "x"}).to_string(), "pem": "-----BEGIN PRIVATE KEY-----",
            "half": "{\"secret\": \"s", "said": "it is eyJhbGciOiJIUzI1NiJ9.e30.abc, yes",
        });
        let mut shown = seen(&body.to_string()).body;
        assert!(
            shown["said"]
                .take()
                .as_str()
                .is_some_and(|said| said.starts_with("it is [token ") && said.ends_with("], yes"))
        );
        let wanted = json!({
            "id": "john", "Access_Token": MASK, "list": [{"apiKey": MASK, "password": MASK}], "token": null,
            "has_secret": true, "revoke_tokens_issued_before": "2026-01-31T12:00:00Z",
            "file": json!({"private_key_id": MASK, "kind": "x"}).to_string(), "pem": MASK, "half": MASK, "said": null,
        });
        assert_eq!(shown, wanted);
    }

    #[test]
    fn what_is_no_json_or_too_long_is_told_by_length_and_kind() {
        let told = |body: &str| serde_json::to_value(seen(body)).expect("JSON");
        assert_eq!(told("secret=s"), json!({"body": null, "body_bytes": 8, "body_kind": "text"}));
        let most = KEPT_MAX_BYTES - 2;
        assert_eq!(told(&format!("\"{}\"", "x".repeat(most)))["body"], "x".repeat(most));
        let long = told(&format!("\"{}\"", "x".repeat(most + 1)));
        assert_eq!(long, json!({"body": null, "body_bytes": KEPT_MAX_BYTES + 1, "body_kind": "too_long"}));
        let binary = Kept::new(&Bytes::from_static(&[0xff, 0xfe]));
        assert_eq!(serde_json::to_value(binary.redacted()).expect("JSON")["body_kind"], "binary");
        assert_eq!(format!("{binary:?}"), "2 bytes");
    }
}
