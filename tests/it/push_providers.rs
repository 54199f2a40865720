//! Push providers, the devices that need one, and the dry run of a push message.

use serde_json::{Value, json};

use crate::app::TestApp;
use crate::transcript::{frozen_app, on_each_mount, refused};

const SERVICE_ACCOUNT: &str = r#"{"project_id":"p","private_key":"k","client_email":"a@b.example"}"#;

/// A configuration that each provider takes.
fn good(provider: &str, name: &str) -> Value {
    let mut own = match provider {
        "firebase" => json!({"firebase_credentials": SERVICE_ACCOUNT}),
        "apn" => {
            json!({"apn_auth_type": "token", "apn_auth_key": "k", "apn_key_id": "i", "apn_team_id": "t", "apn_topic": "a.b"})
        }
        "huawei" => json!({"huawei_app_id": "i", "huawei_app_secret": "s"}),
        _ => json!({"xiaomi_package_name": "p", "xiaomi_app_secret": "s"}),
    };
    own["type"] = json!(provider);
    own["name"] = json!(name);
    own
}

fn upsert(app: &TestApp, own: &Value) -> crate::app::Answer {
    app.server().post("/api/v2/push_providers", &json!({ "push_provider": own }))
}

const PROVIDERS: [&str; 4] = ["apn", "firebase", "huawei", "xiaomi"];

#[test]
fn setting_listing_and_deleting_answer_in_full() {
    insta::assert_snapshot!(on_each_mount(|app, mount, log| {
        let (server, path) = (app.server(), format!("{mount}/push_providers"));
        let mut own = good("apn", "staging");
        own["apn_development"] = json!(true);
        own["disabled_at"] = json!("2026-02-01T00:00:00Z");
        own["not_streams"] = json!(1);
        own["description"] = json!(null);
        log.call(&server, "POST", &path, &json!({ "push_provider": own }));
        app.advance("1h");
        log.call(&server, "POST", &path, &json!({"push_provider": good("apn", "staging")}));
        log.call(&server, "GET", &path, &Value::Null);
        log.call(&server, "DELETE", &format!("{path}/apn/staging"), &Value::Null);
        log.call(&server, "DELETE", &format!("{path}/apn/staging"), &Value::Null);
        log.call(&server, "GET", &path, &Value::Null);
    }));
}

#[test]
fn credentials_that_cannot_be_any_are_refused_for_each_provider_and_change_nothing() {
    let app = frozen_app();
    for provider in PROVIDERS {
        upsert(&app, &good(provider, "good")).ok();
        let needed: Vec<String> = good(provider, "x").as_object().unwrap().keys().cloned().collect();
        for missing in needed.iter().filter(|key| !["type", "name", "apn_auth_type"].contains(&key.as_str())) {
            for empty in [json!(null), json!(""), json!(" ")] {
                let mut own = good(provider, "bad");
                own[missing] = empty;
                let text = format!("{provider} credentials are invalid");
                refused(&upsert(&app, &own), "UpsertPushProvider", 400, 4, &text);
            }
        }
    }
    for own in [
        json!({"type": "firebase", "name": "f", "firebase_credentials": "{}"}),
        json!({"type": "firebase", "name": "f", "firebase_credentials": "nope"}),
        json!({"type": "apn", "name": "a", "apn_auth_type": "certificate"}),
        json!({"type": "apn", "name": "a", "apn_auth_type": "magic", "apn_p12_cert": "c"}),
    ] {
        let text = format!("{} credentials are invalid", own["type"].as_str().unwrap());
        refused(&upsert(&app, &own), "UpsertPushProvider", 400, 4, &text);
    }
    for own in [
        json!({"type": "firebase", "name": "f", "firebase_server_key": "k"}),
        json!({"type": "apn", "name": "a", "apn_auth_type": "certificate", "apn_p12_cert": "c"}),
    ] {
        upsert(&app, &own).ok();
    }
    let all = app.server().get("/api/v2/push_providers").ok();
    assert_eq!(all["push_providers"].as_array().unwrap().len(), 6, "{all}");
}

#[test]
fn what_is_no_configuration_is_refused_by_its_field() {
    let app = frozen_app();
    let with = |field: &str, value: Value| {
        let mut own = good("xiaomi", "x");
        own[field] = value;
        upsert(&app, &own)
    };
    for (answer, text) in [
        (app.server().post("/api/v2/push_providers", &json!({})), "push_provider is a required field"),
        (with("type", json!("")), "push_provider.type is a required field"),
        (with("type", json!("pigeon")), "push_provider.type must be one of [firebase apn huawei xiaomi]"),
        (with("name", json!("")), "push_provider.name is a required field"),
        (with("name", json!("x".repeat(256))), "push_provider.name must be a maximum of 255 characters in length"),
        (
            with("description", json!("x".repeat(20_001))),
            "description must be a maximum of 20,000 characters in length",
        ),
    ] {
        refused(&answer, "UpsertPushProvider", 400, 4, text);
    }
    for field in ["apn_development", "description", "disabled_at"] {
        let answer = with(field, json!({}));
        assert_eq!((answer.status, answer.text.contains(field)), (400, true), "{answer:?}");
    }
    for at in 0..25 {
        upsert(&app, &good("xiaomi", &format!("n{at}"))).ok();
    }
    refused(&upsert(&app, &good("apn", "more")), "UpsertPushProvider", 400, 4, "an app has at most 25 push providers");
    upsert(&app, &good("xiaomi", "n0")).ok();
    let text = "type must be one of [firebase apn huawei xiaomi]";
    refused(&app.server().delete("/api/v2/push_providers/pigeon/x"), "DeletePushProvider", 400, 4, text);
}

#[test]
fn strict_apps_refuse_a_device_that_nothing_delivers_to() {
    let app = frozen_app();
    let device = |provider: &str, name: Value| {
        let body = json!({"id": "d", "push_provider": provider, "push_provider_name": name});
        app.user("john").post("/api/v2/devices", &body)
    };
    device("firebase", Value::Null).ok();
    app.control("PATCH", "/settings", &json!({"push_providers": "strict"})).ok();
    let none = "push provider \"\" with type \"firebase\" not found";
    refused(&device("firebase", Value::Null), "CreateDevice", 400, 4, none);
    upsert(&app, &good("firebase", "firebase")).ok();
    let some = format!("{none}, available push providers for this application: type: \"firebase\" name: \"firebase\"");
    refused(&device("firebase", Value::Null), "CreateDevice", 400, 4, &some);
    device("firebase", json!("firebase")).ok();
    refused(
        &device("apn", json!("firebase")),
        "CreateDevice",
        400,
        4,
        &some.replacen("\"\" with type \"firebase\"", "\"firebase\" with type \"apn\"", 1),
    );
    // The unnamed ones come by UpdateApp, and can be switched off there.
    app.server().patch("/api/v2/app", &json!({"firebase_config": {"credentials_json": SERVICE_ACCOUNT}})).ok();
    device("firebase", Value::Null).ok();
    app.server().patch("/api/v2/app", &json!({"firebase_config": {"disabled": true}})).ok();
    refused(&device("firebase", Value::Null), "CreateDevice", 400, 4, &some);
    // One that is disabled delivers nothing.
    let mut off = good("firebase", "firebase");
    off["disabled_at"] = json!("2026-01-01T00:00:00Z");
    upsert(&app, &off).ok();
    refused(&device("firebase", Value::Null), "CreateDevice", 400, 4, none);
}

#[test]
fn which_providers_push_follows_their_unnamed_configurations() {
    let app = frozen_app();
    let shown = || app.server().get("/api/v2/app").ok()["app"]["push_notifications"].clone();
    let enabled = || PROVIDERS.map(|provider| shown()[provider]["enabled"] == true);
    assert_eq!(enabled(), [false; 4]);
    for (at, provider) in PROVIDERS.into_iter().enumerate() {
        let setting = format!("{provider}_config");
        app.server().patch("/api/v2/app", &json!({&setting: {"x": "y", "development": true}})).ok();
        let mut wanted = [false; 4];
        wanted[at] = true;
        assert_eq!(enabled(), wanted, "{provider}");
        assert_eq!(shown()["apn"]["development"], provider == "apn");
        app.server().patch("/api/v2/app", &json!({&setting: {"x": "y", "disabled": true}})).ok();
        assert_eq!(enabled(), [false; 4]);
        app.server().patch("/api/v2/app", &json!({&setting: null})).ok();
    }
}

#[test]
fn a_dry_run_says_what_would_keep_a_push_from_a_device() {
    let app = frozen_app();
    app.upsert(&[json!({"id": "john"})]);
    let check = |body: Value| app.server().post("/api/v2/check_push", &body);
    let john = json!({"user_id": "john"});
    refused(&check(john.clone()), "CheckPush", 400, 4, "User has no enabled devices associated");
    let skipped = check(json!({"user_id": "john", "skip_devices": true, "event_type": "message.new"})).ok();
    assert_eq!((&skipped["skip_devices"], &skipped["event_type"]), (&json!(true), &json!("message.new")));
    app.user("john").post("/api/v2/devices", &json!({"id": "d", "push_provider": "apn"})).ok();
    let error = &check(john.clone()).ok()["device_errors"]["d"];
    let text = "push provider \"\" with type \"apn\" not found";
    assert_eq!(*error, json!({"error_message": text, "provider": "apn", "provider_name": ""}));
    app.server().patch("/api/v2/app", &json!({"apn_config": {"bundle_id": "a.b"}})).ok();
    assert!(check(john).ok().get("device_errors").is_none());
    let body = json!({"user_id": "john", "push_provider_type": "xiaomi", "skip_devices": true, "apn_template": "{}",
        "firebase_template": "[]", "firebase_data_template": "{{"});
    let answer = check(body).ok();
    assert_eq!(answer["rendered_apn_template"], "{}");
    let errors = json!([
        "push provider \"\" with type \"xiaomi\" not found, available push providers for this application: type: \"apn\" name: \"\"",
        "firebase_template is no JSON object",
        "firebase_data_template is no JSON object"
    ]);
    assert_eq!(answer["general_errors"], errors);
    for (body, status, code, text) in [
        (json!({}), 400, 4, "user_id is required for server side requests"),
        (json!({"user_id": "ghost"}), 404, 16, "the user ghost does not exist"),
        (json!({"user_id": "john", "message_id": "m"}), 404, 16, "message with id \"m\" does not exist"),
        (
            json!({"user_id": "john", "push_provider_type": "x"}),
            400,
            4,
            "push_provider_type must be one of [firebase apn huawei xiaomi]",
        ),
        (json!({"user_id": "john", "push_provider_name": "x"}), 400, 4, "User has no enabled devices associated"),
    ] {
        refused(&check(body), "CheckPush", status, code, text);
    }
}
