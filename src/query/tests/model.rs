//! A plain reading of filters and orders, over whatever a row says its fields are.

use std::cmp::Ordering;

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::clock::Time;

/// A row: the value of each field, if it has one.
pub(crate) trait Fields {
    fn value(&self, field: &str) -> Option<Value>;
}

pub(crate) fn holds(filter: &Map<String, Value>, row: &impl Fields) -> bool {
    let each = |list: &Value, wanted: bool| {
        let mut parts = list.as_array().unwrap().iter().map(|part| holds(part.as_object().unwrap(), row));
        if wanted { parts.all(|part| part) } else { parts.any(|part| part) }
    };
    filter.iter().all(|(key, value)| match key.as_str() {
        "$and" => each(value, true),
        "$or" => each(value, false),
        field => match value.as_object() {
            Some(tests) if tests.is_empty() || tests.keys().any(|key| key.starts_with('$')) => {
                tests.iter().all(|(operator, operand)| passes(row, field, operator, operand))
            }
            _ => passes(row, field, "$eq", value),
        },
    })
}

fn passes(row: &impl Fields, field: &str, operator: &str, operand: &Value) -> bool {
    let value = row.value(field);
    let read = |operand: &Value| match (field, operand) {
        ("created_at" | "updated_at" | "last_active", Value::String(text)) => json!(Time::parse(text).unwrap().0),
        ("language" | "channel_cid", Value::Null) => json!(""),
        _ => operand.clone(),
    };
    let own = || value.as_ref().and_then(Value::as_array).cloned().unwrap_or_default();
    let equals = |operand: &Value| match (field, operand) {
        ("teams", Value::String(_)) => own().contains(operand),
        ("teams", Value::Null) => own().is_empty(),
        ("teams", Value::Array(teams)) => {
            teams.iter().all(|team| own().contains(team)) && own().iter().all(|team| teams.contains(team))
        }
        _ => same(value.as_ref().unwrap_or(&Value::Null), &read(operand)),
    };
    let among = || operand.as_array().unwrap().iter().any(equals);
    let order = || value.as_ref().and_then(|value| ordering(value, &read(operand)));
    match operator {
        "$eq" => equals(operand),
        "$ne" => !equals(operand),
        "$in" => among(),
        "$nin" => !among(),
        "$gt" => order().is_some_and(Ordering::is_gt),
        "$gte" => order().is_some_and(Ordering::is_ge),
        "$lt" => order().is_some_and(Ordering::is_lt),
        "$lte" => order().is_some_and(Ordering::is_le),
        "$exists" => value.is_some() == operand.as_bool().unwrap(),
        "$contains" => value
            .as_ref()
            .is_some_and(|value| value.as_array().is_some_and(|items| items.iter().any(|item| same(item, operand)))),
        "$autocomplete" => {
            value.as_ref().is_some_and(|value| begins(value.as_str().unwrap_or(""), operand.as_str().unwrap()))
        }
        other => panic!("{other}"),
    }
}

fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(_), Value::Number(_)) => ordering(a, b) == Some(Ordering::Equal),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        _ => a == b,
    }
}

fn ordering(a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (Value::String(a), Value::String(b)) => Some(a.cmp(b)),
        (Value::Number(a), Value::Number(b)) => match (a.as_i64(), b.as_i64()) {
            (Some(a), Some(b)) => Some(a.cmp(&b)),
            _ => a.as_f64()?.partial_cmp(&b.as_f64()?),
        },
        _ => None,
    }
}

fn begins(text: &str, wanted: &str) -> bool {
    let words = |text: &str| -> Vec<String> {
        text.to_lowercase().split([' ', '-', '_', '.', '\'']).map(str::to_owned).collect()
    };
    words(wanted)
        .iter()
        .filter(|word| !word.is_empty())
        .all(|wanted| words(text).iter().any(|word| word.starts_with(wanted)))
}

/// Which row comes first; `ids` are the fields that tell rows apart.
pub(crate) fn compare<R: Fields>(a: &R, b: &R, sort: &[Value], ids: &[&str]) -> Ordering {
    let default = [json!({"field": "created_at", "direction": -1})];
    let sort = if sort.is_empty() { &default } else { sort };
    let towards = |key: &Value, order: Ordering| if key["direction"] == -1 { order.reverse() } else { order };
    let keys = sort.iter().map(|key| towards(key, rank(a, key).partial_cmp(&rank(b, key)).unwrap()));
    let text = |row: &R, id: &str| row.value(id).unwrap().as_str().unwrap().to_owned();
    let tied = ids.iter().map(|id| towards(sort.last().unwrap(), text(a, id).cmp(&text(b, id))));
    keys.chain(tied).fold(Ordering::Equal, Ordering::then)
}

/// Absent, then by number or by text: within one key only one of the two occurs.
fn rank(row: &impl Fields, key: &Value) -> Option<(f64, String)> {
    let field = key["field"].as_str().unwrap();
    let value = row.value(field).filter(|value| !value.is_null())?;
    let text = |text: &str| Some((0.0, text.to_owned()));
    match (key["type"].as_str(), value, field.contains("custom.")) {
        (_, Value::String(value), false) => text(&value),
        (_, Value::Number(number), false) => Some((number.as_f64()?, String::new())),
        (_, Value::Bool(flag), false) => Some((f64::from(u8::from(flag)), String::new())),
        (Some("number"), value, _) => Some((value.as_f64()?, String::new())),
        (Some("boolean"), value, _) => Some((f64::from(u8::from(value.as_bool()?)), String::new())),
        (_, Value::String(value), _) => text(&value),
        (_, Value::Bool(flag), _) => text(if flag { "1" } else { "0" }),
        (_, value, _) => text(&value.to_string()),
    }
}

/// Filters of which these are the leaves; `beside` stands beside an `$or` at times.
pub(crate) fn tree(leaf: impl Strategy<Value = Value> + 'static, beside: Value) -> impl Strategy<Value = Value> {
    leaf.prop_recursive(3, 12, 4, move |inner| {
        let list = prop::collection::vec(inner, 1..4);
        prop_oneof![
            list.clone().prop_map(|parts| json!({"$and": parts})),
            list.clone().prop_map(|parts| json!({"$or": parts})),
            (list, prop::sample::select(vec![json!({}), beside.clone()])).prop_map(|(parts, mut beside)| {
                beside["$or"] = json!(parts);
                beside
            }),
        ]
    })
}
