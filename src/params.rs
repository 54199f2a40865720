//! What a request brings: the query's parameters, and its body. Faults speak as Stream's decoder does (wire-contract 2.1).

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use actix_web::dev::Payload;
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::body::{self, Unbounded};
use crate::door::Call;
use crate::error::{ApiError, Code, Result};
use crate::validate::within;

/// The largest body that an operation reads, in bytes.
pub const BODY_MAX_BYTES: usize = 4 * 1024 * 1024;

/// The query's parameters, decoded. All are texts; of a repeated one the first counts.
#[derive(Clone, Debug, Default)]
pub struct Params {
    pairs: Vec<(String, String)>,
    with_semicolon: Vec<String>,
}

impl Params {
    /// Decodes a query string (`+` is a space).
    pub fn parse(query: &str) -> Self {
        let decoded = |text: &str| url::form_urlencoded::parse(text.as_bytes()).into_owned().collect::<Vec<_>>();
        let with_semicolon = query.split('&').filter(|pair| pair.contains(';'));
        let with_semicolon = with_semicolon.flat_map(|pair| decoded(pair).into_iter().map(|(name, _)| name)).collect();
        Self { pairs: decoded(query), with_semicolon }
    }

    /// Whether a `;` stood in a parameter as it is, not as `%3B`: Go's servers drop such a parameter.
    pub fn has_raw_semicolon(&self, name: &str) -> bool {
        self.with_semicolon.iter().any(|other| other == name)
    }

    /// A parameter's text.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The names of all parameters, in the order in which they came.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.pairs.iter().map(|(name, _)| name.as_str())
    }

    /// The query again, without some of its parameters.
    pub fn without(&self, names: &[&str]) -> String {
        let others = self.pairs.iter().filter(|(name, _)| !names.contains(&name.as_str()));
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(others).finish()
    }

    /// A parameter that has to be there and not empty.
    pub fn required(&self, name: &str) -> Result<&str> {
        self.get(name)
            .filter(|value| !value.is_empty())
            .ok_or_else(|| ApiError::input(format!("{name} is a required field")))
    }

    /// `true` or `false`; absent is `false`.
    pub fn flag(&self, name: &str) -> Result<bool> {
        match self.get(name).unwrap_or_default() {
            "true" | "1" | "True" => Ok(true),
            "" | "false" | "0" | "False" => Ok(false),
            _ => Err(ApiError::input(format!("{name} must be a boolean"))),
        }
    }

    /// A whole number within limits, both included; absent is the default.
    pub fn number(&self, name: &str, least: i64, most: i64, default: i64) -> Result<i64> {
        match self.get(name).filter(|text| !text.is_empty()) {
            None => Ok(default),
            Some(text) => {
                let number = text.parse().map_err(|_| ApiError::input(format!("{name} must be a number")))?;
                within(name, number, least, most)
            }
        }
    }

    /// A comma-joined list.
    pub fn list(&self, name: &str) -> Vec<String> {
        let text = self.get(name).unwrap_or_default();
        text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
    }

    /// A parameter that holds JSON. A missing one is code 4 as well (wire-contract 2.1).
    pub fn json<T: DeserializeOwned>(&self, name: &str) -> Result<T> {
        decode(self.get(name).unwrap_or_default().as_bytes())
    }
}

/// A JSON body. An empty one is `{}`, with or without a content type, and so is `null`, which SDKs send where they have
/// nothing to say (wire-contract 2.1).
pub struct Body<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Body<T> {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let read = read(request, payload);
        Box::pin(async move {
            let bytes = read.await?;
            let is_null = bytes.trim_ascii() == b"null";
            decode(if is_null { b"{}" } else { &bytes }).map(Self)
        })
    }
}

/// A body's bytes, up to [`BODY_MAX_BYTES`]; for an empty one those of `{}`.
pub fn read(request: &HttpRequest, payload: &mut Payload) -> impl Future<Output = Result<Bytes>> + 'static {
    read_up_to(request, payload, BODY_MAX_BYTES)
}

/// The same with a limit of its own, in bytes.
pub fn read_up_to(
    request: &HttpRequest,
    payload: &mut Payload,
    most: usize,
) -> impl Future<Output = Result<Bytes>> + 'static {
    let call = request.extensions().get::<Rc<Call>>().map(Rc::clone);
    let whole = body::read(request.clone(), payload.take(), most);
    async move {
        let bytes = whole.await?;
        if let Some(call) = call {
            call.keep_body(&bytes);
        }
        if bytes.iter().all(u8::is_ascii_whitespace) { Ok(Bytes::from_static(b"{}")) } else { Ok(bytes) }
    }
}

/// Decodes JSON: syntax first, then types.
///
/// By way of a tree, so that of a repeated key the last counts, as in Go.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    match body::measure(bytes) {
        Ok(()) => {}
        Err(Unbounded::Depth) => return Err(ApiError::input("invalid json data")),
        Err(Unbounded::Values) => {
            let message = format!("the request body holds more than {} values", body::VALUES_MAX);
            return Err(ApiError::new(Code::PayloadTooBigError, message));
        }
    }
    let tree: Value = serde_json::from_slice(bytes).map_err(|_| ApiError::input("invalid json data"))?;
    // Derived decoders would take an array for a struct, field by field.
    if !tree.is_object() {
        return Err(ApiError::input(crate::settings::wrong_type("body", &tree, "object")));
    }
    from_tree(tree)
}

/// Reads a tree as a type; a wrong type is told as Stream's decoder tells it: `expected string for field "id" but got number`.
pub fn from_tree<T: DeserializeOwned>(tree: Value) -> Result<T> {
    serde_path_to_error::deserialize(tree).map_err(|fault| {
        let path = fault.path().to_string();
        ApiError::input(wrong_type(&path, &fault.inner().to_string()))
    })
}

fn wrong_type(path: &str, cause: &str) -> String {
    let Some((found, expected)) = cause.strip_prefix("invalid type: ").and_then(|rest| rest.split_once(", expected "))
    else {
        return cause.to_owned();
    };
    let found = match found.split_whitespace().next().unwrap_or_default() {
        "integer" | "floating" => "number",
        "boolean" => "bool",
        "sequence" => "array",
        "map" => "object",
        other => other,
    };
    let expected = match expected {
        "a string" => "string",
        "a boolean" => "bool",
        text if text.contains("sequence") => "array",
        text if text.contains("map") || text.starts_with("struct") => "object",
        text if text.contains("64") || text.contains("32") => "int",
        text => text,
    };
    let field = path.rsplit('.').find(|part| !part.is_empty()).unwrap_or(path);
    format!("expected {expected} for field \"{field}\" but got {found}")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[derive(Debug, serde::Deserialize, PartialEq)]
    struct Shape {
        id: Option<String>,
        many: Option<Vec<i64>>,
        nested: Option<BTreeMap<String, bool>>,
    }

    fn fault(text: &str) -> String {
        decode::<Shape>(text.as_bytes()).expect_err("refused").message.into_owned()
    }

    #[test]
    fn what_is_not_json_is_invalid_json_data() {
        for text in ["", "{", "{\"id\":1e999}", "nope", &"[".repeat(5000)] {
            assert_eq!(fault(text), "invalid json data");
        }
    }

    #[test]
    fn wrong_types_name_the_field() {
        assert_eq!(fault(r#"{"id":5}"#), "expected string for field \"id\" but got number");
        assert_eq!(fault(r#"{"id":[]}"#), "expected string for field \"id\" but got array");
        assert_eq!(fault(r#"{"many":{}}"#), "expected array for field \"many\" but got object");
        assert_eq!(fault(r#"{"nested":{"x":"y"}}"#), "expected bool for field \"x\" but got string");
        assert_eq!(fault("[1]"), "expected object for field \"body\" but got array");
    }

    #[test]
    fn null_is_absent_and_the_last_of_two_equal_keys_counts() {
        let shape = decode::<Shape>(br#"{"id":"a","id":"b","many":null,"extra":1}"#).expect("fine");
        assert_eq!(shape, Shape { id: Some("b".to_owned()), many: None, nested: None });
    }
}
