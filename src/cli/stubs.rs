//! `stubs`: fixed answers for operations that are not built, or are to answer something else.

use clap::Subcommand;
use serde_json::{Value, json};
use url::form_urlencoded::Serializer;

use super::print::{bare, plain};
use super::target::CommonArgs;
use super::{json_file, print};
use crate::client::{Client, RemoteApp};
use crate::outcome::{DONE, Outcome};

/// Answer an operation, or any path, with something fixed; authentication stays the real one
///
/// Without a verb: the stubs there are.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  echo '{\"method\": \"POST\", \"path\": \"/api/v2/feeds/follows\", \"body\": {\"follow\": {}}}' | millpond stubs put -
  millpond stubs
  millpond stubs clear --operation GetApp")]
pub struct Args {
    #[command(subcommand)]
    verb: Option<Verb>,
    #[command(flatten)]
    common: CommonArgs,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Put a stub, in place of the one at the same place
    #[command(after_help = "\
Example:
  millpond stubs put feed.json

The file holds what PUT stubs takes, or a list of that:
  {\"operation\": \"GetApp\", \"status\": 200, \"body\": {\"app\": {}}}
  {\"method\": \"GET\", \"path\": \"/api/v2/feeds/{group}/things/{id}\", \"status\": 404, \"body\": {}}")]
    Put {
        /// A JSON file; - is stdin
        #[arg(value_name = "FILE")]
        file: String,
    },
    /// Take all stubs away, or one
    #[command(after_help = "\
Examples:
  millpond stubs clear
  millpond stubs clear --operation GetApp
  millpond stubs clear --method GET --path '/api/v2/feeds/{group}/things/{id}'")]
    Clear {
        /// That of this operation
        #[arg(long, value_name = "NAME", conflicts_with_all = ["method", "path"])]
        operation: Option<String>,
        /// That of this method …
        #[arg(long, value_name = "METHOD", requires = "path")]
        method: Option<String>,
        /// … and path
        #[arg(long, value_name = "PATH", requires = "method")]
        path: Option<String>,
    },
}

/// Runs `stubs`.
pub fn run(args: &Args) -> Outcome {
    let (client, app) = args.common.find()?;
    let place = Client::path_of(&app, "/stubs");
    let answer = match &args.verb {
        None => client.get(&place)?,
        Some(Verb::Put { file }) => {
            let stubs = match json_file::read(file)? {
                Value::Array(stubs) => stubs,
                stub => vec![stub],
            };
            let put = stubs.iter().map(|stub| client.send("PUT", &place, stub)).collect::<Result<Vec<_>, _>>()?;
            json!({ "stubs": put })
        }
        Some(Verb::Clear { operation, method, path }) => {
            let given = [("operation", operation), ("method", method), ("path", path)];
            let query = Serializer::new(String::from("?"))
                .extend_pairs(given.into_iter().filter_map(|(name, value)| Some((name, value.as_ref()?))))
                .finish();
            client.send("DELETE", &format!("{place}{query}"), &json!({}))?
        }
    };
    if args.common.json {
        print::json(&answer)?;
    } else if answer["cleared"].is_u64() {
        print::out(&format!("{}: {} gone", plain(&app.api_key), bare(&answer["cleared"])))?;
    } else {
        print::out(&table(&app, answer["stubs"].as_array().map(Vec::as_slice).unwrap_or_default()))?;
    }
    Ok(DONE)
}

fn table(app: &RemoteApp, stubs: &[Value]) -> String {
    let rows = stubs.iter().map(|stub| {
        let place = match stub["operation"].as_str() {
            Some(operation) => plain(operation),
            None => format!("{} {}", bare(&stub["method"]), bare(&stub["path"])),
        };
        vec![place, bare(&stub["status"]), stub["body"].to_string().len().to_string()]
    });
    print::list(
        &["answers", "status", "bytes"],
        rows.collect(),
        &format!("{} has no stubs", app.api_key),
        r#"`echo '{"method": "POST", "path": "/api/v2/chat/channels", "body": {}}' | millpond stubs put -` makes one"#,
    )
}
