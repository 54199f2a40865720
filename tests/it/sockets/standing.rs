//! What happens to open sockets when their token or their user is no longer good: three settings, each in both forms.

use serde_json::{Value, json};

use super::client::{Counts, DOORS, Door, Joined, Server, open};
use crate::app::{TestApp, send};
use crate::forge::{EXPIRED, HEADER, NOON, NOON_TEXT, REVOKED, b64, btoa};

const DEACTIVATED: (u16, i64, &str) = (404, 16, "the user john was deactivated");
const DELETED: (u16, i64, &str) = (404, 16, "the user john was deleted");

/// An app with this setting of open sockets.
fn app(setting: &str, fate: &str) -> TestApp {
    let app = TestApp::at_noon();
    app.tune(&json!({"open_sockets": {setting: fate}}));
    app.upsert(&[json!({"id": "john"})]);
    app
}

/// A connection of john's with these claims besides.
fn john(app: &TestApp, door: Door, claims: &Value) -> Joined {
    let mut claims = claims.clone();
    claims["user_id"] = json!("john");
    Joined::of(door, app.show_token("john", &app.sign(&claims)).through(door))
}

fn hour() -> Value {
    json!({"exp": NOON + 3600})
}

#[test]
fn an_expired_token_ends_its_socket_when_the_clock_is_moved_past_it() {
    for door in DOORS {
        let app = app("on_expiry", "close");
        let mut expiring = john(&app, door, &hour());
        let mut endless = john(&app, door, &json!({}));
        app.advance("1h");
        // At the very moment of `exp` the token is still good.
        expiring.quiet();
        app.advance("1ms");
        expiring.ended(EXPIRED, 4001);
        endless.quiet();
        // The reconnect is refused by the same code, and a new token is good.
        let refused = app.show_token("john", &app.sign(&json!({"user_id": "john", "exp": NOON + 3600})));
        assert_eq!(refused.through(door).refused()["error"]["code"], 40);
        john(&app, door, &json!({"exp": NOON + 7200})).quiet();
    }
}

#[test]
fn an_expired_token_ends_its_socket_whichever_way_the_clock_runs() {
    for clock in [
        json!({"offset": "2h"}),
        json!({"frozen": "2100-01-01T00:00:00Z"}),
        json!({"frozen": "2026-01-31T13:00:00.000000001Z"}),
    ] {
        let app = app("on_expiry", "close");
        let mut expiring = john(&app, Door::V2, &hour());
        app.control("PUT", "/clock", &clock).ok();
        expiring.ended(EXPIRED, 4001);
    }
    // From the system's time by an offset.
    let app = app("on_expiry", "close");
    app.control("PUT", "/clock", &json!({"offset": "0s"})).ok();
    let token = app.mint(&json!({"user_id": "john", "ttl": "1h"}));
    let mut expiring = Joined::of(Door::V2, app.show_token("john", &token).through(Door::V2));
    app.advance("59m");
    expiring.quiet();
    app.advance("2m");
    expiring.ended(EXPIRED, 4001);
}

#[test]
fn a_clock_that_goes_back_ends_nothing() {
    let app = app("on_expiry", "close");
    let mut issued_now = john(&app, Door::V2, &json!({"iat": NOON, "nbf": NOON, "exp": NOON + 3600}));
    app.advance("-1h");
    issued_now.quiet();
    app.advance("3h");
    issued_now.ended(EXPIRED, 4001);
}

#[test]
fn with_keep_an_expired_token_leaves_its_socket_open() {
    for door in DOORS {
        let app = app("on_expiry", "keep");
        let mut expiring = john(&app, door, &hour());
        app.advance("2h");
        expiring.quiet();
        // And it still hears what happens.
        app.upsert(&[json!({"id": "john", "name": "Jo"})]);
        assert_eq!(expiring.json()["type"], "user.updated");
        expiring.quiet();
        // A change of the setting reaches what is open.
        app.tune(&json!({"open_sockets": {"on_expiry": "close"}}));
        expiring.ended(EXPIRED, 4001);
    }
}

#[test]
fn close_is_the_default_for_revocation_and_keep_for_the_others() {
    let app = TestApp::at_noon();
    let settings = app.control("GET", "/settings", &Value::Null).ok();
    let wanted = json!({"on_revocation": "close", "on_expiry": "keep", "on_deactivation": "keep"});
    assert_eq!(settings["open_sockets"], wanted);
}

#[test]
fn a_users_revocation_ends_the_sockets_it_reaches() {
    for door in DOORS {
        let app = app("on_revocation", "close");
        let mut without_iat = john(&app, door, &json!({}));
        let mut older = john(&app, door, &json!({"iat": NOON - 1}));
        let mut newer = john(&app, door, &json!({"iat": NOON}));
        let mut other = app.joined(door, "mary");
        app.revoke("john", &json!(NOON_TEXT));
        for reached in [&mut without_iat, &mut older] {
            assert_eq!(reached.json()["type"], "user.updated", "the change is told first");
            reached.ended(REVOKED, 4001);
        }
        assert_eq!(newer.json()["type"], "user.updated");
        newer.quiet();
        other.quiet();
    }
}

#[test]
fn an_apps_revocation_ends_the_sockets_it_reaches() {
    for door in DOORS {
        let app = app("on_revocation", "close");
        let mut without_iat = john(&app, door, &json!({}));
        let mut older = app.joined(door, "mary");
        let mut newer = john(&app, door, &json!({"iat": NOON}));
        let mut nobody = anonymous(&app);
        app.set(&json!({"revoke_tokens_issued_before": NOON_TEXT}));
        for reached in [&mut without_iat, &mut older] {
            assert_eq!(reached.json()["type"], "app.updated", "the change is told first");
            reached.ended(REVOKED, 4001);
        }
        for spared in [&mut newer, &mut nobody] {
            assert_eq!(spared.json()["type"], "app.updated");
            spared.quiet();
        }
    }
}

fn anonymous(app: &TestApp) -> Joined {
    let show = super::client::Show { auth_type: Some("anonymous".to_owned()), token: Value::Null, ..app.show("x") };
    Joined::of(Door::Legacy, show.through(Door::Legacy))
}

#[test]
fn with_keep_a_revocation_leaves_sockets_open() {
    for door in DOORS {
        let app = app("on_revocation", "keep");
        let mut reached = john(&app, door, &json!({}));
        app.revoke("john", &json!(NOON_TEXT));
        assert_eq!(reached.json()["type"], "user.updated");
        reached.quiet();
        app.set(&json!({"revoke_tokens_issued_before": NOON_TEXT}));
        assert_eq!(reached.json()["type"], "app.updated");
        reached.quiet();
        let refused = app.show("john").through(door).refused();
        assert_eq!(refused, door.refusal(REVOKED), "what is open stays, what is new is refused");
    }
}

#[test]
fn a_deactivation_is_told_and_ends_the_sockets_for_good() {
    for door in DOORS {
        let app = app("on_deactivation", "close");
        let mut ended = john(&app, door, &json!({}));
        let mut other = app.joined(door, "mary");
        app.root().post("/api/v2/users/john/deactivate", &json!({})).ok();
        assert_eq!(ended.json()["type"], "user.deactivated");
        ended.ended(DEACTIVATED, 1000);
        other.quiet();
    }
}

#[test]
fn a_deletion_is_told_and_ends_the_sockets_for_good_whatever_is_set() {
    for door in DOORS {
        for (mode, fate) in [("soft", "close"), ("soft", "keep"), ("hard", "close"), ("hard", "keep")] {
            let app = app("on_deactivation", fate);
            let mut ended = john(&app, door, &json!({}));
            let deletion = json!({"user_ids": ["john"], "user": mode, "messages": mode, "conversations": mode});
            app.root().post("/api/v2/users/delete", &deletion).ok();
            assert_eq!(ended.json()["type"], "user.deleted");
            ended.ended(DELETED, 1000);
        }
    }
}

#[test]
fn by_default_a_deactivated_users_socket_stays_open_and_hears_on_until_the_user_is_deleted() {
    for door in DOORS {
        let app = TestApp::at_noon();
        app.upsert(&[json!({"id": "john"})]);
        let mut kept = john(&app, door, &json!({}));
        app.root().post("/api/v2/users/john/deactivate", &json!({})).ok();
        assert_eq!(kept.json()["type"], "user.deactivated");
        kept.quiet();
        assert_eq!(app.show("john").through(door).refused(), door.refusal(DEACTIVATED), "what is new is refused");
        app.set(&json!({"auto_translation_enabled": true}));
        assert_eq!(kept.json()["type"], "app.updated");
        app.root().post("/api/v2/users/john/reactivate", &json!({})).ok();
        assert_eq!(kept.json()["type"], "user.reactivated");
        app.root().post("/api/v2/users/delete", &json!({"user_ids": ["john"]})).ok();
        assert_eq!(kept.json()["type"], "user.deleted");
        kept.ended(DELETED, 1000);
    }
}

#[test]
fn sockets_of_an_app_that_is_deleted_end_for_good() {
    let server = Server::start();
    for door in DOORS {
        let app = server.app();
        let mut ended = john(&app, door, &json!({}));
        let mut nobody = anonymous(&app);
        let other = server.app();
        let mut elsewhere = other.join("john");
        send("DELETE", &format!("{}/_millpond/apps/{}", app.url, app.api_key), &[], None);
        ended.ended((401, 2, "api_key not valid"), 1000);
        nobody.ended((401, 2, "api_key not valid"), 1000);
        elsewhere.quiet();
        elsewhere.leave();
    }
    server.settles(Counts::default());
}

#[test]
fn a_dev_tokens_socket_ends_when_auth_checks_are_switched_on_again() {
    for door in DOORS {
        let app = app("on_expiry", "close");
        app.set(&json!({"disable_auth_checks": true}));
        let dev = format!("{}.{}.devtoken", b64(HEADER), btoa(r#"{"user_id":"john","exp":5}"#));
        let mut tolerated = Joined::of(door, app.show_token("john", &dev).through(door));
        let mut genuine = john(&app, door, &json!({}));
        app.advance("1h");
        // News that comes behind the clock's move: with it, the sockets have been judged under the move alone.
        app.upsert(&[json!({"id": "john", "name": "John"})]);
        for joined in [&mut tolerated, &mut genuine] {
            assert_eq!(joined.json()["type"], "user.updated");
            joined.quiet();
        }
        app.set(&json!({"disable_auth_checks": false}));
        for joined in [&mut tolerated, &mut genuine] {
            assert_eq!(joined.json()["type"], "app.updated");
        }
        tolerated.ended((401, 43, &app.bad_signature()), 1000);
        genuine.quiet();
    }
}

#[test]
fn changes_that_concern_no_token_end_nothing() {
    let app = TestApp::at_noon();
    let mut joined = app.join("john");
    app.tune(&json!({"iat_leeway_seconds": 3, "rate_limits": "enforce", "unknown_user": "refuse"}));
    app.set(&json!({"auto_translation_enabled": true, "grants": {"user": []}}));
    assert_eq!(joined.json()["type"], "app.updated");
    app.upsert(&[json!({"id": "john", "role": "admin", "teams": ["red"]})]);
    assert_eq!(joined.json()["type"], "user.updated");
    app.root().post("/api/v2/moderation/ban", &json!({"target_user_id": "john"})).ok();
    assert_eq!(joined.json()["type"], "user.banned");
    joined.quiet();
}

/// Sockets of one app that end together.
const MANY: usize = 500;

#[test]
fn one_move_of_the_clock_ends_hundreds_of_sockets_and_spares_the_others() {
    let server = Server::with(millpond::config::Config { workers: 2, ..super::client::config() });
    let app = server.app();
    app.tune(&json!({"open_sockets": {"on_expiry": "close"}}));
    let other = server.app();
    let mut elsewhere = other.join("john");
    let mut endless = app.join("mary");
    let mut many: Vec<_> = (0..MANY).map(|number| john(&app, DOORS[number % DOORS.len()], &hour())).collect();
    assert_eq!(server.hub.counts(), open(MANY + 2));
    app.advance("2h");
    for joined in &mut many {
        joined.ended(EXPIRED, 4001);
    }
    drop(many);
    server.settles(open(2));
    endless.quiet();
    elsewhere.quiet();
}
