//! `GetTask`.

use serde_json::{Value, json};

use crate::app::TestApp;
use crate::transcript::{on_each_mount, refused};

#[test]
fn a_task_is_there_as_soon_as_it_was_begun() {
    insta::assert_snapshot!(on_each_mount(|app, mount, log| {
        app.upsert(&[json!({"id": "john"})]);
        let begun = app.server().post("/api/v2/users/delete", &json!({"user_ids": ["john"]})).ok();
        let id = begun["task_id"].as_str().unwrap();
        app.advance("1h");
        log.call(&app.server(), "GET", &format!("{mount}/tasks/{id}"), &Value::Null);
    }));
}

#[test]
fn an_unknown_task_and_another_apps_task_are_not_found() {
    let (app, other) = (TestApp::new(), TestApp::new());
    app.upsert(&[json!({"id": "john"})]);
    let begun = app.server().post("/api/v2/export/users", &json!({"user_ids": ["john"]})).ok();
    let id = begun["task_id"].as_str().unwrap();
    refused(&app.server().get("/api/v2/tasks/no-task"), "GetTask", 404, 16, "Can't find task with id \"no-task\"");
    let text = format!("Can't find task with id \"{id}\"");
    refused(&other.server().get(&format!("/tasks/{id}")), "GetTask", 404, 16, &text);
}
