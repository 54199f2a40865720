use serde_json::json;

use crate::app::TestApp;

#[test]
fn a_server_creates_a_user_who_then_signs_in() {
    let app = TestApp::new();
    app.upsert(&[json!({"id": "john", "name": "John", "custom": {"color": "blue"}})]);
    let found = app.user("john").query_users(&json!({"filter_conditions": {"id": "john"}})).ok();
    assert_eq!(found["users"][0]["name"], "John");
    assert_eq!(found["users"][0]["custom"]["color"], "blue");
}

#[test]
fn an_expired_token_is_refused_with_code_40_once_the_clock_has_moved() {
    let app = TestApp::new();
    let john = app.user("john");
    john.get("/api/v2/app").ok();
    app.advance("2h");
    let message = "GetApp failed with error: \"JWTAuth error: token is expired (exp)\"".to_owned();
    assert_eq!(john.get("/api/v2/app").error(), (401, 40, message));
}
