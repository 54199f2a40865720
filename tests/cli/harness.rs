//! Runs the binary in a place of its own, and waits for lines and ends, never for time.

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

/// A bound for what should take milliseconds, on a machine that is busy.
const BOUND: Duration = Duration::from_secs(60);
/// How long one that overstayed has to end after a signal.
const GRACE: Duration = Duration::from_secs(5);

/// The secret of the pair that is taken when nobody names one.
pub const SECRET: &str = "millpond-secret-that-is-worth-nothing";

/// A working directory.
pub struct Place(tempfile::TempDir);

/// What a command came to.
#[derive(Debug)]
pub struct Done {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Done {
    /// The only line on stdout of a command that succeeded.
    pub fn line(&self) -> &str {
        assert_eq!(self.code, 0, "{self:?}");
        assert_eq!(self.stdout.lines().count(), 1, "{self:?}");
        self.stdout.trim_end()
    }

    /// The JSON on stdout, whatever the exit code.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|cause| panic!("{cause}: {self:?}"))
    }

    /// Insists on an exit code and on words on stderr.
    pub fn refused(&self, code: i32, words: &[&str]) {
        assert_eq!(self.code, code, "{self:?}");
        for word in words {
            assert!(self.stderr.contains(word), "{word:?} is missing: {self:?}");
        }
    }
}

impl Place {
    pub fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect("a file");
    }

    /// The binary, here, with nothing of the developer's own environment that it would read.
    pub fn command(&self, arguments: &[&str]) -> Command {
        self.clean(env!("CARGO_BIN_EXE_millpond"), arguments)
    }

    /// Any program in the same surroundings.
    pub fn clean(&self, program: impl AsRef<OsStr>, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(self.0.path()).stdin(Stdio::null());
        let ours = |name: &str| {
            let upper = name.to_ascii_uppercase();
            ["STREAM_", "MILLPOND_"].iter().any(|prefix| upper.starts_with(prefix))
                || upper.ends_with("_PROXY")
                || ["NODE_ENV", "NO_COLOR", "RUST_LOG"].contains(&&*upper)
        };
        for (name, _) in std::env::vars().filter(|(name, _)| ours(name)) {
            command.env_remove(name);
        }
        // Nor a millpond of theirs: run files are looked for up to the home directory, and on port 0 nobody listens.
        command.env("HOME", self.0.path()).env("MILLPOND_DEFAULT_PORT", "0");
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Done {
        run(&mut self.command(arguments), "")
    }

    pub fn run_with(&self, arguments: &[&str], variables: &[(&str, &str)], stdin: &str) -> Done {
        run(self.command(arguments).envs(variables.iter().copied()), stdin)
    }

    /// A running one on a free port.
    pub fn serve(&self, arguments: &[&str]) -> Server {
        self.serve_with(arguments, &[])
    }

    pub fn serve_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Server {
        Server::start(self.command(&[]).envs(variables.iter().copied()), arguments)
    }
}

/// Runs a command to its end, with this on its stdin.
pub fn run(command: &mut Command, stdin: &str) -> Done {
    let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = child.expect("the program");
    let mut pipe = child.stdin.take().expect("a pipe");
    let text = stdin.to_owned();
    // On a thread of its own, since the program may answer before it has read all, or read nothing.
    let writer = thread::spawn(move || drop(pipe.write_all(text.as_bytes())));
    let pid = child.id();
    let (sender, ended) = mpsc::channel();
    thread::spawn(move || sender.send(child.wait_with_output()));
    let output = ended.recv_timeout(BOUND).unwrap_or_else(|_| {
        // First so that `exec` can end what it has started.
        let killed = ["TERM", "KILL"].map(|name| {
            signal(pid, name);
            ended.recv_timeout(GRACE)
        });
        panic!("{command:?} did not end within {BOUND:?}; ended by a signal, it gave {killed:?}")
    });
    let output = output.expect("an end");
    writer.join().expect("the writer");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    Done { code: output.status.code().expect("an exit code"), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// A running one. Killed when it is dropped.
pub struct Server {
    child: Child,
    pub url: String,
    pub ready: Value,
    pub ready_line: String,
    stdout: Receiver<String>,
    stderr: Receiver<String>,
}

fn lines(pipe: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || BufReader::new(pipe).lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
    receiver
}

/// What comes until the pipe is closed.
fn rest(lines: &Receiver<String>) -> String {
    let mut all = Vec::new();
    loop {
        match lines.recv_timeout(BOUND) {
            Ok(line) => all.push(line),
            Err(RecvTimeoutError::Disconnected) => return all.join("\n"),
            Err(RecvTimeoutError::Timeout) => panic!("it did not end within {BOUND:?} after {all:#?}"),
        }
    }
}

/// Whether a process was there to be told.
fn signal(pid: u32, name: &str) -> bool {
    Command::new("kill").args(["-s", name, &pid.to_string()]).status().expect("kill").success()
}

impl Server {
    pub fn spawn(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary");
        let stdout = lines(child.stdout.take().expect("a pipe"));
        let stderr = lines(child.stderr.take().expect("a pipe"));
        Self { child, url: String::new(), ready: Value::Null, ready_line: String::new(), stdout, stderr }
    }

    /// By a command that takes its arguments, on a free port.
    pub fn start(command: &mut Command, arguments: &[&str]) -> Self {
        let mut server = Self::spawn(command.args(["serve", "--port", "0", "--json"]).args(arguments));
        let line = server.stdout_line();
        let ready: Value = serde_json::from_str(&line).unwrap_or_else(|cause| panic!("{cause}: {line}"));
        ready["url"].as_str().expect("a url").clone_into(&mut server.url);
        server.ready = ready;
        server.ready_line = line;
        server
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The next line on stdout.
    pub fn stdout_line(&self) -> String {
        self.stdout.recv_timeout(BOUND).unwrap_or_else(|_| {
            let log: Vec<_> = self.stderr.try_iter().collect();
            panic!("no line on stdout; on stderr: {log:#?}")
        })
    }

    /// The next line on stderr that holds this word.
    pub fn stderr_line(&self, word: &str) -> String {
        loop {
            let line = self.stderr.recv_timeout(BOUND).unwrap_or_else(|_| panic!("no line on stderr holds {word:?}"));
            if line.contains(word) {
                return line;
            }
        }
    }

    pub fn signal(&self, name: &str) {
        assert!(signal(self.pid(), name), "{name} did not reach {}", self.pid());
    }

    /// Waits for the end and gives the exit code (`None` after a kill) and what else was written.
    pub fn end(mut self) -> (Option<i32>, String, String) {
        let [stdout, stderr] = [rest(&self.stdout), rest(&self.stderr)];
        // Its pipes are closed, so it has ended or is about to.
        let status = self.child.wait().expect("an end");
        (status.code(), stdout, stderr)
    }

    /// Asks it to stop, and gives what it had still written on stdout and stderr.
    pub fn stop(self) -> (String, String) {
        self.signal("TERM");
        let (code, stdout, stderr) = self.end();
        assert_eq!(code, Some(0), "{stderr}");
        (stdout, stderr)
    }

    /// Ends it without a chance to save anything.
    pub fn kill(self) {
        self.signal("KILL");
        assert_eq!(self.end().0, None);
    }

    /// Calls an operation with a token and gives status and body.
    pub fn call(&self, method: &str, path: &str, token: &str, body: Option<&Value>) -> (u16, Value) {
        let app = &self.ready["apps"][0]["api_key"];
        let uri = format!("{}/api/v2{path}?api_key={}", self.url, app.as_str().expect("a key"));
        let agent = ureq::Agent::config_builder().proxy(None).http_status_as_error(false).build().new_agent();
        let request = ureq::http::Request::builder()
            .method(method)
            .uri(uri)
            .header("authorization", token)
            .header("stream-auth-type", "jwt");
        let answer = match body {
            Some(body) => {
                agent.run(request.header("content-type", "application/json").body(body.to_string()).expect("fine"))
            }
            None => agent.run(request.body(()).expect("fine")),
        };
        let mut answer = answer.expect("an answer");
        (answer.status().as_u16(), answer.body_mut().read_json().expect("JSON"))
    }

    /// Waits until somebody else's call has made a user.
    pub fn wait_for_user(&self, id: &str, token: &str) {
        let path = format!("/users/{id}/export");
        while self.call("GET", &path, token, None).0 != 200 {}
    }

    /// Creates a user, and insists on the answer.
    pub fn create_user(&self, place: &Place, id: &str) {
        let token = place.run(&["token", "--server", "--url", &self.url]);
        let (status, body) = self.call("POST", "/users", token.line(), Some(&json!({"users": {id: {"id": id}}})));
        assert_eq!(status, 201, "{body}");
    }

    /// Whether a user is there.
    pub fn has_user(&self, place: &Place, id: &str) -> bool {
        let token = place.run(&["token", "--server", "--url", &self.url]);
        let (status, body) = self.call("GET", &format!("/users/{id}/export"), token.line(), None);
        assert!(matches!(status, 200 | 404), "{body}");
        status == 200
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
