//! The client of a running millpond: this machine's own, and nobody else's. Nothing else is ever called.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;
use ureq::Agent;
use ureq::http::{Request, request};

use crate::auth::secret::Secret;
use crate::clock::Time;
use crate::fixture::Problem;
use crate::mint::{self, Kind, Wanted};
use crate::outcome::{Failure, failed, input};

/// How long a connection to the emulator may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// How long an answer may take.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);
/// The same for what may wait a minute before it answers.
const WAIT_TIMEOUT: Duration = Duration::from_secs(65);
/// How long a fixture may take, there or back.
const FIXTURE_TIMEOUT: Duration = Duration::from_secs(120);
/// The largest answer that is read.
const ANSWER_MAX_BYTES: u64 = 64 * 1024 * 1024;
/// The largest export that is read: more than can be loaded again, so that nothing is kept back.
const EXPORT_MAX_BYTES: u64 = 1024 * 1024 * 1024;

/// How an emulator was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// By `--url`.
    Flag,
    /// By `MILLPOND_URL`.
    Variable,
    /// By a run file.
    RunFile(PathBuf),
    /// On the default port.
    DefaultPort,
}

/// An emulator that answers.
#[derive(Debug)]
pub struct Client {
    /// Its address, without a slash at the end.
    pub url: String,
    /// How it was found.
    pub found: Found,
    /// The key of the app it was started for, when a run file says so.
    pub started_for: Option<String>,
    agent: Agent,
}

/// An app of the emulator.
#[derive(Clone, Debug, Deserialize)]
pub struct RemoteApp {
    /// Its api key.
    pub api_key: String,
    /// Its name.
    pub name: String,
    /// Its secret.
    pub api_secret: String,
    /// Its clock, as the control API shows it.
    pub clock: Value,
}

impl RemoteApp {
    /// The moment that its clock shows.
    pub fn now(&self) -> Result<Time, Failure> {
        let now = self.clock["now"].as_str().unwrap_or_default();
        Time::parse(now).map_err(|fault| failed(format!("the emulator tells no time: {fault}")))
    }

    /// Whether its clock is not the system's.
    pub fn is_moved(&self) -> bool {
        self.clock["mode"] != "system"
    }

    /// A token with which this machine's own backend may call.
    pub fn server_token(&self) -> Result<String, Failure> {
        let wanted = Wanted { kind: Kind::Server, ..Wanted::default() };
        let minted = mint::mint(&wanted, &Secret::new(&self.api_secret), self.now()?);
        minted.map(|minted| minted.token).map_err(|fault| failed(fault.message))
    }
}

impl Client {
    /// One of the millpond at an address, whether it answers or not.
    pub fn new(url: String, found: Found) -> Self {
        // No proxy: the emulator is on this machine or beside it, and tokens are nobody else's business.
        let config = Agent::config_builder()
            .proxy(None)
            .max_redirects(0)
            .http_status_as_error(false)
            .timeout_connect(Some(CONNECT_TIMEOUT))
            .timeout_global(Some(ANSWER_TIMEOUT));
        Self { url, found, started_for: None, agent: config.build().new_agent() }
    }

    /// Whether a millpond answers.
    pub fn check(&self) -> Result<(), Failure> {
        self.health().map(drop)
    }

    /// What its health route says.
    pub fn health(&self) -> Result<Value, Failure> {
        let health = self.call("GET", "/_millpond/health", None, &[])?;
        if health["ready"].is_boolean() {
            Ok(health)
        } else {
            Err(failed(format!("what answers at {} is no millpond", self.url)))
        }
    }

    /// Asks the control API.
    pub fn get(&self, path: &str) -> Result<Value, Failure> {
        self.call("GET", path, None, &[])
    }

    /// Tells the control API.
    pub fn send(&self, method: &str, path: &str, body: &Value) -> Result<Value, Failure> {
        self.call(method, path, Some(body), &[])
    }

    /// Calls an operation of Stream's as a server does.
    pub fn stream(&self, method: &str, path: &str, app: &RemoteApp, body: Option<&Value>) -> Result<Value, Failure> {
        self.stream_with(method, path, app, body, &[])
    }

    /// The same with further headers.
    pub fn stream_with(
        &self,
        method: &str,
        path: &str,
        app: &RemoteApp,
        body: Option<&Value>,
        further: &[(&str, &str)],
    ) -> Result<Value, Failure> {
        let key: String = url::form_urlencoded::byte_serialize(app.api_key.as_bytes()).collect();
        let joint = if path.contains('?') { '&' } else { '?' };
        let token = app.server_token()?;
        let headers = [&[("authorization", token.as_str()), ("stream-auth-type", "jwt")], further].concat();
        self.call(method, &format!("/api/v2{path}{joint}api_key={key}"), body, &headers)
    }

    /// Asks the control API something that may take as long as its longest wait, and gives the status with the answer
    /// when it is one of these.
    pub fn ask(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
        expected: &[u16],
    ) -> Result<(u16, Value), Failure> {
        let request = Request::builder().method(method).uri(format!("{}{path}", self.url));
        let (status, text) = self.exchange(request, body.map(Value::to_string), WAIT_TIMEOUT, ANSWER_MAX_BYTES)?;
        let value = parsed(&text);
        if expected.contains(&status) { Ok((status, value)) } else { Err(self.refusal(status, &value)) }
    }

    /// The lines of an answer that has no end of its own, as they come.
    pub fn lines(&self, path: &str) -> Result<impl Iterator<Item = std::io::Result<String>>, Failure> {
        let request = self.agent.get(format!("{}{path}", self.url)).config().timeout_global(None).build();
        let mut answer = request.call().map_err(|cause| self.silent(&cause))?;
        let status = answer.status().as_u16();
        if status != 200 {
            let text = answer.body_mut().read_to_string().map_err(|cause| self.silent(&cause))?;
            return Err(self.refusal(status, &parsed(&text)));
        }
        Ok(BufReader::new(answer.into_body().into_reader()).lines())
    }

    fn silent(&self, cause: &ureq::Error) -> Failure {
        failed(format!("no millpond answers at {}: {cause}", self.url))
    }

    /// What is there, as a fixture's text.
    pub fn get_fixture(&self, path: &str) -> Result<String, Failure> {
        let request = Request::builder().method("GET").uri(format!("{}{path}", self.url));
        let (status, text) = self.exchange(request, None, FIXTURE_TIMEOUT, EXPORT_MAX_BYTES)?;
        if status == 200 { Ok(text) } else { Err(self.refusal(status, &parsed(&text))) }
    }

    /// Loads a fixture's text. Problems are told as those of `file`.
    pub fn put_fixture(&self, path: &str, text: &str, file: &str) -> Result<Value, Failure> {
        let request = Request::builder().method("PUT").uri(format!("{}{path}", self.url));
        let request = request.header("content-type", "application/yaml");
        let (status, answer) = self.exchange(request, Some(text.to_owned()), FIXTURE_TIMEOUT, ANSWER_MAX_BYTES)?;
        let answer = parsed(&answer);
        let problems: Vec<_> = answer["error"]["problems"].as_array().into_iter().flatten().collect();
        if status == 200 {
            Ok(answer)
        } else if problems.is_empty() {
            Err(self.refusal(status, &answer))
        } else {
            let told = problems.into_iter().map(|problem| problem_of(problem, file).to_string());
            Err(input(format!("the fixture cannot be loaded:\n{}", told.collect::<Vec<_>>().join("\n"))))
        }
    }

    /// Takes what a file holds that somebody sent, piece by piece. Answers whether it is there.
    pub fn get_file(&self, path: &str, mut take: impl FnMut(&[u8]) -> io::Result<()>) -> Result<bool, Failure> {
        let request = self.agent.get(format!("{}{path}", self.url)).config().timeout_global(Some(FIXTURE_TIMEOUT));
        let answer = request.build().call().map_err(|cause| self.silent(&cause))?;
        if answer.status().as_u16() != 200 {
            return Ok(false);
        }
        let mut body = answer.into_body().into_reader();
        let mut piece = vec![0; 64 * 1024];
        loop {
            let bytes = body.read(&mut piece).map_err(anyhow::Error::from)?;
            if bytes == 0 {
                return Ok(true);
            }
            take(&piece[..bytes]).map_err(anyhow::Error::from)?;
        }
    }

    /// Puts back what a file holds.
    pub fn put_file(&self, path: &str, file: &File) -> Result<(), Failure> {
        let request = self.agent.put(format!("{}{path}", self.url)).config().timeout_global(Some(FIXTURE_TIMEOUT));
        let mut answer = request.build().send(file).map_err(|cause| self.silent(&cause))?;
        let status = answer.status().as_u16();
        let text = answer.body_mut().read_to_string().map_err(|cause| self.silent(&cause))?;
        if status == 200 { Ok(()) } else { Err(self.refusal(status, &parsed(&text))) }
    }

    fn call(&self, method: &str, path: &str, body: Option<&Value>, headers: &[(&str, &str)]) -> Result<Value, Failure> {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        let (status, text) = self.exchange(request, body.map(Value::to_string), ANSWER_TIMEOUT, ANSWER_MAX_BYTES)?;
        let value = parsed(&text);
        if (200..300).contains(&status) && !value.is_null() { Ok(value) } else { Err(self.refusal(status, &value)) }
    }

    /// Sends a request and reads the answer's status and text.
    fn exchange(
        &self,
        request: request::Builder,
        body: Option<String>,
        timeout: Duration,
        most: u64,
    ) -> Result<(u16, String), Failure> {
        let answer = if let Some(body) = body {
            let request = request.body(body).map_err(anyhow::Error::from)?;
            self.agent.run(self.agent.configure_request(request).timeout_global(Some(timeout)).build())
        } else {
            let request = request.body(()).map_err(anyhow::Error::from)?;
            self.agent.run(self.agent.configure_request(request).timeout_global(Some(timeout)).build())
        };
        let mut answer = answer.map_err(|cause| self.silent(&cause))?;
        let status = answer.status().as_u16();
        let text = answer.body_mut().with_config().limit(most).read_to_string().map_err(|cause| self.silent(&cause))?;
        Ok((status, text))
    }

    /// Why the emulator refused, in its own words: the control API's, or Stream's.
    fn refusal(&self, status: u16, value: &Value) -> Failure {
        let (error, message) = (&value["error"], value["message"].as_str());
        let text = match (error["message"].as_str(), error["hint"].as_str()) {
            (Some(said), Some(hint)) => format!("{said} ({hint})"),
            (Some(said), None) => said.to_owned(),
            (None, _) => match message {
                Some(said) => said.to_owned(),
                None => return failed(format!("what answers at {} is no millpond: status {status}", self.url)),
            },
        };
        if matches!(status, 400 | 404 | 409 | 413) { input(text) } else { failed(text) }
    }

    /// All apps, oldest first.
    pub fn apps(&self) -> Result<Vec<RemoteApp>, Failure> {
        let mut answer = self.get("/_millpond/apps?secrets=true")?;
        let apps = serde_json::from_value(answer["apps"].take());
        apps.map_err(|cause| failed(format!("the emulator lists its apps in an unknown way: {cause}")))
    }

    /// A path of the control API for an app.
    pub fn path_of(app: &RemoteApp, rest: &str) -> String {
        format!("/_millpond/apps/{}{rest}", segment(&app.api_key))
    }
}

/// An answer's JSON; null where it is none.
fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}

/// A problem of a fixture as the control API tells it, in this file.
fn problem_of(told: &Value, file: &str) -> Problem {
    let text = |name: &str| told[name].as_str().unwrap_or_default().to_owned();
    let number = |name: &str| told[name].as_u64().and_then(|number| u32::try_from(number).ok()).unwrap_or(1);
    Problem {
        file: file.to_owned(),
        line: number("line"),
        column: number("column"),
        field: text("field"),
        message: text("message"),
        hint: told["hint"].as_str().map(str::to_owned),
    }
}

/// A text as a segment of a path.
pub fn segment(text: &str) -> String {
    let encoded: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
    encoded.replace('+', "%20")
}
