//! What a control request brings. Faults are the control API's own, and name the field as a JSON pointer (design.md 6).

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_path_to_error::{Path, Segment};

use super::error::{ControlError, Result};
use crate::body;
use crate::fixture::Problem;
use crate::json::{self, Unbounded};
use crate::params::Params;

/// A JSON body. An empty one is `{}`, with or without a content type.
pub struct ControlBody<T>(pub T);

impl<T: DeserializeOwned> FromRequest for ControlBody<T> {
    type Error = ControlError;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let read = body::read(request, payload);
        Box::pin(async move { decode(&read.await?).map(Self) })
    }
}

/// A body that has a reader of its own. An empty one is `{}`.
pub struct TextBody(pub String);

impl FromRequest for TextBody {
    type Error = ControlError;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let read = body::read(request, payload);
        Box::pin(async move {
            let bytes = read.await?;
            let text = String::from_utf8(bytes.to_vec());
            text.map(Self).map_err(|_| ControlError::invalid("", "the body is not UTF-8 text"))
        })
    }
}

/// The first of a reader's problems, at its field.
pub fn misread_text(problems: &[Problem]) -> ControlError {
    let Some(Problem { field, message, hint, .. }) = problems.first() else {
        return ControlError::invalid("", "the body cannot be read");
    };
    let refusal = ControlError::invalid(field, message.clone());
    hint.iter().fold(refusal, |refusal, hint| refusal.with_hint(hint.clone()))
}

fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    json::measure(bytes).map_err(|fault| {
        ControlError::invalid(
            "",
            match fault {
                Unbounded::Depth => format!("the body is nested deeper than {} levels", json::DEPTH_MAX),
                Unbounded::Values => format!("the body holds more than {} values", json::VALUES_MAX),
            },
        )
    })?;
    let tree: Value = serde_json::from_slice(bytes)
        .map_err(|cause| ControlError::invalid("", format!("the body is not JSON: {cause}")))?;
    // Derived decoders would take an array for a struct, field by field.
    if !tree.is_object() {
        return Err(ControlError::invalid("", "the body has to be a JSON object"));
    }
    serde_path_to_error::deserialize(tree).map_err(|fault| misread(&fault))
}

/// A decoder's fault, at its field.
pub fn misread(fault: &serde_path_to_error::Error<serde_json::Error>) -> ControlError {
    let (text, above) = (fault.inner().to_string(), pointer(fault.path()));
    let field = match unknown_field(&text) {
        Some(name) if !above.ends_with(&format!("/{}", escaped(name))) => format!("{above}/{}", escaped(name)),
        _ => above,
    };
    ControlError::invalid(&field, text)
}

/// The field of which the decoder says that there is none such. Its path may end above it.
fn unknown_field(text: &str) -> Option<&str> {
    text.strip_prefix("unknown field `")?.split_once('`').map(|(name, _)| name)
}

/// A path as RFC 6901 writes it.
fn pointer(path: &Path) -> String {
    path.iter().fold(String::new(), |pointer, segment| match segment {
        Segment::Seq { index } => format!("{pointer}/{index}"),
        Segment::Map { key } => format!("{pointer}/{}", escaped(key)),
        Segment::Enum { .. } | Segment::Unknown => pointer,
    })
}

/// A key as a part of a JSON pointer.
pub fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// The query. A name that is not known would otherwise widen what is meant.
pub fn query(request: &HttpRequest, known: &[&str]) -> Result<Params> {
    let query = Params::parse(request.query_string());
    if let Some(unknown) = query.names().find(|name| !known.contains(name)) {
        let message = format!("there is no parameter `{unknown}` here");
        let refusal = ControlError::invalid(&format!("/{}", escaped(unknown)), message);
        return Err(refusal.with_hint(format!("known here: {}", known.join(", "))));
    }
    Ok(query)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Shape {
        #[expect(dead_code, reason = "only its type matters")]
        many: Option<Vec<i64>>,
        #[expect(dead_code, reason = "only its type matters")]
        inner: Option<BTreeMap<String, bool>>,
    }

    #[test]
    fn the_field_is_a_json_pointer() {
        for (body, field) in [
            (r#"{"many":[1,"x"]}"#, "/many/1"),
            (r#"{"inner":{"a/b~c":5}}"#, "/inner/a~1b~0c"),
            (r#"{"man":[]}"#, "/man"),
            ("[1]", ""),
            ("{", ""),
        ] {
            let fault = decode::<Shape>(body.as_bytes()).expect_err(body);
            assert_eq!(fault.field(), Some(field), "{body}");
        }
    }
}
