//! `doctor`: what on this machine keeps programs from reaching millpond, or misleads them.

mod project;

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};
use url::Url;

use super::print::{Paint, plain};
use super::run_file::RunFile;
use super::target::{TargetArgs, default_port};
use super::{apps, pair, print};
use crate::client::{Client, Found, RemoteApp};
use crate::clock::{SECOND_NS, system_now};
use crate::outcome::{DONE, FAILED, Failure, Outcome};
use crate::start::holder;
use crate::start::{REWRITTEN_PORT, SOCKET_PORTS};

/// A clock that differs by less is not worth a word: the answer took time as well.
const SKEW_MAX_NS: i64 = 2 * SECOND_NS;
/// How long a local port may take to answer.
const PORT_TIMEOUT: Duration = Duration::from_millis(500);
/// The first Node.js with a global `WebSocket`, which the browser SDKs need.
const NODE_WITH_WEBSOCKET: u32 = 22;

/// Look for what keeps programs from reaching millpond
///
/// Port, clock, proxies, variables, Node.js; in a project, SDK clients that are made without a base URL. Looks at this machine
/// only, and changes nothing. Exit code 1 when something is wrong.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  millpond doctor
  millpond doctor --project .                  which clients call production, and how they are pointed here
  millpond doctor --url http://127.0.0.1:3030")]
pub struct Args {
    /// Look through the source files of a folder too; then it is no fault that no millpond runs
    #[arg(long, value_name = "DIR")]
    project: Option<PathBuf>,
    #[command(flatten)]
    target: TargetArgs,
    /// Print the findings as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    Fine,
    Note,
    Wrong,
}

#[derive(Debug, PartialEq, Eq)]
struct Finding {
    about: &'static str,
    level: Level,
    text: String,
    /// What is found in a project: for a program in fields, for people with a line on what to do.
    client: Option<project::Client>,
}

fn finding(about: &'static str, level: Level, text: impl Into<String>) -> Finding {
    Finding { about, level, text: text.into(), client: None }
}

fn fine(about: &'static str, text: impl Into<String>) -> Finding {
    finding(about, Level::Fine, text)
}

fn note(about: &'static str, text: impl Into<String>) -> Finding {
    finding(about, Level::Note, text)
}

fn wrong(about: &'static str, text: impl Into<String>) -> Finding {
    finding(about, Level::Wrong, text)
}

/// Runs the verb.
pub fn run(args: &Args) -> Outcome {
    let of_project = args.project.as_deref().map(project::look).transpose()?;
    let found = args.target.find();
    let mut findings = Vec::new();
    match &found {
        Ok(_) => findings.push(emulator(&found)),
        Err(_) if of_project.is_some() && !args.target.is_named() => {
            findings.push(note("millpond", "none runs here, and what it would tell is left out"));
        }
        Err(_) => {
            findings.push(emulator(&found));
            findings.extend(default_port().ok().map(port));
        }
    }
    findings.extend(stale_run_files());
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    if let Ok(client) = &found {
        let apps = client.apps()?;
        findings.push(clocks(&apps));
        findings.extend(rewrite(&client.url));
        findings.push(variables(&client.url, &apps, variable));
    }
    findings.push(proxies(variable));
    findings.extend(node());
    findings.extend(of_project.into_iter().flatten());
    let wrong = findings.iter().any(|finding| finding.level == Level::Wrong);
    if args.json {
        let listed = findings.iter().map(in_json);
        print::json(&json!({"ok": !wrong, "findings": listed.collect::<Vec<_>>()}))?;
    } else {
        let paint = Paint::stdout();
        print::out(&findings.iter().map(|finding| in_words(finding, paint)).collect::<Vec<_>>().join("\n"))?;
    }
    Ok(if wrong { FAILED } else { DONE })
}

fn in_json(finding: &Finding) -> Value {
    let level = format!("{:?}", finding.level).to_lowercase();
    let mut shown = json!({"about": finding.about, "level": level, "text": finding.text});
    if let Some(client) = &finding.client {
        shown["client"] = json!(client);
    }
    shown
}

fn in_words(finding: &Finding, paint: Paint) -> String {
    let mark = match finding.level {
        Level::Fine => paint.green("✓"),
        Level::Note => paint.yellow("!"),
        Level::Wrong => paint.red("✗"),
    };
    let line = format!("{mark} {:<10} {}", finding.about, plain(&finding.text));
    match finding.client.as_ref().and_then(|client| client.fix.as_ref()) {
        Some(fix) => format!("{line}\n{:<12} {}", "", paint.dim(fix)),
        None => line,
    }
}

fn emulator(found: &Result<Client, Failure>) -> Finding {
    match found {
        Ok(client) => {
            let how = match &client.found {
                Found::Flag => "named by --url".to_owned(),
                Found::Variable => "named by MILLPOND_URL".to_owned(),
                Found::RunFile(path) => format!("named by {}", path.display()),
                Found::DefaultPort => "on the default port".to_owned(),
            };
            fine("millpond", format!("{} answers ({how})", client.url))
        }
        Err(cause) => wrong("millpond", cause.to_string()),
    }
}

/// Run files that lead nowhere: a process that was killed leaves one. They are passed over, so this is no fault.
fn stale_run_files() -> Vec<Finding> {
    let stale = RunFile::all().into_iter().filter(|(_, file)| {
        let named = TargetArgs { url: Some(file.url.clone()) };
        named.find().is_err()
    });
    let told = stale.map(|(path, file)| {
        let (path, url, pid) = (path.display(), file.url, file.pid);
        note(
            "run file",
            format!("{path} names {url} (process id {pid}), where nothing answers; the next start there replaces it"),
        )
    });
    told.collect()
}

fn port(number: u16) -> Finding {
    let address = SocketAddr::from(([127, 0, 0, 1], number));
    match TcpListener::bind(address) {
        Ok(_) => fine("port", format!("{number} is free")),
        Err(cause) => {
            let holder = holder::of(address).map(|holder| format!(" by {holder}")).unwrap_or_default();
            wrong("port", format!("{number} is taken{holder} ({cause}); start millpond with another --port"))
        }
    }
}

/// Tokens that SDKs make by this machine's time are judged by the app's.
fn clocks(apps: &[RemoteApp]) -> Finding {
    let now = system_now();
    let off = apps.iter().filter_map(|app| {
        let skew = app.now().ok()?.0.saturating_sub(now.0);
        let differs = app.clock["mode"] != "system" || skew.abs() > SKEW_MAX_NS;
        differs.then(|| format!("{} shows {}", app.api_key, apps::time(&app.clock)))
    });
    let off: Vec<_> = off.collect();
    if off.is_empty() {
        return fine("clock", "every app's clock is this machine's");
    }
    let rule = "an SDK's own tokens are made by this machine's time; take some from the token provider instead";
    note("clock", format!("{}: {rule}", off.join("; ")))
}

/// Two SDKs rewrite `:3030` to other ports for sockets and long-poll.
fn rewrite(url: &str) -> Option<Finding> {
    let url = Url::parse(url).ok()?;
    if url.port() != Some(REWRITTEN_PORT) {
        return None;
    }
    let address = url.socket_addrs(|| None).ok()?.first().copied()?;
    let silent = SOCKET_PORTS
        .into_iter()
        .filter(|port| TcpStream::connect_timeout(&SocketAddr::new(address.ip(), *port), PORT_TIMEOUT).is_err());
    let silent: Vec<_> = silent.map(|port| port.to_string()).collect();
    Some(if silent.is_empty() {
        fine("port 3030", "SDKs rewrite it to 8800 and 8900 for sockets; both answer")
    } else {
        wrong(
            "port 3030",
            format!("SDKs rewrite it to 8800 and 8900 for sockets, but nothing answers on {}", silent.join(" and ")),
        )
    })
}

/// Variables of the environment that lead SDKs elsewhere.
fn variables(url: &str, apps: &[RemoteApp], variable: impl Fn(&str) -> Option<String>) -> Finding {
    let mut faults = Vec::new();
    for (key_name, secret_name) in [(pair::KEY_VARIABLE, pair::SECRET_VARIABLE), ("STREAM_KEY", "STREAM_SECRET")] {
        let Some(key) = variable(key_name) else { continue };
        match (apps.iter().find(|app| app.api_key == key), variable(secret_name)) {
            (None, _) => faults.push(format!("{key_name} is {key}, which this millpond does not know")),
            (Some(app), Some(secret)) if app.api_secret != secret => {
                faults.push(format!("{secret_name} is another one than that of the app {key}"));
            }
            _ => {}
        }
    }
    let host = url.trim_start_matches("http://");
    for (name, wanted) in [("STREAM_BASE_URL", url), ("STREAM_CHAT_URL", url), ("STREAM_LOCAL_TEST_HOST", host)] {
        match variable(name) {
            Some(value) if !is_same_place(&value, wanted) => faults.push(format!("{name} is {value}, not {wanted}")),
            _ => {}
        }
    }
    if variable("STREAM_LOCAL_TEST_RUN").is_some() && host != "localhost:3030" {
        faults.push("STREAM_LOCAL_TEST_RUN sends stream-chat to http://localhost:3030".to_owned());
    }
    if faults.is_empty() {
        fine("variables", "no STREAM_* variable leads elsewhere")
    } else {
        wrong("variables", format!("{}; `eval \"$(millpond env)\"` sets them right", faults.join("; ")))
    }
}

/// Loopback names are one place here.
fn is_same_place(value: &str, wanted: &str) -> bool {
    let normal = |text: &str| {
        text.trim_end_matches('/').replace("//localhost", "//127.0.0.1").replacen("localhost:", "127.0.0.1:", 1)
    };
    normal(value) == normal(wanted)
}

/// A proxy that is also asked for loopback makes every SDK fail in a way that says nothing.
fn proxies(variable: impl Fn(&str) -> Option<String>) -> Finding {
    let either =
        |name: &str| variable(name).or_else(|| variable(&name.to_lowercase())).map(|value| (name.to_owned(), value));
    let Some((name, _)) = ["HTTP_PROXY", "ALL_PROXY"].into_iter().find_map(either) else {
        return fine("proxy", "no proxy is set for http");
    };
    let exempt = either("NO_PROXY").map(|(_, value)| value).unwrap_or_default();
    let reaches = |host: &str| exempt.split([',', ' ']).any(|part| part == host || part == "*");
    match (reaches("localhost"), reaches("127.0.0.1")) {
        (true, true) => fine("proxy", format!("{name} is set, and NO_PROXY spares localhost and 127.0.0.1")),
        _ => wrong(
            "proxy",
            format!(
                "{name} is set and NO_PROXY does not spare both localhost and 127.0.0.1: add them, or SDKs ask the proxy"
            ),
        ),
    }
}

fn node() -> Option<Finding> {
    let answer = Command::new("node").arg("--version").output().ok()?;
    let version = String::from_utf8_lossy(&answer.stdout).trim().to_owned();
    let major: u32 = version.trim_start_matches('v').split('.').next()?.parse().ok()?;
    Some(if major >= NODE_WITH_WEBSOCKET {
        fine("node", format!("{version} has a WebSocket of its own"))
    } else {
        note(
            "node",
            format!(
                "{version} has no global WebSocket: for connectUser in Node, take Node {NODE_WITH_WEBSOCKET} or the package ws"
            ),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(list: &[(&str, &str)]) -> impl Fn(&str) -> Option<String> {
        let list: Vec<_> = list.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        move |wanted| list.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone())
    }

    #[test]
    fn a_proxy_has_to_spare_loopback() {
        assert_eq!(proxies(from(&[])).level, Level::Fine);
        assert_eq!(proxies(from(&[("http_proxy", "http://p:1")])).level, Level::Wrong);
        assert_eq!(proxies(from(&[("HTTP_PROXY", "x"), ("NO_PROXY", "localhost")])).level, Level::Wrong);
        assert_eq!(proxies(from(&[("HTTP_PROXY", "x"), ("no_proxy", "localhost,127.0.0.1")])).level, Level::Fine);
        assert_eq!(proxies(from(&[("ALL_PROXY", "x"), ("NO_PROXY", "*")])).level, Level::Fine);
    }

    #[test]
    fn variables_that_lead_elsewhere_are_named_but_never_a_secret() {
        let app = RemoteApp {
            api_key: "k".to_owned(),
            name: "k".to_owned(),
            api_secret: "s".to_owned(),
            clock: serde_json::Value::Null,
        };
        let found = |list: &[(&str, &str)]| variables("http://127.0.0.1:7663", std::slice::from_ref(&app), from(list));
        let good = [("STREAM_API_KEY", "k"), ("STREAM_API_SECRET", "s"), ("STREAM_BASE_URL", "http://localhost:7663/")];
        assert_eq!(found(&good).level, Level::Fine);
        assert!(found(&[("STREAM_KEY", "other")]).text.starts_with("STREAM_KEY is other, which"));
        let secret = found(&[("STREAM_API_KEY", "k"), ("STREAM_API_SECRET", "hush")]);
        assert!(secret.level == Level::Wrong && !secret.text.contains("hush"), "{secret:?}");
        assert_eq!(found(&[("STREAM_LOCAL_TEST_HOST", "localhost:3030")]).level, Level::Wrong);
        assert_eq!(found(&[("STREAM_LOCAL_TEST_RUN", "1")]).level, Level::Wrong);
    }
}
