//! `requests`: what was called, live or afterwards; wait for a call; verify what was expected.

use clap::Subcommand;
use serde_json::{Value, json};
use url::form_urlencoded::Serializer;

use super::print::{Paint, bare, plain};
use super::target::{AppArgs, TargetArgs};
use super::{json_file, print};
use crate::client::{Client, RemoteApp};
use crate::outcome::{DONE, FAILED, Failure, Outcome, failed, input};

/// List what was called: calls, sign-ins, ends of sockets, events, tokens given out
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  millpond requests                                     the last hundred
  millpond requests --user john --outcome refused
  millpond requests --follow                            as they come
  millpond requests wait --operation Connect --user john --timeout 10s
  echo '[{\"operation\": \"Connect\", \"times\": 1}]' | millpond requests verify -")]
pub struct Args {
    #[command(subcommand)]
    verb: Option<Verb>,
    #[command(flatten)]
    filters: FilterArgs,
    /// At most so many, the newest [default: 100]
    #[arg(long, value_name = "N")]
    limit: Option<u32>,
    /// Show what comes from now on (behind --after: what came since as well), until interrupted
    #[arg(long, short, conflicts_with = "limit")]
    follow: bool,
    #[command(flatten)]
    app: AppArgs,
    #[command(flatten)]
    target: TargetArgs,
    /// Print JSON; with --follow a line for each
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Wait until something was called; what was called already counts. Exit 1 when it was not
    #[command(after_help = "Example:\n  millpond requests wait --operation Connect --user john")]
    Wait {
        /// How often
        #[arg(long, value_name = "N", default_value_t = 1)]
        count: u32,
        /// For how long, at most 60s; 0 looks once
        #[arg(long, value_name = "DURATION", default_value = "5s")]
        timeout: String,
    },
    /// Compare with what was expected, and give an account. Exit 1 when it does not hold
    #[command(after_help = "\
Example:
  millpond requests verify expected.json

The file holds what POST requests/verify takes, or its list alone:
  [{\"operation\": \"Connect\", \"user_id\": \"john\", \"code\": 40, \"times\": 1}, {\"operation\": \"Ban\", \"times\": 0}]")]
    Verify {
        /// A JSON file; - is stdin
        #[arg(value_name = "FILE")]
        file: String,
    },
    /// Forget everything so far
    #[command(after_help = "Example:\n  millpond requests clear")]
    Clear,
}

#[derive(Debug, Default, clap::Args)]
struct FilterArgs {
    /// Only this operation, such as GetApp, Connect, Disconnect, TokenProvider, or an event's type; ~app: with that in its name
    #[arg(long, value_name = "NAME", global = true)]
    operation: Option<String>,
    /// Only by, or about, this user; ~jo: with that in the id
    #[arg(long, short, value_name = "ID", global = true)]
    user: Option<String>,
    /// Only by: server, user, guest, anonymous, none
    #[arg(long, value_name = "KIND", global = true)]
    caller: Option<String>,
    /// Only: ok, refused, failed
    #[arg(long, value_name = "WORD", global = true)]
    outcome: Option<String>,
    /// Only with this HTTP status or close code
    #[arg(long, value_name = "N", global = true)]
    status: Option<String>,
    /// Only with this code of Stream's
    #[arg(long, value_name = "N", global = true, allow_hyphen_values = true)]
    code: Option<String>,
    /// Only with the token of this fingerprint
    #[arg(long, value_name = "HEX", global = true)]
    token: Option<String>,
    /// Only behind this id
    #[arg(long, value_name = "ID", global = true)]
    after: Option<String>,
}

impl FilterArgs {
    fn given(&self) -> Vec<(&'static str, &str)> {
        let all = [
            ("operation", &self.operation),
            ("user_id", &self.user),
            ("caller", &self.caller),
            ("outcome", &self.outcome),
            ("status", &self.status),
            ("code", &self.code),
            ("token", &self.token),
            ("after", &self.after),
        ];
        all.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?))).collect()
    }

    /// A query of the filters and what is beside them.
    fn query(&self, beside: &[(&str, String)]) -> String {
        let mut query = Serializer::new(String::from("?"));
        query.extend_pairs(self.given());
        query.extend_pairs(beside);
        query.finish()
    }

    /// Refuses filters where they would say nothing.
    fn none(&self, verb: &str) -> Result<(), Failure> {
        match self.given().first() {
            None => Ok(()),
            Some((name, _)) => Err(input(format!("requests {verb} takes no filter such as --{name}"))),
        }
    }
}

/// Runs `requests`.
pub fn run(args: &Args) -> Outcome {
    let client = args.target.find()?;
    let app = args.app.of(&client)?;
    let path = |rest: &str| Client::path_of(&app, rest);
    match &args.verb {
        None if args.follow => follow(args, &client, &app, &path("/events")),
        None => list(args, &client, &app, &path("/requests")),
        Some(Verb::Wait { count, timeout }) => {
            let beside = [("count", count.to_string()), ("timeout", timeout.clone())];
            wait(args, &client, &app, &(path("/requests/wait") + &args.filters.query(&beside)))
        }
        Some(Verb::Verify { file }) => {
            args.filters.none("verify")?;
            verify(args, &client, &path("/requests/verify"), file)
        }
        Some(Verb::Clear) => {
            args.filters.none("clear")?;
            let answer = client.send("DELETE", &path("/requests"), &json!({}))?;
            if args.json {
                print::json(&answer)?;
            } else {
                print::out(&format!("{}: {} forgotten", plain(&app.api_key), bare(&answer["cleared"])))?;
            }
            Ok(DONE)
        }
    }
}

fn list(args: &Args, client: &Client, app: &RemoteApp, path: &str) -> Outcome {
    let limit = args.limit.map(|limit| ("limit", limit.to_string()));
    let answer = client.get(&format!("{path}{}", args.filters.query(limit.as_slice())))?;
    if args.json {
        print::json(&answer)?;
        return Ok(DONE);
    }
    let entries = answer["requests"].as_array().map(Vec::as_slice).unwrap_or_default();
    if entries.is_empty() {
        let how = if args.filters.given().is_empty() {
            "a call to it is listed here: `millpond env` points an SDK at it"
        } else {
            "`millpond requests` lists all there is"
        };
        return print::out(&format!("nothing that fits was called of {}; {how}", plain(&app.api_key))).map(|()| DONE);
    }
    // As in a log: the newest is nearest to the prompt.
    show(app, entries.iter().rev())?;
    let (shown, total) = (entries.len() as u64, answer["total"].as_u64().unwrap_or_default());
    if shown < total {
        print::note(&format!("the newest {shown} of {total}; --limit shows more"));
    }
    Ok(DONE)
}

/// A table, in which what was refused or failed is marked.
fn show<'a>(app: &RemoteApp, entries: impl Iterator<Item = &'a Value>) -> Result<(), Failure> {
    let head = ["", "id", "at", "operation", "user", "caller", "status", "code", "message"].map(str::to_owned).into();
    let entries: Vec<&Value> = entries.collect();
    let rows: Vec<Vec<String>> = [head].into_iter().chain(entries.iter().map(|entry| row(app, entry))).collect();
    let (table, paint) = (print::table(&rows), Paint::stdout());
    let is_bad = |line: usize| line.checked_sub(1).is_some_and(|at| mark(entries[at]) != ' ');
    let lines = table.lines().enumerate();
    let lines = lines.map(|(at, line)| if is_bad(at) { paint.red(line) } else { line.to_owned() });
    print::out(&lines.collect::<Vec<_>>().join("\n"))
}

/// What catches the eye also without colours.
fn mark(entry: &Value) -> char {
    if entry["outcome"] == "ok" { ' ' } else { '!' }
}

fn row(app: &RemoteApp, entry: &Value) -> Vec<String> {
    let at = print::time_ms(&entry["at"], app.now().ok());
    let named = ["operation", "user_id", "caller", "status", "code", "message"].map(|name| print::cell(&entry[name]));
    [mark(entry).to_string(), print::cell(&entry["id"]), at].into_iter().chain(named).collect()
}

/// Shows what comes, until the emulator stops or the app is gone.
fn follow(args: &Args, client: &Client, app: &RemoteApp, path: &str) -> Outcome {
    let mut name = String::new();
    for line in client.lines(&format!("{path}{}", args.filters.query(&[])))? {
        let line = line.map_err(|cause| failed(format!("{} answers no more: {cause}", client.url)))?;
        match line.split_once(": ") {
            Some(("event", event)) => event.clone_into(&mut name),
            Some(("data", data)) => told(args, app, &name, &serde_json::from_str(data).unwrap_or_default())?,
            // Ids, comments, and the empty line behind each event.
            _ => {}
        }
    }
    match name.as_str() {
        "gone" => Err(failed("the app is gone")),
        _ => Ok(DONE),
    }
}

fn told(args: &Args, app: &RemoteApp, event: &str, data: &Value) -> Result<(), Failure> {
    match event {
        "request" if args.json => print::out(&data.to_string()),
        "request" => {
            let cells = row(app, data);
            let [mark, id, at, operation, user, caller, status, code, message] = cells.as_slice() else {
                return Ok(());
            };
            let line = format!(
                "{mark} {id:>5}  {at:12}  {operation:20}  {user:16}  {caller:9}  {status:>4}  {code:>3}  {message}"
            );
            print::out(&if mark == " " { line.trim_end().to_owned() } else { Paint::stdout().red(&line) })
        }
        "lost" => {
            print::note(&format!("{} were pushed out before they could be shown", bare(&data["lost"])));
            Ok(())
        }
        "reset" => {
            print::note("the app was reset: ids begin anew");
            Ok(())
        }
        _ => Ok(()),
    }
}

fn wait(args: &Args, client: &Client, app: &RemoteApp, path: &str) -> Outcome {
    let (status, answer) = client.ask("GET", path, None, &[200, 408])?;
    let code = if status == 200 { DONE } else { FAILED };
    if args.json {
        print::json(&answer)?;
        return Ok(code);
    }
    let list = |name: &str| answer[name].as_array().map(Vec::as_slice).unwrap_or_default();
    if code == DONE {
        show(app, list("requests").iter())?;
    } else {
        let matched = list("requests").len();
        print::error(&format!("it did not happen in time; {matched} matched, and this was seen instead:"));
        show(app, list("requests").iter().chain(list("seen")))?;
    }
    Ok(code)
}

fn verify(args: &Args, client: &Client, path: &str, file: &str) -> Outcome {
    let body = json_file::read(file)?;
    let body = if body.is_array() { json!({ "expect": body }) } else { body };
    let (status, answer) = client.ask("POST", path, Some(&body), &[200, 409])?;
    if args.json {
        print::json(&answer)?;
    } else {
        let sentences = answer["account"].as_array().into_iter().flatten().map(bare);
        print::out(&sentences.collect::<Vec<_>>().join("\n"))?;
        if status != 200 {
            print::error("not everything is as expected");
        }
    }
    Ok(if status == 200 { DONE } else { FAILED })
}
