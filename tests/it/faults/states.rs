//! Faults and stubs are a part of an app's state: reset, restored, cloned, and there after a restart.

use millpond::config::{Config, Database, LoadedFixture};
use millpond::fixture::format::parse;
use serde_json::{Value, json};

use crate::app::{TestApp, send};
use crate::forge::NOON_TEXT;
use crate::sockets::client::{Server, config};

/// The first app of a server, its clock at noon.
pub fn first_app(server: &Server) -> TestApp {
    let apps = send("GET", &format!("{}/_millpond/apps?secrets=true", server.url), &[], None).ok();
    let text = |key: &str| apps["apps"][0][key].as_str().unwrap().to_owned();
    let app = TestApp { url: server.url.clone(), api_key: text("api_key"), api_secret: text("api_secret") };
    app.freeze(NOON_TEXT);
    app
}

/// A server that was started with a fixture of one app.
pub fn loaded(app: &Value) -> Server {
    let text = json!({"millpond": 1, "apps": [app]}).to_string();
    let fixture = parse(&text, "faulty.json").unwrap();
    let loaded = LoadedFixture { file: "faulty.json".to_owned(), text, fixture };
    Server::with(Config { fixtures: vec![loaded], ..config() })
}

fn copy_of(app: &TestApp) -> TestApp {
    let made = app.control("POST", "/clone", &json!({})).ok();
    let text = |key: &str| made[key].as_str().unwrap().to_owned();
    TestApp { url: app.url.clone(), api_key: text("api_key"), api_secret: text("api_secret") }
}

#[test]
fn a_reset_brings_back_the_fixtures_own_as_new() {
    let server = loaded(&json!({
        "faults": [
            {"id": "first", "operation": "GetApp", "times": 2, "then": {"error": {"code": 40}}},
            {"operation": "Connect", "user_id": "john", "times": null, "then": {"socket": {"expire": true}}},
        ],
        "stubs": [
            {"operation": "ExportUsers", "body": {"follow": 1}},
            {"method": "GET", "path": "/api/v2/made/{up}", "status": 404, "body": {}},
        ],
    }));
    let app = first_app(&server);
    for status in [401, 401, 200] {
        assert_eq!(app.root().get("/app").status, status);
    }
    assert_eq!(app.hits(), [2, 0]);
    app.control("DELETE", "/faults/first", &Value::Null).ok();
    app.fault(&json!({"id": "mine", "operation": "*", "times": null, "then": {"cut": true}}));
    app.control("DELETE", "/stubs", &Value::Null).ok();
    app.control("PUT", "/stubs", &json!({"operation": "CreateRole"})).ok();
    app.control("POST", "/reset", &json!({})).ok();
    assert_eq!(app.hits(), [0, 0]);
    assert_eq!(app.faults()[0]["id"], "first");
    assert_eq!(app.stubs().len(), 2);
    assert_eq!(app.root().get("/app").status, 401, "it strikes again");
    assert_eq!(app.root().post("/api/v2/export/users", &json!({})).ok(), json!({"follow": 1}));
}

#[test]
fn a_reset_leaves_an_app_without_a_fixture_nothing() {
    let app = TestApp::at_noon();
    app.fault(&json!({"operation": "*", "times": null, "then": {"error": {"code": -1}}}));
    app.control("PUT", "/stubs", &json!({"operation": "ExportUsers"})).ok();
    app.control("POST", "/reset", &json!({})).ok();
    assert_eq!((app.faults(), app.stubs()), (vec![], vec![]));
    app.root().get("/app").ok();
}

#[test]
fn a_snapshot_keeps_faults_and_stubs_and_gives_them_back_unused() {
    let app = TestApp::at_noon();
    app.fault(&json!({"id": "kept", "operation": "GetApp", "then": {"error": {"code": 40}}}));
    app.control("PUT", "/stubs", &json!({"operation": "ExportUsers"})).ok();
    app.root().get("/app").error();
    app.control("POST", "/snapshots", &json!({"name": "then"})).ok();
    app.control("DELETE", "/faults", &Value::Null).ok();
    app.control("DELETE", "/stubs", &Value::Null).ok();
    app.control("POST", "/snapshots/then/restore", &json!({})).ok();
    assert_eq!((app.faults()[0]["id"].as_str(), app.hits()), (Some("kept"), vec![0]));
    assert_eq!(app.stubs()[0]["operation"], "ExportUsers");
    assert_eq!(app.root().get("/app").status, 401);
}

#[test]
fn a_clone_has_the_same_and_counts_by_itself() {
    let app = TestApp::at_noon();
    app.fault(&json!({"operation": "GetApp", "times": 2, "then": {"error": {"code": 40}}}));
    app.control("PUT", "/stubs", &json!({"operation": "ExportUsers", "body": {"of": "both"}})).ok();
    app.root().get("/app").error();
    let copy = copy_of(&app);
    assert_eq!(copy.hits(), [0]);
    copy.root().get("/app").error();
    copy.root().get("/app").error();
    copy.root().get("/app").ok();
    assert_eq!((app.hits(), copy.hits()), (vec![1], vec![2]));
    copy.control("DELETE", "/stubs", &Value::Null).ok();
    assert_eq!(app.stubs().len(), 1);
}

#[test]
fn a_restart_finds_them_on_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let on_file = || {
        let database = Database::File(folder.path().join("m.db"));
        Server::with(Config { database, ..config() })
    };
    let server = on_file();
    let app = first_app(&server);
    app.fault(&json!({"id": "b", "operation": "GetApp", "times": 1, "then": {"error": {"code": "NotBuiltError"}}}));
    app.fault(&json!({"id": "a", "operation": "*", "user_id": "john", "caller": "user", "times": null,
        "then": {"socket": {"silence": "health_checks"}}}));
    app.control("PUT", "/stubs", &json!({"method": "PUT", "path": "/made/up", "status": 500, "body": [1]})).ok();
    let before = (app.faults(), app.stubs());
    server.stop().join().unwrap();
    let server = on_file();
    let app = first_app(&server);
    assert_eq!((app.faults(), app.stubs()), before, "in the same order");
    assert_eq!(app.root().get("/app").status, 501);
    assert_eq!(app.root().put("/made/up", &json!({})).status, 500);
}
