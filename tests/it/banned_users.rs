//! `QueryBannedUsers`: shape, limits, order, and who may ask. What a filter finds is tested beside the table of its fields.

use serde_json::{Value, json};

use crate::app::{Answer, Caller, TestApp, encode};
use crate::transcript::{NOW_NS, frozen_app, on, refused};

/// Where it answers, beside the mount's other paths.
fn path(mount: &str, payload: &Value) -> String {
    let below = if mount == "/api/v2" { "/api/v2/chat" } else { mount };
    format!("{below}/query_banned_users?payload={}", encode(&payload.to_string()))
}

trait QueriesBans {
    fn query_bans(&self, payload: &Value) -> Answer;
}

impl QueriesBans for Caller {
    #[track_caller]
    fn query_bans(&self, payload: &Value) -> Answer {
        self.get(&path("/api/v2", payload))
    }
}

#[track_caller]
fn banned(app: &TestApp, payload: &Value) -> Vec<String> {
    let answer = app.server().query_bans(payload).ok();
    let id = |ban: &Value| ban["user"]["id"].as_str().unwrap().to_owned();
    answer["bans"].as_array().unwrap().iter().map(id).collect()
}

fn ban(app: &TestApp, body: &Value) {
    app.server().post("/api/v2/moderation/ban", body).ok();
}

/// One an hour, by two moderators; the ban of `brief` lasts an hour.
fn app() -> TestApp {
    let app = frozen_app();
    let ids = ["mia", "brief", "first", "second", "third"];
    app.upsert(&ids.map(|id| json!({"id": id, "role": if id == "mia" { "moderator" } else { "user" }})));
    ban(&app, &json!({"target_user_id": "brief", "timeout": 60, "banned_by_id": "mia", "reason": "too loud"}));
    for id in ["first", "second", "third"] {
        app.advance("1h");
        ban(&app, &json!({"target_user_id": id, "banned_by_id": if id == "second" { "mia" } else { "gone" }}));
    }
    app
}

#[test]
fn a_query_answers_bans_in_full() {
    insta::assert_snapshot!(on(&["/api/v2", ""], |app, mount, log| {
        app.upsert(&[json!({"id": "eve", "custom": {"color": "red"}}), json!({"id": "mia"}), json!({"id": "bob"})]);
        ban(app, &json!({"target_user_id": "eve", "banned_by_id": "mia", "timeout": 60, "reason": "spam"}));
        app.advance("1m");
        ban(app, &json!({"target_user_id": "bob", "shadow": true, "channel_cid": "messaging:a"}));
        let all = path(mount, &json!({"filter_conditions": {}}));
        log.call(&app.server(), "GET", &all, &Value::Null);
    }));
}

#[test]
fn it_answers_nowhere_else() {
    for path in ["/api/v2/query_banned_users", "/video/query_banned_users", "/chat/query_banned_users"] {
        assert_eq!(app().server().get(path).status, 404, "{path}");
    }
}

#[test]
fn bans_come_youngest_first_page_by_page_unless_an_order_is_asked_for() {
    let app = app();
    let all = json!({"filter_conditions": {}});
    assert_eq!(banned(&app, &all), ["third", "second", "first", "brief"]);
    let with = |more: Value| {
        let mut payload = all.clone();
        payload.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        banned(&app, &payload)
    };
    let oldest = json!([{"field": "created_at", "direction": 1}]);
    assert_eq!(with(json!({"sort": oldest})), ["brief", "first", "second", "third"]);
    assert_eq!(with(json!({"sort": oldest, "limit": 2})), ["brief", "first"]);
    assert_eq!(with(json!({"sort": oldest, "limit": 2, "offset": 2})), ["second", "third"]);
    assert_eq!(with(json!({"limit": 2, "offset": 4})), [""; 0]);
    assert_eq!(with(json!({"limit": null, "offset": null, "sort": null, "exclude_expired_bans": null})).len(), 4);
}

#[test]
fn bans_are_found_by_user_moderator_reason_channel_and_time() {
    let app = app();
    ban(&app, &json!({"target_user_id": "first", "channel_cid": "messaging:a"}));
    for (filter, wanted) in [
        (json!({"user_id": "brief"}), &["brief"][..]),
        (json!({"user_id": {"$in": ["first", "second"]}}), &["first", "second", "first"]),
        (json!({"banned_by_id": "mia"}), &["second", "brief"]),
        (json!({"reason": {"$autocomplete": "lou"}}), &["brief"]),
        (json!({"channel_cid": "messaging:a"}), &["first"]),
        (json!({"channel_cid": "", "user_id": "first"}), &["first"]),
        (json!({"created_at": {"$gt": "2026-01-31T13:00:00Z"}, "channel_cid": ""}), &["third", "second"]),
    ] {
        assert_eq!(banned(&app, &json!({"filter_conditions": filter})), wanted, "{filter}");
    }
    for (bound, wanted) in [
        ("created_at_after", &["third", "second"][..]),
        ("created_at_after_or_equal", &["third", "second", "first"]),
        ("created_at_before", &["brief"]),
        ("created_at_before_or_equal", &["first", "brief"]),
    ] {
        for time in [json!("2026-01-31T13:00:00Z"), json!(NOW_NS + 3_600_000_000_000)] {
            let payload = json!({"filter_conditions": {"channel_cid": ""}, bound: time});
            assert_eq!(banned(&app, &payload), wanted, "{bound} {time}");
        }
    }
}

#[test]
fn a_ban_that_has_ended_is_told_until_it_is_excluded_and_one_that_was_lifted_never() {
    let app = app();
    let with = |excluded: bool| banned(&app, &json!({"filter_conditions": {}, "exclude_expired_bans": excluded}));
    assert!(with(false).contains(&"brief".to_owned()));
    assert!(!with(true).contains(&"brief".to_owned()));
    app.server().post("/api/v2/moderation/unban?target_user_id=third", &json!({})).ok();
    assert_eq!(with(true), ["second", "first"]);
}

#[test]
fn who_was_deleted_softly_is_still_banned_and_whose_row_is_gone_is_not() {
    let app = app();
    app.server().post("/api/v2/users/delete", &json!({"user_ids": ["first"]})).ok();
    let hard = json!({"user_ids": ["second"], "user": "hard", "messages": "hard", "conversations": "hard"});
    app.server().post("/api/v2/users/delete", &hard).ok();
    assert_eq!(banned(&app, &json!({"filter_conditions": {}})), ["third", "first", "brief"]);
}

#[test]
fn whoever_may_ban_may_see_who_is_banned() {
    let app = app();
    let all = json!({"filter_conditions": {}});
    assert_eq!(app.user("mia").query_bans(&all).ok()["bans"].as_array().unwrap().len(), 4);
    let text = "User 'third' with role 'user' is not allowed to perform action BanUser";
    refused(&app.user("third").query_bans(&all), "QueryBannedUsers", 403, 17, text);
    app.server().patch("/api/v2/app", &json!({"grants": {"user": ["ban-user"]}})).ok();
    app.user("third").query_bans(&all).ok();
}

#[test]
fn what_breaks_a_rule_is_refused_by_name() {
    let app = frozen_app();
    for (payload, text) in [
        (json!({}), "filter_conditions is a required field"),
        (json!({"filter_conditions": []}), "expected object for field \"filter_conditions\" but got array"),
        (json!({"filter_conditions": {}, "limit": 101}), "limit must be 100 or less"),
        (json!({"filter_conditions": {}, "offset": 1001}), "offset must be 1,000 or less"),
        (json!({"filter_conditions": {"banned": true}}), "field banned is not supported in QueryBannedUsers"),
        (
            json!({"filter_conditions": {"channel_cid": {"$ne": "a:b"}}}),
            "cannot use operator \"$ne\" when filtering by channel_cid",
        ),
        (
            json!({"filter_conditions": {}, "created_at_before": "yesterday"}),
            "field created_at_before expect RFC 3339 date values",
        ),
    ] {
        refused(&app.server().query_bans(&payload), "QueryBannedUsers", 400, 4, text);
    }
    for path in ["/api/v2/chat/query_banned_users", "/query_banned_users?payload=%7B"] {
        refused(&app.server().get(path), "QueryBannedUsers", 400, 4, "invalid json data");
    }
}
