//! The process stops and starts again: every socket is closed in the form that makes SDKs come back.

use millpond::config::{Config, Database};
use millpond::event::topic::Topic;
use millpond::event::{Event, Payload};
use millpond::store::Scope;
use serde_json::{Map, json};

use super::client::{DOORS, Door, Joined, Server, Socket, config};
use crate::app::TestApp;

const GOING_AWAY: &str = "millpond stops";

#[test]
fn a_stop_closes_every_socket_with_1001_and_waits_for_it() {
    let server = Server::with(Config { workers: 2, ..config() });
    let app = server.app();
    let mut joined: Vec<Joined> = (0..8).flat_map(|_| DOORS.map(|door| app.joined(door, "john"))).collect();
    let hub = std::sync::Arc::clone(&server.hub);
    let stopped = server.stop();
    for one in &mut joined {
        assert_eq!(one.socket.closed(), (1001, GOING_AWAY.to_owned()), "{:?}", one.door);
    }
    stopped.join().unwrap();
    assert_eq!(hub.counts().open, 0);
}

#[test]
fn a_stop_closes_sockets_that_have_not_signed_in() {
    let server = Server::start();
    let app = server.app();
    let path = format!("/api/v2/connect?{}", app.show("john").query(Door::V2));
    let mut waiting = Socket::open(&app.url, &path, &[]);
    // Its task runs when it counts as waiting.
    server.settles(super::client::Counts { pending: 1, open: 1, connections: 0 });
    let stopped = server.stop();
    assert_eq!(waiting.closed(), (1001, GOING_AWAY.to_owned()));
    stopped.join().unwrap();
}

#[test]
fn a_stop_waits_for_no_client_that_does_not_close() {
    let server = Server::start();
    let app = server.app();
    let mut deaf = super::faults::Wire::joined(&app, "john");
    server.stop().join().unwrap();
    let (first, payload) = deaf.frame().unwrap();
    assert_eq!((first, &payload[..2]), (0x88, &1001_u16.to_be_bytes()[..]));
    assert_eq!(deaf.frame(), None);
}

#[test]
fn what_was_told_before_a_stop_is_heard() {
    let server = Server::start();
    let app = server.app();
    app.upsert(&[json!({"id": "john"})]);
    let mut john = app.join("john");
    let own = server.store.apps().get(&app.api_key).unwrap();
    let (store, hub) = (server.store.clone(), std::sync::Arc::clone(&server.hub));
    let reading = std::thread::spawn(move || {
        for number in 0..200 {
            assert_eq!(john.json()["custom"]["number"], number);
        }
        john.socket.closed()
    });
    actix_web::rt::System::new().block_on(async move {
        let job = |tx: &millpond::store::WriteTx<'_>| {
            let user = millpond::domain::users::present(tx, "john")?;
            for number in 0..200 {
                let data = Map::from_iter([("number".to_owned(), json!(number))]);
                let payload = Payload::Custom { user: Box::new(user.clone()), data };
                tx.emit(Event::new("count", tx.now, [Topic::Own(user.id.clone())], payload));
            }
            Ok(())
        };
        store.write(&Scope::own(&own), job).await.unwrap();
        hub.stop().await;
    });
    assert_eq!(reading.join().unwrap(), (1001, GOING_AWAY.to_owned()));
}

#[test]
fn who_reconnects_after_a_restart_is_let_in_with_the_same_token() {
    let folder = tempfile::tempdir().unwrap();
    let on_file = || Config { database: Database::File(folder.path().join("millpond.db")), ..config() };
    let server = Server::with(on_file());
    let app = server.app();
    let show = app.show("john");
    let mut before: Vec<_> = DOORS.into_iter().map(|door| Joined::of(door, show.through(door))).collect();
    let stopped = server.stop();
    for joined in &mut before {
        assert_eq!(joined.socket.closed().0, 1001);
    }
    stopped.join().unwrap();
    let server = Server::with(on_file());
    let show = super::client::Show { url: server.url.clone(), ..show };
    for door in DOORS {
        Joined::of(door, show.through(door)).quiet();
    }
    // Long-poll sessions are gone, and their ids unknown.
    let app = TestApp { url: server.url.clone(), ..app };
    let gone = app.bearer(&json!({"user_id": "john"})).get(&format!("/longpoll?connection_id={}", before[2].id));
    assert_eq!(gone.error().1, 46);
}
