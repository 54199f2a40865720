//! JSON bodies: bounded before they are read, and the requests that take the most of them apart.

use serde_json::{Map, Value, json};

use crate::api::users::UpdateUsersRequest;
use crate::domain::users::{UserInput, is_reserved_to_upsert};
use crate::json::{DEPTH_MAX, Unbounded, VALUES_MAX, decode, from_tree, measure};
use crate::model::user::BUILT_IN;
use crate::settings::{Emulator, Field, Settings};
use crate::wire::Dialect;
use crate::wire::user_request::UserRequest;

/// The bytes as a body.
pub fn body(data: &[u8]) {
    let tree: Option<Value> = serde_json::from_slice(data).ok();
    bounded(data, tree.as_ref());
    // Also by a decoder that passes over what it does not know.
    assert!(tree.is_some() || decode::<UpdateUsersRequest>(data).is_err());
    let read: Result<Map<String, Value>, _> = decode(data);
    let Ok(object) = read else { return };
    assert_eq!(Some(&Value::Object(object.clone())), tree.as_ref());
    user(&object);
    settings(&object);
}

/// What is told of JSON before it is read is so.
fn bounded(data: &[u8], tree: Option<&Value>) {
    let Some(tree) = tree else { return };
    let (depth, values) = extent(tree);
    match measure(data) {
        Ok(_) => assert!(depth <= DEPTH_MAX && values <= VALUES_MAX + 1, "{depth} levels, {values} values"),
        Err(Unbounded::Depth) => assert!(depth > DEPTH_MAX, "{depth} levels"),
        // Of a key that is there twice one value is left.
        Err(Unbounded::Values) => assert!(data.len() > VALUES_MAX),
    }
    assert_eq!(serde_json::from_str(&tree.to_string()).ok().as_ref(), Some(tree), "written and read");
}

/// How deep a value is nested, and how many values it holds.
fn extent(value: &Value) -> (usize, usize) {
    let parts: Vec<&Value> = match value {
        Value::Array(items) => items.iter().collect(),
        Value::Object(entries) => entries.values().collect(),
        _ => return (0, 1),
    };
    let each = parts.into_iter().map(extent);
    let (depth, values) = each.fold((0, 0), |(most, all), (depth, values)| (most.max(depth), all + values));
    (depth + 1, values.max(1))
}

/// A user in a request says the same in each dialect, and nothing that only Stream writes.
fn user(object: &Map<String, Value>) {
    for dialect in Dialect::ALL {
        let Ok(request) = from_tree::<UserRequest>(Value::Object(object.clone())) else { return };
        let said = |key: &String| key != "id" && !object[key].is_null() && is_reserved_to_upsert(key);
        let is_refused = request.refuse_reserved("user", is_reserved_to_upsert).is_err();
        assert_eq!(is_refused, object.keys().any(said), "{object:?}");
        let Ok(UserInput { id, name, custom, .. }) = request.into_input(dialect) else { continue };
        let text = |key: &str| object.get(key).and_then(Value::as_str);
        assert_eq!((text("id").unwrap_or_default(), text("name")), (&*id, name.as_deref()));
        if dialect == Dialect::Legacy {
            let beside = object.iter().filter(|(key, _)| !BUILT_IN.contains(&key.as_str()));
            let known = |(key, value): &(&String, &Value)| !(*key == "custom" && value.is_null());
            let beside: Map<String, Value> =
                beside.filter(known).map(|(key, value)| (key.clone(), value.clone())).collect();
            assert_eq!(custom, beside);
        } else {
            assert_eq!(
                json!(custom),
                object.get("custom").filter(|value| !value.is_null()).cloned().unwrap_or_else(|| json!({}))
            );
        }
    }
}

/// Settings that are taken are taken again as they were stored, and every fault that is told of is one.
fn settings(object: &Map<String, Value>) {
    let mut set = Settings::default();
    if set.fill(object).is_ok() {
        let mut again = Settings::default();
        assert_eq!(again.fill(set.as_stored()), Ok(()));
        assert_eq!(again, set);
        assert_eq!(again.rules(), set.rules());
    }
    for (key, value) in object.iter().filter(|(_, value)| !value.is_null()) {
        let Some(kind) = Field::named(key).map(|field| field.kind) else { continue };
        let faults = kind.faults(key, value);
        // What production's decoder passes over is told of all the same.
        let is_passed_over = |phrase: &str| phrase.contains("has no part");
        let is_refused = faults.iter().any(|(_, phrase)| !is_passed_over(phrase));
        assert_eq!(kind.accept(key, value).is_err(), is_refused, "{key}: {value}");
    }
    let own = Emulator::default();
    if let Ok(patched) = own.patched(&Value::Object(object.clone())) {
        let again = own.patched(&patched.as_stored());
        assert_eq!(again.map_err(|fault| fault.to_string()), Ok(patched));
    }
}
