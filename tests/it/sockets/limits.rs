//! What is bounded in time and number. Each server here has limits of its own, short enough to be waited for.

use std::sync::Arc;
use std::time::Duration;

use actix_web::web::Data;
use millpond::app::token_times::Showing;
use millpond::config::Config;
use millpond::door::Gate;
use millpond::live::limits::Limits;
use millpond::live::standing::Standing;
use serde_json::{Value, json};
use tungstenite::protocol::Message;

use super::client::{Counts, DOORS, Door, Joined, Server, Socket, config, open};
use super::faults::{Wire, masked};
use crate::app::{TestApp, encode};
use crate::forge::{EXPIRED, NOON};

const SHORT: Duration = Duration::from_millis(30);

fn server(limits: Limits) -> Server {
    Server::with(Config { limits, ..config() })
}

#[test]
fn a_socket_that_says_nothing_is_closed_with_a_reason() {
    let server = server(Limits { first_frame: SHORT, ..Limits::default() });
    let app = server.app();
    for door in [Door::V2, Door::Video] {
        let path = format!("{}?{}", door.path(), app.show("john").query(door));
        let mut silent = Socket::open(&app.url, &path, &[]);
        assert_eq!(silent.closed(), (1008, "no authentication frame came in time".to_owned()));
        // A ping is no first frame.
        let mut pinging = Socket::open(&app.url, &path, &[]);
        pinging.send(Message::Ping("".into()));
        assert_eq!(pinging.closed(), (1008, "no authentication frame came in time".to_owned()));
    }
    // Who has signed in has all the time.
    app.join("john").quiet();
    server.settles(Counts::default());
}

#[test]
fn only_so_many_sockets_may_wait_to_sign_in() {
    let server = server(Limits { pending: 2, ..Limits::default() });
    let app = server.app();
    let mut signed_in = app.join("mary");
    let path = format!("/api/v2/connect?{}", app.show("john").query(Door::V2));
    let wait = || Socket::open(&app.url, &path, &[]);
    let mut waiting = [wait(), wait()];
    for door in DOORS {
        let path = format!("{}?{}", door.path(), app.show("john").query(door));
        let mut refused = Socket::open(&app.url, &path, &[]);
        assert_eq!(refused.closed(), (1008, "too many connections wait to sign in".to_owned()), "{door:?}");
    }
    server.settles(Counts { pending: 2, open: 3, connections: 1 });
    signed_in.quiet();
    // A place is free again when its socket has signed in.
    waiting[0].say(&app.show("john").frame());
    assert_eq!(waiting[0].json()["type"], "connection.ok");
    let mut next = wait();
    next.say(&app.show("john").frame());
    assert_eq!(next.json()["type"], "connection.ok");
}

#[test]
fn health_checks_go_out_unasked() {
    let server = server(Limits { heartbeat: SHORT, ..Limits::default() });
    let app = server.app();
    for door in DOORS {
        let mut joined = app.joined(door, "john");
        for _ in 0..3 {
            assert_eq!(joined.json(), door.health_check(&joined.id));
        }
    }
}

#[test]
fn who_answers_no_ping_is_closed_and_who_does_is_not() {
    let server = server(Limits { heartbeat: SHORT, silence: 4 * SHORT, ..Limits::default() });
    let app = server.app();
    let mut answering = app.join("mary");
    let mut silent = Wire::joined(&app, "john");
    let mut pings = 0;
    let close = loop {
        match silent.frame().unwrap() {
            (0x81, text) => assert!(text.starts_with(br#"{"type":"health.check""#)),
            (0x89, _) => pings += 1,
            other => break other,
        }
        // The other client answers each ping while it reads.
        assert_eq!(answering.json()["type"], "health.check");
    };
    assert!(pings >= 2, "{pings}");
    assert_eq!(close.0, 0x88);
    assert_eq!(&close.1[2..], b"nothing was heard for too long");
    silent.send(&masked(0x88, &close.1[..2]));
    assert_eq!(silent.frame(), None);
    for _ in 0..10 {
        assert_eq!(answering.json()["type"], "health.check");
    }
}

#[test]
fn who_does_not_answer_a_close_is_cut() {
    let server = server(Limits { close: SHORT, ..Limits::default() });
    let app = server.app();
    let mut wire = Wire::upgraded(&app, "john");
    wire.send(&masked(0x81, b"{}"));
    assert!(wire.frame().unwrap().1.starts_with(br#"{"type":"connection.error""#));
    let (first, payload) = wire.frame().unwrap();
    assert_eq!((first, payload), (0x88, 1000_u16.to_be_bytes().to_vec()));
    assert_eq!(wire.frame(), None);
    server.settles(Counts::default());
}

/// The one test in which time passes by itself: the clock is moved to a moment before the expiry.
#[test]
fn an_expiry_comes_by_itself() {
    let server = Server::start();
    let app = TestApp::on(&server.url);
    app.tune(&json!({"open_sockets": {"on_expiry": "close"}}));
    let token = app.mint(&json!({"user_id": "john", "ttl": "1h"}));
    let mut expiring = Joined::of(Door::V2, app.show_token("john", &token).through(Door::V2));
    let mut kept = app.join("mary");
    app.advance("3599s");
    app.advance("950ms");
    expiring.ended(EXPIRED, 4001);
    kept.quiet();
    drop((expiring, kept));
    server.settles(open(0));
}

/// A token may expire between the verdict and the first look at what is left of it.
#[test]
fn an_expiry_that_was_missed_is_noticed() {
    let server = Server::start();
    let app = server.app();
    let gate = Data::new(Gate::new(server.store.clone()));
    let own = server.store.apps().get(&app.api_key).unwrap();
    let token = app.sign(&json!({"user_id": "john", "exp": NOON + 1}));
    let credentials = gate.judge(Some(&app.api_key), Some("jwt"), Some(&token)).credentials;
    let times = own.times(&own.state(), &credentials, Showing::Real);
    let standing = Standing { gate, app: Arc::clone(&own), credentials, times };
    app.tune(&json!({"open_sockets": {"on_expiry": "close"}}));
    let noticed = || {
        let expired = async { tokio::time::timeout(SHORT, standing.expired()).await.is_ok() };
        actix_web::rt::System::new().block_on(expired)
    };
    app.control("PUT", "/clock", &json!({"offset": "-400d"})).ok();
    assert!(!noticed(), "it is good for long");
    app.control("PUT", "/clock", &json!({"system": true})).ok();
    assert!(noticed(), "it has expired long ago");
    app.tune(&json!({"open_sockets": {"on_expiry": Value::Null}}));
    assert!(!noticed(), "the setting keeps it");
}

#[test]
fn a_connection_watches_only_so_many() {
    let server = server(Limits { watched: 2, ..Limits::default() });
    let app = server.app();
    let users: Vec<_> = ["u1", "u2", "u3"].iter().map(|id| json!({"id": id})).collect();
    app.upsert(&users);
    let mut watcher = app.join("mary");
    watcher.watch(&app, "mary", &["u1", "u2"]);
    // What is watched already is not counted again.
    watcher.watch(&app, "mary", &["u2", "u1"]);
    let payload = encode(&json!({"filter_conditions": {"id": {"$in": ["u3"]}}, "presence": true}).to_string());
    let path = format!("/api/v2/users?connection_id={}&payload={payload}", watcher.id);
    let refused = app.bearer(&json!({"user_id": "mary"})).get(&path);
    let text = format!(
        "connection_id {} would watch more than 2 users and feeds; ask without presence or watch, or open another connection",
        watcher.id
    );
    assert!(refused.error().2.contains(&text), "{:?}", refused.error());
    app.upsert(&[json!({"id": "u3", "name": "unheard"}), json!({"id": "u1", "name": "heard"})]);
    assert_eq!(watcher.json()["user"]["id"], "u1");
    watcher.quiet();
}
