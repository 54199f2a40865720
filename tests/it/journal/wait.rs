//! Waiting for a match instead of sleeping.

use std::io::Write;
use std::net::TcpStream;
use std::thread;

use serde_json::json;

use super::{listened, own, told};
use crate::app::TestApp;
use crate::forge::NOON;
use crate::sockets::client::Server;

#[test]
fn what_is_there_already_counts() {
    let app = TestApp::at_noon();
    let john = app.bearer(&json!({"user_id": "john"}));
    john.get("/api/v2/app").ok();
    john.get("/api/v2/app").ok();
    let answer = app.ask("/wait?operation=GetApp&timeout=0").ok();
    assert_eq!(answer["matched"], true);
    assert_eq!(told(answer["requests"].as_array().unwrap()), [json!(["GetApp", "john", 200, 0])]);
    let both = app.ask("/wait?operation=GetApp&count=2").ok();
    assert_eq!(both["requests"].as_array().unwrap().len(), 2);
    assert_eq!(app.ask("/wait?operation=GetApp&timeout=0&after=2").status, 408);
}

#[test]
fn what_comes_later_ends_the_wait_of_everyone_who_waits_for_it() {
    const MANY: usize = 50;
    let server = Server::start();
    let app = server.app();
    thread::scope(|scope| {
        let wait = || app.ask("/wait?operation=GetApp&user_id=john&count=2&timeout=60s");
        let waits: Vec<_> = (0..MANY).map(|_| scope.spawn(wait)).collect();
        listened(&server, &own(&server, &app), MANY);
        app.bearer(&json!({"user_id": "jane"})).get("/api/v2/app").ok();
        for _ in 0..2 {
            app.bearer(&json!({"user_id": "john"})).get("/api/v2/app").ok();
        }
        for wait in waits {
            let answer = wait.join().unwrap().ok();
            let ids: Vec<_> = answer["requests"].as_array().unwrap().iter().map(|entry| &entry["id"]).collect();
            assert_eq!(ids, [2, 3]);
        }
    });
}

#[test]
fn a_wait_in_vain_says_what_was_seen_instead() {
    let app = TestApp::at_noon();
    app.bearer(&json!({"user_id": "john", "exp": NOON - 1})).get("/api/v2/app");
    app.bearer(&json!({"user_id": "john"})).get("/api/v2/app").ok();
    let answer = app.ask("/wait?code=40&count=2&timeout=1ms");
    assert_eq!((answer.status, &answer.body["matched"]), (408, &json!(false)));
    assert_eq!(told(answer.body["requests"].as_array().unwrap()), [json!(["GetApp", "john", 401, 40])]);
    assert_eq!(told(answer.body["seen"].as_array().unwrap()), [json!(["GetApp", "john", 200, 0])]);
    for _ in 0..25 {
        app.root().get("/api/v2/app").ok();
    }
    let seen = app.ask("/wait?code=43&timeout=0").body["seen"].clone();
    let ids: Vec<u64> = seen.as_array().unwrap().iter().map(|entry| entry["id"].as_u64().unwrap()).collect();
    assert_eq!(ids, (8..=27).collect::<Vec<_>>());
}

#[test]
fn a_wait_whose_client_leaves_ends() {
    let server = Server::start();
    let app = server.app();
    let own = own(&server, &app);
    let mut client = TcpStream::connect(server.url.trim_start_matches("http://")).unwrap();
    let path = format!("/_millpond/apps/{}/requests/wait?timeout=60s", app.api_key);
    client.write_all(format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n").as_bytes()).unwrap();
    listened(&server, &own, 1);
    drop(client);
    listened(&server, &own, 0);
}

#[test]
fn a_wait_goes_on_across_a_reset_and_forgets_what_was_before() {
    let server = Server::start();
    let app = server.app();
    app.root().get("/api/v2/app").ok();
    thread::scope(|scope| {
        let wait = scope.spawn(|| app.ask("/wait?operation=GetApp&count=2&timeout=60s"));
        let before = own(&server, &app);
        listened(&server, &before, 1);
        app.control("POST", "/reset", &json!({})).ok();
        listened(&server, &own(&server, &app), 1);
        for _ in 0..2 {
            app.root().get("/api/v2/app").ok();
        }
        let ids: Vec<_> =
            wait.join().unwrap().ok()["requests"].as_array().unwrap().iter().map(|e| e["id"].clone()).collect();
        assert_eq!(ids, [1, 2]);
    });
}

#[test]
fn a_wait_ends_with_its_app() {
    let server = Server::start();
    let app = server.app();
    thread::scope(|scope| {
        let wait = scope.spawn(|| app.ask("/wait?timeout=60s"));
        listened(&server, &own(&server, &app), 1);
        app.control("DELETE", "", &json!(null)).ok();
        assert_eq!(wait.join().unwrap().body["error"]["code"], "unknown_app");
    });
}

#[test]
fn a_stop_waits_for_no_wait() {
    let server = Server::start();
    let app = server.app();
    thread::scope(|scope| {
        let wait = scope.spawn(|| app.ask("/wait?timeout=60s"));
        listened(&server, &own(&server, &app), 1);
        let stopped = server.stop();
        // It is told so, and is not cut off, as it would be by a stop that had waited in vain.
        let answer = wait.join().unwrap();
        assert_eq!((answer.status, &answer.body["error"]["code"]), (503, &json!("stopping")));
        stopped.join().unwrap();
    });
}
