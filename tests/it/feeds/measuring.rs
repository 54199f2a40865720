//! What clients measure of activities.

use serde_json::{Value, json};

use super::reading::{ADD, add, path, read};
use super::shape::check;
use crate::app::{Caller, TestApp};
use crate::transcript::{frozen_app, refused};

#[track_caller]
fn track(by: &Caller, body: &Value) -> Value {
    let answer = by.post(&format!("{ADD}/metrics/track"), body).ok();
    check("TrackActivityMetrics", &answer);
    answer["results"].clone()
}

fn event(metric: &str, delta: i64) -> Value {
    json!({"activity_id": "a", "metric": metric, "delta": delta})
}

/// Whether each counted.
fn allowed(results: &Value) -> Vec<bool> {
    results.as_array().unwrap().iter().map(|one| one["allowed"].as_bool().unwrap()).collect()
}

fn app() -> TestApp {
    let app = frozen_app();
    add(&app.user("john"), &json!({"id": "a", "type": "post", "feeds": ["user:john"], "text": "a"}));
    app
}

fn metrics(app: &TestApp) -> Value {
    app.server().get(&format!("{ADD}/a")).ok()["activity"].get("metrics").cloned().unwrap_or(Value::Null)
}

#[test]
fn what_is_measured_is_shown_and_a_user_moves_so_much_of_it_in_an_hour() {
    let app = app();
    let (john, jane) = (app.user("john"), app.user("jane"));
    assert_eq!(metrics(&app), Value::Null, "nothing was measured");
    let before = app.server().get(&format!("{ADD}/a")).ok()["activity"]["updated_at"].clone();
    let results = track(
        &jane,
        &json!({"events": [
            {"activity_id": "a", "metric": "views"}, event("clicks", 5), event("clicks", 1), event("impressions", 50),
        ]}),
    );
    assert_eq!(allowed(&results), [true, true, false, true]);
    assert_eq!((&results[1]["activity_id"], &results[1]["metric"]), (&json!("a"), &json!("clicks")));
    assert!(results[2].get("error").is_none(), "to be over a limit is no error");
    assert_eq!(metrics(&app), json!({"clicks": 5, "impressions": 50, "views": 1}));
    assert_eq!(
        allowed(&track(&john, &json!({"events": [event("clicks", 5)]}))),
        [true],
        "each user has limits of his own"
    );
    assert_eq!(allowed(&track(&jane, &json!({"events": [event("views", -10), event("views", -9)]}))), [false, true]);
    assert_eq!(metrics(&app)["views"], 0, "it is never less");
    app.advance("59m");
    assert_eq!(allowed(&track(&jane, &json!({"events": [event("clicks", 1)]}))), [false]);
    app.advance("1m");
    assert_eq!(allowed(&track(&jane, &json!({"events": [event("clicks", 1)]}))), [true], "an hour has begun");
    assert_eq!(metrics(&app)["clicks"], 11);
    assert_eq!(read(&john, "user:john", &json!({}))["activities"][0]["metrics"]["clicks"], 11);
    let after = app.server().get(&format!("{ADD}/a")).ok()["activity"]["updated_at"].clone();
    assert_eq!(before, after, "it is no change of the activity");
    john.delete(&format!("{ADD}/a?hard_delete=true")).ok();
    add(&john, &json!({"id": "a", "type": "post", "feeds": ["user:john"]}));
    assert_eq!(metrics(&app), Value::Null);
}

#[test]
fn an_app_sets_metrics_and_limits_of_its_own() {
    let app = app();
    let config = json!({"activity_metrics_config": {"views": 2, "saves": 3}});
    app.server().patch("/api/v2/app", &config).ok();
    let jane = app.user("jane");
    let results = track(&jane, &json!({"events": [event("views", 3), event("saves", 3), event("clicks", 1)]}));
    assert_eq!(allowed(&results), [false, true, true]);
    let unknown = track(&jane, &json!({"events": [event("nothing", 1), event("views", 1)]}));
    assert_eq!(
        (allowed(&unknown), &unknown[0]["error"]),
        (vec![false, true], &json!("metric nothing is not configured"))
    );
}

#[test]
fn what_is_not_there_or_not_to_be_read_is_not_measured_and_the_others_are() {
    let app = app();
    app.user("john").post(&format!("{}/change_visibility", path("user:john")), &json!({"visibility": "private"})).ok();
    let both = json!({"events": [{"activity_id": "none", "metric": "views"}, event("views", 1)]});
    let results = track(&app.user("jane"), &both);
    assert_eq!(
        (allowed(&results), &results[0]["error"]),
        (vec![false, false], &json!("activity with id none not found"))
    );
    assert!(results[1]["error"].as_str().unwrap().contains("is not allowed"));
    assert_eq!(allowed(&track(&app.user("john"), &both)), [false, true]);
    let by_server = json!({"events": [event("views", 1)], "user_id": "jane"});
    assert_eq!(allowed(&track(&app.server(), &by_server)), [true]);
}

#[test]
fn calls_are_refused_that_name_nobody_or_no_metric_or_too_many() {
    let app = app();
    let place = format!("{ADD}/metrics/track");
    let nobody = "user_id is required for server side requests";
    refused(
        &app.server().post(&place, &json!({"events": [event("views", 1)]})),
        "TrackActivityMetrics",
        400,
        4,
        nobody,
    );
    let text = "events[0].metric is invalid: it has 1 to 64 letters, digits and the signs _ -";
    for name in ["a b", "a.b", &"x".repeat(65)] {
        let body = json!({"events": [event(name, 1)]});
        refused(&app.user("john").post(&place, &body), "TrackActivityMetrics", 400, 4, text);
    }
    for (events, wanted) in [
        (json!([{"metric": "views"}]), "events[0].activity_id is a required field"),
        (json!([{"activity_id": "a"}]), "events[0].metric is a required field"),
    ] {
        refused(&app.user("john").post(&place, &json!({"events": events})), "TrackActivityMetrics", 400, 4, wanted);
    }
    let many: Vec<Value> = (0..101).map(|_| event("views", 1)).collect();
    for events in [json!(many), json!([])] {
        let (status, code, text) = app.user("john").post(&place, &json!({"events": events})).error();
        assert_eq!((status, code), (400, 4), "{text}");
    }
}
