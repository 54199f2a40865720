//! `apps` and `clock`: what is in the running millpond, and what time it is there.

use clap::Subcommand;
use serde_json::{Map, Value, json};

use super::print;
use super::print::{bare, plain};
use super::target::{AppArgs, CommonArgs, TargetArgs};
use crate::client::Client;
use crate::outcome::{DONE, Outcome};

/// List the running millpond's apps; make one, clone one, delete one
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  millpond apps
  millpond apps --secrets --json
  millpond apps clone --ttl 10m            one of its own for a test; it goes by itself
  millpond apps delete mp_1a2b3c4d5e6f")]
pub struct Args {
    #[command(subcommand)]
    verb: Option<Verb>,
    /// Show the secrets too
    #[arg(long)]
    secrets: bool,
    #[command(flatten)]
    target: TargetArgs,
    /// Print JSON
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Make an empty app, with an api key and a secret of its own
    #[command(after_help = "Examples:\n  millpond apps create\n  millpond apps create --name checkout --json")]
    Create {
        #[command(flatten)]
        new: New,
    },
    /// Make another app with the present state of one
    #[command(after_help = "\
Examples:
  millpond apps clone --ttl 10m --name worker-3
  millpond apps clone --app mp_1a2b3c4d5e6f --json")]
    Clone {
        #[command(flatten)]
        new: New,
        /// Delete it after so long, in real time
        #[arg(long, value_name = "DURATION")]
        ttl: Option<String>,
        #[command(flatten)]
        app: AppArgs,
    },
    /// Delete an app and all that is in it
    #[command(after_help = "Example:\n  millpond apps delete mp_1a2b3c4d5e6f")]
    Delete {
        /// Its api key, or its name
        #[arg(value_name = "KEY|NAME")]
        key: String,
    },
}

#[derive(Debug, clap::Args)]
struct New {
    /// Its name
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Its api key [default: one is made]
    #[arg(long, value_name = "KEY", requires = "api_secret")]
    api_key: Option<String>,
    /// Its secret
    #[arg(long, value_name = "SECRET", requires = "api_key")]
    api_secret: Option<String>,
}

impl New {
    /// What the control API takes: what was not said is left out.
    fn body(&self, ttl: Option<&String>) -> Value {
        let given = [
            ("name", self.name.as_ref()),
            ("api_key", self.api_key.as_ref()),
            ("api_secret", self.api_secret.as_ref()),
        ];
        let given = given.into_iter().chain([("ttl", ttl)]);
        given.filter_map(|(name, value)| Some((name.to_owned(), json!(value?)))).collect::<Map<_, _>>().into()
    }
}

/// Runs `apps`.
pub fn run(args: &Args) -> Outcome {
    let client = args.target.find()?;
    let answer = match &args.verb {
        None => return list(args, &client),
        Some(Verb::Create { new }) => client.send("POST", "/_millpond/apps", &new.body(None))?,
        Some(Verb::Clone { new, ttl, app }) => {
            let original = app.of(&client)?;
            client.send("POST", &Client::path_of(&original, "/clone"), &new.body(ttl.as_ref()))?
        }
        Some(Verb::Delete { key }) => {
            let app = AppArgs { app: Some(key.clone()) }.of(&client)?;
            client.send("DELETE", &Client::path_of(&app, ""), &json!({}))?
        }
    };
    let text = match &args.verb {
        Some(Verb::Delete { .. }) => format!("{} is gone", bare(&answer["deleted"])),
        _ => pair(&answer),
    };
    print::answer(args.json, &answer, &text)?;
    Ok(DONE)
}

/// A new app's pair, and until when it lives.
fn pair(app: &Value) -> String {
    let lines = [("api key", "api_key"), ("api secret", "api_secret"), ("name", "name"), ("expires at", "expires_at")];
    let rows = lines.into_iter().filter(|(_, name)| !app[name].is_null());
    print::table(&rows.map(|(label, name)| vec![label.to_owned(), bare(&app[name])]).collect::<Vec<_>>())
}

fn list(args: &Args, client: &Client) -> Outcome {
    let answer = client.get(&format!("/_millpond/apps?secrets={}", args.secrets))?;
    if args.json {
        print::json(&answer)?;
        return Ok(DONE);
    }
    let row = |app: &Value| {
        let secret = app["api_secret"].as_str().map(plain).unwrap_or_default();
        vec![bare(&app["api_key"]), bare(&app["name"]), time(&app["clock"]), secret]
    };
    let apps = answer["apps"].as_array().into_iter().flatten();
    print::out(&print::list(
        &["api key", "name", "clock", if args.secrets { "api secret" } else { "" }],
        apps.map(row).collect(),
        "there are no apps",
        "`millpond apps create` makes one",
    ))?;
    Ok(DONE)
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
    common: CommonArgs,
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
    let (client, app) = args.common.find()?;
    let path = Client::path_of(&app, "/clock");
    let clock = match &args.verb {
        None => client.get(&path)?,
        Some(ClockVerb::Advance { by }) => client.send("POST", &format!("{path}/advance"), &json!({"by": by}))?,
        Some(ClockVerb::Freeze { at }) => client.send("PUT", &path, &json!({"frozen": at}))?,
        Some(ClockVerb::Offset { by }) => client.send("PUT", &path, &json!({"offset": by}))?,
        Some(ClockVerb::System) => client.send("PUT", &path, &json!({"system": true}))?,
    };
    if args.common.json {
        print::json(&clock)?;
    } else {
        print::out(&format!("{}: {}", plain(&app.api_key), time(&clock)))?;
    }
    Ok(DONE)
}

/// How far it is off: `-1d 2h`, of which the largest two units are told.
fn offset(seconds: &Value) -> String {
    let Some(seconds) = seconds.as_f64() else { return bare(seconds) };
    let sign = if seconds < 0.0 { "-" } else { "+" };
    let span = std::time::Duration::try_from_secs_f64(seconds.abs()).unwrap_or_default().as_secs();
    let units = [("d", span / 86_400), ("h", span / 3_600 % 24), ("m", span / 60 % 60), ("s", span % 60)];
    let told = units.into_iter().filter(|(_, count)| *count > 0).take(2);
    let told = told.map(|(unit, count)| format!("{count}{unit}")).collect::<Vec<_>>().join(" ");
    format!("{sign}{}", if told.is_empty() { "0s" } else { &told })
}

/// A clock in words.
pub fn time(clock: &Value) -> String {
    let now = print::time(&clock["now"], None);
    match clock["mode"].as_str() {
        Some("frozen") => format!("{now}, frozen"),
        Some("offset") => format!("{now}, {} from the system's", offset(&clock["offset_seconds"])),
        _ => now,
    }
}
