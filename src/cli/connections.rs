//! `connections`: who has a socket or a long-poll open; close one, send something to one.

use clap::Subcommand;
use serde_json::{Value, json};

use super::faults::error;
use super::print;
use super::print::{bare, plain};
use super::target::CommonArgs;
use crate::client::{Client, RemoteApp, segment};
use crate::outcome::{DONE, Failure, Outcome, input};

/// List who is connected; close a connection, or send it an event
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  millpond connections
  millpond connections close --user john --code 4001       SDKs come back by themselves
  millpond connections send --user john '{\"type\": \"custom.hi\"}'")]
pub struct Args {
    #[command(subcommand)]
    verb: Option<Verb>,
    #[command(flatten)]
    common: CommonArgs,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Close connections, perhaps with an error that is told first
    #[command(after_help = "\
Examples:
  millpond connections close --user john --error 40        its token is no longer good
  millpond connections close --all")]
    Close {
        #[command(flatten)]
        which: Which,
        /// The close code: 1000 is final for SDKs, 1001 and 4000 to 4999 make them come back [default: 1000; 4001 with an
        /// error 40]
        #[arg(long, value_name = "CODE")]
        code: Option<u16>,
        /// The error that is told first: a code of Stream's, by number or name
        #[arg(long, value_name = "CODE", allow_hyphen_values = true)]
        error: Option<String>,
        /// The error's own text
        #[arg(long, value_name = "TEXT", requires = "error")]
        message: Option<String>,
    },
    /// Send an event
    #[command(
        after_help = "Example:\n  millpond connections send --all '{\"type\": \"custom.hi\", \"text\": \"hello\"}'"
    )]
    Send {
        #[command(flatten)]
        which: Which,
        /// The event: a JSON object with a type
        #[arg(value_name = "EVENT")]
        event: String,
    },
}

#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct Which {
    /// The connection of this id
    #[arg(long, value_name = "ID")]
    id: Option<String>,
    /// All of this user
    #[arg(long, short, value_name = "ID")]
    user: Option<String>,
    /// All of the app
    #[arg(long)]
    all: bool,
}

impl Which {
    /// Their path, for this to be done.
    fn path(&self, verb: &str) -> String {
        match (&self.id, &self.user) {
            (Some(id), _) => format!("/{}/{verb}", segment(id)),
            (None, Some(user)) => format!("/{verb}?user_id={}", segment(user)),
            (None, None) => format!("/{verb}"),
        }
    }
}

/// Runs `connections`.
pub fn run(args: &Args) -> Outcome {
    let (client, app) = args.common.find()?;
    let path = |rest: &str| Client::path_of(&app, &format!("/connections{rest}"));
    let answer = match &args.verb {
        None => client.get(&path(""))?,
        Some(Verb::Close { which, code, error: told, message }) => {
            let mut body = json!({});
            if let Some(code) = code {
                body["code"] = json!(code);
            }
            if let Some(told) = told {
                body["error"] = error(told, message.as_deref());
            }
            client.send("POST", &path(&which.path("close")), &body)?
        }
        Some(Verb::Send { which, event }) => client.send("POST", &path(&which.path("send")), &parsed(event)?)?,
    };
    if args.common.json {
        print::json(&answer)?;
        return Ok(DONE);
    }
    let text = match &args.verb {
        None => table(&app, answer["connections"].as_array().map(Vec::as_slice).unwrap_or_default()),
        Some(Verb::Close { .. }) => format!("{}: {} closed", plain(&app.api_key), bare(&answer["closed"])),
        Some(Verb::Send { .. }) => format!("{}: sent to {}", plain(&app.api_key), bare(&answer["sent"])),
    };
    print::out(&text)?;
    Ok(DONE)
}

fn parsed(event: &str) -> Result<Value, Failure> {
    serde_json::from_str(event).map_err(|cause| input(format!("the event is not JSON: {cause}")))
}

fn table(app: &RemoteApp, connections: &[Value]) -> String {
    let row = |connection: &Value| {
        let [id, user, dialect, sdk] = ["id", "user_id", "dialect", "sdk"].map(|name| print::cell(&connection[name]));
        let [opened, expires] =
            ["opened_at", "token_expires_at"].map(|name| print::time(&connection[name], app.now().ok()));
        vec![id, user, dialect, opened, expires, sdk]
    };
    print::list(
        &["id", "user", "dialect", "opened at", "token expires at", "sdk"],
        connections.iter().map(row).collect(),
        &format!("nobody is connected to {}", app.api_key),
        "a client is once its SDK's connectUser succeeds: `millpond env` points it here",
    )
}
