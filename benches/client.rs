//! A client that costs little: one thread, some connections that are kept, requests that were written before.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// Connections, each with a request on its way.
pub struct Client(Vec<Connection>);

struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// What a client got done.
pub struct Done {
    pub answers: usize,
    pub seconds: f64,
}

impl Done {
    pub fn per_second(&self) -> f64 {
        as_float(self.answers) / self.seconds
    }
}

/// A count as a number that can be divided.
pub fn as_float(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap())
}

impl Client {
    pub fn connect(url: &str, connections: usize) -> Self {
        let connect = || {
            let stream = TcpStream::connect(url.trim_start_matches("http://")).unwrap();
            stream.set_nodelay(true).unwrap();
            stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
            Connection { stream, buffer: vec![0; 512 * 1024] }
        };
        Self((0..connections).map(|_| connect()).collect())
    }

    /// Calls for so long, with a request on each connection all the time. Each answer is a success, or this ends.
    pub fn call(&mut self, time: Duration, mut request: impl FnMut() -> Vec<u8>) -> Done {
        let begun = Instant::now();
        for connection in &mut self.0 {
            connection.ask(&request());
        }
        let mut answers = 0;
        while begun.elapsed() < time {
            for connection in &mut self.0 {
                connection.answer();
                connection.ask(&request());
            }
            answers += self.0.len();
        }
        let seconds = begun.elapsed().as_secs_f64();
        for connection in &mut self.0 {
            connection.answer();
        }
        Done { answers, seconds }
    }

    /// Asks once on each connection.
    pub fn once(&mut self, request: &[u8]) {
        for connection in &mut self.0 {
            connection.ask(request);
        }
        for connection in &mut self.0 {
            connection.answer();
        }
    }
}

impl Connection {
    fn ask(&mut self, request: &[u8]) {
        self.stream.write_all(request).unwrap();
    }

    /// Reads an answer to its end.
    fn answer(&mut self) {
        let mut length = 0;
        let mut wanted = None;
        while wanted.is_none_or(|wanted| length < wanted) {
            if length == self.buffer.len() {
                self.buffer.resize(2 * length, 0);
            }
            let count = self.stream.read(&mut self.buffer[length..]).unwrap();
            assert!(count > 0, "the server hung up");
            length += count;
            wanted = wanted.or_else(|| whole(&self.buffer[..length]));
        }
        assert!(self.buffer.starts_with(b"HTTP/1.1 2"), "{}", String::from_utf8_lossy(&self.buffer[..length]));
    }
}

/// How long an answer is, once its head is there.
fn whole(bytes: &[u8]) -> Option<usize> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&bytes[..end]).unwrap();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    Some(end + 4 + length.parse::<usize>().unwrap())
}

/// A request with the headers that an SDK sends.
pub fn request(method: &str, path: &str, token: &str, body: &str) -> Vec<u8> {
    format!(
        "{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: {token}\r\nstream-auth-type: jwt\r\n\
         x-stream-client: bench-1.0.0\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}
