//! `enforce_unique_usernames`, wherever a name is set.

use serde_json::{Value, json};

use crate::app::TestApp;
use crate::transcript::refused;
use crate::users::{found, one};

/// An app with `enforce_unique_usernames`, and a John in team red.
fn unique(rule: &str) -> TestApp {
    let app = TestApp::new();
    app.server().patch("/api/v2/app", &json!({"enforce_unique_usernames": rule})).ok();
    app.upsert(&[json!({"id": "john", "name": "John Doe", "teams": ["red"]})]);
    app
}

#[test]
fn a_username_is_taken_whatever_its_case_spaces_and_signs() {
    let app = unique("app");
    for name in ["John Doe", "john doe", "JOHN.DOE!", " johnDoe "] {
        let answer = app.server().post("/api/v2/users", &one(&json!({"id": "other", "name": name})));
        refused(&answer, "UpdateUsers", 400, 6, &format!("username '{name}' already exists"));
    }
    app.upsert(&[json!({"id": "other", "name": "John Doe Jr."}), json!({"id": "john", "name": "John DOE"})]);
    let change = json!({"users": [{"id": "other", "set": {"name": "John Doe"}}]});
    let answer = app.server().patch("/api/v2/users", &change);
    refused(&answer, "UpdateUsersPartial", 400, 6, "username 'John Doe' already exists");
}

#[test]
fn a_username_may_repeat_in_another_team_when_teams_count() {
    let app = unique("team");
    app.upsert(&[
        json!({"id": "blue", "name": "John Doe", "teams": ["blue"]}),
        json!({"id": "none", "name": "John Doe"}),
    ]);
    let text = "username 'John Doe' already exists in team 'red'";
    let answer =
        app.server().post("/api/v2/users", &one(&json!({"id": "x", "name": "John Doe", "teams": ["green", "red"]})));
    refused(&answer, "UpdateUsers", 400, 6, text);
    let moved = json!({"users": [{"id": "blue", "set": {"teams": ["red"]}}]});
    refused(&app.server().patch("/api/v2/users", &moved), "UpdateUsersPartial", 400, 6, text);
}

#[test]
fn a_username_may_not_repeat_within_a_batch() {
    let app = unique("app");
    let users = json!({"users": {"a": {"id": "a", "name": "Twin"}, "b": {"id": "b", "name": "twin"}}});
    refused(&app.server().post("/api/v2/users", &users), "UpdateUsers", 400, 6, "username 'twin' already exists");
    assert_eq!(found(&app, "a"), Value::Null);
}

#[test]
fn a_deactivated_users_name_is_free_and_reactivating_wants_it_back() {
    let app = unique("app");
    app.server().post("/api/v2/users/john/deactivate", &json!({})).ok();
    app.upsert(&[json!({"id": "heir", "name": "John Doe"})]);
    let answer = app.server().post("/api/v2/users/john/reactivate", &json!({}));
    refused(&answer, "ReactivateUser", 400, 6, "username 'John Doe' already exists");
    let batch = app.server().post("/api/v2/users/reactivate", &json!({"user_ids": ["john"]}));
    refused(&batch, "ReactivateUsers", 400, 6, "username 'John Doe' already exists");
    let renamed = app.server().post("/api/v2/users/john/reactivate", &json!({"name": "John II"})).ok();
    assert_eq!(renamed["user"]["name"], "John II");
}

#[test]
fn a_deleted_users_name_is_free_and_restoring_wants_it_back() {
    let app = unique("app");
    app.server().post("/api/v2/users/delete", &json!({"user_ids": ["john"]})).ok();
    app.upsert(&[json!({"id": "heir", "name": "John Doe"})]);
    let answer = app.server().post("/api/v2/users/restore", &json!({"user_ids": ["john"]}));
    refused(&answer, "RestoreUsers", 400, 6, "username 'John Doe' already exists");
}

#[test]
fn names_that_repeat_already_are_left_alone() {
    let app = TestApp::new();
    app.upsert(&[json!({"id": "a", "name": "Twin"}), json!({"id": "b", "name": "Twin"})]);
    app.server().patch("/api/v2/app", &json!({"enforce_unique_usernames": "app"})).ok();
    app.server().patch("/api/v2/users", &json!({"users": [{"id": "a", "set": {"color": "red"}}]})).ok();
    app.server().post("/api/v2/users/a/deactivate", &json!({})).ok();
}

#[test]
fn of_concurrent_upserts_of_one_name_exactly_one_wins() {
    let app = unique("app");
    let server = app.server();
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let runs: Vec<_> = (0..8)
            .map(|at| {
                let server = &server;
                scope.spawn(move || {
                    server.post("/api/v2/users", &one(&json!({"id": format!("u{at}"), "name": "Only One"}))).status
                })
            })
            .collect();
        runs.into_iter().map(|run| run.join().unwrap()).collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 400).count(), 7, "{statuses:?}");
}
