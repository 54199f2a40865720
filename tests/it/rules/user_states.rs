//! What the state of a user makes of good tokens (wire-contract 2.3 rows 14 to 16 and 30, 2.6).

use serde_json::{Value, json};

use crate::app::TestApp;
use crate::forge::refused;

const PATH: &str = "/api/v2/app";

fn app_with_john() -> TestApp {
    let app = TestApp::new();
    app.upsert(&[json!({"id": "john", "name": "John"})]);
    app
}

#[test]
fn a_deactivated_user_is_refused_until_reactivated() {
    let app = app_with_john();
    let john = app.user("john");
    app.root().post("/api/v2/users/john/deactivate", &json!({})).ok();
    refused(&john.get(PATH), "GetApp", (404, 16, "the user john was deactivated"));
    let fresh = app.user("john").query_users(&json!({"filter_conditions": {}}));
    refused(&fresh, "QueryUsers", (404, 16, "the user john was deactivated"));
    app.root().post("/api/v2/users/john/reactivate", &json!({})).ok();
    john.get(PATH).ok();
}

#[test]
fn a_batch_deactivation_refuses_each_of_its_users() {
    let app = TestApp::new();
    app.upsert(&[json!({"id": "a"}), json!({"id": "b"}), json!({"id": "c"})]);
    app.root().post("/api/v2/users/deactivate", &json!({"user_ids": ["a", "b"]})).ok();
    refused(&app.user("a").get(PATH), "GetApp", (404, 16, "the user a was deactivated"));
    refused(&app.user("b").get(PATH), "GetApp", (404, 16, "the user b was deactivated"));
    app.user("c").get(PATH).ok();
    app.root().post("/api/v2/users/reactivate", &json!({"user_ids": ["a", "b"]})).ok();
    app.user("a").get(PATH).ok();
}

#[test]
fn a_softly_deleted_user_is_refused_until_restored() {
    let app = app_with_john();
    let john = app.user("john");
    app.root().post("/api/v2/users/delete", &json!({"user_ids": ["john"]})).ok();
    refused(&john.get(PATH), "GetApp", (404, 16, "the user john was deleted"));
    app.root().post("/api/v2/users/restore", &json!({"user_ids": ["john"]})).ok();
    john.get(PATH).ok();
}

#[test]
fn a_pruned_user_is_refused_for_good() {
    let app = app_with_john();
    app.root().post("/api/v2/users/delete", &json!({"user_ids": ["john"], "user": "pruning"})).ok();
    refused(&app.user("john").get(PATH), "GetApp", (404, 16, "the user john was deleted"));
    let restore = app.root().post("/api/v2/users/restore", &json!({"user_ids": ["john"]}));
    let text = "user \"john\" is not deleted, it can't be restored";
    refused(&restore, "RestoreUsers", (400, 4, text));
}

#[test]
fn a_hard_deleted_user_is_refused_until_the_id_is_made_again() {
    let app = app_with_john();
    let hard = json!({"user_ids": ["john"], "user": "hard", "messages": "hard", "conversations": "hard"});
    app.root().post("/api/v2/users/delete", &hard).ok();
    refused(&app.user("john").get(PATH), "GetApp", (404, 16, "the user john was deleted"));
    app.upsert(&[json!({"id": "john"})]);
    app.user("john").get(PATH).ok();
}

#[test]
fn the_legacy_delete_refuses_as_well() {
    let app = app_with_john();
    app.root().delete("/users/john").ok();
    refused(&app.user("john").get(PATH), "GetApp", (404, 16, "the user john was deleted"));
}

#[test]
fn deletion_is_told_before_deactivation() {
    let app = app_with_john();
    app.root().post("/api/v2/users/john/deactivate", &json!({})).ok();
    app.root().post("/api/v2/users/delete", &json!({"user_ids": ["john"]})).ok();
    refused(&app.user("john").get(PATH), "GetApp", (404, 16, "the user john was deleted"));
    app.root().post("/api/v2/users/restore", &json!({"user_ids": ["john"]})).ok();
    refused(&app.user("john").get(PATH), "GetApp", (404, 16, "the user john was deactivated"));
}

#[test]
fn a_revocation_outlives_deactivation_and_deletion() {
    let app = app_with_john();
    app.freeze("2026-01-31T12:00:00Z");
    let john = app.bearer(&json!({"user_id": "john"}));
    app.revoke("john", &json!("2026-01-31T12:00:00Z"));
    app.root().post("/api/v2/users/john/deactivate", &json!({})).ok();
    app.root().post("/api/v2/users/john/reactivate", &json!({})).ok();
    refused(&john.get(PATH), "GetApp", crate::forge::REVOKED);
    app.root().post("/api/v2/users/delete", &json!({"user_ids": ["john"]})).ok();
    app.root().post("/api/v2/users/restore", &json!({"user_ids": ["john"]})).ok();
    refused(&john.get(PATH), "GetApp", crate::forge::REVOKED);
}

#[test]
fn servers_and_anonymous_callers_have_no_user_who_could_be_deactivated() {
    let app = app_with_john();
    app.root().post("/api/v2/users/john/deactivate", &json!({})).ok();
    app.root().get(PATH).ok();
    app.anonymous().get(PATH).ok();
}

#[test]
fn a_user_who_was_never_created_reads_and_is_created_by_a_write() {
    let app = TestApp::new();
    let ghost = app.user("ghost");
    ghost.get(PATH).ok();
    let found = ghost.query_users(&json!({"filter_conditions": {"id": "ghost"}})).ok();
    assert_eq!(found["users"], json!([]), "a read creates nobody");
    ghost.post("/api/v2/devices", &json!({"id": "d1", "push_provider": "firebase"})).ok();
    let found = ghost.query_users(&json!({"filter_conditions": {"id": "ghost"}})).ok();
    assert_eq!(found["users"][0]["role"], "user");
}

#[test]
fn each_write_of_an_unknown_user_creates_the_user() {
    let writes: [(&str, &str, Value); 4] = [
        ("POST", "/api/v2/users", json!({"users": {"ghost": {"id": "ghost"}}})),
        ("PATCH", "/api/v2/users", json!({"users": [{"id": "ghost", "set": {"name": "Ghost"}}]})),
        ("POST", "/api/v2/devices", json!({"id": "d1", "push_provider": "apn"})),
        ("POST", "/api/v2/users/block", json!({"blocked_user_id": "john"})),
    ];
    for (method, path, body) in writes {
        let app = app_with_john();
        app.user("ghost").call(method, path, Some(&body)).ok();
        let found = app.root().query_users(&json!({"filter_conditions": {"id": "ghost"}})).ok();
        assert_eq!(found["users"][0]["id"], "ghost", "{method} {path}");
    }
}

#[test]
fn unknown_users_can_be_refused_by_a_setting() {
    let app = TestApp::new();
    app.tune(&json!({"unknown_user": "refuse"}));
    let ghost = app.user("ghost");
    let refusal = (404, 16, "the user ghost does not exist");
    refused(&ghost.get(PATH), "GetApp", refusal);
    refused(&ghost.post("/api/v2/devices", &json!({"id": "d", "push_provider": "apn"})), "CreateDevice", refusal);
    let upsert = ghost.post("/api/v2/users", &json!({"users": {"ghost": {"id": "ghost"}}}));
    refused(&upsert, "UpdateUsers", refusal);
    app.upsert(&[json!({"id": "ghost"})]);
    ghost.get(PATH).ok();
    app.root().get(PATH).ok();
    app.anonymous().get(PATH).ok();
}

#[test]
fn a_guest_is_known_once_made_also_when_unknown_users_are_refused() {
    let app = TestApp::new();
    app.tune(&json!({"unknown_user": "refuse"}));
    let made = app.anonymous().post("/api/v2/guest", &json!({"user": {"id": "pat"}})).ok();
    app.with_token(made["access_token"].as_str().unwrap()).get(PATH).ok();
}

#[test]
fn a_banned_user_signs_in_all_the_same() {
    let app = app_with_john();
    app.root().post("/api/v2/moderation/ban", &json!({"target_user_id": "john"})).ok();
    app.user("john").get(PATH).ok();
    let found = app.user("john").query_users(&json!({"filter_conditions": {"id": "john"}})).ok();
    assert_eq!(found["users"][0]["banned"], true);
}

#[test]
fn an_id_with_every_allowed_sign_is_named_as_it_is() {
    let app = TestApp::new();
    let id = "A@b_c-d.e 1";
    app.upsert(&[json!({"id": id})]);
    app.root().post(&format!("/api/v2/users/{}/deactivate", crate::app::encode(id)), &json!({})).ok();
    let text = format!("the user {id} was deactivated");
    refused(&app.user(id).get(PATH), "GetApp", (404, 16, &text));
}
