//! The command line: raw arguments, one verb each. A verb's file holds its arguments, resolves them, and does the work.
//!
//! Results go to stdout and all else to stderr, through [`mod@print`]. The exit code is 0, 1 for a failure, 2 for bad input;
//! that of `exec` is its command's.

mod apps;
mod completions;
mod connections;
mod doctor;
mod ended_tokens;
mod env;
#[cfg(unix)]
mod exec;
mod faults;
mod fixture;
mod fixture_files;
mod healthcheck;
mod init;
mod inspect;
mod json_file;
mod lan;
mod listen;
mod log;
mod open;
mod operations;
mod origin;
mod pair;
mod print;
mod repeat;
mod requests;
mod revoke;
mod run_file;
mod samples;
mod screen;
mod serve;
mod states;
mod stop;
mod stubs;
mod target;
mod tls;
mod token;
mod users;

use std::ffi::OsString;

use clap::error::ErrorKind;
use clap::{Parser, Subcommand};

use crate::outcome::{BAD_INPUT, FAILED, Failure, Outcome};

/// A local stand-in for Stream (getstream.io): sign-in, refresh, revocation and refusal, and the data of Feeds V3, for tests and
/// development.
///
/// Without a verb, millpond serves: `millpond --fixture quickstart` is `millpond serve --fixture quickstart`.
#[derive(Debug, Parser)]
#[command(name = "millpond", version, max_term_width = 100, override_usage = "millpond [VERB] [OPTIONS]", after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

const EXAMPLES: &str = "\
Examples:
  millpond --fixture quickstart        start, with a few users to play with
  millpond init                        give a project a fixture and a first test
  millpond exec -- npm test            run a command with a millpond of its own
  millpond token john                  make a token for john
  millpond inspect                     paste a token, see why it is refused
  eval \"$(millpond env)\"               point this shell's programs at it";

#[derive(Debug, Subcommand)]
enum Verb {
    Serve(serve::Args),
    #[cfg(unix)]
    Exec(exec::Args),
    Env(env::Args),
    Init(init::Args),
    Token(token::Args),
    CreateToken(token::CreateArgs),
    Inspect(inspect::Args),
    Samples(samples::Args),
    RevokeToken(revoke::UserArgs),
    RevokeAllTokens(revoke::AllArgs),
    EndedTokens(ended_tokens::Args),
    Users(users::Args),
    Apps(apps::Args),
    Clock(apps::ClockArgs),
    Requests(requests::Args),
    Connections(connections::Args),
    Faults(faults::Args),
    Stubs(stubs::Args),
    Snapshot(states::SnapshotArgs),
    Reset(states::ResetArgs),
    Fixture(fixture::Args),
    Operations(operations::Args),
    Healthcheck(healthcheck::Args),
    Tls(tls::Args),
    Doctor(doctor::Args),
    Open(open::Args),
    Stop(stop::Args),
    Completions(completions::Args),
}

/// Runs a command line and gives the exit code.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> i32 {
    let verb = match parse(arguments.into_iter().collect()) {
        Ok(cli) => cli.verb,
        Err(error) => {
            // Help that nobody reads to its end is no failure.
            let _ = error.print();
            return error.exit_code();
        }
    };
    match dispatch(verb) {
        Ok(code) => code,
        Err(failure) => {
            print::error(&failure.to_string());
            if matches!(failure, Failure::Input(_)) { BAD_INPUT } else { FAILED }
        }
    }
}

/// Parses; where no verb is named, `serve` is meant.
fn parse(mut arguments: Vec<OsString>) -> Result<Cli, clap::Error> {
    let first_is_flag = arguments.get(1).is_none_or(|first| first.as_encoded_bytes().starts_with(b"-"));
    let parsed = Cli::try_parse_from(&arguments);
    match parsed {
        Err(error) if first_is_flag && !matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) => {
            arguments.insert(1, "serve".into());
            Cli::try_parse_from(arguments)
        }
        parsed => parsed,
    }
}

fn dispatch(verb: Verb) -> Outcome {
    match verb {
        Verb::Serve(args) => serve::run(&args),
        #[cfg(unix)]
        Verb::Exec(args) => exec::run(&args),
        Verb::Env(args) => env::run(&args),
        Verb::Init(args) => init::run(&args),
        Verb::Token(args) => token::run(&args),
        Verb::CreateToken(args) => token::create(&args),
        Verb::Inspect(args) => inspect::run(&args),
        Verb::Samples(args) => samples::run(&args),
        Verb::RevokeToken(args) => revoke::user(&args),
        Verb::RevokeAllTokens(args) => revoke::all(&args),
        Verb::EndedTokens(args) => ended_tokens::run(&args),
        Verb::Users(args) => users::run(&args),
        Verb::Apps(args) => apps::run(&args),
        Verb::Clock(args) => apps::clock(&args),
        Verb::Requests(args) => requests::run(&args),
        Verb::Connections(args) => connections::run(&args),
        Verb::Faults(args) => faults::run(&args),
        Verb::Stubs(args) => stubs::run(&args),
        Verb::Snapshot(args) => states::snapshot(&args),
        Verb::Reset(args) => states::reset(&args),
        Verb::Fixture(args) => fixture::run(&args),
        Verb::Operations(args) => operations::run(&args),
        Verb::Healthcheck(args) => healthcheck::run(&args),
        Verb::Tls(args) => tls::run(&args),
        Verb::Doctor(args) => doctor::run(&args),
        Verb::Open(args) => open::run(&args),
        Verb::Stop(args) => stop::run(&args),
        Verb::Completions(args) => completions::run(&args),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn parsed(line: &str) -> Result<Cli, clap::Error> {
        parse(line.split(' ').map(OsString::from).collect())
    }

    #[test]
    fn without_a_verb_millpond_serves() {
        for line in ["millpond", "millpond --fixture quickstart", "millpond --json --port 0", "millpond --memory"] {
            assert!(matches!(parsed(line), Ok(Cli { verb: Verb::Serve(_) })), "{line}");
        }
        assert!(matches!(parsed("millpond env"), Ok(Cli { verb: Verb::Env(_) })));
    }

    #[test]
    fn a_wrong_verb_is_no_flag_of_serve() {
        assert_eq!(parsed("millpond serv").expect_err("refused").kind(), ErrorKind::InvalidSubcommand);
        assert_eq!(parsed("millpond --help").expect_err("help").kind(), ErrorKind::DisplayHelp);
        assert_eq!(parsed("millpond --version").expect_err("version").kind(), ErrorKind::DisplayVersion);
        assert_eq!(parsed("millpond --prot 1").expect_err("refused").kind(), ErrorKind::UnknownArgument);
    }

    #[test]
    fn the_arguments_contradict_nothing() {
        Cli::command().debug_assert();
    }
}
