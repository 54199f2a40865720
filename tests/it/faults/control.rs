//! How faults are written, listed and taken away.

use serde_json::{Value, json};

use super::states::{first_app, loaded};
use crate::app::{TestApp, send};

#[test]
fn a_fault_is_answered_in_full_with_what_was_left_out() {
    let app = TestApp::at_noon();
    let made = app.control("POST", "/faults", &json!({"operation": "GetApp", "then": {"cut": true}}));
    assert_eq!(made.status, 201);
    let mut shown = made.body;
    let id = shown["id"].take();
    assert!((1..=64).contains(&id.as_str().unwrap().len()), "{id}");
    let wanted = json!({"id": null, "operation": "GetApp", "user_id": null, "caller": null, "times": 1, "hits": 0,
        "then": {"cut": true}});
    assert_eq!(shown, wanted);
    let whole = json!({"id": "f-1", "operation": "Connect", "user_id": "john", "caller": "user", "times": null,
        "then": {"socket": {"silence": true}}});
    let shown = app.control("POST", "/faults", &whole).ok();
    let mut wanted = whole;
    wanted["then"]["socket"]["silence"] = json!("all");
    wanted["hits"] = json!(0);
    assert_eq!(shown, wanted);
    assert_eq!(app.faults()[1], wanted);
    assert_eq!(app.control("GET", "/faults", &Value::Null).ok()["next"], Value::Null);
}

#[test]
fn what_is_written_is_what_is_shown() {
    let app = TestApp::at_noon();
    for then in [
        json!({"error": {"code": 40}}),
        json!({"error": {"code": 5, "message": "no"}}),
        json!({"error": {"code": "NotBuiltError"}}),
        json!({"latency": "1500ms"}),
        json!({"cut": true}),
        json!({"rate_limit": "30s"}),
        json!({"socket": {"error": {"code": 40, "message": "now"}}}),
        json!({"socket": {"close": 4001}}),
        json!({"socket": {"silence": "all"}}),
        json!({"socket": {"silence": "health_checks"}}),
        json!({"socket": {"expire": true}}),
    ] {
        let shown = app.control("POST", "/faults", &json!({"operation": "Connect", "then": then})).ok();
        assert_eq!(shown["then"], then);
    }
}

#[test]
fn what_is_no_fault_is_refused_with_field_and_hint() {
    let app = TestApp::at_noon();
    let cut = json!({"cut": true});
    let long = "x".repeat(1_001);
    let bodies = [
        json!({}),
        json!([]),
        json!({"operation": "GetApp"}),
        json!({"operation": "GetAp", "then": cut}),
        json!({"operation": "", "then": cut}),
        json!({"operation": 5, "then": cut}),
        json!({"operation": "Stub", "then": cut}),
        json!({"operation": "GetApp", "then": cut, "time": 3}),
        json!({"operation": "GetApp", "then": cut, "hits": 3}),
        json!({"operation": "GetApp", "then": cut, "times": 0}),
        json!({"operation": "GetApp", "then": cut, "times": -1}),
        json!({"operation": "GetApp", "then": cut, "times": "all"}),
        json!({"operation": "GetApp", "then": cut, "caller": "admin"}),
        json!({"operation": "GetApp", "then": cut, "user_id": ""}),
        json!({"operation": "GetApp", "then": cut, "id": "a/b"}),
        json!({"operation": "GetApp", "then": cut, "id": "x".repeat(65)}),
        json!({"operation": "GetApp", "then": {}}),
        json!({"operation": "GetApp", "then": {"cut": true, "latency": "1s"}}),
        json!({"operation": "GetApp", "then": {"explode": true}}),
        json!({"operation": "GetApp", "then": {"cut": false}}),
        json!({"operation": "GetApp", "then": {"error": {}}}),
        json!({"operation": "GetApp", "then": {"error": {"code": 999}}}),
        json!({"operation": "GetApp", "then": {"error": {"code": "TokenExpired"}}}),
        json!({"operation": "GetApp", "then": {"error": {"code": 40, "mesage": "x"}}}),
        json!({"operation": "GetApp", "then": {"latency": "soon"}}),
        json!({"operation": "GetApp", "then": {"latency": "0s"}}),
        json!({"operation": "GetApp", "then": {"latency": "61s"}}),
        json!({"operation": "GetApp", "then": {"rate_limit": "-1s"}}),
        json!({"operation": "GetApp", "then": {"socket": {"expire": true}}}),
        json!({"operation": "TokenProvider", "then": {"socket": {"close": 4001}}}),
        json!({"operation": "TokenProvider", "caller": "user", "then": cut}),
        json!({"operation": "Connect", "then": {"socket": {"close": 1005}}}),
        json!({"operation": "Connect", "then": {"socket": {"close": 5000}}}),
        json!({"operation": "Connect", "then": {"socket": {"close": "now"}}}),
        json!({"operation": "Connect", "then": {"socket": {"silence": "events"}}}),
        json!({"operation": "Connect", "then": {"socket": {"close": 4001, "expire": true}}}),
    ];
    let mut told = Vec::new();
    for body in bodies {
        let refused = app.control("POST", "/faults", &body);
        assert_eq!(refused.status, 400, "{body}");
        told.push(format!("{body}\n  {}\n", refused.text));
    }
    insta::assert_snapshot!(told.concat().replace(&"x".repeat(65), "x{65}"));
    let refused = app.control(
        "POST",
        "/faults",
        &json!({"operation": "GetApp", "then": {"error": {"code": 4, "message": long}}}),
    );
    assert_eq!(refused.body["error"]["field"], "/then/error/message");
    assert_eq!(app.faults(), [Value::Null; 0], "what is refused is not there");
}

#[test]
fn an_id_is_taken_once() {
    let app = TestApp::at_noon();
    let fault = json!({"id": "mine", "operation": "GetApp", "then": {"cut": true}});
    app.fault(&fault);
    let again = app.control("POST", "/faults", &fault);
    let error = json!({"code": "fault_id_taken", "message": "a fault has the id \"mine\" already"});
    assert_eq!((again.status, &again.body["error"]), (409, &error));
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let ask =
            || app.control("POST", "/faults", &json!({"id": "once", "operation": "*", "then": {"cut": true}})).status;
        let calls: Vec<_> = (0..8).map(|_| scope.spawn(ask)).collect();
        calls.into_iter().map(|call| call.join().unwrap()).collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
    TestApp::at_noon().fault(&fault);
}

#[test]
fn faults_go_one_by_one_or_all_together() {
    let app = TestApp::at_noon();
    for id in ["a", "b", "c"] {
        app.fault(&json!({"id": id, "operation": "GetApp", "then": {"error": {"code": 4}}}));
    }
    assert_eq!(app.control("DELETE", "/faults/b", &Value::Null).ok(), json!({"deleted": "b"}));
    assert_eq!(app.faults().iter().map(|fault| fault["id"].clone()).collect::<Vec<_>>(), ["a", "c"]);
    let gone = app.control("DELETE", "/faults/b", &Value::Null);
    let hint = "GET /_millpond/apps/{api_key}/faults lists them";
    let error = json!({"code": "unknown_fault", "message": "the app has no fault \"b\"", "hint": hint});
    assert_eq!((gone.status, &gone.body["error"]), (404, &error));
    app.root().get("/app").error();
    assert_eq!(app.control("DELETE", "/faults", &Value::Null).ok(), json!({"cleared": 2}));
    assert_eq!(app.control("DELETE", "/faults", &Value::Null).ok(), json!({"cleared": 0}));
    app.root().get("/app").ok();
    app.fault(&json!({"id": "a", "operation": "GetApp", "then": {"error": {"code": 4}}}));
    assert_eq!(app.hits(), [0], "a new one under an old id counts anew");
}

#[test]
fn an_unknown_app_has_no_faults() {
    let app = TestApp::at_noon();
    for (method, path) in [("GET", ""), ("POST", ""), ("DELETE", ""), ("DELETE", "/x")] {
        let url = format!("{}/_millpond/apps/nobody/faults{path}", app.url);
        let body = (method == "POST").then_some(r#"{"operation": "GetApp", "then": {"cut": true}}"#);
        let answer = send(method, &url, &[], body);
        assert_eq!((answer.status, &answer.body["error"]["code"]), (404, &json!("unknown_app")), "{method} {path}");
    }
}

#[test]
fn those_of_all_apps_name_theirs() {
    let (app, other) = (TestApp::at_noon(), TestApp::at_noon());
    app.fault(&json!({"id": "a", "operation": "GetApp", "then": {"cut": true}}));
    other.fault(&json!({"id": "a", "operation": "GetApp", "then": {"cut": true}}));
    let all = send("GET", &format!("{}/_millpond/faults", app.url), &[], None).ok();
    let mine = all["faults"].as_array().unwrap().iter().filter(|fault| fault["api_key"] == app.api_key.as_str());
    assert_eq!(mine.map(|fault| fault["id"].clone()).collect::<Vec<_>>(), ["a"]);
}

#[test]
fn an_app_has_a_thousand_faults_at_most() {
    let latency = json!({"operation": "GetTask", "then": {"latency": "1ms"}});
    let server = loaded(&json!({"faults": vec![&latency; 1_000]}));
    let app = first_app(&server);
    let refused = app.control("POST", "/faults", &latency);
    assert_eq!((refused.status, &refused.body["error"]["code"]), (409, &json!("too_many_faults")));
    app.control("DELETE", "/faults", &Value::Null).ok();
    app.fault(&latency);
}
