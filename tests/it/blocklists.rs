//! Blocklists: who makes them, what they answer, how they are listed, and their limits.

use serde_json::{Value, json};

use crate::app::{Caller, TestApp};
use crate::transcript::{frozen_app, refused};

const LISTS: &str = "/api/v2/blocklists";
const BUILT_IN: &str = "profanity_en_2020_v1";

#[track_caller]
fn create(by: &Caller, body: &Value) -> Value {
    let answer = by.post(LISTS, body);
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.ok()["blocklist"].clone()
}

#[track_caller]
fn listed(by: &Caller, query: &str) -> (Vec<String>, Value) {
    let answer = by.get(&format!("{LISTS}{query}")).ok();
    let names = answer["blocklists"].as_array().unwrap().iter();
    (names.map(|one| one["name"].as_str().unwrap().to_owned()).collect(), answer["next_cursor"].clone())
}

fn app() -> TestApp {
    let app = frozen_app();
    app.upsert(&[json!({"id": "john"})]);
    app
}

#[test]
fn a_list_is_made_changed_shown_and_deleted() {
    let app = app();
    let server = app.server();
    let made = create(&server, &json!({"name": "b", "words": ["x"], "is_leet_check_enabled": true}));
    assert_eq!((&made["type"], &made["words"]), (&json!("word"), &json!(["x"])));
    for (key, is) in
        [("leet_check", true), ("plural_check", false), ("substring_matching", false), ("confusable_folding", false)]
    {
        assert_eq!(made[format!("is_{key}_enabled")], is, "{key}");
    }
    app.advance("1s");
    let changed = server.put(&format!("{LISTS}/b"), &json!({"words": ["y", "z"]}));
    assert_eq!(changed.status, 201);
    let changed = changed.ok()["blocklist"].clone();
    assert_eq!((&changed["words"], &changed["is_leet_check_enabled"]), (&json!(["y", "z"]), &json!(true)));
    assert!(changed["updated_at"].as_i64() > made["updated_at"].as_i64());
    assert_eq!(server.get(&format!("{LISTS}/b")).ok()["blocklist"], changed);
    server.delete(&format!("{LISTS}/b")).ok();
    let text = "blocklist with name b does not exist";
    refused(&server.get(&format!("{LISTS}/b")), "GetBlockList", 404, 16, text);
}

#[test]
fn lists_come_by_pages_and_by_team_with_the_built_in_one_first() {
    let app = app();
    let server = app.server();
    for (name, team) in [("a", ""), ("b", "red"), ("c", "red")] {
        create(&server, &json!({"name": name, "team": team, "words": ["x"]}));
    }
    assert_eq!(listed(&app.user("john"), "").0, [BUILT_IN, "a", "b", "c"]);
    assert_eq!(listed(&server, "?team=red").0, [BUILT_IN, "b", "c"]);
    let (first, cursor) = listed(&server, "?limit=3");
    assert_eq!(first, [BUILT_IN, "a", "b"]);
    let (rest, end) = listed(&server, &format!("?limit=3&cursor={}", cursor.as_str().unwrap()));
    assert_eq!((rest, end), (vec!["c".to_owned()], Value::Null));
    refused(&server.get(&format!("{LISTS}?cursor=none")), "ListBlockLists", 400, 4, "cursor is invalid");
}

#[test]
fn a_name_is_taken_once_and_the_built_in_list_stays() {
    let app = app();
    let server = app.server();
    let body = |name: &str| json!({"name": name, "words": ["x"]});
    create(&server, &body("b"));
    for name in ["b", BUILT_IN] {
        let text = format!("blocklist with name {name} already exists");
        refused(&server.post(LISTS, &body(name)), "CreateBlockList", 400, 4, &text);
    }
    let text = format!("blocklist {BUILT_IN} cannot be changed");
    let path = format!("{LISTS}/{BUILT_IN}");
    refused(&server.put(&path, &json!({"words": ["x"]})), "UpdateBlockList", 400, 4, &text);
    refused(&server.delete(&path), "DeleteBlockList", 400, 4, &text);
}

#[test]
fn lists_have_limits() {
    let app = app();
    let server = app.server();
    let refuse = |body: Value, text: &str| refused(&server.post(LISTS, &body), "CreateBlockList", 400, 4, text);
    refuse(json!({"words": ["x"]}), "name is a required field");
    refuse(json!({"name": "b"}), "words must contain at least 1 item");
    refuse(json!({"name": "b", "words": ["x".repeat(41)]}), "words must be a maximum of 40 characters in length");
    refuse(json!({"name": "b", "words": vec!["x"; 10_001]}), "words must contain at maximum 10000 items");
    let text = "type must be one of [word regex domain domain_allowlist email email_allowlist]";
    refuse(json!({"name": "b", "words": ["x"], "type": "song"}), text);
    for number in 0..15 {
        create(&server, &json!({"name": number.to_string(), "words": ["x".repeat(40)]}));
    }
    refuse(json!({"name": "b", "words": ["x"]}), "an app has 15 blocklists at the most");
}

#[test]
fn words_are_imported_by_a_task_each_once() {
    let app = app();
    let server = app.server();
    let made = create(&server, &json!({"name": "b", "words": ["x"]}));
    let path = format!("{LISTS}/{}/import", made["id"].as_str().unwrap());
    let task = server.post(&path, &json!({"items": ["y", "x", "y"], "chunk_size": 1})).ok()["task_id"].clone();
    let task = server.get(&format!("/api/v2/tasks/{}", task.as_str().unwrap())).ok();
    assert_eq!((&task["status"], &task["result"]["imported"]), (&json!("completed"), &json!(1)));
    assert_eq!(server.get(&format!("{LISTS}/b")).ok()["blocklist"]["words"], json!(["x", "y"]));
    let text = "blocklist with id x does not exist";
    refused(&server.post(&format!("{LISTS}/x/import"), &json!({"items": ["y"]})), "ImportBlockList", 404, 16, text);
}
