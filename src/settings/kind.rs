//! What a setting can take, and what is said of a value that it does not (wire-contract 6.2).

use serde_json::{Number, Value, json};

use crate::clock::Time;
use crate::validate::{thousands, wrong_type};

/// What a setting takes.
#[derive(Clone, Copy, Debug)]
pub enum SettingKind {
    /// true or false.
    Bool,
    /// Any text.
    Text,
    /// Empty, or an absolute http(s) URL. Checked by syntax only; no name is ever resolved.
    Url,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A whole number within these limits, both included.
    Int(i64, i64),
    /// A moment: RFC 3339 or integer nanoseconds; kept as nanoseconds.
    Moment,
    /// A list of texts: how many at most, how long each at most.
    Texts(usize, usize),
    /// A list of objects.
    Objects,
    /// A list of event hooks, whose times are kept as nanoseconds.
    Hooks,
    /// An object.
    Object,
    /// An object of whole numbers.
    Counts,
    /// A file or image upload configuration.
    Upload,
}

/// Any count or length: production's limit is not known.
pub(super) const MANY: usize = 1_000;

/// The largest upload that an app can allow, in bytes (wire-contract 6.1).
const UPLOAD_MAX_BYTES: i64 = 104_857_600;

impl SettingKind {
    /// The value as it is stored, or the validator's phrase.
    pub fn accept(self, key: &str, value: &Value) -> Result<Value, String> {
        let kept = || Ok(value.clone());
        match self {
            Self::Bool if value.is_boolean() => kept(),
            Self::Text if value.is_string() => kept(),
            Self::Object if value.is_object() => kept(),
            Self::Url => match value.as_str() {
                Some(url) if url.is_empty() || is_url(url) => kept(),
                Some(_) => Err(format!("{key} must be a valid URL")),
                None => Err(wrong_type(key, value, "string")),
            },
            Self::OneOf(words) => match value.as_str() {
                Some(word) if words.contains(&word) => kept(),
                Some(_) => Err(format!("{key} must be one of [{}]", words.join(" "))),
                None => Err(wrong_type(key, value, "string")),
            },
            Self::Int(least, most) => match value.as_i64() {
                Some(number) if number < least => Err(format!("{key} must be {} or greater", thousands(least))),
                Some(number) if number > most => Err(format!("{key} must be {} or less", thousands(most))),
                Some(_) => kept(),
                None => Err(wrong_type(key, value, "int")),
            },
            Self::Moment => moment(key, value),
            Self::Texts(count, length) => texts(key, value, count, length),
            Self::Hooks => hooks(key, value),
            Self::Objects => match value.as_array() {
                Some(list) if list.iter().all(Value::is_object) => kept(),
                _ => Err(wrong_type(key, value, "array")),
            },
            Self::Counts => counts(key, value),
            Self::Upload => upload(key, value),
            Self::Bool => Err(wrong_type(key, value, "bool")),
            Self::Text => Err(wrong_type(key, value, "string")),
            Self::Object => Err(wrong_type(key, value, "object")),
        }
    }

    /// All that is wrong with a value: where below it, and the validator's phrase. `accept` stops at the first.
    pub fn faults(self, key: &str, value: &Value) -> Vec<(Vec<String>, String)> {
        let whole = || self.accept(key, value).err().into_iter().map(|phrase| (Vec::new(), phrase)).collect();
        let item = |at: usize, checked: Result<Value, String>| Some((vec![at.to_string()], checked.err()?));
        let entry = |name: &str, checked: Result<Value, String>| Some((vec![name.to_owned()], checked.err()?));
        match (self, value) {
            (Self::Texts(count, length), Value::Array(list)) if list.len() <= count => {
                list.iter().enumerate().filter_map(|(at, text)| item(at, item_text(key, at, text, length))).collect()
            }
            (Self::Objects | Self::Hooks, Value::Array(list)) => list
                .iter()
                .enumerate()
                .filter_map(|(at, object)| item(at, hook_or_object(self, key, at, object)))
                .collect(),
            (Self::Counts, Value::Object(map)) => {
                map.iter().filter_map(|(name, count)| entry(name, item_count(key, name, count))).collect()
            }
            (Self::Upload, Value::Object(map)) => {
                let known = |name: &str| UPLOAD_PARTS.contains(&name);
                let checked =
                    |name: &str, part| if known(name) { upload_part(key, name, part) } else { no_part(key, name) };
                map.iter().filter_map(|(name, part)| entry(name, checked(name, part))).collect()
            }
            _ => whole(),
        }
    }

    /// What it takes, in words.
    pub fn takes(self) -> String {
        match self {
            Self::Bool => "true or false".to_owned(),
            Self::Text => "a text".to_owned(),
            Self::Url => "an absolute http or https URL, or an empty text".to_owned(),
            Self::OneOf(words) => format!("one of {}", words.join(", ")),
            Self::Int(least, most) => format!("a whole number from {} to {}", thousands(least), thousands(most)),
            Self::Moment => "an RFC 3339 time, such as 2026-01-31T12:00:00Z, or nanoseconds".to_owned(),
            Self::Texts(count, length) => format!("a list of at most {count} texts of at most {length} characters"),
            Self::Objects => "a list of objects".to_owned(),
            Self::Hooks => "a list of objects, with RFC 3339 times".to_owned(),
            Self::Object => "an object".to_owned(),
            Self::Counts => "an object of whole numbers".to_owned(),
            Self::Upload => format!("an object of {}", UPLOAD_PARTS.join(", ")),
        }
    }

    pub(super) fn zero(self) -> Value {
        match self {
            Self::Bool => json!(false),
            Self::Text | Self::Url => json!(""),
            Self::OneOf(words) => json!(words.first()),
            Self::Int(..) => json!(0),
            Self::Moment => Value::Null,
            Self::Texts(..) | Self::Objects | Self::Hooks => json!([]),
            Self::Object | Self::Counts => json!({}),
            Self::Upload => json!({
                "allowed_file_extensions": [], "blocked_file_extensions": [], "allowed_mime_types": [], "blocked_mime_types": [],
                "size_limit": UPLOAD_MAX_BYTES,
            }),
        }
    }
}

fn is_url(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| ["http", "https"].contains(&url.scheme()) && url.has_host())
}

/// A whole number, also as a JSON float (`1e18`), as some clients write it.
pub fn whole(number: &Number) -> Option<i64> {
    let float = || number.as_f64().filter(|float| float.fract() == 0.0)?.to_string().parse().ok();
    number.as_i64().or_else(float)
}

fn moment(key: &str, value: &Value) -> Result<Value, String> {
    match value {
        Value::String(text) => match Time::parse(text) {
            Ok(time) => Ok(json!(time.0)),
            Err(_) => Err(format!("{key} must be a valid RFC 3339 time")),
        },
        Value::Number(number) => match whole(number) {
            Some(ns) => Ok(json!(ns)),
            None => Err(format!("{key} must be a valid RFC 3339 time or an integer number of nanoseconds")),
        },
        _ => Err(wrong_type(key, value, "string")),
    }
}

fn texts(key: &str, value: &Value, count: usize, length: usize) -> Result<Value, String> {
    let list = value.as_array().ok_or_else(|| wrong_type(key, value, "array"))?;
    if list.len() > count {
        return Err(format!("{key} must contain at maximum {count} items"));
    }
    list.iter().enumerate().try_for_each(|(at, text)| item_text(key, at, text, length).map(drop))?;
    Ok(value.clone())
}

fn item_text(key: &str, at: usize, item: &Value, length: usize) -> Result<Value, String> {
    match item.as_str() {
        Some(text) if text.chars().count() <= length => Ok(item.clone()),
        Some(_) => Err(format!("{key}[{at}] must be a maximum of {length} characters in length")),
        None => Err(wrong_type(&format!("{key}[{at}]"), item, "string")),
    }
}

fn counts(key: &str, value: &Value) -> Result<Value, String> {
    let counts = value.as_object().ok_or_else(|| wrong_type(key, value, "object"))?;
    counts.iter().try_for_each(|(name, count)| item_count(key, name, count).map(drop))?;
    Ok(value.clone())
}

fn item_count(key: &str, name: &str, count: &Value) -> Result<Value, String> {
    if count.is_i64() || count.is_u64() {
        Ok(count.clone())
    } else {
        Err(wrong_type(&format!("{key}.{name}"), count, "int"))
    }
}

/// The times of an event hook, which are written in the dialect of who asks (wire-contract 6.1).
pub const HOOK_TIMES: [&str; 2] = ["created_at", "updated_at"];

fn hooks(key: &str, value: &Value) -> Result<Value, String> {
    let mut hooks = SettingKind::Objects.accept(key, value)?;
    hooks.as_array_mut().into_iter().flatten().try_for_each(hook_times)?;
    Ok(hooks)
}

/// One of a list of objects, which can be hooks.
fn hook_or_object(kind: SettingKind, key: &str, at: usize, item: &Value) -> Result<Value, String> {
    if !item.is_object() {
        return Err(wrong_type(&format!("{key}[{at}]"), item, "object"));
    }
    let mut item = item.clone();
    if matches!(kind, SettingKind::Hooks) {
        hook_times(&mut item)?;
    }
    Ok(item)
}

/// Takes the times of a hook to nanoseconds.
fn hook_times(hook: &mut Value) -> Result<(), String> {
    for name in HOOK_TIMES {
        if let Some(time) = hook.get_mut(name).filter(|time| !time.is_null()) {
            *time = moment(name, time)?;
        }
    }
    Ok(())
}

/// The parts of an upload configuration: how much, and which kinds.
pub const UPLOAD_PARTS: [&str; 5] =
    ["size_limit", "allowed_file_extensions", "blocked_file_extensions", "allowed_mime_types", "blocked_mime_types"];

fn upload(key: &str, value: &Value) -> Result<Value, String> {
    let given = value.as_object().ok_or_else(|| wrong_type(key, value, "object"))?;
    let mut whole = SettingKind::Upload.zero();
    for (name, item) in given.iter().filter(|(name, _)| UPLOAD_PARTS.contains(&name.as_str())) {
        whole[name] = upload_part(key, name, item)?;
    }
    Ok(whole)
}

/// What production's decoder passes over, and a person who wrote it wants to know of.
fn no_part(key: &str, name: &str) -> Result<Value, String> {
    Err(format!("{key} has no part `{name}`"))
}

fn upload_part(key: &str, name: &str, item: &Value) -> Result<Value, String> {
    let path = format!("{key}.{name}");
    match name {
        "size_limit" => SettingKind::Int(0, UPLOAD_MAX_BYTES).accept(&path, item),
        _ if item.is_null() => Ok(json!([])),
        _ => texts(&path, item, MANY, 255),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::FIELDS;

    #[test]
    fn what_is_found_wrong_is_what_is_refused() {
        let long = "x".repeat(300);
        let values = [
            json!(true),
            json!(0),
            json!(-1),
            json!(20_000),
            json!(1.5),
            json!(""),
            json!("no"),
            json!("http://x"),
            json!([]),
            json!([1]),
            json!(["a", long]),
            json!(vec!["a"; 1_001]),
            json!([{}]),
            json!([{"created_at": "soon"}]),
            json!({}),
            json!({"a": 1}),
            json!({"size_limit": -1}),
            json!({"allowed_mime_types": [1]}),
        ];
        for (field, value) in FIELDS.iter().flat_map(|field| values.iter().map(move |value| (field, value))) {
            let unread = |phrase: &str| phrase.contains("has no part");
            let found = field.kind.faults(field.name, value);
            let found: Vec<_> = found.iter().filter(|(_, phrase)| !unread(phrase)).collect();
            assert_eq!(
                found.is_empty(),
                field.kind.accept(field.name, value).is_ok(),
                "{}: {value}: {found:?}",
                field.name
            );
        }
    }

    #[test]
    fn limits_speak_as_the_validator_does() {
        let long = "x".repeat(101);
        assert_eq!(
            SettingKind::Texts(10, 100).accept("user_search_disallowed_roles", &json!([long])),
            Err("user_search_disallowed_roles[0] must be a maximum of 100 characters in length".to_owned())
        );
        assert_eq!(SettingKind::Url.accept("sqs_url", &json!("nope")), Err("sqs_url must be a valid URL".to_owned()));
        for text in ["javascript://x", "ftp://x/y", "http:", "//x"] {
            assert!(SettingKind::Url.accept("webhook_url", &json!(text)).is_err(), "{text}");
        }
        for text in ["", "http://x", "HTTPS://x.example:8/y?z"] {
            assert!(SettingKind::Url.accept("webhook_url", &json!(text)).is_ok(), "{text}");
        }
        assert_eq!(
            SettingKind::Int(0, 1000).accept("offset", &json!(1001)),
            Err("offset must be 1,000 or less".to_owned())
        );
        assert_eq!(
            SettingKind::Bool.accept("x", &json!(1)),
            Err("expected bool for field \"x\" but got number".to_owned())
        );
    }

    #[test]
    fn a_moment_may_be_a_float_that_is_whole() {
        let accept = |number: Value| SettingKind::Moment.accept("at", &number).ok();
        assert_eq!(accept(json!(1e18)), Some(json!(1_000_000_000_000_000_000_i64)));
        assert_eq!(accept(json!(-0.0)), Some(json!(0)));
        for number in [json!(1.5), json!(1e19), json!(-1e300), json!(u64::MAX)] {
            assert_eq!(accept(number.clone()), None, "{number}");
        }
    }
}
