//! The built binary as a process of its own.

use std::io::{BufRead, BufReader};
use std::process::{Child as Process, Command, Stdio};

use serde_json::Value;

/// Where the binary is.
pub const BINARY: &str = env!("CARGO_BIN_EXE_millpond");

/// A running one. It is killed when this is dropped.
pub struct Child {
    pub process: Process,
    pub url: String,
    pub api_key: String,
}

/// The binary in this folder, with nothing of the surroundings that it would read.
pub fn command(folder: &std::path::Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(BINARY);
    command.args(arguments).current_dir(folder).stdin(Stdio::null());
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("STREAM_") || name.starts_with("MILLPOND_")) {
        command.env_remove(name);
    }
    command
}

impl Child {
    /// Starts one in memory and waits until it is ready.
    pub fn start(arguments: &[&str]) -> Self {
        let quiet = ["serve", "--memory", "--port", "0", "--json", "--log", "warn"];
        let mut command = command(&std::env::temp_dir(), &quiet);
        let mut process = command.args(arguments).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let ready: Value = serde_json::from_str(&line).unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let app = &ready["apps"][0];
        Self { process, url: text(&ready["url"]), api_key: text(&app["api_key"]) }
    }

    /// Calls the control API under the app, and answers what it says.
    pub fn control(&self, method: &str, path: &str, body: &str) -> String {
        let uri = format!("{}/_millpond/apps/{}{path}", self.url, self.api_key);
        let request = ureq::http::Request::builder().method(method).uri(uri);
        let request = request.header("content-type", "application/json").body(body.to_owned()).unwrap();
        ureq::run(request).unwrap().body_mut().read_to_string().unwrap()
    }

    /// A token of a user, or of a server.
    pub fn token(&self, wanted: &Value) -> String {
        let minted: Value = serde_json::from_str(&self.control("POST", "/tokens", &wanted.to_string())).unwrap();
        minted["token"].as_str().unwrap().to_owned()
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // One that has ended by itself cannot be killed, and is waited for all the same.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
