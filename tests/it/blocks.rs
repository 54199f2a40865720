//! Blocking users.

use serde_json::{Value, json};

use crate::app::TestApp;
use crate::transcript::{frozen_app, on_each_mount, refused};

#[test]
fn blocking_listing_and_unblocking_answer_in_full() {
    insta::assert_snapshot!(on_each_mount(|app, mount, log| {
        app.upsert(&[json!({"id": "john", "custom": {"color": "red"}}), json!({"id": "eve", "name": "Eve"})]);
        app.advance("1h");
        let john = app.user("john");
        log.call(&john, "POST", &format!("{mount}/users/block"), &json!({"blocked_user_id": "eve"}));
        log.call(&app.server(), "GET", &format!("{mount}/users/block?user_id=john"), &Value::Null);
        log.call(&john, "POST", &format!("{mount}/users/unblock"), &json!({"blocked_user_id": "eve"}));
        log.call(&john, "GET", &format!("{mount}/users/block"), &Value::Null);
    }));
}

#[test]
fn a_blocked_user_is_listed_on_the_one_who_blocked() {
    let app = TestApp::new();
    app.upsert(&[json!({"id": "john"}), json!({"id": "eve"})]);
    app.server().post("/api/v2/users/block", &json!({"blocked_user_id": "eve", "user_id": "john"})).ok();
    let users = app.server().query_users(&json!({"filter_conditions": {}, "sort": [{"field": "id"}]})).ok();
    assert_eq!(users["users"][0]["blocked_user_ids"], json!([]));
    assert_eq!(users["users"][1]["blocked_user_ids"], json!(["eve"]));
}

#[test]
fn blocking_twice_keeps_the_first_time_and_unblocking_twice_is_fine() {
    let app = frozen_app();
    app.upsert(&[json!({"id": "eve"})]);
    let body = json!({"blocked_user_id": "eve"});
    let first = app.user("john").post("/api/v2/users/block", &body).ok();
    app.advance("1h");
    let again = app.user("john").post("/api/v2/users/block", &body).ok();
    assert_eq!(first["created_at"], again["created_at"]);
    app.user("john").post("/api/v2/users/unblock", &body).ok();
    app.user("john").post("/api/v2/users/unblock", &body).ok();
}

#[test]
fn the_newest_block_comes_first() {
    let app = frozen_app();
    app.upsert(&[json!({"id": "a"}), json!({"id": "b"})]);
    for id in ["a", "b"] {
        app.user("john").post("/users/block", &json!({"blocked_user_id": id})).ok();
        app.advance("1s");
    }
    let blocks = app.user("john").get("/users/block").ok();
    let ids: Vec<_> =
        blocks["blocks"].as_array().unwrap().iter().map(|block| block["blocked_user_id"].clone()).collect();
    assert_eq!(ids, ["b", "a"]);
}

#[test]
fn a_server_names_the_user_for_whom_it_blocks_once() {
    let app = TestApp::new();
    app.upsert(&[json!({"id": "john"}), json!({"id": "eve"})]);
    let server = app.server();
    let text = "user_id is required for server side requests";
    for path in ["/api/v2/users", "/users"] {
        refused(&server.post(&format!("{path}/block"), &json!({"blocked_user_id": "eve"})), "BlockUsers", 400, 4, text);
        refused(
            &server.post(&format!("{path}/unblock"), &json!({"blocked_user_id": "eve"})),
            "UnblockUsers",
            400,
            4,
            text,
        );
        refused(&server.get(&format!("{path}/block")), "GetBlockedUsers", 400, 4, text);
    }
    let twice = json!({"blocked_user_id": "eve", "user_id": "john", "user": {"id": "john"}});
    refused(&server.post("/api/v2/users/block", &twice), "BlockUsers", 400, 4, "cannot set both user and user_id.");
    server.post("/api/v2/users/block", &json!({"blocked_user_id": "eve", "user": {"id": "john"}})).ok();
}

#[test]
fn a_user_blocks_for_nobody_else() {
    let app = TestApp::new();
    app.upsert(&[json!({"id": "john"}), json!({"id": "eve"})]);
    let block =
        |by: &str| app.user("john").post("/api/v2/users/block", &json!({"blocked_user_id": "eve", "user_id": by}));
    let text = "User 'john' with role 'user' is not allowed to perform action BlockUsers";
    refused(&block("jane"), "BlockUsers", 403, 17, text);
    assert_eq!(block("john").ok()["blocked_by_user_id"], "john");
    assert_eq!(block("").ok()["blocked_by_user_id"], "john");
}

#[test]
fn nobody_blocks_itself_or_somebody_unknown() {
    let app = TestApp::new();
    app.upsert(&[json!({"id": "john"})]);
    let block = |body: Value| app.user("john").post("/api/v2/users/block", &body);
    refused(&block(json!({})), "BlockUsers", 400, 4, "blocked_user_id is a required field");
    refused(&block(json!({"blocked_user_id": "john"})), "BlockUsers", 400, 4, "a user cannot block itself");
    let text = "the user nobody does not exist";
    refused(&block(json!({"blocked_user_id": "nobody"})), "BlockUsers", 404, 16, text);
    let answer = app.server().post("/api/v2/users/block", &json!({"blocked_user_id": "john", "user_id": "nobody"}));
    refused(&answer, "BlockUsers", 404, 16, text);
    let answer = app.server().post("/api/v2/users/unblock", &json!({"user_id": "john"}));
    refused(&answer, "UnblockUsers", 400, 4, "blocked_user_id is a required field");
}

#[test]
fn whom_others_have_blocked_is_for_servers_alone() {
    let app = TestApp::new();
    app.upsert(&[json!({"id": "john"}), json!({"id": "eve"}), json!({"id": "ann"})]);
    for (by, whom) in [("john", "eve"), ("eve", "ann")] {
        app.user(by).post("/api/v2/users/block", &json!({"blocked_user_id": whom})).ok();
    }
    app.user("eve").post("/api/v2/devices", &json!({"id": "phone", "push_provider": "firebase"})).ok();
    app.server().patch("/api/v2/app", &json!({"grants": {"user": ["update-user", "search-user"]}})).ok();
    let listed = app.user("john").get("/api/v2/users/block").ok()["blocks"][0].clone();
    assert_eq!(listed["user"]["blocked_user_ids"], json!([]), "the list itself tells");
    assert_eq!(listed["blocked_user"]["blocked_user_ids"], json!([]));
    let listed = app.server().get("/api/v2/users/block?user_id=john").ok()["blocks"][0].clone();
    assert_eq!(listed["blocked_user"]["blocked_user_ids"], json!(["ann"]));
    let change = json!({"users": [{"id": "eve", "set": {"custom.color": "red"}}]});
    let upsert = json!({"users": {"eve": {"id": "eve"}}});
    for (caller, blocked, devices) in
        [(app.user("john"), json!([]), 0), (app.user("eve"), json!(["ann"]), 1), (app.server(), json!(["ann"]), 1)]
    {
        for answer in [caller.patch("/api/v2/users", &change).ok(), caller.post("/api/v2/users", &upsert).ok()] {
            let eve = &answer["users"]["eve"];
            assert_eq!(eve["blocked_user_ids"], blocked);
            assert_eq!(eve["devices"].as_array().unwrap().len(), devices);
        }
    }
}
