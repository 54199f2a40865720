//! Banning and unbanning.

use serde_json::{Value, json};

use crate::app::TestApp;
use crate::transcript::{NOW_NS, frozen_app, on, on_each_mount, refused};

fn app() -> TestApp {
    let app = frozen_app();
    app.upsert(&[json!({"id": "eve"}), json!({"id": "mia", "role": "moderator"}), json!({"id": "john"})]);
    app
}

/// Banned, shadow banned, and until when.
fn state(app: &TestApp) -> (bool, bool, Option<Value>) {
    let eve = app.server().query_users(&json!({"filter_conditions": {"id": "eve"}})).ok()["users"][0].clone();
    (eve["banned"] == true, eve["shadow_banned"] == true, eve.get("ban_expires").cloned())
}

const FREE: (bool, bool, Option<Value>) = (false, false, None);
const BANNED: (bool, bool, Option<Value>) = (true, false, None);
const SHADOW: (bool, bool, Option<Value>) = (false, true, None);

#[test]
fn banning_and_unbanning_answer_in_full() {
    insta::assert_snapshot!(on_each_mount(|app, mount, log| {
        app.upsert(&[json!({"id": "eve"})]);
        let full = json!({"target_user_id": "eve", "banned_by_id": "mia", "timeout": 60, "reason": "spam"});
        log.call(&app.server(), "POST", &format!("{mount}/moderation/ban"), &full);
        log.call(
            &app.server(),
            "POST",
            &format!("{mount}/moderation/unban?target_user_id=eve"),
            &json!({"unbanned_by_id": "mia"}),
        );
    }));
}

#[test]
fn the_legacy_unban_is_a_delete() {
    insta::assert_snapshot!(on(&[""], |app, _, log| {
        app.upsert(&[json!({"id": "eve"})]);
        log.call(&app.server(), "POST", "/moderation/ban", &json!({"target_user_id": "eve", "user_id": "mia"}));
        log.call(&app.server(), "DELETE", "/moderation/ban?target_user_id=eve", &json!({}));
    }));
}

#[test]
fn a_ban_holds_until_it_is_lifted_in_either_way() {
    let app = app();
    for lift in ["unban", "ban"] {
        app.server().post("/api/v2/moderation/ban", &json!({"target_user_id": "eve"})).ok();
        assert_eq!(state(&app), BANNED);
        let (method, path) =
            if lift == "unban" { ("POST", "/api/v2/moderation/unban") } else { ("DELETE", "/moderation/ban") };
        app.server().call(method, &format!("{path}?target_user_id=eve"), None).ok();
        assert_eq!(state(&app), FREE);
    }
}

#[test]
fn a_ban_with_a_timeout_ends_by_the_apps_clock() {
    let app = app();
    app.server().post("/moderation/ban", &json!({"target_user_id": "eve", "timeout": 60})).ok();
    assert_eq!(state(&app), (true, false, Some(json!(NOW_NS + 3_600_000_000_000))));
    app.advance("59m");
    assert!(state(&app).0);
    app.advance("1m");
    assert_eq!(state(&app), FREE);
}

#[test]
fn a_shadow_ban_and_a_plain_one_are_lifted_each_by_its_own_call() {
    let app = app();
    app.server().post("/moderation/ban", &json!({"target_user_id": "eve", "shadow": true})).ok();
    assert_eq!(state(&app), SHADOW);
    app.server().delete("/moderation/ban?target_user_id=eve").ok();
    assert_eq!(state(&app), SHADOW);
    app.server().delete("/moderation/ban?target_user_id=eve&shadow=true").ok();
    assert_eq!(state(&app), FREE);
    app.server().post("/moderation/ban", &json!({"target_user_id": "eve"})).ok();
    app.server().delete("/moderation/ban?target_user_id=eve&shadow=true").ok();
    assert_eq!(state(&app), BANNED);
}

#[test]
fn where_the_kind_cannot_be_named_whichever_ban_there_is_is_lifted() {
    for shadow in [true, false] {
        let app = app();
        app.server().post("/api/v2/moderation/ban", &json!({"target_user_id": "eve", "shadow": shadow})).ok();
        app.server().post("/api/v2/moderation/unban?target_user_id=eve", &json!({})).ok();
        assert_eq!(state(&app), FREE);
    }
}

#[test]
fn a_ban_in_a_channel_is_none_in_the_app() {
    let app = app();
    app.server().post("/moderation/ban", &json!({"target_user_id": "eve", "type": "messaging", "id": "one"})).ok();
    app.server().post("/api/v2/moderation/ban", &json!({"target_user_id": "eve", "channel_cid": "messaging:two"})).ok();
    assert_eq!(state(&app), FREE);
    app.server().post("/moderation/ban", &json!({"target_user_id": "eve"})).ok();
    app.server().delete("/moderation/ban?target_user_id=eve&type=messaging&id=one").ok();
    assert_eq!(state(&app), BANNED);
}

#[test]
fn a_banned_user_still_signs_in() {
    let app = app();
    app.server().post("/moderation/ban", &json!({"target_user_id": "eve"})).ok();
    app.user("eve").get("/api/v2/app").ok();
}

#[test]
fn a_moderator_bans_and_a_user_does_not() {
    let app = app();
    let ban = |by: &str| app.user(by).post("/api/v2/moderation/ban", &json!({"target_user_id": "eve"}));
    let text = "User 'john' with role 'user' is not allowed to perform action BanUser";
    refused(&ban("john"), "Ban", 403, 17, text);
    refused(&app.user("john").post("/api/v2/moderation/unban?target_user_id=eve", &json!({})), "Unban", 403, 17, text);
    assert_eq!(state(&app), FREE);
    ban("mia").ok();
    assert_eq!(state(&app), BANNED);
}

#[test]
fn a_ban_needs_a_target_who_is_there() {
    let app = app();
    let server = app.server();
    let ban = |body: Value| server.post("/api/v2/moderation/ban", &body);
    refused(&ban(json!({})), "Ban", 400, 4, "target_user_id is a required field");
    refused(&ban(json!({"target_user_id": "nobody"})), "Ban", 404, 16, "the user nobody does not exist");
    refused(&ban(json!({"target_user_id": "eve", "timeout": -1})), "Ban", 400, 4, "timeout must be 0 or greater");
    let text = "expected int for field \"timeout\" but got string";
    refused(&ban(json!({"target_user_id": "eve", "timeout": "1h"})), "Ban", 400, 4, text);
    refused(
        &ban(json!({"target_user_id": "eve", "timeout": i64::MAX})),
        "Ban",
        400,
        4,
        "timeout must be 52,704,000 or less",
    );
    refused(
        &server.post("/api/v2/moderation/unban", &json!({})),
        "Unban",
        400,
        4,
        "target_user_id is a required field",
    );
    refused(
        &server.delete("/moderation/ban?target_user_id=nobody"),
        "Unban",
        404,
        16,
        "the user nobody does not exist",
    );
    assert_eq!(state(&app), FREE);
}

#[test]
fn what_is_kept_of_a_ban_has_limits() {
    let app = app();
    for (field, most, shown) in [("reason", 2_048, "2,048"), ("channel_cid", 255, "255"), ("banned_by_id", 255, "255")]
    {
        let ban = |length| {
            let body = json!({"target_user_id": "eve", field: "x".repeat(length)});
            app.server().post("/api/v2/moderation/ban", &body)
        };
        let text = format!("{field} must be a maximum of {shown} characters in length");
        refused(&ban(most + 1), "Ban", 400, 4, &text);
        ban(most).ok();
    }
}

#[test]
fn a_server_names_who_bans_once() {
    let app = app();
    let twice = json!({"target_user_id": "eve", "user_id": "mia", "user": {"id": "mia"}});
    refused(&app.server().post("/moderation/ban", &twice), "Ban", 400, 4, "cannot set both user and user_id.");
}
