//! The official SDKs, unmodified, against the binary that this `cargo test` has built: one server, the JavaScript suite
//! (`tests/sdk/js`) and the Python suite (`tests/sdk/py`) side by side, each test file in an app of its own. The suite in
//! a real browser (`tests/sdk/js/browser`) and that of the dashboard (`tests/sdk/js/dashboard`) start and restart servers of
//! their own. Each recipe (`tests/sdk/*/recipes`) is run by the command in its first line, as a reader would.
//!
//! What the SDKs were seen to drive is compared with `tests/sdk/driven.json`, from which `millpond operations` and the
//! table in docs/operations.md are made. `UPDATE_DRIVEN=1 cargo test --test sdk` writes that file anew.

mod tools;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;
use std::{env, fs, thread};

use serde_json::Value;

use self::tools::{
    CHROMIUM_VARIABLE, a_chromium, all_of, at_least, chromium, npm_ci, run, sdk_directory, signal, venv,
    without_stream_variables,
};

const START_BOUND: Duration = Duration::from_secs(30);
const STOP_BOUND: Duration = Duration::from_secs(30);
/// For what hangs: a suite takes a quarter of it on two idle cores, and more beside other work.
const SUITE_BOUND: Duration = Duration::from_secs(1200);

/// Most of what the JavaScript files do is wait for the SDKs, which wait up to 5 s before they connect again.
const JS_FILES_AT_ONCE: usize = 4;

/// Each file has a browser of its own.
const BROWSER_FILES_AT_ONCE: usize = 2;

/// The log target under which the server writes one line for each call that it answered and each socket that it let in.
const REQUEST_TARGET: &str = "millpond::request";
/// The status of a socket that was let in.
const SWITCHED: u64 = 101;

/// Held by each suite while it runs: some install the same packages, and the workers of all of them at once on two cores
/// would have SDKs run into their time-outs.
static ALONE: Mutex<()> = Mutex::new(());
#[test]
fn the_official_sdks_drive_the_binary() {
    let _alone = ALONE.lock();
    let server = Server::start();
    let suites: [Result<(), String>; 2] = thread::scope(|scope| {
        [scope.spawn(|| javascript(&server.url)), scope.spawn(|| python(&server.url))]
            .map(|suite| suite.join().expect("a suite reports its failure"))
    });
    let stopped = server.stop();
    let log = stopped.log.clone();

    let mut failures: Vec<String> = suites.into_iter().filter_map(Result::err).collect();
    failures.extend(stopped.complaint);
    failures.extend(
        log.lines().filter(|line| line.contains("panicked at")).map(|line| format!("the server panicked: {line}")),
    );
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));

    compare_with_the_checked_in_table(&driven(&log));
}

#[test]
fn the_sdks_sign_in_from_a_real_browser() {
    let _alone = ALONE.lock();
    browser("js/browser", None).unwrap_or_else(|failure| panic!("{failure}"));
}

#[test]
fn a_person_finds_the_way_in_the_dashboard() {
    let _alone = ALONE.lock();
    // The lines that it gives to be pasted are run with the SDKs of both other suites.
    let python = npm_ci(&sdk_directory("js")).and_then(|()| venv()).map(|venv| venv.join("bin/python"));
    let suite = python.and_then(|python| browser("js/dashboard", Some(("SDK_PYTHON", python))));
    suite.unwrap_or_else(|failure| panic!("{failure}"));
}

#[test]
fn the_recipes_do_what_they_say() {
    let _alone = ALONE.lock();
    let suites: [Result<(), String>; 2] = thread::scope(|scope| {
        let javascript = || npm_ci(&sdk_directory("js")).and_then(|()| recipes("js", "//", None));
        let python = || venv().and_then(|venv| recipes("py", "#", Some(venv.join("bin"))));
        [scope.spawn(javascript), scope.spawn(python)].map(|suite| suite.join().expect("a suite reports its failure"))
    });
    let failures: Vec<String> = suites.into_iter().filter_map(Result::err).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

// The suites

/// Runs each recipe of a language by the command in its first line, a comment; `tools` comes first on the path.
fn recipes(language: &str, comment: &str, tools: Option<PathBuf>) -> Result<(), String> {
    let directory = sdk_directory(language).join("recipes");
    let entries = fs::read_dir(&directory).map_err(|error| format!("{}: {error}", directory.display()))?;
    let mut names: Vec<String> =
        entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.retain(|name| name.starts_with("test_") || name.ends_with(".test.mjs"));
    names.sort();
    assert!(names.len() > 5, "the recipes of {}: {names:?}", directory.display());
    let inherited = env::var_os("PATH").unwrap_or_default();
    let path = env::join_paths(tools.into_iter().chain(env::split_paths(&inherited)));
    let path = path.map_err(|error| format!("PATH: {error}"))?;
    let mut failures = Vec::new();
    for name in &names {
        let text = fs::read_to_string(directory.join(name)).map_err(|error| format!("{name}: {error}"))?;
        let line = text.lines().next().unwrap_or_default();
        let command = line.strip_prefix(comment).and_then(|line| line.trim().strip_prefix("millpond "));
        let Some(command) = command.filter(|command| command.ends_with(name)) else {
            failures.push(format!("{name}: its first line is to say how it is run, not {line:?}"));
            continue;
        };
        let mut recipe = Command::new(env!("CARGO_BIN_EXE_millpond"));
        recipe.args(command.split(' ')).current_dir(&directory).env("PATH", &path);
        recipe.env("NO_PROXY", "127.0.0.1").env("no_proxy", "127.0.0.1");
        failures.extend(run(name, SUITE_BOUND, without_stream_variables(&mut recipe)).err());
    }
    if failures.is_empty() { Ok(()) } else { Err(failures.join("\n\n")) }
}

fn javascript(url: &str) -> Result<(), String> {
    let directory = sdk_directory("js");
    npm_ci(&directory)?;
    let mut suite = Command::new("sh");
    // Without names, node would look into browser/ as well.
    let tests = format!("exec node --test --test-reporter=spec --test-concurrency={JS_FILES_AT_ONCE} *.test.mjs");
    // For the tests that end a server and start it anew: those have one of their own.
    suite.args(["-c", &tests]).current_dir(&directory).env("MILLPOND_BIN", env!("CARGO_BIN_EXE_millpond"));
    run("the JavaScript SDK suite", SUITE_BOUND, against(&mut suite, url))
}

fn browser(folder: &str, further: Option<(&str, PathBuf)>) -> Result<(), String> {
    a_chromium()?;
    let directory = sdk_directory(folder);
    npm_ci(&directory)?;
    let mut suite = Command::new("node");
    let at_once = format!("--test-concurrency={BROWSER_FILES_AT_ONCE}");
    suite.args(["--test", "--test-reporter=spec", &at_once]).current_dir(&directory);
    suite.env("MILLPOND_BIN", env!("CARGO_BIN_EXE_millpond"));
    suite.env("NO_PROXY", "127.0.0.1").env("no_proxy", "127.0.0.1");
    suite.envs(further);
    run(&format!("the suite {folder} in a real browser"), SUITE_BOUND, without_stream_variables(&mut suite))
}

fn python(url: &str) -> Result<(), String> {
    let mut suite = Command::new(venv()?.join("bin/python"));
    suite.args(["-m", "pytest"]).current_dir(sdk_directory("py")); // pytest.ini has the rest
    // For the test of the control API, which resets a server: that has one of its own.
    suite.env("MILLPOND_BIN", env!("CARGO_BIN_EXE_millpond"));
    run("the Python SDK suite", SUITE_BOUND, against(&mut suite, url))
}

/// Points a suite at the server and at nothing else: no millpond and no app of the developer's own, no proxy in between.
fn against<'a>(suite: &'a mut Command, url: &str) -> &'a mut Command {
    without_stream_variables(suite).env("MILLPOND_URL", url).env("NO_PROXY", "127.0.0.1").env("no_proxy", "127.0.0.1")
}

// The server

struct Server {
    child: Child,
    url: String,
    stdout: Receiver<String>,
    log: Receiver<String>,
    directory: PathBuf,
}

struct Stopped {
    log: String,
    complaint: Option<String>,
}

impl Server {
    fn start() -> Self {
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("sdk-server-{}", std::process::id()));
        fs::create_dir_all(&directory).expect("a directory for the server");
        let mut command = Command::new(env!("CARGO_BIN_EXE_millpond"));
        command.args(["serve", "--memory", "--port", "0", "--json", "--log", "millpond=debug", "--log-format", "json"]);
        command.current_dir(&directory).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = without_stream_variables(&mut command).spawn().expect("the millpond binary");

        let log = all_of(child.stderr.take().expect("a piped stderr"));
        let lines = BufReader::new(child.stdout.take().expect("a piped stdout")).lines();
        let (sender, stdout) = mpsc::channel();
        thread::spawn(move || lines.map_while(Result::ok).try_for_each(|line| sender.send(line)));

        let mut server = Self { child, url: String::new(), stdout, log, directory };
        let Ok(line) = server.stdout.recv_timeout(START_BOUND) else {
            server.child.kill().expect("a process of ours");
            panic!(
                "millpond did not get ready within {START_BOUND:?}; its log:\n{}",
                server.log.recv().unwrap_or_default()
            );
        };
        let ready: Value = serde_json::from_str(&line).expect("the ready line is JSON");
        assert_eq!(ready["event"], "ready", "the first line on stdout: {line}");
        server.url = ready["url"].as_str().map(str::to_owned).expect("the ready line has a url");
        server
    }

    /// Asks the server to stop, as a person's ctrl-C would, and hands over its log.
    fn stop(mut self) -> Stopped {
        signal(&self.child.id().to_string(), "TERM");
        let in_time = self.log.recv_timeout(STOP_BOUND);
        if in_time.is_err() {
            self.child.kill().expect("a process of ours");
        }
        let status = self.child.wait().expect("the server's exit status");
        let complaint = if in_time.is_err() {
            Some(format!("the server did not stop within {STOP_BOUND:?} of SIGTERM"))
        } else if !status.success() {
            Some(format!("after SIGTERM the server left with {status}, not with 0"))
        } else {
            self.stdout.try_recv().ok().map(|line| format!("on stdout belongs the ready line alone, not {line}"))
        };
        let log = in_time.or_else(|_| self.log.recv()).unwrap_or_default();
        Stopped { log, complaint }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.directory);
    }
}

// The evidence

/// Operation -> the SDKs (`package version`) that got a 2xx answer from it, or a socket.
type Driven = BTreeMap<String, BTreeSet<String>>;

fn driven(log: &str) -> Driven {
    let pins = fs::read_to_string(sdk_directory("py").join("requirements.txt")).expect("requirements.txt");
    let mut driven = Driven::new();
    for line in log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
        let fields = line.get("fields").unwrap_or(&line);
        // Whatever a stub answers, the operation is not built by that.
        let succeeded = line["target"] == REQUEST_TARGET
            && fields["stubbed"] != true
            && fields["status"].as_u64().is_some_and(|status| status == SWITCHED || (200..300).contains(&status));
        if let (true, Some(operation), Some(client)) = (succeeded, fields["operation"].as_str(), fields["sdk"].as_str())
            && let Some(package) = package(client, &pins)
        {
            driven.entry(operation.to_owned()).or_default().insert(package);
        }
    }
    driven
}

/// The package that calls itself `client` in `X-Stream-Client`; `None` for anything but the SDKs under test. The two
/// Python packages call themselves alike (their version tells them apart), except that stream-chat's async client says so.
fn package(client: &str, python_pins: &str) -> Option<String> {
    let name = client.split('|').next()?;
    let pinned = |package: &str, version: &str| python_pins.lines().any(|line| line == format!("{package}=={version}"));
    if let Some(version) = name.strip_prefix("stream-node-") {
        Some(format!("@stream-io/node-sdk {version}"))
    } else if let Some(version) = name.strip_prefix("stream-feeds-js-v") {
        Some(format!("@stream-io/feeds-client {version}"))
    } else if let Some(version) = name.strip_prefix("stream-chat-js-v") {
        Some(format!("stream-chat (npm) {}", version.trim_end_matches("-node").trim_end_matches("-browser")))
    } else if let Some(version) = name.strip_prefix("stream-video-plain_javascript-v") {
        Some(format!("@stream-io/video-client {version}"))
    } else if let Some(version) = name.strip_prefix("stream-python-client-") {
        let version = version.trim_start_matches("aio-");
        let package = ["getstream", "stream-chat"].into_iter().find(|package| pinned(package, version))?;
        Some(format!("{package} (PyPI) {version}"))
    } else {
        None
    }
}

fn compare_with_the_checked_in_table(driven: &Driven) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sdk/driven.json");
    let text = serde_json::to_string_pretty(driven).expect("a map of strings") + "\n";
    if env::var_os("UPDATE_DRIVEN").is_some_and(|value| value == "1") {
        fs::write(&file, text).expect("driven.json can be written");
        return;
    }
    let checked_in: Driven =
        serde_json::from_str::<BTreeMap<String, Vec<String>>>(&fs::read_to_string(&file).expect("driven.json"))
            .expect("driven.json maps operations to lists of SDKs")
            .into_iter()
            .map(|(operation, sdks)| (operation, sdks.into_iter().collect()))
            .collect();
    let differences = differences(&checked_in, driven);
    assert!(
        differences.is_empty(),
        "tests/sdk/driven.json does not say what the SDKs drove (- only in the file, + only in this run):\n{}\nIf that is meant: UPDATE_DRIVEN=1 cargo test --test sdk",
        differences.join("\n")
    );
}

fn differences(checked_in: &Driven, driven: &Driven) -> Vec<String> {
    let none = BTreeSet::new();
    let operations: BTreeSet<&String> = checked_in.keys().chain(driven.keys()).collect();
    let mut lines = Vec::new();
    for operation in operations {
        let (file, run) = (checked_in.get(operation).unwrap_or(&none), driven.get(operation).unwrap_or(&none));
        lines.extend(file.difference(run).map(|sdk| format!("- {operation}: {sdk}")));
        lines.extend(run.difference(file).map(|sdk| format!("+ {operation}: {sdk}")));
    }
    lines
}

// The harness itself

#[test]
fn a_client_header_names_the_package_and_its_version() {
    let pins = "getstream==7.0.0\nstream-chat==4.33.0\n";
    let cases = [
        ("stream-node-0.7.64", Some("@stream-io/node-sdk 0.7.64")),
        ("stream-feeds-js-v2.2.0|client_bundle=node", Some("@stream-io/feeds-client 2.2.0")),
        ("stream-chat-js-v9.53.0-node|client_bundle=node-esm", Some("stream-chat (npm) 9.53.0")),
        ("stream-chat-js-v9.53.0-browser", Some("stream-chat (npm) 9.53.0")),
        ("stream-video-plain_javascript-v1.60.0|client_bundle=node-cjs", Some("@stream-io/video-client 1.60.0")),
        ("stream-python-client-7.0.0", Some("getstream (PyPI) 7.0.0")),
        ("stream-python-client-4.33.0", Some("stream-chat (PyPI) 4.33.0")),
        ("stream-python-client-aio-4.33.0", Some("stream-chat (PyPI) 4.33.0")),
        ("stream-python-client-1.0.0", None),
        ("curl", None),
    ];
    for (client, wanted) in cases {
        assert_eq!(package(client, pins).as_deref(), wanted, "{client}");
    }
}

#[test]
fn only_answers_of_the_2xx_kind_and_sockets_to_a_known_sdk_count_as_driven() {
    let line = |target: &str, status: u16, sdk: &str| {
        format!(
            r#"{{"level":"DEBUG","target":"{target}","fields":{{"operation":"GetApp","status":{status},"code":0,"sdk":"{sdk}"}}}}"#
        )
    };
    let log = [
        "not JSON".to_owned(),
        line(REQUEST_TARGET, 200, "stream-node-1.0.0"),
        line(REQUEST_TARGET, 401, "stream-node-2.0.0"),
        line(REQUEST_TARGET, 101, "stream-node-4.0.0"),
        line(REQUEST_TARGET, 200, "curl"),
        line("millpond::other", 200, "stream-node-3.0.0"),
        line(REQUEST_TARGET, 200, "stream-node-5.0.0").replace(r#""code":0"#, r#""code":0,"stubbed":true"#),
    ];
    let wanted = Driven::from([(
        "GetApp".to_owned(),
        BTreeSet::from(["1.0.0", "4.0.0"].map(|version| format!("@stream-io/node-sdk {version}"))),
    )]);
    assert_eq!(driven(&log.join("\n")), wanted);
    assert_eq!(
        differences(&wanted, &Driven::new()),
        ["1.0.0", "4.0.0"].map(|version| format!("- GetApp: @stream-io/node-sdk {version}"))
    );
    assert_eq!(
        differences(&Driven::new(), &wanted),
        ["1.0.0", "4.0.0"].map(|version| format!("+ GetApp: @stream-io/node-sdk {version}"))
    );
}

#[test]
fn a_command_that_fails_or_hangs_is_an_error_with_all_it_wrote() {
    let shell = |script: &str, bound| run("it", bound, Command::new("sh").args(["-c", script]));
    let second = Duration::from_secs(1);
    assert_eq!(shell("echo fine", 60 * second), Ok(()));
    let failed = shell("echo out; echo err >&2; exit 3", 60 * second).unwrap_err();
    assert!(failed.contains("out\nerr\n") && failed.contains("exit status: 3"), "{failed}");
    let hung = shell("echo begun; sleep 600 & sleep 600", second).unwrap_err();
    assert!(hung.contains("did not end within 1s") && hung.contains("begun"), "{hung}");
    let missing = at_least("no-such-tool-anywhere", (1, 0), "Install it.").unwrap_err();
    assert!(missing.ends_with("Install it."), "{missing}");
    assert!(at_least("python3", (99, 0), "Install it.").unwrap_err().contains("too old"));
}

#[test]
fn a_chromium_is_installed_aloud_and_only_where_there_is_none() {
    let nowhere = Path::new("/no/chromium");
    let mut said = Vec::new();
    let missing = chromium(None, nowhere, "no-such-apt-get", &mut said).unwrap_err();
    assert!(missing.contains("no-such-apt-get update") && missing.contains(CHROMIUM_VARIABLE), "{missing}");
    let aloud = String::from_utf8(std::mem::take(&mut said)).expect("text");
    assert!(
        aloud.contains("/no/chromium is not there") && aloud.contains("no-such-apt-get installs it now"),
        "{aloud}"
    );
    let missing = chromium(Some(nowhere), Path::new("/"), "no-such-apt-get", &mut said).unwrap_err();
    assert_eq!(missing, "MILLPOND_CHROMIUM names /no/chromium, which is not there.");
    assert_eq!(
        chromium(Some(Path::new("/")), nowhere, "no-such-apt-get", &mut said),
        Ok(()),
        "nothing is installed beside it"
    );
    assert!(said.is_empty(), "and nothing is said");
}
