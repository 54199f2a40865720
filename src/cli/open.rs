//! `open`: the dashboard's address, in a browser where there is a person to look at it.

use std::io::IsTerminal;
use std::process::{Command, Stdio};

use serde_json::json;

use super::print;
use super::target::TargetArgs;
use crate::outcome::{DONE, Outcome};

/// What opens an address in the system's browser.
const OPENER: &[&str] = if cfg!(target_os = "macos") {
    &["open"]
} else if cfg!(windows) {
    &["cmd", "/C", "start", ""]
} else {
    &["xdg-open"]
};

/// Print the dashboard's address, and open it in a browser
///
/// A browser is opened when stdout is a terminal; elsewhere the address is only printed.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  millpond open
  millpond open | cat          the address alone")]
pub struct Args {
    #[command(flatten)]
    target: TargetArgs,
    /// Print {\"url\"}, and open nothing
    #[arg(long)]
    json: bool,
}

/// Runs the verb.
pub fn run(args: &Args) -> Outcome {
    let client = args.target.find()?;
    let url = format!("{}/_millpond/", client.url);
    print::answer(args.json, &json!({ "url": url }), &url)?;
    if !args.json && std::io::stdout().is_terminal() {
        browse(&url);
    }
    Ok(DONE)
}

/// Without a browser the address is what there is.
fn browse(url: &str) {
    let [program, arguments @ ..] = OPENER else { return };
    let mut command = Command::new(program);
    command.args(arguments).arg(url).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    // It is not waited for: it may run for as long as the browser.
    if let Err(cause) = command.spawn() {
        print::note(&format!("note: `{program}` cannot be run ({cause}), so no browser was opened"));
    }
}
