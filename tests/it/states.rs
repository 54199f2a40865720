//! Whole states of apps over HTTP: reset, snapshots, clones, times to live.

use serde_json::{Value, json};

use crate::app::{Answer, TestApp, send};
use crate::sockets::client::{DOORS, Server};

fn control(url: &str, method: &str, path: &str, body: &Value) -> Answer {
    let body = (!body.is_null()).then(|| body.to_string());
    send(method, &format!("{url}/_millpond{path}"), &[], body.as_deref())
}

/// The ids of all users, sorted.
fn users(app: &TestApp) -> Vec<String> {
    let found = app.server().query_users(&json!({"filter_conditions": {}, "sort": [{"field": "id", "direction": 1}]}));
    let users = found.ok()["users"].as_array().unwrap().clone();
    users.iter().map(|user| user["id"].as_str().unwrap().to_owned()).collect()
}

fn clone_of(app: &TestApp, body: &Value) -> TestApp {
    let made = app.control("POST", "/clone", body).ok();
    let text = |key: &str| made[key].as_str().unwrap().to_owned();
    TestApp { url: app.url.clone(), api_key: text("api_key"), api_secret: text("api_secret") }
}

#[test]
fn a_reset_takes_back_users_settings_clock_and_revocations() {
    let app = TestApp::new();
    let john = app.user("john");
    app.upsert(&[json!({"id": "john"})]);
    app.server().patch("/api/v2/app", &json!({"disable_auth_checks": true})).ok();
    app.control("PATCH", "/settings", &json!({"unknown_user": "refuse"})).ok();
    app.freeze("2031-01-01T00:00:00Z");
    app.server().patch("/api/v2/users", &json!({"users": [{"id": "john", "set": {"color": "red"}}]})).ok();
    let answer = app.control("POST", "/reset", &Value::Null).ok();
    assert_eq!((&answer["api_key"], &answer["clock"]["mode"]), (&json!(app.api_key), &json!("system")));
    assert_eq!(users(&app), [""; 0]);
    assert_eq!(app.server().get("/api/v2/app").ok()["app"]["disable_auth_checks"], false);
    assert_eq!(app.control("GET", "/settings", &Value::Null).ok()["unknown_user"], "tolerate");
    john.get("/api/v2/app").ok();
    app.control("POST", "/reset", &json!({})).ok();
    assert_eq!(users(&app), [""; 0]);
}

#[test]
fn a_reset_closes_sockets_with_the_code_that_was_asked_for() {
    for (body, code) in [(json!({}), 1000), (json!({"close_code": 1001}), 1001), (json!({"close_code": 4321}), 4321)] {
        for door in DOORS {
            let app = TestApp::new();
            let other = TestApp::new();
            let (mut john, mut bystander) = (app.joined(door, "john"), other.joined(door, "john"));
            app.control("POST", "/reset", &body).ok();
            assert_eq!(john.socket.closed(), (code, "the app was reset".to_owned()));
            bystander.quiet();
            assert_eq!(users(&app), [""; 0], "who has left is not written into the new state");
        }
    }
}

#[test]
fn a_close_code_that_no_server_sends_is_refused() {
    let app = TestApp::new();
    for code in [0, 999, 1004, 1005, 1006, 1015, 5000] {
        let refused = app.control("POST", "/reset", &json!({ "close_code": code }));
        assert_eq!((refused.status, &refused.body["error"]["field"]), (400, &json!("/close_code")), "{code}");
    }
    let unknown = control(&app.url, "POST", "/apps/nobody/reset", &Value::Null);
    assert_eq!((unknown.status, &unknown.body["error"]["code"]), (404, &json!("unknown_app")));
}

#[test]
fn the_reset_of_everything_leaves_what_the_start_had() {
    let server = Server::start();
    let url = server.app().url;
    let keys = || {
        let apps = control(&url, "GET", "/apps", &Value::Null).ok()["apps"].as_array().unwrap().clone();
        apps.iter().map(|app| app["api_key"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert!(keys().len() > 1, "one was made since");
    control(&url, "POST", "/reset", &json!({})).ok();
    assert_eq!(keys(), ["millpond"]);
    control(&url, "DELETE", "/apps/millpond", &Value::Null).ok();
    assert_eq!(keys(), [""; 0]);
    control(&url, "POST", "/reset", &json!({})).ok();
    assert_eq!(keys(), ["millpond"]);
    drop(server.stop());
}

#[test]
fn a_snapshot_brings_back_what_was() {
    let app = TestApp::new();
    app.freeze("2026-01-31T12:00:00Z");
    app.upsert(&[json!({"id": "john", "custom": {"color": "red"}})]);
    let taken = app.control("POST", "/snapshots", &json!({"name": "red"}));
    assert_eq!(taken.status, 201);
    assert_eq!(taken.body, json!({"name": "red", "created_at": "2026-01-31T12:00:00Z", "users": 1}));
    app.upsert(&[json!({"id": "john", "custom": {"color": "blue"}}), json!({"id": "jane"})]);
    app.advance("1h");
    let mut jane = app.join("jane");
    app.control("POST", "/snapshots/red/restore", &json!({"close_code": 4000})).ok();
    assert_eq!(jane.socket.closed(), (4000, "the app was reset".to_owned()));
    assert_eq!(users(&app), ["john"]);
    assert_eq!(app.control("GET", "/clock", &Value::Null).ok()["now"], "2026-01-31T12:00:00Z");
    let john = app.server().query_users(&json!({"filter_conditions": {"id": "john"}})).ok();
    assert_eq!(john["users"][0]["custom"], json!({"color": "red"}));
    assert_eq!(app.control("GET", "/snapshots", &Value::Null).ok()["snapshots"], json!([taken.body]));
    app.control("POST", "/reset", &json!({})).ok();
    assert_eq!(users(&app), [""; 0], "a snapshot is not what a reset goes back to");
    app.control("POST", "/snapshots/red/restore", &json!({})).ok();
    assert_eq!(app.control("DELETE", "/snapshots/red", &Value::Null).ok(), json!({"deleted": "red"}));
    for (method, path) in [("DELETE", "/snapshots/red"), ("POST", "/snapshots/red/restore")] {
        let gone = app.control(method, path, &Value::Null);
        assert_eq!((gone.status, &gone.body["error"]["code"]), (404, &json!("unknown_snapshot")));
    }
    for name in [json!(null), json!(""), json!(".."), json!("a/b"), json!("x".repeat(101)), json!(5)] {
        let refused = app.control("POST", "/snapshots", &json!({ "name": name }));
        assert_eq!((refused.status, &refused.body["error"]["field"]), (400, &json!("/name")), "{name}");
    }
}

#[test]
fn a_clone_begins_as_the_original_and_goes_its_own_way() {
    let app = TestApp::new();
    app.freeze("2026-01-31T12:00:00Z");
    app.upsert(&[json!({"id": "john"})]);
    app.server().patch("/api/v2/app", &json!({"multi_tenant_enabled": true})).ok();
    let clone = clone_of(&app, &json!({"name": "worker 1"}));
    assert_ne!((&clone.api_key, &clone.api_secret), (&app.api_key, &app.api_secret));
    assert_eq!(users(&clone), ["john"]);
    assert_eq!(clone.server().get("/api/v2/app").ok()["app"]["multi_tenant_enabled"], true);
    assert_eq!(clone.control("GET", "/clock", &Value::Null).ok()["mode"], "frozen");
    // A token of the one is none of the other.
    assert_eq!(app.with_token(&clone.mint(&json!({"user_id": "john"}))).get("/api/v2/app").error().1, 43);
    clone.upsert(&[json!({"id": "jane"})]);
    app.advance("1h");
    assert_eq!((users(&app), users(&clone)), (vec!["john".to_owned()], vec!["jane".to_owned(), "john".to_owned()]));
    assert_eq!(clone.control("GET", "/clock", &Value::Null).ok()["now"], "2026-01-31T12:00:00Z");
    clone.control("POST", "/reset", &json!({})).ok();
    assert_eq!(users(&clone), ["john"]);
    let given = clone_of(&app, &json!({"api_key": format!("{}-b", app.api_key), "api_secret": "given"}));
    assert_eq!(given.api_secret, "given");
    let taken = app.control("POST", "/clone", &json!({"api_key": given.api_key, "api_secret": "given"}));
    assert_eq!((taken.status, &taken.body["error"]["code"]), (409, &json!("api_key_taken")));
    for (body, field) in
        [(json!({"ttl": "-1s"}), "/ttl"), (json!({"ttl": []}), "/ttl"), (json!({"api_key": "x"}), "/api_secret")]
    {
        let refused = app.control("POST", "/clone", &body);
        assert_eq!((refused.status, &refused.body["error"]["field"]), (400, &json!(field)), "{body}");
    }
}

#[test]
fn a_clones_named_tokens_are_signed_with_its_own_secret() {
    let app = TestApp::new();
    let text = json!({"millpond": 1, "apps": [{"users": {"john": {}}, "tokens": {
        "john": {"user": "john"}, "wrong": {"user": "john", "secret": "another"}, "server": {"server": true},
    }}]});
    app.control("PUT", "/fixture", &text).ok();
    let clone = clone_of(&app, &json!({}));
    for _ in 0..2 {
        let tokens = clone.control("GET", "/tokens", &Value::Null).ok()["tokens"].clone();
        let bearing = |name: &str| clone.with_token(tokens[name].as_str().unwrap());
        bearing("john").get("/api/v2/app").ok();
        bearing("server").get("/api/v2/roles").ok();
        assert_eq!(bearing("wrong").get("/api/v2/app").error().1, 43);
        clone.control("POST", "/reset", &json!({})).ok();
    }
}

#[test]
fn a_clone_with_a_time_to_live_is_gone_by_itself_whatever_its_clock_shows() {
    let app = TestApp::new();
    app.freeze("2026-01-31T12:00:00Z");
    let stays = clone_of(&app, &json!({"ttl": "1h"}));
    stays.advance("2d");
    let goes = clone_of(&app, &json!({"ttl": "1500ms"}));
    let mut john = goes.join("john");
    // The end of its time is told by the end of the socket.
    john.ended((401, 2, "api_key not valid"), 1000);
    assert_eq!(goes.control("GET", "", &Value::Null).status, 404);
    let expires_at = stays.control("GET", "", &Value::Null).ok()["expires_at"].clone();
    assert!(expires_at.is_string());
    assert_eq!(app.control("GET", "", &Value::Null).ok()["expires_at"], Value::Null);
}

#[test]
fn sixty_four_workers_never_see_each_other() {
    let app = TestApp::new();
    app.upsert(&[json!({"id": "john"})]);
    std::thread::scope(|scope| {
        for worker in 0..64 {
            let app = &app;
            scope.spawn(move || {
                let own = clone_of(app, &json!({"ttl": "1h"}));
                let me = format!("worker-{worker}");
                own.upsert(&[json!({"id": me})]);
                assert_eq!(users(&own), ["john".to_owned(), me.clone()]);
                own.control("POST", "/reset", &json!({})).ok();
                assert_eq!(users(&own), ["john"]);
                own.control("DELETE", "", &Value::Null).ok();
            });
        }
    });
    assert_eq!(users(&app), ["john"]);
}
