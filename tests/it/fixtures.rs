//! Fixtures, loaded into a server as `--fixture` does, and read back over HTTP.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use millpond::config::{Config, Database, LoadedFixture};
use millpond::fixture::defaults::Pair;
use millpond::fixture::format::parse;
use millpond::outcome::Failure;
use millpond::start::{Running, start};
use serde_json::{Value, json};

use crate::app::{Answer, TestApp, send};
use crate::transcript::{NOW_NS, refused};

fn loaded(text: &str) -> LoadedFixture {
    let fixture = parse(text, "test.yaml").unwrap_or_else(|problems| panic!("{}", problems[0]));
    LoadedFixture { file: "test.yaml".to_owned(), text: text.to_owned(), fixture }
}

fn config(texts: &[&str]) -> Config {
    let fixtures = texts.iter().map(|text| loaded(text)).collect();
    Config { port: 0, database: Database::Memory, workers: 1, fixtures, ..Config::default() }
}

/// Loads fixtures into a server of their own, and answers its first app.
pub fn app_of(texts: &[&str]) -> TestApp {
    let url = crate::app::start(config(texts));
    let apps = send("GET", &format!("{url}/_millpond/apps?secrets=true"), &[], None).ok();
    let text = |key: &str| apps["apps"][0][key].as_str().unwrap().to_owned();
    TestApp { api_key: text("api_key"), api_secret: text("api_secret"), url }
}

/// The report of a start that a fixture prevents.
fn refusal(texts: &[&str]) -> String {
    let started: Result<Running, Failure> = actix_web::rt::System::new().block_on(start(config(texts)));
    match started {
        Err(Failure::Input(report)) => {
            let problems = report.strip_prefix("the fixtures cannot be loaded:\n");
            problems.unwrap_or_else(|| panic!("{report}")).to_owned()
        }
        Err(Failure::Other(cause)) => panic!("{cause:#}"),
        Ok(_) => panic!("it started"),
    }
}

/// What `GetApp` answers the bearer of a named token.
pub fn by_name(app: &TestApp, name: &str) -> Answer {
    let tokens = app.control("GET", "/tokens", &Value::Null).ok()["tokens"].clone();
    let token = tokens[name].as_str().unwrap_or_else(|| panic!("no token {name}")).to_owned();
    app.with_token(&token).get("/api/v2/app")
}

pub fn users(app: &TestApp) -> Vec<Value> {
    let payload =
        json!({"filter_conditions": {}, "include_deactivated_users": true, "limit": 100, "sort": [{"field": "id"}]});
    app.server().query_users(&payload).ok()["users"].as_array().unwrap().clone()
}

pub fn user(app: &TestApp, id: &str) -> Value {
    users(app).into_iter().find(|user| user["id"] == id).unwrap_or_else(|| panic!("no user {id}"))
}

/// Everything that a fixture can say.
const EVERYTHING: &str = r"
millpond: 1
apps:
  - name: Everything
    api_key: every-key
    api_secret: every-secret
    clock: {frozen: 2026-01-31T12:00:00Z}
    settings:
      multi_tenant_enabled: true
      suspended_explanation: just kidding
      revoke_tokens_issued_before: -2h
      webhook_url: https://example.com/hook
    emulator:
      revocation_granularity: exact
      iat_leeway_seconds: 2
      unknown_user: refuse
      disabled_auth_checks: check_times
      open_sockets: {on_expiry: close}
      rate_limits: enforce
      calls_per_minute: {Ban: 50, CreateRole: 7, GetApp: null}
      user_calls_per_minute: null
      push_providers: strict
    roles: [fan]
    permissions:
      - {id: own-ban, name: Own Ban, description: Ban, action: BanUser, condition: {$subject.role: fan}}
    grants: {fan: [own-ban], guest: []}
    users:
      ann:
        name: Ann
        image: ann.png
        role: fan
        teams: [red, blue]
        teams_role: {red: admin}
        language: nl
        invisible: true
        privacy_settings: {typing_indicators: {enabled: false}}
        custom: {color: red, deep: {er: [1, null]}}
        created_at: -10d
        updated_at: -9d
        last_active: -1h
        revoke_tokens_issued_before: -30m
        devices:
          - {id: phone, push_provider: apn, push_provider_name: staging, voip: true, hardware_id: h, created_at: -1d}
          - {id: pad, push_provider: firebase}
        blocks: [bob]
        push_preferences:
          {chat_level: mentions, call_level: none, feeds_level: all, chat_preferences: {a: 1}, feeds_preferences: {b: 2}, disabled_until: +1d}
      bob: {banned: {by: ann, reason: spam, expires_at: +1h}}
      cat: {banned: {shadow: true}, deactivated_at: -1h}
      dot: {deleted_at: -1h}
    tokens:
      ann: {user: ann}
      ann-before: {user: ann, iat: -31m}
      ann-after: {user: ann, iat: -29m}
      bob-old: {user: bob, iat: -3h, no_expiry: true}
      stranger: {raw: true, claims: {user_id: stranger}, iat: now}
      leeway: {raw: true, claims: {user_id: ann}, iat: +2s}
      ahead: {raw: true, claims: {user_id: ann}, iat: +3s}
";

#[test]
fn a_fixture_with_everything_is_read_back_whole() {
    let app = app_of(&[EVERYTHING]);
    assert_eq!((app.api_key.as_str(), app.api_secret.as_str()), ("every-key", "every-secret"));
    insta::assert_snapshot!(serde_json::to_string_pretty(&users(&app)).unwrap());
    let shown = app.server().get("/api/v2/app").ok()["app"].clone();
    assert_eq!((&shown["name"], &shown["multi_tenant_enabled"]), (&json!("Everything"), &json!(true)));
    assert_eq!(shown["suspended_explanation"], "just kidding", "a fixture sets also what PATCH /app cannot");
    assert_eq!(shown["revoke_tokens_issued_before"], NOW_NS - 7_200_000_000_000);
    assert_eq!((&shown["grants"]["fan"], &shown["grants"]["guest"]), (&json!(["own-ban"]), &json!([])));
    let own = app.server().get("/api/v2/permissions/own-ban").ok()["permission"].clone();
    assert_eq!((&own["action"], &own["condition"]), (&json!("BanUser"), &json!({"$subject.role": "fan"})));
    let roles = app.server().get("/api/v2/roles/search?query=fan").ok();
    assert_eq!(roles["roles"][0]["created_at"], NOW_NS);
    let change = json!({"preferences": [{"user_id": "ann"}]});
    let preferences = app.server().post("/api/v2/push_preferences", &change).ok()["user_preferences"]["ann"].clone();
    let wanted = json!({
        "chat_level": "mentions", "call_level": "none", "feeds_level": "all", "chat_preferences": {"a": 1},
        "feeds_preferences": {"b": 2}, "disabled_until": NOW_NS + 86_400_000_000_000_i64,
    });
    assert_eq!(preferences, wanted);
}

#[test]
fn the_emulators_settings_and_the_clock_of_a_fixture_hold() {
    let app = app_of(&[EVERYTHING]);
    let settings = app.control("GET", "/settings", &Value::Null).ok();
    let wanted = json!({
        "token_times": "wall", "revocation_granularity": "exact", "iat_leeway_seconds": 2, "unknown_user": "refuse", "disabled_auth_checks": "check_times",
        "open_sockets": {"on_revocation": "close", "on_expiry": "close", "on_deactivation": "keep"}, "rate_limits": "enforce",
        "calls_per_minute": {"Ban": 50, "CreateRole": 7}, "user_calls_per_minute": null, "push_providers": "strict",
    });
    assert_eq!(settings, wanted);
    let clock = app.control("GET", "/clock", &Value::Null).ok();
    assert_eq!((&clock["mode"], &clock["now"]), (&json!("frozen"), &json!("2026-01-31T12:00:00Z")));
    refused(&by_name(&app, "stranger"), "GetApp", 404, 16, "the user stranger does not exist");
    by_name(&app, "leeway").ok();
    refused(&by_name(&app, "ahead"), "GetApp", 401, 42, "JWTAuth error: token used before issue at (iat)");
    for (name, code) in [("ann-before", 40), ("bob-old", 40)] {
        assert_eq!(by_name(&app, name).error().1, code, "{name}");
    }
    by_name(&app, "ann-after").ok();
    app.user("ann").post("/moderation/ban", &json!({"target_user_id": "bob"})).ok();
    app.advance("2h");
    app.server().query_users(&json!({"filter_conditions": {}})).ok();
}

#[test]
fn a_ban_of_a_fixture_ends_by_the_apps_clock() {
    let app = app_of(&[EVERYTHING]);
    assert_eq!(user(&app, "bob")["ban_expires"], NOW_NS + 3_600_000_000_000);
    app.advance("1h");
    assert_eq!((&user(&app, "bob")["banned"], user(&app, "bob").get("ban_expires")), (&json!(false), None));
    assert_eq!(user(&app, "cat")["shadow_banned"], true);
}

#[test]
fn a_fixture_that_is_loaded_twice_changes_nothing() {
    let (once, twice) = (app_of(&[EVERYTHING]), app_of(&[EVERYTHING, EVERYTHING]));
    assert_eq!(users(&once), users(&twice));
    for path in ["/tokens", "/settings", "/clock"] {
        assert_eq!(once.control("GET", path, &Value::Null).ok(), twice.control("GET", path, &Value::Null).ok());
    }
    let app = |app: &TestApp| app.server().get("/api/v2/app").ok()["app"].clone();
    assert_eq!(app(&once), app(&twice));
}

const APP: &str = "millpond: 1\napps:\n  - api_key: k\n    api_secret: s\n";

#[test]
fn a_second_fixture_merges_what_it_names() {
    let first = format!(
        "{APP}    name: First\n    settings: {{webhook_url: 'https://a.example'}}\n    users: {{john: {{name: John, custom: {{a: 1}}}}, jane: {{blocks: [john]}}}}\n"
    );
    let second = format!("{APP}    settings: {{sns_key: key}}\n    users: {{john: {{custom: {{b: 2}}}}, new: {{}}}}\n");
    let app = app_of(&[&first, &second]);
    let ids: Vec<_> = users(&app).iter().map(|user| user["id"].clone()).collect();
    assert_eq!(ids, ["jane", "john", "new"]);
    let john = user(&app, "john");
    assert_eq!((&john["custom"], john.get("name")), (&json!({"b": 2}), None));
    assert_eq!(user(&app, "jane")["blocked_user_ids"], json!(["john"]), "what jane did is hers");
    let shown = app.server().get("/api/v2/app").ok()["app"].clone();
    assert_eq!([&shown["name"], &shown["webhook_url"], &shown["sns_key"]], ["First", "https://a.example", "key"]);
}

#[test]
fn relative_times_count_by_the_clock_that_the_fixture_sets_also_in_an_app_that_is_there() {
    let first = format!("{APP}    users: {{john: {{}}}}\n");
    let second = format!(
        "{APP}    clock: {{frozen: 2026-01-31T12:00:00Z}}\n    users: {{john: {{created_at: -1h}}}}\n    tokens: {{john: {{user: john}}}}\n"
    );
    let app = app_of(&[&first, &second]);
    assert_eq!(user(&app, "john")["created_at"], NOW_NS - 3_600_000_000_000);
    by_name(&app, "john").ok();
}

#[test]
fn several_apps_come_with_one_fixture() {
    let text = "millpond: 1\napps:\n  - name: first\n    users: {a: {}}\n  - {name: second, api_key: k2, api_secret: s2, users: {b: {}}}\n";
    let app = app_of(&[text]);
    let apps = send("GET", &format!("{}/_millpond/apps", app.url), &[], None).ok();
    let names: Vec<_> = apps["apps"].as_array().unwrap().iter().map(|app| app["name"].clone()).collect();
    assert_eq!(names, ["first", "second"]);
    assert_eq!(users(&app)[0]["id"], "a");
}

#[test]
fn what_only_the_stores_rules_refuse_is_reported_at_its_place() {
    let twins =
        "    settings: {enforce_unique_usernames: app}\n    users:\n      a: {name: Twin}\n      b: {name: twin}";
    let report = "test.yaml:8:10: /apps/0/users/b: username 'twin' already exists";
    assert_eq!(refusal(&[&format!("{APP}{twins}\n")]), report);
}

#[test]
fn a_fixture_of_which_one_app_is_bad_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::File(folder.path().join("millpond.db"));
    let twins = "{a: {name: Twin}, b: {name: twin}}";
    let second = format!("api_key: k2, api_secret: s2, settings: {{enforce_unique_usernames: app}}, users: {twins}");
    let bad = format!("{APP}    users: {{a: {{}}}}\n  - {{{second}}}\n");
    let config = Config { database: database.clone(), ..config(&[&bad]) };
    let started = actix_web::rt::System::new().block_on(start(config));
    assert!(matches!(started, Err(Failure::Input(_))));
    drop(started);
    let Database::File(path) = database else { unreachable!() };
    let store = millpond::store::Store::open(millpond::store::file::Place::file(&path).unwrap()).unwrap();
    assert_eq!(store.apps().all().len(), 0);
    store.close();
}

#[test]
fn a_known_key_with_another_secret_is_refused() {
    let other = APP.replace("api_secret: s", "api_secret: another");
    let report = refusal(&[APP, &other]);
    assert_eq!(report, "test.yaml:4:17: /apps/0/api_secret: the database knows the api key \"k\" with another secret");
}

#[test]
fn a_pair_that_was_given_is_added_beside_the_fixtures_apps() {
    let pair = Pair { api_key: "mine".to_owned(), api_secret: "my-secret".to_owned() };
    let url = crate::app::start(Config { pair, pair_is_given: true, ..config(&[APP]) });
    let apps = send("GET", &format!("{url}/_millpond/apps"), &[], None).ok();
    let keys: Vec<_> = apps["apps"].as_array().unwrap().iter().map(|app| app["api_key"].clone()).collect();
    assert_eq!(keys, ["k", "mine"]);
}

#[test]
fn a_push_level_that_does_not_exist_is_found_before_anything_is_loaded() {
    let text = format!("{APP}    users: {{john: {{push_preferences: {{chat_level: mention}}}}}}\n");
    let problems = parse(&text, "test.yaml").unwrap_err();
    assert!(problems[0].to_string().ends_with("not `mention` (did you mean `mentions`?)"), "{}", problems[0]);
}

#[test]
fn a_permission_of_a_fixture_does_not_stand_for_a_built_in_one() {
    let text = format!("{APP}    permissions: [{{id: search-user, name: Mine, action: BanUser}}]\n");
    let problems = parse(&text, "test.yaml").unwrap_err();
    let report = "test.yaml:5:24: /apps/0/permissions/0/id: `search-user` is a built-in permission (give this one an id of its own)";
    assert_eq!(problems[0].to_string(), report);
}

#[test]
fn tokens_minted_near_1970_have_their_times_in_seconds() {
    let text = format!(
        "{APP}    clock: {{frozen: 1970-01-01T00:00:10Z}}\n    users: {{john: {{created_at: now}}}}\n    tokens: {{t: {{user: john, ttl: 1m, iat: -5s}}}}\n"
    );
    let app = app_of(&[&text]);
    let token = app.control("GET", "/tokens", &Value::Null).ok()["tokens"]["t"].as_str().unwrap().to_owned();
    let claims = token.split('.').nth(1).unwrap();
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
    assert_eq!(claims, json!({"user_id": "john", "iat": 5, "exp": 70}));
    by_name(&app, "t").ok();
}
