//! `exec`: one command with a millpond of its own around it, gone when the command is gone.

use std::ffi::OsString;
use std::net::{IpAddr, Ipv4Addr};

use self::command::Environment;
use super::listen::TlsArgs;
use super::origin::OriginArgs;
use super::pair::{KEY_VARIABLE, PairArgs, Resolved, SECRET_VARIABLE, resolve, resolve_alone};
use super::repeat::RepeatArgs;
use super::target::{AppArgs, chosen};
use super::{env, fixture, log, print, serve};
use crate::config::{Config, Database};
use crate::outcome::{Failure, Outcome, input};
use crate::start::{self, Running};
use crate::store::{Scope, named_tokens};

mod command;
mod terminal;

/// What is logged unless another filter is given: the terminal is the command's.
const FILTER_DEFAULT: &str = "warn";

/// Run a command with a millpond of its own
///
/// Takes a free port, keeps nothing on disk, sets the variables that `millpond env` prints, runs the command, and stops.
/// The exit code is the command's, or 128 and the signal that ended it; 127 when it is not found, 126 when it cannot be run.
///
/// Prints nothing of its own when all goes well. `SIGINT`, `SIGTERM` and `SIGHUP` are passed on to the command's process group;
/// a second `SIGINT` or `SIGTERM` kills it. Whatever the command leaves running is ended.
#[derive(Debug, clap::Args)]
#[command(
    override_usage = "millpond exec [OPTIONS] [--] <COMMAND>...",
    mut_arg("api_key", |arg| arg.help("The api key [default: the fixture's, else a made-up one]")),
    after_help = "\
Examples:
  millpond exec --fixture quickstart -- npx playwright test
  millpond exec -- sh -c 'curl -s $MILLPOND_URL/_millpond/health'
  millpond exec --fixture quickstart --prefix VITE_ -- npm run dev    a front end sees VITE_STREAM_API_KEY, ...
  millpond exec --log millpond=debug -- npm test                      every call, on stderr

STREAM_* and MILLPOND_TOKEN_* variables from outside do not reach the command, and no pair is taken
from them or from .env without --use-env-credentials.
Options stand before the command; all that follows its name is its own."
)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag")]
pub struct Args {
    #[arg(long = "fixture", value_name = "FILE|NAME", help = fixture::help())]
    fixtures: Vec<String>,
    #[command(flatten)]
    pair: PairArgs,
    #[command(flatten)]
    repeat: RepeatArgs,
    #[command(flatten)]
    app: AppArgs,
    #[command(flatten)]
    origins: OriginArgs,
    #[command(flatten)]
    tls: TlsArgs,
    /// Set each variable a second time with this before its name, as a front end's build tool wants it; there without secrets
    #[arg(long, value_name = "PREFIX", value_parser = env::prefix)]
    prefix: Option<String>,
    /// Give secrets and server tokens even with --prefix
    #[arg(long, requires = "prefix")]
    secrets: bool,
    /// Print the ready line, in JSON, on stderr: stdout is the command's
    #[arg(long)]
    json: bool,
    /// What to log, as target=level; `millpond=debug` has every call
    #[arg(long = "log", value_name = "FILTER", default_value = FILTER_DEFAULT)]
    filter: String,
    /// The log's form
    #[arg(long, value_enum, default_value_t)]
    log_format: log::Format,
    /// Take the pair of `STREAM_API_KEY` and `STREAM_API_SECRET` in the environment, else in .env
    #[arg(long, conflicts_with_all = ["api_key", "api_secret"])]
    use_env_credentials: bool,
    /// Accept a secret from there although `NODE_ENV` is production
    #[arg(long, requires = "use_env_credentials")]
    allow_production: bool,
    /// The command and its arguments
    #[arg(trailing_var_arg = true, required = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

/// Runs the verb.
pub fn run(args: &Args) -> Outcome {
    log::start(&args.filter, args.log_format)?;
    let resolved = credentials(args)?;
    let config = config(args, &resolved)?;
    let runtime = actix_web::rt::System::new();
    let outcome = runtime.block_on(exec(config, &resolved, args));
    // The process ends now, and waits for no thread that has nothing left to do.
    std::mem::forget(runtime);
    outcome
}

/// The pair: a run is the same everywhere unless its caller asks for the one that lies about here.
fn credentials(args: &Args) -> Result<Resolved, Failure> {
    if !args.use_env_credentials {
        return resolve_alone(&args.pair);
    }
    let resolved = resolve(&args.pair)?;
    resolved.guard(args.allow_production)?;
    let key = &resolved.pair.api_key;
    match (resolved.place(), resolved.foreign_place()) {
        // The guard has said it.
        (_, Some(_)) => {}
        (Some(place), None) => print::note(&format!("note: the pair of {key} comes from {place}")),
        (None, None) => print::note(&format!(
            "note: neither the environment nor .env has {KEY_VARIABLE} and {SECRET_VARIABLE}; the pair is the made-up one of {key}"
        )),
    }
    Ok(resolved)
}

fn config(args: &Args, resolved: &Resolved) -> Result<Config, Failure> {
    Ok(args.repeat.applied_to(Config {
        host: IpAddr::V4(Ipv4Addr::LOCALHOST),
        port: 0,
        database: Database::Memory,
        pair: resolved.pair.clone(),
        pair_is_given: resolved.is_given(),
        fixtures: fixture::load_all(&args.fixtures)?,
        allowed_origins: args.origins.allowed.clone(),
        tls: args.tls.wanted(0)?,
        ..Config::default()
    }))
}

async fn exec(config: Config, resolved: &Resolved, args: &Args) -> Outcome {
    // From here on no signal ends the process, which would leave a command without its millpond.
    let signals = command::Signals::new()?;
    let running = start::start(config).await?;
    let outcome = match environment(&running, resolved, args) {
        Ok(environment) => {
            if args.json {
                print::note(&running.ready_line().to_string());
            }
            command::run(&args.command, &environment, signals).await
        }
        Err(failure) => Err(failure),
    };
    running.stop().await;
    outcome
}

fn environment(running: &Running, resolved: &Resolved, args: &Args) -> Result<Environment, Failure> {
    let apps = running.store.apps();
    let key = match &args.app.app {
        None => serve::started_for(running, resolved),
        Some(wanted) => {
            let named: Vec<_> =
                apps.all().iter().map(|app| (app.api_key.to_string(), app.state().name.clone())).collect();
            chosen("--app", wanted, named.iter().map(|(key, name)| (key.as_str(), name.as_str())))?
        }
    };
    let app = apps.get(&key).ok_or_else(|| input(format!("there is no app with the api key \"{key}\".")))?;
    let tokens = running.store.read(&Scope::own(&app), named_tokens::all);
    let tokens = tokens.map_err(|cause| anyhow::anyhow!("{}", cause.message))?;
    let tokens = tokens.iter().map(|(name, token)| (name.as_str(), token.as_str()));
    let addresses = &running.addresses;
    let secure = addresses.secure.as_ref().map(|secure| secure.url.as_str());
    let places = env::Places { url: &addresses.url, secure };
    let mut variables = env::variables(places, &app.api_key, app.state().secret.reveal(), tokens, app.clock.now());
    if let Some(secure) = &addresses.secure {
        variables.extend(env::trusting(&secure.ca)?);
    }
    if let Some(prefix) = &args.prefix {
        variables.extend(env::prefixed(&variables, prefix, args.secrets));
    }
    Ok(Environment { variables, prefix: args.prefix.clone() })
}
