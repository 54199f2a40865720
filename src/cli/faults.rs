//! `faults`: what makes the next calls fail, wait or be cut; on sockets and the token provider, too.

use clap::Subcommand;
use serde_json::{Value, json};

use super::print;
use super::print::{bare, plain};
use super::target::CommonArgs;
use crate::client::{Client, RemoteApp, segment};
use crate::fault::EVERY_OPERATION;
use crate::outcome::{DONE, Failure, Outcome, input};

/// Make calls, sign-ins, open sockets or the token provider fail
///
/// Without a verb: the faults there are, and how often each has struck.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  millpond faults add --operation GetApp --error 40            the next GetApp: the token has expired
  millpond faults add --operation Connect --user john --error TokenSignatureInvalidError
  millpond faults add --operation TokenProvider --times 2 --error -1
  millpond faults add --user john --expire                     john's open socket: its token expires now
  millpond faults
  millpond faults clear")]
pub struct Args {
    #[command(subcommand)]
    verb: Option<Verb>,
    #[command(flatten)]
    common: CommonArgs,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Add(Box<AddArgs>),
    /// Take all faults away, or one
    #[command(after_help = "Examples:\n  millpond faults clear\n  millpond faults clear slow-reads")]
    Clear {
        /// The one of this id
        #[arg(value_name = "ID")]
        id: Option<String>,
    },
}

/// Add a fault: the next call that fits is struck, unless --times or --always says more
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  millpond faults add --operation QueryUsers --latency 2s --always
  millpond faults add --caller server --rate-limit 30s
  millpond faults add --operation UpdateUsers --cut
  millpond faults add --operation Connect --socket-close 4001
  millpond faults add --operation Connect --user john --silence health_checks")]
struct AddArgs {
    /// An id to know it by [default: one is made]
    #[arg(long, value_name = "ID")]
    id: Option<String>,
    /// Calls of this operation: GetApp, Connect, `TokenProvider`, …; `*` is every one of Stream's
    #[arg(long, value_name = "NAME", default_value = EVERY_OPERATION)]
    operation: String,
    /// Only calls of this user
    #[arg(long, short, value_name = "ID")]
    user: Option<String>,
    /// Only by: server, user, guest, anonymous, none
    #[arg(long, value_name = "KIND")]
    caller: Option<String>,
    /// So many calls
    #[arg(long, value_name = "N", default_value_t = 1)]
    times: u32,
    /// All calls, until it is taken away
    #[arg(long, conflicts_with = "times")]
    always: bool,
    #[command(flatten)]
    then: ThenArgs,
    /// The error's own text
    #[arg(long, value_name = "TEXT")]
    message: Option<String>,
}

#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct ThenArgs {
    /// It is refused with this code of Stream's: a number or a name
    #[arg(long, value_name = "CODE", allow_hyphen_values = true)]
    error: Option<String>,
    /// It waits so long, in real time, and goes on
    #[arg(long, value_name = "DURATION")]
    latency: Option<String>,
    /// Its connection is cut without an answer
    #[arg(long)]
    cut: bool,
    /// It is over a rate limit that ends after so long, by the app's clock
    #[arg(long, value_name = "DURATION")]
    rate_limit: Option<String>,
    /// An open socket is told an error of this code, and closed
    #[arg(long, value_name = "CODE", allow_hyphen_values = true)]
    socket_error: Option<String>,
    /// An open socket is closed with this code
    #[arg(long, value_name = "CODE")]
    socket_close: Option<u16>,
    /// An open socket says nothing any more, or only sends no health checks
    #[arg(long, value_name = "WHAT", num_args = 0..=1, default_missing_value = "all")]
    silence: Option<String>,
    /// An open socket's token expires now
    #[arg(long)]
    expire: bool,
}

impl AddArgs {
    /// The fault as the control API takes it.
    fn fault(&self) -> Result<Value, Failure> {
        let then = &self.then;
        if self.message.is_some() && then.error.is_none() && then.socket_error.is_none() {
            return Err(input("--message goes with --error or --socket-error"));
        }
        let mut fault = json!({
            "operation": self.operation,
            "times": (!self.always).then_some(self.times),
            "then": then.shown(self.message.as_deref()),
        });
        for (name, value) in [("id", &self.id), ("user_id", &self.user), ("caller", &self.caller)] {
            if let Some(value) = value {
                fault[name] = json!(value);
            }
        }
        Ok(fault)
    }
}

impl ThenArgs {
    /// What happens, as the control API takes it. The parser has seen to it that it is one thing.
    fn shown(&self, message: Option<&str>) -> Value {
        let error = |code: &String| error(code, message);
        let of_call = [
            ("error", self.error.as_ref().map(error)),
            ("latency", self.latency.as_ref().map(|length| json!(length))),
            ("cut", self.cut.then_some(json!(true))),
            ("rate_limit", self.rate_limit.as_ref().map(|length| json!(length))),
        ];
        let of_socket = [
            ("error", self.socket_error.as_ref().map(error)),
            ("close", self.socket_close.map(|code| json!(code))),
            ("silence", self.silence.as_ref().map(|what| json!(what))),
            ("expire", self.expire.then_some(json!(true))),
        ];
        let one = |(name, value): (&str, Option<Value>)| value.map(|value| json!({ name: value }));
        let socket = of_socket.into_iter().find_map(one).map(|then| json!({ "socket": then }));
        of_call.into_iter().find_map(one).or(socket).unwrap_or_default()
    }
}

/// An error of Stream's: its code as a number or a name, and perhaps a text of its own.
pub fn error(code: &str, message: Option<&str>) -> Value {
    let mut error = json!({ "code": code.parse::<i64>().map_or_else(|_| json!(code), |number| json!(number)) });
    if let Some(message) = message {
        error["message"] = json!(message);
    }
    error
}

/// Runs `faults`.
pub fn run(args: &Args) -> Outcome {
    let fault = match &args.verb {
        Some(Verb::Add(add)) => Some(add.fault()?),
        _ => None,
    };
    let (client, app) = args.common.find()?;
    let path = |rest: &str| Client::path_of(&app, &format!("/faults{rest}"));
    let (answer, text) = match (&args.verb, fault) {
        (Some(Verb::Clear { id: Some(id) }), _) => {
            let answer = client.send("DELETE", &path(&format!("/{}", segment(id))), &json!({}))?;
            (answer, format!("{} is gone", plain(id)))
        }
        (Some(Verb::Clear { id: None }), _) => {
            let answer = client.send("DELETE", &path(""), &json!({}))?;
            let text = format!("{}: {} gone", plain(&app.api_key), bare(&answer["cleared"]));
            (answer, text)
        }
        (_, Some(fault)) => {
            let fault = client.send("POST", &path(""), &fault)?;
            let text = table(&app, std::slice::from_ref(&fault));
            (fault, text)
        }
        (_, None) => {
            let answer = client.get(&path(""))?;
            let text = table(&app, answer["faults"].as_array().map(Vec::as_slice).unwrap_or_default());
            (answer, text)
        }
    };
    print::answer(args.common.json, &answer, &text)?;
    Ok(DONE)
}

fn table(app: &RemoteApp, faults: &[Value]) -> String {
    let rows = faults.iter().map(|fault| {
        let text = |name: &str| print::cell(&fault[name]);
        let hits = match fault["times"].as_u64() {
            Some(times) => format!("{} of {times}", bare(&fault["hits"])),
            None => bare(&fault["hits"]),
        };
        vec![text("id"), text("operation"), text("user_id"), text("caller"), hits, words(&fault["then"])]
    });
    print::list(
        &["id", "operation", "user", "caller", "hits", "then"],
        rows.collect(),
        &format!("{} has no faults", app.api_key),
        "`millpond faults add --operation GetApp --error 40` makes the next GetApp fail",
    )
}

/// What happens, in words: `error 40`, `rate limit 30s`, `socket silence all`.
fn words(then: &Value) -> String {
    let Some(map) = then.as_object() else { return bare(then) };
    let pairs = map.iter().map(|(key, value)| match (key.as_str(), value) {
        ("code", code) => bare(code),
        (key, Value::Bool(true)) => key.replace('_', " "),
        (key, value) => format!("{} {}", key.replace('_', " "), words(value)),
    });
    pairs.collect::<Vec<_>>().join(" ")
}
