//! `healthcheck`: is it ready? For images that have neither a shell nor curl.

use super::print;
use super::target::TargetArgs;
use crate::outcome::{DONE, FAILED, Outcome};

/// Tell whether the running millpond is ready: exit code 0, else 1
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example, in a Dockerfile:
  HEALTHCHECK --interval=2s CMD [\"/millpond\", \"healthcheck\"]")]
pub struct Args {
    #[command(flatten)]
    target: TargetArgs,
    /// Print what its health route says
    #[arg(long)]
    json: bool,
}

/// Runs the verb.
pub fn run(args: &Args) -> Outcome {
    let client = args.target.find()?;
    let health = client.health()?;
    let ready = health["ready"] == true;
    if args.json {
        print::json(&health)?;
    } else {
        let word = if ready { "is ready" } else { "is not ready yet" };
        print::out(&format!("millpond at {} {word}", client.url))?;
    }
    Ok(if ready { DONE } else { FAILED })
}
