//! List, page, count, get, clear.

use millpond::journal::ENTRIES_MAX;
use serde_json::{Value, json};

use super::{fill, own, told};
use crate::app::{TestApp, send};
use crate::forge::NOON;
use crate::sockets::client::Server;

/// An app with five entries: ids 1 to 5.
fn five() -> TestApp {
    let app = TestApp::at_noon();
    let (john, jane) = (app.bearer(&json!({"user_id": "john"})), app.bearer(&json!({"user_id": "jane"})));
    john.get("/api/v2/app").ok();
    jane.get("/api/v2/app").ok();
    app.bearer(&json!({"user_id": "john", "exp": NOON - 1})).get("/api/v2/app");
    john.get("/api/v2/devices").ok();
    app.root().get("/api/v2/app").ok();
    app
}

/// The ids that a query answers, in its order.
#[track_caller]
fn ids(app: &TestApp, query: &str) -> Vec<u64> {
    let answer = app.ask(query).ok();
    answer["requests"].as_array().unwrap().iter().map(|entry| entry["id"].as_u64().unwrap()).collect()
}

#[test]
fn filters_go_together_and_the_newest_come_first() {
    let app = five();
    for (query, wanted) in [
        ("", vec![5, 4, 3, 2, 1]),
        ("?order=asc", vec![1, 2, 3, 4, 5]),
        ("?operation=GetApp", vec![5, 3, 2, 1]),
        ("?user_id=john", vec![4, 3, 1]),
        ("?caller=user&operation=GetApp", vec![2, 1]),
        ("?caller=none", vec![3]),
        ("?outcome=refused&code=40&status=401", vec![3]),
        ("?code=0&user_id=john&order=asc", vec![1, 4]),
        ("?after=3", vec![5, 4]),
        ("?after=1&before=4", vec![3, 2]),
        ("?after=99", vec![]),
        ("?operation=user.updated", vec![]),
        ("?limit=2", vec![5, 4]),
    ] {
        assert_eq!(ids(&app, query), wanted, "{query}");
    }
    for (query, count) in [("", 5), ("?user_id=john", 3), ("?after=4", 1), ("?code=43", 0)] {
        assert_eq!(app.ask(&format!("/count{query}")).ok(), json!({ "count": count }), "{query}");
    }
}

#[test]
fn pages_lead_on_in_both_orders() {
    let app = five();
    for (order, name, wanted) in [("desc", "before", [5, 4, 3, 2, 1]), ("asc", "after", [1, 2, 3, 4, 5])] {
        let (mut seen, mut rest) = (Vec::new(), String::new());
        loop {
            let query = format!("?order={order}&limit=2{rest}");
            seen.extend(ids(&app, &query));
            let answer = app.ask(&query).ok();
            match answer["next"].as_str() {
                Some(next) => rest = format!("&{name}={next}"),
                None => break,
            }
        }
        assert_eq!(seen, wanted);
    }
    assert_eq!(app.ask("?limit=2&user_id=john").ok()["total"], 3);
}

#[test]
fn one_entry_is_found_by_its_id() {
    let app = five();
    assert_eq!(app.ask("/3").ok()["code"], 40);
    for unknown in ["/0", "/6", "/x", "/-1"] {
        let answer = app.ask(unknown);
        assert_eq!((answer.status, &answer.body["error"]["code"]), (404, &json!("unknown_request")), "{unknown}");
    }
}

#[test]
fn a_clear_forgets_and_ids_go_on() {
    let app = five();
    assert_eq!(app.control("DELETE", "/requests", &Value::Null).ok(), json!({"cleared": 5}));
    assert_eq!(ids(&app, ""), [0; 0]);
    app.root().get("/api/v2/app").ok();
    assert_eq!(ids(&app, ""), [6]);
}

#[test]
fn the_ring_is_bounded_and_the_oldest_go() {
    let server = Server::start();
    let app = server.app();
    fill(&own(&server, &app), ENTRIES_MAX + 10);
    let answer = app.ask("?order=asc&limit=1").ok();
    assert_eq!((&answer["total"], &answer["requests"][0]["id"]), (&json!(ENTRIES_MAX), &json!(11)));
    assert_eq!(app.ask("/10").status, 404);
    assert_eq!(app.ask("?limit=1000").ok()["requests"].as_array().unwrap().len(), 1000);
}

#[test]
fn apps_have_journals_of_their_own_and_there_is_a_view_of_all() {
    let server = Server::start();
    let (one, two) = (server.app(), server.app());
    one.bearer(&json!({"user_id": "john"})).get("/api/v2/app").ok();
    two.bearer(&json!({"user_id": "jane"})).get("/api/v2/app").ok();
    one.bearer(&json!({"user_id": "john"})).get("/api/v2/devices").ok();
    assert_eq!((ids(&one, ""), ids(&two, "")), (vec![2, 1], vec![1]));
    let all = |query: &str| send("GET", &format!("{}/_millpond/requests{query}", server.url), &[], None);
    let answer = all("?order=asc").ok();
    let entries = answer["requests"].as_array().unwrap();
    let wanted =
        [json!(["GetApp", "john", 200, 0]), json!(["GetApp", "jane", 200, 0]), json!(["ListDevices", "john", 200, 0])];
    assert_eq!(told(entries), wanted);
    let keys: Vec<&Value> = entries.iter().map(|entry| &entry["api_key"]).collect();
    assert_eq!(keys, [&one.api_key, &two.api_key, &one.api_key]);
    assert_eq!(all("?user_id=jane").ok()["total"], 1);
    assert_eq!(all("?after=1").body["error"]["field"], "/after");
}

#[test]
fn what_is_not_understood_is_refused_with_its_field() {
    let app = TestApp::new();
    for (rest, field) in [
        ("?operatoin=GetApp", "/operatoin"),
        ("?operation=GetAp", "/operation"),
        ("?caller=nobody", "/caller"),
        ("?outcome=fine", "/outcome"),
        ("?status=x", "/status"),
        ("?status=70000", "/status"),
        ("?code=x", "/code"),
        ("?after=x", "/after"),
        ("?before=-1", "/before"),
        ("?limit=0", "/limit"),
        ("?limit=4097", "/limit"),
        ("?order=up", "/order"),
        ("?token=x", "/token"),
        ("/count?limit=1", "/limit"),
        ("/wait?count=0", "/count"),
        ("/wait?timeout=61s", "/timeout"),
        ("/wait?timeout=-1s", "/timeout"),
        ("/wait?timeout=soon", "/timeout"),
        ("/wait?before=4", "/before"),
    ] {
        let answer = app.ask(rest);
        assert_eq!((answer.status, &answer.body["error"]["field"]), (400, &json!(field)), "{rest} {}", answer.text);
    }
    assert_eq!(app.ask("?operatoin=GetApp").body["error"]["hint"], "did you mean `operation`?");
    assert_eq!(app.ask("?operation=GetAp").body["error"]["hint"], "did you mean `GetApp`?");
    let nobody = |rest: &str| send("GET", &format!("{}/_millpond/apps/nobody/{rest}", app.url), &[], None);
    for rest in ["requests", "requests/1", "requests/count", "requests/wait?timeout=0", "events"] {
        assert_eq!(nobody(rest).body["error"]["code"], "unknown_app", "{rest}");
    }
}
