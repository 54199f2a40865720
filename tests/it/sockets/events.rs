//! What is told, to whom, in which order, and exactly how (wire-contract 5.9).

use millpond::store::Scope;
use serde_json::{Value, json};

use super::client::{DOORS, Door, Joined, NOON_NS, Server};
use crate::app::TestApp;

/// John and mary, connected through a door, and mary watching john; besides her somebody who is not concerned.
struct Scene {
    app: TestApp,
    john: Joined,
    watcher: Joined,
    stranger: Joined,
}

fn scene(door: Door) -> Scene {
    let app = TestApp::at_noon();
    app.upsert(&[json!({"id": "john", "name": "John", "custom": {"color": "red"}}), json!({"id": "mia"})]);
    let john = app.joined(door, "john");
    let watcher = app.joined(door, "mary");
    watcher.watch(&app, "mary", &["john"]);
    let stranger = app.joined(door, "stranger");
    Scene { app, john, watcher, stranger }
}

/// Who has to hear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hears {
    Own,
    OwnAndWatchers,
    Everyone,
}

/// Each dialect's frames of what `act` does: one for each who hears, and the same one.
fn told(hears: Hears, act: fn(&TestApp)) -> String {
    let frames = DOORS.into_iter().map(|door| {
        let Scene { app, mut john, mut watcher, mut stranger } = scene(door);
        act(&app);
        let mut frame = john.json();
        if hears != Hears::Own {
            assert_eq!(watcher.json(), frame, "{door:?}");
        }
        if hears == Hears::Everyone {
            assert_eq!(stranger.json(), frame, "{door:?}");
        }
        for joined in [&mut john, &mut watcher, &mut stranger] {
            joined.quiet();
        }
        if let Some(name) = frame["app"].get_mut("name") {
            assert!(name.take().is_string());
            *name = json!("[name]");
        }
        format!("{door:?} {}", serde_json::to_string_pretty(&frame).unwrap())
    });
    frames.collect::<Vec<_>>().join("\n")
}

fn post(app: &TestApp, path: &str, body: &Value) {
    app.root().post(path, body).ok();
}

#[test]
fn an_updated_user_is_told_to_itself_and_to_watchers() {
    insta::assert_snapshot!(told(Hears::OwnAndWatchers, |app| {
        let change = json!({"users": [{"id": "john", "set": {"name": "Johnny"}}]});
        app.root().patch("/api/v2/users", &change).ok();
    }));
}

#[test]
fn an_upserted_user_is_told_the_same() {
    insta::assert_snapshot!(told(Hears::OwnAndWatchers, |app| app.upsert(&[json!({"id": "john", "name": "Jo"})])));
}

#[test]
fn a_ban_is_told_to_the_banned() {
    insta::assert_snapshot!(told(Hears::Own, |app| {
        let ban = json!({"target_user_id": "john", "banned_by_id": "mia", "reason": "spam", "timeout": 60});
        post(app, "/api/v2/moderation/ban", &ban);
    }));
}

#[test]
fn the_end_of_a_ban_is_told_to_the_banned() {
    insta::assert_snapshot!(told(Hears::Own, |app| {
        post(app, "/api/v2/moderation/unban?target_user_id=john", &json!({}));
    }));
}

#[test]
fn changed_settings_are_told_to_everyone() {
    insta::assert_snapshot!(told(Hears::Everyone, |app| app.set(&json!({"auto_translation_enabled": true}))));
}

#[test]
fn a_custom_event_is_told_to_its_user_with_its_data() {
    insta::assert_snapshot!(told(Hears::Own, |app| {
        post(app, "/api/v2/users/john/event", &json!({"event": {"type": "friend", "custom": {"name": "Mia"}}}));
    }));
}

#[test]
fn a_legacy_custom_event_has_its_data_beside_the_type() {
    insta::assert_snapshot!(told(Hears::Own, |app| {
        let event = json!({"type": "friend", "text": "hi", "created_at": "mine", "user": "mine"});
        post(app, "/users/john/event", &json!({"event": event}));
    }));
}

/// What becomes of a user who is watched, in each dialect; the sockets of the user itself are ended (see `standing`).
fn told_to_watchers(acts: &[fn(&TestApp)]) -> String {
    let frames = DOORS.into_iter().flat_map(|door| {
        let Scene { app, john, mut watcher, mut stranger } = scene(door);
        john.leave();
        assert_eq!(watcher.json()["type"], "user.presence.changed");
        let mut frames = Vec::new();
        for act in acts {
            act(&app);
            frames.push(format!("{door:?} {}", serde_json::to_string_pretty(&watcher.json()).unwrap()));
        }
        watcher.quiet();
        stranger.quiet();
        frames
    });
    frames.collect::<Vec<_>>().join("\n")
}

#[test]
fn deactivation_and_its_end_are_told_to_watchers() {
    insta::assert_snapshot!(told_to_watchers(&[
        |app| post(app, "/api/v2/users/john/deactivate", &json!({})),
        |app| post(app, "/api/v2/users/john/reactivate", &json!({})),
    ]));
}

#[test]
fn a_deletion_is_told_to_watchers() {
    insta::assert_snapshot!(told_to_watchers(&[
        |app| post(app, "/api/v2/users/delete", &json!({"user_ids": ["john"]})),
        |app| {
            let hard = json!({"user_ids": ["john"], "user": "hard", "messages": "hard", "conversations": "hard"});
            post(app, "/api/v2/users/delete", &hard);
        },
    ]));
}

#[test]
fn a_change_that_comes_with_a_connect_is_told_to_the_users_other_connections() {
    let Scene { app, mut john, mut watcher, mut stranger } = scene(Door::V2);
    let show = super::client::Show { details: json!({"id": "john", "name": "Johnny"}), ..app.show("john") };
    let mut second = Joined::of(Door::V2, show.through(Door::V2));
    for joined in [&mut john, &mut watcher] {
        let frame = joined.json();
        assert_eq!((&frame["type"], &frame["user"]["name"]), (&json!("user.updated"), &json!("Johnny")));
        joined.quiet();
    }
    second.quiet();
    stranger.quiet();
}

#[test]
fn who_watches_itself_hears_once() {
    let app = TestApp::at_noon();
    let mut john = app.join("john");
    john.watch(&app, "john", &["john"]);
    john.watch(&app, "john", &["john"]);
    app.upsert(&[json!({"id": "john", "name": "Jo"})]);
    assert_eq!(john.json()["user"]["name"], "Jo");
    john.quiet();
}

#[test]
fn a_hundred_updates_arrive_in_the_order_of_their_commits() {
    let app = TestApp::at_noon();
    app.upsert(&[json!({"id": "john"})]);
    let mut watcher = app.join("mary");
    watcher.watch(&app, "mary", &["john"]);
    let mut john = app.join("john");
    assert_eq!(watcher.json()["type"], "user.presence.changed");
    let server = app.root();
    for step in 0..100 {
        let change = json!({"users": [{"id": "john", "set": {"step": step}}]});
        server.patch("/api/v2/users", &change).ok();
    }
    for step in 0..100 {
        for joined in [&mut watcher, &mut john] {
            let frame = joined.json();
            assert_eq!((&frame["type"], &frame["user"]["custom"]["step"]), (&json!("user.updated"), &json!(step)));
        }
    }
    john.quiet();
    watcher.quiet();
}

#[test]
fn updates_that_race_arrive_at_everyone_in_one_order() {
    let app = TestApp::at_noon();
    app.upsert(&[json!({"id": "john"})]);
    let mut watchers: Vec<_> = (0..4).map(|number| app.join(&format!("w{number}"))).collect();
    for (number, watcher) in watchers.iter().enumerate() {
        watcher.watch(&app, &format!("w{number}"), &["john"]);
    }
    std::thread::scope(|scope| {
        for writer in 0..4 {
            let server = app.root();
            scope.spawn(move || {
                for step in 0..10 {
                    let change = json!({"users": [{"id": "john", "set": {"step": writer * 100 + step}}]});
                    server.patch("/api/v2/users", &change).ok();
                }
            });
        }
    });
    let heard: Vec<Vec<Value>> = watchers
        .iter_mut()
        .map(|watcher| (0..40).map(|_| watcher.json()["user"]["custom"]["step"].clone()).collect())
        .collect();
    assert!(heard.iter().all(|steps| *steps == heard[0]), "{heard:?}");
    let by_one: Vec<_> = heard[0].iter().filter(|step| step.as_i64().unwrap() < 100).collect();
    assert!(by_one.is_sorted_by_key(|step| step.as_i64()), "{by_one:?}");
}

#[test]
fn a_batch_tells_of_each_user_and_a_failed_one_of_nobody() {
    let app = TestApp::at_noon();
    let ids: Vec<String> = (0..100).map(|number| format!("user-{number:02}")).collect();
    app.upsert(&ids.iter().map(|id| json!({"id": id})).collect::<Vec<_>>());
    let mut watcher = app.join("mary");
    watcher.watch(&app, "mary", &ids.iter().map(String::as_str).collect::<Vec<_>>());
    let changes: Vec<_> = ids.iter().map(|id| json!({"id": id, "set": {"name": id}})).collect();
    let mut broken = changes.clone();
    broken[99] = json!({"id": "nobody", "set": {"name": "x"}});
    assert_eq!(app.root().patch("/api/v2/users", &json!({ "users": broken })).status, 404);
    watcher.quiet();
    app.root().patch("/api/v2/users", &json!({ "users": changes })).ok();
    for id in &ids {
        let frame = watcher.json();
        assert_eq!((&frame["type"], &frame["user"]["name"]), (&json!("user.updated"), &json!(id)));
    }
    watcher.quiet();
}

#[test]
fn another_app_hears_nothing() {
    let app = TestApp::at_noon();
    let other = TestApp::at_noon();
    for one in [&app, &other] {
        one.upsert(&[json!({"id": "john"})]);
    }
    let mut elsewhere = other.join("john");
    elsewhere.watch(&other, "john", &["john"]);
    let mut here = app.join("john");
    app.upsert(&[json!({"id": "john", "name": "Jo"})]);
    app.set(&json!({"auto_translation_enabled": true}));
    post(&app, "/api/v2/moderation/ban", &json!({"target_user_id": "john"}));
    post(&app, "/api/v2/users/john/event", &json!({"event": {"type": "friend"}}));
    elsewhere.quiet();
    for kind in ["user.updated", "app.updated", "user.banned", "friend"] {
        assert_eq!(here.json()["type"], kind);
    }
    here.quiet();
}

#[test]
fn settings_that_stay_as_they_are_are_not_told() {
    let app = TestApp::at_noon();
    let mut john = app.join("john");
    app.set(&json!({}));
    john.quiet();
    for _ in 0..2 {
        app.set(&json!({"auto_translation_enabled": true}));
    }
    assert_eq!(john.json()["type"], "app.updated");
    john.quiet();
}

#[test]
fn an_event_shows_nobodys_private_fields() {
    let Scene { app, mut john, mut watcher, .. } = scene(Door::V2);
    app.bearer(&json!({"user_id": "john"})).post("/api/v2/users/block", &json!({"blocked_user_id": "mia"})).ok();
    let device = json!({"id": "phone", "push_provider": "apn"});
    app.bearer(&json!({"user_id": "john"})).post("/api/v2/devices", &device).ok();
    app.tune(&json!({"open_sockets": {"on_revocation": "keep"}}));
    app.revoke("john", &json!("2026-01-31T11:00:00Z"));
    for joined in [&mut john, &mut watcher] {
        let frame = joined.json();
        let user = frame["user"].as_object().unwrap();
        assert_eq!(user["blocked_user_ids"], json!([]));
        for hidden in ["devices", "revoke_tokens_issued_before", "shadow_banned"] {
            assert!(!user.contains_key(hidden), "{frame}");
        }
    }
}

#[test]
fn an_event_of_another_worker_arrives_too() {
    let config = millpond::config::Config { workers: 3, ..super::client::config() };
    let server = Server::with(config);
    let app = server.app();
    let mut connections: Vec<_> = (0..9).map(|_| app.join("john")).collect();
    app.upsert(&[json!({"id": "john", "name": "Jo"})]);
    for joined in &mut connections {
        assert_eq!(joined.json()["user"]["name"], "Jo");
        joined.quiet();
    }
    // What the process itself writes is told as what comes by HTTP is.
    let own = server.store.apps().get(&app.api_key).unwrap();
    assert_eq!(Scope::own(&own).now.0, NOON_NS);
}
