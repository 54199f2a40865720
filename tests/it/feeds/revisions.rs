//! What became of activities and comments, as audit logs keep it.

use serde_json::{Value, json};

use super::comments::{app as talked, at, say};
use super::reading::{ADD, add};
use super::shape::check;
use crate::app::TestApp;

const QUERY: &str = "/api/v2/feeds/revisions/query";

/// An app in which John has written the activity `a`, and all that happens since is kept.
fn app() -> TestApp {
    let app = talked();
    app.set(&json!({"feed_audit_logs_enabled": true}));
    app
}

fn found(app: &TestApp, body: &Value) -> Vec<Value> {
    let answer = app.server().post(QUERY, body).ok();
    check("QueryRevisionHistory", &answer);
    answer["revisions"].as_array().unwrap().clone()
}

/// The revisions of an object, the oldest first.
fn of(app: &TestApp, id: &str) -> Vec<Value> {
    found(app, &json!({"filter": {"object_id": id}, "sort": [{"field": "id"}]}))
}

fn words<'a>(revisions: &'a [Value], key: &str) -> Vec<&'a str> {
    revisions.iter().map(|one| one[key].as_str().unwrap()).collect()
}

#[test]
fn an_activity_has_what_became_of_it_and_who_did_it() {
    let app = app();
    let john = app.user("john");
    let path = format!("{ADD}/b");
    add(&john, &json!({"id": "b", "type": "post", "feeds": ["user:john"], "text": "one", "custom": {"a": 1}}));
    john.patch(&path, &json!({"set": {"text": "two", "custom": {"a": 2}}})).ok();
    // It says what it said: no edit.
    john.patch(&path, &json!({"set": {"text": "two"}})).ok();
    app.server().patch(&path, &json!({"user_id": "john", "set": {"text": "three"}})).ok();
    john.delete(&path).ok();
    john.post(&format!("{path}/restore"), &json!({})).ok();
    let all = of(&app, "b");
    assert_eq!(words(&all, "action_type"), ["create", "edit", "edit", "delete", "restore"]);
    assert_eq!(words(&all, "user_id"), ["john", "john", "", "john", "john"]);
    assert_eq!(words(&all, "actor_type"), ["user", "user", "admin", "user", "user"]);
    assert_eq!(words(&all, "object_type"), ["activity"; 5]);
    let said = |at: usize| all[at].get("previous_obj_serialized").map(|before| before["text"].clone());
    assert_eq!(
        [said(0), said(1), said(2), said(3), said(4)],
        [None, Some(json!("one")), Some(json!("two")), Some(json!("three")), None]
    );
    assert_eq!(all[1]["changed_fields"], json!(["custom", "text"]));
    assert_eq!(all[2]["changed_fields"], json!(["text"]));
    let before = &all[1]["previous_obj_serialized"];
    assert_eq!((&before["user"]["id"], &before["custom"]), (&json!("john"), &json!({"a": 1})));
    assert!(before["created_at"].is_i64() && all[3].get("changed_fields").is_none());
    // Gone for good, nothing is left of it.
    john.delete(&format!("{path}?hard_delete=true")).ok();
    assert_eq!(of(&app, "b"), [json!(null); 0]);
}

#[test]
fn comments_have_theirs_until_they_are_gone_for_good() {
    let app = app();
    let (john, jane) = (app.user("john"), app.user("jane"));
    say(&jane, "1", None);
    say(&john, "2", Some("1"));
    jane.patch(&at("1"), &json!({"comment": "else"})).ok();
    app.server().delete(&at("1")).ok();
    jane.post(&format!("{}/restore", at("1")), &json!({})).ok();
    let all = of(&app, "1");
    assert_eq!(words(&all, "action_type"), ["create", "edit", "delete", "restore"]);
    assert_eq!(words(&all, "user_id"), ["jane", "jane", "", "jane"]);
    assert_eq!((&all[1]["changed_fields"], &all[1]["object_type"]), (&json!(["text"]), &json!("comment")));
    assert_eq!(all[1]["previous_obj_serialized"]["text"], "I am 1");
    // A page at a time, by what may be asked.
    let filter = json!({"object_type": "comment", "user_id": "jane", "action_type": {"$in": ["create", "restore"]}});
    let first = app.server().post(QUERY, &json!({"filter": filter, "limit": 1})).ok();
    assert_eq!(words(first["revisions"].as_array().unwrap(), "action_type"), ["restore"], "the newest first");
    let rest = found(&app, &json!({"filter": filter, "limit": 1, "next": first["next"]}));
    assert_eq!(words(&rest, "action_type"), ["create"]);
    // What answers it goes with it, and with the activity goes all.
    john.delete(&format!("{ADD}/a?hard_delete=true")).ok();
    assert_eq!(found(&app, &json!({"filter": {}})), [json!(null); 0]);
}

#[test]
fn nothing_is_kept_unless_the_app_says_so_and_then_no_more_than_the_newest_hundred() {
    let app = talked();
    let john = app.user("john");
    let say = |text: &str| drop(john.patch(&format!("{ADD}/a"), &json!({"set": {"text": text}})).ok());
    say("unkept");
    assert_eq!(of(&app, "a"), [json!(null); 0]);
    app.set(&json!({"feed_audit_logs_enabled": true}));
    for at in 0..102 {
        say(&at.to_string());
    }
    let body = json!({"filter": {"object_id": "a"}, "sort": [{"field": "id"}], "limit": 100});
    let all = found(&app, &body);
    let said = |one: &Value| one["previous_obj_serialized"]["text"].clone();
    assert_eq!((all.len(), said(&all[0]), said(&all[99])), (100, json!("1"), json!("100")));
    assert_eq!(john.post(QUERY, &body).error().1, 17);
    let odd = app.server().post(QUERY, &json!({"filter": {"colour": "red"}}));
    assert_eq!((odd.error().0, odd.error().1), (400, 4));
}
