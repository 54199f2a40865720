//! `revoke-token` and `revoke-all-tokens`: Stream's own API, called as a backend would.

use serde_json::{Value, json};

use super::print;
use super::target::{AppArgs, TargetArgs};
use crate::auth::backdated::still_refused;
use crate::auth::revocation::TIMES_HEADER;
use crate::client::{Client, RemoteApp, segment};
use crate::clock::{Time, system_now};
use crate::mint::moment;
use crate::outcome::{DONE, Failure, Outcome, input};

/// Refuse the tokens of one user from now on
///
/// All of that user's tokens that were issued before the time, and all that do not say when, are refused with code 40.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  millpond revoke-token john                           those issued until now
  millpond revoke-token john --before -1h              by the app's clock, as every time that is said
  millpond revoke-token john --undo
  millpond revoke-token john --in-use                  those that john shows now, and none that is minted later

Whole seconds count: a token made within the same second stays good, unless the app's setting
revocation_granularity is `exact`. To be sure of it: --before 1s, one second from now.")]
pub struct UserArgs {
    #[command(flatten)]
    whom: Whom,
    #[command(flatten)]
    common: Common,
    /// Not by time of issue: what the user's open connections and last calls showed, and nothing that is minted later
    #[arg(long, conflicts_with = "before")]
    in_use: bool,
}

#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct Whom {
    /// The user
    #[arg(value_name = "USER_ID")]
    user_id: Option<String>,
    /// The same, as Stream's own command line has it
    #[arg(long, short, value_name = "ID")]
    user: Option<String>,
}

/// Refuse the tokens of all users from now on; server tokens are spared
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  millpond revoke-all-tokens                           those issued until now
  millpond revoke-all-tokens --before 2026-01-31T12:00:00Z
  millpond revoke-all-tokens --undo")]
pub struct AllArgs {
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, clap::Args)]
struct Common {
    /// Issued before this: seconds since the epoch, RFC 3339, `now`, or relative to now (-1h) [default: now]
    #[arg(long, short, value_name = "TIME", allow_hyphen_values = true, conflicts_with = "undo")]
    before: Option<String>,
    /// Take a revocation back
    #[arg(long)]
    undo: bool,
    #[command(flatten)]
    app: AppArgs,
    #[command(flatten)]
    target: TargetArgs,
    /// Print what was set as JSON
    #[arg(long)]
    json: bool,
}

/// The time of a revocation.
struct When {
    /// What is set; `None` takes a revocation back.
    before: Option<Time>,
    /// The present moment of the clock whose time that is.
    now: Time,
    /// Whether a person says it, by the app's clock, and not as a backend would, by the wall's.
    is_of_the_app: bool,
}

impl When {
    fn json(&self) -> Value {
        json!(self.before.map(Time::rfc3339))
    }

    /// What tells the server whose time it is.
    fn headers(&self) -> &'static [(&'static str, &'static str)] {
        if self.is_of_the_app { &[(TIMES_HEADER, "app")] } else { &[] }
    }
}

impl Common {
    fn time(&self, client: &Client, app: &RemoteApp) -> Result<When, Failure> {
        let said = self.before.as_deref().filter(|before| *before != "now");
        // "Now" is meant for what backends have minted until now, whatever the app's clock shows.
        let is_of_the_app = app.is_moved() && (said.is_some() || !by_the_wall(client, app)?);
        let now = if app.is_moved() && !is_of_the_app { system_now() } else { app.now()? };
        if self.undo {
            return Ok(When { before: None, now, is_of_the_app });
        }
        let before = moment("before", &json!(said.unwrap_or("now")), now);
        let before = before.map_err(|fault| input(format!("--before: {}.", fault.message)))?;
        Ok(When { before: Some(before), now, is_of_the_app })
    }

    fn tell(&self, whose: &str, when: &When, undo: &str, mut answer: Value) -> Result<(), Failure> {
        let note = when.before.and_then(|before| still_refused(before, when.now));
        if let Some(note) = &note {
            answer["note"] = json!(note);
        }
        let text = match when.before {
            Some(before) => {
                let before = before.rfc3339();
                format!("tokens of {whose} that were issued before {before} are refused; to take that back: {undo}")
            }
            None => format!("no tokens of {whose} are revoked any more"),
        };
        self.say(&answer, &text)
    }

    /// What was done, and what is still to be known of it.
    fn say(&self, answer: &Value, text: &str) -> Result<(), Failure> {
        print::answer(self.json, answer, text)?;
        if let Some(note) = answer["note"].as_str().filter(|_| !self.json) {
            print::note(&print::plain(note));
        }
        Ok(())
    }
}

/// Runs `revoke-token`.
pub fn user(args: &UserArgs) -> Outcome {
    let Some(user_id) = args.whom.user_id.as_ref().or(args.whom.user.as_ref()) else {
        return Err(input("name the user."));
    };
    let client = args.common.target.find()?;
    let app = args.common.app.of(&client)?;
    if args.in_use {
        return in_use(&args.common, user_id, &client, &app);
    }
    let when = args.common.time(&client, &app)?;
    let set = json!({"revoke_tokens_issued_before": when.json()});
    let body = json!({"users": [{"id": user_id, "set": set}]});
    client.stream_with("PATCH", "/users", &app, Some(&body), when.headers())?;
    let user = print::plain(user_id);
    let answer = json!({"app": app.api_key, "user_id": user_id, "revoke_tokens_issued_before": when.json()});
    args.common.tell(&user, &when, &format!("millpond revoke-token {user} --undo"), answer)?;
    Ok(DONE)
}

/// By what the user shows, which only the control API knows.
fn in_use(common: &Common, user_id: &str, client: &Client, app: &RemoteApp) -> Outcome {
    let (user, place) = (print::plain(user_id), Client::path_of(app, "/ended-tokens"));
    if common.undo {
        let answer = client.send("DELETE", &format!("{place}?user_id={}", segment(user_id)), &json!({}))?;
        let text = format!("tokens of {user} that are no longer ended: {}", print::bare(&answer["cleared"]));
        common.say(&answer, &text)?;
        return Ok(DONE);
    }
    let answer = client.send("POST", &place, &json!({"user_id": user_id}))?;
    let text = if answer["ended"] == 0 {
        format!("{user} has shown no token that is still good, so none was revoked")
    } else {
        let undo = format!("millpond revoke-token {user} --in-use --undo");
        let ended = print::bare(&answer["ended"]);
        format!("tokens that {user} has in use and that are refused from now on: {ended}; to take that back: {undo}")
    };
    common.say(&answer, &text)?;
    Ok(DONE)
}

/// Runs `revoke-all-tokens`.
pub fn all(args: &AllArgs) -> Outcome {
    let client = args.common.target.find()?;
    let app = args.common.app.of(&client)?;
    let when = args.common.time(&client, &app)?;
    let body = json!({"revoke_tokens_issued_before": when.json()});
    client.stream_with("PATCH", "/app", &app, Some(&body), when.headers())?;
    let answer = json!({"app": app.api_key, "revoke_tokens_issued_before": when.json()});
    args.common.tell("all users", &when, "millpond revoke-all-tokens --undo", answer)?;
    Ok(DONE)
}

/// Whether the app judges backends' tokens by the wall's clock.
fn by_the_wall(client: &Client, app: &RemoteApp) -> Result<bool, Failure> {
    Ok(client.get(&Client::path_of(app, "/settings"))?["token_times"] == "wall")
}
