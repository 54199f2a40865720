//! What the suites that install packages share: tools of other languages, by their lock files, and commands that end in time.

use std::io::{self, Read, Write};
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;
use std::{env, fs, thread};

/// How long an installation may take.
const INSTALL_BOUND: Duration = Duration::from_secs(600);
/// Names the Chromium that the suites in a browser drive.
pub const CHROMIUM_VARIABLE: &str = "MILLPOND_CHROMIUM";
/// Where Debian's is.
const CHROMIUM_DEFAULT: &str = "/usr/bin/chromium";

/// Sees to it that there is a Chromium.
pub fn a_chromium() -> Result<(), String> {
    let named = env::var_os(CHROMIUM_VARIABLE).filter(|path| !path.is_empty());
    // Not by `eprintln!`, whose words a test that passes keeps to itself.
    chromium(named.as_deref().map(Path::new), Path::new(CHROMIUM_DEFAULT), "apt-get", &mut io::stderr())
}

/// Takes the Chromium that somebody names; else Debian's, which is installed where there is none, and said to be.
pub fn chromium(named: Option<&Path>, place: &Path, apt_get: &str, said: &mut impl Write) -> Result<(), String> {
    if let Some(named) = named.filter(|named| !named.exists()) {
        return Err(format!("{CHROMIUM_VARIABLE} names {}, which is not there.", named.display()));
    }
    if named.is_some() || place.exists() {
        return Ok(());
    }
    let place = place.display();
    let why = format!(
        "tests: {place} is not there, and the SDK tests in a real browser drive it. {apt_get} installs it now (350 MB); \
         {CHROMIUM_VARIABLE}=/path/to/chrome would take yours instead.\n"
    );
    said.write_all(why.as_bytes()).map_err(|error| error.to_string())?;
    let root = fs::metadata("/proc/self").is_ok_and(|of_this_process| of_this_process.uid() == 0);
    for arguments in [&["update"][..], &["install", "-y", "chromium"]] {
        let mut command = Command::new(if root { apt_get } else { "sudo" });
        if !root {
            command.args(["-n", apt_get]);
        }
        command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
        // As a person runs it: its words are shown as they come, and it ends by itself. A dpkg that is killed, or whose
        // words nobody reads any more, leaves the machine half configured.
        let ended = command.stdin(Stdio::null()).stdout(io::stderr()).status();
        let failed = match ended {
            Ok(status) if status.success() => continue,
            Ok(status) => format!("failed ({status}), as it says above"),
            Err(error) => format!("cannot be started: {error}"),
        };
        return Err(format!(
            "{apt_get} {} {failed}\nInstall Chromium as {place}, or name yours with {CHROMIUM_VARIABLE}: the SDK tests in a \
             real browser drive it.",
            arguments.join(" ")
        ));
    }
    Ok(())
}

/// Installs what the lock file of a JavaScript suite says, unless that was done before.
pub fn npm_ci(directory: &Path) -> Result<(), String> {
    let node = "Install Node.js 20.14 or newer, with npm: the JavaScript SDK tests run on it.";
    at_least("node", (20, 14), node)?;
    at_least("npm", (8, 0), node)?;
    let lock = directory.join("package-lock.json");
    let stamp = directory.join("node_modules/.installed-package-lock.json");
    if !same(&lock, &stamp) {
        let mut npm = Command::new("npm");
        npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
        run("npm ci", INSTALL_BOUND, npm.current_dir(directory))?;
        copy(&lock, &stamp)?;
    }
    Ok(())
}

/// The environment of the Python suite. Made unless it is there already, with the pinned packages.
pub fn venv() -> Result<PathBuf, String> {
    at_least("python3", (3, 11), "Install Python 3.11 or newer, with venv and pip: the Python SDK tests run on it.")?;
    let directory = sdk_directory("py");
    let venv = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sdk-py-venv");
    let (pins, stamp) = (directory.join("requirements.txt"), venv.join("installed-requirements.txt"));
    if !same(&pins, &stamp) {
        run("python3 -m venv", INSTALL_BOUND, Command::new("python3").args(["-m", "venv", "--clear"]).arg(&venv))?;
        let mut pip = Command::new(venv.join("bin/pip"));
        pip.args(["install", "--disable-pip-version-check", "--quiet", "--requirement"]).arg(&pins);
        run("pip install", INSTALL_BOUND, &mut pip)?;
        copy(&pins, &stamp)?;
    }
    Ok(venv)
}

pub fn sdk_directory(language: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sdk").join(language)
}

/// Leaves out what would lead to a millpond or to an app of the developer's own, but for what these tests themselves set.
pub fn without_stream_variables(command: &mut Command) -> &mut Command {
    let ours = ["MILLPOND_BIN", CHROMIUM_VARIABLE];
    let leads_away =
        |name: &str| name.starts_with("STREAM_") || (name.starts_with("MILLPOND_") && !ours.contains(&name));
    for (name, _) in env::vars_os().filter(|(name, _)| leads_away(&name.to_string_lossy())) {
        command.env_remove(name);
    }
    // On port 0 nobody listens: a verb that was not told where finds nothing.
    command.env("MILLPOND_DEFAULT_PORT", "0")
}

pub fn at_least(tool: &str, wanted: (u32, u32), advice: &str) -> Result<(), String> {
    let answer = Command::new(tool)
        .arg("--version")
        .output()
        .map_err(|error| format!("`{tool}` cannot be run ({error}). {advice}"))?;
    let said = String::from_utf8_lossy(&answer.stdout);
    let numbers = said.trim().trim_start_matches(|c: char| !c.is_ascii_digit());
    let mut parts = numbers.split('.').map_while(|part| part.parse::<u32>().ok());
    match (parts.next(), parts.next()) {
        (Some(major), Some(minor)) if (major, minor) >= wanted => Ok(()),
        _ => Err(format!("`{tool} --version` says {:?}, which is too old. {advice}", said.trim())),
    }
}

fn same(file: &Path, stamp: &Path) -> bool {
    matches!((fs::read(file), fs::read(stamp)), (Ok(now), Ok(then)) if now == then)
}

fn copy(file: &Path, stamp: &Path) -> Result<(), String> {
    fs::copy(file, stamp).map(drop).map_err(|error| format!("cannot write {}: {error}", stamp.display()))
}

/// Runs a command to its end. One that fails, or that is still running after `bound`, is an error with all it wrote.
pub fn run(what: &str, bound: Duration, command: &mut Command) -> Result<(), String> {
    let (reader, writer) = io::pipe().expect("a pipe");
    let second = writer.try_clone().expect("the same pipe");
    let child = command.stdin(Stdio::null()).stdout(writer).stderr(second).process_group(0).spawn();
    command.stdout(Stdio::null()).stderr(Stdio::null()); // lets go of our ends of the pipe
    let mut child = child.map_err(|error| format!("{what} cannot be started: {error}"))?;
    let output = all_of(reader);
    let in_time = output.recv_timeout(bound);
    if in_time.is_err() {
        signal(&format!("-{}", child.id()), "KILL"); // the whole group: suites have workers
    }
    let status = child.wait().map_err(|error| format!("{what}: {error}"))?;
    match in_time {
        Ok(_) if status.success() => Ok(()),
        Ok(output) => Err(format!("{what} failed ({status}):\n{output}")),
        Err(_) => Err(format!("{what} did not end within {bound:?}:\n{}", output.recv().unwrap_or_default())),
    }
}

/// Reads on a thread of its own, so that nobody who writes has to wait; the text comes when it is complete.
pub fn all_of(mut reader: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = reader.read_to_end(&mut bytes);
        sender.send(String::from_utf8_lossy(&bytes).into_owned())
    });
    receiver
}

pub fn signal(pid: &str, name: &str) {
    let sent = Command::new("kill").args(["-s", name, "--", pid]).status();
    assert!(sent.is_ok(), "`kill` cannot be run: {sent:?}");
}
