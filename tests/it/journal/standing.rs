//! How each app stands: in a glance, and live.

use serde_json::{Value, json};

use super::live::Stream;
use crate::app::TestApp;
use crate::sockets::client::Server;

/// The standing of one app among all.
#[track_caller]
fn of(apps: &Value, app: &TestApp) -> Value {
    let all = apps["apps"].as_array().unwrap();
    all.iter().find(|one| one["api_key"] == *app.api_key).unwrap().clone()
}

#[test]
fn whatever_changes_an_app_is_told_to_whoever_follows() {
    let server = Server::start();
    let app = server.app();
    let mut stream = Stream::open(&format!("{}/_millpond/status/events", server.url), None);
    let mut before = of(&stream.next().unwrap().2, &app);
    assert_eq!((&before["calls"], &before["auth_checks_disabled"]), (&json!(0), &json!(false)));
    let change = |what: &str| {
        let control = |method, path, body: Value| app.control(method, path, &body).ok();
        match what {
            "a setting of Stream's" => app.server().patch("/api/v2/app", &json!({"disable_auth_checks": true})).ok(),
            "a setting of millpond's" => control("PATCH", "/settings", json!({"unknown_user": "refuse"})),
            "the clock" => control("POST", "/clock/advance", json!({"by": "1h"})),
            "a fault" => control("POST", "/faults", json!({"operation": "GetApp", "then": {"error": {"code": 9}}})),
            "a stub" => control("PUT", "/stubs", json!({"operation": "GetApp", "body": {}})),
            "a fault that struck" => app.server().get("/api/v2/app").body,
            "a user" | "a user's name" => {
                app.upsert(&[json!({"id": "john", "name": what})]);
                Value::Null
            }
            _ => unreachable!("{what}"),
        }
    };
    for (what, field) in [
        ("a setting of Stream's", "auth_checks_disabled"),
        ("a setting of millpond's", "revision"),
        ("the clock", "clock"),
        ("a fault", "faults"),
        ("a stub", "stubs"),
        ("a fault that struck", "faults"),
        ("a user", "users"),
        ("a user's name", "users_revision"),
    ] {
        change(what);
        let mut now = of(&stream.next().unwrap().2, &app);
        while now[field] == before[field] {
            now = of(&stream.next().unwrap().2, &app);
        }
        before = now;
    }
    let shown = of(&server_status(&server), &app);
    let told = ["auth_checks_disabled", "faults", "stubs", "users"].map(|field| shown[field].clone());
    assert_eq!(told, [json!(true), json!(0), json!(1), json!(1)]);
}

#[test]
fn calls_and_refusals_of_the_last_minute_are_counted_and_events_are_not() {
    let server = Server::start();
    let app = server.app();
    // Whatever the app's clock shows.
    app.freeze("2020-01-31T12:00:00Z");
    app.upsert(&[json!({"id": "john"})]);
    app.bearer(&json!({"user_id": "john"})).get("/api/v2/app").ok();
    app.with_token("x.y.z").get("/api/v2/app").error();
    let shown = of(&server_status(&server), &app);
    let told = ["calls", "calls_last_minute", "refusals_last_minute"].map(|field| shown[field].clone());
    assert_eq!(told, [json!(3), json!(3), json!(1)]);
}

fn server_status(server: &Server) -> Value {
    crate::app::send("GET", &format!("{}/_millpond/status", server.url), &[], None).ok()
}
