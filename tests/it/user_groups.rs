//! Groups of users: who makes them, what they answer, how they are listed and searched, and what becomes of their members.

use serde_json::{Value, json};

use crate::app::{Caller, TestApp};
use crate::transcript::{frozen_app, refused};

const GROUPS: &str = "/api/v2/usergroups";

#[track_caller]
fn create(by: &Caller, body: &Value) -> Value {
    let answer = by.post(GROUPS, body);
    assert_eq!(answer.status, 201, "{}", answer.body);
    let group = answer.ok()["user_group"].clone();
    for key in ["id", "name", "created_at", "updated_at", "members"] {
        assert!(!group[key].is_null(), "{key} is required: {group}");
    }
    group
}

#[track_caller]
fn get(by: &Caller, id: &str) -> Value {
    by.get(&format!("{GROUPS}/{id}")).ok()["user_group"].clone()
}

fn members(group: &Value) -> Vec<(&str, bool)> {
    let all = group["members"].as_array().unwrap().iter();
    all.map(|one| (one["user_id"].as_str().unwrap(), one["is_admin"].as_bool().unwrap())).collect()
}

#[track_caller]
fn listed(by: &Caller, query: &str) -> Vec<String> {
    let answer = by.get(&format!("{GROUPS}{query}")).ok();
    answer["user_groups"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

fn app() -> TestApp {
    let app = frozen_app();
    app.upsert(&[json!({"id": "john"}), json!({"id": "jane"}), json!({"id": "jill"})]);
    app
}

#[test]
fn a_group_is_made_changed_shown_and_deleted() {
    let app = app();
    let server = app.server();
    let made = create(&server, &json!({"id": "g", "name": "Gang", "description": "All", "team_id": "red"}));
    let kept = [&made["name"], &made["description"], &made["team_id"]];
    assert_eq!((kept, made.get("created_by")), ([&json!("Gang"), &json!("All"), &json!("red")], None));
    app.advance("1s");
    let changed = server.put(&format!("{GROUPS}/g"), &json!({"name": "Band"}));
    assert_eq!(changed.status, 201);
    let changed = changed.ok()["user_group"].clone();
    assert_eq!((&changed["name"], &changed["description"]), (&json!("Band"), &json!("All")), "what is not said stays");
    assert_eq!(changed["created_at"], made["created_at"]);
    assert!(changed["updated_at"].as_i64() > made["updated_at"].as_i64());
    assert_eq!(get(&app.user("john"), "g"), changed);
    server.delete(&format!("{GROUPS}/g")).ok();
    let text = "user group with id g does not exist";
    refused(&server.get(&format!("{GROUPS}/g")), "GetUserGroup", 404, 16, text);
    refused(&server.put(&format!("{GROUPS}/g"), &json!({})), "UpdateUserGroup", 404, 16, text);
    refused(&server.delete(&format!("{GROUPS}/g")), "DeleteUserGroup", 404, 16, text);
    for path in ["members", "members/delete"] {
        let (status, code, found) =
            server.post(&format!("{GROUPS}/g/{path}"), &json!({"member_ids": ["john"]})).error();
        assert_eq!((status, code), (404, 16), "{found}");
        assert!(found.contains(text), "{found}");
    }
}

#[test]
fn a_group_without_an_id_gets_one_that_sorts_by_time() {
    let app = app();
    let first = create(&app.server(), &json!({"name": "z"}))["id"].as_str().unwrap().to_owned();
    app.advance("1s");
    let second = create(&app.server(), &json!({"name": "a"}))["id"].as_str().unwrap().to_owned();
    assert_eq!((first.len(), first.as_bytes()[14]), (36, b'7'), "{first}");
    assert!(first < second, "{first} {second}");
}

#[test]
fn members_come_and_go_all_of_them_or_none() {
    let app = app();
    let server = app.server();
    let made = create(&server, &json!({"id": "g", "name": "Gang", "member_ids": ["john", "john"]}));
    assert_eq!(members(&made), [("john", false)]);
    let member = &made["members"][0];
    assert_eq!((&member["group_id"], &member["created_at"]), (&json!("g"), &made["created_at"]));
    assert!(member["app_pk"].is_i64());
    app.advance("1s");
    let path = format!("{GROUPS}/g/members");
    let unknown = server.post(&path, &json!({"member_ids": ["jane", "nobody"]}));
    refused(&unknown, "AddUserGroupMembers", 400, 4, "member_ids: the user nobody does not exist");
    assert_eq!(members(&get(&server, "g")), [("john", false)]);
    let more = server.post(&path, &json!({"member_ids": ["jane", "john"], "as_admin": true})).ok();
    assert_eq!(members(&more["user_group"]), [("john", true), ("jane", true)]);
    assert!(more["user_group"]["updated_at"].as_i64() > made["updated_at"].as_i64());
    let again = server.post(&path, &json!({"member_ids": ["john"]})).ok();
    assert_eq!(members(&again["user_group"]), [("john", true), ("jane", true)], "what is not said stays");
    let gone = server.post(&format!("{path}/delete"), &json!({"member_ids": ["john", "jill", "nobody"]})).ok();
    assert_eq!(members(&gone["user_group"]), [("jane", true)]);
    for (place, operation) in
        [(path.clone(), "AddUserGroupMembers"), (format!("{path}/delete"), "RemoveUserGroupMembers")]
    {
        for (ids, text) in [
            (json!([]), "member_ids must contain at least 1 item"),
            (json!(vec!["john"; 101]), "member_ids must contain at maximum 100 items"),
        ] {
            refused(&server.post(&place, &json!({"member_ids": ids})), operation, 400, 4, text);
        }
    }
    let nobody = server.post(GROUPS, &json!({"id": "h", "name": "H", "member_ids": ["nobody"]}));
    refused(&nobody, "CreateUserGroup", 400, 4, "member_ids: the user nobody does not exist");
    assert_eq!(listed(&server, ""), ["g"], "nor is the group made");
    server.post("/api/v2/users/delete", &json!({"user_ids": ["jane"], "user": "hard"})).ok();
    assert_eq!(members(&get(&server, "g")), []);
}

#[test]
fn groups_are_listed_as_they_were_made_in_pages() {
    let app = app();
    let server = app.server();
    for (id, team) in [("c", ""), ("a", "red"), ("b", ""), ("d", "red")] {
        create(&server, &json!({"id": id, "name": id, "team_id": team}));
        if id != "a" {
            app.advance("1m");
        }
    }
    let by = app.user("john");
    assert_eq!(listed(&by, ""), ["c", "a", "b", "d"]);
    assert_eq!(listed(&by, "?limit=2"), ["c", "a"]);
    assert_eq!(listed(&by, "?limit=2&id_gt=a"), ["b", "d"]);
    let moment = get(&by, "a")["created_at"].as_i64().unwrap();
    assert_eq!(listed(&by, &format!("?id_gt=a&created_at_gt={moment}")), ["b", "d"]);
    assert_eq!(listed(&by, "?id_gt=gone&created_at_gt=2026-01-31T12:01:00Z"), ["d"], "where the last one is gone");
    assert_eq!(listed(&by, "?team_id=red"), ["a", "d"]);
    assert_eq!(get(&by, "a?team_id=red")["id"], "a");
    let other = by.get(&format!("{GROUPS}/a?team_id=blue"));
    refused(&other, "GetUserGroup", 404, 16, "user group with id a does not exist");
    let brief = server.get(GROUPS).ok();
    assert!(brief["user_groups"][0].get("members").is_none());
    for query in ["?limit=0", "?limit=101", "?created_at_gt=yesterday"] {
        let (status, code, text) = server.get(&format!("{GROUPS}{query}")).error();
        assert_eq!((status, code), (400, 4), "{query}: {text}");
    }
}

#[test]
fn a_search_finds_names_that_begin_so() {
    let app = app();
    let server = app.server();
    for (id, name) in
        [("1", "Ärzte"), ("2", "backend"), ("3", "Back office"), ("4", "Front 100%"), ("5", "back office")]
    {
        create(&server, &json!({"id": id, "name": name, "team_id": if id == "2" { "red" } else { "" }}));
    }
    let by = app.user("john");
    let found = |query: &str| listed(&by, &format!("/search?query={query}"));
    assert_eq!(found("back"), ["3", "5", "2"]);
    assert_eq!(found("BACK"), ["3", "5", "2"]);
    assert_eq!(found("%C3%A4rz"), ["1"]);
    assert_eq!((found("end"), found("%25")), (vec![], vec![]), "from the beginning, and letter by letter");
    assert_eq!(found("back&limit=1"), ["3"]);
    assert_eq!(found("back&name_gt=back+office&id_gt=3"), ["5", "2"]);
    assert_eq!(found("back&name_gt=Back+office"), ["2"]);
    assert_eq!(found("back&team_id=red"), ["2"]);
    let asked = |query: &str| by.get(&format!("{GROUPS}/search{query}"));
    refused(&asked(""), "SearchUserGroups", 400, 4, "query is a required field");
    let long = format!("?query={}", "x".repeat(256));
    refused(&asked(&long), "SearchUserGroups", 400, 4, "query must be a maximum of 255 characters in length");
    refused(&asked("?query=x&limit=26"), "SearchUserGroups", 400, 4, "limit must be 25 or less");
}

#[test]
fn a_role_that_is_granted_so_makes_groups() {
    let app = app();
    let grants = json!({"grants": {"user": ["create-user-group", "update-user-group"]}});
    app.server().patch("/api/v2/app", &grants).ok();
    let john = app.user("john");
    let made = create(&john, &json!({"id": "g", "name": "Gang", "member_ids": ["jane"]}));
    assert_eq!(made["created_by"], "john");
    john.post(&format!("{GROUPS}/g/members"), &json!({"member_ids": ["john"]})).ok();
    let text = "User 'john' with role 'user' is not allowed to perform action DeleteUserGroup";
    refused(&john.delete(&format!("{GROUPS}/g")), "DeleteUserGroup", 403, 17, text);
}

#[test]
fn what_is_wrong_with_a_group_is_said() {
    let app = app();
    let server = app.server();
    create(&server, &json!({"id": "g", "name": "Gang"}));
    for (body, text) in [
        (json!({}), "name is a required field"),
        (json!({"id": "g", "name": "Again"}), "user group with id g already exists"),
        (json!({"name": "x".repeat(256)}), "name must be a maximum of 255 characters in length"),
        (json!({"name": "x", "id": "x".repeat(256)}), "id must be a maximum of 255 characters in length"),
    ] {
        refused(&server.post(GROUPS, &body), "CreateUserGroup", 400, 4, text);
    }
    let nameless = server.put(&format!("{GROUPS}/g"), &json!({"name": ""}));
    refused(&nameless, "UpdateUserGroup", 400, 4, "name is a required field");
}
