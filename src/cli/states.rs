//! `reset` and `snapshot`: whole states of an app.

use clap::Subcommand;
use serde_json::{Value, json};

use super::print;
use super::print::{bare, plain};
use super::target::CommonArgs;
use crate::client::{Client, RemoteApp, segment};
use crate::outcome::{DONE, Outcome};

/// Go back to the fixture: the last import, else the first start
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  millpond reset
  millpond reset --everything              all apps; those that were made since are deleted
  millpond reset --close-code 1001         open sockets come back by themselves")]
pub struct ResetArgs {
    /// All apps
    #[arg(long, conflicts_with = "app")]
    everything: bool,
    #[command(flatten)]
    closing: Closing,
    #[command(flatten)]
    common: CommonArgs,
}

#[derive(Debug, clap::Args)]
struct Closing {
    /// The code with which open sockets are closed [default: 1000, which is final for SDKs]
    #[arg(long, value_name = "CODE")]
    close_code: Option<u16>,
}

impl Closing {
    fn body(&self) -> Value {
        self.close_code.map_or_else(|| json!({}), |code| json!({ "close_code": code }))
    }
}

/// Runs `reset`.
pub fn reset(args: &ResetArgs) -> Outcome {
    let client = args.common.target.find()?;
    let (answer, text) = if args.everything {
        let answer = client.send("POST", "/_millpond/reset", &args.closing.body())?;
        let keys = answer["apps"].as_array().into_iter().flatten().map(|app| bare(&app["api_key"]));
        let text = format!("reset: {}", keys.collect::<Vec<_>>().join(", "));
        (answer, text)
    } else {
        let app = args.common.app.of(&client)?;
        let answer = client.send("POST", &Client::path_of(&app, "/reset"), &args.closing.body())?;
        (answer, format!("reset: {}", plain(&app.api_key)))
    };
    print::answer(args.common.json, &answer, &text)?;
    Ok(DONE)
}

/// Keep an app's present state under a name, and go back to it
///
/// Without a verb: the states that are kept.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  millpond snapshot take before-checkout
  millpond snapshot restore before-checkout
  millpond snapshot")]
pub struct SnapshotArgs {
    #[command(subcommand)]
    verb: Option<Verb>,
    #[command(flatten)]
    common: CommonArgs,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Keep the present state, in place of one of that name
    #[command(after_help = "Example:\n  millpond snapshot take before-checkout")]
    Take {
        /// Its name
        name: String,
    },
    /// Go back to a kept state
    #[command(after_help = "Example:\n  millpond snapshot restore before-checkout --close-code 1001")]
    Restore {
        /// Its name
        name: String,
        #[command(flatten)]
        closing: Closing,
    },
    /// Forget a kept state
    #[command(after_help = "Example:\n  millpond snapshot delete before-checkout")]
    Delete {
        /// Its name
        name: String,
    },
}

/// Runs `snapshot`.
pub fn snapshot(args: &SnapshotArgs) -> Outcome {
    let (client, app) = args.common.find()?;
    let path = |rest: &str| Client::path_of(&app, &format!("/snapshots{rest}"));
    let key = plain(&app.api_key);
    let (answer, text) = match &args.verb {
        None => {
            let answer = client.get(&path(""))?;
            let text = table(&app, answer["snapshots"].as_array().map(Vec::as_slice).unwrap_or_default());
            (answer, text)
        }
        Some(Verb::Take { name }) => {
            let answer = client.send("POST", &path(""), &json!({ "name": name }))?;
            let text = format!("{key}: {} kept, with {} users", plain(name), bare(&answer["users"]));
            (answer, text)
        }
        Some(Verb::Restore { name, closing }) => {
            let answer = client.send("POST", &path(&format!("/{}/restore", segment(name))), &closing.body())?;
            (answer, format!("{key}: back to {}", plain(name)))
        }
        Some(Verb::Delete { name }) => {
            let answer = client.send("DELETE", &path(&format!("/{}", segment(name))), &json!({}))?;
            (answer, format!("{key}: {} forgotten", plain(name)))
        }
    };
    print::answer(args.common.json, &answer, &text)?;
    Ok(DONE)
}

fn table(app: &RemoteApp, snapshots: &[Value]) -> String {
    let row = |snapshot: &Value| {
        let created = print::time(&snapshot["created_at"], app.now().ok());
        vec![bare(&snapshot["name"]), created, bare(&snapshot["users"])]
    };
    print::list(
        &["name", "created at", "users"],
        snapshots.iter().map(row).collect(),
        &format!("{} has no snapshots", app.api_key),
        "`millpond snapshot take NAME` keeps the present state",
    )
}
