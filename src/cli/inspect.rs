//! `inspect`: why is my token refused?

use std::fmt::Write as _;
use std::io::{IsTerminal, Read};
use std::sync::Arc;

use serde_json::{Value, json};

use super::pair::{PairArgs, Resolved, Source, resolve};
use super::print;
use super::print::{Paint, bare, plain};
use super::target::{AppArgs, TargetArgs};
use crate::app::AppState;
use crate::auth::secret::Secret;
use crate::auth::segments;
use crate::client::Client;
use crate::clock::{Time, system_now};
use crate::control::inspect::{Candidate, Inspection, Known, look};
use crate::fixture::defaults::Pair;
use crate::outcome::{DONE, FAILED, Failure, Outcome, failed, input};
use crate::settings::{Emulator, Settings};

/// The longest token that is read.
const TOKEN_MAX_BYTES: usize = 2 * 1024 * 1024;

/// Explain a token, check by check: why is it refused?
///
/// Tells for each check what was seen and what was wanted, and which secret signed the token.
///
/// Uses the running millpond when there is one, since only that knows revocations and users; else the pair of flags,
/// environment or .env. A pair on the command line is used without asking. The token goes nowhere else. Exit code 0 when it would be accepted, 1 when it would be refused.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  millpond inspect                             paste the token: it stays out of the shell's history
  millpond inspect < token.txt
  millpond inspect \"$TOKEN\" --json
  millpond inspect \"$TOKEN\" --offline          by the pair of flags, environment or .env alone")]
pub struct Args {
    /// The token; read from stdin when it is left out or `-`
    token: Option<String>,
    #[command(flatten)]
    pair: PairArgs,
    #[command(flatten)]
    app: AppArgs,
    #[command(flatten)]
    target: TargetArgs,
    /// Judge as for this auth type
    #[arg(long, value_name = "jwt|anonymous", default_value = "jwt")]
    auth_type: String,
    /// Ask no emulator
    #[arg(long, conflicts_with_all = ["url", "app"])]
    offline: bool,
    /// Print the verdict as JSON
    #[arg(long)]
    json: bool,
}

/// Runs the verb.
pub fn run(args: &Args) -> Outcome {
    let raw = read(args.token.as_deref())?;
    let resolved = resolve(&args.pair)?;
    // A pair on the command line is what the token is to be judged by.
    let offline =
        args.offline || (resolved.source == Source::Flags && args.target.url.is_none() && args.app.app.is_none());
    let client = if offline { None } else { emulator(args)? };
    let (inspection, place) = if let Some(client) = client {
        (ask(&client, args, &raw, &resolved)?, client.url)
    } else {
        let own = alone(&raw, &args.auth_type, &resolved.pair);
        (serde_json::to_value(own).map_err(anyhow::Error::from)?, String::new())
    };
    let accepted = inspection["outcome"] == "ok";
    if args.json {
        print::json(&inspection)?;
    } else {
        print::out(&explained(&inspection, &place, Paint::stdout()))?;
    }
    Ok(if accepted { DONE } else { FAILED })
}

/// The emulator, when there is one. One that was asked for has to be there.
fn emulator(args: &Args) -> Result<Option<Client>, Failure> {
    match args.target.find() {
        Ok(client) => Ok(Some(client)),
        Err(failure) if args.target.url.is_some() || args.app.app.is_some() => Err(failure),
        Err(_) => Ok(None),
    }
}

fn read(argument: Option<&str>) -> Result<String, Failure> {
    let text = match argument {
        Some(token) if token != "-" => token.to_owned(),
        _ => from_stdin()?,
    };
    let text = text.trim();
    if text.len() > TOKEN_MAX_BYTES {
        return Err(input(format!("this is no token: it is longer than {TOKEN_MAX_BYTES} bytes.")));
    }
    if text.is_empty() {
        Err(input("there is no token: give it as an argument, or on stdin."))
    } else {
        Ok(text.to_owned())
    }
}

fn from_stdin() -> Result<String, Failure> {
    let mut stdin = std::io::stdin().lock();
    let mut bytes = Vec::new();
    let read = if std::io::stdin().is_terminal() {
        print::note("Paste the token and press Enter:");
        std::io::BufRead::read_until(&mut stdin, b'\n', &mut bytes)
    } else {
        stdin.take(TOKEN_MAX_BYTES as u64 + 2).read_to_end(&mut bytes)
    };
    read.map_err(|cause| failed(format!("cannot read stdin: {cause}")))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn ask(client: &Client, args: &Args, raw: &str, resolved: &Resolved) -> Result<Value, Failure> {
    let body = json!({"token": raw, "api_key": args.app.app, "auth_type": args.auth_type});
    let mut inspection = client.send("POST", "/_millpond/tokens/inspect", &body)?;
    let signed_by_pair =
        || segments::split(raw).is_some_and(|parts| Secret::new(&resolved.pair.api_secret).verifies(&parts));
    if inspection["matched_secret"].is_null() && resolved.is_given() && signed_by_pair() {
        inspection["hint"] = json!(format!(
            "it was signed with the secret of {}, which the emulator does not have (api key {})",
            match resolved.source {
                Source::DotEnv => ".env",
                _ => "the environment",
            },
            resolved.pair.api_key
        ));
    }
    Ok(inspection)
}

/// Judges by a pair alone: nothing is known of users, and nothing is revoked.
fn alone(raw: &str, auth_type: &str, pair: &Pair) -> Inspection {
    let now = system_now();
    let state = AppState::plain(Secret::new(&pair.api_secret), Settings::default(), Emulator::default());
    let candidate = Candidate { api_key: pair.api_key.clone(), state: Arc::new(state), now };
    look(raw, None, Some(auth_type), &[candidate], |_, credentials| Known::nothing(credentials))
}

fn explained(inspection: &Value, place: &str, paint: Paint) -> String {
    let text = |key: &str| bare(&inspection[key]);
    let head = if inspection["outcome"] == "ok" {
        format!("{}: this is a good {} token", paint.green("accepted"), text("kind"))
    } else {
        let code = format!("status {}, code {}", text("status"), text("code"));
        format!("{}: {code}: {}", paint.red("refused"), text("message"))
    };
    let mut lines = vec![head];
    if let Some(hint) = inspection["hint"].as_str() {
        lines.push(format!("{}: {}", paint.yellow("hint"), plain(hint)));
    }
    lines.push(String::new());
    let label = |label: &str| paint.dim(&format!("{label:<11}"));
    let signed_by = match inspection["matched_secret"].as_str() {
        Some(key) => format!("the secret of the app with the api key {}", plain(key)),
        None => "no secret that is known here".to_owned(),
    };
    lines.push(format!("{}{}", label("header"), text("header")));
    lines.push(format!("{}{signed_by}", label("signed by")));
    let judged_by = if place.is_empty() { "this pair alone; no emulator was asked" } else { place };
    lines.push(format!("{}{judged_by}, at {}", label("judged by"), text("now")));
    lines.extend(claims(&inspection["claims"], &text("now"), &label("claims")));
    lines.push(String::new());
    lines.extend(checks(&inspection["checks"], paint));
    lines.join("\n")
}

/// One claim a line; those that are times also as times.
fn claims(claims: &Value, now: &str, label: &str) -> Vec<String> {
    let Some(claims) = claims.as_object().filter(|claims| !claims.is_empty()) else {
        return vec![format!("{label}{}", if claims.is_object() { "none" } else { "cannot be read" })];
    };
    let now = Time::parse(now).unwrap_or(Time(0));
    let lines = claims.iter().enumerate().map(|(at, (name, value))| {
        let first = if at == 0 { label } else { "           " };
        let mut line = format!("{first}{}: {}", plain(name), plain(&value.to_string()));
        if let (true, Some(seconds)) = (["exp", "iat", "nbf"].contains(&name.as_str()), value.as_i64()) {
            let time = Time::from_seconds(seconds).rfc3339();
            // Writing to a string cannot fail.
            let _ = write!(line, "  ({time}, {})", distance(seconds.saturating_sub(now.seconds())));
        }
        line
    });
    lines.collect()
}

/// How far a moment is, in the two largest units.
fn distance(seconds: i64) -> String {
    let length = seconds.unsigned_abs();
    let parts = [("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)];
    let mut rest = length;
    let mut shown = Vec::new();
    for (unit, size) in parts {
        if rest >= size && shown.len() < 2 {
            shown.push(format!("{} {unit}", rest / size));
            rest %= size;
        }
    }
    match seconds {
        0 => "now".to_owned(),
        1.. => format!("in {}", shown.join(" ")),
        _ => format!("{} ago", shown.join(" ")),
    }
}

/// One check a line; what would have passed stands below one that failed.
fn checks(checks: &Value, paint: Paint) -> Vec<String> {
    let mut lines = Vec::new();
    let mut decided = false;
    for check in checks.as_array().into_iter().flatten() {
        let outcome = check["outcome"].as_str().unwrap_or_default();
        let mark = match outcome {
            "pass" => paint.green("✓"),
            "fail" => paint.red("✗"),
            _ => paint.dim("–"),
        };
        let name = format!("{:<22}", bare(&check["name"]));
        lines.push(format!("{mark} {name}{}", bare(&check["seen"])));
        if outcome == "fail" {
            let remark = if decided { "" } else { "; this decides" };
            lines.push(format!("  {:<22}wanted: {}{remark}", "", bare(&check["wanted"])));
            decided = true;
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_distance_has_two_units_and_a_direction() {
        for (seconds, text) in [
            (0, "now"),
            (59, "in 59 s"),
            (-3_600, "1 h ago"),
            (90_061, "in 1 d 1 h"),
            (-61, "1 min 1 s ago"),
            (86_401, "in 1 d 1 s"),
        ] {
            assert_eq!(distance(seconds), text);
        }
    }
}
