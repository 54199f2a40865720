//! The form of answers: six fields on every error, `duration` on every success, 404 for what is not there.

use serde_json::{Value, json};

use crate::app::{Answer, TestApp};
use crate::forge::refused;

/// The mounts.
pub const PREFIXES: [&str; 3] = ["/api/v2", "", "/video"];

#[track_caller]
fn has_exactly_six_fields(answer: &Answer) {
    let mut keys: Vec<_> = answer.body.as_object().unwrap_or_else(|| panic!("{}", answer.text)).keys().collect();
    keys.sort();
    assert_eq!(keys, ["StatusCode", "code", "details", "duration", "message", "more_info"]);
    assert_eq!(answer.body["more_info"], "https://getstream.io/chat/docs/api_errors_response");
    assert_eq!(answer.body["duration"], "0");
    answer.error();
}

#[test]
fn every_error_has_the_six_fields() {
    let app = TestApp::new();
    for answer in [
        app.caller(None, None).get("/api/v2/app"),
        app.bare("GET", "/api/v2/app", &[], None),
        app.user("john").patch("/api/v2/app", &json!({})),
        app.root().post("/api/v2/users", &json!({})),
        app.root().call("POST", "/api/v2/users", Some(&json!([]))),
        app.root().get("/api/v2/tasks/none"),
        app.root().post("/channels", &json!({})),
        app.root().get("/api/v2/nothing"),
        app.root().delete("/api/v2/app"),
        app.root().get("/"),
        app.root().get("/api/v2"),
        app.root().get("/api/v2/"),
        app.root().get("//"),
        app.root().get("/video"),
    ] {
        has_exactly_six_fields(&answer);
    }
}

#[test]
fn inner_quotes_are_escaped_as_json_wants_and_not_again() {
    let app = TestApp::new();
    app.upsert(&[json!({"id": "bob"})]);
    let answer = app.root().post("/api/v2/users/restore", &json!({"user_ids": ["bob"]}));
    assert!(
        answer.text.contains(
            r#""message":"RestoreUsers failed with error: \"user \"bob\" is not deleted, it can't be restored\"""#
                .replace(r#"user "bob" is"#, r#"user \"bob\" is"#)
                .as_str()
        )
    );
}

#[test]
fn an_unknown_route_is_404_with_code_16_on_every_mount() {
    let app = TestApp::new();
    for prefix in PREFIXES {
        for path in ["/nothing", "/users/", "/users/a/b/c", "/app/x", "/Users", "/users/%2e%2e/app", "/../app"] {
            let answer = app.root().get(&format!("{prefix}{path}"));
            refused(&answer, "Request", (404, 16, "Not Found"));
        }
    }
}

#[test]
fn a_wrong_method_is_404_with_code_16_on_every_mount() {
    let app = TestApp::new();
    for prefix in PREFIXES {
        for (method, path) in [
            ("DELETE", "/app"),
            ("POST", "/app"),
            ("PUT", "/users"),
            ("GET", "/guest"),
            ("GET", "/users/john/deactivate"),
            ("TRACE", "/app"),
        ] {
            let answer = app.root().call(method, &format!("{prefix}{path}"), None);
            refused(&answer, "Request", (404, 16, "Not Found"));
        }
    }
}

#[test]
fn operations_of_one_mount_alone_are_unknown_on_the_others() {
    let app = TestApp::new();
    refused(&app.root().delete("/api/v2/users/john"), "Request", (404, 16, "Not Found"));
    refused(&app.root().get("/api/v2/hi"), "Request", (404, 16, "Not Found"));
    refused(&app.root().get("/video/hi"), "Request", (404, 16, "Not Found"));
    app.root().get("/hi").ok();
}

#[test]
fn what_is_not_built_says_so_with_its_family_behind_authentication() {
    let app = TestApp::new();
    for (method, path, family) in [
        ("POST", "/channels", "Channels and their members: not built yet"),
        ("POST", "/api/v2/chat/channels/messaging/general/query", "Channels and their members: not built yet"),
        ("POST", "/api/v2/feeds/what_is_to_come", "Feeds data: built in part"),
    ] {
        let answer = app.user("john").call(method, path, Some(&json!({})));
        let (status, code, message) = answer.error();
        assert_eq!((status, code), (501, 16), "SDKs would retry -1");
        let begin =
            format!("Request failed with error: \"Stream has {method} {path}, and millpond has not. {family}. ");
        assert!(message.starts_with(&begin), "{message}");
        let (status, code, _) = app.with_token("x").call(method, path, Some(&json!({}))).error();
        assert_eq!((status, code), (401, 5));
    }
}

#[test]
fn the_operation_is_named_whatever_mount_it_is_called_on() {
    let app = TestApp::new();
    for prefix in PREFIXES {
        let (_, _, message) = app.caller(None, None).post(&format!("{prefix}/users"), &json!({})).error();
        assert!(message.starts_with("UpdateUsers failed with error: \""), "{message}");
    }
}

#[test]
fn every_success_is_an_object_with_a_duration_of_milliseconds() {
    let app = TestApp::new();
    for prefix in PREFIXES {
        for path in ["/app", "/roles", "/permissions", "/rate_limits"] {
            let body: Value = app.root().get(&format!("{prefix}{path}")).ok();
            let duration = body["duration"].as_str().unwrap();
            let digits = duration.strip_suffix("ms").unwrap();
            assert!(digits.parse::<f64>().is_ok() && digits.split_once('.').unwrap().1.len() == 2, "{duration}");
        }
    }
}

#[test]
fn post_and_put_answer_201_and_the_others_200() {
    let app = TestApp::new();
    assert_eq!(app.root().post("/api/v2/users", &json!({"users": {"a": {"id": "a"}}})).status, 201);
    assert_eq!(app.root().patch("/api/v2/users", &json!({"users": [{"id": "a", "set": {"x": 1}}]})).status, 200);
    assert_eq!(app.root().get("/api/v2/app").status, 200);
    let permission = json!({"id": "p", "name": "P", "action": "BanUser", "condition": {}});
    assert_eq!(app.root().post("/api/v2/permissions", &permission).status, 201);
    assert_eq!(app.root().put("/api/v2/permissions/p", &permission).status, 201);
    assert_eq!(app.root().put("/permissions/p", &permission).status, 200, "as the .NET SDK insists");
    assert_eq!(app.root().delete("/api/v2/permissions/p").status, 200);
}
