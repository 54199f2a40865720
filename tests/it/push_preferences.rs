//! Push preferences.

use serde_json::{Value, json};

use crate::app::TestApp;
use crate::transcript::{frozen_app, on_each_mount, refused};

const PATH: &str = "/api/v2/push_preferences";
const OPERATION: &str = "UpdatePushNotificationPreferences";

#[test]
fn a_users_preferences_are_answered_in_full() {
    insta::assert_snapshot!(on_each_mount(|app, mount, log| {
        let path = format!("{mount}/push_preferences");
        let all = json!({"preferences": [
            {"chat_level": "mentions", "call_level": "none", "feeds_level": "all", "chat_preferences": {"default": "all"},
             "feeds_preferences": {"comment": "none"}, "disabled_until": "2026-02-01T12:00:00+01:00"},
            {"channel_cid": "messaging:one", "chat_level": "none"},
        ]});
        log.call(&app.user("john"), "POST", &path, &all);
        let undo = json!({"preferences": [{"user_id": "john", "remove_disable": true, "disabled_until": null}]});
        log.call(&app.server(), "POST", &path, &undo);
    }));
}

#[test]
fn what_a_change_does_not_name_stays() {
    let app = frozen_app();
    let change = |body: Value| {
        app.user("john").post(PATH, &json!({"preferences": [body]})).ok()["user_preferences"]["john"].clone()
    };
    change(json!({"chat_level": "none", "call_level": "all"}));
    assert_eq!(change(json!({"chat_level": "all"})), json!({"chat_level": "all", "call_level": "all"}));
}

#[test]
fn a_level_has_words_of_its_own() {
    let app = TestApp::new();
    for (field, words) in [
        ("chat_level", "all mentions direct_mentions all_mentions none default"),
        ("call_level", "all none default"),
        ("feeds_level", "all none default"),
    ] {
        let answer = app.user("john").post(PATH, &json!({"preferences": [{field: "loud"}]}));
        refused(&answer, OPERATION, 400, 4, &format!("{field} must be one of [{words}]"));
    }
}

#[test]
fn preferences_are_all_or_nothing_and_held_to_their_limits() {
    let app = TestApp::new();
    app.upsert(&[json!({"id": "john"})]);
    let many: Vec<_> = (0..101).map(|_| json!({"user_id": "john"})).collect();
    for (body, text) in [
        (json!({}), "preferences must contain at least 1 item"),
        (json!({"preferences": many}), "preferences must contain at maximum 100 items"),
        (json!({"preferences": [{}]}), "user_id is required for server side requests"),
        (json!({"preferences": {}}), "expected array for field \"preferences\" but got object"),
        (
            json!({"preferences": [{"user_id": "john", "disabled_until": "soon"}]}),
            "disabled_until must be a valid RFC 3339 time",
        ),
    ] {
        refused(&app.server().post(PATH, &body), OPERATION, 400, 4, text);
    }
    let half = json!({"preferences": [{"user_id": "john", "chat_level": "none"}, {"user_id": "nobody"}]});
    refused(&app.server().post(PATH, &half), OPERATION, 404, 16, "the user nobody does not exist");
    let now = app.server().post(PATH, &json!({"preferences": [{"user_id": "john"}]})).ok();
    assert_eq!(now["user_preferences"]["john"], json!({}));
}

#[test]
fn nobody_sets_the_preferences_of_somebody_else() {
    let app = TestApp::new();
    app.upsert(&[json!({"id": "jane"})]);
    let answer = app.user("john").post(PATH, &json!({"preferences": [{"user_id": "jane", "chat_level": "none"}]}));
    let text = format!("User 'john' with role 'user' is not allowed to perform action {OPERATION}");
    refused(&answer, OPERATION, 403, 17, &text);
}

#[test]
fn what_is_kept_of_a_users_preferences_has_limits() {
    let app = TestApp::new();
    let john = app.user("john");
    let change = |preference: Value| john.post(PATH, &json!({"preferences": [preference]}));
    let text = "channel_cid must be a maximum of 255 characters in length";
    refused(&change(json!({"channel_cid": "x".repeat(256)})), OPERATION, 400, 4, text);
    change(json!({"channel_cid": "x".repeat(255)})).ok();
    let text = "chat_preferences has 5129 bytes, more than the 5120 that are allowed";
    refused(&change(json!({"chat_preferences": {"a": "x".repeat(5_121)}})), OPERATION, 413, 22, text);
    let nested = (0..61).fold(json!(1), |inner, _| json!({"a": inner}));
    let text = "feeds_preferences nest deeper than the 60 levels that are allowed";
    refused(&change(json!({"feeds_preferences": nested})), OPERATION, 400, 4, text);
}

#[test]
fn a_user_has_preferences_for_a_thousand_channels() {
    let app = TestApp::new();
    let john = app.user("john");
    for hundred in 0..10 {
        let preferences: Vec<_> =
            (0..100).map(|at| json!({"channel_cid": format!("messaging:{hundred}-{at}")})).collect();
        john.post(PATH, &json!({"preferences": preferences})).ok();
    }
    let change = |cid: &str| john.post(PATH, &json!({"preferences": [{"channel_cid": cid, "chat_level": "none"}]}));
    refused(&change("messaging:new"), OPERATION, 400, 4, "user john already has preferences for 1000 channels");
    change("messaging:0-0").ok();
    change("").ok();
}
