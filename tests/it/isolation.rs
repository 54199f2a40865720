//! Nothing crosses between apps.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::app::{Answer, TestApp, encode, send};
use crate::forge::{HEADER, refused, token};

/// One call of a server, or of the control API.
#[derive(Clone, Debug)]
pub struct Step {
    control: bool,
    method: &'static str,
    pub path: String,
    body: Value,
}

fn stream(method: &'static str, path: impl Into<String>, body: Value) -> Step {
    Step { control: false, method, path: path.into(), body }
}

fn control(method: &'static str, path: &str, body: Value) -> Step {
    Step { control: true, ..stream(method, path, body) }
}

/// The users that both apps have, or do not have.
const IDS: [&str; 3] = ["ann", "bob", "cyd"];

pub fn any_step() -> impl Strategy<Value = Step> {
    (0_u8..40, 0_usize..3, 0_usize..3, 0_u8..4).prop_map(|(kind, one, other, number)| {
        let (id, other) = (IDS[one], IDS[other]);
        let users = |path: &str, body: Value| stream("POST", format!("/api/v2/users{path}"), body);
        match kind {
            0 | 1 => users("", json!({"users": {id: {"id": id, "name": format!("n{number}"), "custom": {"n": number}}}})),
            2 => users("", json!({"users": {id: {"id": id, "role": "admin", "teams": [format!("t{number}")]}}})),
            3 => stream("PATCH", "/api/v2/users", json!({"users": [{"id": id, "set": {"n": number}}]})),
            4 => stream("PATCH", "/api/v2/users", json!({"users": [{"id": id, "set": {"revoke_tokens_issued_before": "2026-01-31T12:00:00Z"}}]})),
            5 => stream("PATCH", "/api/v2/users", json!({"users": [{"id": id, "set": {"revoke_tokens_issued_before": null}}]})),
            6 => users(&format!("/{id}/deactivate"), json!({})),
            7 => users(&format!("/{id}/reactivate"), json!({})),
            8 => users("/delete", json!({"user_ids": [id]})),
            9 => users("/delete", json!({"user_ids": [id], "user": "hard", "messages": "hard", "conversations": "hard"})),
            10 => users("/restore", json!({"user_ids": [id]})),
            11 => stream("POST", "/api/v2/moderation/ban", json!({"target_user_id": id, "timeout": number})),
            12 => stream("POST", format!("/api/v2/moderation/unban?target_user_id={id}"), json!({})),
            13 => stream("POST", "/api/v2/devices", json!({"id": format!("d{number}"), "push_provider": "apn", "user_id": id})),
            14 => stream("DELETE", format!("/api/v2/devices?id=d{number}&user_id={id}"), Value::Null),
            15 => users("/block", json!({"blocked_user_id": other, "user_id": id})),
            16 => users("/unblock", json!({"blocked_user_id": other, "user_id": id})),
            17 => stream("POST", "/api/v2/roles", json!({"name": format!("r{number}")})),
            18 => stream("DELETE", format!("/api/v2/roles/r{number}"), Value::Null),
            19 => stream("PATCH", "/api/v2/app", json!({"disable_auth_checks": number % 2 == 0, "reminders_interval": 60 + number})),
            20 => stream("PATCH", "/api/v2/app", json!({"grants": {"user": ["ban-user"]}})),
            21 => stream("PATCH", "/api/v2/app", json!({"grants": null, "enforce_unique_usernames": "app"})),
            22 => stream("POST", "/api/v2/permissions", json!({"id": format!("p{number}"), "name": format!("P{number}"), "action": "BanUser", "condition": {"$subject.id": id}})),
            23 => control("PATCH", "/settings", json!({"iat_leeway_seconds": number})),
            24 => control("POST", "/clock/advance", json!({"by": format!("{number}s")})),
            25 => control("POST", "/faults", json!({"id": format!("f{number}"), "operation": "GetApp", "user_id": id, "times": null, "then": {"error": {"code": 40 + number}}})),
            26 => control("DELETE", "/faults", Value::Null),
            27 => control("PUT", "/stubs", json!({"operation": "QueryUsers", "body": {"users": [], "n": number}})),
            28 => control("DELETE", "/stubs", Value::Null),
            29 => control("POST", "/snapshots", json!({"name": format!("s{number}")})),
            30 => control("POST", &format!("/snapshots/s{number}/restore"), Value::Null),
            31 => control("POST", "/reset", Value::Null),
            32 => control("PUT", "/fixture?mode=merge", json!({"millpond": 1, "apps": [{"users": {id: {"name": format!("f{number}")}}}]})),
            33 => control("PATCH", "/settings", json!({"calls_per_minute": {"GetApp": 900 + u16::from(number)}})),
            34 => control("PUT", "/clock", json!({"frozen": format!("2026-01-31T12:00:0{number}Z")})),
            35 => stream("POST", "/api/v2/moderation/ban", json!({"target_user_id": id, "banned_by_id": other, "channel_cid": format!("messaging:{number}")})),
            36 => stream("POST", "/api/v2/moderation/mute", json!({"target_ids": [other], "user_id": id, "timeout": number})),
            37 => stream("POST", "/api/v2/moderation/unmute", json!({"target_ids": [other], "user_id": id})),
            38 => stream("POST", "/api/v2/push_providers", json!({"push_provider": {"type": "xiaomi", "name": format!("x{number}"), "xiaomi_package_name": "p", "xiaomi_app_secret": "s"}})),
            _ => stream("POST", "/api/v2/push_preferences", json!({"preferences": [{"user_id": id, "chat_level": "none"}]})),
        }
    })
}

pub fn take(app: &TestApp, step: &Step) -> (u16, Value) {
    let answer: Answer = if step.control {
        app.control(step.method, &step.path, &step.body)
    } else {
        let body = (!step.body.is_null()).then_some(&step.body);
        app.root().call(step.method, &step.path, body)
    };
    assert!(answer.status < 500, "{step:?}: {}", answer.text);
    (answer.status, comparable(app, answer.body))
}

/// An answer without what differs from run to run.
fn comparable(app: &TestApp, mut body: Value) -> Value {
    if let Some(body) = body.as_object_mut() {
        body.remove("duration");
        body.remove("task_id");
        body.remove("offset_seconds");
        // An app is as old as its making.
        body.remove("created_at");
    }
    if let Some(settings) = body.get_mut("app").and_then(Value::as_object_mut) {
        settings.remove("id");
        settings.remove("name");
    }
    // The built-in roles are as old as the app, which was made before its clock was stopped.
    for role in body.get_mut("roles").and_then(Value::as_array_mut).into_iter().flatten() {
        if role["custom"] == false {
            role["created_at"].take();
            role["updated_at"].take();
        }
    }
    serde_json::from_str(&body.to_string().replace(&app.api_key, "KEY")).unwrap()
}

/// Everything that can be seen of an app.
fn seen(app: &TestApp) -> Vec<(u16, Value)> {
    let server = app.root();
    let everyone = json!({"filter_conditions": {}, "include_deactivated_users": true, "sort": [{"field": "id"}]});
    let mut answers = vec![
        server.query_users(&everyone),
        server.get("/api/v2/app"),
        server.get("/api/v2/roles"),
        server.get("/api/v2/permissions"),
        server.get(&format!("/query_banned_users?payload={}", encode(r#"{"filter_conditions":{}}"#))),
        server.get("/api/v2/push_providers"),
        app.control("GET", "/settings", &Value::Null),
        app.control("GET", "/clock", &Value::Null),
        app.control("GET", "/faults", &Value::Null),
        app.control("GET", "/stubs", &Value::Null),
        app.control("GET", "/snapshots", &Value::Null),
        app.with_token(&crate::forge::token(HEADER, r#"{"user_id":"ann"}"#, "forged")).get("/api/v2/app"),
    ];
    for id in IDS {
        answers.push(server.get(&format!("/api/v2/devices?user_id={id}")));
        answers.push(server.get(&format!("/api/v2/users/block?user_id={id}")));
        answers.push(app.bearer(&json!({"user_id": id})).get("/api/v2/app"));
        answers.push(server.get(&format!("/api/v2/users/{id}/export")));
    }
    answers.into_iter().map(|answer| (answer.status, comparable(app, answer.body))).collect()
}

/// Fills an app with something of everything, so that whatever reaches across finds something to spoil.
fn furnish(app: &TestApp) {
    let server = app.root();
    let users = IDS.map(|id| json!({"id": id, "name": id, "teams": ["t0", "mine"], "custom": {"mine": true}}));
    app.upsert(&users);
    server.post("/api/v2/roles", &json!({"name": "r1"})).ok();
    server.post("/api/v2/roles", &json!({"name": "mine"})).ok();
    let permission = json!({"id": "p1", "name": "Mine", "action": "BanUser", "condition": {"$subject.id": "ann"}});
    server.post("/api/v2/permissions", &permission).ok();
    app.set(&json!({"grants": {"user": ["search-user"], "mine": ["ban-user"]}}));
    for id in IDS {
        for device in ["d0", "d1", "d2", "d3", "mine"] {
            let body = json!({"id": format!("{device}-{id}"), "push_provider": "apn", "user_id": id});
            server.post("/api/v2/devices", &body).ok();
        }
        for blocked in IDS.into_iter().filter(|blocked| *blocked != id) {
            server.post("/api/v2/users/block", &json!({"blocked_user_id": blocked, "user_id": id})).ok();
            server.post("/api/v2/moderation/mute", &json!({"target_ids": [blocked], "user_id": id})).ok();
        }
        server.post("/api/v2/moderation/ban", &json!({"target_user_id": id, "timeout": 60})).ok();
        server.post("/api/v2/moderation/ban", &json!({"target_user_id": id, "channel_cid": "messaging:1"})).ok();
    }
    server.post("/api/v2/devices", &json!({"id": "d1", "push_provider": "apn", "user_id": "bob"})).ok();
    for name in ["x0", "mine"] {
        let own = json!({"type": "xiaomi", "name": name, "xiaomi_package_name": "p", "xiaomi_app_secret": "s"});
        server.post("/api/v2/push_providers", &json!({"push_provider": own})).ok();
    }
    app.revoke("bob", &json!("2026-01-31T12:00:00Z"));
    server.post("/api/v2/users/cyd/deactivate", &json!({})).ok();
}

/// An app whose clock stands still at noon, also after a reset.
fn at_noon() -> TestApp {
    let app = TestApp::at_noon();
    app.control("PUT", "/fixture?mode=merge", &json!({"millpond": 1, "apps": [{}]})).ok();
    app
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_app_is_what_its_own_operations_made_of_it(
        steps in proptest::collection::vec((any::<bool>(), any_step()), 1..40),
    ) {
        let (app, other, alone) = (at_noon(), at_noon(), at_noon());
        let untouched = seen(&other);
        let mut others_steps = 0;
        for (is_others, step) in &steps {
            if *is_others {
                others_steps += 1;
                take(&other, step);
            } else {
                let expected = take(&alone, step);
                prop_assert_eq!(take(&app, step), expected, "{:?}", step);
            }
        }
        prop_assert_eq!(seen(&app), seen(&alone));
        if others_steps == 0 {
            prop_assert_eq!(seen(&other), untouched);
        }
    }

    #[test]
    fn whatever_is_done_to_one_app_another_stays_as_it_was(steps in proptest::collection::vec(any_step(), 1..40)) {
        let (app, other) = (at_noon(), at_noon());
        furnish(&other);
        let before = seen(&other);
        for step in &steps {
            take(&app, step);
        }
        prop_assert_eq!(seen(&other), before);
    }
}

#[test]
fn users_of_the_same_id_in_two_apps_are_two_users() {
    let (one, two) = (TestApp::new(), TestApp::new());
    one.upsert(&[json!({"id": "john", "name": "One"})]);
    two.upsert(&[json!({"id": "john", "name": "Two"})]);
    let name = |app: &TestApp| {
        app.root().query_users(&json!({"filter_conditions": {"id": "john"}})).ok()["users"][0]["name"].clone()
    };
    assert_eq!((name(&one), name(&two)), (json!("One"), json!("Two")));
    one.root().post("/api/v2/users/john/deactivate", &json!({})).ok();
    refused(&one.user("john").get("/api/v2/app"), "GetApp", (404, 16, "the user john was deactivated"));
    two.user("john").get("/api/v2/app").ok();
}

#[test]
fn tasks_and_tokens_of_one_app_are_nothing_in_another() {
    let (one, two) = (TestApp::new(), TestApp::new());
    one.upsert(&[json!({"id": "john"})]);
    let begun = one.root().post("/api/v2/users/deactivate", &json!({"user_ids": ["john"]})).ok();
    let path = format!("/api/v2/tasks/{}", begun["task_id"].as_str().unwrap());
    one.root().get(&path).ok();
    assert_eq!(two.root().get(&path).error().0, 404);
    let stolen = two.with_token(&one.sign(&json!({})));
    refused(&stolen.get("/api/v2/app"), "GetApp", crate::forge::BAD_SERVER_SIGNATURE);
}

#[test]
fn two_apps_may_have_one_secret_and_still_nothing_crosses() {
    let one = TestApp::new();
    let key = format!("{}-twin", one.api_key);
    let pair = json!({"api_key": key, "api_secret": one.api_secret}).to_string();
    send("POST", &format!("{}/_millpond/apps", one.url), &[], Some(&pair)).ok();
    let twin = TestApp { url: one.url.clone(), api_key: key, api_secret: one.api_secret.clone() };
    one.upsert(&[json!({"id": "john"})]);
    one.root().post("/api/v2/users/john/deactivate", &json!({})).ok();
    let shared = token(HEADER, r#"{"user_id":"john"}"#, &one.api_secret);
    assert_eq!(one.with_token(&shared).get("/api/v2/app").status, 404);
    twin.with_token(&shared).get("/api/v2/app").ok();
    assert_eq!(twin.root().query_users(&json!({"filter_conditions": {}})).ok()["users"], json!([]));
}

#[test]
fn writes_on_their_way_to_an_app_that_is_deleted_are_refused_and_reach_no_other() {
    let app = TestApp::new();
    app.upsert(&[json!({"id": "john"})]);
    std::thread::scope(|scope| {
        for writer in 0..3 {
            let server = app.root();
            scope.spawn(move || {
                for at in 0..500 {
                    let id = format!("w{writer}-{at}");
                    let answer = server.post("/api/v2/users", &json!({"users": {id.clone(): {"id": id}}}));
                    if answer.status != 201 {
                        refused(&answer, "UpdateUsers", (401, 2, "api_key not valid"));
                        return;
                    }
                }
                panic!("the app was never deleted");
            });
        }
        send("DELETE", &format!("{}/_millpond/apps/{}", app.url, app.api_key), &[], None).ok();
    });
    let pair = json!({"api_key": app.api_key, "api_secret": app.api_secret}).to_string();
    send("POST", &format!("{}/_millpond/apps", app.url), &[], Some(&pair)).ok();
    assert_eq!(app.root().query_users(&json!({"filter_conditions": {}})).ok()["users"], json!([]));
}
