//! Stubs: fixed answers, behind real authentication.

use std::io::Write;

use serde_json::{Value, json};

use crate::app::{Answer, TestApp, send};
use crate::faults::states::{first_app, loaded};
use crate::forge::{EXPIRED, NO_AUTH_TYPE, NOON, SEGMENTS, refused};
use crate::raw;

impl TestApp {
    /// Puts a stub.
    #[track_caller]
    pub fn stub(&self, stub: &Value) -> Value {
        self.control("PUT", "/stubs", stub).ok()
    }

    /// All stubs, by place.
    pub fn stubs(&self) -> Vec<Value> {
        self.control("GET", "/stubs", &Value::Null).ok()["stubs"].as_array().unwrap().clone()
    }
}

const FEED: &str = "/api/v2/chat/channels/messaging/john/query";

/// Whether an answer is this, from a stub.
#[track_caller]
fn is(answer: &Answer, status: u16, text: &str) {
    assert_eq!((answer.status, answer.text.as_str()), (status, text));
    assert_eq!(answer.header("content-type"), Some("application/json;charset=utf-8"));
}

#[test]
fn an_operation_that_is_not_built_gets_an_answer() {
    let app = TestApp::at_noon();
    assert_eq!(app.user("john").post(FEED, &json!({})).status, 501);
    let path = "/api/v2/chat/channels/{type}/{id}/query";
    let stub = json!({"method": "POST", "path": path, "body": {"created": true, "feed": {"id": "john"}}});
    let shown =
        json!({"method": "POST", "path": path, "status": 200, "body": {"created": true, "feed": {"id": "john"}}});
    assert_eq!(app.stub(&stub), shown);
    assert_eq!(app.stubs(), [shown]);
    is(&app.user("john").post(FEED, &json!({})), 200, r#"{"created":true,"feed":{"id":"john"}}"#);
    assert_eq!(TestApp::at_noon().user("john").post(FEED, &json!({})).status, 501, "another app has no stub");
}

#[test]
fn a_built_operation_answers_something_else_at_each_of_its_places() {
    let app = TestApp::at_noon();
    app.stub(&json!({"operation": "GetApp", "status": 203, "body": [1, null, "x"]}));
    for path in ["/api/v2/app", "/app", "/video/app"] {
        is(&app.root().get(path), 203, r#"[1,null,"x"]"#);
    }
    app.control("DELETE", "/stubs?operation=GetApp", &Value::Null).ok();
    app.root().get("/app").ok();
}

#[test]
fn a_stubbed_write_changes_nothing() {
    let app = TestApp::at_noon();
    app.stub(&json!({"operation": "UpdateUsers", "status": 201, "body": {"users": {}}}));
    is(&app.root().post("/api/v2/users", &json!({"users": {"john": {"id": "john"}}})), 201, r#"{"users":{}}"#);
    assert_eq!(app.root().query_users(&json!({"filter_conditions": {}})).ok()["users"], json!([]));
}

#[test]
fn a_path_with_parameters_fits_any_segment_and_the_most_specific_wins() {
    let app = TestApp::at_noon();
    let stub = |path: &str, name: &str| app.stub(&json!({"method": "GET", "path": path, "body": name}));
    stub("/api/v2/made/{a}/{b}", "any");
    stub("/api/v2/made/{a}/up", "one");
    stub("/api/v2/made/it/up", "this");
    stub("/video/made/up", "video");
    stub("/made/up", "plain");
    let root = app.root();
    for (path, text) in [
        ("/api/v2/made/x/y", "\"any\""),
        ("/api/v2/made/%C3%A4/y%2Fz", "\"any\""),
        ("/api/v2/made/x/up", "\"one\""),
        ("/api/v2/made/it/up", "\"this\""),
        ("/api/v2/made/it/up?limit=3", "\"this\""),
        ("/video/made/up", "\"video\""),
        ("/made/up", "\"plain\""),
    ] {
        is(&root.get(path), 200, text);
    }
    for path in ["/api/v2/made/x", "/api/v2/made/x/y/z", "/api/v2/made//y", "/made/x/y", "/api/v2/made/up", "/made/up/"]
    {
        assert_eq!(root.get(path).error().0, 404, "{path}");
    }
    assert_eq!(root.post("/made/up", &json!({})).error().0, 404, "another method");
}

#[test]
fn of_two_with_as_many_parameters_the_one_that_is_literal_first_wins_whatever_came_first() {
    for order in [[0, 1], [1, 0]] {
        let app = TestApp::at_noon();
        let paths = ["/made/{a}/up", "/made/it/{b}"];
        for at in order {
            app.stub(&json!({"method": "GET", "path": paths[at], "body": paths[at]}));
        }
        is(&app.root().get("/made/it/up"), 200, "\"/made/it/{b}\"");
    }
}

#[test]
fn a_path_of_a_known_operation_can_be_stubbed_by_itself() {
    let app = TestApp::at_noon();
    app.stub(&json!({"method": "GET", "path": "/app", "body": "legacy"}));
    is(&app.root().get("/app"), 200, "\"legacy\"");
    app.root().get("/api/v2/app").ok();
    app.stub(&json!({"operation": "GetApp", "body": "both"}));
    is(&app.root().get("/app"), 200, "\"both\"");
}

#[test]
fn authentication_is_the_real_one() {
    let app = TestApp::at_noon();
    app.stub(&json!({"operation": "ExportUsers"}));
    app.stub(&json!({"method": "POST", "path": "/made/up"}));
    let expired = app.bearer(&json!({"user_id": "john", "exp": NOON - 1}));
    for (path, name) in [("/api/v2/export/users", "ExportUsers"), ("/made/up", "Request")] {
        let post = |caller: &crate::app::Caller| caller.post(path, &json!({}));
        refused(&post(&app.with_token("a.b")), name, SEGMENTS);
        refused(&post(&expired), name, EXPIRED);
        refused(&post(&app.caller(None, None)), name, NO_AUTH_TYPE);
        is(&post(&app.user("john")), 200, "{}");
        is(&post(&app.root()), 200, "{}");
        is(&post(&app.anonymous()), 200, "{}");
    }
    assert_eq!(app.bare("POST", "/made/up", &[], None).error().0, 404, "without a key there is no app, and no stub");
    let of_nobody = app.bare("POST", "/api/v2/export/users?api_key=nobody", &[("stream-auth-type", "jwt")], None);
    assert_eq!(of_nobody.error().1, 2);
    let entries = app.journal("outcome=refused");
    assert!(entries.iter().all(|entry| entry["stubbed"] == false), "what was refused was not answered by a stub");
}

#[test]
fn a_stubbed_call_is_in_the_journal() {
    let app = TestApp::at_noon();
    app.stub(&json!({"operation": "ExportUsers"}));
    app.stub(&json!({"method": "GET", "path": "/api/v2/made/{up}", "status": 404, "body": {"no": 1}}));
    app.user("john").post("/api/v2/export/users", &json!({})).ok();
    is(&app.user("john").get("/api/v2/made/x"), 404, r#"{"no":1}"#);
    app.user("john").get("/app").ok();
    let names = ["operation", "path", "user_id", "status", "code", "outcome", "stubbed"];
    let entries: Vec<_> = app.journal("").iter().map(|entry| names.map(|name| entry[name].clone())).collect();
    let wanted = json!([
        ["ExportUsers", "/api/v2/export/users", "john", 200, 0, "ok", true],
        ["GET /api/v2/made/{}", "/api/v2/made/x", "john", 404, 0, "refused", true],
        ["GetApp", "/app", "john", 200, 0, "ok", false],
    ]);
    assert_eq!(json!(entries), wanted);
}

#[test]
fn faults_and_rate_limits_apply_to_stubs() {
    let app = TestApp::at_noon();
    app.stub(&json!({"operation": "ExportUsers"}));
    app.stub(&json!({"method": "POST", "path": "/made/up"}));
    app.tune(&json!({"rate_limits": "enforce", "calls_per_minute": {"ExportUsers": 2}}));
    for path in ["/api/v2/export/users", "/made/up"] {
        app.fault(&json!({"operation": "*", "then": {"error": {"code": 40}}}));
        assert_eq!(app.root().post(path, &json!({})).error().1, 40);
        let answer = app.root().post(path, &json!({}));
        assert_eq!(answer.status, 200);
        assert!(answer.header("x-ratelimit-remaining").is_some());
    }
    let limited = app.root().post("/api/v2/export/users", &json!({}));
    assert_eq!((limited.error().1, limited.header("retry-after")), (9, Some("60")));
}

#[test]
fn a_browser_may_call_them() {
    let app = TestApp::at_noon();
    app.stub(&json!({"method": "DELETE", "path": "/api/v2/made/up"}));
    let answer = app.root().delete("/api/v2/made/up");
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    let origin = [("origin", "http://localhost:3000"), ("access-control-request-method", "DELETE")];
    let preflight = app.bare("OPTIONS", &format!("/api/v2/made/up?api_key={}", app.api_key), &origin, None);
    assert_eq!((preflight.status, preflight.header("access-control-allow-origin")), (204, Some("*")));
    assert!(preflight.header("access-control-allow-methods").unwrap().contains("DELETE"));
}

#[test]
fn every_status_keeps_the_connection_in_order() {
    let app = TestApp::at_noon();
    let mut stream = raw::connect(&app.url);
    for (status, has_body) in
        [(200, true), (204, false), (205, false), (304, false), (404, true), (500, true), (599, true)]
    {
        app.stub(&json!({"operation": "GetApp", "status": status, "body": {"status": status}}));
        stream.write_all(&app.bytes("GET", "/api/v2/app", "")).unwrap();
        // Where no body is to come, one that came would be read as the next answer.
        let answer = if has_body { raw::read(&mut stream) } else { raw::read_head(&mut stream) }.unwrap();
        let body = if has_body { format!("{{\"status\":{status}}}") } else { String::new() };
        assert_eq!((answer.status, answer.body), (status, body.into_bytes()));
    }
}

#[test]
fn a_second_one_at_the_same_place_takes_the_place_of_the_first() {
    let app = TestApp::at_noon();
    app.stub(&json!({"operation": "ExportUsers", "body": 1}));
    app.stub(&json!({"operation": "ExportUsers", "body": 2}));
    app.stub(&json!({"method": "GET", "path": "/made/{up}", "body": 1}));
    app.stub(&json!({"method": "GET", "path": "/made/{down}", "body": 2}));
    app.stub(&json!({"method": "PUT", "path": "/made/{down}", "body": 3}));
    let places: Vec<_> =
        app.stubs().iter().map(|stub| json!([stub["operation"], stub["method"], stub["body"]])).collect();
    assert_eq!(json!(places), json!([["ExportUsers", null, 2], [null, "GET", 2], [null, "PUT", 3]]));
    is(&app.root().get("/made/x"), 200, "2");
}

#[test]
fn stubs_go_one_by_one_or_all_together() {
    let app = TestApp::at_noon();
    let delete = |query: &str| app.control("DELETE", &format!("/stubs{query}"), &Value::Null);
    app.stub(&json!({"operation": "ExportUsers"}));
    app.stub(&json!({"method": "GET", "path": "/made/{up}"}));
    app.stub(&json!({"method": "PUT", "path": "/made/{up}"}));
    assert_eq!(delete("?method=GET&path=/made/%7Bother%7D").ok(), json!({"cleared": 1}));
    let unknown = delete("?operation=GetApp");
    let hint = "GET /_millpond/apps/{api_key}/stubs lists them";
    let error = json!({"code": "unknown_stub", "message": "the app has no stub at \"GetApp\"", "hint": hint});
    assert_eq!((unknown.status, &unknown.body["error"]), (404, &error));
    for half in ["?method=GET", "?path=/made/%7Bup%7D"] {
        assert_eq!(delete(half).status, 404, "{half}");
    }
    assert_eq!(app.stubs().len(), 2);
    assert_eq!(delete("").ok(), json!({"cleared": 2}));
    assert_eq!(delete("").ok(), json!({"cleared": 0}));
    assert_eq!(app.root().get("/made/x").status, 404);
    assert_eq!(app.user("john").post("/api/v2/export/users", &json!({})).status, 403);
}

#[test]
fn what_is_no_stub_is_refused_with_field_and_hint() {
    let app = TestApp::at_noon();
    let deep = (0..101).fold(json!(1), |inner, _| json!([inner]));
    let mut told = Vec::new();
    for body in [
        json!({}),
        json!([]),
        json!({"operation": "GetApps"}),
        json!({"operation": "*"}),
        json!({"operation": "TokenProvider"}),
        json!({"operation": "ExportUsers", "path": "/x"}),
        json!({"operation": "ExportUsers", "method": "GET", "path": "/x"}),
        json!({"method": "GET"}),
        json!({"path": "/x"}),
        json!({"method": "get", "path": "/x"}),
        json!({"method": "HEAD", "path": "/x"}),
        json!({"method": "GET", "path": "x"}),
        json!({"method": "GET", "path": "/x?y=1"}),
        json!({"method": "GET", "path": "/x y"}),
        json!({"method": "GET", "path": "/x{y}"}),
        json!({"method": "GET", "path": "/{}"}),
        json!({"method": "GET", "path": "/_millpond/health"}),
        json!({"operation": "ExportUsers", "status": 199}),
        json!({"operation": "ExportUsers", "status": 600}),
        json!({"operation": "ExportUsers", "status": "ok"}),
        json!({"operation": "ExportUsers", "answer": {}}),
    ] {
        let refused = app.control("PUT", "/stubs", &body);
        assert_eq!(refused.status, 400, "{body}");
        told.push(format!("{body}\n  {}\n", refused.text));
    }
    insta::assert_snapshot!(told.concat());
    let refused = app.control("PUT", "/stubs", &json!({"operation": "ExportUsers", "body": deep}));
    assert_eq!((refused.status, &refused.body["error"]["field"]), (400, &json!("/body")));
    assert_eq!(app.stubs(), [Value::Null; 0]);
}

#[test]
fn a_body_may_be_large_but_not_too_large() {
    let app = TestApp::at_noon();
    let text = "x".repeat(1024 * 1024 - 2);
    app.stub(&json!({"operation": "ExportUsers", "body": text}));
    assert_eq!(app.root().post("/api/v2/export/users", &json!({})).body, json!(text));
    let refused = app.control("PUT", "/stubs", &json!({"operation": "ExportUsers", "body": format!("{text}x")}));
    assert_eq!((refused.status, &refused.body["error"]["field"]), (400, &json!("/body")));
}

#[test]
fn who_sends_much_is_answered_although_nobody_reads_it() {
    let app = TestApp::at_noon();
    app.stub(&json!({"operation": "ExportUsers"}));
    for bytes in [10, 100_000, 4_000_000] {
        let mut stream = raw::connect(&app.url);
        let body = json!({"source": "x".repeat(bytes)}).to_string();
        stream.write_all(&app.bytes("POST", "/api/v2/export/users", &body)).unwrap();
        assert_eq!(raw::read(&mut stream).unwrap().status, 200);
    }
}

#[test]
fn an_app_has_a_thousand_stubs_at_most() {
    let stub = |at: u32| json!({"method": "GET", "path": format!("/made/{at}")});
    let server = loaded(&json!({"stubs": (0..1_000).map(stub).collect::<Vec<_>>()}));
    let app = first_app(&server);
    let refused = app.control("PUT", "/stubs", &stub(1_000));
    assert_eq!((refused.status, &refused.body["error"]["code"]), (409, &json!("too_many_stubs")));
    app.stub(&stub(999));
}

#[test]
fn those_of_all_apps_name_theirs() {
    let (app, other) = (TestApp::at_noon(), TestApp::at_noon());
    app.stub(&json!({"operation": "ExportUsers"}));
    other.stub(&json!({"operation": "ExportUsers"}));
    let all = send("GET", &format!("{}/_millpond/stubs", app.url), &[], None).ok();
    let mine = all["stubs"].as_array().unwrap().iter().filter(|stub| stub["api_key"] == app.api_key.as_str());
    assert_eq!(mine.count(), 1);
    let nobody =
        send("PUT", &format!("{}/_millpond/apps/nobody/stubs", app.url), &[], Some(r#"{"operation": "ExportUsers"}"#));
    assert_eq!((nobody.status, &nobody.body["error"]["code"]), (404, &json!("unknown_app")));
}
