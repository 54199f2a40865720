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

const DAY: &str = "24h";

/// What an export's address answers: status and body.
fn file(url: &str) -> crate::app::Answer {
    crate::app::send("GET", url, &[], None)
}

fn exported(app: &TestApp) -> String {
    let begun = app.server().post("/api/v2/export/users", &json!({"user_ids": ["john"]})).ok();
    url(app, begun["task_id"].as_str().unwrap())
}

fn url(app: &TestApp, task: &str) -> String {
    app.server().get(&format!("/tasks/{task}")).ok()["result"]["url"].as_str().unwrap().to_owned()
}

#[test]
fn an_export_holds_all_that_is_stored_of_its_users_and_nothing_of_others() {
    let app = TestApp::at_noon();
    app.upsert(&[
        json!({"id": "john", "role": "admin", "teams": ["red"], "teams_role": {"red": "admin"}, "custom": {"color": "blue"}}),
        json!({"id": "eve"}),
    ]);
    let john = app.user("john");
    john.post("/devices", &json!({"id": "phone", "push_provider": "apn"})).ok();
    john.post("/users/block", &json!({"blocked_user_id": "eve"})).ok();
    john.post("/push_preferences", &json!({"preferences": [{"chat_level": "none"}]})).ok();
    app.server().post("/moderation/ban", &json!({"target_user_id": "john", "reason": "spam"})).ok();
    john.post("/moderation/mute", &json!({"target_ids": ["eve"]})).ok();
    john.post("/moderation/flag", &json!({"target_user_id": "eve", "reason": "rude"})).ok();
    john.post("/moderation/ban", &json!({"target_user_id": "eve", "reason": "noise"})).ok();
    let answer = file(&exported(&app));
    let users = answer.ok()["users"].as_array().unwrap().clone();
    assert_eq!(users.len(), 1);
    let user = &users[0];
    assert_eq!((&user["id"], &user["role"], &user["teams"]), (&json!("john"), &json!("admin"), &json!(["red"])));
    assert_eq!((&user["custom"], &user["teams_role"]), (&json!({"color": "blue"}), &json!({"red": "admin"})));
    assert_eq!(user["devices"][0]["id"], "phone");
    assert_eq!(user["blocked_users"][0]["user_id"], "eve");
    assert_eq!((user["bans"].as_array().unwrap().len(), &user["bans"][0]["reason"]), (1, &json!("spam")));
    let imposed = &user["bans_imposed"];
    assert_eq!((imposed.as_array().unwrap().len(), &imposed[0]["user_id"]), (1, &json!("eve")));
    assert_eq!((&user["mutes"][0]["user_id"], &user["flags"][0]["reason"]), (&json!("eve"), &json!("rude")));
    assert_eq!(user["push_preferences"][0]["chat_level"], "none");
    assert!(user["created_at"].is_string());
}

#[test]
fn only_the_address_leads_to_an_export_and_no_browser_takes_it_for_a_page() {
    let app = TestApp::at_noon();
    app.upsert(&[json!({"id": "john"})]);
    let url = exported(&app);
    let answer = file(&url);
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("content-disposition", "attachment; filename=\"users.json\""),
        ("access-control-allow-origin", "*"),
        ("cache-control", "no-store"),
    ] {
        assert_eq!(answer.header(name), Some(value), "{name}");
    }
    let (folder, proof) = url.rsplit_once('/').unwrap();
    let other = if proof.starts_with('A') { "B" } else { "A" };
    for wrong in [folder.to_owned(), format!("{folder}/"), format!("{folder}/{other}{}", &proof[1..])] {
        assert_eq!(file(&wrong).status, 404, "{wrong}");
    }
    for listing in ["exports", "exports/users"] {
        assert_eq!(file(&format!("{}/{listing}", app.url)).status, 404);
    }
}

#[test]
fn an_export_is_there_for_a_day_of_the_apps_clock() {
    let app = TestApp::at_noon();
    app.upsert(&[json!({"id": "john"})]);
    let url = exported(&app);
    app.advance(DAY);
    assert_eq!(file(&url).status, 200);
    app.advance("1s");
    assert_eq!(file(&url).status, 404);
    let next = exported(&app);
    assert_eq!((file(&url).status, file(&next).status), (404, 200));
}

#[test]
fn an_export_goes_where_the_apps_state_goes() {
    let app = TestApp::at_noon();
    app.upsert(&[json!({"id": "john"})]);
    let begun = app.server().post("/api/v2/export/users", &json!({"user_ids": ["john"]})).ok();
    let task = begun["task_id"].as_str().unwrap();
    let own = url(&app, task);
    let clone = app.control("POST", "/clone", &json!({})).ok();
    let text = |field: &str| clone[field].as_str().unwrap().to_owned();
    let copy = TestApp { url: app.url.clone(), api_key: text("api_key"), api_secret: text("api_secret") };
    let of_copy = url(&copy, task);
    assert_ne!(of_copy, own);
    assert_eq!(file(&of_copy).ok()["users"][0]["id"], "john");
    app.control("POST", "/reset", &Value::Null).ok();
    assert_eq!((file(&own).status, file(&of_copy).status), (404, 200));
    copy.control("DELETE", "", &Value::Null).ok();
    assert_eq!(file(&of_copy).status, 404);
}
