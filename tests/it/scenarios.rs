//! The scenarios of `fixtures/`: what each comment promises is true, over HTTP and over sockets.

use millpond::fixture::shipped::{shipped, shipped_names};
use serde_json::{Value, json};

use crate::app::{Answer, Caller, TestApp, send};
use crate::fixtures::{app_of, by_name, user, users};
use crate::forge::{EXPIRED, NOON_TEXT, NOT_YET, REVOKED};
use crate::sockets::client::{Door, JS_PING, Joined};
use crate::transcript::refused;

fn scenario(name: &str) -> TestApp {
    app_of(&[shipped(name).unwrap()])
}

/// A named token of the fixture.
fn token(app: &TestApp, name: &str) -> String {
    let tokens = app.control("GET", "/tokens", &Value::Null).ok()["tokens"].clone();
    tokens[name].as_str().unwrap_or_else(|| panic!("no token {name}")).to_owned()
}

/// Whoever bears a named token of the fixture.
fn bearer(app: &TestApp, name: &str) -> Caller {
    app.with_token(&token(app, name))
}

/// Another app of the same fixture.
fn second(app: &TestApp, api_key: &str) -> TestApp {
    let shown = send("GET", &format!("{}/_millpond/apps/{api_key}?secrets=true", app.url), &[], None).ok();
    let secret = shown["api_secret"].as_str().unwrap().to_owned();
    TestApp { url: app.url.clone(), api_key: api_key.to_owned(), api_secret: secret }
}

/// What a socket that shows a named token is refused with; `None` when it is let in.
fn refused_at_connect(app: &TestApp, user: &str, name: &str) -> Option<i64> {
    let mut socket = app.show_token(user, &token(app, name)).through(Door::V2);
    socket.json()["error"]["code"].as_i64()
}

/// The ids that a caller finds.
fn found(caller: &Caller) -> Vec<String> {
    let payload = json!({"filter_conditions": {}, "limit": 100, "sort": [{"field": "id", "direction": 1}]});
    let users = caller.query_users(&payload).ok()["users"].as_array().unwrap().clone();
    users.iter().map(|user| user["id"].as_str().unwrap().to_owned()).collect()
}

/// A token of the token provider, or its refusal.
fn provided(app: &TestApp, user: &str) -> Answer {
    app.control("GET", &format!("/token-provider?user_id={user}"), &Value::Null)
}

/// Signs in with a token of the token provider, as a front end does.
fn signed_in(app: &TestApp, user: &str) -> Joined {
    let token = provided(app, user).ok()["token"].as_str().unwrap().to_owned();
    Joined::of(Door::V2, app.show_token(user, &token).through(Door::V2))
}

#[test]
fn every_shipped_scenario_is_tested_here() {
    let names = [
        "bad-tokens",
        "developer-tokens",
        "guests-and-anonymous",
        "multi-tenant",
        "quickstart",
        "revocation",
        "roles-and-permissions",
        "token-expiry",
        "user-reports",
    ];
    assert_eq!(shipped_names(), names);
}

#[test]
fn quickstart_has_the_users_and_tokens_that_it_names() {
    let app = app_of(&[shipped("quickstart").unwrap()]);
    assert_eq!((app.api_key.as_str(), app.api_secret.as_str()), ("millpond", "millpond-secret-that-is-worth-nothing"));
    let ids: Vec<_> = users(&app).iter().map(|user| user["id"].clone()).collect();
    assert_eq!(ids, ["ada", "dan", "eve", "guest-gil", "jane", "john", "mia"]);
    assert_eq!(
        (&user(&app, "john")["custom"], &user(&app, "eve")["banned"]),
        (&json!({"color": "blue"}), &json!(true))
    );
    assert_eq!(user(&app, "jane")["blocked_user_ids"], json!(["eve"]));
    for good in ["john", "jane", "ada", "mia", "gil", "server"] {
        by_name(&app, good).ok();
    }
    refused(&by_name(&app, "expired"), "GetApp", 401, 40, "JWTAuth error: token is expired (exp)");
    let text = "JWTAuth error: signature is not valid. Make sure the token is created using the secret for API key \"millpond\"";
    refused(&by_name(&app, "foreign"), "GetApp", 401, 43, text);
    refused(&app.user("dan").get("/app"), "GetApp", 404, 16, "the user dan was deactivated");
    refused(&app.user("zoe").get("/app"), "GetApp", 404, 16, "the user zoe was deleted");
    app.server().post("/users/restore", &json!({"user_ids": ["zoe"]})).ok();
    app.user("mia").post("/moderation/ban", &json!({"target_user_id": "john"})).ok();
}

#[test]
fn developer_tokens_pass_while_checks_are_off() {
    let app = app_of(&[shipped("developer-tokens").unwrap()]);
    for good in ["john-dev", "jane-dev", "john-tampered", "john", "server"] {
        by_name(&app, good).ok();
    }
    app.server().patch("/app", &json!({"disable_auth_checks": false})).ok();
    for (name, code) in [("john-dev", 43), ("jane-dev", 43), ("john-tampered", 43)] {
        assert_eq!(by_name(&app, name).error().1, code, "{name}");
    }
    by_name(&app, "john").ok();
}

#[test]
fn revocation_refuses_what_was_issued_before_it() {
    let app = app_of(&[shipped("revocation").unwrap()]);
    for good in ["john-new", "jane-old", "jane-no-iat", "server"] {
        by_name(&app, good).ok();
    }
    for revoked in ["john-old", "john-no-iat"] {
        let text = "This token has been revoked, please generate a new token";
        refused(&by_name(&app, revoked), "GetApp", 401, 40, text);
    }
}

#[test]
fn tokens_expire_as_the_clock_is_moved() {
    let app = scenario("token-expiry");
    let refusal = |name: &str| by_name(&app, name).error().1;
    let inner = |(_, _, text): (u16, i64, &'static str)| text;
    refused(&by_name(&app, "john-expired"), "GetApp", 401, 40, inner(EXPIRED));
    refused(&by_name(&app, "john-later"), "GetApp", 401, 41, inner(NOT_YET));
    assert_eq!(refused_at_connect(&app, "john", "john-expired"), Some(40));
    by_name(&app, "john-minute").ok();
    app.advance("2m");
    assert_eq!(refusal("john-minute"), 40);
    by_name(&app, "john").ok();
    app.advance("29m");
    by_name(&app, "john-later").ok();
    app.advance("30m");
    assert_eq!(refusal("john"), 40);
    for endless in ["jane", "server"] {
        by_name(&app, endless).ok();
    }
    let fresh = app.control("GET", "/token-provider?user_id=john&validity_in_seconds=60", &Value::Null).ok();
    app.with_token(fresh["token"].as_str().unwrap()).get("/api/v2/app").ok();
    app.control("POST", "/reset", &json!({})).ok();
    by_name(&app, "john-minute").ok();
}

#[test]
fn an_open_socket_ends_with_its_token_in_token_expiry() {
    let app = scenario("token-expiry");
    let minute = app.show_token("john", &token(&app, "john-minute"));
    let mut john = Joined::of(Door::V2, minute.through(Door::V2));
    let mut jane = Joined::of(Door::V2, app.show_token("jane", &token(&app, "jane")).through(Door::V2));
    app.advance("2m");
    john.ended(EXPIRED, 4001);
    jane.quiet();
    assert_eq!(refused_at_connect(&app, "john", "john-minute"), Some(40));
}

#[test]
fn guests_get_a_token_and_find_users_while_anonymous_callers_find_nobody() {
    let app = scenario("guests-and-anonymous");
    let visitor = json!({"user": {"id": "visitor"}});
    let made = app.anonymous().post("/guest", &visitor);
    assert_eq!(made.status, 201);
    let made = made.ok();
    let id = made["user"]["id"].as_str().unwrap();
    assert!(id.starts_with("guest-") && id.ends_with("-visitor") && made["user"]["role"] == "guest", "{id}");
    for guest in [app.with_token(made["access_token"].as_str().unwrap()), bearer(&app, "gil")] {
        assert!(found(&guest).contains(&"john".to_owned()));
    }
    Joined::of(Door::V2, app.show_token("guest-gil", &token(&app, "gil")).through(Door::V2));
    assert_eq!(by_name(&app, "gil-expired").error().1, 40);
    assert_eq!(app.anonymous().query_users(&json!({"filter_conditions": {}})).error().1, 17);
    app.anonymous().get("/api/v2/app").ok();
    let closed = second(&app, "no-guests");
    let text = "guest access is disabled for this application";
    refused(&closed.anonymous().post("/api/v2/guest", &visitor), "CreateGuest", 403, 17, text);
    by_name(&closed, "john").ok();
}

#[test]
fn roles_may_do_what_is_granted_to_them_and_no_more() {
    let app = scenario("roles-and-permissions");
    let ban = |name: &str| bearer(&app, name).post("/moderation/ban", &json!({"target_user_id": "eve"})).status;
    let rename = |name: &str, user: &str| {
        let change = json!({"users": [{"id": user, "set": {"name": "Renamed"}}]});
        bearer(&app, name).patch("/api/v2/users", &change).status
    };
    for (name, may_ban) in
        [("john", false), ("mia", true), ("ada", true), ("olivia", true), ("otto", false), ("rex", false)]
    {
        assert_eq!(ban(name), if may_ban { 201 } else { 403 }, "{name}");
        Joined::of(Door::V2, app.show_token(name, &token(&app, name)).through(Door::V2));
        assert!(found(&bearer(&app, name)).len() >= 7, "{name}");
    }
    assert_eq!(bearer(&app, "rex").post("/moderation/ban", &json!({"target_user_id": "eve"})).error().1, 17);
    assert_eq!((rename("john", "john"), rename("john", "eve"), rename("rex", "rex")), (200, 403, 403));
    let demote = json!({"users": [{"id": "mia", "set": {"role": "user"}}]});
    let calls = [
        ("PATCH", "/api/v2/users", demote),
        ("PATCH", "/api/v2/app", json!({"grants": {"user": []}})),
        ("POST", "/api/v2/users/deactivate", json!({"user_ids": ["eve"]})),
    ];
    for (method, path, body) in &calls {
        assert_eq!(bearer(&app, "ada").call(method, path, Some(body)).error().1, 17, "{path}");
        bearer(&app, "server").call(method, path, Some(body)).ok();
    }
    assert_eq!(ban("mia"), 403);
}

#[test]
fn tenants_find_those_who_share_a_team_with_them() {
    let app = scenario("multi-tenant");
    for (name, wanted) in [
        ("john", vec!["john", "omar", "rita"]),
        ("jane", vec!["jane", "omar"]),
        ("omar", vec!["jane", "john", "omar", "rita"]),
        ("server", vec!["jane", "john", "nora", "omar", "rita"]),
    ] {
        assert_eq!(found(&bearer(&app, name)), wanted, "{name}");
    }
    assert_eq!(found(&bearer(&app, "nora")), ["nora"]);
    let change = json!({"users": [{"id": "john", "set": {"teams": ["blue"]}}]});
    assert_eq!(bearer(&app, "john").patch("/api/v2/users", &change).error().1, 17);
    bearer(&app, "server").patch("/api/v2/users", &change).ok();
    assert_eq!(found(&bearer(&app, "john")), ["jane", "john", "omar"]);
    assert_eq!(app.anonymous().post("/guest", &json!({"user": {"id": "visitor"}})).error().1, 17);
}

/// The tokens of bad-tokens, with the codes that their comments say; 0 for one that passes.
fn said_codes() -> Vec<(String, i64)> {
    let text = shipped("bad-tokens").unwrap();
    let tokens = text.split_once("    tokens:\n").unwrap().1.lines().filter(|line| line.starts_with("      "));
    let lines = tokens.filter(|line| !line.trim_start().starts_with('#'));
    let said = lines.map(|line| {
        let (name, rest) = line.trim_start().split_once(": ").unwrap();
        let word = rest.rsplit_once("# ").map_or("good", |(_, comment)| comment);
        let digits: String = word.chars().take_while(char::is_ascii_digit).collect();
        let code = match word {
            "the same" => 0,
            _ if word.starts_with("good") => 0,
            _ => digits.parse().unwrap_or_else(|_| panic!("{line}")),
        };
        (name.to_owned(), code)
    });
    said.collect()
}

#[test]
fn each_bad_token_gets_the_code_that_its_comment_says() {
    let app = scenario("bad-tokens");
    let said = said_codes();
    assert_eq!(said.len(), app.control("GET", "/tokens", &Value::Null).ok()["tokens"].as_object().unwrap().len());
    assert!(said.len() > 15);
    for (name, code) in said {
        let answer = by_name(&app, &name);
        let seen = if answer.status == 200 { 0 } else { answer.error().1 };
        assert_eq!(seen, code, "{name}: {}", answer.text);
        if code != 0 {
            let user = match name.as_str() {
                "revoked" | "revoked-no-iat" => "ron",
                "deactivated" => "dan",
                "deleted" => "zoe",
                _ => "john",
            };
            assert_eq!(refused_at_connect(&app, user, &name), Some(code), "{name}");
        }
    }
    for (name, found) in [("number-user-id", "number"), ("text-exp", "string")] {
        let (_, _, text) = by_name(&app, name).error();
        assert!(text.contains(&format!("cannot unmarshal {found}")), "{name}: {text}");
    }
    let servers = app.show_token("john", &token(&app, "no-user-id")).through(Door::V2).refused();
    assert_eq!(servers["error"]["code"], 4, "a server's token opens no socket");
    app.advance("1h");
    by_name(&app, "future-nbf").ok();
    app.control("PATCH", "/settings", &json!({"unknown_user": "refuse"})).ok();
    assert_eq!(by_name(&app, "unknown-user").error().1, 16);
    app.server().patch("/app", &json!({"disable_auth_checks": true})).ok();
    by_name(&app, "dev").ok();
    let (_, _, revoked) = REVOKED;
    refused(&by_name(&app, "revoked"), "GetApp", 401, 40, revoked);
}

#[test]
fn each_user_report_can_be_brought_about() {
    let app = scenario("user-reports");
    let connect = |user: &str| {
        let token = provided(&app, user).ok()["token"].as_str().unwrap().to_owned();
        app.show_token(user, &token).through(Door::V2)
    };
    // 1 expired at connect: once
    assert_eq!(connect("expired").refused()["error"]["code"], 40);
    signed_in(&app, "expired").quiet();
    // 3 signed with another secret: always
    for _ in 0..3 {
        assert_eq!(connect("secret").refused()["error"]["code"], 43);
    }
    // 4 the provider fails: always, and for that user alone
    for _ in 0..3 {
        assert_eq!(provided(&app, "provider").status, 500);
    }
    // 5 closed with 4000, once
    assert_eq!(signed_in(&app, "reconnect").socket.closed().0, 4000);
    signed_in(&app, "reconnect").quiet();
    // 6 breaks off, once; or says nothing any more
    assert_eq!(signed_in(&app, "dropped").socket.closed().0, 1001);
    signed_in(&app, "dropped").quiet();
    let mut mute = signed_in(&app, "mute");
    mute.socket.say(JS_PING);
    app.control("POST", "/connections/send?user_id=mute", &json!({"type": "custom.hi"})).ok();
    app.control("POST", "/connections/close?user_id=mute", &json!({"code": 4000})).ok();
    assert_eq!(mute.socket.closed().0, 4000, "nothing came before the close");
    // 7 whose secret
    let asked = json!({"token": token(&app, "of-another-app"), "api_key": app.api_key}).to_string();
    let headers = [("content-type", "application/json")];
    let told = send("POST", &format!("{}/_millpond/tokens/inspect", app.url), &headers, Some(&asked)).ok();
    assert_eq!((&told["code"], &told["matched_secret"]), (&json!(43), &json!("another")), "{told}");
    // 10 the rate limit: two calls of his, none of anybody else
    app.freeze(NOON_TEXT);
    let payload = json!({"filter_conditions": {}});
    for _ in 0..2 {
        let answer = app.user("limited").query_users(&payload);
        assert_eq!((answer.error().1, answer.header("retry-after")), (9, Some("30")));
    }
    for user in ["limited", "john"] {
        app.user(user).query_users(&payload).ok();
    }
    // 2 expires while connected, and 9
    let mut connected = signed_in(&app, "connected");
    app.advance("2h");
    connected.ended(EXPIRED, 4001);
    signed_in(&app, "connected").quiet();
    app.control("POST", "/reset", &json!({})).ok();
    assert_eq!(connect("expired").refused()["error"]["code"], 40, "once more from the beginning");
}
