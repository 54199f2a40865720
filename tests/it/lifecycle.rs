//! Deactivating, reactivating, deleting, restoring, exporting users.

use serde_json::{Value, json};

use crate::app::TestApp;
use crate::transcript::{frozen_app, is_uuid, on, on_each_mount, refused};

fn john() -> Value {
    json!({"id": "john", "name": "John", "role": "admin", "teams": ["red"], "custom": {"color": "blue"}})
}

/// The users that a query shows to a server.
fn shown(app: &TestApp, with_deactivated: bool) -> Vec<Value> {
    let payload =
        json!({"filter_conditions": {}, "include_deactivated_users": with_deactivated, "sort": [{"field": "id"}]});
    app.server().query_users(&payload).ok()["users"].as_array().unwrap().clone()
}

fn ids(users: &[Value]) -> Vec<&str> {
    users.iter().map(|user| user["id"].as_str().unwrap()).collect()
}

/// Deletes users and answers nothing: the task is checked elsewhere.
fn delete(app: &TestApp, ids: &[&str], mode: &str) {
    let body = match mode {
        "hard" => json!({"user_ids": ids, "user": "hard", "messages": "hard", "conversations": "hard"}),
        _ => json!({"user_ids": ids, "user": mode}),
    };
    app.server().post("/api/v2/users/delete", &body).ok();
}

#[test]
fn deactivating_and_reactivating_answer_the_user() {
    insta::assert_snapshot!(on_each_mount(|app, mount, log| {
        app.upsert(&[john()]);
        app.advance("1m");
        log.call(&app.server(), "POST", &format!("{mount}/users/john/deactivate"), &json!({"created_by_id": "ada"}));
        app.advance("1m");
        log.call(&app.server(), "POST", &format!("{mount}/users/john/reactivate"), &json!({"name": "Johnny"}));
    }));
}

#[test]
fn an_export_answers_the_user_with_its_devices() {
    insta::assert_snapshot!(on_each_mount(|app, mount, log| {
        app.upsert(&[john()]);
        app.user("john").post("/api/v2/devices", &json!({"id": "d", "push_provider": "apn"})).ok();
        log.call(&app.server(), "GET", &format!("{mount}/users/john/export"), &Value::Null);
    }));
}

#[test]
fn every_batch_answers_a_task_that_is_completed() {
    insta::assert_snapshot!(on_each_mount(|app, mount, log| {
        app.upsert(&[john(), json!({"id": "jane"})]);
        let ok = json!({"john": {"status": "ok"}, "jane": {"status": "ok"}});
        for path in ["users/deactivate", "users/reactivate", "export/users", "users/delete"] {
            let begun =
                log.call(&app.server(), "POST", &format!("{mount}/{path}"), &json!({"user_ids": ["john", "jane"]}));
            let id = begun.ok()["task_id"].as_str().unwrap().to_owned();
            assert!(is_uuid(&id));
            let task = app.server().get(&format!("{mount}/tasks/{id}")).ok();
            assert_eq!(task["status"], "completed");
            let (result, users) = (&task["result"], &task["result"]["users"]);
            match path {
                "users/delete" => assert_eq!(*result, ok),
                "export/users" => assert!(result["url"].as_str().unwrap().contains("/exports/users/")),
                _ => {
                    assert_eq!((&users[0]["id"], &users[1]["id"]), (&json!("john"), &json!("jane")));
                    assert_eq!(users[0].get("deactivated_at").is_some(), path == "users/deactivate");
                }
            }
        }
        log.call(&app.server(), "POST", &format!("{mount}/users/restore"), &json!({"user_ids": ["john", "jane"]}));
    }));
}

#[test]
fn the_legacy_delete_answers_the_user_who_is_gone() {
    insta::assert_snapshot!(on(&[""], |app, _, log| {
        app.upsert(&[john(), json!({"id": "jane", "name": "Jane", "color": 1})]);
        log.call(&app.server(), "DELETE", "/users/john?mark_messages_deleted=true&hard_delete=false", &Value::Null);
        log.call(&app.server(), "DELETE", "/users/jane?hard_delete=true", &json!({}));
        log.call(&app.server(), "DELETE", "/users/john", &Value::Null);
        log.call(&app.server(), "DELETE", "/users/nobody", &Value::Null);
        log.call(&app.server(), "DELETE", "/users/nobody?hard_delete=perhaps", &Value::Null);
    }));
}

#[test]
fn a_deactivated_user_is_hidden_unless_asked_for() {
    let app = TestApp::new();
    app.upsert(&[john(), json!({"id": "jane"})]);
    app.server().post("/api/v2/users/john/deactivate", &json!({})).ok();
    assert_eq!(ids(&shown(&app, false)), ["jane"]);
    assert_eq!(ids(&shown(&app, true)), ["jane", "john"]);
    app.server().post("/api/v2/users/john/reactivate", &json!({})).ok();
    assert_eq!(ids(&shown(&app, false)), ["jane", "john"]);
}

#[test]
fn a_deactivated_user_is_refused_until_reactivated() {
    let app = TestApp::new();
    app.upsert(&[john()]);
    app.server().post("/api/v2/users/deactivate", &json!({"user_ids": ["john"]})).ok();
    refused(&app.user("john").get("/api/v2/app"), "GetApp", 404, 16, "the user john was deactivated");
    app.server().post("/api/v2/users/reactivate", &json!({"user_ids": ["john"]})).ok();
    app.user("john").get("/api/v2/app").ok();
}

#[test]
fn deactivating_twice_keeps_the_first_time() {
    let app = frozen_app();
    app.upsert(&[john()]);
    let first = app.server().post("/api/v2/users/john/deactivate", &json!({})).ok();
    app.advance("1h");
    let second = app.server().post("/api/v2/users/john/deactivate", &json!({})).ok();
    assert_eq!(first["user"]["deactivated_at"], second["user"]["deactivated_at"]);
}

#[test]
fn a_deleted_user_is_refused_and_hidden_until_restored() {
    let app = TestApp::new();
    app.upsert(&[john()]);
    delete(&app, &["john"], "soft");
    refused(&app.user("john").get("/api/v2/app"), "GetApp", 404, 16, "the user john was deleted");
    assert!(shown(&app, true).is_empty());
    app.server().post("/api/v2/users/restore", &json!({"user_ids": ["john"]})).ok();
    app.user("john").get("/api/v2/app").ok();
    let back = &shown(&app, false)[0];
    assert_eq!((&back["custom"], back.get("deleted_at")), (&json!({"color": "blue"}), None));
}

#[test]
fn what_is_pruned_or_deleted_hard_cannot_be_restored() {
    let app = TestApp::new();
    app.upsert(&[json!({"id": "pruned"}), json!({"id": "hard"}), json!({"id": "there"})]);
    delete(&app, &["pruned"], "pruning");
    delete(&app, &["hard"], "hard");
    for id in ["pruned", "hard", "there"] {
        let answer = app.server().post("/api/v2/users/restore", &json!({"user_ids": [id]}));
        let text = format!("user \"{id}\" is not deleted, it can't be restored");
        refused(&answer, "RestoreUsers", 400, 4, &text);
    }
}

#[test]
fn a_hard_delete_frees_the_id_and_pruning_does_not() {
    let app = TestApp::new();
    app.upsert(&[john(), json!({"id": "jane"})]);
    app.user("john").post("/api/v2/devices", &json!({"id": "d", "push_provider": "apn"})).ok();
    app.user("jane").post("/api/v2/users/block", &json!({"blocked_user_id": "john"})).ok();
    delete(&app, &["john"], "hard");
    app.upsert(&[json!({"id": "john"})]);
    app.user("john").get("/api/v2/app").ok();
    let users = shown(&app, false);
    let fresh = users.iter().find(|user| user["id"] == "john").unwrap();
    assert_eq!(
        (&fresh["role"], &fresh["teams"], &fresh["custom"], &fresh["devices"]),
        (&json!("user"), &json!([]), &json!({}), &json!([]))
    );
    let jane = users.iter().find(|user| user["id"] == "jane").unwrap();
    assert_eq!(jane["blocked_user_ids"], json!([]));
    delete(&app, &["jane"], "pruning");
    let answer = app.server().post("/api/v2/users", &json!({"users": {"jane": {"id": "jane"}}}));
    refused(&answer, "UpdateUsers", 404, 16, "the user jane was deleted");
}

#[test]
fn a_soft_delete_can_be_made_harder_but_not_softer() {
    let app = TestApp::new();
    app.upsert(&[john()]);
    for mode in ["soft", "hard", "soft"] {
        delete(&app, &["john"], mode);
    }
    let answer = app.server().post("/api/v2/users/restore", &json!({"user_ids": ["john"]}));
    refused(&answer, "RestoreUsers", 400, 4, "user \"john\" is not deleted, it can't be restored");
}

#[test]
fn a_hard_delete_of_a_user_takes_messages_and_conversations_along() {
    let app = TestApp::new();
    app.upsert(&[john()]);
    for (body, text) in [
        (
            json!({"messages": "soft", "conversations": "hard"}),
            "a hard delete of a user needs a hard delete of messages and conversations",
        ),
        (
            json!({"messages": "hard", "conversations": "soft"}),
            "a hard delete of a user needs a hard delete of messages and conversations",
        ),
    ] {
        let mut body = body;
        body["user_ids"] = json!(["john"]);
        body["user"] = json!("hard");
        refused(&app.server().post("/api/v2/users/delete", &body), "DeleteUsers", 400, 4, text);
    }
    assert_eq!(ids(&shown(&app, false)), ["john"]);
    // What is not said counts as hard.
    for rest in [json!({}), json!({"messages": "hard"}), json!({"conversations": "hard"})] {
        app.upsert(&[john()]);
        let mut body = rest;
        body["user_ids"] = json!(["john"]);
        body["user"] = json!("hard");
        app.server().post("/api/v2/users/delete", &body).ok();
        assert!(ids(&shown(&app, false)).is_empty());
    }
}

#[test]
fn a_deletion_has_words_of_its_own() {
    let app = TestApp::new();
    for (field, words) in [
        ("user", "soft pruning hard"),
        ("messages", "soft pruning hard"),
        ("conversations", "soft hard"),
        ("calls", "soft hard"),
    ] {
        let answer = app.server().post("/api/v2/users/delete", &json!({"user_ids": ["john"], field: "gently"}));
        refused(&answer, "DeleteUsers", 400, 4, &format!("{field} must be one of [{words}]"));
    }
}

#[test]
fn a_batch_is_held_to_its_limits() {
    let app = TestApp::new();
    for (path, operation, most) in [
        ("users/deactivate", "DeactivateUsers", 100),
        ("users/reactivate", "ReactivateUsers", 100),
        ("users/delete", "DeleteUsers", 100),
        ("users/restore", "RestoreUsers", 100),
        ("export/users", "ExportUsers", 25),
    ] {
        let many: Vec<_> = (0..=most).map(|at| format!("u{at}")).collect();
        for (body, text) in [
            (json!({}), "user_ids is a required field".to_owned()),
            (json!({"user_ids": []}), "user_ids must contain at least 1 item".to_owned()),
            (json!({"user_ids": many}), format!("user_ids must contain at maximum {most} items")),
            (json!({"user_ids": "john"}), "expected array for field \"user_ids\" but got string".to_owned()),
        ] {
            refused(&app.server().post(&format!("/api/v2/{path}"), &body), operation, 400, 4, &text);
        }
    }
}

#[test]
fn a_batch_with_one_unknown_user_does_nothing() {
    let app = TestApp::new();
    app.upsert(&[john()]);
    let ids_of = |users: &[Value]| users.len();
    for (path, operation) in
        [("users/deactivate", "DeactivateUsers"), ("users/delete", "DeleteUsers"), ("export/users", "ExportUsers")]
    {
        let answer = app.server().post(&format!("/api/v2/{path}"), &json!({"user_ids": ["john", "nobody"]}));
        refused(&answer, operation, 404, 16, "the user nobody does not exist");
        assert_eq!(ids_of(&shown(&app, false)), 1, "{path}");
    }
    app.user("john").get("/api/v2/app").ok();
    for (path, operation) in [("users/restore", "RestoreUsers"), ("users/reactivate", "ReactivateUsers")] {
        let answer = app.server().post(&format!("/api/v2/{path}"), &json!({"user_ids": ["nobody"]}));
        refused(&answer, operation, 404, 16, "the user nobody does not exist");
    }
}

#[test]
fn an_unknown_user_is_not_found_and_an_active_one_is_not_reactivated() {
    let app = TestApp::new();
    app.upsert(&[json!({"id": "a@b c"})]);
    let server = app.server();
    let text = "the user nobody does not exist";
    refused(&server.post("/api/v2/users/nobody/deactivate", &json!({})), "DeactivateUser", 404, 16, text);
    refused(&server.post("/api/v2/users/nobody/reactivate", &json!({})), "ReactivateUser", 404, 16, text);
    refused(&server.get("/api/v2/users/nobody/export"), "ExportUser", 404, 16, text);
    let answer = server.post("/api/v2/users/a@b%20c/reactivate", &json!({}));
    refused(&answer, "ReactivateUser", 400, 4, "user \"a@b c\" is not deactivated");
    delete(&app, &["a@b c"], "soft");
    let text = "the user a@b c was deleted";
    refused(&server.post("/api/v2/users/a@b%20c/deactivate", &json!({})), "DeactivateUser", 404, 16, text);
    refused(&server.get("/api/v2/users/a@b%20c/export"), "ExportUser", 404, 16, text);
}
