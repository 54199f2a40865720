//! Permissions.

use serde_json::{Value, json};

use crate::app::TestApp;
use crate::transcript::{on_each_mount, refused};

fn own() -> Value {
    json!({
        "id": "read-own", "name": "Read Own", "action": "ReadChannel", "description": "Read the own", "owner": true,
        "same_team": true, "condition": {"$subject.role": "user"},
    })
}

#[test]
fn creating_getting_updating_and_deleting_answer_in_full() {
    insta::assert_snapshot!(on_each_mount(|app, mount, log| {
        let (server, path) = (app.server(), format!("{mount}/permissions"));
        log.call(&server, "POST", &path, &own());
        log.call(&server, "GET", &format!("{path}/read-own"), &Value::Null);
        let change = json!({"name": "Read", "action": "DeleteChannel", "condition": {}});
        log.call(&server, "PUT", &format!("{path}/read-own"), &change);
        log.call(&server, "GET", &format!("{path}/read-own"), &Value::Null);
        log.call(&server, "DELETE", &format!("{path}/read-own"), &Value::Null);
        log.call(&server, "GET", &format!("{path}/search-user"), &Value::Null);
    }));
}

#[test]
fn the_list_has_the_apps_own_and_then_those_of_every_product() {
    let app = TestApp::new();
    app.server().post("/permissions", &own()).ok();
    let all = app.server().get("/api/v2/permissions").ok()["permissions"].as_array().unwrap().clone();
    for permission in &all {
        let id = permission["id"].as_str().unwrap();
        let one = app.server().get(&format!("/api/v2/permissions/{id}")).ok()["permission"].clone();
        assert_eq!(one, *permission);
    }
    assert_eq!(all[0]["id"], "read-own");
    assert!(all[1..].iter().all(|one| one["custom"] == false && one.get("condition").is_none()));
    let server = app.server();
    let get = |id: &str| server.get(&format!("/permissions/{id}")).ok()["permission"].clone();
    for id in ["read-channel", "create-channel", "join-call", "add-activity"] {
        assert_eq!((&get(id)["id"], &get(id)["level"]), (&json!(id), &json!("channel")));
    }
    let own = get("update-message-owner");
    assert_eq!((&own["owner"], &own["owner_resource"]), (&json!(true), &json!("Message")));
    // What can be got can be granted.
    let ids: Vec<_> = all.iter().map(|one| one["id"].clone()).collect();
    app.set(&json!({"grants": {"user": ids}}));
}

#[test]
fn a_permission_that_breaks_a_rule_is_refused_with_the_rules_text() {
    let app = TestApp::new();
    app.server().post("/permissions", &own()).ok();
    let with = |key: &str, value: Value| {
        let mut body = json!({"id": "x", "name": "X", "action": "ReadChannel", "condition": {}});
        body[key] = value;
        body
    };
    for (body, text) in [
        (with("id", Value::Null), "id is a required field"),
        (with("name", json!("")), "name is a required field"),
        (with("action", Value::Null), "action is a required field"),
        (with("condition", Value::Null), "condition is a required field"),
        (with("id", json!("x".repeat(256))), "id must be a maximum of 255 characters in length"),
        (with("name", json!("x".repeat(101))), "name must be a maximum of 100 characters in length"),
        (with("description", json!("x".repeat(2049))), "description must be a maximum of 2,048 characters in length"),
        (with("action", json!("no such thing")), "resource \"no such thing\" is not a valid resource"),
        (with("owner", json!("yes")), "expected bool for field \"owner\" but got string"),
        (with("name", json!("Search User")), "permission \"Search User\" already exists"),
        (with("name", json!("Read Own")), "permission \"Read Own\" already exists"),
        (with("id", json!("read-own")), "permission \"X\" already exists"),
        (with("id", json!("search-user")), "permission \"X\" already exists"),
    ] {
        refused(&app.server().post("/api/v2/permissions", &body), "CreatePermission", 400, 4, text);
    }
}

#[test]
fn only_an_own_permission_is_changed_or_removed() {
    let app = TestApp::new();
    let server = app.server();
    let body = json!({"name": "X", "action": "ReadChannel", "condition": {}});
    for id in ["nope", "search-user"] {
        let (path, text) = (format!("/api/v2/permissions/{id}"), format!("custom permission \"{id}\" not found"));
        refused(&server.put(&path, &body), "UpdatePermission", 404, 16, &text);
        refused(&server.delete(&path), "DeletePermission", 404, 16, &text);
    }
    server.post("/permissions", &own()).ok();
    let renamed = json!({"name": "Search User", "action": "ReadChannel", "condition": {}});
    let text = "permission \"Search User\" already exists";
    refused(&server.put("/permissions/read-own", &renamed), "UpdatePermission", 400, 4, text);
    server.delete("/permissions/read-own").ok();
    for (method, operation) in [("GET", "GetPermission"), ("DELETE", "DeletePermission")] {
        let (_, code, message) = server.call(method, "/permissions/read-own", None).error();
        assert_eq!(code, 16);
        assert!(message.starts_with(operation) && message.contains("permission \"read-own\" not found"), "{message}");
    }
}

#[test]
fn an_own_permission_that_is_granted_lets_a_role_act() {
    let app = TestApp::new();
    app.upsert(&[json!({"id": "eve"}), json!({"id": "john"})]);
    let ban = || app.user("john").post("/moderation/ban", &json!({"target_user_id": "eve"})).status;
    assert_eq!(ban(), 403);
    let mut body =
        json!({"id": "own-ban", "name": "Own Ban", "action": "BanUser", "condition": {"$subject.id": "john"}});
    app.server().post("/permissions", &body).ok();
    app.server().patch("/app", &json!({"grants": {"user": ["own-ban"]}})).ok();
    assert_eq!(ban(), 201);
    assert_eq!(app.user("eve").post("/moderation/ban", &json!({"target_user_id": "john"})).status, 403);
    body["condition"] = json!({"$subject.something.unknown": true});
    app.server().put("/permissions/own-ban", &body).ok();
    assert_eq!(ban(), 403, "a condition that is not understood grants nothing");
    app.server().patch("/app", &json!({"disable_permissions_checks": true})).ok();
    assert_eq!(ban(), 201);
}
