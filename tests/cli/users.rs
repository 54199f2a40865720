//! `users`: through Stream's own API.

use serde_json::{Value, json};

use super::harness::Place;

/// A line of a table or of a user's fields, as words.
fn words<'a>(text: &'a str, first: &str) -> Vec<&'a str> {
    let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    lines.into_iter().find(|words| words.first() == Some(&first)).unwrap_or_else(|| panic!("{first}: {text}"))
}

#[test]
fn users_are_made_listed_shown_replaced_and_deleted() {
    let place = Place::new();
    let _server = place.serve(&[]);
    let none = place.run(&["users"]);
    assert_eq!(
        none.line(),
        "millpond has no users; `millpond users upsert john --name John` makes one, \
         `millpond fixture load quickstart --merge` a few"
    );
    let made = ["users", "upsert", "john", "--name", "John", "--role", "admin", "--team", "red", "--team", "blue"];
    let made = place.run(&[&made[..], &["--set", "color=red", "--set", "age=42", "--json"]].concat()).json();
    let john = &made["users"]["john"];
    assert_eq!(
        (&john["role"], &john["teams"], &john["name"]),
        (&json!("admin"), &json!(["red", "blue"]), &json!("John"))
    );
    assert_eq!(john["custom"], json!({"color": "red", "age": 42}));
    place.run(&["users", "upsert", "jane"]);

    let listed = place.run(&["users"]).stdout;
    assert_eq!(listed.lines().count(), 3, "{listed}");
    assert!(listed.lines().nth(1).is_some_and(|line| line.starts_with("jane ")), "the newest first: {listed}");
    assert_eq!(words(&listed, "john")[1..5], ["John", "admin", "red,", "blue"]);
    let ids = |arguments: &[&str]| -> Vec<Value> {
        let users = place.run(&[&["users", "list", "--json"], arguments].concat()).json()["users"].take();
        users.as_array().expect("a list").iter().map(|user| user["id"].clone()).collect()
    };
    assert_eq!(ids(&["--filter", r#"{"role": "admin"}"#]), ["john"]);
    assert_eq!(ids(&["--limit", "1", "--offset", "1"]), ["john"]);
    let page = place.run(&["users", "--limit", "1"]);
    assert_eq!(page.stderr, "there may be more: --offset 1\n");
    place.run(&["users", "--filter", "{"]).refused(2, &["--filter: it is not JSON"]);
    place.run(&["users", "--filter", r#"{"$no": 1}"#]).refused(2, &["$no"]);

    let shown = place.run(&["users", "show", "john"]).stdout;
    assert_eq!(words(&shown, "role"), ["role", "admin"]);
    assert!(shown.contains(r#"{"color":"red","age":42}"#), "{shown}");
    place.run(&["users", "show", "nobody"]).refused(2, &["millpond has no user \"nobody\"", "`millpond users`"]);
    place.run(&["users", "upsert", "john"]);
    let shown = place.run(&["users", "show", "john", "--json"]).json();
    let name = shown["name"].as_str().unwrap_or_default();
    assert_eq!((name, &shown["custom"]), ("", &json!({})), "what is not said is taken away");
    assert_eq!((&shown["role"], &shown["teams"]), (&json!("admin"), &json!(["red", "blue"])), "but for role and teams");

    assert_eq!(place.run(&["users", "delete", "john"]).line(), "john is deleted");
    assert_eq!(ids(&[]), ["jane"]);
    assert_eq!(place.run(&["users", "delete", "jane", "--hard"]).line(), "jane is gone");
    place.run(&["users", "delete", "nobody"]).refused(2, &["nobody"]);
    let operations = place.run(&["requests", "--json"]).json()["requests"].take();
    let called = |name: &str| operations.as_array().into_iter().flatten().any(|entry| entry["operation"] == name);
    assert!(called("UpdateUsers") && called("QueryUsers") && called("DeleteUsers"), "{operations}");
}

#[test]
fn who_may_not_come_in_is_marked() {
    let place = Place::new();
    place.write(
        "states.yaml",
        "millpond: 1\napps: [{users: {off: {deactivated_at: -1h}, out: {banned: {}}, on: {name: 'On\\e[31m'}}}]\n"
            .replace("'On\\e[31m'", "\"On\\e[31m\"")
            .as_str(),
    );
    let _server = place.serve(&["--fixture", "states.yaml"]);
    let listed = place.run(&["users"]).stdout;
    assert_eq!(words(&listed, "off")[4], "deactivated");
    assert_eq!(words(&listed, "out")[4], "banned");
    assert!(!listed.contains('\u{1b}'), "a name cannot drive the terminal: {listed:?}");
}
