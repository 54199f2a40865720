//! Devices.

use serde_json::{Value, json};

use crate::app::{Caller, TestApp};
use crate::transcript::{frozen_app, on_each_mount, refused};

/// The ids of the devices that a caller lists.
fn ids(caller: &Caller, query: &str) -> Vec<String> {
    let answer = caller.get(&format!("/api/v2/devices{query}")).ok();
    answer["devices"].as_array().unwrap().iter().map(|device| device["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn registering_listing_and_removing_answer_in_full() {
    insta::assert_snapshot!(on_each_mount(|app, mount, log| {
        let (john, path) = (app.user("john"), format!("{mount}/devices"));
        log.call(
            &john,
            "POST",
            &path,
            &json!({"id": "phone", "push_provider": "firebase", "push_provider_name": null}),
        );
        app.advance("1h");
        let full = json!({"id": "pad", "push_provider": "apn", "push_provider_name": "staging", "hardware_id": "h", "voip_token": true});
        log.call(&john, "POST", &path, &full);
        log.call(&app.server(), "GET", &format!("{path}?user_id=john"), &Value::Null);
        log.call(&john, "DELETE", &format!("{path}?id=phone"), &Value::Null);
        log.call(&app.server(), "DELETE", &format!("{path}?id=pad&user_id=john"), &json!({}));
        log.call(&john, "GET", &path, &Value::Null);
    }));
}

#[test]
fn of_a_users_devices_the_newest_25_stay_newest_first() {
    let app = frozen_app();
    let john = app.user("john");
    for at in 0..27 {
        john.post("/api/v2/devices", &json!({"id": format!("d{at:02}"), "push_provider": "apn"})).ok();
        app.advance("1s");
    }
    let wanted: Vec<_> = (2..27).rev().map(|at| format!("d{at:02}")).collect();
    assert_eq!(ids(&john, ""), wanted);
}

#[test]
fn the_device_that_is_registered_stays_also_when_the_clock_stands() {
    let app = frozen_app();
    let john = app.user("john");
    for at in 0..26 {
        john.post("/api/v2/devices", &json!({"id": format!("d{at:02}"), "push_provider": "apn"})).ok();
    }
    let kept = ids(&john, "");
    assert!(kept.len() == 25 && kept.contains(&"d25".to_owned()), "{kept:?}");
}

#[test]
fn a_device_moves_to_whom_it_is_registered_for() {
    let app = TestApp::new();
    app.user("john").post("/api/v2/devices", &json!({"id": "d", "push_provider": "apn"})).ok();
    app.user("jane").post("/api/v2/devices", &json!({"id": "d", "push_provider": "apn"})).ok();
    assert_eq!((ids(&app.user("john"), ""), ids(&app.user("jane"), "")), (vec![], vec!["d".to_owned()]));
}

#[test]
fn registering_again_changes_nothing() {
    let app = frozen_app();
    let list = || app.user("john").get("/api/v2/devices").ok()["devices"].clone();
    app.user("john").post("/api/v2/devices", &json!({"id": "d", "push_provider": "apn"})).ok();
    let before = list();
    app.advance("1h");
    app.user("john").post("/api/v2/devices", &json!({"id": "d", "push_provider": "apn"})).ok();
    assert_eq!(list(), before);
}

#[test]
fn somebody_elses_device_is_as_good_as_none() {
    let app = TestApp::new();
    app.user("john").post("/api/v2/devices", &json!({"id": "d", "push_provider": "apn"})).ok();
    let text = "device with id \"d\" does not exist";
    refused(&app.user("jane").delete("/api/v2/devices?id=d"), "DeleteDevice", 404, 16, text);
    refused(&app.server().delete("/devices?id=d&user_id=jane"), "DeleteDevice", 404, 16, text);
    assert_eq!(ids(&app.user("john"), ""), ["d"]);
}

#[test]
fn a_server_names_the_user_whose_device_it_is() {
    let app = TestApp::new();
    app.upsert(&[json!({"id": "john"})]);
    let (server, text) = (app.server(), "user_id is required for server side requests");
    for path in ["/api/v2/devices", "/devices"] {
        refused(&server.post(path, &json!({"id": "d", "push_provider": "apn"})), "CreateDevice", 400, 4, text);
        refused(&server.get(path), "ListDevices", 400, 4, text);
        refused(&server.delete(&format!("{path}?id=d")), "DeleteDevice", 400, 4, text);
    }
    let twice = json!({"id": "d", "push_provider": "apn", "user_id": "john", "user": {"id": "john"}});
    refused(&server.post("/devices", &twice), "CreateDevice", 400, 4, "cannot set both user and user_id.");
    let unknown = json!({"id": "d", "push_provider": "apn", "user_id": "nobody"});
    refused(&server.post("/devices", &unknown), "CreateDevice", 404, 16, "the user nobody does not exist");
}

#[test]
fn a_device_that_breaks_a_rule_is_refused_with_the_rules_text() {
    let app = TestApp::new();
    for (body, text) in [
        (json!({"push_provider": "apn"}), "id is a required field"),
        (json!({"id": "d"}), "push_provider is a required field"),
        (json!({"id": "d", "push_provider": "pigeon"}), "push_provider must be one of [firebase apn huawei xiaomi]"),
        (json!({"id": "x".repeat(256), "push_provider": "apn"}), "id must be a maximum of 255 characters in length"),
        (
            json!({"id": "d", "push_provider": "apn", "hardware_id": "x".repeat(256)}),
            "hardware_id must be a maximum of 255 characters in length",
        ),
        (
            json!({"id": "d", "push_provider": "apn", "voip_token": "yes"}),
            "expected bool for field \"voip_token\" but got string",
        ),
    ] {
        refused(&app.user("john").post("/api/v2/devices", &body), "CreateDevice", 400, 4, text);
    }
    refused(&app.user("john").delete("/api/v2/devices"), "DeleteDevice", 400, 4, "id is a required field");
    assert!(ids(&app.user("john"), "").is_empty());
}
