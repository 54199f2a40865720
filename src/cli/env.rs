//! `env`: the variables that point programs at the running millpond (design.md 5).

use clap::ValueEnum;
use serde_json::{Map, Value, json};

use super::target::{AppArgs, Client, RemoteApp, TargetArgs};
use super::{DONE, Outcome, input, print};
use crate::auth::token;
use crate::clock::Time;
use crate::fixture::format::env_suffix;
use crate::start::Failure;

/// Print the variables that point programs at the running millpond
///
/// `MILLPOND_URL`, `STREAM_BASE_URL`, `STREAM_API_KEY`, `STREAM_API_SECRET`, the chat SDKs' `STREAM_KEY`, `STREAM_SECRET`,
/// `STREAM_CHAT_URL`, `STREAM_LOCAL_TEST_HOST`, and `MILLPOND_TOKEN_<NAME>` for each token that a fixture names.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  eval \"$(millpond env)\"                                     for this shell
  millpond env --format dotenv > .env.local
  millpond env --format github >> \"$GITHUB_ENV\"
  millpond env --prefix VITE_ --format dotenv > .env.local   for a front end: secrets are left out")]
pub struct Args {
    /// How they are written
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Put this before each name, as a front end's build tool wants it. Secrets are then left out
    #[arg(long, value_name = "PREFIX")]
    prefix: Option<String>,
    /// Give secrets and server tokens even with --prefix
    #[arg(long, requires = "prefix")]
    secrets: bool,
    #[command(flatten)]
    app: AppArgs,
    #[command(flatten)]
    target: TargetArgs,
    /// The same as --format json
    #[arg(long, conflicts_with = "format")]
    json: bool,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Format {
    /// `export NAME='value'`, for eval
    #[default]
    Shell,
    /// `NAME=value`, as .env files have it
    Dotenv,
    /// `NAME=value`, as `$GITHUB_ENV` wants it
    Github,
    /// One JSON object
    Json,
}

/// A variable.
struct Variable {
    name: String,
    value: String,
    /// Whether it lets its holder act as a server.
    is_secret: bool,
    /// Whether it is a token that has expired, by the app's clock.
    has_expired: bool,
}

/// Runs the verb.
pub fn run(args: &Args) -> Outcome {
    if let Some(prefix) = &args.prefix {
        check_prefix(prefix)?;
    }
    let client = args.target.find()?;
    let app = client.app(&args.app)?;
    let mut variables = variables(&client, &app)?;
    if let Some(prefix) = &args.prefix {
        variables.retain(|variable| args.secrets || !variable.is_secret);
        for variable in &mut variables {
            variable.name.insert_str(0, prefix);
        }
    }
    print::out(&written(&variables, if args.json { Format::Json } else { args.format })?)?;
    let expired: Vec<_> =
        variables.iter().filter(|variable| variable.has_expired).map(|variable| variable.name.as_str()).collect();
    if !expired.is_empty() {
        let names = expired.join(", ");
        print::note(&format!(
            "expired by the app's clock: {names}; `millpond fixture load` mints a fixture's tokens anew"
        ));
    }
    Ok(DONE)
}

fn check_prefix(prefix: &str) -> Result<(), Failure> {
    let fine = !prefix.starts_with(|c: char| c.is_ascii_digit())
        && prefix.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if fine { Ok(()) } else { Err(input(format!("--prefix: `{prefix}` cannot begin a variable's name; VITE_ could."))) }
}

fn variables(client: &Client, app: &RemoteApp) -> Result<Vec<Variable>, Failure> {
    let url = &client.url;
    let host = url.trim_start_matches("http://");
    let (key, secret) = (&app.api_key, &app.api_secret);
    let plain = [
        ("MILLPOND_URL", url.as_str(), false),
        ("STREAM_BASE_URL", url, false),
        ("STREAM_API_KEY", key, false),
        ("STREAM_API_SECRET", secret, true),
        ("STREAM_KEY", key, false),
        ("STREAM_SECRET", secret, true),
        ("STREAM_CHAT_URL", url, false),
        ("STREAM_LOCAL_TEST_HOST", host, false),
    ];
    let mut variables: Vec<_> = plain
        .into_iter()
        .map(|(name, value, is_secret)| Variable {
            name: name.to_owned(),
            value: value.to_owned(),
            is_secret,
            has_expired: false,
        })
        .collect();
    let now = app.now()?;
    let named = client.get(&Client::path_of(app, "/tokens"))?;
    for (name, value) in named["tokens"].as_object().into_iter().flatten() {
        let value = value.as_str().unwrap_or_default().to_owned();
        let claims = token::contents(&value).map(|contents| contents.claims).unwrap_or_default();
        let is_secret = claims.is_object() && claims.get("user_id").is_none();
        // As the verdict has it: good until the moment lies behind.
        let has_expired = claims["exp"].as_i64().is_some_and(|exp| now > Time::from_seconds(exp));
        variables.push(Variable {
            name: format!("MILLPOND_TOKEN_{}", env_suffix(name)),
            value,
            is_secret,
            has_expired,
        });
    }
    Ok(variables)
}

fn written(variables: &[Variable], format: Format) -> Result<String, Failure> {
    let line = |variable: &Variable| {
        let Variable { name, value, .. } = variable;
        match format {
            Format::Shell => format!("export {name}={}", shell(value)),
            Format::Dotenv => format!("{name}={}", dotenv(value)),
            _ => github(name, value),
        }
    };
    if let Format::Json = format {
        let object: Map<String, Value> =
            variables.iter().map(|variable| (variable.name.clone(), json!(variable.value))).collect();
        return Ok(serde_json::to_string_pretty(&object).map_err(anyhow::Error::from)?);
    }
    Ok(variables.iter().map(line).collect::<Vec<_>>().join("\n"))
}

/// In single quotes a shell reads everything as it is, but the quote itself.
fn shell(value: &str) -> String {
    format!("'{}'", value.replace('\'', r"'\''"))
}

/// Bare where that is safe, else in single quotes, which most readers take as they are; in double ones only where a single
/// quote, a line break or a backslash at the end leaves no choice, since readers disagree on what is escaped there.
fn dotenv(value: &str) -> String {
    let safe = |c: char| c.is_ascii_alphanumeric() || "_-./:@+=,%".contains(c);
    if !value.is_empty() && value.chars().all(safe) {
        value.to_owned()
    } else if !value.contains(['\'', '\n', '\r']) && !value.ends_with('\\') {
        format!("'{value}'")
    } else {
        let escaped = value.replace('\\', r"\\").replace('"', "\\\"").replace('$', r"\$");
        format!("\"{}\"", escaped.replace('\n', r"\n").replace('\r', r"\r"))
    }
}

/// One line, or a here-document with an end that the value does not have.
fn github(name: &str, value: &str) -> String {
    if !value.contains(['\n', '\r']) {
        return format!("{name}={value}");
    }
    let mut end = "END_OF_VALUE".to_owned();
    while value.contains(&end) {
        end.push('_');
    }
    format!("{name}<<{end}\n{value}\n{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values that some format has trouble with.
    const NASTY: [&str; 9] =
        ["plain", "", "it's", "a b", "$HOME `x` \\", "say \"hi\"", "#hash", "täßt", "quo'te \"$x\""];

    fn variable(value: &str) -> Variable {
        Variable { name: "NAME".to_owned(), value: value.to_owned(), is_secret: false, has_expired: false }
    }

    #[test]
    fn a_shell_reads_every_value_as_it_was() {
        for value in NASTY.into_iter().chain(["two\nlines"]) {
            let script = format!("{}\nprintf %s \"$NAME\"", written(&[variable(value)], Format::Shell).expect("text"));
            let read = std::process::Command::new("sh").args(["-c", &script]).output().expect("a shell");
            assert_eq!(String::from_utf8(read.stdout).expect("text"), value, "{script}");
        }
    }

    #[test]
    fn a_dotenv_reader_reads_every_value_as_it_was() {
        for value in NASTY.into_iter().chain(["two\nlines"]) {
            let text = written(&[variable(value)], Format::Dotenv).expect("text");
            let read = dotenvy::from_read_iter(text.as_bytes()).next().expect("a line").expect("a variable");
            assert_eq!(read, ("NAME".to_owned(), value.to_owned()), "{text}");
        }
    }

    #[test]
    fn a_value_cannot_end_its_own_here_document() {
        assert_eq!(github("A", "b=c"), "A=b=c");
        assert_eq!(github("A", "x\nEND_OF_VALUE\ny"), "A<<END_OF_VALUE_\nx\nEND_OF_VALUE\ny\nEND_OF_VALUE_");
    }

    #[test]
    fn a_prefix_is_the_beginning_of_a_name() {
        for good in ["VITE_", "NEXT_PUBLIC_", ""] {
            assert!(check_prefix(good).is_ok(), "{good}");
        }
        for bad in ["1_", "A B", "X;", "É"] {
            assert!(check_prefix(bad).is_err(), "{bad}");
        }
    }
}
