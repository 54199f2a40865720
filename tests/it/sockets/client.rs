//! A client that hides nothing: it sends what a test says and hands over each frame as it came.

use std::net::TcpStream;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use millpond::config::{Config, Database};
pub use millpond::live::hub::Counts;
use millpond::live::hub::Hub;
use millpond::store::Store;
use serde_json::{Value, json};
use tungstenite::client::IntoClientRequest;
use tungstenite::protocol::Message;
use tungstenite::{Error, WebSocket};

use crate::app::{TestApp, encode, send};
use crate::forge::{NOON, NOON_TEXT};

/// A guard against hanging for ever, not a measure: a test that runs into it fails.
pub const GUARD: Duration = Duration::from_secs(60);

/// The moment at which the apps of these tests stand still, as v2 writes it.
pub const NOON_NS: i64 = NOON * 1_000_000_000;

/// What JS SDKs send to stay connected.
pub const JS_PING: &str = r#"[{"type":"health.check","client_id":"john-5f4a"}]"#;

/// Where a socket comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    V2,
    Video,
    Legacy,
}

/// All doors.
pub const DOORS: [Door; 3] = [Door::V2, Door::Video, Door::Legacy];

impl Door {
    pub fn path(self) -> &'static str {
        match self {
            Self::V2 => "/api/v2/connect",
            Self::Video => "/video/connect",
            Self::Legacy => "/connect",
        }
    }

    /// Noon in the door's dialect.
    pub fn noon(self) -> Value {
        if self == Self::V2 { json!(NOON_NS) } else { json!(NOON_TEXT) }
    }

    /// The type of the frame that greets.
    pub fn greeting(self) -> &'static str {
        if self == Self::Legacy { "health.check" } else { "connection.ok" }
    }

    /// The frame of a refusal, at noon.
    pub fn refusal(self, (status, code, message): (u16, i64, &str)) -> Value {
        let error = wire_error((status, code, message));
        match self {
            Self::Legacy => json!({ "error": error }),
            _ => json!({"type": "connection.error", "connection_id": "", "created_at": self.noon(), "error": error}),
        }
    }

    /// The frame of a health check at noon.
    pub fn health_check(self, connection_id: &str) -> Value {
        let mut frame = json!({"type": "health.check", "connection_id": connection_id, "created_at": self.noon()});
        match self {
            Self::Legacy => frame["cid"] = json!("*"),
            _ => frame["custom"] = json!({}),
        }
        frame
    }
}

/// An error inside a frame: all six fields, the bare text.
pub fn wire_error((status, code, message): (u16, i64, &str)) -> Value {
    json!({"code": code, "message": message, "StatusCode": status, "duration": "", "more_info": "", "details": []})
}

/// What a connect shows.
#[derive(Clone, Debug)]
pub struct Show {
    pub url: String,
    pub api_key: Option<String>,
    pub auth_type: Option<String>,
    pub token: Value,
    pub details: Value,
}

impl Show {
    /// The query of the upgrade.
    pub fn query(&self, door: Door) -> String {
        let mut parts = vec!["X-Stream-Client=test".to_owned()];
        parts.extend(self.api_key.as_ref().map(|key| format!("api_key={key}")));
        parts.extend(self.auth_type.as_ref().map(|word| format!("stream-auth-type={word}")));
        if door == Door::Legacy {
            let text = json!({"user_details": self.details}).to_string();
            parts.push(format!("json={}", encode(&text)));
            parts.extend(self.token.as_str().map(|token| format!("authorization={}", encode(token))));
        }
        parts.join("&")
    }

    /// The first frame of the doors that have one.
    pub fn frame(&self) -> String {
        json!({"token": self.token, "user_details": self.details, "products": ["feeds"]}).to_string()
    }

    /// Connects through a door. What is answered is not read.
    #[track_caller]
    pub fn through(&self, door: Door) -> Socket {
        let mut socket = Socket::open(&self.url, &format!("{}?{}", door.path(), self.query(door)), &[]);
        if door != Door::Legacy {
            socket.say(&self.frame());
        }
        socket
    }
}

impl TestApp {
    /// A connect of a user with a good token.
    pub fn show(&self, user: &str) -> Show {
        self.show_token(user, &self.sign(&json!({"user_id": user})))
    }

    /// A connect of a user with this token.
    pub fn show_token(&self, user: &str, token: &str) -> Show {
        Show {
            url: self.url.clone(),
            api_key: Some(self.api_key.clone()),
            auth_type: Some("jwt".to_owned()),
            token: json!(token),
            details: json!({"id": user}),
        }
    }

    /// A connection of a user through a door.
    #[track_caller]
    pub fn joined(&self, door: Door, user: &str) -> Joined {
        Joined::of(door, self.show(user).through(door))
    }

    /// A connection of a user through the v2 door.
    #[track_caller]
    pub fn join(&self, user: &str) -> Joined {
        self.joined(Door::V2, user)
    }
}

/// A socket that was let in.
pub struct Joined {
    pub door: Door,
    pub socket: Socket,
    pub id: String,
    pub hello: Value,
}

impl Joined {
    /// Reads the greeting.
    #[track_caller]
    pub fn of(door: Door, mut socket: Socket) -> Self {
        let hello = socket.json();
        assert_eq!(hello["type"], door.greeting(), "{hello}");
        assert!(hello["me"].is_object(), "{hello}");
        let id = hello["connection_id"].as_str().unwrap().to_owned();
        Self { door, socket, id, hello }
    }

    #[track_caller]
    pub fn json(&mut self) -> Value {
        self.socket.json()
    }

    /// Nothing waits to be read, and the connection is alive: a ping is answered by a health check, and first.
    #[track_caller]
    pub fn quiet(&mut self) {
        self.socket.say(JS_PING);
        let next = self.socket.json();
        assert_eq!(next["type"], "health.check", "{next}");
        assert_eq!(next["connection_id"], self.id.as_str());
    }

    /// The connection is ended by this error, and then closed with this code.
    #[track_caller]
    pub fn ended(&mut self, error: (u16, i64, &str), code: u16) {
        let frame = self.socket.json();
        assert_eq!(frame["type"], "connection.error", "{frame}");
        assert_eq!(frame["connection_id"], self.id.as_str());
        assert_eq!(frame["created_at"].is_i64(), self.door == Door::V2, "{frame}");
        assert_eq!(frame["error"], wire_error(error));
        assert_eq!(frame.as_object().unwrap().len(), 4, "{frame}");
        assert_eq!(self.socket.closed().0, code);
    }

    /// Has the connection hear of users.
    #[track_caller]
    pub fn watch(&self, app: &TestApp, by: &str, users: &[&str]) {
        let filter = json!({"id": {"$in": users}});
        let payload = json!({"filter_conditions": filter, "presence": true, "limit": 100}).to_string();
        let path = format!("/api/v2/users?connection_id={}&payload={}", self.id, encode(&payload));
        app.bearer(&json!({"user_id": by})).get(&path).ok();
    }

    /// Ends the connection as a client does, and waits until the server has.
    #[track_caller]
    pub fn leave(mut self) {
        self.socket.0.close(None).unwrap();
        self.socket.drained();
    }
}

/// A socket.
pub struct Socket(pub WebSocket<TcpStream>);

impl Socket {
    /// Upgrades at a path with its query. That always succeeds where there is a door.
    #[track_caller]
    pub fn open(url: &str, path: &str, headers: &[(&'static str, &str)]) -> Self {
        let mut request = format!("{}{path}", url.replacen("http", "ws", 1)).into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        let stream = TcpStream::connect(url.trim_start_matches("http://")).unwrap();
        stream.set_read_timeout(Some(GUARD)).unwrap();
        stream.set_write_timeout(Some(GUARD)).unwrap();
        stream.set_nodelay(true).unwrap();
        let (socket, response) = tungstenite::client(request, stream).unwrap();
        assert_eq!(response.status(), 101);
        Self(socket)
    }

    #[track_caller]
    pub fn say(&mut self, text: &str) {
        self.send(Message::text(text));
    }

    #[track_caller]
    pub fn send(&mut self, message: Message) {
        self.0.send(message).unwrap();
    }

    /// The next message that is no control frame but a close.
    #[track_caller]
    pub fn next(&mut self) -> Message {
        loop {
            match self.0.read().unwrap() {
                Message::Ping(_) | Message::Pong(_) => {}
                message => return message,
            }
        }
    }

    /// The next message, which is a text of JSON.
    #[track_caller]
    pub fn json(&mut self) -> Value {
        match self.next() {
            Message::Text(text) => serde_json::from_str(&text).unwrap(),
            other => panic!("no text came, but {other:?}"),
        }
    }

    /// The next message, which closes; then the end of the connection.
    #[track_caller]
    pub fn closed(&mut self) -> (u16, String) {
        let Message::Close(Some(frame)) = self.next() else { panic!("no close came") };
        let end = self.0.read();
        assert!(matches!(end, Err(Error::ConnectionClosed)), "{end:?}");
        (frame.code.into(), frame.reason.to_string())
    }

    /// Reads to the end of the connection, however it comes.
    pub fn drained(&mut self) {
        while self.0.read().is_ok() {}
    }

    /// The refusal of a connect: its frame, and then a close with 1000.
    #[track_caller]
    pub fn refused(&mut self) -> Value {
        let frame = self.json();
        assert_eq!(self.closed().0, 1000, "{frame}");
        frame
    }
}

/// A server of a test's own.
pub struct Server {
    pub url: String,
    pub hub: Arc<Hub>,
    pub store: Store,
    stop: Sender<()>,
    thread: JoinHandle<()>,
}

impl Server {
    /// A server in memory with one worker.
    pub fn start() -> Self {
        Self::with(config())
    }

    pub fn with(config: Config) -> Self {
        let (sender, started) = channel();
        let (stop, stopped) = channel::<()>();
        let thread = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let running = millpond::start::start(config).await.unwrap();
                sender.send((running.addresses.url.clone(), Arc::clone(&running.hub), running.store.clone())).unwrap();
                let asked = actix_web::rt::task::spawn_blocking(move || stopped.recv());
                // A test that is over has dropped its end: that asks for a stop as well.
                let _ = asked.await;
                running.stop().await;
            });
        });
        let (url, hub, store) = started.recv().unwrap();
        Self { url, hub, store, stop, thread }
    }

    /// A new app whose clock stands still at noon.
    pub fn app(&self) -> TestApp {
        let app = TestApp::on(&self.url);
        app.freeze(NOON_TEXT);
        app
    }

    /// Asks the server to stop; the answer waits until it has.
    pub fn stop(self) -> JoinHandle<()> {
        self.stop.send(()).unwrap();
        self.thread
    }

    /// The sockets are as many as this, now or soon.
    #[track_caller]
    pub fn settles(&self, wanted: Counts) {
        let began = Instant::now();
        while self.hub.counts() != wanted {
            assert!(began.elapsed() < GUARD, "{:?} instead of {wanted:?}", self.hub.counts());
            // A round trip gives the server's threads their turn.
            send("GET", &format!("{}/_millpond/health", self.url), &[], None).ok();
        }
    }
}

/// A server in memory with one worker.
pub fn config() -> Config {
    Config { port: 0, database: Database::Memory, workers: 1, ..Config::default() }
}

/// This many connections, none of them waiting.
pub fn open(count: usize) -> Counts {
    Counts { pending: 0, open: count, connections: count }
}
