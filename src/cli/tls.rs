//! `tls`: the authority of `--tls`, and how to have it trusted.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::print;
use super::target::TargetArgs;
use crate::config::DATABASE_DEFAULT;
use crate::outcome::{DONE, Failure, Outcome, input};
use crate::tls::{Authority, folder_beside};

/// Show the authority of --tls, and how to have it trusted
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  millpond tls ca                                   its file and fingerprint
  curl --cacert \"$(millpond tls ca --path)\" https://localhost:7664/_millpond/health
  millpond tls trust                                how this system, browsers and phones come to trust it")]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Where its certificate is, and its fingerprint
    #[command(after_help = "\
Example:
  curl --cacert \"$(millpond tls ca --path)\" https://localhost:7664/_millpond/health")]
    Ca(CaArgs),
    /// How to have it trusted; nothing is changed by this
    #[command(after_help = "\
Example:
  millpond tls trust --tls-dir shared/tls")]
    Trust(PlaceArgs),
}

#[derive(Debug, clap::Args)]
struct CaArgs {
    /// Print the path and nothing else
    #[arg(long)]
    path: bool,
    /// Print the certificate itself
    #[arg(long, conflicts_with = "path")]
    pem: bool,
    #[command(flatten)]
    place: PlaceArgs,
}

#[derive(Debug, clap::Args)]
struct PlaceArgs {
    /// The authority's folder [default: that of the running millpond, else .millpond/tls]
    #[arg(long = "tls-dir", value_name = "DIR")]
    folder: Option<PathBuf>,
    #[command(flatten)]
    target: TargetArgs,
    /// Print it in JSON
    #[arg(long)]
    json: bool,
}

impl PlaceArgs {
    fn find(&self) -> Result<Authority, Failure> {
        let running = || {
            let ca =
                self.target.find().ok()?.get("/_millpond/info").ok()?["https"]["ca"].as_str().map(PathBuf::from)?;
            ca.parent().map(Path::to_owned)
        };
        let folder = self.folder.clone().or_else(running).unwrap_or_else(|| folder_beside(Path::new(DATABASE_DEFAULT)));
        Authority::read(&folder)?.ok_or_else(|| {
            input(format!("there is no authority in {} yet; `millpond --tls` makes it.", folder.display()))
        })
    }
}

/// Runs the verb.
pub fn run(args: &Args) -> Outcome {
    match &args.verb {
        Verb::Ca(args) => ca(args),
        Verb::Trust(args) => trust(args),
    }
}

fn ca(args: &CaArgs) -> Outcome {
    let authority = args.place.find()?;
    let path = authority.path();
    if args.place.json {
        let (name, names) = (authority.name(), authority.names());
        print::json(&json!({"path": path, "fingerprint": authority.fingerprint()?, "name": name, "names": names}))?;
    } else if args.path {
        print::out(&path.display().to_string())?;
    } else if args.pem {
        print::out(authority.pem().trim_end())?;
    } else {
        let named = authority.names().iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        print::out(&format!(
            "{}\n{}\nSHA-256 {}\nIt can name: {named}",
            path.display(),
            authority.name(),
            authority.fingerprint()?
        ))?;
    }
    Ok(DONE)
}

fn trust(args: &PlaceArgs) -> Outcome {
    let authority = args.find()?;
    let steps = steps(&authority.path());
    if args.json {
        let steps: Vec<_> = steps.iter().map(|(who, how)| json!({"who": who, "how": how})).collect();
        print::json(&json!({"path": authority.path(), "steps": steps}))?;
        return Ok(DONE);
    }
    print::out(&format!(
        "Its certificate is {}.\nIt can speak for the names of this machine (`millpond tls ca`) and for nothing else. Compare its fingerprint where it is\ninstalled: {}",
        authority.path().display(),
        authority.fingerprint()?
    ))?;
    for (who, how) in steps {
        print::out(&format!("\n{who}\n  {}", how.replace('\n', "\n  ")))?;
    }
    Ok(DONE)
}

/// Who has to trust it, and how each does.
fn steps(ca: &Path) -> Vec<(&'static str, String)> {
    let ca = ca.display();
    let system = if cfg!(target_os = "macos") {
        format!("security add-trusted-cert -r trustRoot -p ssl -k ~/Library/Keychains/login.keychain-db '{ca}'")
    } else if cfg!(windows) {
        format!("certutil -addstore -user Root \"{ca}\"")
    } else {
        format!(
            "Debian, Ubuntu, Alpine: sudo cp '{ca}' /usr/local/share/ca-certificates/millpond.crt && sudo update-ca-certificates\n\
             Fedora, RHEL, Arch:     sudo trust anchor '{ca}'"
        )
    };
    vec![
        ("This system, with curl and most programs", system),
        ("Node", format!("export NODE_EXTRA_CA_CERTS='{ca}'")),
        (
            "Python and what uses OpenSSL",
            "`millpond exec --tls -- COMMAND` and `millpond env` set SSL_CERT_FILE and REQUESTS_CA_BUNDLE to the system's\n\
             roots and this one"
                .to_owned(),
        ),
        (
            "Chrome and Chromium on Linux",
            format!("certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n millpond -i '{ca}'   (of libnss3-tools)"),
        ),
        ("Firefox", "Settings, Privacy & Security, View Certificates, Authorities, Import".to_owned()),
        ("iOS simulator", format!("xcrun simctl keychain booted add-root-cert '{ca}'")),
        (
            "iPhone, iPad",
            "open the page of --lan, install the profile, compare its fingerprint, then Settings, General, About, Certificate Trust Settings"
                .to_owned(),
        ),
        (
            "Android",
            "open the page of --lan, install it as a CA certificate; a debug build has to allow users' authorities in its\n\
             network_security_config"
                .to_owned(),
        ),
    ]
}
