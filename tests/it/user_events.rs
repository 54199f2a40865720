//! `SendUserCustomEvent`.

use serde_json::json;

use crate::app::TestApp;
use crate::transcript::{on, refused};

#[test]
fn an_event_to_a_user_is_taken_at_each_place() {
    insta::assert_snapshot!(on(&["/api/v2", "/api/v2/chat", ""], |app, mount, log| {
        app.upsert(&[json!({"id": "john"})]);
        log.call(
            &app.server(),
            "POST",
            &format!("{mount}/users/john/event"),
            &json!({"event": {"type": "wave", "custom": {"to": "you"}}}),
        );
    }));
}

#[test]
fn an_event_needs_a_type_and_a_user() {
    let app = TestApp::new();
    app.upsert(&[json!({"id": "john"})]);
    for (body, text) in [
        (json!({}), "event is a required field"),
        (json!({"event": {}}), "event.type is a required field"),
        (json!({"event": {"type": ""}}), "event.type is a required field"),
        (json!({"event": {"type": 5}}), "expected string for field \"type\" but got number"),
    ] {
        refused(&app.server().post("/api/v2/chat/users/john/event", &body), "SendUserCustomEvent", 400, 4, text);
    }
    let answer = app.server().post("/users/nobody/event", &json!({"event": {"type": "x"}}));
    refused(&answer, "SendUserCustomEvent", 404, 16, "the user nobody does not exist");
}
