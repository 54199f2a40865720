//! `ended-tokens`: the tokens that were ended by hand; take the ending back.

use clap::Subcommand;
use serde_json::{Value, json};
use url::form_urlencoded::Serializer;

use super::print;
use super::print::{bare, plain};
use super::target::CommonArgs;
use crate::client::Client;
use crate::outcome::{DONE, Outcome};

/// List the tokens that were ended by hand; take some back
///
/// Those that a fault or `connections` made to expire, and those that `revoke-token --in-use` revoked. They are named by
/// their fingerprints, as in the journal, and forgotten when they would have expired by themselves.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  millpond ended-tokens
  millpond ended-tokens clear --token 0123456789ab
  millpond ended-tokens clear --user john")]
pub struct Args {
    #[command(subcommand)]
    verb: Option<Verb>,
    #[command(flatten)]
    common: CommonArgs,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Take all back, those of a user, or one: they are judged by their times again
    #[command(after_help = "\
Examples:
  millpond ended-tokens clear
  millpond ended-tokens clear --user john")]
    Clear {
        /// That of this fingerprint
        #[arg(long, value_name = "FINGERPRINT", conflicts_with = "user")]
        token: Option<String>,
        /// Those of this user
        #[arg(long, short, value_name = "ID")]
        user: Option<String>,
    },
}

/// Runs `ended-tokens`.
pub fn run(args: &Args) -> Outcome {
    let (client, app) = args.common.find()?;
    let place = Client::path_of(&app, "/ended-tokens");
    let answer = match &args.verb {
        None => client.get(&place)?,
        Some(Verb::Clear { token, user }) => {
            let given = [("token", token), ("user_id", user)];
            let query = Serializer::new(String::from("?"))
                .extend_pairs(given.into_iter().filter_map(|(name, value)| Some((name, value.as_ref()?))))
                .finish();
            client.send("DELETE", &format!("{place}{query}"), &json!({}))?
        }
    };
    if args.common.json {
        print::json(&answer)?;
    } else if answer["cleared"].is_u64() {
        print::out(&format!("{}: {} taken back", plain(&app.api_key), bare(&answer["cleared"])))?;
    } else {
        print::out(&table(answer["ended_tokens"].as_array().map(Vec::as_slice).unwrap_or_default()))?;
    }
    Ok(DONE)
}

fn table(ended: &[Value]) -> String {
    let head = ["token", "ended as", "user", "ended at", "expires at"].map(str::to_owned).to_vec();
    let rows = ended.iter().map(|ended| {
        let text = |name: &str| if ended[name].is_null() { "-".to_owned() } else { bare(&ended[name]) };
        ["token", "kind", "user_id", "ended_at", "expires_at"].map(text).to_vec()
    });
    print::table(&[head].into_iter().chain(rows).collect::<Vec<_>>())
}
