//! `completions`: for the shell.

use clap::CommandFactory;
use clap_complete::Shell;

use super::print;
use crate::outcome::{DONE, Outcome, failed};

/// Print a completion script for a shell
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  millpond completions bash > ~/.local/share/bash-completion/completions/millpond
  millpond completions fish > ~/.config/fish/completions/millpond.fish")]
pub struct Args {
    /// The shell
    shell: Shell,
    /// Print {"shell", "script"}
    #[arg(long)]
    json: bool,
}

/// Runs the verb.
pub fn run(args: &Args) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut super::Cli::command(), "millpond", &mut script);
    let script = String::from_utf8(script).map_err(|cause| failed(cause.to_string()))?;
    if args.json {
        print::json(&serde_json::json!({"shell": args.shell.to_string(), "script": script}))?;
    } else {
        print::out(script.trim_end())?;
    }
    Ok(DONE)
}
