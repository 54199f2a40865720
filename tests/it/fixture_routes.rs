//! Fixtures over the control API: a running state as a fixture, and a fixture into a running state.

use millpond::body::BODY_MAX_BYTES;
use millpond::config::{Config, Database};
use millpond::fixture::format::{FILE_MAX_BYTES, parse};
use serde_json::{Value, json};

use crate::app::{Answer, TestApp, send, start};
use crate::sockets::client::Server;

fn put(url: &str, path: &str, text: &str) -> Answer {
    send("PUT", &format!("{url}/_millpond{path}"), &[("content-type", "application/yaml")], Some(text))
}

/// Merges a fixture into an app.
fn merge(app: &TestApp, text: &str) -> Answer {
    put(&app.url, &format!("/apps/{}/fixture?mode=merge", app.api_key), text)
}

fn get(url: &str, path: &str) -> Answer {
    send("GET", &format!("{url}/_millpond{path}"), &[], None)
}

fn own(app: &TestApp) -> Answer {
    get(&app.url, &format!("/apps/{}/fixture", app.api_key))
}

fn server() -> String {
    start(Config { port: 0, database: Database::Memory, workers: 1, ..Config::default() })
}

/// The problems of a refused fixture: line, column and field of each.
#[track_caller]
fn problems(answer: &Answer) -> Vec<(u64, u64, String)> {
    let error = &answer.body["error"];
    assert_eq!((answer.status, error["code"].as_str()), (400, Some("invalid_fixture")), "{}", answer.text);
    let problems = error["problems"].as_array().unwrap();
    assert_eq!((&error["message"], &error["field"]), (&problems[0]["message"], &problems[0]["field"]));
    let place = |problem: &Value| {
        let number = |name: &str| problem[name].as_u64().unwrap();
        (number("line"), number("column"), problem["field"].as_str().unwrap().to_owned())
    };
    problems.iter().map(place).collect()
}

fn ids(app: &TestApp) -> Vec<String> {
    let fixture = own(app).ok();
    let users = fixture["apps"][0]["users"].as_object().map(|users| users.keys().cloned().collect());
    users.unwrap_or_default()
}

#[test]
fn an_app_is_exported_with_its_secret_and_imported_elsewhere_as_the_same() {
    let app = TestApp::new();
    app.freeze("2026-01-31T12:00:00.5Z");
    app.upsert(&[json!({"id": "zoe", "name": "Zoë\u{2028}\u{7f}"}), json!({"id": "john", "custom": {"a": 0.1}})]);
    app.server().post("/api/v2/users/zoe/deactivate", &json!({})).ok();
    app.server().post("/api/v2/users/block", &json!({"user_id": "john", "blocked_user_id": "zoe"}));
    app.server().patch("/api/v2/app", &json!({"multi_tenant_enabled": true})).ok();
    merge(&app, "{millpond: 1, apps: [{tokens: {john: {user: john}}, users: {john: {}}}]}").ok();

    let exported = own(&app);
    assert_eq!(exported.header("content-type"), Some("application/json"));
    assert!(exported.text.ends_with("}\n") && exported.text.contains("\n  \"apps\": [\n"), "{}", exported.text);
    let told = exported.body["apps"].as_array().unwrap();
    assert_eq!(told.len(), 1);
    assert_eq!((&told[0]["api_key"], &told[0]["api_secret"]), (&json!(app.api_key), &json!(app.api_secret)));
    assert_eq!(told[0]["clock"], json!({"frozen": "2026-01-31T12:00:00.5Z"}));
    assert_eq!(told[0]["settings"], json!({"multi_tenant_enabled": true}));
    assert_eq!(ids(&app), ["john", "zoe"]);
    parse(&exported.text, "export").unwrap();
    let all = get(&app.url, "/fixture").ok();
    assert!(all["apps"].as_array().unwrap().contains(&told[0]));

    let elsewhere = server();
    let answer = put(&elsewhere, "/fixture?mode=merge", &exported.text).ok();
    assert_eq!(answer, json!({"apps": [{"name": app.api_key, "api_key": app.api_key, "users": 2}]}));
    let other = TestApp { url: elsewhere, api_key: app.api_key.clone(), api_secret: app.api_secret.clone() };
    assert_eq!(own(&other).text, exported.text);
    let tokens = |app: &TestApp| app.control("GET", "/tokens", &Value::Null).ok();
    assert_eq!(tokens(&other), tokens(&app), "the very same bytes");
    assert_eq!(other.user("zoe").get("/api/v2/app").status, 404, "deactivated there too");
}

#[test]
fn what_a_merge_does_not_name_stays() {
    let app = TestApp::new();
    app.upsert(&[json!({"id": "john", "name": "John"})]);
    let answer = merge(&app, "{millpond: 1, apps: [{name: renamed, users: {jane: {name: Jane}}}]}").ok();
    assert_eq!(answer, json!({"apps": [{"name": "renamed", "api_key": app.api_key, "users": 1}]}));
    assert_eq!(ids(&app), ["jane", "john"]);
    let again = merge(&app, "millpond: 1\napps:\n  - users: {john: {name: Johnny}}\n").ok();
    assert_eq!(again["apps"][0]["name"], "renamed");
    assert_eq!(own(&app).ok()["apps"][0]["users"]["john"]["name"], "Johnny");
}

#[test]
fn the_first_app_without_a_key_takes_the_pair_of_the_process() {
    let url = server();
    let answer = put(&url, "/fixture?mode=merge", "{millpond: 1, apps: [{users: {john: {}}}]}").ok();
    assert_eq!(answer, json!({"apps": [{"name": "millpond", "api_key": "millpond", "users": 1}]}));
}

#[test]
fn every_problem_is_told_with_its_line_and_nothing_is_changed() {
    let app = TestApp::new();
    let text = "millpond: 1\napps:\n  - nam: x\n    users:\n      john: {role: admn}\n      jane: {blocks: [jonh]}\n";
    let answer = merge(&app, text);
    let expected = [
        (3, 5, "/apps/0/nam".to_owned()),
        (5, 20, "/apps/0/users/john/role".to_owned()),
        (6, 23, "/apps/0/users/jane/blocks/0".to_owned()),
    ];
    assert_eq!(problems(&answer), expected);
    assert_eq!(answer.body["error"]["hint"], "did you mean `name`?");
    assert_eq!(ids(&app), Vec::<String>::new());
    assert_eq!(problems(&merge(&app, ""))[0], (1, 1, String::new()));
    assert_eq!(problems(&merge(&app, "{millpond: 1, apps: [}")).len(), 1);
}

#[test]
fn an_import_that_fails_in_the_middle_changes_nothing() {
    let (one, two) = (TestApp::new(), TestApp::new());
    let before = own(&one).text;
    let app = |app: &TestApp, rest: &str| {
        format!("  - api_key: {}\n    api_secret: {}\n    {rest}\n", app.api_key, app.api_secret)
    };
    let good = app(&one, "users: {john: {}}");
    let new = "  - {api_key: never-made, api_secret: s}\n";
    for (bad, line, field) in [
        ("settings: {mutli_tenant_enabled: true}", 9, "/apps/2/settings/mutli_tenant_enabled"),
        ("settings: {multi_tenant_enabled: 5}", 9, "/apps/2/settings/multi_tenant_enabled"),
        ("settings: {enforce_unique_usernames: app}\n    users: {a: {name: x}, b: {name: X}}", 10, "/apps/2/users/b"),
    ] {
        let text = format!("millpond: 1\napps:\n{good}{new}{}", app(&two, bad));
        let found = problems(&put(&one.url, "/fixture?mode=merge", &text));
        assert_eq!((found.len(), found[0].0, found[0].2.as_str()), (1, line, field), "{text}");
    }
    assert_eq!(own(&one).text, before);
    assert_eq!(get(&one.url, "/apps/never-made").status, 404);
}

#[test]
fn a_fixture_for_an_app_is_of_this_app_alone() {
    let app = TestApp::new();
    let fixture = |apps: &str| merge(&app, &format!("{{millpond: 1, apps: [{apps}]}}"));
    let (key, secret) = (&app.api_key, &app.api_secret);
    fixture(&format!("{{api_key: {key}, api_secret: {secret}}}")).ok();
    for (apps, field) in [
        (format!("{{}}, {{api_key: b, api_secret: {secret}}}"), "/apps"),
        (format!("{{api_key: other, api_secret: {secret}}}"), "/apps/0/api_key"),
        (format!("{{api_key: {key}, api_secret: other}}"), "/apps/0/api_secret"),
    ] {
        let answer = fixture(&apps);
        assert_eq!(problems(&answer)[0].2, field);
        assert!(!answer.text.contains(secret.as_str()), "{}", answer.text);
    }
    let elsewhere = format!("{{millpond: 1, apps: [{{api_key: {key}, api_secret: other}}]}}");
    let answer = put(&app.url, "/fixture?mode=merge", &elsewhere);
    assert_eq!(problems(&answer)[0].2, "/apps/0/api_secret");
}

#[test]
fn the_mode_is_one_of_two_and_the_app_one_that_is_known() {
    let app = TestApp::new();
    let path = format!("/apps/{}/fixture?mode=mrge", app.api_key);
    let answer = put(&app.url, &path, "{millpond: 1, apps: [{}]}");
    let error = &answer.body["error"];
    assert_eq!((answer.status, &error["code"], &error["field"]), (400, &json!("invalid_request"), &json!("/mode")));
    for method in ["GET", "PUT"] {
        let answer = send(method, &format!("{}/_millpond/apps/nobody/fixture", app.url), &[], Some("{}"));
        assert_eq!((answer.status, &answer.body["error"]["code"]), (404, &json!("unknown_app")));
    }
}

#[test]
fn a_fixture_may_be_larger_than_other_bodies_and_has_a_limit_too() {
    let app = TestApp::new();
    let padded = |bytes: usize| format!("{{millpond: 1, apps: [{{}}]}}\n{}", "#\n".repeat(bytes / 2));
    merge(&app, &padded(BODY_MAX_BYTES)).ok();
    let answer = merge(&app, &padded(FILE_MAX_BYTES));
    assert_eq!((answer.status, &answer.body["error"]["code"]), (413, &json!("too_large")));
}

#[test]
fn a_fixture_is_utf_8() {
    let app = TestApp::new();
    let url = format!("{}/_millpond/apps/{}/fixture", app.url, app.api_key);
    let request = ureq::http::Request::put(url).body(vec![b'{', 0xff]).unwrap();
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let mut answer = agent.run(request).unwrap();
    let text = answer.body_mut().read_to_string().unwrap();
    assert!(answer.status() == 400 && text.contains("byte 2 is no part of a character"), "{text}");
}

#[test]
fn an_import_replaces_unless_it_is_asked_to_merge_and_a_reset_goes_back_to_it() {
    let app = TestApp::new();
    app.upsert(&[json!({"id": "old"})]);
    let mut socket = app.join("old");
    let path = format!("/apps/{}/fixture", app.api_key);
    let answer = put(&app.url, &path, "{millpond: 1, apps: [{users: {john: {}}}]}").ok();
    assert_eq!(answer["apps"][0]["api_key"], app.api_key.as_str());
    assert_eq!(socket.socket.closed(), (1000, "the app was reset".to_owned()));
    let users = |app: &TestApp| {
        let found = app.server().query_users(&json!({"filter_conditions": {}})).ok();
        let mut ids: Vec<_> =
            found["users"].as_array().unwrap().iter().map(|user| user["id"].as_str().unwrap().to_owned()).collect();
        ids.sort();
        ids
    };
    assert_eq!(users(&app), ["john"]);
    put(&app.url, &format!("{path}?mode=merge"), "{millpond: 1, apps: [{users: {jane: {}}}]}").ok();
    assert_eq!(users(&app), ["jane", "john"]);
    app.upsert(&[json!({"id": "late"})]);
    app.control("POST", "/reset", &json!({})).ok();
    assert_eq!(users(&app), ["jane", "john"], "back to the last import");
    // What cannot be loaded changes nothing.
    let wrong = put(&app.url, &path, "{millpond: 1, apps: [{users: {a: {}, b: {role: nobody}}}]}");
    assert_eq!(wrong.status, 400, "{}", wrong.text);
    assert_eq!(users(&app), ["jane", "john"]);
}

#[test]
fn an_import_of_everything_leaves_no_other_app() {
    let server = Server::start();
    let app = server.app();
    let keys = || {
        let apps = send("GET", &format!("{}/_millpond/apps", server.url), &[], None).ok();
        apps["apps"].as_array().unwrap().iter().map(|app| app["api_key"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(keys(), [json!("millpond"), json!(app.api_key)]);
    let text = "{millpond: 1, apps: [{api_key: one, api_secret: s}, {api_key: two, api_secret: t, users: {john: {}}}]}";
    put(&server.url, "/fixture", text).ok();
    assert_eq!(keys(), [json!("one"), json!("two")]);
    let exported = send("GET", &format!("{}/_millpond/fixture", server.url), &[], None);
    put(&server.url, "/fixture", &exported.text).ok();
    let again = send("GET", &format!("{}/_millpond/fixture", server.url), &[], None);
    assert_eq!(again.text, exported.text);
    send("POST", &format!("{}/_millpond/reset", server.url), &[], None).ok();
    assert_eq!(keys(), [json!("one"), json!("two")]);
    drop(server.stop());
}

/// Two feeds of which one follows the other, and an activity.
const FEEDS: &str = r#"{feeds: [
    {no: 1, group_id: user, id: john, created_by: john, visibility: public, custom: {b: 1, a: 2}, created_at: 1, updated_at: 1},
    {no: 7, group_id: timeline, id: john, created_by: john, visibility: public, created_at: 2, updated_at: 2}],
  follows: [{source: 7, target: 1, status: accepted, follower_role: x, push_preference: all, created_at: 3, updated_at: 3}],
  activities: [{no: 3, id: a, user_id: john, type: post, feeds: ["user:john"], created_at: 4, updated_at: 4}]}"#;

fn with_rows(rows: &str) -> String {
    format!("{{millpond: 1, apps: [{{rows:\n{rows}}}]}}")
}

fn feeds(app: &TestApp) -> (Value, Value) {
    let own = own(app).ok()["apps"][0].clone();
    (own["rows"].clone(), own["feeds_counter"].clone())
}

#[test]
fn a_row_that_cannot_be_is_told_by_table_row_and_column_and_nothing_is_changed() {
    let app = TestApp::new();
    let good = "{no: 1, group_id: user, id: a, created_by: john, visibility: public, created_at: 1, updated_at: 1}";
    let second = |row: &str| format!("{{feeds: [{good},\n{row}]}}");
    for (rows, line, field, said) in [
        ("{feds: []}".to_owned(), 2, "/feds", "did you mean `feeds`?"),
        ("{users: []}".to_owned(), 2, "/users", "known here: feed_groups, "),
        (second("{no: 2, grup_id: x}"), 3, "/feeds/1/grup_id", "did you mean `group_id`?"),
        (second("{no: 2, app: 1}"), 3, "/feeds/1/app", "row 1 of `feeds` has no column `app`: "),
        (second("{no: 2, \"no) VALUES (1); --\": 1}"), 3, "/feeds/1/no) VALUES (1); --", "has no column"),
        (second(&good.replace("no: 1", "no: two")), 3, "/feeds/1/no", "cannot store TEXT value in INTEGER column"),
        (second(&good.replace("no: 1", "no: 1.5")), 3, "/feeds/1/no", "cannot store REAL value in INTEGER column"),
        (second(&good.replace("no: 1", "no: 18446744073709551615")), 3, "/feeds/1/no", "no whole number that large"),
        (second(&good.replace("no: 1", "no: {}")), 3, "/feeds/1/no", "`no` takes a text, a number or null"),
        (second("{no: 2}"), 3, "/feeds/1/group_id", "NOT NULL constraint failed"),
        (second("{no: 2, custom: []}"), 3, "/feeds/1/custom", "`custom` takes an object"),
        (second("{no: 2, custom: \"{\"}"), 3, "/feeds/1/custom", "`custom` takes an object"),
        (second("{no: 2, filter_tags: {}}"), 3, "/feeds/1/filter_tags", "`filter_tags` takes an array"),
        (second(&good.replace("id: a", "id: b")), 3, "/feeds/1/no", "UNIQUE constraint failed"),
        (second(&good.replace("no: 1", "no: 2")), 3, "/feeds/1/id", "UNIQUE constraint failed"),
        ("{follows: [{source: 1, target: 2, status: maybe, follower_role: x, push_preference: all, created_at: 3, updated_at: 3}]}".to_owned(), 2, "/follows/0", "CHECK constraint failed"),
        (format!("{{feeds: [{}]}}", good.replace("no: 1", "no: 9007199254740992")), 2, "", "from 1 to 9007199254740991"),
        (format!("{{feeds: [{}]}}", good.replace("no: 1", "no: 0")), 2, "", "from 1 to 9007199254740991"),
    ] {
        let refused = merge(&app, &with_rows(&rows));
        let found = problems(&refused);
        assert_eq!((found[0].0, found[0].2.as_str()), (line, format!("/apps/0/rows{field}").as_str()), "{}", refused.text);
        assert!(refused.text.replace("\\\"", "\"").contains(said), "{said}: {}", refused.text);
        assert_eq!(feeds(&app), (Value::Null, Value::Null), "{rows}");
    }
}

#[test]
fn rows_are_not_mixed_with_others_and_numbers_go_on_behind_them() {
    let app = TestApp::new();
    merge(&app, &with_rows(FEEDS)).ok();
    let (rows, counter) = feeds(&app);
    assert_eq!((rows["feeds"][0]["custom"].to_string().as_str(), counter), (r#"{"b":1,"a":2}"#, json!(7)));
    merge(&app, &with_rows(FEEDS)).ok();
    merge(&app, "{millpond: 1, apps: [{feeds_counter: 2, users: {john: {}}}]}").ok();
    assert_eq!(feeds(&app), (rows.clone(), json!(7)), "the same again changes nothing");
    let other = FEEDS.replace("{b: 1, a: 2}", "{b: 1}");
    let refused = merge(&app, &with_rows(&other));
    assert_eq!(problems(&refused)[0].2, "/apps/0/rows/feeds/0");
    assert!(refused.text.contains("Load the fixture in the place of what the app has"), "{}", refused.text);
    assert_eq!(feeds(&app), (rows, json!(7)));
    put(&app.url, &format!("/apps/{}/fixture?mode=replace", app.api_key), &with_rows(&other)).ok();
    let (rows, counter) = feeds(&app);
    assert_eq!((&rows["feeds"][0]["custom"], counter), (&json!({"b": 1}), json!(7)));
}

#[test]
fn rows_are_in_resets_clones_and_snapshots() {
    let app = TestApp::new();
    merge(&app, &with_rows(FEEDS)).ok();
    let whole = feeds(&app);
    assert_eq!((whole.0["follows"][0]["source"].clone(), &whole.1), (json!(7), &json!(7)));
    let control = |path: &str, body: &Value| app.control("POST", path, body);
    assert_eq!(control("/snapshots", &json!({"name": "fed"})).status, 201);
    let made = control("/clone", &json!({})).ok();
    let text = |key: &str| made[key].as_str().unwrap().to_owned();
    let clone = TestApp { url: app.url.clone(), api_key: text("api_key"), api_secret: text("api_secret") };
    assert_eq!(feeds(&clone), whole);
    control("/reset", &json!({})).ok();
    assert_eq!(feeds(&app), whole);
    put(&app.url, &format!("/apps/{}/fixture?mode=replace", app.api_key), "{millpond: 1, apps: [{}]}").ok();
    assert_eq!(feeds(&app), (Value::Null, Value::Null));
    assert_eq!(feeds(&clone), whole, "a clone is of its own");
    control("/snapshots/fed/restore", &json!({})).ok();
    assert_eq!(feeds(&app), whole);
}
