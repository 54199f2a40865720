//! The control API's list of users: by states that QueryUsers does not filter by.

use serde_json::{Value, json};

use crate::app::{Answer, TestApp};
use crate::sockets::client::DOORS;

fn ask(app: &TestApp, query: &str) -> Answer {
    app.control("GET", &format!("/users{query}"), &Value::Null)
}

fn ids(app: &TestApp, query: &str) -> Vec<String> {
    let answer = ask(app, query).ok();
    answer["users"].as_array().unwrap().iter().map(|user| user["id"].as_str().unwrap().to_owned()).collect()
}

const BY_ID: &str = "sort=%5B%7B%22field%22:%22id%22,%22direction%22:1%7D%5D";

#[test]
fn who_is_deactivated_deleted_or_online_is_found_by_that() {
    let app = TestApp::at_noon();
    app.upsert(&["anna", "ben", "carl", "dora", "eve"].map(|id| json!({ "id": id })));
    let server = app.server();
    server.post("/api/v2/users/ben/deactivate", &json!({})).ok();
    server.post("/api/v2/users/delete", &json!({"user_ids": ["carl"], "user": "soft"})).ok();
    server
        .post(
            "/api/v2/users/delete",
            &json!({"user_ids": ["dora"], "user": "hard", "messages": "hard", "conversations": "hard"}),
        )
        .ok();
    let joined = app.joined(DOORS[0], "anna");
    assert_eq!(ids(&app, &format!("?{BY_ID}")), ["anna", "ben", "eve"]);
    assert_eq!(ids(&app, &format!("?state=any&limit=1&offset=1&{BY_ID}")), ["ben"]);
    assert_eq!(ids(&app, "?state=deactivated"), ["ben"]);
    assert_eq!(ids(&app, "?state=online"), ["anna"]);
    let deleted = ask(&app, &format!("?state=deleted&{BY_ID}")).ok();
    let [carl, dora] = deleted["users"].as_array().unwrap().as_slice() else { panic!("{deleted}") };
    assert_eq!((&carl["id"], &carl["deletion"]), (&json!("carl"), &json!("soft")));
    assert_eq!((&dora["id"], &dora["deletion"]), (&json!("dora"), &json!("hard")));
    assert!(carl["deleted_at"].is_string() && carl["deactivated_at"].is_null(), "{carl}");
    assert_eq!(ids(&app, "?state=deleted&filter=%7B%22id%22:%22ben%22%7D"), [""; 0]);
    drop(joined);
}

#[test]
fn what_is_not_understood_is_told_with_its_field() {
    let app = TestApp::at_noon();
    for (query, field) in [
        ("?state=gone", "/state"),
        ("?filter=[]", "/filter"),
        ("?filter=%7B%22image%22:1%7D", "/filter"),
        ("?sort=%7B%7D", "/sort"),
        ("?limit=101", "/limit"),
        ("?offset=-1", "/offset"),
        ("?stat=deleted", "/stat"),
    ] {
        let answer = ask(&app, query);
        assert_eq!((answer.status, &answer.body["error"]["field"]), (400, &json!(field)), "{query}: {}", answer.text);
    }
}
