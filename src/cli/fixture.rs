//! Fixtures by name or file: reading them, and the verbs `fixture check` and `fixture schema`.

use std::io::Read;
use std::path::Path;

use clap::Subcommand;
use serde_json::json;

use super::{BAD_INPUT, DONE, Outcome, input, print};
use crate::config::{LoadedFixture, default_pair};
use crate::fixture::apply;
use crate::fixture::format::{self, FILE_MAX_BYTES, Problem};
use crate::fixture::shipped::{shipped, shipped_names};
use crate::start::{Failure, problem_of};
use crate::store::{Store, file::Place};

/// Check fixtures, or print their JSON Schema
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  millpond fixture check my.yaml            every mistake with its file, line and column
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
        let shipped = shipped_names().join(", ");
        let looks_like_a_name = !name.contains(['/', '\\', '.']) && !Path::new(name).exists();
        let hint = if looks_like_a_name { format!(" Shipped with millpond are: {shipped}.") } else { String::new() };
        format!("cannot read the fixture {file}: {cause}.{hint}")
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

/// Loads a fixture into a database that is thrown away.
fn try_out(loaded: &LoadedFixture) -> Result<Option<Problem>, Failure> {
    let store = Store::open(Place::temporary()?)?;
    let runtime = tokio::runtime::Builder::new_current_thread().build().map_err(anyhow::Error::from)?;
    let outcome = runtime.block_on(apply::apply(&store, loaded.fixture.clone(), &default_pair()));
    store.close();
    Ok(outcome.err().map(|refused| problem_of(loaded, &refused)))
}
