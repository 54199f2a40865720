//! No call without a trace: whatever reaches the port under Stream's API is written down, whichever path it names and
//! whatever key it shows.

use serde_json::{Value, json};

use crate::app::{Answer, TestApp, encode, send};
use crate::forge::{NOON, refused};
use crate::sockets::client::Server;

/// A path of a family, one of none, and a known one that is called with a wrong method, in each dialect.
const PLACES: &[(&str, &str, &str)] = &[
    ("POST", "/api/v2/chat/channels/messaging/general/query", "family"),
    ("POST", "/channels/messaging/general/message", "family"),
    ("GET", "/video/call/default/standup", "family"),
    ("PUT", "/api/v2/nothing/here", "unknown"),
    ("PATCH", "/nothing", "unknown"),
    ("HEAD", "/video/nothing", "unknown"),
    ("DELETE", "/api/v2/app", "wrong method"),
    ("TRACE", "/users", "wrong method"),
    ("PUT", "/video/devices", "wrong method"),
];

/// Keys and tokens: what is shown, and what a family's path answers.
const SHOWN: &[(&str, u16, i64)] =
    &[("no key", 401, 2), ("unknown key", 401, 2), ("bad token", 401, 43), ("good token", 501, 16)];

/// Entries under `/requests` that match, the oldest first.
fn everywhere(url: &str, filters: &str) -> Vec<Value> {
    let list = send("GET", &format!("{url}/_millpond/requests?limit=4096&order=asc&{filters}"), &[], None).ok();
    list["requests"].as_array().unwrap().clone()
}

fn call(app: &TestApp, shown: &str, method: &str, path: &str) -> Answer {
    let key = match shown {
        "no key" => String::new(),
        "unknown key" => "?api_key=nobodys".to_owned(),
        _ => format!("?api_key={}", app.api_key),
    };
    let token = match shown {
        "bad token" => app.mint(&json!({"user_id": "john", "secret": "another"})),
        _ => app.mint(&json!({"user_id": "john"})),
    };
    let headers = [("stream-auth-type", "jwt"), ("authorization", token.as_str())];
    let body = ["POST", "PUT", "PATCH"].contains(&method).then_some("{}");
    send(method, &format!("{}{path}{key}", app.url), &headers, body)
}

#[test]
fn every_call_is_written_down_whatever_it_shows_and_wherever_it_goes() {
    for (shown, family_status, family_code) in SHOWN {
        for (method, path, kind) in PLACES {
            let server = Server::start();
            let app = server.app();
            let answer = call(&app, shown, method, path);
            let (status, code) = if *kind == "family" { (*family_status, *family_code) } else { (404, 16) };
            assert_eq!(answer.status, status, "{shown}: {method} {path}: {}", answer.text);
            let is_keyless = shown.ends_with("key");
            let own = app.journal("operation=Unknown");
            let nobodys = everywhere(&server.url, "keyless=true");
            let (there, absent) = if is_keyless { (&nobodys, &own) } else { (&own, &nobodys) };
            assert_eq!((there.len(), absent.len()), (1, 0), "{shown}: {method} {path}");
            let entry = &there[0];
            let told = json!([entry["operation"], entry["method"], entry["path"], entry["status"], entry["code"]]);
            assert_eq!(told, json!(["Unknown", method, path, status, code]), "{shown}");
            // A good token's bearer is told also where nothing answers; a bad one is no reason for a 404.
            let caller = if *shown == "good token" { "user" } else { "none" };
            assert_eq!(entry["caller"], caller, "{shown}: {method} {path}");
            let has_verdict = !entry["checks"].as_array().unwrap().is_empty();
            assert_eq!(has_verdict, *kind == "family", "{shown}: {method} {path}");
            let all = everywhere(&server.url, "operation=Unknown");
            let key = if is_keyless { Value::Null } else { json!(app.api_key) };
            assert_eq!((all.len(), &all[0]["api_key"]), (1, &key));
        }
    }
}

#[test]
fn a_family_is_asked_for_as_anything_else_fault_then_stub_then_501_and_a_preflight_is_answered() {
    for (method, path) in [
        ("POST", "/api/v2/chat/channels/a/b/query"),
        ("POST", "/channels/a/b/message"),
        ("POST", "/video/call/default/1"),
    ] {
        let app = TestApp::at_noon();
        let post = |caller: &crate::app::Caller| caller.post(path, &json!({}));
        let (status, code, text) = post(&app.user("john")).error();
        assert_eq!((status, code), (501, 16));
        assert!(
            text.starts_with("Request failed with error: \"") && text.contains(&format!("{method} {path}")),
            "{text}"
        );
        // The command in the text is one that the control API takes.
        let stub = text.split_once("echo '").unwrap().1.split_once("' | millpond stubs put - --app ").unwrap();
        assert!(stub.1.starts_with(&app.api_key), "{text}");
        app.stub(&serde_json::from_str(stub.0).unwrap());
        assert_eq!(post(&app.user("john")).ok(), json!({}));
        refused(&post(&app.with_token("a.b")), "Request", crate::forge::SEGMENTS);
        app.fault(&json!({"operation": "Unknown", "then": {"error": {"code": 9}}}));
        assert_eq!(post(&app.user("john")).error().1, 9);
        let preflight = app.bare("OPTIONS", path, &[("access-control-request-method", "POST")], None);
        assert_eq!((preflight.status, preflight.header("access-control-allow-origin")), (204, Some("*")));
        let outcomes: Vec<Value> =
            app.journal("").iter().map(|entry| json!([entry["status"], entry["stubbed"]])).collect();
        assert_eq!(json!(outcomes), json!([[501, false], [200, true], [401, false], [429, false]]));
    }
}

#[test]
fn a_socket_leaves_a_trace_at_every_path_and_with_every_key() {
    let server = Server::start();
    let app = server.app();
    let upgrade = [
        ("connection", "upgrade"),
        ("upgrade", "websocket"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ];
    for (path, key) in [("/api/v2/nowhere", ""), ("/nowhere", "nobodys"), ("/video/call", &app.api_key)] {
        let answer = send("GET", &format!("{}{path}?api_key={key}", server.url), &upgrade, None);
        assert_eq!(answer.error().0, 404, "{path}");
    }
    let json = encode(r#"{"user_details":{"id":"john"}}"#);
    let of_nobody = format!("{}/connect?api_key=nobodys&stream-auth-type=jwt&json={json}", server.url);
    let mut socket = tungstenite::connect(of_nobody.replace("http:", "ws:")).unwrap().0;
    assert!(socket.read().unwrap().to_text().unwrap().contains("api_key not valid"));
    let told = |entry: &Value| json!([entry["operation"], entry["path"], entry["status"], entry["code"]]);
    let nobodys: Vec<Value> = everywhere(&server.url, "keyless=true").iter().map(told).collect();
    let wanted = json!([
        ["Unknown", "/api/v2/nowhere", 404, 16],
        ["Unknown", "/nowhere", 404, 16],
        ["Connect", "/connect", 401, 2],
    ]);
    assert_eq!(json!(nobodys), wanted);
    let own: Vec<Value> = app.journal("").iter().map(told).collect();
    assert_eq!(json!(own), json!([["Unknown", "/video/call", 404, 16]]));
}

#[test]
fn what_no_app_has_is_waited_for_verified_and_told_live_with_the_rest() {
    let server = Server::start();
    let app = server.app();
    let ask = |path: &str| send("GET", &format!("{}/_millpond{path}", server.url), &[], None);
    let verify = |query: &str, body: &Value| {
        let url = format!("{}/_millpond/requests/verify{query}", server.url);
        send("POST", &url, &[("content-type", "application/json")], Some(&body.to_string()))
    };
    assert_eq!(ask("/requests/wait?operation=GetApp&timeout=0").status, 408);
    send("GET", &format!("{}/api/v2/app?api_key=nobodys", server.url), &[], None);
    app.anonymous().get("/api/v2/app").ok();
    let waited = ask("/requests/wait?operation=GetApp&count=2").ok();
    let keys: Vec<&Value> = waited["requests"].as_array().unwrap().iter().map(|entry| &entry["api_key"]).collect();
    assert_eq!(keys, [&Value::Null, &json!(app.api_key)], "in the order in which they came");
    assert_eq!(ask("/requests/wait?operation=GetApp&keyless=true").ok()["requests"].as_array().unwrap().len(), 1);
    let expect = |times: u32| json!({"expect": [{"operation": "GetApp", "times": times}]});
    assert_eq!((verify("", &expect(2)).status, verify("", &expect(1)).status), (200, 409));
    assert_eq!((verify("?keyless=true", &expect(1)).status, verify("?keyless=true", &expect(2)).status), (200, 409));
    let order = |first: i64, then: i64| json!({"in_order": true, "expect": [{"code": first}, {"code": then}]});
    assert_eq!((verify("", &order(2, 0)).status, verify("", &order(0, 2)).status), (200, 409));
    for (query, body, field) in [
        ("", json!({"expect": [{}], "after": 1}), "/after"),
        ("", json!({"expect": []}), "/expect"),
        ("?keyless=maybe", expect(1), "/keyless"),
        ("?code=2", expect(1), "/code"),
    ] {
        let refused = verify(query, &body);
        assert_eq!((refused.status, &refused.body["error"]["field"]), (400, &json!(field)), "{}", refused.text);
    }
}

#[test]
fn the_journal_of_the_process_has_a_bound_and_wakes_who_listens() {
    let server = Server::start();
    let apps = server.store.apps();
    let rung = apps.bell().listen();
    let bell = rung.bell();
    let mut woken = Box::pin(bell.rung());
    woken.as_mut().enable();
    for _ in 0..=millpond::journal::ENTRIES_MAX {
        apps.keyless().push(millpond::journal::Entry::new(millpond::clock::Time(NOON), "GetApp", "GET", 401));
    }
    let ready = futures_util::FutureExt::now_or_never(woken);
    assert!(ready.is_some(), "whoever follows all apps is told");
    assert_eq!(apps.keyless().pull(0, usize::MAX).entries.len(), millpond::journal::ENTRIES_MAX);
    assert_eq!(everywhere(&server.url, "keyless=true").len(), millpond::journal::ENTRIES_MAX, "on one page");
}
