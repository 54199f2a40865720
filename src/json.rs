//! JSON as it comes: bounded before anything is made of it, and its faults told as Stream's decoder tells them
//! (wire-contract 2.1).

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::{ApiError, Code, Result};
use crate::validate;

/// How deep JSON may be nested.
pub const DEPTH_MAX: usize = 64;
/// How many values the JSON of a body may hold: as a tree each takes up to a hundred times its bytes.
pub const VALUES_MAX: usize = 100_000;

/// What is wrong with JSON before it is made a tree of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unbounded {
    /// It is nested deeper than [`DEPTH_MAX`].
    Depth,
    /// It holds more values than [`VALUES_MAX`].
    Values,
}

/// The longest number that is surely one, in digits.
const DIGITS_MAX: usize = 300;

/// The most values of what is plain: lists that are read without a tree take up to twice their room, and wait so for the writer.
const PLAIN_VALUES_MAX: usize = 2_048;

/// What JSON is, before anything is made of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measured {
    /// It is small, no text has an escape, and no number can be out of range, so that there is nothing to find fault with in what a
    /// decoder passes over.
    pub is_plain: bool,
    /// The values that it holds.
    pub values: usize,
}

impl Measured {
    /// The values of a tree that is worth counting; of what is small there are none.
    pub fn tree_values(self) -> Option<usize> {
        Some(self.values).filter(|values| *values > PLAIN_VALUES_MAX)
    }
}

/// Looks over JSON that may be anything, without making anything of it. Answers whether it is plain.
pub fn measure(json: &[u8]) -> std::result::Result<bool, Unbounded> {
    look_over(json).map(|measured| measured.is_plain)
}

/// The same, with how many values there are.
pub fn look_over(json: &[u8]) -> std::result::Result<Measured, Unbounded> {
    let (mut depth, mut values, mut bytes) = (0_usize, 0_usize, json.iter());
    let (mut digits, mut is_plain) = (0_usize, true);
    while let Some(byte) = bytes.next() {
        match byte {
            b'0'..=b'9' => {
                digits += 1;
                continue;
            }
            b'"' => is_plain &= skip_text(&mut bytes),
            b'[' | b'{' => {
                depth += 1;
                values += 1;
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            b',' => values += 1,
            b'e' | b'E' if digits > 0 => is_plain = false,
            _ => {}
        }
        is_plain &= digits <= DIGITS_MAX;
        digits = 0;
        if depth > DEPTH_MAX {
            return Err(Unbounded::Depth);
        }
        if values > VALUES_MAX {
            return Err(Unbounded::Values);
        }
    }
    Ok(Measured { is_plain: is_plain && values <= PLAIN_VALUES_MAX, values })
}

/// Goes on behind a text's closing quote. Answers whether it has no escape.
fn skip_text(bytes: &mut std::slice::Iter<'_, u8>) -> bool {
    let mut is_plain = true;
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => break,
            b'\\' => {
                is_plain = false;
                bytes.next();
            }
            _ => {}
        }
    }
    is_plain
}

/// Decodes JSON. What is wrong with it is told by way of a tree, syntax first, then types; so is what a derived decoder alone
/// refuses, such as a repeated key, of which the last counts, as in Go.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    decode_as(bytes, look_over(bytes))
}

/// The same of what was looked over.
pub fn decode_as<T: DeserializeOwned>(bytes: &[u8], measured: std::result::Result<Measured, Unbounded>) -> Result<T> {
    let is_plain = match measured {
        Ok(measured) => measured.is_plain,
        Err(Unbounded::Depth) => return Err(ApiError::input("invalid json data")),
        Err(Unbounded::Values) => {
            let message = format!("the request body holds more than {VALUES_MAX} values");
            return Err(ApiError::new(Code::PayloadTooBigError, message));
        }
    };
    // Derived decoders would take an array for a struct, field by field.
    if is_plain
        && bytes.trim_ascii_start().starts_with(b"{")
        && let Ok(text) = std::str::from_utf8(bytes)
        && let Ok(decoded) = serde_json::from_str(text)
    {
        return Ok(decoded);
    }
    let tree: Value = serde_json::from_slice(bytes).map_err(|_| ApiError::input("invalid json data"))?;
    if !tree.is_object() {
        return Err(ApiError::input(validate::wrong_type("body", &tree, "object")));
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
    fn depth_and_number_are_counted_outside_of_texts() {
        let nested = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let many = |values| format!("[{}0]", "0,".repeat(values));
        for (json, expected) in [
            (nested(DEPTH_MAX), Ok(true)),
            (nested(DEPTH_MAX + 1), Err(Unbounded::Depth)),
            (format!(r#"{{"a": "{}"}}"#, "[".repeat(1000)), Ok(true)),
            (format!(r#"{{"a\"": "\\", "b": {}}}"#, nested(DEPTH_MAX)), Err(Unbounded::Depth)),
            (format!(r#"["{}"]"#, ",".repeat(2 * VALUES_MAX)), Ok(true)),
            (many(PLAIN_VALUES_MAX - 1), Ok(true)),
            (many(PLAIN_VALUES_MAX), Ok(false)),
            (many(VALUES_MAX - 1), Ok(false)),
            (many(VALUES_MAX), Err(Unbounded::Values)),
            (r#"["never closed"#.to_owned(), Ok(true)),
            ("]]]][".to_owned(), Ok(true)),
            (r#"{"a": [true, false, -1.5, "1e9"]}"#.to_owned(), Ok(true)),
            (r#"{"a": "\ud800"}"#.to_owned(), Ok(false)),
            (r#"{"a": 1e999}"#.to_owned(), Ok(false)),
            (format!("[{}]", "9".repeat(DIGITS_MAX + 1)), Ok(false)),
        ] {
            assert_eq!(measure(json.as_bytes()), expected, "{}", &json[..json.len().min(40)]);
        }
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
