//! `users`: an app's users, through Stream's own API, called as a backend would.

use clap::Subcommand;
use serde_json::{Map, Value, json};
use url::form_urlencoded::Serializer;

use super::print;
use super::print::{bare, plain};
use super::target::{AppArgs, TargetArgs};
use super::token::fields;
use crate::client::{Client, RemoteApp};
use crate::outcome::{DONE, Failure, Outcome, input};

/// Users that one call of Stream's lists at the most.
const PAGE_MAX: u16 = 100;

/// List an app's users; show one, make or replace one, delete some
///
/// Calls Stream's own API with a server's token, so what it does is in the journal, as a backend's calls are.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  millpond users
  millpond users --filter '{\"role\": \"admin\"}'
  millpond users show john
  millpond users upsert john --name John --role admin --set color=red
  millpond users delete john")]
pub struct Args {
    #[command(subcommand)]
    verb: Option<Verb>,
    #[command(flatten)]
    page: Page,
    #[command(flatten)]
    app: AppArgs,
    #[command(flatten)]
    target: TargetArgs,
    /// Print JSON, as Stream's API answers
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List users, the newest first (what `users` alone does as well)
    #[command(after_help = "\
Examples:
  millpond users list --limit 100
  millpond users list --filter '{\"name\": {\"$autocomplete\": \"jo\"}}'")]
    List {
        #[command(flatten)]
        page: Page,
    },
    /// Show all that a user holds
    #[command(after_help = "Example:\n  millpond users show john")]
    Show {
        /// The user
        #[arg(value_name = "USER_ID")]
        id: String,
    },
    /// Make a user, or put another in its place: what is not said is taken away, but for role and teams
    #[command(after_help = "\
Examples:
  millpond users upsert john --name John
  millpond users upsert john --role admin --team red --team blue --set color=red --set 'age=42'")]
    Upsert {
        /// The user
        #[arg(value_name = "USER_ID")]
        id: String,
        /// Its name
        #[arg(long)]
        name: Option<String>,
        /// Its picture's URL
        #[arg(long, value_name = "URL")]
        image: Option<String>,
        /// Its role
        #[arg(long)]
        role: Option<String>,
        /// A team it belongs to; may be given several times
        #[arg(long = "team", value_name = "TEAM")]
        teams: Vec<String>,
        /// A custom field; the value is JSON, else text; may be given several times
        #[arg(long = "set", value_name = "NAME=JSON")]
        custom: Vec<String>,
    },
    /// Delete users: they are marked as deleted, or with --hard are gone
    #[command(after_help = "Examples:\n  millpond users delete john\n  millpond users delete john jane --hard")]
    Delete {
        /// The users
        #[arg(required = true, value_name = "USER_ID")]
        ids: Vec<String>,
        /// Keep nothing of them
        #[arg(long)]
        hard: bool,
    },
}

#[derive(Debug, clap::Args)]
struct Page {
    /// Only those that fit: a filter of Stream's, as JSON
    #[arg(long, value_name = "JSON")]
    filter: Option<String>,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..=i64::from(PAGE_MAX)))]
    limit: u16,
    /// Behind so many
    #[arg(long, value_name = "N", default_value_t = 0)]
    offset: u32,
}

/// Runs `users`.
pub fn run(args: &Args) -> Outcome {
    let client = args.target.find()?;
    let app = args.app.of(&client)?;
    match &args.verb {
        None => list(args, &args.page, &client, &app)?,
        Some(Verb::List { page }) => list(args, page, &client, &app)?,
        Some(Verb::Show { id }) => show(args, id, &client, &app)?,
        Some(Verb::Upsert { id, name, image, role, teams, custom }) => {
            let mut user =
                Map::from_iter([("id".to_owned(), json!(id)), ("custom".to_owned(), json!(fields("--set", custom)?))]);
            let given = [("name", name), ("image", image), ("role", role)];
            user.extend(
                given.into_iter().filter_map(|(field, value)| Some((field.to_owned(), json!(value.as_ref()?)))),
            );
            if !teams.is_empty() {
                user.insert("teams".to_owned(), json!(teams));
            }
            let answer = client.stream("POST", "/users", &app, Some(&json!({"users": {id: user}})))?;
            print::answer(args.json, &answer, &told(&answer["users"][id]))?;
        }
        Some(Verb::Delete { ids, hard }) => {
            let mut body = json!({"user_ids": ids, "user": "soft"});
            if *hard {
                // Nothing is kept of what a user said either.
                for part in ["user", "messages", "conversations"] {
                    body[part] = json!("hard");
                }
            }
            let answer = client.stream("POST", "/users/delete", &app, Some(&body))?;
            let gone = if *hard { "is gone" } else { "is deleted" };
            let lines = ids.iter().map(|id| format!("{} {gone}", plain(id))).collect::<Vec<_>>();
            print::answer(args.json, &answer, &lines.join("\n"))?;
        }
    }
    Ok(DONE)
}

/// Asks for users, those who are deactivated among them.
fn query(client: &Client, app: &RemoteApp, filter: &Value, limit: u16, offset: u32) -> Result<Value, Failure> {
    let payload = json!({
        "filter_conditions": filter,
        "sort": [{"field": "created_at", "direction": -1}],
        "limit": limit,
        "offset": offset,
        "include_deactivated_users": true,
    });
    let query = Serializer::new(String::new()).append_pair("payload", &payload.to_string()).finish();
    client.stream("GET", &format!("/users?{query}"), app, None)
}

fn list(args: &Args, page: &Page, client: &Client, app: &RemoteApp) -> Result<(), Failure> {
    let filter = page.filter.as_deref().unwrap_or("{}");
    let filter = serde_json::from_str(filter).map_err(|cause| input(format!("--filter: it is not JSON: {cause}")))?;
    let answer = query(client, app, &filter, page.limit, page.offset)?;
    let users = answer["users"].as_array().map(Vec::as_slice).unwrap_or_default();
    if args.json {
        return print::json(&answer);
    }
    if users.is_empty() && (page.filter.is_some() || page.offset > 0) {
        return print::out(&format!("no user of {} fits; `millpond users` lists them all", plain(&app.api_key)));
    }
    print::out(&print::list(
        &["id", "name", "role", "teams", "state", "last active", "created"],
        users.iter().map(|user| row(user, app)).collect(),
        &format!("{} has no users", app.api_key),
        "`millpond users upsert john --name John` makes one, `millpond fixture load quickstart --merge` a few",
    ))?;
    if users.len() == usize::from(page.limit) {
        print::note(&format!("there may be more: --offset {}", page.offset + u32::from(page.limit)));
    }
    Ok(())
}

fn row(user: &Value, app: &RemoteApp) -> Vec<String> {
    let teams = user["teams"].as_array().into_iter().flatten().map(bare).collect::<Vec<_>>().join(", ");
    let cells = [&user["id"], &user["name"], &user["role"]].map(print::cell);
    let times = [&user["last_active"], &user["created_at"]].map(|time| print::time(time, app.now().ok()));
    let teams = if teams.is_empty() { "-".to_owned() } else { teams };
    cells.into_iter().chain([teams, state(user).to_owned()]).chain(times).collect()
}

/// What keeps a user out, or that it is there.
fn state(user: &Value) -> &'static str {
    let is_set = |name: &str| !user[name].is_null();
    match user {
        _ if is_set("deleted_at") => "deleted",
        _ if is_set("deactivated_at") => "deactivated",
        _ if user["banned"] == true => "banned",
        _ if user["online"] == true => "online",
        _ => "-",
    }
}

fn show(args: &Args, id: &str, client: &Client, app: &RemoteApp) -> Result<(), Failure> {
    let answer = query(client, app, &json!({ "id": id }), 1, 0)?;
    let user = &answer["users"][0];
    if user.is_null() {
        let (key, id) = (&app.api_key, plain(id));
        return Err(input(format!("{key} has no user \"{id}\". `millpond users` lists those that it has.")));
    }
    print::answer(args.json, user, &told(user))
}

/// All that a user holds, a line for each.
fn told(user: &Value) -> String {
    let holds = |value: &Value| match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(list) => !list.is_empty(),
        Value::Object(map) => !map.is_empty(),
        _ => true,
    };
    let empty = Map::new();
    let fields = user.as_object().unwrap_or(&empty).iter().filter(|(_, value)| holds(value));
    print::table(&fields.map(|(name, value)| vec![plain(name), bare(value)]).collect::<Vec<_>>())
}
