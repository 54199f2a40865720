//! A client that does not read costs nobody else anything.

use millpond::config::Config;
use millpond::event::topic::Topic;
use millpond::event::{Event, Payload};
use millpond::live::limits::Limits;
use millpond::store::{Scope, Store, WriteTx};
use serde_json::{Map, Value, json};
use tungstenite::protocol::Message;

use super::client::{Server, config, open};
use super::faults::Wire;
use crate::app::TestApp;

/// Events to a client that never reads: more than the system's buffers hold. Fewer where the code is slow.
const EVENTS: u64 = if cfg!(debug_assertions) { 6_000 } else { 100_000 };
/// Events of one commit.
const BATCH: u64 = 200;

/// Sends numbered events to john, all in one commit.
fn send(store: &Store, app: &TestApp, numbers: std::ops::Range<u64>, text: &str) {
    let own = store.apps().get(&app.api_key).unwrap();
    let text = text.to_owned();
    let job = move |tx: &WriteTx<'_>| {
        let user = millpond::domain::users::present(tx, "john")?;
        for number in numbers {
            let data = Map::from_iter([("n".to_owned(), json!(number)), ("text".to_owned(), json!(text))]);
            let payload = Payload::Custom { user: Box::new(user.clone()), data };
            tx.emit(Event::new("count", tx.now, [Topic::Own(user.id.clone())], payload));
        }
        Ok(())
    };
    actix_web::rt::System::new().block_on(store.write(&Scope::own(&own), job)).unwrap();
}

#[test]
fn who_never_reads_is_closed_and_others_hear_everything() {
    let limits = Limits { frames: 256, ..Limits::default() };
    let server = Server::with(Config { limits, ..config() });
    let app = server.app();
    let mut slow = Wire::joined(&app, "john");
    let mut reader = app.join("john");
    let mut bystander = app.join("mary");
    let text = "x".repeat(4 * 1024);
    let mut sent = 0;
    while sent < EVENTS {
        send(&server.store, &app, sent..sent + BATCH, &text);
        for number in sent..sent + BATCH {
            assert_eq!(reader.json()["custom"]["n"], number);
        }
        sent += BATCH;
        bystander.quiet();
    }
    // The slow one reads now: what the buffers held, then the end, long before the last event.
    let mut heard = 0;
    let end = loop {
        match slow.frame() {
            Some((0x81, _)) => heard += 1,
            end => break end,
        }
    };
    assert!(heard < EVENTS, "all {heard} were taken");
    // The close itself can be told only while the buffers have room.
    if let Some((first, payload)) = end {
        assert_eq!((first, &payload[2..]), (0x88, &b"the client reads too slowly"[..]));
    }
    drop(slow);
    server.settles(open(2));
    reader.quiet();
}

#[test]
fn who_reads_may_fall_behind_by_many_commits() {
    let server = Server::start();
    let app = server.app();
    let mut reader = app.join("john");
    app.upsert(&[json!({"id": "john", "name": "Jo"})]);
    assert_eq!(reader.json()["type"], "user.updated");
    // No turn for the reader in between, as in a script that changes many users at once.
    for batch in 0..10 {
        send(&server.store, &app, batch * BATCH..(batch + 1) * BATCH, "");
    }
    for number in 0..10 * BATCH {
        let frame = reader.json();
        assert_eq!(frame["custom"]["n"], Value::from(number), "{frame}");
    }
    reader.quiet();
}

#[test]
fn large_events_are_bounded_by_their_bytes() {
    let limits = Limits { frame_bytes: 100_000, ..Limits::default() };
    let server = Server::with(Config { limits, ..config() });
    let app = server.app();
    let mut john = app.join("john");
    let large = "x".repeat(200_000);
    // One is let through whatever its size; of those that come at once, a second has no room beside it.
    send(&server.store, &app, 0..1, &large);
    assert_eq!(john.json()["custom"]["n"], 0);
    send(&server.store, &app, 1..3, &large);
    assert_eq!(john.socket.closed(), (1008, "the client reads too slowly".to_owned()));
}

#[test]
fn who_missed_a_commit_is_sent_away_to_come_again() {
    let server = Server::with(Config { limits: Limits { commits: 1, ..Limits::default() }, ..config() });
    let app = server.app();
    let mut reader = Wire::joined(&app, "john");
    let mut sent = 0;
    let mut heard = 0;
    // While a thread writes out one commit, one more may wait; of several some find no place.
    let (first, payload) = loop {
        for _ in 0..10 {
            send(&server.store, &app, sent..sent + BATCH, "");
            sent += BATCH;
        }
        let end = loop {
            let (first, payload) = reader.frame().unwrap();
            heard += u64::from(first == 0x81);
            if first != 0x81 || heard == sent {
                break (first, payload);
            }
        };
        if end.0 != 0x81 {
            break end;
        }
    };
    assert!(heard < sent);
    assert_eq!((first, &payload[..2]), (0x88, &1013_u16.to_be_bytes()[..]));
    assert_eq!(&payload[2..], b"the server fell behind and left events out");
    drop(reader);
    server.settles(open(0));
    // Whoever comes again has all of it, and hears what follows; or is sent away once more, when the commit of its own
    // coming had not been written out yet.
    let follows = (0..100).find_map(|_| {
        let mut again = app.join("john");
        send(&server.store, &app, sent..sent + 1, "");
        match again.socket.next() {
            Message::Text(text) => Some(serde_json::from_str::<Value>(&text).unwrap()),
            _ => None,
        }
    });
    assert_eq!(follows.unwrap()["custom"]["n"], sent);
}
