//! Muting, unmuting and flagging users; what a video client tells of itself.

use serde_json::{Value, json};

use crate::app::TestApp;
use crate::sockets::client::DOORS;
use crate::transcript::{NOW_NS, frozen_app, on_each_mount, refused};

fn app() -> TestApp {
    let app = frozen_app();
    app.upsert(&[json!({"id": "john"}), json!({"id": "mia"}), json!({"id": "eve", "name": "Eve"})]);
    app
}

/// Whom somebody has muted, as a query of a server shows it.
fn muted(app: &TestApp, id: &str) -> Vec<String> {
    let john = app.server().query_users(&json!({"filter_conditions": {"id": id}})).ok()["users"][0].clone();
    let targets = john["mutes"].as_array().unwrap().iter();
    targets.map(|mute| mute["target"]["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn muting_unmuting_and_flagging_answer_in_full() {
    insta::assert_snapshot!(on_each_mount(|app, mount, log| {
        app.upsert(&[json!({"id": "john"}), json!({"id": "eve", "name": "Eve"})]);
        let server = app.server();
        let path = |what: &str| format!("{mount}/moderation/{what}");
        let body = json!({"target_ids": ["eve", "ghost"], "timeout": 60, "user_id": "john"});
        log.call(&server, "POST", &path("mute"), &body);
        log.call(&server, "POST", &path("mute"), &json!({"target_id": "eve", "user_id": "john"}));
        log.call(&server, "POST", &path("unmute"), &json!({"target_ids": ["eve", "ghost"], "user_id": "john"}));
        let flag = json!({"entity_type": "stream:user", "entity_id": "eve", "reason": "rude", "user_id": "john"});
        log.call(&server, "POST", &path("flag"), &flag);
        log.call(&server, "POST", &path("flag"), &json!({"target_user_id": "eve", "user_id": "john"}));
    }));
}

#[test]
fn a_mute_is_seen_by_the_user_and_by_servers_alone_and_ends_by_the_apps_clock() {
    let app = app();
    let mute = |body: Value| app.user("john").post("/api/v2/moderation/mute", &body).ok();
    let answer = mute(json!({"target_ids": ["eve"], "timeout": 60}));
    assert_eq!(
        (&answer["mutes"][0]["user"]["id"], &answer["mutes"][0]["target"]["name"]),
        (&json!("john"), &json!("Eve"))
    );
    assert_eq!(answer["mutes"][0]["expires"], NOW_NS + 3_600_000_000_000);
    assert_eq!(answer["own_user"]["mutes"], answer["mutes"]);
    app.advance("30m");
    let again = mute(json!({"target_ids": ["mia", "mia"]}));
    assert_eq!(again["mutes"].as_array().unwrap().len(), 1);
    assert!(again["mutes"][0].get("expires").is_none());
    assert_eq!(muted(&app, "john"), ["mia", "eve"], "the newest first");
    let seen = |by: &str| {
        app.user(by).query_users(&json!({"filter_conditions": {"id": "john"}})).ok()["users"][0]["mutes"].clone()
    };
    assert_eq!(seen("john").as_array().unwrap().len(), 2);
    assert_eq!(seen("mia"), json!([]));
    app.advance("30m");
    assert_eq!(muted(&app, "john"), ["mia"]);
    // Said anew, it is a new one; one that holds keeps its beginning.
    let renewed = mute(json!({"target_ids": ["eve", "mia"]}));
    let times = |at: usize| (renewed["mutes"][at]["created_at"].clone(), renewed["mutes"][at]["updated_at"].clone());
    let (half, hour) = (json!(NOW_NS + 1_800_000_000_000_i64), json!(NOW_NS + 3_600_000_000_000_i64));
    assert_eq!((times(0), times(1)), ((hour.clone(), hour.clone()), (half, hour)));
}

#[test]
fn who_is_muted_is_unmuted_by_id_also_twice_and_nobody_is_found_who_is_not_there() {
    let app = app();
    let server = app.server();
    server.post("/moderation/mute", &json!({"target_ids": ["eve", "mia"], "user_id": "john"})).ok();
    server.post("/api/v2/users/delete", &json!({"user_ids": ["mia"]})).ok();
    for _ in 0..2 {
        let answer = server.post("/moderation/unmute", &json!({"target_id": "eve", "user_id": "john"})).ok();
        assert_eq!(answer.as_object().unwrap().len(), 1, "{answer}");
    }
    assert_eq!(muted(&app, "john"), ["mia"], "a soft deletion ends no mute");
    let answer =
        server.post("/api/v2/moderation/mute", &json!({"target_ids": ["mia", "ghost"], "user_id": "john"})).ok();
    assert_eq!((&answer["mutes"], &answer["non_existing_users"]), (&json!([]), &json!(["mia", "ghost"])));
    for (target, text) in [("mia", "the user mia was deleted"), ("ghost", "the user ghost does not exist")] {
        for (what, operation) in [("mute", "Mute"), ("unmute", "Unmute")] {
            let body = json!({"target_id": target, "user_id": "john"});
            refused(&server.post(&format!("/moderation/{what}"), &body), operation, 404, 16, text);
        }
    }
    server
        .post(
            "/api/v2/users/delete",
            &json!({"user_ids": ["mia"], "user": "hard", "messages": "hard", "conversations": "hard"}),
        )
        .ok();
    assert_eq!(muted(&app, "john"), [""; 0], "a hard one ends those upon the user too");
}

#[test]
fn what_mute_and_flag_do_not_take_is_refused_by_name() {
    let app = app();
    let many: Vec<_> = (0..1_001).map(|n| format!("u{n}")).collect();
    for (body, text) in [
        (json!({}), "target_ids is a required field"),
        (json!({"target_ids": []}), "target_ids must contain at least 1 item"),
        (json!({"target_ids": many}), "target_ids must contain at maximum 1000 items"),
        (json!({"target_ids": ["eve"], "timeout": -1}), "timeout must be 0 or greater"),
        (json!({"target_ids": ["john"]}), "a user cannot mute itself"),
    ] {
        refused(&app.user("john").post("/api/v2/moderation/mute", &body), "Mute", 400, 4, text);
    }
    let long = "x".repeat(256);
    for (body, text) in [
        (json!({}), "entity_type is a required field"),
        (json!({"entity_type": "t"}), "entity_id is a required field"),
        (
            json!({"entity_type": "t", "entity_id": "i", "reason": long}),
            "reason must be a maximum of 255 characters in length",
        ),
        (json!({"entity_type": long, "entity_id": "i"}), "entity_type must be a maximum of 255 characters in length"),
    ] {
        refused(&app.user("john").post("/api/v2/moderation/flag", &body), "Flag", 400, 4, text);
    }
    let server = |what: &str, body: Value| app.server().post(&format!("/api/v2/moderation/{what}"), &body);
    let nobody = "user_id is required for server side requests";
    refused(&server("mute", json!({"target_ids": ["eve"]})), "Mute", 400, 4, nobody);
    refused(&server("flag", json!({"entity_type": "t", "entity_id": "i"})), "Flag", 400, 4, nobody);
    let ghost = json!({"target_ids": ["eve"], "user_id": "ghost"});
    refused(&server("mute", ghost), "Mute", 404, 16, "the user ghost does not exist");
    let message = app.user("john").post("/moderation/flag", &json!({"target_message_id": "m"}));
    assert_eq!((message.status, message.text.contains("Flag of a message is not built")), (501, true), "{message:?}");
}

#[test]
fn muting_and_flagging_need_their_grants() {
    let app = app();
    app.server().patch("/api/v2/app", &json!({"grants": {"user": ["search-user"]}})).ok();
    for (what, operation, action, body) in [
        ("mute", "Mute", "MuteUser", json!({"target_ids": ["eve"]})),
        ("unmute", "Unmute", "MuteUser", json!({"target_ids": ["eve"]})),
        ("flag", "Flag", "FlagUser", json!({"entity_type": "stream:user", "entity_id": "eve"})),
    ] {
        let path = format!("/api/v2/moderation/{what}");
        let text = format!("User 'john' with role 'user' is not allowed to perform action {action}");
        refused(&app.user("john").post(&path, &body), operation, 403, 17, &text);
        let mut acting = body.clone();
        acting["user_id"] = json!("john");
        app.server().post(&path, &acting).ok();
        app.server().patch("/api/v2/app", &json!({"grants": {"user": ["mute-user", "flag-user"]}})).ok();
        app.user("john").post(&path, &body).ok();
        app.server().patch("/api/v2/app", &json!({"grants": {"user": ["search-user"]}})).ok();
    }
}

#[test]
fn flags_upon_one_thing_share_an_item_and_unflagging_answers_and_leaves_them() {
    let app = app();
    let flag = |by: &str, id: &str| {
        let body = json!({"entity_type": "stream:user", "entity_id": id});
        app.user(by).post("/api/v2/moderation/flag", &body).ok()["item_id"].clone()
    };
    let item = flag("john", "eve");
    assert_eq!((flag("mia", "eve"), flag("john", "eve")), (item.clone(), item.clone()));
    assert_ne!(flag("john", "mia"), item);
    let legacy =
        |what: &str| app.user("mia").post(&format!("/moderation/{what}"), &json!({"target_user_id": "eve"})).ok();
    assert_eq!(legacy("flag")["review_queue_item_id"], item);
    legacy("unflag");
    assert_eq!(flag("mia", "eve"), item);
}

#[test]
fn a_users_own_connections_are_told_of_its_mutes_and_begin_with_them() {
    for door in DOORS {
        let app = TestApp::at_noon();
        app.upsert(&[json!({"id": "john"}), json!({"id": "mia"}), json!({"id": "eve"})]);
        let (mut own, mut other) = (app.joined(door, "john"), app.joined(door, "eve"));
        let mute = |what: &str, targets: Value| {
            let body = json!({"target_ids": targets, "user_id": "john"});
            app.root().post(&format!("/api/v2/moderation/{what}"), &body).ok();
        };
        mute("mute", json!(["eve"]));
        let told = own.json();
        assert_eq!((&told["type"], &told["user"]["id"]), (&json!("user.muted"), &json!("john")));
        assert_eq!(told["target_user"]["id"], "eve");
        let updated = own.json();
        assert_eq!(updated["type"], "notification.mutes_updated");
        assert_eq!((&updated["me"]["id"], &updated["me"]["mutes"][0]["target"]["id"]), (&json!("john"), &json!("eve")));
        mute("mute", json!(["eve", "mia"]));
        let told = own.json();
        let ids: Vec<_> = told["target_users"].as_array().unwrap().iter().map(|user| user["id"].clone()).collect();
        assert_eq!((ids, told.get("target_user")), (vec![json!("eve"), json!("mia")], None));
        own.json();
        let again = app.joined(door, "john");
        assert_eq!(again.hello["me"]["mutes"].as_array().unwrap().len(), 2);
        again.leave();
        mute("unmute", json!(["mia"]));
        assert_eq!(own.json()["type"], "user.unmuted");
        assert_eq!(own.json()["me"]["mutes"].as_array().unwrap().len(), 1);
        // Where nothing changes, nothing is told.
        mute("unmute", json!(["mia"]));
        own.quiet();
        other.quiet();
    }
}

#[test]
fn what_a_video_client_tells_of_itself_is_taken_with_or_without_a_token() {
    let app = app();
    let body = json!({"events": [{"stage": "CoordinatorConnect", "event_type": "initiated"}]});
    for caller in [app.server(), app.user("john"), app.anonymous()] {
        for path in ["/video/call_client_event", "/api/v2/video/call_client_event"] {
            let answer = caller.post(path, &body);
            assert_eq!((answer.status, answer.body.as_object().unwrap().len()), (201, 1), "{answer:?}");
            assert!(answer.body["duration"].is_string());
        }
    }
    let answer = app.server().post("/video/call_client_event", &json!({}));
    refused(&answer, "ReportClientCallEvent", 400, 4, "events is a required field");
}
