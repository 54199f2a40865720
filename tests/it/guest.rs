//! `CreateGuest`.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::transcript::{is_uuid, on_each_mount, refused};

fn wanted() -> Value {
    json!({"user": {"id": "visitor", "name": "Vi", "image": "face.png"}})
}

#[test]
fn a_guest_is_answered_with_its_token() {
    insta::assert_snapshot!(on_each_mount(|app, mount, log| {
        let mut body = wanted();
        match mount {
            "" => body["user"]["color"] = json!("red"),
            _ => body["user"]["custom"] = json!({"color": "red"}),
        }
        log.call(&app.anonymous(), "POST", &format!("{mount}/guest"), &body);
    }));
}

#[test]
fn a_guests_id_is_the_servers_and_ends_in_the_requested_one() {
    let app = TestApp::new();
    let make = || app.anonymous().post("/api/v2/guest", &wanted()).ok()["user"]["id"].as_str().unwrap().to_owned();
    let (one, two) = (make(), make());
    assert_ne!(one, two);
    let uuid = one.strip_prefix("guest-").and_then(|rest| rest.strip_suffix("-visitor")).unwrap();
    assert!(is_uuid(uuid), "{uuid}");
}

#[test]
fn a_guests_token_claims_its_user_id_and_nothing_else_and_is_good() {
    let app = TestApp::new();
    for caller in [app.anonymous(), app.server()] {
        let made = caller.post("/guest", &wanted()).ok();
        let token = made["access_token"].as_str().unwrap();
        let part = |at: usize| -> Value {
            let bytes = URL_SAFE_NO_PAD.decode(token.split('.').nth(at).unwrap()).unwrap();
            serde_json::from_slice(&bytes).unwrap()
        };
        assert_eq!(part(0), json!({"alg": "HS256", "typ": "JWT"}));
        assert_eq!(part(1), json!({"user_id": made["user"]["id"]}));
        app.with_token(token).query_users(&json!({"filter_conditions": {}})).ok();
    }
}

#[test]
fn a_guest_is_no_more_than_a_guest() {
    let app = TestApp::new();
    let body = json!({"user": {"id": "visitor", "role": "admin", "teams": ["red"], "teams_role": {"red": "admin"}}});
    let guest = app.anonymous().post("/api/v2/guest", &body).ok()["user"].clone();
    assert_eq!((&guest["role"], &guest["teams"], guest.get("teams_role")), (&json!("guest"), &json!([]), None));
}

#[test]
fn guests_can_be_switched_off_and_do_not_go_with_multi_tenancy() {
    let app = TestApp::new();
    for (setting, text) in [
        ("guest_user_creation_disabled", "guest access is disabled for this application"),
        ("multi_tenant_enabled", "guest users are not available with multi-tenancy"),
    ] {
        app.server().patch("/api/v2/app", &json!({setting: true})).ok();
        for caller in [app.anonymous(), app.server()] {
            refused(&caller.post("/api/v2/guest", &wanted()), "CreateGuest", 403, 17, text);
        }
        app.server().patch("/api/v2/app", &json!({setting: false})).ok();
    }
    app.anonymous().post("/api/v2/guest", &wanted()).ok();
}

#[test]
fn a_guest_needs_an_id() {
    let app = TestApp::new();
    for (body, text) in [
        (json!({}), "user is a required field"),
        (json!({"user": {}}), "id is a required field"),
        (json!({"user": {"id": 5}}), "expected string for field \"id\" but got number"),
        (json!({"user": []}), "expected object for field \"user\" but got array"),
    ] {
        refused(&app.anonymous().post("/api/v2/guest", &body), "CreateGuest", 400, 4, text);
    }
}

#[test]
fn a_guests_id_has_room_for_212_characters() {
    let app = TestApp::new();
    let make = |length: usize| app.anonymous().post("/api/v2/guest", &json!({"user": {"id": "x".repeat(length)}}));
    assert_eq!(make(212).ok()["user"]["id"].as_str().map(str::len), Some(255));
    for length in [213, 255, 256] {
        let text = "id must be a maximum of 212 characters in length for a guest";
        refused(&make(length), "CreateGuest", 400, 4, text);
    }
}

#[test]
fn with_jwt_the_token_of_who_makes_a_guest_is_verified() {
    let app = TestApp::new();
    let stale = app.with_token(&app.mint(&json!({"user_id": "john", "ttl": "-1h"})));
    let text = "JWTAuth error: token is expired (exp)";
    refused(&stale.post("/api/v2/guest", &wanted()), "CreateGuest", 401, 40, text);
}
