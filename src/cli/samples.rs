//! `samples`: good and bad tokens, each with what the app answers it now.

use serde_json::Value;

use super::print;
use super::print::{Paint, bare};
use super::target::{AppArgs, TargetArgs};
use crate::client::Client;
use crate::outcome::{DONE, Outcome, input};

/// Make good and bad tokens of a user, each with what the app answers it now
///
/// Expired, from the future, of another app, revoked, truncated and more: for tests of what a client does when its token is
/// refused. The user need not exist, and nothing is written. The answers are those of this moment: settings, revocations and
/// the clock count.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  millpond samples                             what each of them gets
  millpond samples john --only expired         that token alone
  millpond samples john --json                 all of them, for a program")]
pub struct Args {
    /// The user [default: sample-user]
    user_id: Option<String>,
    /// Print the token of this name alone
    #[arg(long, value_name = "NAME", conflicts_with = "json")]
    only: Option<String>,
    #[command(flatten)]
    app: AppArgs,
    #[command(flatten)]
    target: TargetArgs,
    /// Print them as JSON
    #[arg(long)]
    json: bool,
}

/// Runs the verb.
pub fn run(args: &Args) -> Outcome {
    let client = args.target.find()?;
    let app = args.app.of(&client)?;
    let query = args.user_id.as_ref().map_or_else(String::new, |user| {
        format!("?{}", url::form_urlencoded::Serializer::new(String::new()).append_pair("user_id", user).finish())
    });
    let answer = client.get(&Client::path_of(&app, &format!("/tokens/samples{query}")))?;
    let samples = answer["samples"].as_array().map(Vec::as_slice).unwrap_or_default();
    match &args.only {
        _ if args.json => print::json(&answer)?,
        None => print::out(&listed(samples, Paint::stdout()))?,
        Some(name) => {
            let sample = samples.iter().find(|sample| sample["name"] == name.as_str()).ok_or_else(|| {
                let names: Vec<_> = samples.iter().map(|sample| bare(&sample["name"])).collect();
                input(format!("--only: there is no sample `{name}`. There are: {}.", names.join(", ")))
            })?;
            print::out(sample["token"].as_str().unwrap_or_default())?;
        }
    }
    Ok(DONE)
}

/// A line for each: its name and what it gets; below it, what it is.
fn listed(samples: &[Value], paint: Paint) -> String {
    let mut lines = Vec::new();
    for sample in samples {
        let expect = &sample["expect"];
        let answer = match answer(expect) {
            None => paint.green("accepted"),
            Some(refusal) => format!("{}: status {}, {refusal}", paint.red("refused"), bare(&expect["status"])),
        };
        let on_socket = match sample.get("socket").map(answer_of_socket) {
            None => String::new(),
            Some(told) => format!("; on a socket {told}"),
        };
        let shown = if sample["auth_type"] == "jwt" { "" } else { " (with the auth type `anonymous`)" };
        lines.push(format!("{:<18}{answer}{on_socket}{shown}", bare(&sample["name"])));
        lines.push(format!("{:<18}{}", "", paint.dim(&bare(&sample["note"]))));
    }
    lines.join("\n")
}

/// Code and text of a refusal.
fn answer(expect: &Value) -> Option<String> {
    (expect["code"] != 0).then(|| format!("code {}: {}", bare(&expect["code"]), bare(&expect["message"])))
}

fn answer_of_socket(expect: &Value) -> String {
    answer(expect).map_or_else(|| "accepted".to_owned(), |refusal| format!("refused, {refusal}"))
}
