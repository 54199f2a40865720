//! Frames that no client library sends, and peers that behave badly. Each ends in a proper close, and costs nobody else
//! anything.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};

use serde_json::json;
use tungstenite::protocol::Message;
use tungstenite::protocol::frame::CloseFrame;
use tungstenite::protocol::frame::coding::CloseCode;

use super::client::{Counts, DOORS, Door, JS_PING, Joined, Server, Socket, open};
use crate::app::TestApp;
use crate::forge::{HEADER, token};

/// The head of an upgrade.
pub fn upgrade(path: &str) -> String {
    format!(
        "GET {path} HTTP/1.1\r\nhost: x\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
}

/// A frame's head and its payload, masked as a client's has to be.
pub fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
    const KEY: [u8; 4] = [1, 2, 3, 4];
    let mut frame = head(first, payload.len(), 0x80);
    frame.extend(KEY);
    frame.extend(payload.iter().zip(KEY.iter().cycle()).map(|(byte, key)| byte ^ key));
    frame
}

fn head(first: u8, length: usize, mask: u8) -> Vec<u8> {
    let mut head = vec![first];
    match u16::try_from(length) {
        Ok(short @ 0..126) => head.push(mask | short.to_be_bytes()[1]),
        Ok(length) => {
            head.push(mask + 126);
            head.extend(length.to_be_bytes());
        }
        Err(_) => {
            head.push(mask + 127);
            head.extend((length as u64).to_be_bytes());
        }
    }
    head
}

/// A connection on which each byte is the test's own.
pub struct Wire(pub TcpStream);

impl Wire {
    /// A connection that is signed in through the v2 door; the greeting is read.
    pub fn joined(app: &TestApp, user: &str) -> Self {
        let mut wire = Self::upgraded(app, user);
        wire.send(&masked(0x81, app.show(user).frame().as_bytes()));
        let (first, payload) = wire.frame().unwrap();
        assert_eq!(first, 0x81);
        assert!(payload.starts_with(br#"{"type":"connection.ok""#));
        wire
    }

    /// A connection that waits for its first frame.
    pub fn upgraded(app: &TestApp, user: &str) -> Self {
        let mut stream = crate::raw::connect(&app.url);
        stream.set_nodelay(true).unwrap();
        let path = format!("/api/v2/connect?{}", app.show(user).query(Door::V2));
        stream.write_all(upgrade(&path).as_bytes()).unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            assert_eq!(stream.read(&mut byte).unwrap(), 1);
            head.push(byte[0]);
        }
        Self(stream)
    }

    pub fn send(&mut self, bytes: &[u8]) {
        // A server that has closed already need not take the rest.
        let _ = self.0.write_all(bytes);
    }

    /// The next frame: its first byte and its payload. `None` at the end of the connection.
    pub fn frame(&mut self) -> Option<(u8, Vec<u8>)> {
        let head = self.bytes(2)?;
        let length = match head[1] {
            126 => usize::from(u16::from_be_bytes(self.bytes(2)?.try_into().unwrap())),
            127 => usize::try_from(u64::from_be_bytes(self.bytes(8)?.try_into().unwrap())).unwrap(),
            short => usize::from(short),
        };
        Some((head[0], self.bytes(length)?))
    }

    fn bytes(&mut self, count: usize) -> Option<Vec<u8>> {
        let mut bytes = vec![0; count];
        match self.0.read_exact(&mut bytes) {
            Ok(()) => Some(bytes),
            Err(cause) if cause.kind() == ErrorKind::WouldBlock => panic!("nothing came, and no end"),
            Err(_) => None,
        }
    }

    /// The next frame closes, with this code and reason; then the connection ends.
    #[track_caller]
    fn closed(&mut self, code: u16, reason: &str) {
        let (first, payload) = self.frame().expect("a close before the end");
        assert_eq!(first, 0x88, "{:?}", String::from_utf8_lossy(&payload));
        assert_eq!(u16::from_be_bytes([payload[0], payload[1]]), code);
        assert_eq!(String::from_utf8_lossy(&payload[2..]), reason);
        self.send(&masked(0x88, &code.to_be_bytes()));
        assert_eq!(self.frame(), None, "nothing follows a close");
    }
}

const TOO_LARGE: &str = "a message is larger than 64 KiB";
const NOT_UTF8: &str = "a text message is not UTF-8";
const BROKEN: &str = "the WebSocket protocol was broken";

/// What breaks the protocol, and how that is answered.
fn faults() -> Vec<(&'static str, Vec<u8>, u16, &'static str)> {
    let mebi = |count: usize| masked(0x82, &vec![b'x'; count * 1024 * 1024]);
    let mut fragments = masked(0x01, &vec![b'x'; 40_000]);
    fragments.extend(masked(0x80, &vec![b'x'; 40_000]));
    let mut interleaved = masked(0x01, b"one");
    interleaved.extend(masked(0x81, b"two"));
    let mut unmasked = head(0x81, 2, 0);
    unmasked.extend(b"[]");
    vec![
        ("a byte more than 64 KiB", masked(0x81, &vec![b'x'; 64 * 1024 + 1]), 1008, TOO_LARGE),
        ("10 MiB", mebi(10), 1008, TOO_LARGE),
        ("an announcement of 2^62 bytes", [head(0x82, 1 << 62, 0x80), vec![0; 4]].concat(), 1008, TOO_LARGE),
        ("fragments that are larger together", fragments, 1008, TOO_LARGE),
        ("a text of bytes", masked(0x81, &[0xff, 0xfe]), 1007, NOT_UTF8),
        ("half a character", masked(0x81, &[b'a', 0xc3]), 1007, NOT_UTF8),
        ("no mask", unmasked, 1002, BROKEN),
        ("a reserved bit, as of a compressed frame", masked(0xc1, b"[]"), 1002, BROKEN),
        ("all reserved bits", masked(0xf1, b"[]"), 1002, BROKEN),
        ("an unknown opcode", masked(0x83, b"[]"), 1002, BROKEN),
        ("an unknown control opcode", masked(0x8b, b""), 1002, BROKEN),
        ("a continuation of nothing", masked(0x80, b"[]"), 1002, BROKEN),
        ("a message within another", interleaved, 1002, BROKEN),
        ("a ping in fragments", masked(0x09, b"x"), 1002, BROKEN),
        ("a ping of 126 bytes", masked(0x89, &[b'x'; 126]), 1002, BROKEN),
        ("a close of one byte", masked(0x88, &[3]), 1002, BROKEN),
    ]
}

#[test]
fn a_broken_frame_is_answered_by_the_close_that_fits() {
    let server = Server::start();
    let app = server.app();
    for (what, bytes, code, reason) in faults() {
        let mut wire = Wire::joined(&app, "john");
        wire.send(&bytes);
        println!("{what}");
        wire.closed(code, reason);
    }
    server.settles(Counts::default());
}

#[test]
fn a_broken_first_frame_is_answered_by_the_same_close() {
    let server = Server::start();
    let app = server.app();
    for (what, bytes, code, reason) in faults() {
        let mut wire = Wire::upgraded(&app, "john");
        wire.send(&bytes);
        println!("{what}");
        wire.closed(code, reason);
    }
    server.settles(Counts::default());
}

#[test]
fn a_message_in_fragments_is_one_message() {
    let app = TestApp::at_noon();
    let mut wire = Wire::joined(&app, "john");
    let (start, end) = JS_PING.as_bytes().split_at(7);
    wire.send(&masked(0x01, start));
    // Control frames may come in between.
    wire.send(&masked(0x89, b"p"));
    let mut answers = [wire.frame().unwrap(), wire.frame().unwrap()];
    answers.sort();
    assert!(answers[0].1.starts_with(br#"{"type":"health.check""#));
    assert_eq!(answers[1], (0x8a, b"p".to_vec()));
    wire.send(&masked(0x00, b""));
    wire.send(&masked(0x80, end));
    assert!(wire.frame().unwrap().1.starts_with(br#"{"type":"health.check""#));
}

#[test]
fn a_first_frame_may_come_in_fragments_byte_by_byte() {
    let app = TestApp::at_noon();
    let mut wire = Wire::upgraded(&app, "john");
    let frame = app.show("john").frame();
    let (start, end) = frame.as_bytes().split_at(11);
    let bytes = [masked(0x01, start), masked(0x80, end)].concat();
    for byte in bytes {
        wire.send(&[byte]);
    }
    assert!(wire.frame().unwrap().1.starts_with(br#"{"type":"connection.ok""#));
}

#[test]
fn a_close_is_answered_and_what_follows_is_not() {
    let server = Server::start();
    let app = server.app();
    for code in [1000_u16, 1001, 3000, 4999] {
        let mut wire = Wire::joined(&app, "john");
        wire.send(&masked(0x88, &code.to_be_bytes()));
        wire.send(&masked(0x81, JS_PING.as_bytes()));
        let (first, payload) = wire.frame().unwrap();
        assert_eq!((first, payload), (0x88, code.to_be_bytes().to_vec()));
        assert_eq!(wire.frame(), None);
    }
    let mut wire = Wire::joined(&app, "john");
    wire.send(&masked(0x88, b""));
    assert_eq!(wire.frame().unwrap().0, 0x88);
    assert_eq!(wire.frame(), None);
    server.settles(Counts::default());
}

#[test]
fn a_close_code_that_is_none_breaks_the_protocol() {
    let server = Server::start();
    let app = server.app();
    for code in [0_u16, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535] {
        let mut wire = Wire::joined(&app, "john");
        wire.send(&masked(0x88, &code.to_be_bytes()));
        let (first, payload) = wire.frame().unwrap();
        assert_eq!((first, &payload[..2]), (0x88, &1002_u16.to_be_bytes()[..]), "{code}");
        assert_eq!(wire.frame(), None, "{code}");
    }
    server.settles(Counts::default());
}

#[test]
fn a_close_before_the_first_frame_is_answered() {
    let server = Server::start();
    let app = server.app();
    let mut wire = Wire::upgraded(&app, "john");
    wire.send(&masked(0x88, &1000_u16.to_be_bytes()));
    assert_eq!(wire.frame().unwrap().0, 0x88);
    assert_eq!(wire.frame(), None);
    server.settles(Counts::default());
}

#[test]
fn a_flood_is_closed_with_a_reason_and_others_do_not_notice() {
    let app = TestApp::at_noon();
    let mut other = app.join("mary");
    let mut flood = app.join("john").socket;
    for _ in 0..150 {
        if flood.0.send(Message::text("[]")).is_err() {
            break;
        }
    }
    let mut answered = 0;
    let end = loop {
        match flood.next() {
            Message::Text(_) => answered += 1,
            other => break other,
        }
    };
    let frame = CloseFrame { code: CloseCode::Policy, reason: "too many messages in a second".into() };
    assert_eq!(end, Message::Close(Some(frame)));
    assert!(answered <= 100, "{answered}");
    other.quiet();
}

#[test]
fn a_client_that_vanishes_leaves_nothing_behind() {
    let server = Server::start();
    let app = server.app();
    let mut watcher = app.join("watcher");
    watcher.watch(&app, "watcher", &["watcher"]);
    app.upsert(&[json!({"id": "john"})]);
    watcher.watch(&app, "watcher", &["john"]);
    // Without a close, with the input shut, and reset: with bytes unread, the system resets.
    drop(Wire::joined(&app, "john"));
    assert_eq!(watcher.json()["user"]["online"], true);
    assert_eq!(watcher.json()["user"]["online"], false);
    let half = Wire::joined(&app, "john");
    half.0.shutdown(Shutdown::Write).unwrap();
    assert_eq!(watcher.json()["user"]["online"], true);
    assert_eq!(watcher.json()["user"]["online"], false);
    let mut reset = Wire::joined(&app, "john");
    reset.send(&masked(0x81, b"[]"));
    let mut peeked = [0];
    reset.0.peek(&mut peeked).unwrap();
    drop(reset);
    assert_eq!(watcher.json()["user"]["online"], true);
    assert_eq!(watcher.json()["user"]["online"], false);
    drop(Wire::upgraded(&app, "john"));
    drop(crate::raw::connect(&app.url));
    server.settles(open(1));
    watcher.quiet();
}

/// So many that a leak would show: fewer where the code is slow.
const BAD_CONNECTS: usize = if cfg!(debug_assertions) { 1_000 } else { 20_000 };

#[test]
fn thousands_of_bad_tokens_leave_nothing_behind() {
    let server = Server::start();
    let app = server.app();
    let bad = app.show_token("john", &token(HEADER, r#"{"user_id":"john"}"#, "another"));
    for count in 0..BAD_CONNECTS {
        let door = DOORS[count % DOORS.len()];
        assert_eq!(bad.through(door).refused()["error"]["code"], 43);
    }
    server.settles(Counts::default());
    app.join("john").quiet();
}

#[test]
fn an_upgrade_with_a_query_of_anything_is_refused_in_a_frame() {
    let app = TestApp::at_noon();
    for query in ["", "?", "?&&&=&", "?api_key=%ff%fe&json=%00", "?api_key[]=x", "?json=%7B&api_key=%F0%9F%92%A9"] {
        let refused = Socket::open(&app.url, &format!("/connect{query}"), &[]).refused();
        assert!(refused["error"]["code"].is_i64(), "{query}: {refused}");
    }
    let mut joined: Joined = app.join("john");
    joined.quiet();
}
