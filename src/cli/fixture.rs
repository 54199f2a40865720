//! Fixtures by name or file: reading them, and the verbs of `fixture`.

use std::io::Read;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde_json::json;

use super::target::{AppArgs, TargetArgs};
use super::{fixture_files, print};
use crate::client::Client;
use crate::config::{Config, LoadedFixture};
use crate::fixture::apply::{self, Mode};
use crate::fixture::did_you_mean;
use crate::fixture::format::{self, FILE_MAX_BYTES, Problem};
use crate::fixture::shipped::{shipped, shipped_names};
use crate::outcome::{BAD_INPUT, DONE, Failure, Outcome, input};
use crate::private;
use crate::store::{Store, file::Place};

/// Check fixtures, show and load them, or export what is in the running millpond
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  millpond fixture check my.yaml            every mistake with its file, line and column
  millpond fixture show quickstart          a shipped scenario, to begin your own with
  millpond fixture load my.yaml --merge     into the running millpond
  millpond fixture export -o my.json        all that it holds, secrets included
  millpond fixture schema > schema.json     for your editor's completion")]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Check fixtures without starting anything; exit code 2 when one is wrong
    #[command(after_help = "\
Example:
  millpond fixture check my.yaml
  my.yaml:7:15: /apps/0/users/john/role: `admn` is no role (did you mean `admin`?)")]
    Check {
        /// Files, or names of shipped scenarios; `-` reads stdin
        #[arg(required = true, value_name = "FILE")]
        files: Vec<String>,
        /// Print the problems as JSON
        #[arg(long)]
        json: bool,
    },
    /// Print a fixture as it is written: a shipped scenario, or a file
    #[command(after_help = "\
Example:
  millpond fixture show quickstart > my.yaml")]
    Show {
        /// Name of a shipped scenario, or a file; `-` reads stdin
        #[arg(value_name = "FIXTURE")]
        name: String,
        /// Print name and text as JSON
        #[arg(long)]
        json: bool,
    },
    /// Load a fixture into the running millpond: all of it or nothing
    #[command(after_help = "\
Examples:
  millpond fixture load my.yaml             its apps are then as it says, and hold nothing else
  millpond fixture load my.yaml --merge     what it does not name stays
  millpond fixture load one.yaml --app KEY  a fixture with one app, into this app")]
    Load {
        /// A file, or name of a shipped scenario; `-` reads stdin
        #[arg(value_name = "FIXTURE")]
        name: String,
        /// Keep what the fixture does not name
        #[arg(long)]
        merge: bool,
        #[command(flatten)]
        app: AppArgs,
        #[command(flatten)]
        target: TargetArgs,
        /// Print the apps that were loaded as JSON
        #[arg(long)]
        json: bool,
    },
    /// Print what is in the running millpond as a fixture: all apps, or one. It holds their secrets
    #[command(after_help = "\
Examples:
  millpond fixture export -o all.json
  millpond fixture export --app KEY")]
    Export {
        /// Write it to this file
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
        #[command(flatten)]
        app: AppArgs,
        #[command(flatten)]
        target: TargetArgs,
        /// The fixture is JSON in any case
        #[arg(long)]
        json: bool,
    },
    /// Print the JSON Schema of fixtures
    #[command(after_help = "\
Example:
  millpond fixture schema > schema.json
  # then, as a fixture's first line:  # yaml-language-server: $schema=schema.json")]
    Schema {
        /// The schema is JSON in any case
        #[arg(long)]
        json: bool,
    },
}

/// Runs the verb.
pub fn run(args: &Args) -> Outcome {
    match &args.verb {
        Verb::Check { files, json } => check(files, *json),
        Verb::Show { name, json } => show(name, *json),
        Verb::Load { name, merge, app, target, json } => load_into(name, *merge, app, target, *json),
        Verb::Export { output, app, target, json: _ } => export(output.as_deref(), app, target),
        Verb::Schema { json: _ } => {
            print::json(&format::schema())?;
            Ok(DONE)
        }
    }
}

/// Why a fixture cannot be used.
enum Unusable {
    /// It cannot be read.
    Unread(String),
    /// It is wrong.
    Wrong(Vec<Problem>),
}

/// What `--fixture` says of itself.
pub fn help() -> String {
    format!("Load a fixture: a file, or one of {}; may be given several times", shipped_names().join(", "))
}

/// Reads fixtures for a start. All problems of all of them are told at once.
pub fn load_all(names: &[String]) -> Result<Vec<LoadedFixture>, Failure> {
    let mut loaded = Vec::new();
    let mut told = Vec::new();
    for name in names {
        match load(name) {
            Ok(fixture) => loaded.push(fixture),
            Err(Unusable::Unread(message)) => told.push(message),
            Err(Unusable::Wrong(problems)) => told.extend(problems.iter().map(ToString::to_string)),
        }
    }
    if told.is_empty() {
        return Ok(loaded);
    }
    // Each problem begins its line, as editors and terminals that follow file:line:column want it.
    Err(input(format!("the fixtures cannot be loaded:\n{}", told.join("\n"))))
}

fn load(name: &str) -> Result<LoadedFixture, Unusable> {
    let (file, text) = read(name).map_err(Unusable::Unread)?;
    let fixture = format::parse(&text, &file).map_err(Unusable::Wrong)?;
    Ok(LoadedFixture { file, text, fixture })
}

/// The text of a shipped scenario, of a file, or of stdin; and what problems call it.
fn read(name: &str) -> Result<(String, String), String> {
    if let Some(text) = shipped(name) {
        return Ok((format!("{name} (shipped)"), text.to_owned()));
    }
    let limit = FILE_MAX_BYTES as u64 + 1;
    let mut bytes = Vec::new();
    let (file, read) = if name == "-" {
        ("<stdin>", std::io::stdin().lock().take(limit).read_to_end(&mut bytes))
    } else {
        let opened = std::fs::File::open(name);
        (name, opened.and_then(|file| file.take(limit).read_to_end(&mut bytes)))
    };
    read.map_err(|cause| {
        let names = shipped_names();
        let looks_like_a_name = !name.contains(['/', '\\', '.']) && !Path::new(name).exists();
        let near = did_you_mean(name, &names).map(|near| format!(" ({near})")).unwrap_or_default();
        let hint = if looks_like_a_name {
            format!(" Shipped with millpond are: {}.", names.join(", "))
        } else {
            String::new()
        };
        format!("cannot read the fixture {file}: {cause}{near}.{hint}")
    })?;
    let text = String::from_utf8(bytes).map_err(|cause| {
        let at = cause.utf8_error().valid_up_to();
        format!("{file}: the fixture is not UTF-8 text: byte {} is no part of a character. Save it as UTF-8.", at + 1)
    })?;
    Ok((file.to_owned(), text))
}

/// The same checks that a start makes: those of the format, then those that only the store's rules know.
fn check(files: &[String], as_json: bool) -> Outcome {
    let mut problems = Vec::new();
    let mut unread = Vec::new();
    for name in files {
        match load(name) {
            Ok(loaded) => problems.extend(try_out(&loaded)?),
            Err(Unusable::Unread(message)) => unread.push(message),
            Err(Unusable::Wrong(found)) => problems.extend(found),
        }
    }
    let good = problems.is_empty() && unread.is_empty();
    if as_json {
        let listed = problems.iter().map(|problem| {
            let Problem { file, line, column, field, message, hint } = problem;
            json!({"file": file, "line": line, "column": column, "field": field, "message": message, "hint": hint})
        });
        let unread = unread.iter().map(|message| json!({"message": message}));
        print::json(&json!({"ok": good, "problems": listed.chain(unread).collect::<Vec<_>>()}))?;
    } else {
        problems.iter().map(ToString::to_string).chain(unread).for_each(|line| print::note(&line));
        if good {
            let noun = if files.len() == 1 { "fixture is" } else { "fixtures are" };
            print::out(&format!("{} {noun} in order", files.len()))?;
        }
    }
    Ok(if good { DONE } else { BAD_INPUT })
}

fn show(name: &str, as_json: bool) -> Outcome {
    let (file, text) = read(name).map_err(input)?;
    if as_json {
        print::json(&json!({"file": file, "text": text}))?;
    } else {
        print::out(text.strip_suffix('\n').unwrap_or(&text))?;
    }
    Ok(DONE)
}

/// The control API's path for the fixture of all apps, or of one.
fn path(client: &Client, app: &AppArgs) -> Result<String, Failure> {
    match app.app {
        Some(_) => Ok(Client::path_of(&app.of(client)?, "/fixture")),
        None => Ok("/_millpond/fixture".to_owned()),
    }
}

fn load_into(name: &str, merge: bool, app: &AppArgs, target: &TargetArgs, as_json: bool) -> Outcome {
    let (file, text) = read(name).map_err(input)?;
    let client = target.find()?;
    let mode = if merge { "merge" } else { "replace" };
    let answer = client.put_fixture(&format!("{}?mode={mode}", path(&client, app)?), &text, &file)?;
    if shipped(name).is_none() && name != "-" {
        fixture_files::send(&client, &text, Path::new(name), &answer)?;
    }
    if as_json {
        print::json(&answer)?;
        return Ok(DONE);
    }
    for app in answer["apps"].as_array().into_iter().flatten() {
        let users = app["users"].as_u64().unwrap_or_default();
        let noun = if users == 1 { "user" } else { "users" };
        print::out(&format!("{} ({}): {users} {noun}", print::bare(&app["name"]), print::bare(&app["api_key"])))?;
    }
    Ok(DONE)
}

fn export(output: Option<&Path>, app: &AppArgs, target: &TargetArgs) -> Outcome {
    let client = target.find()?;
    let text = client.get_fixture(&path(&client, app)?)?;
    if let Some(file) = output {
        private::replace(file, &text)?;
        fixture_files::fetch(&client, &text, file)?;
    } else {
        print::out(text.strip_suffix('\n').unwrap_or(&text))?;
        fixture_files::tell_left_out(&text)?;
    }
    Ok(DONE)
}

/// Loads a fixture into a database that is thrown away.
fn try_out(loaded: &LoadedFixture) -> Result<Option<Problem>, Failure> {
    let store = Store::open(Place::temporary()?)?;
    let runtime = tokio::runtime::Builder::new_current_thread().build().map_err(anyhow::Error::from)?;
    let outcome = runtime.block_on(apply::apply(
        &store,
        loaded.fixture.clone(),
        Mode::Merge,
        &Config::default().fixture_defaults(),
    ));
    store.close();
    Ok(outcome.err().map(|refused| loaded.problem(&refused)))
}
