//! Faults: what makes calls, sign-ins and sockets fail, and how it is written and taken away.

mod calls;
mod control;
mod handshake;
mod live;
mod matching;
mod provider;
pub mod states;

use serde_json::{Value, json};

use crate::app::TestApp;
use crate::raw;

impl TestApp {
    /// Adds a fault, and answers its id.
    #[track_caller]
    pub fn fault(&self, fault: &Value) -> String {
        self.control("POST", "/faults", fault).ok()["id"].as_str().unwrap().to_owned()
    }

    /// All faults, in order.
    pub fn faults(&self) -> Vec<Value> {
        self.control("GET", "/faults", &Value::Null).ok()["faults"].as_array().unwrap().clone()
    }

    /// How often each has struck.
    pub fn hits(&self) -> Vec<u64> {
        self.faults().iter().map(|fault| fault["hits"].as_u64().unwrap()).collect()
    }

    /// Waits until a fault has struck.
    #[track_caller]
    pub fn struck(&self, at: usize) {
        // Each look is a round trip, which gives the server's threads their turn.
        let looks = (0..100_000).find(|_| self.hits()[at] > 0);
        assert!(looks.is_some(), "it never struck");
    }

    /// A request of a server's as bytes.
    pub fn bytes(&self, method: &str, path: &str, body: &str) -> Vec<u8> {
        let (key, token, length) = (&self.api_key, self.sign(&json!({})), body.len());
        format!(
            "{method} {path}?api_key={key} HTTP/1.1\r\nhost: x\r\nstream-auth-type: jwt\r\nauthorization: {token}\r\n\
             content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
        )
        .into_bytes()
    }
}

/// The connection is closed, and not one byte came before.
#[track_caller]
fn cut(stream: &mut std::net::TcpStream) {
    let mut bytes = Vec::new();
    assert_eq!((raw::more(stream, &mut bytes), bytes), (0, Vec::new()));
}
