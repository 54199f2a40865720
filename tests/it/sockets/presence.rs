//! Who is online, and who hears of it (wire-contract 5.9).

use millpond::config::{Config, Database};
use serde_json::{Value, json};

use super::client::{Counts, Door, Joined, NOON_NS, Server, Show, config, open};
use crate::app::{TestApp, encode};

/// A user as another one sees it.
fn seen(app: &TestApp, user: &str) -> Value {
    let by = app.bearer(&json!({"user_id": "observer"}));
    by.query_users(&json!({"filter_conditions": {"id": user}})).ok()["users"][0].clone()
}

/// The next frame says that the user came or went.
#[track_caller]
fn presence(watcher: &mut Joined, user: &str, online: bool) {
    let frame = watcher.json();
    assert_eq!(frame["type"], "user.presence.changed", "{frame}");
    assert_eq!((&frame["user"]["id"], &frame["user"]["online"]), (&json!(user), &json!(online)), "{frame}");
}

#[test]
fn the_first_and_the_last_connection_flip_online() {
    let server = Server::start();
    let app = server.app();
    app.upsert(&[json!({"id": "john"})]);
    assert_eq!(seen(&app, "john")["online"], false);
    let mut watcher = app.join("watcher");
    watcher.watch(&app, "watcher", &["john"]);
    let first = app.join("john");
    presence(&mut watcher, "john", true);
    assert_eq!(seen(&app, "john")["online"], true);
    let second = app.joined(Door::Legacy, "john");
    first.leave();
    server.settles(open(2));
    watcher.quiet();
    assert_eq!(seen(&app, "john")["online"], true);
    second.leave();
    presence(&mut watcher, "john", false);
    assert_eq!(seen(&app, "john")["online"], false);
    watcher.quiet();
}

#[test]
fn presence_is_told_exactly_in_each_dialect() {
    let app = TestApp::at_noon();
    app.upsert(&[json!({"id": "john", "name": "John", "custom": {"color": "red"}})]);
    let mut told = Vec::new();
    for door in super::client::DOORS {
        let mut watcher = app.joined(door, "watcher");
        watcher.watch(&app, "watcher", &["john"]);
        let john = app.join("john");
        told.push(serde_json::to_string_pretty(&watcher.json()).unwrap());
        john.leave();
        presence(&mut watcher, "john", false);
    }
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn last_active_is_when_a_connection_began_or_ended() {
    let app = TestApp::at_noon();
    let mut watcher = app.join("watcher");
    app.upsert(&[json!({"id": "john"})]);
    watcher.watch(&app, "watcher", &["john"]);
    let john = app.join("john");
    assert_eq!(watcher.json()["user"]["last_active"], NOON_NS);
    app.advance("10s");
    john.leave();
    let frame = watcher.json();
    assert_eq!(frame["user"]["last_active"], NOON_NS + 10_000_000_000);
    assert_eq!(seen(&app, "john")["last_active"], NOON_NS + 10_000_000_000);
}

#[test]
fn who_is_invisible_looks_offline_to_others_and_not_to_oneself() {
    let app = TestApp::at_noon();
    app.upsert(&[json!({"id": "john"})]);
    let mut watcher = app.join("watcher");
    watcher.watch(&app, "watcher", &["john"]);
    let shown = Show { details: json!({"id": "john", "invisible": true}), ..app.show("john") };
    let john = Joined::of(Door::V2, shown.through(Door::V2));
    assert_eq!((&john.hello["me"]["online"], &john.hello["me"]["invisible"]), (&json!(true), &json!(true)));
    assert_eq!(seen(&app, "john")["online"], false);
    // The watcher hears of the change of the user, and not that it came.
    let frame = watcher.json();
    assert_eq!((&frame["type"], &frame["user"]["online"]), (&json!("user.updated"), &json!(false)));
    watcher.quiet();
    let visible = |invisible: bool| {
        let change = json!({"users": [{"id": "john", "set": {"invisible": invisible}}]});
        app.root().patch("/api/v2/users", &change).ok();
    };
    visible(false);
    assert_eq!(watcher.json()["type"], "user.updated");
    presence(&mut watcher, "john", true);
    visible(true);
    assert_eq!(watcher.json()["type"], "user.updated");
    presence(&mut watcher, "john", false);
    john.leave();
    watcher.quiet();
}

#[test]
fn only_a_connection_of_the_callers_own_may_watch() {
    let app = TestApp::at_noon();
    let other = TestApp::at_noon();
    let john = app.join("john");
    let mary = app.join("mary");
    let foreign = other.join("john");
    let query = |connection: &str, token: &Value| {
        let payload = encode(&json!({"filter_conditions": {"id": "john"}, "presence": true}).to_string());
        let path = format!("/api/v2/users?connection_id={connection}&payload={payload}");
        app.bearer(token).get(&path)
    };
    let by_john = json!({"user_id": "john"});
    query(&john.id, &by_john).ok();
    let text = "Watch or Presence requires an active websocket connection, please make sure to include your websocket connection_id";
    let wanted = (400, 4, format!("QueryUsers failed with error: \"{text}\""));
    for id in ["", "nothing", &mary.id, &foreign.id] {
        assert_eq!(query(id, &by_john).error(), wanted, "{id}");
    }
    assert_eq!(query(&john.id, &json!({})).error(), wanted, "a server has no connection");
    let gone = john.id.clone();
    let server_side = app.root();
    john.leave();
    // The answer to a later request shows that the connection is forgotten.
    while query(&gone, &by_john).status == 200 {
        server_side.get("/api/v2/app").ok();
    }
    assert_eq!(query(&gone, &by_john).error(), wanted);
}

#[test]
fn who_does_not_watch_hears_nothing() {
    let app = TestApp::at_noon();
    app.upsert(&[json!({"id": "john"})]);
    let mut idle = app.join("idle");
    let mut watches_another = app.join("watcher");
    watches_another.watch(&app, "watcher", &["idle"]);
    app.bearer(&json!({"user_id": "idle"})).query_users(&json!({"filter_conditions": {"id": "john"}})).ok();
    app.join("john").leave();
    idle.quiet();
    watches_another.quiet();
}

#[test]
fn an_anonymous_connection_may_watch_and_flips_nobody() {
    let server = Server::start();
    let app = server.app();
    app.upsert(&[json!({"id": "john"})]);
    app.set(&json!({"grants": {"anonymous": ["search-user"]}}));
    let nobody = Show { auth_type: Some("anonymous".to_owned()), token: Value::Null, ..app.show("x") };
    let mut watcher = Joined::of(Door::Legacy, nobody.through(Door::Legacy));
    // The change of the grants was told to nobody: the connection is younger.
    watcher.quiet();
    let payload = encode(&json!({"filter_conditions": {"id": "john"}, "presence": true}).to_string());
    app.anonymous().get(&format!("/users?connection_id={}&payload={payload}", watcher.id)).ok();
    let john = app.join("john");
    presence(&mut watcher, "john", true);
    john.leave();
    presence(&mut watcher, "john", false);
    watcher.leave();
    server.settles(Counts::default());
}

#[test]
fn nobody_is_online_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let on_file = || Config { database: Database::File(folder.path().join("millpond.db")), ..config() };
    let server = Server::with(on_file());
    let app = server.app();
    let mut john = app.join("john");
    assert_eq!(seen(&app, "john")["online"], true);
    app.advance("5s");
    let stopped = server.stop();
    assert_eq!(john.socket.closed().0, 1001);
    stopped.join().unwrap();
    let server = Server::with(on_file());
    let app = TestApp { url: server.url.clone(), ..app };
    let shown = seen(&app, "john");
    assert_eq!(shown["online"], false);
    // That it left was written down before the stop.
    assert_eq!(shown["last_active"], NOON_NS + 5_000_000_000);
    // And who comes back is online again.
    let _john = app.join("john");
    assert_eq!(server.hub.counts().connections, 1);
}
