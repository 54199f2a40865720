//! `reset`, `snapshot`, and `apps create`, `clone` and `delete`.

use serde_json::json;

use super::harness::Place;

#[test]
fn a_reset_goes_back_to_the_start() {
    let place = Place::new();
    let server = place.serve(&[]);
    server.create_user(&place, "john");
    assert_eq!(place.run(&["reset"]).line(), "reset: millpond");
    assert!(!server.has_user(&place, "john"));
    place.run(&["apps", "create", "--name", "other"]);
    assert_eq!(place.run(&["apps", "--json"]).json()["apps"].as_array().map(Vec::len), Some(2));
    assert_eq!(place.run(&["reset", "--everything", "--close-code", "1001"]).line(), "reset: millpond");
    assert_eq!(place.run(&["apps", "--json"]).json()["apps"].as_array().map(Vec::len), Some(1));
    assert_eq!(place.run(&["reset", "--json"]).json()["api_key"], "millpond");
    place.run(&["reset", "--close-code", "1005"]).refused(2, &["1005"]);
    place.run(&["reset", "--everything", "--app", "millpond"]).refused(2, &["cannot be used with"]);
}

#[test]
fn a_snapshot_is_kept_restored_and_forgotten() {
    let place = Place::new();
    let server = place.serve(&[]);
    server.create_user(&place, "john");
    assert_eq!(place.run(&["snapshot", "take", "before"]).line(), "millpond: before kept, with 1 users");
    server.create_user(&place, "mary");
    assert_eq!(place.run(&["snapshot", "restore", "before"]).line(), "millpond: back to before");
    assert!(server.has_user(&place, "john") && !server.has_user(&place, "mary"));
    let listed = place.run(&["snapshot"]);
    let words: Vec<&str> = listed.stdout.lines().nth(1).expect("a row").split_whitespace().collect();
    assert_eq!((words[0], words[2]), ("before", "1"));
    assert_eq!(place.run(&["snapshot", "--json"]).json()["snapshots"][0]["users"], 1);
    assert_eq!(place.run(&["snapshot", "delete", "before"]).line(), "millpond: before forgotten");
    place.run(&["snapshot", "restore", "before"]).refused(2, &["the app has no snapshot \"before\""]);
    place.run(&["snapshot", "delete", "a/b"]).refused(2, &["the app has no snapshot \"a/b\""]);
    place.run(&["snapshot", "take", "a b"]).refused(2, &["letters, digits"]);
}

#[test]
fn apps_are_made_cloned_and_deleted() {
    let place = Place::new();
    let server = place.serve(&[]);
    server.create_user(&place, "john");
    let made =
        place.run(&["apps", "create", "--name", "shop", "--api-key", "shop", "--api-secret", "s3cret", "--json"]);
    assert_eq!(made.json(), json!({"name": "shop", "api_key": "shop", "api_secret": "s3cret", "expires_at": null}));
    let copy = place.run(&["apps", "clone", "--ttl", "10m", "--name", "worker-1", "--json"]).json();
    let key = copy["api_key"].as_str().expect("a key");
    assert!(copy["expires_at"].is_string() && copy["name"] == "worker-1", "{copy}");
    let kept = place.run(&["snapshot", "take", "x", "--app", key]);
    assert!(kept.line().ends_with("with 1 users"), "{kept:?}");
    let shown = place.run(&["apps", "clone", "--app", "shop"]);
    let labels: Vec<&str> = shown.stdout.lines().map(|line| line.split("  ").next().unwrap_or_default()).collect();
    assert_eq!(labels, ["api key", "api secret", "name"], "{shown:?}");
    assert_eq!(place.run(&["apps", "delete", key]).line(), format!("{key} is gone"));
    place.run(&["apps", "delete", key]).refused(2, &[key]);
    place.run(&["apps", "delete"]).refused(2, &["KEY"]);
    place.run(&["apps", "create", "--api-key", "half"]).refused(2, &["--api-secret"]);
    place.run(&["apps", "create", "--api-key", "shop", "--api-secret", "x"]).refused(2, &["is there already"]);
    place.run(&["apps", "clone", "--ttl", "0s"]).refused(2, &["longer than nothing"]);
}
