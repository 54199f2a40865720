//! `UpdateUsers`.

use serde_json::{Value, json};

use crate::app::{TestApp, encode};
use crate::transcript::{NOW_NS, frozen_app, on_each_mount, refused};

/// A user with every field that a server may send.
pub fn ada() -> Value {
    json!({
        "id": "ada", "name": "Ada", "image": "https://example.com/ada.png", "role": "admin", "teams": ["red", "blue"],
        "teams_role": {"red": "moderator"}, "language": "en", "invisible": true,
        "privacy_settings": {"typing_indicators": {"enabled": false}},
    })
}

pub fn with(mut user: Value, key: &str, value: Value) -> Value {
    user[key] = value;
    user
}

pub fn one(user: &Value) -> Value {
    json!({"users": {user["id"].as_str().unwrap(): user}})
}

/// The user as a server sees it.
pub fn found(app: &TestApp, id: &str) -> Value {
    let answer =
        app.server().query_users(&json!({"filter_conditions": {"id": id}, "include_deactivated_users": true})).ok();
    answer["users"][0].clone()
}

#[test]
fn an_upsert_answers_the_whole_user() {
    insta::assert_snapshot!(on_each_mount(|app, mount, log| {
        let path = format!("{mount}/users");
        log.call(&app.server(), "POST", &path, &json!({"users": {"plain": {"id": "plain"}}}));
        let user = if mount.is_empty() {
            with(ada(), "color", json!({"of": "hair"}))
        } else {
            with(ada(), "custom", json!({"color": {"of": "hair"}}))
        };
        log.call(&app.server(), "POST", &path, &one(&user));
    }));
}

#[test]
fn an_upsert_replaces_custom_data_and_keeps_what_it_does_not_name() {
    let app = frozen_app();
    app.upsert(&[with(ada(), "custom", json!({"color": "red", "age": 3}))]);
    app.advance("1h");
    app.upsert(&[json!({"id": "ada", "custom": {"size": "xl"}})]);
    let user = found(&app, "ada");
    assert_eq!(user["custom"], json!({"size": "xl"}));
    assert_eq!(
        (&user["role"], &user["teams"], &user["language"]),
        (&json!("admin"), &json!(["red", "blue"]), &json!("en"))
    );
    assert_eq!((user.get("name"), user.get("image")), (None, None), "an upsert replaces name and image");
    assert_eq!((&user["created_at"], &user["updated_at"]), (&json!(NOW_NS), &json!(NOW_NS + 3_600_000_000_000)));
}

#[test]
fn privacy_settings_are_absent_until_set_and_then_merge_key_by_key() {
    let app = TestApp::new();
    app.upsert(&[json!({"id": "john"})]);
    assert_eq!(found(&app, "john").get("privacy_settings"), None);
    app.upsert(&[json!({"id": "john", "privacy_settings": {"typing_indicators": {"enabled": false}}})]);
    app.upsert(&[json!({"id": "john", "privacy_settings": {"read_receipts": {"enabled": true}}})]);
    let both = json!({"typing_indicators": {"enabled": false}, "read_receipts": {"enabled": true}});
    assert_eq!(found(&app, "john")["privacy_settings"], both);
    let more = json!({"typing_indicators": {"enabled": false, "more": 1}, "none_such": {"enabled": true}});
    app.upsert(&[json!({"id": "john", "privacy_settings": more})]);
    assert_eq!(found(&app, "john")["privacy_settings"], both, "what is no switch is dropped");
}

#[test]
fn a_number_of_custom_data_is_the_same_however_often_it_is_stored() {
    let app = TestApp::new();
    let numbers = json!([9.776_314_968_242_448e306, 0.1, 1e-7, 5e-324, 1.797_693_134_862_315_7e308]);
    app.upsert(&[json!({"id": "john", "custom": {"n": numbers}})]);
    let set = json!({"users": [{"id": "john", "set": {"other": 1}}]});
    app.server().patch("/api/v2/users", &set).ok();
    assert_eq!(found(&app, "john")["custom"]["n"].to_string(), numbers.to_string());
}

#[test]
fn a_date_inside_custom_data_stays_the_text_that_it_was() {
    let app = TestApp::new();
    let custom = json!({"created_at": "2026-01-31T12:00:00.120+02:00", "n": 12_345_678_901_234_567_890_u64, "f": 1.5, "none": null});
    app.upsert(&[json!({"id": "john", "custom": custom})]);
    assert_eq!(found(&app, "john")["custom"], custom);
}

#[test]
fn without_permission_checks_a_user_may_do_what_is_not_the_servers_alone() {
    let app = TestApp::new();
    app.server().patch("/api/v2/app", &json!({"disable_permissions_checks": true})).ok();
    let user = json!({"id": "jane", "role": "admin", "teams": ["red"]});
    let made = app.user("john").post("/api/v2/users", &one(&user)).ok()["users"]["jane"].clone();
    assert_eq!((&made["role"], &made["teams"]), (&json!("admin"), &json!(["red"])));
    assert_eq!(app.user("john").patch("/api/v2/app", &json!({})).status, 403);
}

#[test]
fn flattened_custom_data_never_hide_a_built_in_field() {
    let app = frozen_app();
    let custom = json!({"id": "mallory", "role": "admin", "banned": true, "created_at": "never", "color": "red", "custom": {"a": 1}});
    app.upsert(&[json!({"id": "john", "custom": custom})]);
    let payload = encode(&json!({"filter_conditions": {"id": "john"}}).to_string());
    let legacy = app.server().get(&format!("/users?payload={payload}"));
    assert_eq!(legacy.text.matches("\"role\"").count(), 1, "{}", legacy.text);
    let user = legacy.ok()["users"][0].clone();
    assert_eq!((&user["id"], &user["role"], &user["banned"]), (&json!("john"), &json!("user"), &json!(false)));
    assert_eq!(
        (&user["created_at"], &user["color"], &user["custom"]),
        (&json!("2026-01-31T12:00:00Z"), &json!("red"), &json!({"a": 1}))
    );
    assert_eq!(found(&app, "john")["custom"], custom, "nothing is lost");
}

#[test]
fn what_legacy_callers_write_beside_the_fields_is_nested_on_v2() {
    let app = TestApp::new();
    let user = json!({"id": "john", "color": "red", "custom": {"a": 1}});
    app.server().post("/users", &one(&user)).ok();
    assert_eq!(found(&app, "john")["custom"], json!({"color": "red", "custom": {"a": 1}}));
}

#[test]
fn times_that_only_stream_writes_are_ignored_in_an_upsert() {
    let app = frozen_app();
    app.upsert(&[json!({"id": "john", "created_at": "2020-01-01T00:00:00Z", "updated_at": 5})]);
    let user = found(&app, "john");
    assert_eq!((&user["created_at"], &user["updated_at"]), (&json!(NOW_NS), &json!(NOW_NS)));
    assert_eq!(user["custom"], json!({}));
}

#[test]
fn a_batch_of_upserts_is_all_or_nothing() {
    let app = TestApp::new();
    let users = json!({"users": {"a": {"id": "a", "name": "A"}, "b": {"id": "b", "role": "nope"}, "c": {"id": "c"}}});
    refused(
        &app.server().post("/api/v2/users", &users),
        "UpdateUsers",
        400,
        4,
        "role \"nope\" provided but not defined",
    );
    assert_eq!(app.server().query_users(&json!({"filter_conditions": {}})).ok()["users"], json!([]));
    assert_eq!(app.user("a").get("/api/v2/app").status, 200);
}

#[test]
fn an_upsert_that_breaks_a_rule_is_refused_with_the_rules_text() {
    let app = TestApp::new();
    let many: serde_json::Map<_, _> = (0..101).map(|at| (format!("u{at}"), json!({"id": format!("u{at}")}))).collect();
    let teams = |count: usize| (0..count).map(|at| format!("t{at}")).collect::<Vec<_>>();
    for (body, text) in [
        (json!({}), "users is a required field"),
        (json!({"users": {}}), "users is a required field"),
        (json!({"users": many}), "users must contain at maximum 100 items"),
        (json!({"users": {"a": {}}}), "id is a required field"),
        (json!({"users": {"a": {"id": "b"}}}), "users[a].id is \"b\"; the key and the id must be equal"),
        (one(&json!({"id": "a", "name": 5})), "expected string for field \"name\" but got number"),
        (one(&json!({"id": "a", "custom": []})), "expected object for field \"custom\" but got array"),
        (one(&json!({"id": "a", "teams": teams(251)})), "teams must contain at maximum 250 items"),
        (
            one(&json!({"id": "a", "teams": ["t".repeat(101)]})),
            "teams[0] must be a maximum of 100 characters in length",
        ),
        (one(&json!({"id": "a", "teams": [""]})), "teams[0] is a required field"),
        (
            one(&json!({"id": "a", "privacy_settings": {"read_receipts": true}})),
            "expected object for field \"read_receipts\" but got bool",
        ),
        (
            one(&json!({"id": "a", "teams_role": {"red": 5}})),
            "expected string for field \"teams_role.red\" but got number",
        ),
        (one(&json!({"id": "a", "teams_role": {"red": "nope"}})), "role \"nope\" provided but not defined"),
        (one(&json!({"id": "x".repeat(256)})), "id must be a maximum of 255 characters in length"),
        (
            one(&json!({"id": "a|b"})),
            "id \"a|b\" is invalid: an id has only the letters a-z and A-Z, digits, spaces and the signs @ _ - .",
        ),
    ] {
        refused(&app.server().post("/api/v2/users", &body), "UpdateUsers", 400, 4, text);
    }
    app.upsert(&[
        json!({"id": "a", "teams": teams(250)}),
        json!({"id": "b", "teams": ["t".repeat(100)]}),
        json!({"id": "x".repeat(255)}),
    ]);
}

#[test]
fn custom_data_have_at_most_five_kilobytes() {
    let app = TestApp::new();
    // {"a":"..."} has eight bytes of its own.
    let custom = |bytes: usize| json!({"a": "x".repeat(bytes - 8)});
    app.upsert(&[json!({"id": "john", "custom": custom(5_120)})]);
    let text = "custom data of user john has 5121 bytes, more than the 5120 that are allowed";
    let upsert = app.server().post("/api/v2/users", &one(&json!({"id": "john", "custom": custom(5_121)})));
    refused(&upsert, "UpdateUsers", 413, 22, text);
    let change = json!({"users": [{"id": "john", "set": {"a": custom(5_121)["a"]}}]});
    refused(&app.server().patch("/api/v2/users", &change), "UpdateUsersPartial", 413, 22, text);
    let flat = json!({"users": {"john": {"id": "john", "a": custom(5_121)["a"]}}});
    refused(&app.server().post("/users", &flat), "UpdateUsers", 413, 22, text);
}

#[test]
fn custom_data_that_nest_too_deep_are_refused_and_what_passes_can_be_read() {
    let app = TestApp::new();
    let nested = |depth: usize| (1..depth).fold(json!(1), |inner, _| json!({"a": inner}));
    app.upsert(&[json!({"id": "john", "custom": {"a": nested(60)}})]);
    assert_eq!(found(&app, "john")["custom"], json!({"a": nested(60)}));
    let text = "custom data of user john nest deeper than the 60 levels that are allowed";
    let upsert = app.server().post("/api/v2/users", &one(&json!({"id": "john", "custom": {"a": nested(61)}})));
    refused(&upsert, "UpdateUsers", 400, 4, text);
    let change = json!({"users": [{"id": "john", "set": {"b.c": nested(60)}}]});
    refused(&app.server().patch("/api/v2/users", &change), "UpdateUsersPartial", 400, 4, text);
}

#[test]
fn a_client_may_upsert_only_itself() {
    let app = TestApp::new();
    app.upsert(&[json!({"id": "visitor", "role": "guest"}), json!({"id": "john"})]);
    for (caller, role) in [("jane", "user"), ("visitor", "guest")] {
        let text = format!("User with role '{role}' is not allowed to perform action UpdateUser");
        refused(&app.user(caller).post("/api/v2/users", &one(&json!({"id": "john"}))), "UpdateUsers", 403, 17, &text);
        let own = app.user(caller).post("/api/v2/users", &one(&json!({"id": caller, "name": "Me"}))).ok();
        assert_eq!(own["users"][caller]["name"], "Me");
    }
    let anonymous = app.anonymous().post("/api/v2/users", &one(&json!({"id": "john"})));
    let text = "User '!anon' with role 'anonymous' is not allowed to perform action UpdateUser";
    refused(&anonymous, "UpdateUsers", 403, 17, text);
}

#[test]
fn a_client_changes_neither_role_nor_teams() {
    let app = TestApp::new();
    app.upsert(&[json!({"id": "john", "teams": ["red", "blue"]})]);
    let upsert = |user: Value| app.user("john").post("/api/v2/users", &one(&user));
    let text = "User 'john' with role 'user' is not allowed to perform action UpdateUserRole";
    refused(&upsert(json!({"id": "john", "role": "admin"})), "UpdateUsers", 403, 17, text);
    let text = "user teams can only be updated server-side";
    for teams in [json!(["green"]), json!(["red"]), json!(["red", "blue", "green"])] {
        refused(&upsert(json!({"id": "john", "teams": teams})), "UpdateUsers", 403, 17, text);
    }
    for same in [json!(["blue", "red"]), json!([]), Value::Null] {
        let user = upsert(json!({"id": "john", "role": "user", "teams": same})).ok()["users"]["john"].clone();
        let mut teams: Vec<_> = user["teams"].as_array().unwrap().iter().map(|team| team.as_str().unwrap()).collect();
        teams.sort_unstable();
        assert_eq!(teams, ["blue", "red"], "{same}");
    }
}

#[test]
fn a_deactivated_or_deleted_user_is_not_upserted() {
    let app = TestApp::new();
    app.upsert(&[json!({"id": "dan"}), json!({"id": "zoe"})]);
    app.server().post("/api/v2/users/dan/deactivate", &json!({})).ok();
    app.server().post("/api/v2/users/delete", &json!({"user_ids": ["zoe"]})).ok();
    for (id, what) in [("dan", "deactivated"), ("zoe", "deleted")] {
        let text = format!("the user {id} was {what}");
        refused(&app.server().post("/api/v2/users", &one(&json!({"id": id}))), "UpdateUsers", 404, 16, &text);
        refused(&app.user(id).post("/api/v2/users", &one(&json!({"id": id}))), "UpdateUsers", 404, 16, &text);
    }
}

#[test]
fn what_describes_a_user_has_limits() {
    let app = TestApp::new();
    for (field, most, shown) in [("name", 1_024, "1,024"), ("image", 2_048, "2,048"), ("language", 64, "64")] {
        let user = |length| json!({"id": "john", field: "é".repeat(length)});
        let text = format!("{field} must be a maximum of {shown} characters in length");
        refused(&app.server().post("/api/v2/users", &one(&user(most + 1))), "UpdateUsers", 400, 4, &text);
        app.server().post("/api/v2/users", &one(&user(most))).ok();
        let change = json!({"users": [{"id": "john", "set": {field: "x".repeat(most + 1)}}]});
        refused(&app.server().patch("/api/v2/users", &change), "UpdateUsersPartial", 400, 4, &text);
    }
}
