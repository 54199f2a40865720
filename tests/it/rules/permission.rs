//! May they: role, grants, owner, teams (wire-contract 4.10, 4.2 to 4.4, 2.3 rows 22 to 26).

use serde_json::{Value, json};

use crate::app::{Answer, Caller, TestApp};
use crate::forge::{SERVER_ONLY, refused};

fn app_with(users: &[Value]) -> TestApp {
    let app = TestApp::new();
    app.upsert(users);
    app
}

fn ban(caller: &Caller, target: &str) -> Answer {
    caller.post("/api/v2/moderation/ban", &json!({"target_user_id": target}))
}

fn upsert(caller: &Caller, user: &Value) -> Answer {
    let id = user["id"].as_str().unwrap();
    caller.post("/api/v2/users", &json!({"users": {id: user}}))
}

fn set(caller: &Caller, id: &str, set: &Value) -> Answer {
    caller.patch("/api/v2/users", &json!({"users": [{"id": id, "set": set}]}))
}

#[test]
fn the_refusal_names_user_role_and_action() {
    let app = app_with(&[json!({"id": "bob"}), json!({"id": "eve"})]);
    let text = "User 'bob' with role 'user' is not allowed to perform action BanUser";
    refused(&ban(&app.user("bob"), "eve"), "Ban", (403, 17, text));
}

#[test]
fn an_anonymous_caller_is_named_with_its_id_and_role() {
    let app = app_with(&[json!({"id": "eve"})]);
    let text = "User '!anon' with role 'anonymous' is not allowed to perform action BanUser";
    refused(&ban(&app.anonymous(), "eve"), "Ban", (403, 17, text));
}

#[test]
fn admins_and_moderators_may_ban_by_default() {
    for role in ["admin", "moderator", "global_admin", "global_moderator"] {
        let app = app_with(&[json!({"id": "mod", "role": role}), json!({"id": "eve"})]);
        ban(&app.user("mod"), "eve").ok();
    }
}

#[test]
fn a_servers_permission_is_never_asked() {
    let app = app_with(&[json!({"id": "eve"})]);
    app.set(&json!({"grants": {"admin": [], "user": []}}));
    ban(&app.root(), "eve").ok();
}

#[test]
fn a_role_takes_effect_on_the_next_request() {
    let app = app_with(&[json!({"id": "bob"}), json!({"id": "eve"})]);
    let bob = app.user("bob");
    assert_eq!(ban(&bob, "eve").status, 403);
    app.upsert(&[json!({"id": "bob", "role": "admin"})]);
    ban(&bob, "eve").ok();
    app.upsert(&[json!({"id": "bob", "role": "user"})]);
    assert_eq!(ban(&bob, "eve").status, 403);
}

#[test]
fn grants_replace_those_of_the_roles_they_name_and_no_others() {
    let app = app_with(&[json!({"id": "bob"}), json!({"id": "mod", "role": "moderator"}), json!({"id": "eve"})]);
    app.set(&json!({"grants": {"user": ["ban-user"]}}));
    ban(&app.user("bob"), "eve").ok();
    let query = app.user("bob").query_users(&json!({"filter_conditions": {}}));
    let text = "User 'bob' with role 'user' is not allowed to perform action SearchUser";
    refused(&query, "QueryUsers", (403, 17, text));
    ban(&app.user("mod"), "eve").ok();
}

#[test]
fn empty_grants_take_everything_and_null_gives_the_defaults_back() {
    let app = app_with(&[json!({"id": "bob"})]);
    let bob = app.user("bob");
    let query = || bob.query_users(&json!({"filter_conditions": {}}));
    app.set(&json!({"grants": {"user": []}}));
    assert_eq!(query().status, 403);
    app.set(&json!({"grants": {"user": null}}));
    query().ok();
    app.set(&json!({"grants": {"user": []}}));
    app.set(&json!({"grants": null}));
    query().ok();
    app.set(&json!({"grants": {"user": []}}));
    app.set(&json!({"grants": {}}));
    query().ok();
}

#[test]
fn a_role_of_the_apps_own_has_only_what_it_was_granted() {
    let app = TestApp::new();
    app.root().post("/api/v2/roles", &json!({"name": "referee"})).ok();
    app.upsert(&[json!({"id": "ref", "role": "referee"}), json!({"id": "eve"})]);
    let text = "User 'ref' with role 'referee' is not allowed to perform action BanUser";
    refused(&ban(&app.user("ref"), "eve"), "Ban", (403, 17, text));
    app.set(&json!({"grants": {"referee": ["ban-user"]}}));
    ban(&app.user("ref"), "eve").ok();
}

#[test]
fn without_permission_checks_every_user_may_do_everything() {
    let app = app_with(&[json!({"id": "bob"}), json!({"id": "eve"})]);
    app.set(&json!({"disable_permissions_checks": true}));
    ban(&app.user("bob"), "eve").ok();
    upsert(&app.user("bob"), &json!({"id": "eve", "name": "Eve"})).ok();
    upsert(&app.user("bob"), &json!({"id": "bob", "role": "admin"})).ok();
    refused(&app.user("bob").patch("/api/v2/app", &json!({})), "UpdateApp", SERVER_ONLY);
    app.set(&json!({"disable_permissions_checks": false}));
    app.upsert(&[json!({"id": "bob", "role": "user"})]);
    assert_eq!(ban(&app.user("bob"), "eve").status, 403);
}

#[test]
fn users_change_themselves_and_nobody_else() {
    let app = app_with(&[json!({"id": "bob"}), json!({"id": "eve", "name": "Eve"})]);
    let bob = app.user("bob");
    upsert(&bob, &json!({"id": "bob", "name": "Bob"})).ok();
    set(&bob, "bob", &json!({"color": "blue"})).ok();
    let text = "User with role 'user' is not allowed to perform action UpdateUser";
    refused(&upsert(&bob, &json!({"id": "eve", "name": "Mallory"})), "UpdateUsers", (403, 17, text));
    refused(&set(&bob, "eve", &json!({"name": "Mallory"})), "UpdateUsersPartial", (403, 17, text));
    let found = app.root().query_users(&json!({"filter_conditions": {"id": "eve"}})).ok();
    assert_eq!(found["users"][0]["name"], "Eve");
}

#[test]
fn a_batch_with_one_strange_user_changes_none() {
    let app = app_with(&[json!({"id": "bob"}), json!({"id": "eve"})]);
    let body = json!({"users": {"bob": {"id": "bob", "name": "Bob"}, "eve": {"id": "eve", "name": "x"}}});
    assert_eq!(app.user("bob").post("/api/v2/users", &body).status, 403);
    let found = app.root().query_users(&json!({"filter_conditions": {"id": "bob"}})).ok();
    assert_eq!(found["users"][0].get("name"), None);
}

#[test]
fn a_user_who_was_granted_update_user_changes_others() {
    let app = app_with(&[json!({"id": "bob"}), json!({"id": "eve"})]);
    app.set(&json!({"grants": {"user": ["update-user"]}}));
    upsert(&app.user("bob"), &json!({"id": "eve", "name": "Eve"})).ok();
}

#[test]
fn nobody_takes_a_role_who_may_not() {
    let app = app_with(&[json!({"id": "bob"})]);
    let bob = app.user("bob");
    let text = "User 'bob' with role 'user' is not allowed to perform action UpdateUserRole";
    refused(&upsert(&bob, &json!({"id": "bob", "role": "admin"})), "UpdateUsers", (403, 17, text));
    refused(&set(&bob, "bob", &json!({"role": "admin"})), "UpdateUsersPartial", (403, 17, text));
    upsert(&bob, &json!({"id": "bob", "role": "user"})).ok();
    set(&bob, "bob", &json!({"role": "user"})).ok();
}

#[test]
fn a_user_who_was_never_created_takes_no_role_either() {
    let app = TestApp::new();
    let text = "User 'new' with role 'user' is not allowed to perform action UpdateUserRole";
    refused(&upsert(&app.user("new"), &json!({"id": "new", "role": "admin"})), "UpdateUsers", (403, 17, text));
}

#[test]
fn a_guest_stays_a_guest() {
    let app = TestApp::new();
    let made = app.anonymous().post("/api/v2/guest", &json!({"user": {"id": "pat"}})).ok();
    let (guest, id) = (app.with_token(made["access_token"].as_str().unwrap()), made["user"]["id"].as_str().unwrap());
    upsert(&guest, &json!({"id": id, "name": "Pat"})).ok();
    let text = format!("User '{id}' with role 'guest' is not allowed to perform action UpdateUserRole");
    refused(&upsert(&guest, &json!({"id": id, "role": "user"})), "UpdateUsers", (403, 17, &text));
}

#[test]
fn teams_are_changed_by_servers_alone() {
    let app = app_with(&[json!({"id": "bob", "teams": ["red", "blue"]})]);
    let bob = app.user("bob");
    let text = "user teams can only be updated server-side";
    refused(&upsert(&bob, &json!({"id": "bob", "teams": ["green"]})), "UpdateUsers", (403, 17, text));
    refused(&set(&bob, "bob", &json!({"teams": ["red"]})), "UpdateUsersPartial", (403, 17, text));
    for same in [json!(["red", "blue"]), json!(["blue", "red"]), json!([]), Value::Null] {
        upsert(&bob, &json!({"id": "bob", "teams": same})).ok();
    }
}

#[test]
fn a_client_that_sends_no_teams_keeps_those_there_are() {
    let app = app_with(&[json!({"id": "bob", "teams": ["red"]})]);
    for teams in [json!([]), Value::Null] {
        let made = upsert(&app.user("bob"), &json!({"id": "bob", "teams": teams})).ok();
        assert_eq!(made["users"]["bob"]["teams"], json!(["red"]), "{teams}");
    }
}

#[test]
fn guests_and_anonymous_callers_query_users_by_default() {
    let app = app_with(&[json!({"id": "bob"})]);
    let made = app.anonymous().post("/api/v2/guest", &json!({"user": {"id": "pat"}})).ok();
    let guest = app.with_token(made["access_token"].as_str().unwrap());
    for caller in [app.anonymous(), guest] {
        let found = caller.query_users(&json!({"filter_conditions": {"id": "bob"}})).ok();
        assert_eq!(found["users"][0]["id"], "bob");
    }
}

#[test]
fn roles_that_may_not_search_are_named_in_a_setting() {
    let app = app_with(&[json!({"id": "bob"}), json!({"id": "mod", "role": "moderator"})]);
    app.set(&json!({"user_search_disallowed_roles": ["user", "anonymous"]}));
    let query = |caller: Caller| caller.query_users(&json!({"filter_conditions": {}}));
    let (status, code, _) = query(app.user("bob")).error();
    assert_eq!((status, code), (403, 17));
    let (status, code, _) = query(app.anonymous()).error();
    assert_eq!((status, code), (403, 17));
    query(app.user("mod")).ok();
    query(app.root()).ok();
}

#[test]
fn with_multi_tenancy_a_client_sees_its_own_teams() {
    let app = app_with(&[
        json!({"id": "red", "teams": ["red"]}),
        json!({"id": "red2", "teams": ["red", "blue"]}),
        json!({"id": "blue", "teams": ["blue"]}),
    ]);
    let ids = |caller: Caller, filter: Value| -> Vec<String> {
        let found = caller.query_users(&json!({"filter_conditions": filter, "sort": [{"field": "id"}]})).ok();
        found["users"].as_array().unwrap().iter().map(|user| user["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids(app.user("red"), json!({})), ["blue", "red", "red2"], "teams count for nothing while it is off");
    app.set(&json!({"multi_tenant_enabled": true}));
    assert_eq!(ids(app.user("red"), json!({})), ["red", "red2"]);
    assert_eq!(ids(app.user("blue"), json!({})), ["blue", "red2"]);
    assert_eq!(ids(app.root(), json!({})), ["blue", "red", "red2"], "a server sees all");
    assert_eq!(ids(app.user("red"), json!({"id": "blue"})), Vec::<String>::new());
}

#[test]
fn the_legacy_permissions_want_a_team_filter() {
    let app = app_with(&[json!({"id": "red", "teams": ["red"]}), json!({"id": "blue", "teams": ["blue"]})]);
    app.set(&json!({"multi_tenant_enabled": true, "permission_version": "v1"}));
    let query = |filter: Value| app.user("red").query_users(&json!({"filter_conditions": filter}));
    let text = "you must include a team filter to use this endpoint client-side";
    refused(&query(json!({})), "QueryUsers", (403, 17, text));
    let text = "you must filter on teams that are from the same user";
    refused(&query(json!({"teams": {"$in": ["blue"]}})), "QueryUsers", (403, 17, text));
    assert_eq!(query(json!({"teams": {"$in": ["red"]}})).ok()["users"][0]["id"], "red");
    app.root().query_users(&json!({"filter_conditions": {}})).ok();
}

#[test]
fn with_multi_tenancy_there_are_no_guests() {
    let app = TestApp::new();
    app.set(&json!({"multi_tenant_enabled": true}));
    let (status, code, _) = app.anonymous().post("/api/v2/guest", &json!({"user": {"id": "pat"}})).error();
    assert_eq!((status, code), (403, 17));
}

#[test]
fn guests_can_be_switched_off() {
    let app = TestApp::new();
    app.set(&json!({"guest_user_creation_disabled": true}));
    let (status, code, _) = app.anonymous().post("/api/v2/guest", &json!({"user": {"id": "pat"}})).error();
    assert_eq!((status, code), (403, 17));
    app.set(&json!({"guest_user_creation_disabled": false}));
    app.anonymous().post("/api/v2/guest", &json!({"user": {"id": "pat"}})).ok();
}

#[test]
fn anonymous_callers_may_write_nothing() {
    let app = app_with(&[json!({"id": "bob"})]);
    let nobody = app.anonymous();
    for (method, path, body) in [
        ("POST", "/api/v2/users", json!({"users": {"bob": {"id": "bob"}}})),
        ("PATCH", "/api/v2/users", json!({"users": [{"id": "bob", "set": {"name": "x"}}]})),
        ("POST", "/api/v2/devices", json!({"id": "d", "push_provider": "apn"})),
        ("DELETE", "/api/v2/devices?id=d", json!({})),
        ("POST", "/api/v2/users/block", json!({"blocked_user_id": "bob"})),
        ("POST", "/api/v2/users/unblock", json!({"blocked_user_id": "bob"})),
        ("POST", "/api/v2/moderation/ban", json!({"target_user_id": "bob"})),
        ("POST", "/api/v2/push_preferences", json!({"preferences": [{"chat_level": "all"}]})),
    ] {
        let (status, code, message) = nobody.call(method, path, Some(&body)).error();
        assert_eq!((status, code), (403, 17), "{method} {path}: {message}");
    }
}

#[test]
fn a_users_devices_and_blocks_are_ones_own() {
    let app = app_with(&[json!({"id": "bob"}), json!({"id": "eve"})]);
    app.user("bob").post("/api/v2/devices", &json!({"id": "d1", "push_provider": "apn"})).ok();
    assert_eq!(app.user("eve").get("/api/v2/devices?user_id=eve").ok()["devices"], json!([]));
    let (status, code, _) = app.user("eve").get("/api/v2/devices?user_id=bob").error();
    assert_eq!((status, code), (403, 17), "nobody acts for somebody else");
    let (status, code, _) = app.user("eve").delete("/api/v2/devices?id=d1").error();
    assert_eq!((status, code), (404, 16));
    assert_eq!(app.user("bob").get("/api/v2/devices").ok()["devices"][0]["id"], "d1");
}

#[test]
fn a_server_names_the_user_for_whom_it_acts() {
    let app = app_with(&[json!({"id": "bob"})]);
    let text = "user_id is required for server side requests";
    refused(&app.root().get("/api/v2/devices"), "ListDevices", (400, 4, text));
    app.root().get("/api/v2/devices?user_id=bob").ok();
    let body = json!({"id": "d", "push_provider": "apn", "user_id": "bob", "user": {"id": "bob"}});
    let both = app.root().post("/api/v2/devices", &body);
    refused(&both, "CreateDevice", (400, 4, "cannot set both user and user_id."));
}
