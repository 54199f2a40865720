//! Query strings: those of Stream's operations, and the filters of the journal.

use url::form_urlencoded;

use crate::control::requests::filter::{Asked, NAMES};
use crate::params::Params;

/// Names that operations ask for.
const ASKED: [&str; 6] = ["api_key", "payload", "connection_id", "limit", "close", "json"];

/// The bytes as a query string.
pub fn query(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let params = Params::parse(text);
    let names: Vec<String> = params.names().map(str::to_owned).collect();
    for name in ASKED.into_iter().chain(names.iter().map(String::as_str)) {
        let value = params.get(name);
        assert_eq!(value.is_some(), names.iter().any(|other| other == name), "{name:?}");
        if let Ok(number) = params.number(name, -5, 1_000, 7) {
            assert!((-5..=1_000).contains(&number), "{name:?}: {number}");
        }
        if params.flag(name) == Ok(true) {
            assert!(value.is_some_and(|value| !value.is_empty()), "{name:?}");
        }
        assert!(params.list(name).iter().all(|item| !item.is_empty() && !item.contains(',')), "{name:?}");
        assert!(!params.has_raw_semicolon(name) || text.contains(';'), "{name:?}");
        assert_eq!(params.required(name).ok(), value.filter(|value| !value.is_empty()));
        let without = Params::parse(&params.without(&[name]));
        assert_eq!(without.get(name), None);
        let others: Vec<&String> = names.iter().filter(|other| *other != name).collect();
        assert_eq!(without.names().collect::<Vec<_>>(), others);
        assert!(others.iter().all(|other| without.get(other) == params.get(other)));
    }
    entries(text, &params);
    let all: Vec<(&String, &str)> = names.iter().map(|name| (name, params.get(name).unwrap_or_default())).collect();
    let again = form_urlencoded::Serializer::new(String::new()).extend_pairs(all).finish();
    assert_eq!(Params::parse(&again).names().collect::<Vec<_>>(), names);
}

/// A filter that is taken has known names alone, and says what it is for.
fn entries(text: &str, params: &Params) {
    match Asked::parse(text, &["after", "limit"]) {
        Ok(asked) => {
            let known = |name: &str| NAMES.contains(&name) || ["after", "limit"].contains(&name);
            assert!(params.names().all(known), "{text:?}");
            assert!(!asked.filter.to_string().is_empty());
            if let Ok(limit) = asked.number("limit", 1, 1_000, 100) {
                assert!((1..=1_000).contains(&limit));
            }
        }
        Err(refusal) => assert!(refusal.field().is_some_and(|field| field.starts_with('/')), "{refusal}"),
    }
}
