//! `connections`: listed, closed, sent to.

use std::net::TcpStream;

use serde_json::{Value, json};
use tungstenite::protocol::Message;
use tungstenite::{WebSocket, client};

use super::harness::{Place, Server};

/// A socket of a user's, and its connection's id.
fn joined(place: &Place, server: &Server, user: &str) -> (WebSocket<TcpStream>, String) {
    let (socket, hello) = signed_in(server, user, place.run(&["token", user]).line());
    (socket, hello["connection_id"].as_str().unwrap_or_else(|| panic!("{hello}")).to_owned())
}

/// A socket that shows a token, and the answer to that.
fn signed_in(server: &Server, user: &str, token: &str) -> (WebSocket<TcpStream>, Value) {
    let key = server.ready["apps"][0]["api_key"].as_str().expect("a key");
    let stream = TcpStream::connect(server.url.trim_start_matches("http://")).expect("a connection");
    stream.set_read_timeout(Some(std::time::Duration::from_secs(60))).expect("a bound");
    let url = format!("{}/api/v2/connect?api_key={key}&stream-auth-type=jwt", server.url.replacen("http", "ws", 1));
    let (mut socket, _) = client(url, stream).expect("an upgrade");
    let first = json!({"token": token, "user_details": {"id": user}});
    socket.send(Message::text(first.to_string())).expect("sent");
    let answer = heard(&mut socket);
    (socket, answer)
}

fn heard(socket: &mut WebSocket<TcpStream>) -> Value {
    let text = socket.read().expect("a message").into_text().expect("a text");
    serde_json::from_str(&text).expect("JSON")
}

/// The close code that comes next.
fn closed(socket: &mut WebSocket<TcpStream>) -> u16 {
    match socket.read().expect("a message") {
        Message::Close(Some(frame)) => frame.code.into(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_refused_sign_in_is_one_line_that_names_user_and_check() {
    let place = Place::new();
    let server = place.serve(&["--memory"]);
    for (token, wanted) in [
        (
            &["token", "john", "--ttl", "-1h", "--iat", "-2h"][..],
            "code 40, john, expiry: JWTAuth error: token is expired",
        ),
        (&["token", "jane", "--secret", "another-apps"], "code 43, jane, signature: JWTAuth error"),
    ] {
        let token = place.run(token);
        signed_in(&server, "john", token.line());
        let line = server.stderr_line("refused");
        assert!(line.contains(&format!("refused Connect 401, {wanted}")) && !line.contains(token.line()), "{line}");
    }
}

#[test]
fn they_are_listed_sent_to_and_closed() {
    let place = Place::new();
    let server = place.serve(&[]);
    let ((mut john, id), (mut mary, _)) = (joined(&place, &server, "john"), joined(&place, &server, "mary"));
    let listed = place.run(&["connections"]);
    let rows: Vec<Vec<&str>> = listed.stdout.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(rows[1][..3], [&*id, "john", "v2"]);
    assert_eq!(place.run(&["connections", "--json"]).json()["connections"].as_array().map(Vec::len), Some(2));
    let event = r#"{"type": "custom.hi"}"#;
    assert_eq!(place.run(&["connections", "send", "--id", &id, event]).line(), "millpond: sent to 1");
    assert_eq!(place.run(&["connections", "send", "--all", event, "--json"]).json(), json!({"sent": 2}));
    for (socket, times) in [(&mut john, 2), (&mut mary, 1)] {
        for _ in 0..times {
            assert_eq!(heard(socket)["type"], "custom.hi");
        }
    }
    let done = place.run(&["connections", "close", "--user", "john", "--error", "40", "--message", "now"]);
    assert_eq!(done.line(), "millpond: 1 closed");
    assert_eq!(heard(&mut john)["error"]["message"], "now");
    assert_eq!(closed(&mut john), 4001);
    // Who has been told to close may still be there.
    let rest = place.run(&["connections", "close", "--all", "--code", "1001", "--json"]);
    assert!(rest.json()["closed"].as_u64() >= Some(1), "{rest:?}");
    assert_eq!(closed(&mut mary), 1001);
}

#[test]
fn what_cannot_be_done_is_bad_input() {
    let place = Place::new();
    let _server = place.serve(&[]);
    place.run(&["connections", "close"]).refused(2, &["required"]);
    place.run(&["connections", "close", "--all", "--user", "john"]).refused(2, &["cannot be used with"]);
    place.run(&["connections", "close", "--id", "a/b"]).refused(2, &["the app has no connection \"a/b\""]);
    place.run(&["connections", "close", "--all", "--code", "1005"]).refused(2, &["1005"]);
    place.run(&["connections", "close", "--all", "--message", "hi"]).refused(2, &["--error"]);
    place.run(&["connections", "send", "--all", "{"]).refused(2, &["the event is not JSON"]);
    place.run(&["connections", "send", "--all", "{}"]).refused(2, &["an event has a type"]);
}
