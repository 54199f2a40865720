//! `serve`: flags to a [`Config`], the first screen or the ready line, and a stop within a blink.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::{Path, PathBuf};

use super::listen::TlsArgs;
use super::origin::OriginArgs;
use super::pair::{PairArgs, Resolved, resolve};
use super::repeat::RepeatArgs;
use super::run_file::RunFile;
use super::screen::Screen;
use super::target::default_port;
use super::{fixture, lan, log, print};
use crate::config::{Config, DATABASE_DEFAULT, Database};
use crate::outcome::{DONE, FAILED, Failure, Outcome};
use crate::private;
use crate::start::{self, Running};

/// Threads that serve, at the most.
const WORKERS_MAX: i64 = 64;

/// Serve Stream's API here (what `millpond` alone does as well)
///
/// State lies in .millpond/millpond.db unless --db or --memory says otherwise. SIGINT and SIGTERM stop it.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  millpond                                     loopback, port 7663, state kept in .millpond/
  millpond --fixture quickstart                the same, with a few users and tokens
  millpond --memory --port 0 --json            for a test: a free port, told in one JSON line
  millpond --host 0.0.0.0 --allow-host millpond    in a container of that name
  millpond --tls --lan                         HTTPS besides, and phones of the network

The first app's pair comes from --api-key and --api-secret, else from STREAM_API_KEY and
STREAM_API_SECRET, else from .env, else it is a made-up one. RUST_LOG is not read; see --log.")]
pub struct Args {
    /// The address to listen on
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1", value_parser = host)]
    host: IpAddr,
    /// The port; 0 takes a free one. On 3030, also 8800 and 8900, to which SDKs rewrite it for sockets
    /// [default: `MILLPOND_DEFAULT_PORT`, then 7663]
    #[arg(long)]
    port: Option<u16>,
    /// The database's file
    #[arg(long, value_name = "FILE", default_value = DATABASE_DEFAULT, conflicts_with = "memory")]
    db: PathBuf,
    /// Keep nothing: the state goes with the process
    #[arg(long)]
    memory: bool,
    #[arg(long = "fixture", value_name = "FILE|NAME", help = fixture::help())]
    fixtures: Vec<String>,
    #[command(flatten)]
    pair: PairArgs,
    /// A further name under which the control API may be called, as `millpond`, or all names below one, as `*.svc`; may be
    /// given several times
    #[arg(long = "allow-host", value_name = "NAME", value_parser = allowed_host)]
    allowed_hosts: Vec<String>,
    #[command(flatten)]
    origins: OriginArgs,
    #[command(flatten)]
    tls: TlsArgs,
    /// Let phones of the network in, under this machine's address in it, and show a picture that leads them to what they need.
    /// Of the control API they reach the token provider alone, with the word that the picture holds
    #[arg(long, value_name = "ADDRESS", num_args = 0..=1, require_equals = true, conflicts_with = "host")]
    #[expect(clippy::option_option, reason = "a flag that may have a value, as clap has it")]
    lan: Option<Option<IpAddr>>,
    /// Print exactly one line on stdout, in JSON, once everything is ready
    #[arg(long)]
    json: bool,
    /// Write the ready line into this file as well, by rename
    #[arg(long, value_name = "FILE")]
    ready_file: Option<PathBuf>,
    /// What to log, as target=level; `millpond=debug` has every call
    #[arg(long = "log", value_name = "FILTER", default_value = log::FILTER_DEFAULT)]
    filter: String,
    /// The log's form
    #[arg(long, value_enum, default_value_t)]
    log_format: log::Format,
    /// Accept a secret from the environment or .env although `NODE_ENV` is production
    #[arg(long)]
    allow_production: bool,
    #[command(flatten)]
    repeat: RepeatArgs,
    /// Threads that serve [default: one for each core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=WORKERS_MAX))]
    workers: Option<u16>,
}

fn host(text: &str) -> Result<IpAddr, String> {
    match text {
        "localhost" => Ok(Ipv4Addr::LOCALHOST.into()),
        _ => text.trim_matches(['[', ']']).parse().map_err(|cause| {
            format!("{cause}; give an address of this machine: 127.0.0.1, ::1, or 0.0.0.0 for all of them")
        }),
    }
}

/// What `--allow-host` takes. A star alone would let in whatever page a browser has open.
fn allowed_host(text: &str) -> Result<String, String> {
    let name = text.strip_prefix("*.").unwrap_or(text);
    let is_name = !name.is_empty() && !name.starts_with('.') && !name.contains(['*', '/', '@', ' ', ':']);
    let fault = "give a name or an address without a port, such as millpond, or *.svc for all names below svc";
    if is_name || text.parse::<Ipv6Addr>().is_ok() { Ok(text.to_owned()) } else { Err(fault.to_owned()) }
}

/// Runs the verb.
pub fn run(args: &Args) -> Outcome {
    log::start(&args.filter, args.log_format)?;
    let resolved = resolve(&args.pair)?;
    resolved.guard(args.allow_production)?;
    let config = config(args, &resolved)?;
    if let Some(file) = &args.ready_file {
        // One of an earlier start would be believed.
        private::remove(file)?;
    }
    let runtime = actix_web::rt::System::new();
    let outcome = runtime.block_on(serve(config, &resolved, args));
    // The process ends now, and waits for no thread that has nothing left to do.
    std::mem::forget(runtime);
    outcome
}

fn config(args: &Args, resolved: &Resolved) -> Result<Config, Failure> {
    let defaults = Config::default();
    let port = args.port.map_or_else(default_port, Ok)?;
    Ok(args.repeat.applied_to(Config {
        host: args.host,
        port,
        allowed_hosts: args.allowed_hosts.clone(),
        allowed_origins: args.origins.allowed.clone(),
        tls: args.tls.wanted(port)?,
        lan: args.lan.map(lan::address).transpose()?,
        database: if args.memory { Database::Memory } else { Database::File(args.db.clone()) },
        pair: resolved.pair.clone(),
        pair_is_given: resolved.is_given(),
        fixtures: fixture::load_all(&args.fixtures)?,
        workers: args.workers.map_or(defaults.workers, usize::from),
        ..defaults
    }))
}

async fn serve(config: Config, resolved: &Resolved, args: &Args) -> Outcome {
    let mut signals = Signals::new()?;
    let database = config.database.clone();
    if !config.host.is_loopback() {
        warn_of_others(config.host);
    }
    if let Some(address) = config.lan {
        warn_of_phones(address, resolved);
    }
    let running = start::start(config).await?;
    let asked = running.control.asked_to_stop();
    let left = announce(&running, &database, resolved, args);
    let left = match left {
        Ok(left) => left,
        Err(failure) => {
            running.stop().await;
            return Err(failure);
        }
    };
    tokio::select! {
        () = signals.next() => tracing::info!("stopping; a second signal stops at once"),
        () = asked => tracing::info!("stopping, as `millpond stop` asks; a signal stops at once"),
    }
    if let Some((path, run_file)) = &left {
        run_file.remove(path);
    }
    tokio::select! {
        () = running.stop() => Ok(DONE),
        () = signals.next() => {
            print::note("stopped at once; what was in flight is lost");
            Ok(FAILED)
        }
    }
}

fn warn_of_others(host: IpAddr) {
    print::note(&format!(
        "WARNING: millpond listens on {host}, so other machines can reach it. It is made for tests: whoever reaches it can \
         sign in as anybody. Leave --host out to listen on this machine alone."
    ));
}

fn warn_of_phones(address: IpAddr, resolved: &Resolved) {
    let secret = if resolved.is_given() { "" } else { PUBLISHED };
    print::note(&format!(
        "WARNING: with --lan, whoever is in the network of {address} reaches Stream's API here; the control API stays on this \
         machine, but for the token provider, which wants the word of the picture.{secret}"
    ));
}

/// That whoever knows the secret needs no word.
const PUBLISHED: &str = " The made-up secret is the same on every machine, and whoever knows it can sign in as anybody: give one \
    of your own with --api-key and --api-secret where that matters.";

/// Tells the world: the ready line or the first screen, the ready file, the run file. Gives the run file, to be removed again.
fn announce(
    running: &Running,
    database: &Database,
    resolved: &Resolved,
    args: &Args,
) -> Result<Option<(PathBuf, RunFile)>, Failure> {
    let api_key = started_for(running, resolved);
    let run_file = RunFile {
        url: running.addresses.url.clone(),
        pid: std::process::id(),
        api_key: api_key.clone(),
        started_at: running.control.started_at.rfc3339(),
    };
    let path = run_file.write(database)?;
    let ready = running.ready_line().to_string();
    if let Some(file) = &args.ready_file {
        private::replace(file, format!("{ready}\n"))?;
    }
    if args.json {
        print::out(&ready)?;
    } else {
        print::out(&screen(running, resolved, &api_key))?;
        if let Some(lan) = &running.addresses.lan {
            print::out(&lan::text(lan, print::Paint::stdout()))?;
        }
    }
    Ok(path.map(|path| (path, run_file)))
}

/// The app that is meant when nobody says which: that of the pair, else the first.
pub fn started_for(running: &Running, resolved: &Resolved) -> String {
    let apps = running.store.apps();
    let app = apps.get(&resolved.pair.api_key).or_else(|| apps.all().into_iter().next());
    app.map_or_else(String::new, |app| app.api_key.to_string())
}

fn screen(running: &Running, resolved: &Resolved, api_key: &str) -> String {
    let apps = running.store.apps();
    let own = apps.get(api_key).map(|app| app.state().secret.reveal().to_owned()).unwrap_or_default();
    // A secret that may be real is not shown: screens are recorded, and whoever put it there has it.
    let secret = match resolved.foreign_place() {
        Some(place) if resolved.pair.api_key == api_key => format!("(the one of {place})"),
        _ => own,
    };
    Screen {
        url: &running.addresses.url,
        secure: running.addresses.secure.as_ref(),
        api_key,
        api_secret: &secret,
        state: &running.store.file().map_or_else(|| "in memory, gone at the end".into(), Path::to_string_lossy),
        other_apps: apps.all().len().saturating_sub(1),
    }
    .text(print::Paint::stdout())
}

/// What asks the process to stop.
struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> anyhow::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(not(unix))]
impl Signals {
    fn new() -> anyhow::Result<Self> {
        Ok(Self {})
    }

    async fn next(&mut self) {
        // Without a way to be told, it serves until it is killed.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
