//! With a seed and a frozen clock two runs of one script get the same bytes, and a reset is a fresh start.

use std::fmt::Write;
use std::sync::OnceLock;

use millpond::clock::{ClockMode, Time};
use millpond::config::{Config, LoadedFixture};
use millpond::fixture::format::parse;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::app::{Answer, TestApp, send};
use crate::forge::NOON;
use crate::isolation::{any_step, take};
use crate::sockets::client::{DOORS, Joined, Server, config};

const FIXTURE: &str = r"
millpond: 1
apps:
  - emulator: {calls_per_minute: {ListRoles: 7}}
    roles: [fan]
    users:
      ann: {name: Ann, role: fan, teams: [red], custom: {n: 1}}
      bob: {revoke_tokens_issued_before: -1h, banned: true, blocks: [ann]}
      cyd: {deactivated_at: -1d}
    tokens: {ann: {user: ann}, old: {user: bob, iat: -2h}}
    faults: [{id: once, operation: ListRoles, times: 1, then: {error: {code: 40}}}]
    stubs: [{method: POST, path: /api/v2/chat/channels, body: {follow: true}}]
";

fn run(seed: Option<u64>) -> Server {
    let fixture = parse(FIXTURE, "repeat").unwrap();
    let fixtures = vec![LoadedFixture { file: "repeat".to_owned(), text: FIXTURE.to_owned(), fixture }];
    Server::with(Config { seed, clock: ClockMode::Frozen(Time::from_seconds(NOON)), fixtures, ..config() })
}

fn first_app(server: &Server) -> TestApp {
    let pair = millpond::config::default_pair();
    TestApp { url: server.url.clone(), api_key: pair.api_key, api_secret: pair.api_secret }
}

/// What was answered, to the byte. The control API's headers have the system's date.
struct Script(String);

impl Script {
    fn call(&mut self, answer: &Answer) {
        // The HTTP library writes headers in no order of its own.
        let mut headers = answer.headers.clone();
        headers.sort();
        writeln!(self.0, "{} {headers:?}\n{}", answer.status, answer.text).unwrap();
    }

    fn control(&mut self, answer: &Answer) {
        writeln!(self.0, "{}\n{}", answer.status, answer.text).unwrap();
    }
}

/// A script over everything that makes ids or tells times: calls, sockets, the control API.
fn script(app: &TestApp) -> String {
    let mut script = Script(String::new());
    let server = app.root();
    script.call(&server.get("/api/v2/app"));
    script.call(&server.post("/api/v2/guest", &json!({"user": {"id": "g", "name": "G"}})));
    script.call(&server.post("/api/v2/users", &json!({"users": {"new": {"id": "new"}}})));
    script.call(&server.post("/api/v2/users/deactivate", &json!({"user_ids": ["new"]})));
    for _ in 0..2 {
        script.call(&server.get("/api/v2/roles"));
    }
    script.call(&server.get("/roles"));
    script.call(&server.post("/api/v2/chat/channels", &json!({})));
    script.call(&app.bearer(&json!({"user_id": "bob"})).get("/api/v2/app"));
    script.call(&server.get("/api/v2/nowhere"));
    for door in DOORS {
        let mut joined = Joined::of(door, app.show("ann").through(door));
        writeln!(script.0, "{}", joined.hello).unwrap();
        joined.quiet();
        server.patch("/api/v2/users", &json!({"users": [{"id": "ann", "set": {"door": door.path()}}]})).ok();
        writeln!(script.0, "{}", joined.json()).unwrap();
        joined.leave();
        // Until both its beginning and its end were told, whenever the threads came to it.
        app.control("GET", "/requests/wait?operation=user.presence.changed&count=2", &Value::Null).ok();
        app.control("GET", "/requests/wait?operation=Disconnect", &Value::Null).ok();
        app.control("DELETE", "/requests", &Value::Null).ok();
    }
    script.call(&server.query_users(&json!({"filter_conditions": {}, "include_deactivated_users": true})));
    let clone = app.control("POST", "/clone", &json!({"api_key": "clone", "api_secret": "clone-secret"}));
    script.control(&clone);
    let clone = TestApp { url: app.url.clone(), api_key: "clone".to_owned(), api_secret: "clone-secret".to_owned() };
    script.call(&clone.root().post("/api/v2/guest", &json!({"user": {"id": "h"}})));
    for path in ["", "/tokens", "/tokens/samples", "/faults", "/stubs", "/requests", "/fixture", "/settings"] {
        script.control(&app.control("GET", path, &Value::Null));
        script.control(&clone.control("GET", path, &Value::Null));
    }
    script.control(&app.control("POST", "/faults", &json!({"operation": "GetApp", "then": {"cut": true}})));
    script.0
}

/// The first line that differs, but for lengths told in headers, for a report that can be read.
fn difference(one: &str, other: &str) -> Option<String> {
    let is_body = |line: &&str| line.starts_with('{');
    let bodies = one.lines().filter(is_body).zip(other.lines().filter(is_body)).find(|(one, other)| one != other);
    let all = one.lines().zip(other.lines()).find(|(one, other)| one != other);
    let (one, other) = bodies.or(all).or((one.len() != other.len()).then_some(("", "one is longer")))?;
    let at = one.bytes().zip(other.bytes()).take_while(|(one, other)| one == other).count();
    let shown = |line: &str| line.chars().skip(at.saturating_sub(150)).take(300).collect::<String>();
    Some(format!("{}\n{}", shown(one), shown(other)))
}

#[test]
fn two_runs_with_a_seed_and_a_frozen_clock_get_the_same_bytes() {
    let (one, other, unseeded) = (run(Some(7)), run(Some(7)), run(None));
    // Addresses differ, and stand in no answer of the script.
    let first = script(&first_app(&one));
    assert_eq!(difference(&first, &script(&first_app(&other))), None);
    assert_ne!(first, script(&first_app(&unseeded)));
    assert_ne!(first, script(&first_app(&run(Some(8)))));
}

/// A server that is started once for all cases, and what its script gave before anything else happened.
fn fresh() -> &'static (Server, String) {
    static FRESH: OnceLock<(Server, String)> = OnceLock::new();
    FRESH.get_or_init(|| {
        let server = run(Some(7));
        let untouched = script(&first_app(&server));
        (server, untouched)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_reset_is_a_fresh_start(steps in proptest::collection::vec(any_step(), 0..30)) {
        let (server, untouched) = fresh();
        let app = first_app(server);
        // An import is what the next reset goes back to.
        for step in steps.iter().filter(|step| !step.path.starts_with("/fixture")) {
            take(&app, step);
        }
        send("POST", &format!("{}/_millpond/reset", app.url), &[], None).ok();
        prop_assert_eq!(difference(&script(&app), untouched), None);
    }
}
