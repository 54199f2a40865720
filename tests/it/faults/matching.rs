//! Which calls are struck, and how often.

use serde_json::{Value, json};

use crate::app::{Caller, TestApp};
use crate::forge::NOON;

fn down() -> Value {
    json!({"error": {"code": -1, "message": "down"}})
}

/// Whether a call of the operation QueryUsers is struck.
fn is_struck(caller: &Caller) -> bool {
    caller.query_users(&json!({"filter_conditions": {}})).body["message"]
        .as_str()
        .is_some_and(|message| message == "QueryUsers failed with error: \"down\"")
}

#[test]
fn an_operation_is_struck_by_its_name_or_as_any_other() {
    let app = TestApp::at_noon();
    app.fault(&json!({"operation": "GetApp", "times": null, "then": down()}));
    assert!(!is_struck(&app.root()));
    assert_eq!(app.root().get("/app").status, 500);
    app.fault(&json!({"operation": "*", "times": null, "then": down()}));
    assert!(is_struck(&app.root()));
    assert_eq!(app.root().get("/api/v2/rate_limits").status, 500);
    assert_eq!(app.hits(), [1, 2]);
}

#[test]
fn only_a_users_own_calls_are_struck_good_token_or_bad() {
    let app = TestApp::at_noon();
    app.fault(&json!({"operation": "*", "user_id": "john", "times": null, "then": down()}));
    assert!(is_struck(&app.user("john")));
    assert!(is_struck(&app.bearer(&json!({"user_id": "john", "exp": NOON - 1}))));
    for other in [app.user("mary"), app.root(), app.anonymous(), app.with_token("a.b")] {
        assert!(!is_struck(&other));
    }
    assert_eq!(app.hits(), [2]);
}

#[test]
fn each_kind_of_caller_is_told_from_the_others() {
    let app = TestApp::at_noon();
    let guest = app.anonymous().post("/api/v2/guest", &json!({"user": {"id": "vi"}})).ok();
    let callers = [
        ("server", app.root()),
        ("user", app.user("john")),
        ("guest", app.with_token(guest["access_token"].as_str().unwrap())),
        ("anonymous", app.anonymous()),
        ("none", app.with_token("a.b")),
    ];
    for (kind, _) in &callers {
        app.fault(&json!({"operation": "*", "caller": kind, "times": null, "then": down()}));
        let struck = callers.iter().filter(|(_, caller)| is_struck(caller)).map(|(kind, _)| *kind);
        assert_eq!(struck.collect::<Vec<_>>(), [*kind]);
        app.control("DELETE", "/faults", &Value::Null).ok();
    }
}

#[test]
fn the_first_that_fits_decides_until_it_is_used_up() {
    let app = TestApp::at_noon();
    let error = |message: &str| json!({"error": {"code": -1, "message": message}});
    app.fault(&json!({"id": "mary", "operation": "GetApp", "user_id": "mary", "then": error("mary")}));
    app.fault(&json!({"id": "two", "operation": "GetApp", "times": 2, "then": error("two")}));
    app.fault(&json!({"id": "rest", "operation": "*", "times": null, "then": error("rest")}));
    let told = |caller: &Caller| caller.get("/app").error().2;
    let of = |word: &str| format!("GetApp failed with error: \"{word}\"");
    let john = app.user("john");
    assert_eq!([told(&john), told(&john), told(&john)], [of("two"), of("two"), of("rest")]);
    assert_eq!([told(&app.user("mary")), told(&app.user("mary"))], [of("mary"), of("rest")]);
    assert_eq!(app.hits(), [1, 2, 2], "used-up faults stay listed");
    let faults: Vec<_> = app.journal("operation=GetApp").iter().map(|entry| entry["fault"].clone()).collect();
    assert_eq!(json!(faults), json!(["two", "two", "rest", "mary", "rest"]));
}

#[test]
fn so_many_calls_are_struck_and_not_one_more_however_many_come_at_once() {
    let app = TestApp::at_noon();
    app.fault(&json!({"operation": "GetApp", "times": 7, "then": down()}));
    let caller = app.root();
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let calls: Vec<_> = (0..50).map(|_| scope.spawn(|| caller.get("/api/v2/app").status)).collect();
        calls.into_iter().map(|call| call.join().unwrap()).collect()
    });
    let count = |wanted: u16| statuses.iter().filter(|status| **status == wanted).count();
    assert_eq!((count(500), count(200)), (7, 43));
    assert_eq!(app.hits(), [7]);
}

#[test]
fn nothing_of_another_app_is_struck() {
    let (app, other) = (TestApp::at_noon(), TestApp::at_noon());
    app.fault(&json!({"operation": "*", "times": null, "then": down()}));
    assert!(!is_struck(&other.root()));
    assert!(is_struck(&app.root()));
    assert_eq!(other.faults(), [Value::Null; 0]);
    let nobody = app.bare("GET", "/api/v2/app?api_key=nobody", &[("stream-auth-type", "jwt")], None);
    assert_eq!(nobody.error().1, 2, "an app that is not there has no faults");
}

#[test]
fn the_control_api_is_never_struck() {
    let app = TestApp::at_noon();
    app.fault(&json!({"operation": "*", "times": null, "then": {"cut": true}}));
    app.control("GET", "/settings", &Value::Null).ok();
    app.control("POST", "/token-provider", &json!({"user_id": "john"})).ok();
    assert_eq!(app.hits(), [0]);
}
