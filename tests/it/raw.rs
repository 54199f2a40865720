//! Requests as bytes on a connection, for what no HTTP client sends.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

/// A guard against hanging for ever, not a measure: a test that runs into it fails.
const GUARD: Duration = Duration::from_secs(60);

/// An answer as it came.
#[derive(Debug)]
pub struct Raw {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Raw {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// An error of Stream's, with all of its fields.
    #[track_caller]
    pub fn error(&self) -> (u16, i64, String) {
        let body = self.json();
        assert!(body.is_object(), "{} {:?}", self.head, String::from_utf8_lossy(&self.body));
        assert_eq!(body.as_object().unwrap().len(), 6, "{body}");
        assert_eq!(body["StatusCode"], self.status);
        (self.status, body["code"].as_i64().unwrap(), body["message"].as_str().unwrap().to_owned())
    }
}

/// Opens a connection to the server at `url`.
pub fn connect(url: &str) -> TcpStream {
    let stream = TcpStream::connect(url.trim_start_matches("http://")).unwrap();
    stream.set_read_timeout(Some(GUARD)).unwrap();
    stream.set_write_timeout(Some(GUARD)).unwrap();
    stream
}

/// Reads one answer's head, and whatever came with it.
pub fn read_head(stream: &mut TcpStream) -> Option<Raw> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(at) = find(&bytes, b"\r\n\r\n") {
            break at;
        }
        if more(stream, &mut bytes) == 0 {
            return None;
        }
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    Some(Raw { status: head.split(' ').nth(1)?.parse().ok()?, head, body: bytes[end + 4..].to_vec() })
}

/// Reads one answer. What ends early or never begins is `None`.
pub fn read(stream: &mut TcpStream) -> Option<Raw> {
    let mut answer = read_head(stream)?;
    let length = answer.header("content-length").and_then(|length| length.parse::<usize>().ok());
    while length.is_none_or(|length| answer.body.len() < length) {
        if more(stream, &mut answer.body) == 0 {
            break;
        }
    }
    Some(answer)
}

/// Takes what comes next; 0 at the end of the connection.
pub fn more(stream: &mut TcpStream, bytes: &mut Vec<u8>) -> usize {
    let mut buffer = [0; 16 * 1024];
    match stream.read(&mut buffer) {
        Ok(count) => {
            bytes.extend_from_slice(&buffer[..count]);
            count
        }
        Err(cause) if [ErrorKind::ConnectionReset, ErrorKind::BrokenPipe].contains(&cause.kind()) => 0,
        Err(cause) => panic!("no answer: {cause}"),
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

/// Sends bytes on a connection of their own and reads the answer.
#[track_caller]
pub fn exchange(url: &str, bytes: &[u8]) -> Raw {
    let mut stream = connect(url);
    // A server may answer and close before it has read everything.
    let _ = stream.write_all(bytes);
    read(&mut stream).unwrap_or_else(|| panic!("closed without an answer"))
}
