//! The traps of wire-contract 7 that concern HTTP, one test each, by their numbers. The others concern sockets
//! (4, 5, 6, 7, 8, 18, 21), the clients alone (34), or the long-poll and the socket's query.

use serde_json::{Value, json};

use crate::app::{TestApp, encode};
use crate::forge::{HEADER, NOON, NOON_TEXT, b64, btoa, refused, token};

#[test]
fn trap_01_a_server_token_is_one_without_a_user_id() {
    let app = TestApp::at_noon();
    app.bearer(&json!({})).get("/api/v2/roles").ok();
    app.bearer(&json!({"nbf": NOON - 5, "iat": NOON - 5, "exp": NOON + 3600})).get("/api/v2/roles").ok();
}

#[test]
fn trap_02_times_are_plain_integers_on_v2_and_rfc_3339_elsewhere() {
    let app = TestApp::at_noon();
    app.upsert(&[json!({"id": "john"})]);
    let payload = encode(r#"{"filter_conditions":{"id":"john"}}"#);
    let text = |prefix: &str| app.root().get(&format!("{prefix}/users?payload={payload}")).text;
    assert!(text("/api/v2").contains(&format!("\"created_at\":{NOON}000000000,")), "{}", text("/api/v2"));
    for prefix in ["", "/video"] {
        assert!(text(prefix).contains(&format!("\"created_at\":\"{NOON_TEXT}\"")), "{}", text(prefix));
    }
}

#[test]
fn trap_03_expired_and_revoked_are_code_40_with_http_401() {
    let app = TestApp::at_noon();
    let answer = app.bearer(&json!({"user_id": "john", "exp": NOON - 1})).get("/api/v2/app");
    assert_eq!(
        (answer.status, answer.body["StatusCode"].as_i64(), answer.body["code"].as_i64()),
        (401, Some(401), Some(40))
    );
    app.set(&json!({"revoke_tokens_issued_before": NOON_TEXT}));
    let answer = app.bearer(&json!({"user_id": "john"})).get("/api/v2/app");
    assert_eq!(
        (answer.status, answer.body["StatusCode"].as_i64(), answer.body["code"].as_i64()),
        (401, Some(401), Some(40))
    );
}

#[test]
fn trap_10_a_dev_token_is_standard_base64_with_padding() {
    let app = TestApp::new();
    app.set(&json!({"disable_auth_checks": true}));
    let payload = btoa(r#"{"user_id":"john-d"}"#);
    assert!(payload.ends_with('='), "{payload}");
    app.with_token(&format!("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.{payload}.devtoken")).get("/api/v2/app").ok();
}

#[test]
fn trap_11_an_empty_authorization_is_absent() {
    let app = TestApp::new();
    app.caller(Some("anonymous"), Some("")).get("/api/v2/app").ok();
    app.anonymous().get("/api/v2/app?authorization=undefined").ok();
}

#[test]
fn trap_12_an_iat_of_now_passes_a_later_one_does_not_and_exp_has_no_leeway() {
    let app = TestApp::at_noon();
    let code = |claims: Value| app.bearer(&claims).get("/api/v2/app").body["code"].as_i64();
    assert_eq!(code(json!({"user_id": "john", "iat": NOON})), None);
    assert_eq!(code(json!({"user_id": "john", "iat": NOON + 1})), Some(42));
    assert_eq!(code(json!({"user_id": "john", "exp": NOON - 1})), Some(40));
    assert_eq!(code(json!({"user_id": "john"})), None, "exp is not required");
    assert_eq!(code(json!({"user_id": "john", "nbf": NOON + 1})), Some(41), "nbf is checked");
}

#[test]
fn trap_13_post_is_201_and_get_patch_delete_are_200() {
    let app = TestApp::new();
    assert_eq!(app.root().post("/api/v2/users", &json!({"users": {"a": {"id": "a"}}})).status, 201);
    assert_eq!(app.root().patch("/api/v2/app", &json!({})).status, 200);
    assert_eq!(app.root().get("/api/v2/app").status, 200);
    assert_eq!(app.root().delete("/users/a").status, 200);
}

#[test]
fn trap_14_details_is_an_array_and_status_code_is_capitalised() {
    let app = TestApp::new();
    let answer = app.with_token("x").get("/api/v2/app");
    assert_eq!(answer.body["details"], json!([]));
    assert_eq!(answer.body["StatusCode"], 401);
    assert_eq!(answer.body.as_object().unwrap().len(), 6);
}

#[test]
fn trap_15_rate_limits_are_on_every_answer_and_a_browser_may_read_them() {
    let app = TestApp::new();
    let read =
        |header: &str, answer: &crate::app::Answer| answer.header(header).map(|value| value.parse::<i64>().unwrap());
    let (first, second) = (app.root().get("/api/v2/app"), app.root().get("/api/v2/app"));
    assert!(read("x-ratelimit-remaining", &first) > read("x-ratelimit-remaining", &second));
    let refused = app.with_token("x").get("/api/v2/app");
    assert!(read("x-ratelimit-reset", &refused).is_some());
    assert!(refused.header("access-control-expose-headers").unwrap().contains("x-ratelimit-remaining"));
    assert!(refused.header("access-control-allow-headers").unwrap().contains("x-client-request-id"));
}

#[test]
fn trap_16_message_literals_are_exact() {
    let app = TestApp::new();
    app.upsert(&[json!({"id": "bob"})]);
    refused(&app.root().get("/api/v2/users"), "QueryUsers", (400, 4, "invalid json data"));
    let answer = app.root().post("/api/v2/users/restore", &json!({"user_ids": ["bob"]}));
    refused(&answer, "RestoreUsers", (400, 4, "user \"bob\" is not deleted, it can't be restored"));
}

#[test]
fn trap_17_a_valid_token_of_an_unknown_user_reads() {
    let app = TestApp::new();
    app.user("nobody-yet").get("/api/v2/app").ok();
    app.user("nobody-yet").query_users(&json!({"filter_conditions": {}})).ok();
}

#[test]
fn trap_19_a_token_minted_after_a_revocation_by_a_back_dating_sdk_is_refused_only_until_the_clock_has_moved() {
    let app = TestApp::at_noon();
    app.upsert(&[json!({"id": "john"})]);
    app.revoke("john", &json!(NOON_TEXT));
    let minted_at = |now: i64| app.bearer(&json!({"user_id": "john", "iat": now - 1})).get("/api/v2/app");
    assert_eq!(minted_at(NOON).body["code"], 40);
    app.advance("1s");
    minted_at(NOON + 1).ok();
}

#[test]
fn trap_20_a_guests_id_is_not_the_one_that_was_asked_for() {
    let app = TestApp::new();
    let made = app.anonymous().post("/api/v2/guest", &json!({"user": {"id": "pat", "name": "Pat"}})).ok();
    let id = made["user"]["id"].as_str().unwrap();
    assert!(id.starts_with("guest-") && id.ends_with("-pat"), "{id}");
    assert_eq!(made["user"]["role"], "guest");
    let claims = made["access_token"].as_str().unwrap().split('.').nth(1).unwrap().to_owned();
    assert_eq!(claims, b64(json!({"user_id": id}).to_string()));
}

#[test]
fn trap_22_the_api_key_may_be_a_header_and_the_auth_type_a_query_parameter() {
    let app = TestApp::new();
    let token = app.sign(&json!({"user_id": "john"}));
    let headers = [("api_key", app.api_key.as_str()), ("authorization", token.as_str())];
    app.bare("GET", "/api/v2/app?stream-auth-type=jwt", &headers, None).ok();
}

#[test]
fn trap_23_header_names_are_read_in_any_case() {
    let app = TestApp::new();
    let token = app.sign(&json!({"user_id": "john"}));
    let request = format!(
        "GET /api/v2/app?api_key={} HTTP/1.1\r\nHOST: localhost\r\nStReAm-AuTh-TyPe: jwt\r\nAUTHORIZATION: {token}\r\nconnection: close\r\n\r\n",
        app.api_key
    );
    assert_eq!(crate::raw::exchange(&app.url, request.as_bytes()).status, 200);
}

#[test]
fn trap_24_filters_of_a_get_stand_in_its_payload() {
    let app = TestApp::new();
    app.upsert(&[json!({"id": "a"}), json!({"id": "b"}), json!({"id": "c"})]);
    let payload = json!({"filter_conditions": {"id": {"$in": ["a", "b", "c"]}}, "limit": 1, "offset": 1, "sort": [{"field": "id", "direction": 1}]});
    let found = app.root().query_users(&payload).ok();
    assert_eq!(found["users"].as_array().unwrap().len(), 1);
    assert_eq!(found["users"][0]["id"], "b");
}

#[test]
fn trap_25_a_wrong_method_is_404_with_code_16_in_json() {
    let app = TestApp::new();
    refused(&app.root().delete("/api/v2/app"), "Request", (404, 16, "Not Found"));
}

#[test]
fn trap_26_a_task_is_there_and_completed_at_once() {
    let app = TestApp::new();
    app.upsert(&[json!({"id": "a"})]);
    let begun = app.root().post("/api/v2/users/delete", &json!({"user_ids": ["a"]})).ok();
    let task = app.root().get(&format!("/api/v2/tasks/{}", begun["task_id"].as_str().unwrap())).ok();
    assert_eq!(task["status"], "completed");
}

#[test]
fn trap_27_deactivated_users_are_hidden_unless_asked_for() {
    let app = TestApp::new();
    app.upsert(&[json!({"id": "a"})]);
    app.root().post("/api/v2/users/a/deactivate", &json!({})).ok();
    let count = |payload: Value| app.root().query_users(&payload).ok()["users"].as_array().unwrap().len();
    assert_eq!(count(json!({"filter_conditions": {"id": "a"}})), 0);
    assert_eq!(count(json!({"filter_conditions": {"id": "a"}, "include_deactivated_users": true})), 1);
}

#[test]
fn trap_28_membership_deletion_task_id_is_there_and_empty() {
    let app = TestApp::new();
    let made = app.root().post("/api/v2/users", &json!({"users": {"a": {"id": "a"}}})).ok();
    assert_eq!(made["membership_deletion_task_id"], "");
    let changed = app.root().patch("/api/v2/users", &json!({"users": [{"id": "a", "set": {"x": 1}}]})).ok();
    assert_eq!(changed["membership_deletion_task_id"], "");
}

#[test]
fn trap_29_teams_custom_and_language_are_never_null_and_privacy_settings_are_absent_until_set() {
    let app = TestApp::new();
    let made =
        app.root().post("/api/v2/users", &json!({"users": {"a": {"id": "a", "teams": null, "custom": null}}})).ok();
    let user = &made["users"]["a"];
    assert_eq!((&user["teams"], &user["custom"], &user["language"]), (&json!([]), &json!({}), &json!("")));
    assert_eq!(user.get("privacy_settings"), None);
}

#[test]
fn trap_30_an_answer_says_so_when_it_is_compressed() {
    let app = TestApp::new();
    let request = |encoding: &str| {
        let head = format!(
            "GET /api/v2/app?api_key={}&stream-auth-type=jwt HTTP/1.1\r\nhost: localhost\r\nauthorization: {}\r\naccept-encoding: {encoding}\r\nconnection: close\r\n\r\n",
            app.api_key,
            app.sign(&json!({}))
        );
        crate::raw::exchange(&app.url, head.as_bytes())
    };
    let plain = request("identity");
    assert!(plain.header("content-encoding").is_none() && plain.body.starts_with(b"{"));
    let packed = request("gzip");
    assert_eq!(packed.header("content-encoding").is_some(), packed.body.windows(2).any(|bytes| bytes == [0x1f, 0x8b]));
}

#[test]
fn trap_31_ids_in_a_path_arrive_as_clients_send_them() {
    let app = TestApp::new();
    app.upsert(&[json!({"id": "a@b c.d"})]);
    app.root().post("/api/v2/users/a@b%20c.d/deactivate", &json!({})).ok();
    app.root().post("/api/v2/users/a%40b%20c%2Ed/reactivate", &json!({})).ok();
}

#[test]
fn trap_32_legacy_flattens_custom_data_that_v2_nests() {
    let app = TestApp::new();
    app.upsert(&[json!({"id": "a", "custom": {"color": "blue"}})]);
    let payload = encode(r#"{"filter_conditions":{"id":"a"}}"#);
    let user = |prefix: &str| app.root().get(&format!("{prefix}/users?payload={payload}")).ok()["users"][0].clone();
    assert_eq!((user("")["color"].as_str(), user("").get("custom")), (Some("blue"), None));
    assert_eq!(user("/api/v2")["custom"], json!({"color": "blue"}));
    assert_eq!(user("/api/v2").get("color"), None);
}

#[test]
fn trap_33_query_parameters_are_texts_and_lists_are_joined_by_commas() {
    let app = TestApp::new();
    let limits = app.root().get("/api/v2/rate_limits?server_side=true&endpoints=GetApp,QueryUsers").ok();
    let names: Vec<_> = limits["server_side"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(names, ["GetApp", "QueryUsers"]);
    assert_eq!(limits.get("web"), None);
    app.upsert(&[json!({"id": "a"})]);
    app.root().delete("/users/a?hard_delete=true&mark_messages_deleted=false").ok();
    assert_eq!(app.root().get("/api/v2/users/a/export").status, 404);
}

#[test]
fn trap_35_a_bad_signature_has_two_texts() {
    let app = TestApp::new();
    let user = app.with_token(&token(HEADER, r#"{"user_id":"john"}"#, "x")).get("/api/v2/app");
    refused(&user, "GetApp", (401, 43, &app.bad_signature()));
    let server = app.with_token(&token(HEADER, "{}", "x")).get("/api/v2/app");
    refused(&server, "GetApp", (401, 5, "Token signature is invalid"));
}
