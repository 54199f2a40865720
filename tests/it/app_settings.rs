//! `GetApp` and `UpdateApp`.

use millpond::settings::{FIELDS, Field, SettingKind};
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::transcript::{NOW_NS, on_each_mount, refused};

fn app_of(app: &TestApp) -> Value {
    app.server().get("/api/v2/app").ok()["app"].clone()
}

#[test]
fn a_server_sees_every_setting() {
    insta::assert_snapshot!(on_each_mount(|app, mount, log| {
        let named = json!({"revoke_tokens_issued_before": "2026-01-31T12:00:00Z"});
        log.call(&app.server(), "PATCH", &format!("{mount}/app"), &named);
        let answer = app.server().get(&format!("{mount}/app"));
        assert_eq!(answer.body["app"]["name"], app.api_key.as_str());
        let mut shown = answer.body["app"].clone();
        shown["name"] = "[name]".into();
        assert!(shown["id"].is_u64());
        shown["id"] = "[number]".into();
        log.note(&serde_json::to_string_pretty(&shown).unwrap());
    }));
}

#[test]
fn others_see_the_short_form() {
    for mount in crate::transcript::MOUNTS {
        let app = TestApp::new();
        app.server().patch("/app", &json!({"revoke_tokens_issued_before": "2020-01-01T00:00:00Z"})).ok();
        for caller in [app.user("john"), app.anonymous()] {
            let shown = caller.get(&format!("{mount}/app")).ok()["app"].clone();
            let mut keys: Vec<_> = shown.as_object().unwrap().keys().map(String::as_str).collect();
            keys.sort_unstable();
            let short = [
                "async_url_enrich_enabled",
                "auto_translation_enabled",
                "file_upload_config",
                "id",
                "image_upload_config",
                "name",
                "placement",
            ];
            assert_eq!(keys, short);
        }
    }
}

/// A value that a setting takes and that is not its default.
fn another(field: &Field) -> Value {
    match field.kind {
        SettingKind::Bool => json!(!field.default().as_bool().unwrap()),
        SettingKind::Text => json!("some text"),
        SettingKind::Url => json!("https://example.com/hook"),
        SettingKind::OneOf(words) => json!(words.iter().find(|word| field.default() != **word)),
        SettingKind::Int(least, _) => json!(least + 1),
        SettingKind::Moment => json!(NOW_NS),
        SettingKind::Texts(..) => json!(["one", "two"]),
        SettingKind::Objects | SettingKind::Hooks => json!([{"id": "hook", "enabled": true}]),
        SettingKind::Object => json!({"any": {"thing": 1}}),
        SettingKind::Counts => json!({"views": 2}),
        SettingKind::Upload => json!({
            "allowed_file_extensions": [".png"], "blocked_file_extensions": [], "allowed_mime_types": ["image/png"],
            "blocked_mime_types": [], "size_limit": 1024,
        }),
    }
}

#[test]
fn every_settable_key_comes_back_as_it_was_set_and_null_takes_it_back() {
    let app = TestApp::new();
    // Auth checks, permissions and the revocation do not touch a server token.
    let before = app_of(&app);
    for field in FIELDS.iter().filter(|field| field.settable) {
        let (name, value) = (field.name, another(field));
        app.server().patch("/api/v2/app", &json!({name: value})).ok();
        assert_eq!(app_of(&app)[name], value, "{name}");
        app.server().patch("/api/v2/app", &json!({name: null})).ok();
        assert_eq!(app_of(&app).get(name), before.get(name), "{name}");
    }
    assert_eq!(app_of(&app), before);
}

#[test]
fn every_settable_key_comes_back_when_all_are_set_at_once() {
    let app = TestApp::new();
    let all: serde_json::Map<_, _> =
        FIELDS.iter().filter(|field| field.settable).map(|field| (field.name.to_owned(), another(field))).collect();
    app.server().patch("/app", &Value::Object(all.clone())).ok();
    let shown = app_of(&app);
    for (name, value) in all {
        assert_eq!(shown[&name], value, "{name}");
    }
}

/// A value that a setting does not take, and the text that says so.
fn wrong(field: &Field) -> (Value, String) {
    let name = field.name;
    match field.kind {
        SettingKind::Bool => (json!("yes"), format!("expected bool for field \"{name}\" but got string")),
        SettingKind::Text => (json!(5), format!("expected string for field \"{name}\" but got number")),
        SettingKind::Url => (json!("not a url"), format!("{name} must be a valid URL")),
        SettingKind::OneOf(words) => (json!("maybe"), format!("{name} must be one of [{}]", words.join(" "))),
        SettingKind::Int(least, _) => {
            (json!(least - 1), format!("{name} must be {} or greater", millpond::validate::thousands(least)))
        }
        SettingKind::Moment => (json!("soon"), format!("{name} must be a valid RFC 3339 time")),
        SettingKind::Texts(count, _) => {
            (json!(vec!["x"; count + 1]), format!("{name} must contain at maximum {count} items"))
        }
        SettingKind::Objects | SettingKind::Hooks => {
            (json!({}), format!("expected array for field \"{name}\" but got object"))
        }
        SettingKind::Object | SettingKind::Counts => {
            (json!([]), format!("expected object for field \"{name}\" but got array"))
        }
        SettingKind::Upload => {
            (json!({"size_limit": 104_857_601}), format!("{name}.size_limit must be 104,857,600 or less"))
        }
    }
}

#[test]
fn a_wrong_value_of_any_key_is_refused_and_nothing_is_changed() {
    let app = TestApp::new();
    let before = app_of(&app);
    for field in FIELDS.iter().filter(|field| field.settable) {
        let (value, text) = wrong(field);
        let mut body = json!({"webhook_url": "https://example.com", "sns_key": "k"});
        body[field.name] = value;
        refused(&app.server().patch("/api/v2/app", &body), "UpdateApp", 400, 4, &text);
    }
    assert_eq!(app_of(&app), before);
}

#[test]
fn the_texts_that_production_was_seen_to_answer() {
    let app = TestApp::new();
    let roles = vec!["r"; 11];
    for (body, text) in [
        (json!({"enforce_unique_usernames": "maybe"}), "enforce_unique_usernames must be one of [no app team]"),
        (
            json!({"user_search_disallowed_roles": ["x".repeat(101)]}),
            "user_search_disallowed_roles[0] must be a maximum of 100 characters in length",
        ),
        (
            json!({"user_search_disallowed_roles": roles}),
            "user_search_disallowed_roles must contain at maximum 10 items",
        ),
        (json!({"sqs_url": "nope"}), "sqs_url must be a valid URL"),
        (json!({"cdn_expiration_seconds": 1}), "cdn_expiration_seconds must be 14,400 or greater"),
        (json!({"cdn_expiration_seconds": 1_209_601}), "cdn_expiration_seconds must be 1,209,600 or less"),
        (json!({"reminders_interval": 59}), "reminders_interval must be 60 or greater"),
        (json!({"reminders_interval": 86_401}), "reminders_interval must be 86,400 or less"),
        (
            json!({"activity_metrics_config": {"views": "x"}}),
            "expected int for field \"activity_metrics_config.views\" but got string",
        ),
    ] {
        refused(&app.server().patch("/api/v2/app", &body), "UpdateApp", 400, 4, text);
    }
}

#[test]
fn what_is_read_only_or_unknown_is_ignored() {
    let app = TestApp::new();
    let before = app_of(&app);
    let body = json!({"suspended": true, "organization": "evil", "placement": "moon", "id": 5, "name": "x", "no_such_key": {"a": 1}});
    app.server().patch("/api/v2/app", &body).ok();
    app.server().patch("/api/v2/app", &json!({})).ok();
    assert_eq!(app_of(&app), before);
}

#[test]
fn a_revocation_time_is_shown_in_the_dialects_form_and_absent_after_undo() {
    let app = TestApp::new();
    for given in [json!("2026-01-31T13:00:00+01:00"), json!("2026-01-31T12:00:00"), json!(NOW_NS)] {
        app.server().patch("/app", &json!({"revoke_tokens_issued_before": given})).ok();
        assert_eq!(app_of(&app)["revoke_tokens_issued_before"], NOW_NS);
        let legacy = app.server().get("/app").ok();
        assert_eq!(legacy["app"]["revoke_tokens_issued_before"], "2026-01-31T12:00:00Z");
    }
    app.server().patch("/app", &json!({"revoke_tokens_issued_before": null})).ok();
    assert_eq!(app_of(&app).get("revoke_tokens_issued_before"), None);
}

#[test]
fn times_of_event_hooks_are_written_in_the_dialect_of_who_asks() {
    let app = TestApp::new();
    let hooks = json!([{"id": "h", "created_at": "2026-01-31T12:00:00Z", "updated_at": NOW_NS}]);
    app.root().patch("/api/v2/app", &json!({ "event_hooks": hooks })).ok();
    let of = |path: &str| app.root().get(path).ok()["app"]["event_hooks"][0].clone();
    assert_eq!(
        of("/api/v2/app"),
        json!({"id": "h", "created_at": 1_769_860_800_000_000_000_i64, "updated_at": NOW_NS})
    );
    assert_eq!(of("/app")["created_at"], "2026-01-31T12:00:00Z");
}
