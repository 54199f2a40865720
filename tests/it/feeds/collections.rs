//! What an app keeps in collections, and activities that refer to it.

use serde_json::{Value, json};

use super::reading::{ADD, add, read};
use super::shape::check;
use crate::app::{Caller, TestApp};
use crate::transcript::{frozen_app, is_uuid, refused};

const COLLECTIONS: &str = "/api/v2/feeds/collections";

fn food(id: &str, stars: i64) -> Value {
    json!({"name": "food", "id": id, "custom": {"stars": stars}})
}

#[track_caller]
fn create(by: &Caller, items: &Value) -> Value {
    let answer = by.post(COLLECTIONS, &json!({"collections": items})).ok();
    check("CreateCollections", &answer);
    answer["collections"].clone()
}

#[track_caller]
fn upsert(app: &TestApp, items: &Value) -> Value {
    let answer = app.server().put(COLLECTIONS, &json!({"collections": items})).ok();
    check("UpsertCollections", &answer);
    answer["collections"].clone()
}

#[track_caller]
fn get(by: &Caller, query: &str) -> Value {
    let answer = by.get(&format!("{COLLECTIONS}{query}")).ok();
    check("ReadCollections", &answer);
    answer["collections"].clone()
}

#[track_caller]
fn found(by: &Caller, body: &Value) -> Value {
    let answer = by.post(&format!("{COLLECTIONS}/query"), body).ok();
    check("QueryCollections", &answer);
    answer
}

#[track_caller]
fn shown(by: &Caller, activity: &str) -> Value {
    let answer = by.get(&format!("{ADD}/{activity}")).ok();
    check("GetActivity", &answer);
    answer["activity"]["collections"].clone()
}

fn ids(collections: &Value) -> Vec<&str> {
    collections.as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect()
}

fn stars(collections: &Value) -> Vec<(&str, i64)> {
    let all = collections.as_array().unwrap().iter();
    all.map(|one| (one["id"].as_str().unwrap(), one["custom"]["stars"].as_i64().unwrap())).collect()
}

fn post(more: &Value) -> Value {
    let mut post = json!({"id": "a", "type": "post", "feeds": ["user:john"], "text": "a"});
    post.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    post
}

#[test]
fn a_client_makes_reads_changes_and_deletes_its_own() {
    let app = frozen_app();
    let john = app.user("john");
    let made = create(&john, &json!([food("soup", 3), {"name": "food", "custom": {"stars": 1}}]));
    assert_eq!(
        (&made[0]["name"], &made[0]["id"], &made[0]["user_id"]),
        (&json!("food"), &json!("soup"), &json!("john"))
    );
    let made_id = made[1]["id"].as_str().unwrap();
    assert!(is_uuid(made_id), "who names no id is given one");
    let query = format!("?collection_refs=food:{made_id},food:none,food:soup,food:soup");
    assert_eq!(
        ids(&get(&john, &query)),
        [made_id, "soup"],
        "as asked for, each once, and what is not there is left out"
    );
    app.advance("1s");
    let changed = john.patch(COLLECTIONS, &json!({"collections": [food("soup", 4)]})).ok();
    check("UpdateCollections", &changed);
    let soup = &changed["collections"][0];
    assert_eq!((&soup["custom"], &soup["created_at"]), (&json!({"stars": 4}), &made[0]["created_at"]));
    assert!(soup["updated_at"].as_i64() > made[0]["updated_at"].as_i64());
    assert_eq!(
        stars(&get(&john, "")),
        [("soup", 4), (made_id, 1)].map(|one| one),
        "without references all of one's own"
    );
    john.delete(&format!("{COLLECTIONS}?collection_refs=food:soup,food:none")).ok();
    assert_eq!(ids(&get(&john, "")), [made_id]);
    let gone = john.patch(COLLECTIONS, &json!({"collections": [food("soup", 5)]}));
    refused(&gone, "UpdateCollections", 404, 16, "collection with ref food:soup not found");
}

#[test]
fn what_is_another_users_is_not_there_for_a_client() {
    let app = frozen_app();
    let (john, jane, server) = (app.user("john"), app.user("jane"), app.server());
    create(&john, &json!([food("soup", 3)]));
    // A client says nothing of whose it is.
    let claimed = create(&jane, &json!([{"name": "food", "id": "pie", "custom": {"stars": 2}, "user_id": "john"}]));
    assert_eq!(claimed[0]["user_id"], "jane");
    for by in [&jane, &app.anonymous()] {
        assert_eq!(get(by, "?collection_refs=food:soup"), json!([]));
        by.delete(&format!("{COLLECTIONS}?collection_refs=food:soup")).ok();
        let change = by.patch(COLLECTIONS, &json!({"collections": [food("soup", 1)]}));
        refused(&change, "UpdateCollections", 404, 16, "collection with ref food:soup not found");
    }
    assert_eq!((get(&app.anonymous(), ""), ids(&get(&jane, ""))), (json!([]), vec!["pie"]));
    assert_eq!(ids(&found(&jane, &json!({}))["collections"]), ["pie"]);
    assert_eq!(stars(&get(&server, "?collection_refs=food:soup")), [("soup", 3)], "nor was anything done to it");
    assert_eq!(get(&server, "?collection_refs=food:soup&user_id=jane"), json!([]), "for a user: that one's");
    let change = server.patch(COLLECTIONS, &json!({"collections": [food("soup", 9)]})).ok();
    assert_eq!(change["collections"][0]["user_id"], "john");
}

#[test]
fn a_server_makes_them_for_whom_it_names_or_for_nobody() {
    let app = frozen_app();
    let server = app.server();
    let body = json!({"collections": [food("soup", 1), {"name": "food", "id": "pie", "custom": {"stars": 2}, "user_id": "jill"}],
        "user_id": "jane"});
    let made = server.post(COLLECTIONS, &body).ok();
    check("CreateCollections", &made);
    assert_eq!([&made["collections"][0]["user_id"], &made["collections"][1]["user_id"]], ["jane", "jill"]);
    assert_eq!(ids(&get(&app.user("jill"), "")), ["pie"], "who is made with it");
    assert!(create(&server, &json!([food("tea", 3)]))[0].get("user_id").is_none());
    let put = upsert(&app, &json!([food("soup", 5), food("tea", 4), food("jam", 5), food("jam", 6)]));
    assert_eq!(stars(&put), [("soup", 5), ("tea", 4), ("jam", 6)], "of the same the last counts");
    assert_eq!(put[0]["user_id"], "jane", "it stays whose it was");
}

#[test]
fn what_is_wrong_with_them_is_said() {
    let app = frozen_app();
    let john = app.user("john");
    create(&john, &json!([food("soup", 3)]));
    let long = "x".repeat(129);
    for (items, text) in [
        (json!([]), "collections must contain at least 1 item"),
        (Value::from(vec![food("a", 1); 101]), "collections must contain at maximum 100 items"),
        (json!([{"id": "x", "custom": {"a": 1}}]), "name is a required field"),
        (json!([{"name": long, "custom": {"a": 1}}]), "name must be a maximum of 128 characters in length"),
        (json!([{"name": "x", "id": long, "custom": {"a": 1}}]), "id must be a maximum of 128 characters in length"),
        (json!([{"name": "x:y", "custom": {"a": 1}}]), "name must not contain a colon"),
        (json!([{"name": "x"}]), "custom must contain at least 1 item"),
        (json!([food("pie", 1), food("soup", 1)]), "collection with ref food:soup already exists"),
    ] {
        let answer = john.post(COLLECTIONS, &json!({"collections": items}));
        refused(&answer, "CreateCollections", 400, 4, text);
    }
    assert_eq!(ids(&get(&john, "")), ["soup"], "all or none");
    let nameless = john.patch(COLLECTIONS, &json!({"collections": [{"name": "food", "custom": {"a": 1}}]}));
    refused(&nameless, "UpdateCollections", 400, 4, "id is a required field");
    let none = john.delete(COLLECTIONS);
    refused(&none, "DeleteCollections", 400, 4, "collection_refs must contain at least 1 item");
    let odd = john.get(&format!("{COLLECTIONS}?collection_refs=soup"));
    refused(&odd, "ReadCollections", 400, 4, "\"soup\" is no reference: it has the form name:id");
    let many: Vec<String> = (0..101).map(|at| format!("food:{at}")).collect();
    let many = john.get(&format!("{COLLECTIONS}?collection_refs={}", many.join(",")));
    refused(&many, "ReadCollections", 400, 4, "collection_refs must contain at maximum 100 items");
}

#[test]
fn references_come_joined_repeated_or_encoded_twice() {
    let app = frozen_app();
    let john = app.user("john");
    create(&john, &json!([food("soup", 3), food("pie:1", 2)]));
    for query in [
        "food:soup,food:pie:1",
        "food%3Asoup%2Cfood%3Apie%3A1",
        "food%253Asoup%2Cfood%253Apie%253A1",
        "food%253Asoup%252Cfood%253Apie%253A1",
        "food:soup&collection_refs=food:pie:1",
    ] {
        assert_eq!(ids(&get(&john, &format!("?collection_refs={query}"))), ["soup", "pie:1"], "{query}");
    }
}

#[test]
fn they_are_found_by_all_that_is_said_of_them_and_in_pages() {
    let app = frozen_app();
    let john = app.user("john");
    for (name, id, custom) in [
        ("food", "soup", json!({"stars": 3, "tags": ["hot"], "title": "Onion soup"})),
        ("food", "pie", json!({"stars": 5, "title": "Apple pie"})),
        ("place", "soup", json!({"stars": 4})),
    ] {
        create(&john, &json!([{"name": name, "id": id, "custom": custom}]));
        app.advance("1m");
    }
    let named = |body: &Value| {
        let answer = found(&john, body);
        let all = answer["collections"].as_array().unwrap().iter();
        all.map(|one| format!("{}:{}", one["name"].as_str().unwrap(), one["id"].as_str().unwrap())).collect::<Vec<_>>()
    };
    for (filter, expected) in [
        (json!({}), vec!["place:soup", "food:pie", "food:soup"]),
        (json!({"name": "food"}), vec!["food:pie", "food:soup"]),
        (json!({"id": {"$in": ["soup"]}, "user_id": "john"}), vec!["place:soup", "food:soup"]),
        (json!({"user_id": {"$in": ["jane"]}}), vec![]),
        (json!({"custom.stars": {"$gte": 4}}), vec!["place:soup", "food:pie"]),
        (json!({"custom.tags": {"$contains": "hot"}}), vec!["food:soup"]),
        (json!({"custom.title": {"$autocomplete": "app"}}), vec!["food:pie"]),
        (json!({"custom.title": {"$q": "soup"}}), vec!["food:soup"]),
        (json!({"created_at": {"$gt": "2026-01-31T12:00:30Z"}}), vec!["place:soup", "food:pie"]),
    ] {
        assert_eq!(named(&json!({"filter": filter})), expected, "{filter}");
    }
    let sort = json!([{"field": "name", "direction": 1}]);
    let first = found(&john, &json!({"sort": sort, "limit": 2}));
    assert_eq!(ids(&first["collections"]), ["pie", "soup"]);
    let rest = json!({"sort": sort, "limit": 2, "next": first["next"]});
    assert_eq!((named(&rest), found(&john, &rest).get("next")), (vec!["place:soup".to_owned()], None));
}

#[test]
fn an_activity_shows_what_it_refers_to_and_what_became_of_it() {
    let app = frozen_app();
    let (john, jane) = (app.user("john"), app.user("jane"));
    create(&jane, &json!([food("soup", 3)]));
    let made = add(&john, &post(&json!({"collection_refs": ["food:soup", "food:soup", "food:none"]})));
    assert_eq!(made["collections"]["food:none"], json!({"name": "food", "id": "none", "status": "notfound"}));
    let soup = &made["collections"]["food:soup"];
    assert_eq!(
        (&soup["status"], &soup["custom"], &soup["user_id"]),
        (&json!("ok"), &json!({"stars": 3}), &json!("jane"))
    );
    assert!(soup["created_at"].is_i64() && soup["updated_at"].is_i64());
    assert_eq!(made["collections"].as_object().unwrap().len(), 2);
    jane.patch(COLLECTIONS, &json!({"collections": [food("soup", 4)]})).ok();
    create(&jane, &json!([food("none", 0)]));
    let page = read(&john, "user:john", &json!({}))["activities"][0]["collections"].clone();
    assert_eq!((&page["food:soup"]["custom"]["stars"], &page["food:none"]["status"]), (&json!(4), &json!("ok")));
    jane.delete(&format!("{COLLECTIONS}?collection_refs=food:soup")).ok();
    assert_eq!(shown(&john, "a")["food:soup"]["status"], "notfound");
    let skipped = read(&john, "user:john", &json!({"enrichment_options": {"skip_activity_collections": true}}));
    assert_eq!(skipped["activities"][0]["collections"], json!({}));
}

#[test]
fn references_stay_until_they_are_replaced() {
    let app = frozen_app();
    let john = app.user("john");
    add(&john, &post(&json!({"collection_refs": ["food:soup"]})));
    let one = format!("{ADD}/a");
    let keys = || shown(&john, "a").as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    john.patch(&one, &json!({"set": {"text": "b"}})).ok();
    assert_eq!(keys(), ["food:soup"], "what is not said stays");
    john.patch(&one, &json!({"set": {"collection_refs": ["food:pie"]}})).ok();
    assert_eq!(keys(), ["food:pie"]);
    john.put(&one, &json!({"text": "c", "collection_refs": ["food:tea"]})).ok();
    assert_eq!(keys(), ["food:tea"]);
    john.patch(&one, &json!({"unset": ["collection_refs"]})).ok();
    assert_eq!(keys(), [""; 0]);
    let eleven: Vec<String> = (0..11).map(|at| format!("food:{at}")).collect();
    let text = "collection_refs must contain at maximum 10 items";
    refused(&john.post(ADD, &post(&json!({"collection_refs": eleven}))), "AddActivity", 400, 4, text);
    let more = json!({"collection_refs": eleven[..10], "collections": [food("more", 1)]});
    refused(&john.post(ADD, &post(&more)), "AddActivity", 400, 4, text);
    assert_eq!(get(&john, ""), json!([]), "nor is that one made");
}

#[test]
fn what_an_activity_refers_to_is_made_or_changed_with_it() {
    let app = frozen_app();
    let (john, jane) = (app.user("john"), app.user("jane"));
    create(&john, &json!([food("soup", 3)]));
    create(&jane, &json!([food("pie", 3)]));
    let made =
        add(&john, &post(&json!({"collection_refs": ["food:pie"], "collections": [food("soup", 4), food("tea", 1)]})));
    let shown = &made["collections"];
    assert_eq!([&shown["food:soup"]["custom"]["stars"], &shown["food:tea"]["custom"]["stars"]], [4, 1]);
    assert_eq!([&shown["food:pie"]["status"], &shown["food:tea"]["user_id"]], ["ok", "john"]);
    let theirs = john.post(ADD, &post(&json!({"collections": [food("pie", 1)]})));
    refused(&theirs, "AddActivity", 400, 4, "collection with ref food:pie already exists");
    let by_server = json!({"id": "b", "user_id": "john", "collections": [food("pie", 9)]});
    let made = add(&app.server(), &post(&by_server));
    let pie = &made["collections"]["food:pie"];
    assert_eq!((&pie["custom"]["stars"], &pie["user_id"]), (&json!(9), &json!("jane")));
}

#[test]
fn they_go_with_what_a_user_has_and_a_reset() {
    let app = frozen_app();
    create(&app.user("john"), &json!([food("soup", 3)]));
    create(&app.user("jane"), &json!([food("pie", 3)]));
    app.server().post("/api/v2/feeds/users/john/delete", &json!({})).ok();
    assert_eq!(ids(&get(&app.server(), "")), ["pie"]);
    app.control("POST", "/reset", &json!({})).ok();
    assert_eq!(get(&app.server(), ""), json!([]));
}
