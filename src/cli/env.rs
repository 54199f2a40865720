//! `env`: the variables that point programs at the running millpond (design.md 5).

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use serde_json::{Map, Value, json};

use super::print;
use super::target::{AppArgs, TargetArgs};
use crate::auth::token;
use crate::client::Client;
use crate::clock::Time;
use crate::fixture::format::env_suffix;
use crate::outcome::{DONE, Failure, Outcome};
use crate::tls::{Authority, bundle};

/// How the variables of named tokens begin.
pub const TOKEN_PREFIX: &str = "MILLPOND_TOKEN_";

/// Print the variables that point programs at the running millpond
///
/// `MILLPOND_URL`, `STREAM_BASE_URL`, `STREAM_API_KEY`, `STREAM_API_SECRET`, the chat SDKs' `STREAM_KEY`, `STREAM_SECRET`,
/// `STREAM_CHAT_URL`, `STREAM_LOCAL_TEST_HOST`, and `MILLPOND_TOKEN_<NAME>` for each token that a fixture names. With --tls,
/// SDKs are pointed to HTTPS, and `MILLPOND_TLS_URL`, `NODE_EXTRA_CA_CERTS`, `SSL_CERT_FILE` and `REQUESTS_CA_BUNDLE` join them.
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
    #[arg(long, value_name = "PREFIX", value_parser = prefix)]
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
#[derive(Clone)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
    /// Whether it lets its holder act as a server.
    is_secret: bool,
    /// Whether it is a token that has expired since it was minted, by the app's clock.
    has_expired: bool,
}

impl Variable {
    /// One that is no secret.
    fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: value.into(), is_secret: false, has_expired: false }
    }
}

/// Runs the verb.
pub fn run(args: &Args) -> Outcome {
    let client = args.target.find()?;
    let app = args.app.of(&client)?;
    let named = client.get(&Client::path_of(&app, "/tokens"))?;
    let tokens = named["tokens"].as_object().into_iter().flatten();
    let tokens = tokens.map(|(name, token)| (name.as_str(), token.as_str().unwrap_or_default()));
    let info = client.get("/_millpond/info")?;
    let places = Places { url: &client.url, secure: info["https"]["url"].as_str() };
    let mut variables = variables(places, &app.api_key, &app.api_secret, tokens, app.now()?);
    // What has to be trusted is a file of this machine, if the millpond is; one that goes with its process would leave programs
    // that trust nothing at all.
    if let Some(ca) = info["https"]["ca"].as_str().map(PathBuf::from).filter(|ca| ca.is_file()) {
        if info["https"]["kept"] != true {
            print::note(
                "the authority goes with this millpond: programs are not told to trust it. --tls-dir keeps one",
            );
        } else if args.prefix.is_none() {
            variables.extend(trusting(&ca)?);
        }
    }
    if let Some(prefix) = &args.prefix {
        variables = prefixed(&variables, prefix, args.secrets);
    }
    print::out(&written(&variables, if args.json { Format::Json } else { args.format })?)?;
    let expired: Vec<_> =
        variables.iter().filter(|variable| variable.has_expired).map(|variable| variable.name.as_str()).collect();
    if !expired.is_empty() {
        let listed = expired.join(", ");
        print::note(&format!(
            "expired by the app's clock: {listed}; `millpond fixture load` mints a fixture's tokens anew"
        ));
    }
    Ok(DONE)
}

/// What --prefix takes: the beginning of a variable's name.
pub fn prefix(text: &str) -> Result<String, String> {
    let fine =
        !text.starts_with(|c: char| c.is_ascii_digit()) && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if fine { Ok(text.to_owned()) } else { Err("it cannot begin a variable's name; VITE_ could".to_owned()) }
}

/// Where a millpond can be reached.
#[derive(Clone, Copy)]
pub struct Places<'a> {
    /// By HTTP.
    pub url: &'a str,
    /// By HTTPS. SDKs are pointed there, since it was asked for.
    pub secure: Option<&'a str>,
}

/// The variables that point programs at an app of the millpond there, with its named tokens.
pub fn variables<'a>(
    Places { url, secure }: Places<'_>,
    api_key: &str,
    api_secret: &str,
    tokens: impl Iterator<Item = (&'a str, &'a str)>,
    now: Time,
) -> Vec<Variable> {
    let secret = |name| Variable { is_secret: true, ..Variable::new(name, api_secret) };
    let mut variables = vec![
        Variable::new("MILLPOND_URL", url),
        Variable::new("STREAM_BASE_URL", secure.unwrap_or(url)),
        Variable::new("STREAM_API_KEY", api_key),
        secret("STREAM_API_SECRET"),
        Variable::new("STREAM_KEY", api_key),
        secret("STREAM_SECRET"),
        Variable::new("STREAM_CHAT_URL", secure.unwrap_or(url)),
    ];
    // Of plain HTTP, and before every other address to stream-chat.
    if secure.is_none() {
        variables.push(Variable::new("STREAM_LOCAL_TEST_HOST", url.trim_start_matches("http://")));
    }
    variables.extend(secure.map(|url| Variable::new("MILLPOND_TLS_URL", url)));
    let tokens: Vec<_> = tokens
        .map(|(name, token)| (name, token, token::contents(token).map(|contents| contents.claims).unwrap_or_default()))
        .collect();
    // They were minted together, when the newest was: one that was over by then was wanted so, and is no surprise.
    let minted = tokens
        .iter()
        .filter_map(|(_, _, claims)| claims["iat"].as_i64())
        .filter(|iat| Time::from_seconds(*iat) <= now)
        .max()
        .unwrap_or(i64::MIN);
    variables.extend(tokens.into_iter().map(|(name, token, claims)| {
        let is_secret = claims.is_object() && claims.get("user_id").is_none();
        // As the verdict has it: good until the moment lies behind.
        let has_expired = claims["exp"].as_i64().is_some_and(|exp| exp > minted && now > Time::from_seconds(exp));
        Variable { is_secret, has_expired, ..Variable::new(format!("{TOKEN_PREFIX}{}", env_suffix(name)), token) }
    }));
    variables
}

/// The variables that have programs trust the authority of this certificate, beside what they trusted before.
pub fn trusting(ca: &Path) -> Result<Vec<Variable>, Failure> {
    let folder = ca.parent().unwrap_or(Path::new("."));
    let Some(authority) = Authority::read(folder)? else { return Ok(Vec::new()) };
    let inherited = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let files = bundle::variables(&authority, inherited)?.into_iter();
    Ok(files.map(|(name, file)| Variable::new(name, file.to_string_lossy())).collect())
}

/// The same with a prefix before each name, for a front end: secrets are left out unless asked for.
pub fn prefixed(variables: &[Variable], prefix: &str, secrets: bool) -> Vec<Variable> {
    let kept = variables.iter().filter(|variable| secrets || !variable.is_secret);
    kept.map(|variable| Variable { name: format!("{prefix}{}", variable.name), ..variable.clone() }).collect()
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
            assert!(prefix(good).is_ok(), "{good}");
        }
        for bad in ["1_", "A B", "X;", "É"] {
            assert!(prefix(bad).is_err(), "{bad}");
        }
    }
}
