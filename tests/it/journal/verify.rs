//! What was expected, in one call.

use serde_json::{Value, json};

use crate::app::TestApp;
use crate::forge::NOON;

/// John is refused, then let in, and calls twice: ids 1 to 3.
fn refreshed() -> TestApp {
    let app = TestApp::at_noon();
    app.bearer(&json!({"user_id": "john", "exp": NOON - 1})).get("/api/v2/app");
    let john = app.bearer(&json!({"user_id": "john"}));
    john.get("/api/v2/app").ok();
    john.get("/api/v2/app").ok();
    app
}

/// Status, `ok` and sentences.
fn account(app: &TestApp, body: &Value) -> (u16, bool, Vec<String>) {
    let answer = app.verify(body);
    let sentences = answer.body["account"].as_array().unwrap_or_else(|| panic!("{}", answer.text));
    let sentences = sentences.iter().map(|sentence| sentence.as_str().unwrap().to_owned()).collect();
    (answer.status, answer.body["ok"].as_bool().unwrap(), sentences)
}

const AT: &str = "2026-01-31T12:00:00Z";

#[test]
fn exactly_once_never_and_in_this_order_hold() {
    let app = refreshed();
    let expect = json!([
        {"operation": "GetApp", "user_id": "john", "code": 40, "times": 1},
        {"operation": "GetApp", "outcome": "ok", "caller": "user", "times": {"min": 1, "max": 2}},
        {"operation": "Ban", "times": 0},
    ]);
    let (status, ok, sentences) = account(&app, &json!({"expect": expect, "in_order": true}));
    assert_eq!((status, ok), (200, true), "{sentences:#?}");
    let wanted = [
        format!("GetApp by john, code 40 was called once (id 1 at {AT}), as expected: exactly 1"),
        format!("GetApp, caller user, ok was called 2 times (ids 2, 3; from {AT} to {AT}), as expected: 1 to 2"),
        "Ban was never called, as expected: never".to_owned(),
    ];
    assert_eq!(sentences, wanted);
}

#[test]
fn what_does_not_hold_is_told_with_ids_and_near_misses() {
    let app = refreshed();
    let expect = json!([
        {"operation": "GetApp", "user_id": "john", "times": 1},
        {"operation": "GetApp", "code": 43},
        {"operation": "GetApp", "times": {"max": 2}},
        {"user_id": "jane", "times": 0},
    ]);
    let (status, ok, sentences) = account(&app, &json!({ "expect": expect }));
    assert_eq!((status, ok), (409, false));
    let wanted = [
        format!("GetApp by john was called 3 times (ids 1, 2, 3; from {AT} to {AT}); expected exactly 1"),
        format!(
            "GetApp, code 43 was never called; expected at least 1. Near to it: id 3 GetApp by john as user, status 200, \
             code 0, at {AT}; id 2 GetApp by john as user, status 200, code 0, at {AT}; id 1 GetApp by john as none, \
             status 401, code 40, at {AT}"
        ),
        format!("GetApp was called 3 times (ids 1, 2, 3; from {AT} to {AT}); expected at most 2"),
        "anything by jane was never called, as expected: never".to_owned(),
    ];
    assert_eq!(sentences, wanted);
    // From an id on, it is as expected.
    let later = json!({"expect": [{"operation": "GetApp", "user_id": "john", "times": 1}], "after": 2});
    assert_eq!(account(&app, &later).0, 200);
}

#[test]
fn a_wrong_order_is_told() {
    let app = refreshed();
    let expect = json!([{"operation": "GetApp", "outcome": "ok"}, {"operation": "GetApp", "outcome": "refused"}]);
    let (status, _, sentences) = account(&app, &json!({"expect": expect, "in_order": true}));
    assert_eq!(status, 409);
    assert_eq!(
        sentences[2],
        "GetApp, refused came first with id 1, and not again behind GetApp, ok with id 2; expected behind it"
    );
    assert_eq!(account(&app, &json!({ "expect": expect })).0, 200);
}

#[test]
fn what_is_not_understood_is_refused_with_its_field() {
    let app = TestApp::new();
    for (body, field) in [
        (json!({}), ""),
        (json!({"expect": []}), "/expect"),
        (json!({"expect": vec![json!({}); 101]}), "/expect"),
        (json!({"expect": [{}, {"operation": "GetAp"}]}), "/expect/1/operation"),
        (json!({"expect": [{"operatoin": "GetApp"}]}), "/expect/0/operatoin"),
        (json!({"expect": [{"caller": "x"}]}), "/expect/0/caller"),
        (json!({"expect": [{"status": "401"}]}), "/expect/0/status"),
        (json!({"expect": [{"times": -1}]}), "/expect/0/times"),
        (json!({"expect": [{"times": "once"}]}), "/expect/0/times"),
        (json!({"expect": [{"times": {}}]}), "/expect/0/times"),
        (json!({"expect": [{"times": {"least": 1}}]}), "/expect/0/times"),
        (json!({"expect": [{"times": {"min": 2, "max": 1}}]}), "/expect/0/times"),
        (json!({"expect": [{}], "in_oder": true}), "/in_oder"),
    ] {
        let answer = app.verify(&body);
        assert_eq!((answer.status, &answer.body["error"]["field"]), (400, &json!(field)), "{body} {}", answer.text);
    }
}
