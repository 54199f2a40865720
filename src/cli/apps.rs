//! `apps` and `clock`: what is in the running millpond, and what time it is there.

use clap::Subcommand;
use serde_json::{Value, json};

use super::print::{bare, plain};
use super::target::{AppArgs, Client, TargetArgs};
use super::{DONE, Outcome, print};

/// List the running millpond's apps
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  millpond apps
  millpond apps --secrets --json")]
pub struct Args {
    /// Show the secrets too
    #[arg(long)]
    secrets: bool,
    #[command(flatten)]
    target: TargetArgs,
    /// Print them as JSON
    #[arg(long)]
    json: bool,
}

/// Runs `apps`.
pub fn run(args: &Args) -> Outcome {
    let client = args.target.find()?;
    let answer = client.get(&format!("/_millpond/apps?secrets={}", args.secrets))?;
    if args.json {
        print::json(&answer)?;
        return Ok(DONE);
    }
    let mut rows = vec![row(["api key", "name", "clock", if args.secrets { "api secret" } else { "" }])];
    for app in answer["apps"].as_array().into_iter().flatten() {
        let secret = app["api_secret"].as_str().map(plain).unwrap_or_default();
        rows.push(row([&bare(&app["api_key"]), &bare(&app["name"]), &time(&app["clock"]), &secret]));
    }
    print::out(&print::table(&rows))?;
    Ok(DONE)
}

fn row(cells: [&str; 4]) -> Vec<String> {
    cells.map(str::to_owned).into()
}

/// Read or move an app's clock, which all its tokens are judged by
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  millpond clock                                   what time it is for the app
  millpond clock advance 1h                        a token made for an hour is over now
  millpond clock freeze 2026-01-31T12:00:00Z
  millpond clock system                            back to the system's time")]
pub struct ClockArgs {
    #[command(subcommand)]
    verb: Option<ClockVerb>,
    #[command(flatten)]
    app: AppArgs,
    #[command(flatten)]
    target: TargetArgs,
    /// Print the clock as JSON
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum ClockVerb {
    /// Move it: 90s, 15m, 1h, 2d; negative goes back
    #[command(after_help = "Example:\n  millpond clock advance 1h")]
    Advance {
        /// By how much
        #[arg(allow_hyphen_values = true)]
        by: String,
    },
    /// Let it stand still
    #[command(after_help = "Example:\n  millpond clock freeze 2026-01-31T12:00:00Z")]
    Freeze {
        /// At this moment
        #[arg(allow_hyphen_values = true, default_value = "now")]
        at: String,
    },
    /// Let it run so much before or behind the system's
    #[command(after_help = "Example:\n  millpond clock offset -1d")]
    Offset {
        /// By how much
        #[arg(allow_hyphen_values = true)]
        by: String,
    },
    /// Let it show the system's time
    #[command(after_help = "Example:\n  millpond clock system")]
    System,
}

/// Runs `clock`.
pub fn clock(args: &ClockArgs) -> Outcome {
    let client = args.target.find()?;
    let app = client.app(&args.app)?;
    let path = Client::path_of(&app, "/clock");
    let clock = match &args.verb {
        None => client.get(&path)?,
        Some(ClockVerb::Advance { by }) => client.send("POST", &format!("{path}/advance"), &json!({"by": by}))?,
        Some(ClockVerb::Freeze { at }) => client.send("PUT", &path, &json!({"frozen": at}))?,
        Some(ClockVerb::Offset { by }) => client.send("PUT", &path, &json!({"offset": by}))?,
        Some(ClockVerb::System) => client.send("PUT", &path, &json!({"system": true}))?,
    };
    if args.json {
        print::json(&clock)?;
    } else {
        print::out(&format!("{}: {}", plain(&app.api_key), time(&clock)))?;
    }
    Ok(DONE)
}

/// A clock in words.
pub fn time(clock: &Value) -> String {
    let now = bare(&clock["now"]);
    match clock["mode"].as_str() {
        Some("frozen") => format!("{now}, frozen"),
        Some("offset") => format!("{now}, {} s from the system's", bare(&clock["offset_seconds"])),
        _ => now,
    }
}
