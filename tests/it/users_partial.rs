//! `UpdateUsersPartial`.

use serde_json::{Value, json};

use crate::app::TestApp;
use crate::transcript::{NOW_NS, frozen_app, on_each_mount, refused};

/// An app with a John who has something of everything.
fn app() -> TestApp {
    let app = frozen_app();
    app.upsert(&[json!({
        "id": "john", "name": "John", "image": "face.png", "teams": ["red"], "language": "en", "invisible": true,
        "teams_role": {"red": "moderator"}, "privacy_settings": {"read_receipts": {"enabled": true}},
        "custom": {"color": "blue", "address": {"city": "Ghent", "zip": "9000"}},
    })]);
    app
}

fn change(set: &Value, unset: &Value) -> Value {
    json!({"users": [{"id": "john", "set": set, "unset": unset}]})
}

/// John after a change by a server.
#[track_caller]
fn changed(app: &TestApp, set: &Value, unset: &Value) -> Value {
    app.server().patch("/api/v2/users", &change(set, unset)).ok()["users"]["john"].clone()
}

#[test]
fn a_partial_update_answers_the_whole_user() {
    insta::assert_snapshot!(on_each_mount(|app, mount, log| {
        app.upsert(&[json!({"id": "john", "name": "John", "custom": {"color": "blue", "size": "m"}})]);
        app.advance("90s");
        let set =
            json!({"name": "Johnny", "country": "be", "revoke_tokens_issued_before": "2026-01-31T11:00:00+00:00"});
        log.call(&app.server(), "PATCH", &format!("{mount}/users"), &change(&set, &json!(["color"])));
    }));
}

#[test]
fn set_and_unset_reach_nested_custom_data() {
    let app = app();
    let john = changed(
        &app,
        &json!({"address.city": "Bruges", "pets.cat.name": "Tom", "color.of": "hair"}),
        &json!(["address.zip", "no.such.key"]),
    );
    let custom = json!({"color": {"of": "hair"}, "address": {"city": "Bruges"}, "pets": {"cat": {"name": "Tom"}}});
    assert_eq!(john["custom"], custom);
    let john = changed(&app, &json!({"custom": {"color": "red"}, "custom.size": "xl"}), &json!(["custom.pets"]));
    assert_eq!(john["custom"], json!({"color": "red", "address": {"city": "Bruges"}, "size": "xl"}));
}

#[test]
fn for_legacy_callers_custom_is_a_key_like_any_other() {
    let app = app();
    app.server().patch("/users", &change(&json!({"custom": {"a": 1}, "custom.b": 2, "color": "red"}), &json!([]))).ok();
    let john = changed(&app, &json!({}), &json!(["address"]));
    assert_eq!(john["custom"], json!({"color": "red", "custom": {"a": 1, "b": 2}}));
    app.server().patch("/users", &change(&json!({}), &json!(["custom"]))).ok();
    assert_eq!(changed(&app, &json!({}), &json!([]))["custom"], json!({"color": "red"}));
}

#[test]
fn what_is_set_and_unset_at_once_is_gone() {
    let app = app();
    let john = changed(&app, &json!({"color": "red", "name": "Jack"}), &json!(["color", "name"]));
    assert_eq!((john["custom"].get("color"), john.get("name")), (None, None));
}

#[test]
fn each_field_can_be_unset() {
    let app = app();
    let fields = [
        "name",
        "image",
        "teams",
        "teams_role",
        "language",
        "invisible",
        "privacy_settings",
        "revoke_tokens_issued_before",
        "role",
        "custom",
    ];
    let john = changed(&app, &json!({}), &json!(fields));
    for absent in ["name", "image", "teams_role", "privacy_settings", "revoke_tokens_issued_before"] {
        assert_eq!(john.get(absent), None, "{absent}");
    }
    let rest = [&john["teams"], &john["language"], &john["invisible"], &john["role"], &john["custom"]];
    assert_eq!(rest, [&json!([]), &json!(""), &json!(false), &json!("user"), &json!({})]);
}

#[test]
fn dotted_paths_reach_into_built_in_objects_and_lead_nowhere_in_plain_fields() {
    let app = app();
    let john = changed(
        &app,
        &json!({"privacy_settings.typing_indicators.enabled": false, "teams_role.blue": "user"}),
        &json!(["privacy_settings.read_receipts"]),
    );
    assert_eq!(john["privacy_settings"], json!({"typing_indicators": {"enabled": false}}));
    assert_eq!(john["teams_role"], json!({"red": "moderator", "blue": "user"}));
    for key in ["name.first", "teams.0", "role.x"] {
        let answer = app.server().patch("/api/v2/users", &change(&json!({key: "x"}), &json!([])));
        refused(&answer, "UpdateUsersPartial", 400, 4, &format!("\"{key}\" is not a valid field path"));
    }
}

#[test]
fn a_path_without_sense_is_refused() {
    let app = app();
    for key in ["a..b", ".a", "a.", "", ".", "a b", "a.b c"] {
        let text = format!("\"{key}\" is not a valid field path");
        refused(
            &app.server().patch("/api/v2/users", &change(&json!({key: 1}), &json!([]))),
            "UpdateUsersPartial",
            400,
            4,
            &text,
        );
        refused(
            &app.server().patch("/api/v2/users", &change(&json!({}), &json!([key]))),
            "UpdateUsersPartial",
            400,
            4,
            &text,
        );
    }
    let endless = vec!["a"; 100_000].join(".");
    let (status, code, _) = app.server().patch("/api/v2/users", &change(&json!({endless: 1}), &json!([]))).error();
    assert_eq!((status, code), (400, 4));
}

#[test]
fn a_reserved_field_is_refused() {
    let app = app();
    for key in [
        "id",
        "created_at",
        "updated_at",
        "last_active",
        "deactivated_at",
        "deleted_at",
        "online",
        "banned",
        "shadow_banned",
        "ban_expires",
        "devices",
        "mutes",
        "channel_mutes",
        "blocked_user_ids",
        "roles",
        "unread_count",
        "total_unread_count",
        "unread_channels",
        "unread_threads",
        "push_notifications",
        "push_preferences",
        "avg_response_time",
    ] {
        let text = format!("users[john].{key} is a reserved field");
        refused(
            &app.server().patch("/api/v2/users", &change(&json!({key: true}), &json!([]))),
            "UpdateUsersPartial",
            400,
            4,
            &text,
        );
        refused(
            &app.server().patch("/api/v2/users", &change(&json!({}), &json!([key]))),
            "UpdateUsersPartial",
            400,
            4,
            &text,
        );
    }
    assert_eq!(
        changed(&app, &json!({"custom.created_at": "long ago"}), &json!([]))["custom"]["created_at"],
        "long ago"
    );
}

#[test]
fn a_value_of_the_wrong_type_is_refused_by_its_fields_name() {
    let app = app();
    for (key, value, text) in [
        ("name", json!(5), "expected string for field \"name\" but got number"),
        ("teams", json!("red"), "expected array for field \"teams\" but got string"),
        ("invisible", json!("yes"), "expected bool for field \"invisible\" but got string"),
        ("teams_role", json!([]), "expected object for field \"teams_role\" but got array"),
        ("privacy_settings", json!(true), "expected object for field \"privacy_settings\" but got bool"),
        ("custom", json!("x"), "expected object for field \"custom\" but got string"),
        ("role", json!("nope"), "role \"nope\" provided but not defined"),
        ("revoke_tokens_issued_before", json!("soon"), "revoke_tokens_issued_before must be a valid RFC 3339 time"),
        (
            "revoke_tokens_issued_before",
            json!(true),
            "expected string for field \"revoke_tokens_issued_before\" but got bool",
        ),
    ] {
        let answer = app.server().patch("/api/v2/users", &change(&json!({key: value}), &json!([])));
        refused(&answer, "UpdateUsersPartial", 400, 4, text);
    }
}

#[test]
fn null_takes_a_field_back_and_a_revocation_too() {
    let app = app();
    let set = json!({"revoke_tokens_issued_before": "2026-01-31T12:00:00"});
    assert_eq!(changed(&app, &set, &json!([]))["revoke_tokens_issued_before"], NOW_NS);
    let set =
        json!({"revoke_tokens_issued_before": null, "name": null, "teams": null, "invisible": null, "color": null});
    let john = changed(&app, &set, &Value::Null);
    assert_eq!((john.get("revoke_tokens_issued_before"), john.get("name")), (None, None));
    assert_eq!((&john["teams"], &john["invisible"]), (&json!([]), &json!(false)));
    assert_eq!(john["custom"].get("color"), Some(&Value::Null), "custom data may hold null");
}

#[test]
fn a_batch_of_changes_is_all_or_nothing() {
    let app = app();
    let users = json!({"users": [{"id": "john", "set": {"color": "red"}}, {"id": "nobody", "set": {"a": 1}}]});
    refused(
        &app.server().patch("/api/v2/users", &users),
        "UpdateUsersPartial",
        404,
        16,
        "the user nobody does not exist",
    );
    assert_eq!(changed(&app, &json!({}), &json!([]))["custom"]["color"], "blue");
}

#[test]
fn a_batch_has_one_to_a_hundred_users() {
    let app = app();
    let many: Vec<_> = (0..101).map(|_| json!({"id": "john"})).collect();
    for (body, text) in [
        (json!({}), "users[] is a required field"),
        (json!({"users": []}), "users[] is a required field"),
        (json!({"users": many}), "users must contain at maximum 100 items"),
        (json!({"users": [{"set": {}}]}), "id is a required field"),
        (json!({"users": {}}), "expected array for field \"users\" but got object"),
    ] {
        refused(&app.server().patch("/api/v2/users", &body), "UpdateUsersPartial", 400, 4, text);
    }
}

#[test]
fn the_last_of_two_changes_to_one_user_stands_at_once() {
    let app = app();
    let users = json!({"users": [{"id": "john", "set": {"role": "admin"}}, {"id": "john", "set": {"role": "user"}}]});
    app.server().patch("/api/v2/users", &users).ok();
    let text = "User 'john' with role 'user' is not allowed to perform action BanUser";
    refused(&app.user("john").post("/moderation/ban", &json!({"target_user_id": "john"})), "Ban", 403, 17, text);
}

#[test]
fn a_deactivated_or_deleted_user_is_not_changed() {
    let app = app();
    app.upsert(&[json!({"id": "dan"})]);
    app.server().post("/api/v2/users/john/deactivate", &json!({})).ok();
    app.server().post("/api/v2/users/delete", &json!({"user_ids": ["dan"]})).ok();
    for (id, text) in [("john", "the user john was deactivated"), ("dan", "the user dan was deleted")] {
        let answer = app.server().patch("/api/v2/users", &json!({"users": [{"id": id, "set": {"a": 1}}]}));
        refused(&answer, "UpdateUsersPartial", 404, 16, text);
    }
}

#[test]
fn a_client_changes_only_itself_and_neither_role_teams_nor_revocation() {
    let app = app();
    app.upsert(&[json!({"id": "jane"})]);
    let by = |caller: &str, set: Value| app.user(caller).patch("/api/v2/users", &change(&set, &json!([])));
    let text = "User with role 'user' is not allowed to perform action UpdateUser";
    refused(&by("jane", json!({"a": 1})), "UpdateUsersPartial", 403, 17, text);
    let text = "User 'john' with role 'user' is not allowed to perform action UpdateUserRole";
    refused(&by("john", json!({"role": "admin"})), "UpdateUsersPartial", 403, 17, text);
    let text = "user teams can only be updated server-side";
    refused(&by("john", json!({"teams": ["green"]})), "UpdateUsersPartial", 403, 17, text);
    let text = "revoke_tokens_issued_before can only be updated server-side";
    refused(
        &by("john", json!({"revoke_tokens_issued_before": "2026-01-01T00:00:00Z"})),
        "UpdateUsersPartial",
        403,
        17,
        text,
    );
    assert_eq!(by("john", json!({"color": "red", "role": "user", "teams": ["red"]})).status, 200);
}

#[test]
fn a_client_that_never_was_is_created_by_its_first_change() {
    let app = TestApp::new();
    let answer =
        app.user("new").patch("/api/v2/users", &json!({"users": [{"id": "new", "set": {"name": "New"}}]})).ok();
    assert_eq!((&answer["users"]["new"]["name"], &answer["users"]["new"]["role"]), (&json!("New"), &json!("user")));
}
