//! `stop`: asks the running millpond to end, and waits until its port is free.

use std::io::Read;
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::time::{Duration, Instant};

use serde_json::json;
use url::Url;

use super::print;
use super::target::TargetArgs;
use crate::outcome::{DONE, Failure, Outcome, failed};

/// How long it may take to end: what is in flight is answered first.
const STOP_TIMEOUT: Duration = Duration::from_secs(20);
/// How long the port may take to answer.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(500);

/// Stop the running millpond, and wait until its port is free
///
/// It is asked through its control API: no process is signalled, so none can be hit by mistake. Open sockets are closed with 1001.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  millpond stop
  millpond stop --url http://127.0.0.1:7664")]
pub struct Args {
    #[command(flatten)]
    target: TargetArgs,
    /// Print what was stopped as JSON
    #[arg(long)]
    json: bool,
}

/// Runs the verb.
pub fn run(args: &Args) -> Outcome {
    let client = args.target.find()?;
    let addresses = addresses(&client.url)?;
    client.send("POST", "/_millpond/stop", &json!({}))?;
    let end = Instant::now() + STOP_TIMEOUT;
    for address in &addresses {
        // A connection is closed when the process ends, or when nobody takes it any more: that is waited for.
        while let Ok(mut open) = TcpStream::connect_timeout(address, CONNECT_TIMEOUT) {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                let url = &client.url;
                return Err(failed(format!("{url} was asked to stop, and still listens after {STOP_TIMEOUT:?}")));
            }
            open.set_read_timeout(Some(left)).map_err(anyhow::Error::from)?;
            // How it ends does not matter.
            let _ = open.read(&mut [0]);
        }
    }
    print::answer(args.json, &json!({"stopped": client.url}), &format!("{} has stopped", client.url))?;
    Ok(DONE)
}

fn addresses(url: &str) -> Result<Vec<SocketAddr>, Failure> {
    let url = Url::parse(url).map_err(anyhow::Error::from)?;
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let port = url.port_or_known_default().unwrap_or_default();
    let found = (host, port).to_socket_addrs().map_err(|cause| failed(format!("{host}: {cause}")))?;
    Ok(found.collect())
}
