//! What happens to sockets: to those that are open, at once; then to later ones, right after their greeting.

use std::time::Duration;

use millpond::config::Config;
use millpond::live::limits::Limits;
use serde_json::{Value, json};
use tungstenite::protocol::Message;

use crate::app::{TestApp, encode, send};
use crate::forge::{EXPIRED, refused};
use crate::sockets::client::{DOORS, Door, JS_PING, Joined, Server, config};

fn socket(then: &Value) -> Value {
    json!({"operation": "Connect", "then": {"socket": then}})
}

/// Sends an event to all sockets of the app.
fn tell_all(app: &TestApp) {
    app.control("POST", "/connections/send", &json!({"type": "custom.hi"})).ok();
}

/// Ends a socket from outside. What it reads first is this: nothing came before, and it was open so far.
#[track_caller]
fn nothing_until_closed(app: &TestApp, joined: &mut Joined) {
    app.control("POST", &format!("/connections/{}/close", joined.id), &json!({"code": 4321})).ok();
    assert_eq!(joined.socket.closed().0, 4321);
}

/// Asks for a health check, and waits until the server must have seen it: a pong comes behind whatever it answers.
#[track_caller]
fn unanswered(joined: &mut Joined) {
    joined.socket.say(JS_PING);
    joined.socket.send(Message::Ping("seen".into()));
    loop {
        match joined.socket.0.read().unwrap() {
            Message::Pong(echo) if echo == "seen".as_bytes() => return,
            Message::Ping(_) | Message::Pong(_) => {}
            message => panic!("{message:?}"),
        }
    }
}

#[test]
fn an_error_is_told_to_open_ones_and_to_later_ones() {
    for door in DOORS {
        let app = TestApp::at_noon();
        let mut open = app.joined(door, "john");
        let id = app.fault(&json!({"operation": "Connect", "times": 2, "then": {"socket": {"error": {"code": 40}}}}));
        open.ended(EXPIRED, 4001);
        app.joined(door, "john").ended(EXPIRED, 4001);
        app.joined(door, "john").quiet();
        assert_eq!(app.hits(), [2]);
        let faults: Vec<_> = app.journal("operation=Connect").iter().map(|entry| entry["fault"].clone()).collect();
        assert_eq!(json!(faults), json!([null, id, null]), "a sign-in that was struck names the fault");
    }
}

#[test]
fn another_error_is_final() {
    for door in DOORS {
        let app = TestApp::at_noon();
        let mut open = app.joined(door, "john");
        app.fault(&socket(&json!({"error": {"code": 16, "message": "gone"}})));
        open.ended((404, 16, "gone"), 1000);
    }
}

#[test]
fn a_close_comes_with_its_code() {
    for door in DOORS {
        let app = TestApp::at_noon();
        let mut open = app.joined(door, "john");
        app.fault(&json!({"operation": "*", "times": 2, "then": {"socket": {"close": 4001}}}));
        assert_eq!(open.socket.closed(), (4001, "closed on request".to_owned()));
        assert_eq!(app.joined(door, "john").socket.closed().0, 4001);
        app.joined(door, "john").quiet();
    }
}

#[test]
fn a_token_expires_now() {
    for door in DOORS {
        let app = TestApp::at_noon();
        let mut open = app.joined(door, "john");
        app.fault(&json!({"operation": "Connect", "times": 2, "then": {"socket": {"expire": true}}}));
        open.ended(EXPIRED, 4001);
        // The token has truly expired: over sockets, over HTTP, and for whoever asks why.
        let token = app.bearer(&json!({"user_id": "john"})).token.unwrap();
        assert_eq!(app.show_token("john", &token).through(door).refused()["error"]["code"], 40);
        refused(&app.with_token(&token).get("/api/v2/app"), "GetApp", EXPIRED);
        let why = json!({"token": token, "api_key": app.api_key});
        let told = send("POST", &format!("{}/_millpond/tokens/inspect", app.url), &[], Some(&why.to_string())).ok();
        assert_eq!(
            (&told["code"], &told["checks"][6]["seen"]),
            (&json!(40), &json!("it was made to expire by a fault"))
        );
        // A fresh one is good, and struck in its turn.
        let fresh = |number: i64| app.sign(&json!({"user_id": "john", "number": number}));
        Joined::of(door, app.show_token("john", &fresh(1)).through(door)).ended(EXPIRED, 4001);
        Joined::of(door, app.show_token("john", &fresh(2)).through(door)).quiet();
        app.control("POST", "/reset", &json!({})).ok();
        app.freeze("2026-01-31T12:00:00Z");
        app.with_token(&token).get("/api/v2/app").ok();
    }
}

#[test]
fn a_connections_token_expires_on_request() {
    let app = TestApp::at_noon();
    let mut john = app.join("john");
    let path = format!("/connections/{}/close", john.id);
    let both = app.control("POST", &path, &json!({"expire": true, "error": {"code": 5}}));
    assert_eq!((both.status, &both.body["error"]["field"]), (400, &json!("/expire")));
    app.control("POST", &path, &json!({"expire": true})).ok();
    john.ended(EXPIRED, 4001);
    refused(&app.bearer(&json!({"user_id": "john"})).get("/api/v2/app"), "GetApp", EXPIRED);
}

#[test]
fn the_oldest_are_struck_first_and_only_those_who_match() {
    let app = TestApp::at_noon();
    let mut johns = [Door::V2, Door::Legacy, Door::Video].map(|door| app.joined(door, "john"));
    let mut mary = app.join("mary");
    app.fault(&json!({"operation": "Connect", "user_id": "john", "times": 2, "then": {"socket": {"close": 4002}}}));
    let [oldest, middle, newest] = &mut johns;
    assert_eq!((oldest.socket.closed().0, middle.socket.closed().0), (4002, 4002));
    newest.quiet();
    mary.quiet();
    app.fault(&json!({"operation": "Connect", "caller": "guest", "times": null, "then": {"socket": {"close": 4003}}}));
    app.fault(&json!({"operation": "*", "user_id": "mary", "times": null, "then": {"socket": {"close": 4004}}}));
    assert_eq!(mary.socket.closed().0, 4004);
    newest.quiet();
    assert_eq!(app.hits(), [2, 0, 1]);
}

#[test]
fn what_happens_to_sockets_happens_to_no_call_and_to_no_other_app() {
    let (app, other) = (TestApp::at_noon(), TestApp::at_noon());
    let mut bystander = other.join("john");
    app.fault(&json!({"operation": "*", "times": null, "then": {"socket": {"close": 4001}}}));
    app.root().get("/app").ok();
    bystander.quiet();
    assert_eq!(app.hits(), [0]);
}

#[test]
fn a_silent_socket_says_nothing_and_stays_open() {
    for door in DOORS {
        let app = TestApp::at_noon();
        let (mut open, mut hears) = (app.joined(door, "john"), app.joined(door, "mary"));
        app.fault(
            &json!({"operation": "Connect", "user_id": "john", "times": 2, "then": {"socket": {"silence": true}}}),
        );
        let mut later = app.joined(door, "john");
        tell_all(&app);
        assert_eq!(hears.json()["type"], "custom.hi");
        for silent in [&mut open, &mut later] {
            unanswered(silent);
            nothing_until_closed(&app, silent);
        }
        let mut after = app.joined(door, "john");
        tell_all(&app);
        assert_eq!(after.json()["type"], "custom.hi", "used up");
    }
}

#[test]
fn what_was_sent_before_the_silence_is_heard() {
    let app = TestApp::at_noon();
    let mut john = app.join("john");
    tell_all(&app);
    app.fault(&socket(&json!({"silence": "all"})));
    tell_all(&app);
    assert_eq!(john.json()["type"], "custom.hi");
    nothing_until_closed(&app, &mut john);
}

#[test]
fn health_checks_alone_can_be_missing() {
    for door in DOORS {
        let app = TestApp::at_noon();
        let mut john = app.joined(door, "john");
        app.fault(&socket(&json!({"silence": "health_checks"})));
        unanswered(&mut john);
        tell_all(&app);
        assert_eq!(john.json()["type"], "custom.hi", "events go on");
        nothing_until_closed(&app, &mut john);
    }
}

#[test]
fn health_checks_that_come_by_themselves_are_missing_too() {
    let limits = Limits { heartbeat: Duration::from_millis(5), ..Limits::default() };
    let server = Server::with(Config { limits, ..config() });
    for silence in ["all", "health_checks"] {
        let app = server.app();
        app.fault(&socket(&json!({ "silence": silence })));
        let (mut john, mut mary) = (app.join("john"), app.join("mary"));
        for _ in 0..3 {
            assert_eq!(mary.json()["type"], "health.check");
        }
        app.control("POST", &format!("/connections/{}/close", john.id), &json!({"code": 4321})).ok();
        assert_eq!(john.socket.closed().0, 4321, "not even a ping came: {silence}");
    }
}

#[test]
fn a_silent_socket_still_ends_with_its_token() {
    let app = TestApp::at_noon();
    let mut john = app.join("john");
    app.fault(&json!({"operation": "Connect", "then": {"socket": {"silence": true}}}));
    app.revoke("john", &json!(crate::forge::NOON_TEXT));
    john.ended(crate::forge::REVOKED, 4001);
}

#[test]
fn the_end_of_a_struck_socket_is_in_the_journal() {
    let app = TestApp::at_noon();
    let john = app.join("john");
    app.fault(&socket(&json!({"error": {"code": 40}})));
    let found = app.ask("/wait?operation=Disconnect&timeout=20s").ok()["requests"][0].clone();
    let seen = ["status", "code", "outcome", "user_id", "connection_id"].map(|name| found[name].clone());
    assert_eq!(json!(seen), json!([4001, 40, "refused", "john", john.id]));
}

/// A long-poll session of john's.
fn poll_begun(app: &TestApp) -> String {
    let json = json!({"user_id": "john", "user_details": {"id": "john"}}).to_string();
    let begun = app.bearer(&json!({"user_id": "john"})).get(&format!("/longpoll?json={}", encode(&json))).ok();
    begun["event"]["connection_id"].as_str().unwrap().to_owned()
}

#[test]
fn a_long_poll_is_struck_as_a_socket_is() {
    let poll = |app: &TestApp, id: &str| {
        let john = app.bearer(&json!({"user_id": "john"}));
        john.get(&format!("/longpoll?connection_id={id}")).error()
    };
    let expired = (401, 40, format!("LongPoll failed with error: \"{}\"", EXPIRED.2));
    for then in [json!({"expire": true}), json!({"error": {"code": 40}})] {
        let app = TestApp::at_noon();
        let id = poll_begun(&app);
        app.fault(&json!({"operation": "Connect", "times": 2, "then": {"socket": then}}));
        assert_eq!(poll(&app, &id), expired);
        app.control("POST", &format!("/connections/{id}/send"), &json!({"type": "custom.hi"})).ok();
        let fresh = app.with_token(&app.sign(&json!({"user_id": "john", "number": 1})));
        let again = fresh.get(&format!("/longpoll?connection_id={id}")).ok();
        assert_eq!(again["events"][0]["type"], "custom.hi", "the session goes on with a fresh token");
    }
    for then in [json!({"close": 4001}), json!({"close": 1000})] {
        let app = TestApp::at_noon();
        let id = poll_begun(&app);
        app.fault(&socket(&then));
        assert_eq!(poll(&app, &id).1, 46, "SDKs begin anew");
        assert_eq!(app.control("GET", "/connections", &Value::Null).ok()["connections"], json!([]));
    }
}

#[test]
fn a_silent_long_poll_answers_nothing() {
    let limits = Limits { poll: Duration::from_millis(20), ..Limits::default() };
    let server = Server::with(Config { limits, ..config() });
    let app = server.app();
    let id = poll_begun(&app);
    let mut mary = app.join("mary");
    app.fault(&socket(&json!({"silence": "all"})));
    tell_all(&app);
    assert_eq!(mary.json()["type"], "custom.hi");
    let poll = || app.bearer(&json!({"user_id": "john"})).get(&format!("/longpoll?connection_id={id}"));
    assert_eq!(poll().ok()["events"], json!([]));
    assert_eq!(poll().ok()["events"], json!([]), "the session goes on");
}
