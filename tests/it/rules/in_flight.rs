//! Effective at once: also for what is in flight.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use serde_json::{Value, json};

use crate::app::TestApp;
use crate::forge::{NOON_TEXT, REVOKED, refused};

/// Writers that try to slip through.
const WRITERS: usize = 4;
/// Writes of each, at the most.
const WRITES: usize = 400;

fn change(user: &str, at: usize) -> Value {
    json!({"users": [{"id": user, "set": {"at": at}}]})
}

#[test]
fn after_a_revocation_was_answered_no_write_of_that_user_is_accepted() {
    no_write_slips_through(|app| app.revoke("john", &json!(NOON_TEXT)));
}

#[test]
fn after_a_revocation_by_the_app_was_answered_no_write_of_a_user_is_accepted() {
    no_write_slips_through(|app| {
        let body = json!({"revoke_tokens_issued_before": NOON_TEXT});
        app.root().patch("/api/v2/app", &body).ok();
    });
}

#[test]
fn after_a_role_was_taken_away_no_write_that_needs_it_is_accepted() {
    let app = TestApp::at_noon();
    app.upsert(&[json!({"id": "ada", "role": "admin"}), json!({"id": "john"})]);
    let ada = app.bearer(&json!({"user_id": "ada"}));
    let answered = AtomicBool::new(false);
    let ban_expires = || {
        let found = app.root().query_users(&json!({"filter_conditions": {"id": "john"}})).ok();
        found["users"][0]["ban_expires"].clone()
    };
    thread::scope(|scope| {
        for writer in 0..WRITERS {
            let (ada, answered) = (ada.clone(), &answered);
            scope.spawn(move || {
                for at in 0..WRITES {
                    let too_late = answered.load(Ordering::SeqCst);
                    let body = json!({"target_user_id": "john", "timeout": 1 + writer * WRITES + at});
                    let answer = ada.post("/api/v2/moderation/ban", &body);
                    if too_late {
                        assert_eq!(answer.status, 403, "{}", answer.text);
                        return;
                    }
                }
                panic!("the change of the role was never answered");
            });
        }
        app.root().patch("/api/v2/users", &json!({"users": [{"id": "ada", "set": {"role": "user"}}]})).ok();
        let frozen = ban_expires();
        answered.store(true, Ordering::SeqCst);
        for _ in 0..20 {
            assert_eq!(ban_expires(), frozen, "what was in flight wrote behind the change");
        }
    });
}

/// Lets writers run against a revocation of john's tokens.
fn no_write_slips_through(revoke: impl Fn(&TestApp)) {
    let app = TestApp::at_noon();
    app.upsert(&[json!({"id": "john"})]);
    let john = app.bearer(&json!({"user_id": "john"}));
    let answered = AtomicBool::new(false);
    thread::scope(|scope| {
        for writer in 0..WRITERS {
            let (john, answered) = (john.clone(), &answered);
            scope.spawn(move || {
                for at in 0..WRITES {
                    // Looked at before the write is sent: from then on it has to be refused.
                    let too_late = answered.load(Ordering::SeqCst);
                    let answer = john.patch("/api/v2/users", &change("john", writer * WRITES + at));
                    if too_late {
                        refused(&answer, "UpdateUsersPartial", REVOKED);
                        return;
                    }
                }
                panic!("the revocation was never answered");
            });
        }
        revoke(&app);
        let frozen = custom_of(&app);
        answered.store(true, Ordering::SeqCst);
        for _ in 0..20 {
            assert_eq!(custom_of(&app), frozen, "what was in flight wrote behind the revocation");
        }
    });
}

fn custom_of(app: &TestApp) -> Value {
    app.root().query_users(&json!({"filter_conditions": {"id": "john"}})).ok()["users"][0]["custom"].clone()
}

#[test]
fn revoked_and_undone_a_hundred_times_the_next_request_always_agrees() {
    let app = TestApp::at_noon();
    app.upsert(&[json!({"id": "john"}), json!({"id": "noise"})]);
    let john = app.bearer(&json!({"user_id": "john"}));
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let noise = app.bearer(&json!({"user_id": "noise"}));
        let done = &done;
        scope.spawn(move || {
            let mut at = 0;
            while !done.load(Ordering::SeqCst) {
                noise.patch("/api/v2/users", &change("noise", at)).ok();
                at += 1;
            }
        });
        for _ in 0..100 {
            app.revoke("john", &json!(NOON_TEXT));
            refused(&john.get("/api/v2/app"), "GetApp", REVOKED);
            app.revoke("john", &Value::Null);
            john.get("/api/v2/app").ok();
        }
        done.store(true, Ordering::SeqCst);
    });
}

#[test]
fn what_a_write_answered_a_read_that_follows_shows() {
    let app = TestApp::new();
    thread::scope(|scope| {
        for writer in 0..WRITERS {
            let app = &app;
            scope.spawn(move || {
                let (server, id) = (app.root(), format!("user-{writer}"));
                for at in 0..40 {
                    let user = json!({"id": id, "custom": {"at": at}});
                    server.post("/api/v2/users", &json!({"users": {id.clone(): user}})).ok();
                    let found = server.query_users(&json!({"filter_conditions": {"id": id}})).ok();
                    assert_eq!(found["users"][0]["custom"]["at"], at);
                }
            });
        }
    });
}

#[test]
fn of_two_writers_that_revoke_and_undo_the_state_and_the_verdict_agree_in_the_end() {
    let app = TestApp::at_noon();
    app.upsert(&[json!({"id": "john"})]);
    let john = app.bearer(&json!({"user_id": "john"}));
    for _ in 0..10 {
        thread::scope(|scope| {
            for before in [json!(NOON_TEXT), Value::Null] {
                let app = &app;
                scope.spawn(move || app.revoke("john", &before));
            }
        });
        let found = app.root().query_users(&json!({"filter_conditions": {"id": "john"}})).ok();
        let is_revoked = found["users"][0].get("revoke_tokens_issued_before").is_some();
        assert_eq!(john.get("/api/v2/app").status == 401, is_revoked);
    }
}

#[test]
fn switching_auth_checks_off_and_on_holds_for_the_very_next_request() {
    let app = TestApp::new();
    let dev = app.with_token(&app.mint(&json!({"kind": "dev", "user_id": "john"})));
    for _ in 0..20 {
        app.set(&json!({"disable_auth_checks": true}));
        dev.get("/api/v2/app").ok();
        app.set(&json!({"disable_auth_checks": false}));
        refused(&dev.get("/api/v2/app"), "GetApp", (401, 43, &app.bad_signature()));
    }
}

#[test]
fn a_deactivation_holds_for_the_very_next_request() {
    let app = TestApp::new();
    app.upsert(&[json!({"id": "john"})]);
    let john = app.user("john");
    for _ in 0..20 {
        app.root().post("/api/v2/users/john/deactivate", &json!({})).ok();
        refused(&john.get("/api/v2/app"), "GetApp", (404, 16, "the user john was deactivated"));
        app.root().post("/api/v2/users/john/reactivate", &json!({})).ok();
        john.get("/api/v2/app").ok();
    }
}
