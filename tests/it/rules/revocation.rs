//! Revocation by user and by app (wire-contract 3).

use serde_json::{Value, json};

use crate::app::{Caller, TestApp};
use crate::forge::{NOON, NOON_TEXT, REVOKED, refused};

const PATH: &str = "/api/v2/app";

/// Tokens of john by when they were issued: a second before noon, at noon, a second after, and not said.
struct Tokens {
    before: Caller,
    same: Caller,
    after: Caller,
    unsaid: Caller,
}

fn tokens(app: &TestApp) -> Tokens {
    let issued = |iat: i64| app.bearer(&json!({"user_id": "john", "iat": iat}));
    Tokens {
        before: issued(NOON - 1),
        same: issued(NOON),
        after: issued(NOON + 1),
        unsaid: app.bearer(&json!({"user_id": "john"})),
    }
}

/// An app whose clock stands a minute behind noon, and its user john.
fn app_with_john() -> TestApp {
    let app = TestApp::new();
    app.freeze("2026-01-31T12:01:00Z");
    app.upsert(&[json!({"id": "john"}), json!({"id": "jane"})]);
    app
}

#[track_caller]
fn passes(caller: &Caller) {
    caller.get(PATH).ok();
}

#[track_caller]
fn is_revoked(caller: &Caller) {
    refused(&caller.get(PATH), "GetApp", REVOKED);
}

#[test]
fn a_users_revocation_refuses_what_was_issued_before_it_and_what_does_not_say_when() {
    let app = app_with_john();
    let Tokens { before, same, after, unsaid } = tokens(&app);
    app.revoke("john", &json!(NOON_TEXT));
    is_revoked(&before);
    is_revoked(&unsaid);
    passes(&same);
    passes(&after);
}

#[test]
fn an_apps_revocation_refuses_what_was_issued_before_it_and_what_does_not_say_when() {
    let app = app_with_john();
    let Tokens { before, same, after, unsaid } = tokens(&app);
    app.set(&json!({"revoke_tokens_issued_before": NOON_TEXT}));
    is_revoked(&before);
    is_revoked(&unsaid);
    passes(&same);
    passes(&after);
}

#[test]
fn a_users_revocation_leaves_other_users_alone() {
    let app = app_with_john();
    app.revoke("john", &json!(NOON_TEXT));
    passes(&app.bearer(&json!({"user_id": "jane", "iat": NOON - 1})));
    passes(&app.bearer(&json!({"user_id": "jane"})));
    passes(&app.bearer(&json!({"user_id": "stranger"})));
}

#[test]
fn an_apps_revocation_reaches_every_user_known_or_not() {
    let app = app_with_john();
    app.set(&json!({"revoke_tokens_issued_before": NOON_TEXT}));
    is_revoked(&app.bearer(&json!({"user_id": "jane", "iat": NOON - 1})));
    is_revoked(&app.bearer(&json!({"user_id": "stranger"})));
    passes(&app.bearer(&json!({"user_id": "stranger", "iat": NOON})));
}

#[test]
fn a_revocation_in_one_app_is_none_in_another() {
    let (app, other) = (app_with_john(), app_with_john());
    app.revoke("john", &json!(NOON_TEXT));
    app.set(&json!({"revoke_tokens_issued_before": NOON_TEXT}));
    passes(&other.bearer(&json!({"user_id": "john"})));
}

#[test]
fn null_undoes_a_users_revocation() {
    let app = app_with_john();
    let Tokens { before, unsaid, .. } = tokens(&app);
    app.revoke("john", &json!(NOON_TEXT));
    is_revoked(&before);
    app.revoke("john", &Value::Null);
    passes(&before);
    passes(&unsaid);
}

#[test]
fn unset_undoes_a_users_revocation_as_null_does() {
    let app = app_with_john();
    let Tokens { before, .. } = tokens(&app);
    app.revoke("john", &json!(NOON_TEXT));
    let unset = json!({"users": [{"id": "john", "unset": ["revoke_tokens_issued_before"]}]});
    app.root().patch("/api/v2/users", &unset).ok();
    passes(&before);
}

#[test]
fn null_undoes_an_apps_revocation() {
    let app = app_with_john();
    let Tokens { before, unsaid, .. } = tokens(&app);
    app.set(&json!({"revoke_tokens_issued_before": NOON_TEXT}));
    is_revoked(&before);
    app.set(&json!({"revoke_tokens_issued_before": null}));
    passes(&before);
    passes(&unsaid);
}

#[test]
fn undoing_one_level_leaves_the_other() {
    let app = app_with_john();
    let Tokens { before, .. } = tokens(&app);
    app.revoke("john", &json!(NOON_TEXT));
    app.set(&json!({"revoke_tokens_issued_before": NOON_TEXT}));
    app.revoke("john", &Value::Null);
    is_revoked(&before);
    app.revoke("john", &json!(NOON_TEXT));
    app.set(&json!({"revoke_tokens_issued_before": null}));
    is_revoked(&before);
}

#[test]
fn server_tokens_are_spared_at_both_levels() {
    let app = app_with_john();
    app.set(&json!({"revoke_tokens_issued_before": "2026-01-31T12:00:59Z"}));
    app.revoke("john", &json!("2026-01-31T12:00:59Z"));
    for claims in [json!({}), json!({"server": true}), json!({"iat": NOON - 3600}), json!({"user_id": ""})] {
        passes(&app.bearer(&claims));
    }
}

#[test]
fn anonymous_callers_are_not_affected() {
    let app = app_with_john();
    app.set(&json!({"revoke_tokens_issued_before": "2026-01-31T12:00:59Z"}));
    passes(&app.anonymous());
}

#[test]
fn a_guests_token_has_no_iat_so_any_revocation_ends_it() {
    let app = app_with_john();
    let made = app.anonymous().post("/api/v2/guest", &json!({"user": {"id": "pat"}})).ok();
    let guest = app.with_token(made["access_token"].as_str().unwrap());
    passes(&guest);
    app.revoke(made["user"]["id"].as_str().unwrap(), &json!("2020-01-01T00:00:00Z"));
    is_revoked(&guest);
    app.revoke(made["user"]["id"].as_str().unwrap(), &Value::Null);
    app.set(&json!({"revoke_tokens_issued_before": "2020-01-01T00:00:00Z"}));
    is_revoked(&guest);
    assert_eq!(made["user"]["role"], "guest");
}

#[test]
fn by_seconds_the_second_of_the_revocation_itself_passes() {
    let app = app_with_john();
    let Tokens { before, same, after, .. } = tokens(&app);
    for time in ["2026-01-31T12:00:00Z", "2026-01-31T12:00:00.000000001Z", "2026-01-31T12:00:00.999999999Z"] {
        app.revoke("john", &json!(time));
        is_revoked(&before);
        passes(&same);
        passes(&after);
    }
}

#[test]
fn exactly_compares_to_the_nanosecond() {
    let app = app_with_john();
    app.tune(&json!({"revocation_granularity": "exact"}));
    let Tokens { before, same, after, unsaid } = tokens(&app);
    app.revoke("john", &json!("2026-01-31T12:00:00Z"));
    is_revoked(&before);
    passes(&same);
    for time in ["2026-01-31T12:00:00.000000001Z", "2026-01-31T12:00:00.999Z"] {
        app.revoke("john", &json!(time));
        is_revoked(&same);
        passes(&after);
        is_revoked(&unsaid);
    }
    app.tune(&json!({"revocation_granularity": "second"}));
    passes(&same);
}

#[test]
fn the_granularity_holds_for_apps_as_for_users() {
    let app = app_with_john();
    let Tokens { same, .. } = tokens(&app);
    app.set(&json!({"revoke_tokens_issued_before": "2026-01-31T12:00:00.5Z"}));
    passes(&same);
    app.tune(&json!({"revocation_granularity": "exact"}));
    is_revoked(&same);
}

#[test]
fn the_time_is_read_with_any_offset_without_a_zone_and_as_nanoseconds() {
    let app = app_with_john();
    let Tokens { before, same, .. } = tokens(&app);
    for time in [
        json!("2026-01-31T12:00:00Z"),
        json!("2026-01-31T12:00:00.000Z"),
        json!("2026-01-31T17:30:00+05:30"),
        json!("2026-01-31T04:00:00-08:00"),
        json!("2026-01-31T12:00:00"),
        json!("2026-01-31t12:00:00z"),
        json!(NOON * 1_000_000_000),
    ] {
        app.revoke("john", &time);
        is_revoked(&before);
        passes(&same);
        app.revoke("john", &Value::Null);
        app.set(&json!({"revoke_tokens_issued_before": time}));
        is_revoked(&before);
        passes(&same);
        app.set(&json!({"revoke_tokens_issued_before": null}));
        passes(&before);
    }
}

#[test]
fn what_is_no_time_is_refused_and_revokes_nothing() {
    let app = app_with_john();
    let Tokens { unsaid, .. } = tokens(&app);
    for nonsense in [json!(""), json!("yesterday"), json!(true), json!([]), json!({}), json!(1.5), json!("1769860800")]
    {
        let change = json!({"users": [{"id": "john", "set": {"revoke_tokens_issued_before": nonsense}}]});
        let (status, code, _) = app.root().patch("/api/v2/users", &change).error();
        assert_eq!((status, code), (400, 4), "{nonsense}");
        let (status, code, _) = app.root().patch(PATH, &json!({"revoke_tokens_issued_before": nonsense})).error();
        assert_eq!((status, code), (400, 4), "{nonsense}");
        passes(&unsaid);
    }
}

#[test]
fn a_time_in_the_future_revokes_what_is_issued_until_then() {
    let app = app_with_john();
    app.revoke("john", &json!("2026-01-31T12:02:00Z"));
    is_revoked(&app.bearer(&json!({"user_id": "john", "iat": NOON + 60})));
    app.advance("1m");
    passes(&app.bearer(&json!({"user_id": "john", "iat": NOON + 120})));
}

#[test]
fn times_at_the_edges_of_the_calendar_are_taken() {
    let app = app_with_john();
    let token = app.bearer(&json!({"user_id": "john", "iat": NOON}));
    app.revoke("john", &json!("0000-01-01T00:00:00Z"));
    passes(&token);
    is_revoked(&app.bearer(&json!({"user_id": "john"})));
    app.revoke("john", &json!("9999-12-31T23:59:59Z"));
    is_revoked(&token);
}

#[test]
fn several_users_are_revoked_at_once_or_none() {
    let app = app_with_john();
    let jane = app.bearer(&json!({"user_id": "jane"}));
    let set = json!({"revoke_tokens_issued_before": NOON_TEXT});
    let with_stranger = json!({"users": [{"id": "jane", "set": set}, {"id": "stranger", "set": set}]});
    let answer = app.root().patch("/api/v2/users", &with_stranger);
    refused(&answer, "UpdateUsersPartial", (404, 16, "the user stranger does not exist"));
    passes(&jane);
    app.root().patch("/api/v2/users", &json!({"users": [{"id": "jane", "set": set}, {"id": "john", "set": set}]})).ok();
    is_revoked(&jane);
    is_revoked(&app.bearer(&json!({"user_id": "john"})));
}

#[test]
fn only_a_server_revokes() {
    let app = app_with_john();
    let john = app.bearer(&json!({"user_id": "john", "iat": NOON}));
    let change = json!({"users": [{"id": "john", "set": {"revoke_tokens_issued_before": NOON_TEXT}}]});
    let (status, code, _) = john.patch("/api/v2/users", &change).error();
    assert_eq!((status, code), (403, 17));
    app.revoke("john", &json!(NOON_TEXT));
    let undo = json!({"users": [{"id": "john", "set": {"revoke_tokens_issued_before": null}}]});
    let (status, code, _) = john.patch("/api/v2/users", &undo).error();
    assert_eq!((status, code), (403, 17));
    let unset = json!({"users": [{"id": "john", "unset": ["revoke_tokens_issued_before"]}]});
    let (status, code, _) = john.patch("/api/v2/users", &unset).error();
    assert_eq!((status, code), (403, 17));
}

#[test]
fn the_user_and_the_app_then_show_the_time_in_each_dialect() {
    let app = app_with_john();
    app.revoke("john", &json!(NOON_TEXT));
    app.set(&json!({"revoke_tokens_issued_before": NOON_TEXT}));
    for (prefix, shown) in
        [("/api/v2", json!(NOON * 1_000_000_000)), ("", json!(NOON_TEXT)), ("/video", json!(NOON_TEXT))]
    {
        let change = json!({"users": [{"id": "john", "set": {"color": "blue"}}]});
        let user = app.root().patch(&format!("{prefix}/users"), &change).ok();
        assert_eq!(user["users"]["john"]["revoke_tokens_issued_before"], shown, "{prefix}");
        let settings = app.root().get(&format!("{prefix}/app")).ok();
        assert_eq!(settings["app"]["revoke_tokens_issued_before"], shown, "{prefix}");
    }
    app.revoke("john", &Value::Null);
    let user = app.root().patch("/api/v2/users", &json!({"users": [{"id": "john", "set": {"color": "red"}}]})).ok();
    assert_eq!(user["users"]["john"].get("revoke_tokens_issued_before"), None);
}

#[test]
fn an_upsert_keeps_a_revocation() {
    let app = app_with_john();
    let Tokens { before, .. } = tokens(&app);
    app.revoke("john", &json!(NOON_TEXT));
    app.upsert(&[json!({"id": "john", "name": "John"})]);
    is_revoked(&before);
}

#[test]
fn a_revocation_works_through_the_legacy_and_video_mounts() {
    for prefix in ["", "/video"] {
        let app = app_with_john();
        let Tokens { before, .. } = tokens(&app);
        let change = json!({"users": [{"id": "john", "set": {"revoke_tokens_issued_before": NOON_TEXT}}]});
        app.root().patch(&format!("{prefix}/users"), &change).ok();
        is_revoked(&before);
        refused(&before.get(&format!("{prefix}/app")), "GetApp", REVOKED);
    }
}

#[test]
fn a_token_issued_after_the_revocation_signs_in_again() {
    let app = app_with_john();
    let old = app.user("john");
    passes(&old);
    app.revoke("john", &json!("2026-01-31T12:01:00.5Z"));
    passes(&old);
    app.advance("1s");
    app.revoke("john", &json!("2026-01-31T12:01:01Z"));
    is_revoked(&old);
    passes(&app.user("john"));
}
