//! `QueryUsers`: shape, limits, and who may ask. What a filter finds is tested beside its compiler.

use serde_json::{Value, json};

use crate::app::{TestApp, encode};
use crate::transcript::{frozen_app, on_each_mount, refused};
use crate::users::{ada, with};

#[test]
fn a_query_answers_whole_users() {
    insta::assert_snapshot!(on_each_mount(|app, mount, log| {
        app.upsert(&[json!({"id": "plain"}), with(ada(), "custom", json!({"color": "red"}))]);
        let payload = encode(&json!({"filter_conditions": {}, "sort": [{"field": "id", "direction": 1}]}).to_string());
        log.call(&app.server(), "GET", &format!("{mount}/users?payload={payload}"), &Value::Null);
    }));
}

#[test]
fn devices_and_blocks_are_shown_to_the_user_and_to_servers_alone() {
    let app = frozen_app();
    app.upsert(&[json!({"id": "john"}), json!({"id": "eve"})]);
    app.user("john").post("/api/v2/devices", &json!({"id": "d", "push_provider": "apn"})).ok();
    app.user("john").post("/api/v2/users/block", &json!({"blocked_user_id": "eve"})).ok();
    let seen = |caller: crate::app::Caller| {
        let user = caller.query_users(&json!({"filter_conditions": {"id": "john"}})).ok()["users"][0].clone();
        (user["devices"].as_array().unwrap().len(), user["blocked_user_ids"].clone())
    };
    for insider in [app.server(), app.user("john")] {
        assert_eq!(seen(insider), (1, json!(["eve"])));
    }
    for outsider in [app.user("eve"), app.anonymous()] {
        assert_eq!(seen(outsider), (0, json!([])));
    }
}

#[test]
fn a_missing_payload_is_no_json() {
    let app = TestApp::new();
    for path in ["/api/v2/users", "/api/v2/users?payload=", "/users?payload=%7B"] {
        refused(&app.server().get(path), "QueryUsers", 400, 4, "invalid json data");
    }
}

#[test]
fn a_query_is_held_to_its_limits() {
    let app = TestApp::new();
    let sort: Vec<_> = (0..6).map(|at| json!({"field": format!("custom.f{at}")})).collect();
    for (payload, text) in [
        (json!({}), "filter_conditions is a required field"),
        (json!({"filter_conditions": {}, "limit": 101}), "limit must be 100 or less"),
        (json!({"filter_conditions": {}, "limit": -1}), "limit must be 0 or greater"),
        (json!({"filter_conditions": {}, "offset": 1001}), "offset must be 1,000 or less"),
        (json!({"filter_conditions": {}, "offset": -1}), "offset must be 0 or greater"),
        (json!({"filter_conditions": {}, "limit": "3"}), "expected int for field \"limit\" but got string"),
        (json!({"filter_conditions": []}), "expected object for field \"filter_conditions\" but got array"),
        (
            json!({"filter_conditions": {}, "presence": true}),
            "Watch or Presence requires an active websocket connection, please make sure to include your websocket connection_id",
        ),
    ] {
        refused(&app.server().query_users(&payload), "QueryUsers", 400, 4, text);
    }
    let (status, code, text) = app.server().query_users(&json!({"filter_conditions": {}, "sort": sort})).error();
    assert_eq!((status, code), (400, 4));
    assert!(text.contains("sort"), "{text}");
}

#[test]
fn thirty_users_are_answered_newest_first_unless_more_are_asked_for() {
    let app = frozen_app();
    let users: Vec<_> = (0..35).map(|at| json!({"id": format!("user-{at:02}")})).collect();
    app.upsert(&users);
    app.advance("1s");
    app.upsert(&[json!({"id": "last"})]);
    let ids = |payload: Value| -> Vec<String> {
        let answer = app.server().query_users(&payload).ok();
        answer["users"].as_array().unwrap().iter().map(|user| user["id"].as_str().unwrap().to_owned()).collect()
    };
    let first = ids(json!({"filter_conditions": {}}));
    assert_eq!((first.len(), first[0].as_str()), (30, "last"));
    assert_eq!(ids(json!({"filter_conditions": {}, "limit": 100})).len(), 36);
    assert_eq!(ids(json!({"filter_conditions": {}, "offset": 30})).len(), 6);
    let page =
        json!({"filter_conditions": {}, "id_gt": "user-32", "id_lt": null, "limit": null, "sort": [{"field": "id"}]});
    assert_eq!(ids(page), ["user-33", "user-34"]);
}

#[test]
fn a_role_without_the_grant_may_not_query() {
    let app = TestApp::new();
    app.server().patch("/api/v2/app", &json!({"grants": {"user": [], "guest": [], "anonymous": []}})).ok();
    app.upsert(&[json!({"id": "visitor", "role": "guest"})]);
    for (caller, id, role) in [
        (app.user("john"), "john", "user"),
        (app.user("visitor"), "visitor", "guest"),
        (app.anonymous(), "!anon", "anonymous"),
    ] {
        let text = format!("User '{id}' with role '{role}' is not allowed to perform action SearchUser");
        refused(&caller.query_users(&json!({"filter_conditions": {}})), "QueryUsers", 403, 17, &text);
    }
}

#[test]
fn a_role_that_may_not_search_is_refused_by_its_name() {
    let app = TestApp::new();
    app.server().patch("/api/v2/app", &json!({"user_search_disallowed_roles": ["user"]})).ok();
    let text = "users with role 'user' are not allowed to search users";
    refused(&app.user("john").query_users(&json!({"filter_conditions": {}})), "QueryUsers", 403, 17, text);
    app.server().query_users(&json!({"filter_conditions": {}})).ok();
}
