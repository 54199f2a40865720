//! What a process is started with, as a plain value. Tests build one directly; the command line resolves its flags into one.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

use crate::clock::ClockMode;
use crate::fixture::defaults::{Defaults, Pair};
use crate::fixture::format::{Fixture, problem_at};
use crate::fixture::{Problem, Refused};
use crate::live::limits::Limits;
use crate::tls::Wanted;

/// The port unless another is asked for.
pub const PORT_DEFAULT: u16 = 7663;
/// Names another port in place of [`PORT_DEFAULT`]. Not MILLPOND_PORT, which Kubernetes sets for a service of that name.
pub const PORT_VARIABLE: &str = "MILLPOND_DEFAULT_PORT";
/// The database unless another is asked for.
pub const DATABASE_DEFAULT: &str = ".millpond/millpond.db";

/// Where the state lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Database {
    /// In this file.
    File(PathBuf),
    /// In a temporary file that is gone with the process.
    Memory,
}

/// A fixture that was read, and the text it came from.
#[derive(Clone, Debug)]
pub struct LoadedFixture {
    /// What problems call it.
    pub file: String,
    /// Its text.
    pub text: String,
    /// What it says.
    pub fixture: Fixture,
}

impl LoadedFixture {
    /// What only the store's rules refused, at its place in the file.
    pub fn problem(&self, refused: &Refused) -> Problem {
        problem_at(&self.text, &self.file, &refused.pointer, &refused.message, None)
    }
}

/// What a process is started with.
#[derive(Clone, Debug)]
pub struct Config {
    /// The address to listen on.
    pub host: IpAddr,
    /// The port; 0 for a free one.
    pub port: u16,
    /// Further names under which the control API may be called; `*.` in front of one stands for all names below it.
    pub allowed_hosts: Vec<String>,
    /// Origins whose pages may do everything that the control API does.
    pub allowed_origins: Vec<String>,
    /// Whether it is served by HTTPS as well.
    pub tls: Option<Wanted>,
    /// The address of this machine in its network under which phones may come in.
    pub lan: Option<IpAddr>,
    /// Where the state lies.
    pub database: Database,
    /// The first app's pair.
    pub pair: Pair,
    /// Whether `pair` was asked for: it is then added to a database that does not have it.
    pub pair_is_given: bool,
    /// Fixtures in the order in which they are loaded.
    pub fixtures: Vec<LoadedFixture>,
    /// How the clocks of apps run that are made at the start, unless their fixture says.
    pub clock: ClockMode,
    /// Makes every id the same in each run.
    pub seed: Option<u64>,
    /// Threads that serve.
    pub workers: usize,
    /// What sockets may.
    pub limits: Limits,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            host: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: PORT_DEFAULT,
            allowed_hosts: Vec::new(),
            allowed_origins: Vec::new(),
            tls: None,
            lan: None,
            database: Database::File(DATABASE_DEFAULT.into()),
            pair: default_pair(),
            pair_is_given: false,
            fixtures: Vec::new(),
            clock: ClockMode::System,
            seed: None,
            workers: std::thread::available_parallelism().map_or(2, usize::from),
            limits: Limits::default(),
        }
    }
}

impl Config {
    /// What fixtures leave open.
    pub fn fixture_defaults(&self) -> Defaults {
        Defaults { pair: self.pair.clone(), clock: self.clock, is_base: true }
    }
}

/// The pair that a first start takes when nobody names another: fixed, and obviously fake.
pub fn default_pair() -> Pair {
    Pair { api_key: "millpond".to_owned(), api_secret: "millpond-secret-that-is-worth-nothing".to_owned() }
}
