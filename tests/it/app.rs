//! The server under test, and callers of it as test objects: `app.server()`, `app.user("john")`, `app.anonymous()`.

use std::sync::OnceLock;
use std::sync::mpsc::channel;

use millpond::config::{Config, Database};
use serde_json::{Value, json};

/// A server of this test binary, started once and left running until the binary ends.
fn shared_url() -> &'static str {
    static URL: OnceLock<String> = OnceLock::new();
    URL.get_or_init(|| {
        let config = Config { port: 0, database: Database::Memory, workers: 2, ..Config::default() };
        start(config)
    })
}

/// Starts a server on a thread of its own and answers its URL. It runs until the test binary ends.
pub fn start(config: Config) -> String {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let running = millpond::start::start(config).await.unwrap();
            sender.send(running.addresses.url.clone()).unwrap();
            std::future::pending::<()>().await;
        });
    });
    receiver.recv().unwrap()
}

/// An app of its own on the shared server.
pub struct TestApp {
    pub url: String,
    pub api_key: String,
    pub api_secret: String,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Value,
    pub text: String,
}

impl Answer {
    /// The body of a success.
    #[track_caller]
    pub fn ok(self) -> Value {
        assert!((200..300).contains(&self.status), "{} {}", self.status, self.text);
        self.body
    }

    /// Status, code and message of an error in Stream's form.
    #[track_caller]
    pub fn error(&self) -> (u16, i64, String) {
        let body = &self.body;
        assert_eq!(body["StatusCode"], self.status, "{}", self.text);
        assert_eq!(body["details"], json!([]), "{}", self.text);
        assert!(body["duration"].is_string() && body["more_info"].is_string(), "{}", self.text);
        (self.status, body["code"].as_i64().unwrap(), body["message"].as_str().unwrap().to_owned())
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// Someone who calls an app.
#[derive(Clone)]
pub struct Caller {
    url: String,
    api_key: String,
    pub auth_type: Option<String>,
    pub token: Option<String>,
}

/// One client for all, so that connections are used again.
fn agent() -> &'static ureq::Agent {
    static AGENT: OnceLock<ureq::Agent> = OnceLock::new();
    AGENT.get_or_init(|| ureq::Agent::config_builder().http_status_as_error(false).build().into())
}

/// Sends a request as it is.
pub fn send(method: &str, url: &str, headers: &[(&str, &str)], body: Option<&str>) -> Answer {
    let mut request = ureq::http::Request::builder().method(method).uri(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let mut response = match body {
        Some(body) => agent().run(request.body(body.to_owned()).unwrap()).unwrap(),
        None => agent().run(request.body(()).unwrap()).unwrap(),
    };
    let text = response.body_mut().read_to_string().unwrap();
    let headers = response
        .headers()
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().to_owned()))
        .collect();
    let body = serde_json::from_str(&text).unwrap_or(Value::Null);
    Answer { status: response.status().as_u16(), headers, body, text }
}

impl Caller {
    /// Calls an operation. `path` is complete (`/api/v2/app`), and may have a query.
    #[track_caller]
    pub fn call(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let joint = if path.contains('?') { '&' } else { '?' };
        let url = format!("{}{path}{joint}api_key={}", self.url, self.api_key);
        let mut headers = vec![("content-type", "application/json")];
        headers.extend(self.auth_type.as_deref().map(|word| ("stream-auth-type", word)));
        headers.extend(self.token.as_deref().map(|token| ("authorization", token)));
        send(method, &url, &headers, body.map(Value::to_string).as_deref())
    }

    #[track_caller]
    pub fn get(&self, path: &str) -> Answer {
        self.call("GET", path, None)
    }

    #[track_caller]
    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.call("POST", path, Some(body))
    }

    #[track_caller]
    pub fn patch(&self, path: &str, body: &Value) -> Answer {
        self.call("PATCH", path, Some(body))
    }

    #[track_caller]
    pub fn put(&self, path: &str, body: &Value) -> Answer {
        self.call("PUT", path, Some(body))
    }

    #[track_caller]
    pub fn delete(&self, path: &str) -> Answer {
        self.call("DELETE", path, None)
    }

    /// QueryUsers with a payload.
    #[track_caller]
    pub fn query_users(&self, payload: &Value) -> Answer {
        self.get(&format!("/api/v2/users?payload={}", encode(&payload.to_string())))
    }
}

/// A text as a part of a query.
pub fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

impl TestApp {
    /// A new app on the shared server.
    pub fn new() -> Self {
        Self::on(shared_url())
    }

    /// A new app on the server at `url`.
    pub fn on(url: &str) -> Self {
        let made = send("POST", &format!("{url}/_millpond/apps"), &[], Some("{}")).ok();
        let text = |key: &str| made[key].as_str().unwrap().to_owned();
        Self { url: url.to_owned(), api_key: text("api_key"), api_secret: text("api_secret") }
    }

    pub fn caller(&self, auth_type: Option<&str>, token: Option<&str>) -> Caller {
        Caller {
            url: self.url.clone(),
            api_key: self.api_key.clone(),
            auth_type: auth_type.map(str::to_owned),
            token: token.map(str::to_owned),
        }
    }

    /// A server SDK.
    pub fn server(&self) -> Caller {
        self.with_token(&self.mint(&json!({"kind": "server"})))
    }

    /// A user with a fresh token. The user need not exist.
    pub fn user(&self, id: &str) -> Caller {
        self.with_token(&self.mint(&json!({"user_id": id})))
    }

    /// Nobody in particular.
    pub fn anonymous(&self) -> Caller {
        self.caller(Some("anonymous"), None)
    }

    /// Whoever bears this token.
    pub fn with_token(&self, token: &str) -> Caller {
        self.caller(Some("jwt"), Some(token))
    }

    /// Whoever bears this token under an auth type.
    pub fn with_token_as(&self, auth_type: &str, token: &str) -> Caller {
        self.caller(Some(auth_type), Some(token))
    }

    /// Mints a token through the control API.
    pub fn mint(&self, wanted: &Value) -> String {
        self.control("POST", "/tokens", wanted).ok()["token"].as_str().unwrap().to_owned()
    }

    /// Calls the control API under `/_millpond/apps/{api_key}`.
    pub fn control(&self, method: &str, path: &str, body: &Value) -> Answer {
        let url = format!("{}/_millpond/apps/{}{path}", self.url, self.api_key);
        let body = (!body.is_null()).then(|| body.to_string());
        send(method, &url, &[("content-type", "application/json")], body.as_deref())
    }

    /// Moves the app's clock.
    pub fn advance(&self, by: &str) {
        self.control("POST", "/clock/advance", &json!({ "by": by })).ok();
    }

    /// Stops the app's clock at a moment. Tokens that tests sign by hand are of that clock, and count as they stand.
    pub fn freeze(&self, at: &str) {
        self.control("PATCH", "/settings", &json!({"token_times": "app"})).ok();
        self.control("PUT", "/clock", &json!({ "frozen": at })).ok();
    }

    /// Creates or replaces users by a server.
    pub fn upsert(&self, users: &[Value]) {
        let users: serde_json::Map<String, Value> =
            users.iter().map(|user| (user["id"].as_str().unwrap().to_owned(), user.clone())).collect();
        self.server().post("/api/v2/users", &json!({ "users": users })).ok();
    }
}
