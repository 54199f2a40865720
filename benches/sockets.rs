//! Many open sockets on the built binary: their memory, how soon one event reaches them all, and how soon they hear that their
//! tokens are expired.

use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tungstenite::{Message, WebSocket};

use crate::child::Child;
use crate::client::as_float;
use crate::measure::{Aim, Spread, Table, memory_kib, milliseconds, short, timed};

/// How long a frame may take, so that the bench ends.
const GUARD: Duration = Duration::from_secs(30);
/// How long memory that is no longer used may be kept.
const GIVING_BACK: Duration = Duration::from_secs(15);
/// Events that go out.
const EVENTS: usize = 11;

pub fn run(is_big: bool) {
    // With few, what is kept of users and calls is more than what sockets have.
    let count = if is_big { 10_000 } else { 3_000 };
    let server = Child::start(&[]);
    server.control("PATCH", "/settings", &json!({"open_sockets": {"on_expiry": "close"}}).to_string());
    let tokens: Vec<_> = (0..count).map(|number| server.token(&json!({"user_id": format!("user-{number}")}))).collect();
    let memory = || memory_kib(server.process.id());

    let before = memory();
    let (opening, mut sockets) = timed(|| open(&server, &tokens));
    let after = memory();
    // Reading takes time as well: this is until the last of them was read, one after the other.
    let events = Spread::of((0..EVENTS).map(|_| {
        let begun = Instant::now();
        server.control("POST", "/connections/send", r#"{"type": "custom.bench"}"#);
        for socket in &mut sockets {
            read_until(socket, "custom.bench");
        }
        milliseconds(begun)
    }));
    let begun = Instant::now();
    server.control("POST", "/clock/advance", r#"{"by": "2h"}"#);
    let answered = milliseconds(begun);
    for socket in &mut sockets {
        read_until(socket, "connection.error");
    }
    let told = milliseconds(begun);
    drop(sockets);
    std::thread::park_timeout(GIVING_BACK);
    let closed = memory();

    let mut table = Table::new("sockets: signed-in users, one connection each", ["what", "sockets", "measured", "aim"]);
    table.row([
        &"opened and greeted one after the other, µs each",
        &count,
        &short(opening * 1e3 / as_float(count)),
        &"",
    ]);
    if let (Some(before), Some(after), Some(closed)) = (before, after, closed) {
        let each = (after - before) / as_float(count);
        table.row([&"memory of an idle one, KiB", &count, &short(each), &Aim::AtMost(12.0).of(each)]);
        let back = (after - closed) / (after - before);
        table.row([
            &"of that, given back 15 s after all were closed",
            &count,
            &short(back),
            &Aim::AtLeast(0.75).of(back),
        ]);
    }
    table.row([&"one event until all have it, ms", &count, &events, &""]);
    table.row([&"clock/advance until it is answered, ms", &count, &short(answered), &""]);
    table.row([&"clock/advance until all know that they are expired, ms", &count, &short(told), &""]);
    table.print();
}

/// Opens a socket with each token and reads its greeting.
fn open(server: &Child, tokens: &[String]) -> Vec<WebSocket<TcpStream>> {
    let address = server.url.trim_start_matches("http://");
    let url = format!("ws://{address}/api/v2/connect?api_key={}&stream-auth-type=jwt", server.api_key);
    let open = |(number, token): (usize, &String)| {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(GUARD)).unwrap();
        let (mut socket, _) = tungstenite::client(&*url, stream).unwrap();
        let hello = json!({"token": token, "user_details": {"id": format!("user-{number}")}, "products": ["feeds"]});
        socket.send(Message::text(hello.to_string())).unwrap();
        read_until(&mut socket, "connection.ok");
        socket
    };
    tokens.iter().enumerate().map(open).collect()
}

/// Reads frames until one of this type.
fn read_until(socket: &mut WebSocket<TcpStream>, kind: &str) {
    loop {
        if let Message::Text(text) = socket.read().unwrap() {
            let frame: Value = serde_json::from_str(&text).unwrap();
            if frame["type"] == kind {
                return;
            }
        }
    }
}
