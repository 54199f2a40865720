//! What bodies say: `null` for nothing, values of wrong types, fields that only Stream writes (wire-contract 2.1, 4.1).

use millpond::operation::table::OPERATIONS;
use serde_json::{Value, json};

use crate::app::{TestApp, encode};
use crate::callers::at_each_place;
use crate::sockets::client::{DOORS, Show};

/// What every operation answers a server whose calls all have this body, at each place: status, code and text.
fn answers(body: Option<&Value>) -> Vec<String> {
    let app = TestApp::at_noon();
    app.upsert(&[json!({"id": "john"})]);
    let mut answers = Vec::new();
    for operation in OPERATIONS {
        at_each_place(operation.name, |method, path, _| {
            if !["GET", "DELETE"].contains(&method) {
                let answer = app.server().call(method, path, body);
                let said = (answer.status, &answer.body["code"], &answer.body["message"]);
                answers.push(format!("{method} {path}: {said:?}"));
            }
        });
    }
    answers
}

#[test]
fn null_is_no_body_for_every_operation() {
    let of_nothing = answers(None);
    assert!(of_nothing.len() > 50, "{}", of_nothing.len());
    assert_eq!(answers(Some(&Value::Null)), of_nothing);
    assert_eq!(answers(Some(&json!({}))), of_nothing);
}

#[test]
fn where_something_is_required_a_null_is_told_what() {
    let server = TestApp::new().server();
    for (method, path, text) in [
        ("POST", "/users", "UpdateUsers failed with error: \"users is a required field\""),
        ("PATCH", "/users", "UpdateUsersPartial failed with error: \"users[] is a required field\""),
        ("POST", "/users/delete", "DeleteUsers failed with error: \"user_ids is a required field\""),
    ] {
        for prefix in ["/api/v2", ""] {
            let answer = server.call(method, &format!("{prefix}{path}"), Some(&Value::Null));
            assert_eq!(answer.error(), (400, 4, text.to_owned()));
        }
    }
}

/// An operation's typed fields: the method, the path, a body, where in it the fields go, and each with its type.
type Typed = (&'static str, &'static str, &'static str, &'static str, &'static [(&'static str, &'static str)]);

const TYPED: &[Typed] = &[
    ("POST", "/users", "{}", "", &[("users", "object")]),
    (
        "POST",
        "/users",
        r#"{"users":{"a":{"id":"a"}}}"#,
        "/users/a",
        &[
            ("id", "string"),
            ("name", "string"),
            ("image", "string"),
            ("role", "string"),
            ("teams", "array"),
            ("teams_role", "object"),
            ("language", "string"),
            ("invisible", "bool"),
            ("privacy_settings", "object"),
        ],
    ),
    ("PATCH", "/users", "{}", "", &[("users", "array")]),
    (
        "PATCH",
        "/users",
        r#"{"users":[{"id":"john"}]}"#,
        "/users/0",
        &[("id", "string"), ("set", "object"), ("unset", "array")],
    ),
    (
        "PATCH",
        "/users",
        r#"{"users":[{"id":"john","set":{}}]}"#,
        "/users/0/set",
        &[
            ("name", "string"),
            ("image", "string"),
            ("role", "string"),
            ("teams", "array"),
            ("teams_role", "object"),
            ("language", "string"),
            ("invisible", "bool"),
            ("privacy_settings", "object"),
        ],
    ),
    ("POST", "/guest", "{}", "", &[("user", "object")]),
    ("POST", "/guest", r#"{"user":{"id":"a"}}"#, "/user", &[("id", "string"), ("name", "string"), ("teams", "array")]),
    ("POST", "/users/block", "{}", "", &[("blocked_user_id", "string"), ("user_id", "string"), ("user", "object")]),
    ("POST", "/users/unblock", "{}", "", &[("blocked_user_id", "string"), ("user_id", "string"), ("user", "object")]),
    ("POST", "/users/deactivate", "{}", "", &[("user_ids", "array")]),
    ("POST", "/users/reactivate", "{}", "", &[("user_ids", "array")]),
    ("POST", "/users/restore", "{}", "", &[("user_ids", "array")]),
    ("POST", "/export/users", "{}", "", &[("user_ids", "array")]),
    (
        "POST",
        "/users/delete",
        r#"{"user_ids":["john"]}"#,
        "",
        &[
            ("user_ids", "array"),
            ("user", "string"),
            ("messages", "string"),
            ("conversations", "string"),
            ("calls", "string"),
        ],
    ),
    ("POST", "/users/john/reactivate", "{}", "", &[("name", "string")]),
    (
        "POST",
        "/devices",
        "{}",
        "",
        &[
            ("id", "string"),
            ("push_provider", "string"),
            ("push_provider_name", "string"),
            ("hardware_id", "string"),
            ("voip_token", "bool"),
            ("user_id", "string"),
            ("user", "object"),
        ],
    ),
    ("POST", "/push_preferences", "{}", "", &[("preferences", "array")]),
    (
        "POST",
        "/push_preferences",
        r#"{"preferences":[{}]}"#,
        "/preferences/0",
        &[
            ("user_id", "string"),
            ("channel_cid", "string"),
            ("chat_level", "string"),
            ("chat_preferences", "object"),
            ("remove_disable", "bool"),
        ],
    ),
    ("POST", "/roles", "{}", "", &[("name", "string")]),
    (
        "POST",
        "/permissions",
        "{}",
        "",
        &[
            ("id", "string"),
            ("name", "string"),
            ("action", "string"),
            ("description", "string"),
            ("owner", "bool"),
            ("same_team", "bool"),
            ("condition", "object"),
        ],
    ),
    (
        "POST",
        "/moderation/ban",
        "{}",
        "",
        &[
            ("target_user_id", "string"),
            ("banned_by_id", "string"),
            ("banned_by", "object"),
            ("timeout", "int"),
            ("reason", "string"),
            ("shadow", "bool"),
            ("channel_cid", "string"),
        ],
    ),
];

/// A value of each JSON type, with the type's name.
fn values() -> [(Value, &'static str); 5] {
    [(json!("x"), "string"), (json!(5), "number"), (json!(true), "bool"), (json!([]), "array"), (json!({}), "object")]
}

/// The kind: whichever operation reads the field, in whichever dialect.
#[test]
fn a_value_of_a_wrong_type_is_told_in_todays_words_everywhere() {
    let app = TestApp::new();
    app.upsert(&[json!({"id": "john"})]);
    for (method, path, body, place, fields) in TYPED {
        for (field, expected) in *fields {
            let right = if *expected == "int" { "number" } else { expected };
            for (value, found) in values().into_iter().filter(|(_, kind)| *kind != right) {
                let mut body: Value = serde_json::from_str(body).unwrap();
                body.pointer_mut(place).unwrap()[*field] = value;
                for prefix in ["/api/v2", ""] {
                    let answer = app.server().call(method, &format!("{prefix}{path}"), Some(&body));
                    let text = format!("expected {expected} for field \"{field}\" but got {found}");
                    let (status, code, message) = answer.error();
                    assert_eq!((status, code), (400, 4), "{method} {prefix}{path} {body}: {message}");
                    assert!(message.ends_with(&format!(" failed with error: \"{text}\"")), "{body}: {message}");
                }
            }
        }
    }
}

/// The refusal of a field that only Stream writes.
#[track_caller]
fn reserved(answer: &crate::app::Answer, path: &str) {
    let text = format!("{path} is a reserved field");
    let (status, code, message) = answer.error();
    assert_eq!((status, code), (400, 4), "{message}");
    assert!(message.ends_with(&format!(" failed with error: \"{text}\"")), "{message}");
    assert_eq!(answer.body["exception_fields"], json!({ path: text }));
}

const OWNED: &[&str] = &["online", "last_active", "deactivated_at", "deleted_at", "banned", "shadow_banned", "devices"];
const TIMES: &[&str] = &["created_at", "updated_at"];

#[test]
fn an_upsert_says_nothing_that_only_stream_writes_but_may_send_back_two_times() {
    let app = TestApp::at_noon();
    for prefix in ["/api/v2", ""] {
        let upsert = |field: &str, value: Value| {
            let user = json!({"id": "john", field: value});
            app.server().post(&format!("{prefix}/users"), &json!({"users": {"john": user}}))
        };
        for field in OWNED {
            reserved(&upsert(field, json!(true)), &format!("users[john].{field}"));
            upsert(field, Value::Null).ok();
        }
        for field in TIMES {
            let answer = upsert(field, json!("2000-01-01T00:00:00Z")).ok();
            let user = &answer["users"]["john"];
            assert_ne!(user[*field], "2000-01-01T00:00:00Z");
            assert!(user.get("custom").is_none_or(|custom| custom.get(field).is_none()));
        }
        let guest = json!({"user": {"id": "pat", "online": true}});
        reserved(&app.anonymous().post(&format!("{prefix}/guest"), &guest), "user.online");
    }
    let custom = json!({"users": {"john": {"id": "john", "custom": {"created_at": "then", "online": 1}}}});
    let kept = app.server().post("/api/v2/users", &custom).ok();
    assert_eq!(kept["users"]["john"]["custom"], json!({"created_at": "then", "online": 1}));
}

#[test]
fn a_partial_update_touches_nothing_that_only_stream_writes() {
    let app = TestApp::at_noon();
    app.upsert(&[json!({"id": "john"})]);
    for prefix in ["/api/v2", ""] {
        for field in OWNED.iter().chain(TIMES) {
            for change in [json!({"set": {*field: 1}}), json!({"unset": [field]})] {
                let mut change = change;
                change["id"] = json!("john");
                let answer = app.server().patch(&format!("{prefix}/users"), &json!({"users": [change]}));
                reserved(&answer, &format!("users[john].{field}"));
            }
        }
    }
}

#[test]
fn a_connect_says_nothing_of_times_and_presence_but_may_send_back_the_rest() {
    let app = TestApp::at_noon();
    for door in DOORS {
        let show = |field: &str, value: Value| {
            let details = json!({"id": "john", field: value});
            Show { details, ..app.show("john") }.through(door)
        };
        for field in ["created_at", "updated_at", "last_active", "online", "deleted_at", "deactivated_at"] {
            let path = format!("user_details.{field}");
            let text = format!("{path} is a reserved field");
            let error = show(field, json!("2000-01-01T00:00:00Z")).refused()["error"].clone();
            assert_eq!((&error["code"], &error["message"]), (&json!(4), &json!(text)), "{door:?}");
            assert_eq!(error["exception_fields"], json!({ path: text }), "{door:?}");
        }
        for (field, value) in [
            ("role", json!("admin")),
            ("banned", json!(true)),
            ("teams", json!([])),
            ("invisible", json!(false)),
            ("language", json!("en")),
        ] {
            crate::sockets::client::Joined::of(door, show(field, value)).leave();
        }
    }
    let json = json!({"user_id": "john", "user_details": {"id": "john", "online": true}}).to_string();
    reserved(&app.user("john").get(&format!("/longpoll?json={}", encode(&json))), "user_details.online");
}

#[test]
fn a_client_that_changes_another_user_is_told_without_an_id() {
    let app = TestApp::at_noon();
    app.upsert(&[json!({"id": "john"}), json!({"id": "mary"})]);
    let text = |operation: &str| {
        format!("{operation} failed with error: \"User with role 'user' is not allowed to perform action UpdateUser\"")
    };
    for prefix in ["/api/v2", ""] {
        let path = format!("{prefix}/users");
        let whole = app.user("john").post(&path, &json!({"users": {"mary": {"id": "mary"}}}));
        assert_eq!(whole.error(), (403, 17, text("UpdateUsers")));
        let part = app.user("john").patch(&path, &json!({"users": [{"id": "mary", "set": {"name": "M"}}]}));
        assert_eq!(part.error(), (403, 17, text("UpdateUsersPartial")));
    }
}
