//! `token` and `create-token`: make tokens, with the running millpond's secret and clock, or without one.

use serde_json::{Map, Value, json};

use super::pair::{PairArgs, Resolved, Source, resolve};
use super::print;
use super::target::{AppArgs, TargetArgs};
use crate::auth::secret::Secret;
use crate::client::{Client, RemoteApp};
use crate::clock::system_now;
use crate::mint::{self, Wanted};
use crate::outcome::{DONE, Failure, Outcome, failed, input};

/// Make a token for a user, a server or a guest
///
/// It lives for an hour unless told otherwise. Times are seconds since the epoch, RFC 3339, `now`, or relative to now (-1h).
///
/// Works without a running millpond, by the pair of flags, environment or .env. Where --url, `MILLPOND_URL` or
/// .millpond/run.json leads to one that knows the app, its secret and its clock count.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  millpond token john                          for an hour
  millpond token john --ttl 5m
  millpond token john --iat -2h --exp -1h      one that has expired
  millpond token john --claim role=admin --claim 'teams=[\"red\"]'
  millpond token --server                      for your backend
  millpond token john --secret another-apps    one that is refused with code 43")]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag")]
pub struct Args {
    /// The user
    #[arg(required_unless_present = "server")]
    user_id: Option<String>,
    /// A server's token: no user, no end
    #[arg(long, conflicts_with_all = ["guest", "dev", "user_id"])]
    server: bool,
    /// A guest's token, as `CreateGuest` hands it out
    #[arg(long, conflicts_with = "dev")]
    guest: bool,
    /// A developer token: not signed, good only while auth checks are disabled
    #[arg(long)]
    dev: bool,
    /// How long it lives: 90s, 15m, 1h, 2d; negative for one that is over [default: 1h]
    #[arg(long, value_name = "DURATION", allow_hyphen_values = true, conflicts_with_all = ["no_expiry", "exp"])]
    ttl: Option<String>,
    /// Without `exp`: lives for ever
    #[arg(long, conflicts_with = "exp")]
    no_expiry: bool,
    /// Expires at
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    exp: Option<String>,
    /// Issued at [default: now]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, conflicts_with = "no_iat")]
    iat: Option<String>,
    /// Without `iat`
    #[arg(long)]
    no_iat: bool,
    /// Not before
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    nbf: Option<String>,
    /// A further claim; the value is JSON, else text; null takes a claim out; may be given several times
    #[arg(long = "claim", value_name = "NAME=JSON")]
    claims: Vec<String>,
    /// A field of the header, in the same way
    #[arg(long = "header", value_name = "NAME=JSON")]
    headers: Vec<String>,
    /// Sign with this secret instead
    #[arg(long)]
    secret: Option<String>,
    #[command(flatten)]
    common: Common,
}

/// Make a token, with the flags of Stream's own command line
///
/// As there: without --expiration it lives for ever, without --issued-at it does not say when it was issued.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  millpond create-token --user john --expiration 1893456000")]
pub struct CreateArgs {
    /// The user
    #[arg(long, short, value_name = "ID")]
    user: String,
    /// Expires at, in seconds since the epoch
    #[arg(long, short, value_name = "EPOCH")]
    expiration: Option<i64>,
    /// Issued at, in seconds since the epoch
    #[arg(long, short, value_name = "EPOCH")]
    issued_at: Option<i64>,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, clap::Args)]
struct Common {
    #[command(flatten)]
    pair: PairArgs,
    #[command(flatten)]
    app: AppArgs,
    #[command(flatten)]
    target: TargetArgs,
    /// Accept a secret from the environment or .env although `NODE_ENV` is production
    #[arg(long)]
    allow_production: bool,
    /// Print {"token", "claims"} instead of the token alone
    #[arg(long)]
    json: bool,
}

/// Runs `token`.
pub fn run(args: &Args) -> Outcome {
    let kind = match args {
        Args { server: true, .. } => "server",
        Args { guest: true, .. } => "guest",
        Args { dev: true, .. } => "dev",
        _ => "user",
    };
    let wanted = json!({
        "kind": kind,
        "user_id": args.user_id,
        "ttl": args.ttl,
        "no_expiry": args.no_expiry,
        "exp": args.exp,
        "iat": args.iat,
        "no_iat": args.no_iat,
        "nbf": args.nbf,
        "claims": fields("--claim", &args.claims)?,
        "header": fields("--header", &args.headers)?,
        "secret": args.secret,
    });
    print_minted(&args.common, &wanted)
}

/// Runs `create-token`.
pub fn create(args: &CreateArgs) -> Outcome {
    let wanted = json!({
        "kind": "user",
        "user_id": args.user,
        "exp": args.expiration,
        "no_expiry": args.expiration.is_none(),
        "iat": args.issued_at,
        "no_iat": args.issued_at.is_none(),
    });
    print_minted(&args.common, &wanted)
}

/// `name=json` pairs; what is no JSON is text.
pub fn fields(flag: &str, given: &[String]) -> Result<Map<String, Value>, Failure> {
    let field = |text: &String| match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => {
            let value = serde_json::from_str(value).unwrap_or_else(|_| json!(value));
            Ok((name.to_owned(), value))
        }
        _ => Err(input(format!("{flag}: `{text}` is no NAME=JSON, such as role=admin or teams=[\"red\"]."))),
    };
    given.iter().map(field).collect()
}

fn print_minted(common: &Common, wanted: &Value) -> Outcome {
    let minted = match signer(common)? {
        Signer::Emulator(client, app) => client.send("POST", &Client::path_of(&app, "/tokens"), wanted)?,
        Signer::Own(resolved) => {
            resolved.guard(common.allow_production)?;
            own(&resolved, wanted)?
        }
    };
    if common.json {
        print::json(&minted)?;
    } else {
        print::out(minted["token"].as_str().unwrap_or_default())?;
    }
    Ok(DONE)
}

enum Signer {
    Emulator(Box<Client>, RemoteApp),
    Own(Resolved),
}

/// Who signs: with --app the emulator; else the emulator when something names one that knows the pair's app, or when
/// nobody named a pair; else this process by itself.
fn signer(common: &Common) -> Result<Signer, Failure> {
    if common.app.app.is_some() {
        let client = common.target.find()?;
        let app = common.app.of(&client)?;
        return Ok(Signer::Emulator(Box::new(client), app));
    }
    let resolved = resolve(&common.pair)?;
    // A variable that leads nowhere does not keep a token from being made: only a flag is insisted on.
    let client = match (common.target.find_named(), &common.target.url) {
        (Err(failure), Some(_)) => return Err(failure),
        (found, _) => found.ok().flatten(),
    };
    let Some(client) = client else { return Ok(Signer::Own(resolved)) };
    let app = if resolved.source == Source::Default {
        Some(common.app.of(&client)?)
    } else {
        client
            .apps()?
            .into_iter()
            .find(|app| app.api_key == resolved.pair.api_key && app.api_secret == resolved.pair.api_secret)
    };
    Ok(app.map_or(Signer::Own(resolved), |app| Signer::Emulator(Box::new(client), app)))
}

fn own(resolved: &Resolved, wanted: &Value) -> Result<Value, Failure> {
    let wanted: Wanted = serde_json::from_value(wanted.clone()).map_err(|cause| failed(cause.to_string()))?;
    let minted = mint::mint(&wanted, &Secret::new(&resolved.pair.api_secret), system_now());
    let minted = minted.map_err(|fault| input(format!("--{}: {}.", fault.field.replace('_', "-"), fault.message)))?;
    Ok(json!({"token": minted.token, "claims": minted.claims}))
}
