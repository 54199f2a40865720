//! Roles.

use serde_json::{Value, json};

use crate::app::{Caller, TestApp};
use crate::transcript::{on_each_mount, refused};

fn names(answer: &Value) -> Vec<&str> {
    answer["roles"].as_array().unwrap().iter().map(|role| role["name"].as_str().unwrap()).collect()
}

#[test]
fn creating_listing_searching_and_deleting_answer_in_full() {
    insta::assert_snapshot!(on_each_mount(|app, mount, log| {
        let server = app.server();
        app.server().get("/api/v2/app").ok();
        log.call(&server, "POST", &format!("{mount}/roles"), &json!({"name": "rockstar"}));
        let all = server.get(&format!("{mount}/roles")).ok();
        assert_eq!(names(&all).len(), 13);
        log.call(&server, "GET", &format!("{mount}/roles/search?query=rock"), &Value::Null);
        log.call(&server, "DELETE", &format!("{mount}/roles/rockstar"), &Value::Null);
    }));
}

#[test]
fn the_built_in_roles_are_listed_by_name_with_their_scopes() {
    let app = TestApp::new();
    app.server().post("/roles", &json!({"name": "fan"})).ok();
    app.server().patch("/app", &json!({"grants": {"fan": ["search-user"], "guest": []}})).ok();
    let all = app.server().get("/api/v2/roles").ok();
    let built_in = [
        "admin",
        "anonymous",
        "call_member",
        "channel_member",
        "channel_moderator",
        "fan",
        "global_admin",
        "global_moderator",
        "guest",
        "host",
        "moderator",
        "speaker",
        "user",
    ];
    assert_eq!(names(&all), built_in);
    let scopes = |name: &str| {
        all["roles"].as_array().unwrap().iter().find(|role| role["name"] == name).unwrap()["scopes"].clone()
    };
    assert_eq!(
        [scopes("user"), scopes("fan"), scopes("guest"), scopes("speaker")],
        [json!([".app"]), json!([".app"]), json!([]), json!([])]
    );
}

#[test]
fn a_role_that_breaks_a_rule_is_refused_with_the_rules_text() {
    let app = TestApp::new();
    let create = |body: Value| app.server().post("/api/v2/roles", &body);
    create(json!({"name": "r".repeat(64)})).ok();
    for (body, text) in [
        (json!({}), "name is a required field"),
        (json!({"name": ""}), "name is a required field"),
        (json!({"name": 5}), "expected string for field \"name\" but got number"),
        (json!({"name": "r".repeat(65)}), "name must be a maximum of 64 characters in length"),
        (json!({"name": "admin"}), "role \"admin\" already exists"),
        (json!({"name": "r".repeat(64)}), &format!("role \"{}\" already exists", "r".repeat(64))),
    ] {
        refused(&create(body), "CreateRole", 400, 4, text);
    }
}

#[test]
fn an_app_makes_25_roles_and_no_more() {
    let app = TestApp::new();
    for at in 0..25 {
        app.server().post("/api/v2/roles", &json!({"name": format!("role-{at}")})).ok();
    }
    let text = "an app can have at maximum 25 custom roles";
    refused(&app.server().post("/api/v2/roles", &json!({"name": "role-25"})), "CreateRole", 400, 4, text);
}

#[test]
fn a_role_in_use_is_not_deleted() {
    let app = TestApp::new();
    let delete = |name: &str| app.server().delete(&format!("/api/v2/roles/{name}"));
    app.server().post("/api/v2/roles", &json!({"name": "rockstar"})).ok();
    refused(&delete("x"), "DeleteRole", 400, 4, "role \"x\" does not exist");
    refused(&delete("admin"), "DeleteRole", 400, 4, "role \"admin\" is a built-in role and cannot be deleted");
    app.upsert(&[json!({"id": "ozzy", "role": "rockstar"})]);
    let text = "role \"rockstar\" cannot be deleted, at least one user is using this role (ie. \"ozzy\")";
    refused(&delete("rockstar"), "DeleteRole", 400, 4, text);
    app.upsert(&[json!({"id": "ozzy", "role": "user"})]);
    app.server().patch("/api/v2/app", &json!({"grants": {"rockstar": ["search-user"]}})).ok();
    refused(&delete("rockstar"), "DeleteRole", 400, 4, "role \"rockstar\" cannot be deleted, remove its grants first");
    app.server().patch("/api/v2/app", &json!({"grants": {"rockstar": []}})).ok();
    delete("rockstar").ok();
    let text = "role \"rockstar\" provided but not defined";
    let upsert = app.server().post("/api/v2/users", &json!({"users": {"ozzy": {"id": "ozzy", "role": "rockstar"}}}));
    refused(&upsert, "UpdateUsers", 400, 4, text);
}

#[test]
fn a_search_finds_by_the_names_beginning_within_its_limits() {
    let app = TestApp::new();
    let search = |query: &str| app.user("john").get(&format!("/api/v2/roles/search?{query}"));
    let found = |query: &str| names(&search(query).ok()).into_iter().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(found("query=mod"), ["moderator"]);
    assert_eq!(found("query=G"), ["guest"]);
    assert_eq!(found("query=g&include_global_roles=true"), ["global_admin", "global_moderator", "guest"]);
    assert_eq!(found("query=c&role_type=channel"), ["channel_member", "channel_moderator"]);
    assert_eq!(found("query=c&role_type=user"), ["call_member"]);
    assert_eq!(found("query=c&limit=2"), ["call_member", "channel_member"]);
    assert_eq!(found("query=c&limit=2&name_gt=channel_member"), ["channel_moderator"]);
    for (query, text) in [
        ("limit=1", "query is a required field"),
        ("query=", "query is a required field"),
        (&format!("query={}", "x".repeat(256)), "query must be a maximum of 255 characters in length"),
        ("query=x&limit=0", "limit must be 1 or greater"),
        ("query=x&limit=26", "limit must be 25 or less"),
        ("query=x&limit=two", "limit must be a number"),
        ("query=x&role_type=galaxy", "role_type must be one of [user channel]"),
        ("query=x&include_global_roles=perhaps", "include_global_roles must be a boolean"),
    ] {
        refused(&search(query), "SearchRoles", 400, 4, text);
    }
}

/// What `GetApp` says is granted to a role.
fn granted(server: &Caller, role: &str) -> Value {
    server.get("/api/v2/app").ok()["app"]["grants"][role].clone()
}

#[test]
fn grants_replace_those_of_the_roles_they_name_and_null_takes_them_back() {
    let app = TestApp::new();
    let server = app.server();
    let set = |grants: Value| server.patch("/api/v2/app", &json!({"grants": grants})).ok();
    let defaults = json!(["flag-user", "mute-user", "search-user", "update-user-owner"]);
    assert_eq!(granted(&server, "user"), defaults);
    server.post("/roles", &json!({"name": "caller"})).ok();
    set(json!({"caller": ["create-call"], "guest": []}));
    assert_eq!((granted(&server, "caller"), granted(&server, "guest")), (json!(["create-call"]), json!([])));
    assert_eq!(granted(&server, "user"), defaults);
    set(json!({"guest": null}));
    assert_eq!((granted(&server, "caller"), granted(&server, "guest")), (json!(["create-call"]), defaults.clone()));
    for reset in [json!({}), Value::Null] {
        set(json!({"caller": ["create-call"], "guest": []}));
        set(reset);
        assert_eq!((granted(&server, "caller"), granted(&server, "guest")), (json!([]), defaults.clone()));
    }
}

#[test]
fn grants_that_break_a_rule_are_refused_and_nothing_is_changed() {
    let app = TestApp::new();
    for (grants, text) in [
        (json!({"nobody": []}), "role \"nobody\" does not exist"),
        (json!([]), "expected object for field \"grants\" but got array"),
        (json!({"user": "search-user"}), "expected array for field \"grants.user\" but got string"),
        (json!({"user": [5]}), "expected string for field \"grants.user[0]\" but got number"),
    ] {
        let body = json!({"webhook_url": "https://example.com", "grants": grants});
        refused(&app.server().patch("/api/v2/app", &body), "UpdateApp", 400, 4, text);
    }
    assert_eq!(app.server().get("/api/v2/app").ok()["app"]["webhook_url"], "");
}
