//! `operations`: what is driven by a real SDK, tested by us alone, or not built.

use serde_json::json;

use super::print;
use crate::control::operations;
use crate::outcome::{DONE, Outcome};

/// List Stream's operations, and what stands behind each
///
/// Driven by a real SDK, or tested by our own tests alone; and what is not built, by families of paths.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  millpond operations
  millpond operations --markdown               the table of docs/operations.md")]
pub struct Args {
    /// Print a Markdown table
    #[arg(long, conflicts_with = "json")]
    markdown: bool,
    /// Print them as JSON
    #[arg(long)]
    json: bool,
}

/// Runs the verb.
pub fn run(args: &Args) -> Outcome {
    if args.json {
        print::json(&json!(operations::Everything::known()))?;
    } else if args.markdown {
        print::out(operations::markdown().trim_end())?;
    } else {
        let mut rows = vec![["operation", "state", "where"].map(str::to_owned).to_vec()];
        rows.extend(operations::all().into_iter().map(|known| {
            let (first, more) =
                (known.places.first().cloned().unwrap_or_default(), known.places.len().saturating_sub(1));
            let place = if more == 0 { first } else { format!("{first} and {more} more") };
            vec![known.name.to_owned(), known.status.replace('_', " "), place]
        }));
        print::out(&print::table(&rows))?;
        let mut rows = vec![["family", "state", "paths begin with"].map(str::to_owned).to_vec()];
        rows.extend(
            operations::families()
                .into_iter()
                .map(|family| vec![family.name.to_owned(), family.status.replace('_', " "), family.paths.join(" ")]),
        );
        print::out(&format!(
            "\nWhat Stream has beside these answers 501; a stub (millpond stubs) answers something else.\n\n{}",
            print::table(&rows)
        ))?;
    }
    Ok(DONE)
}
