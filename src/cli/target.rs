//! Finding the running millpond, and the app of it that is meant.

use std::net::{IpAddr, UdpSocket};

use url::{Host, Url};

use super::run_file::RunFile;
use super::{pair, print};
use crate::client::{Client, Found, RemoteApp};
use crate::config::{PORT_DEFAULT, PORT_VARIABLE};
use crate::fixture::did_you_mean;
use crate::outcome::{Failure, failed, input};

/// Which millpond.
#[derive(Debug, Default, clap::Args)]
pub struct TargetArgs {
    /// The running millpond [default: `MILLPOND_URL`, then .millpond/run.json here or above, then port 7663 or `MILLPOND_DEFAULT_PORT`]
    #[arg(long, value_name = "URL", global = true)]
    pub url: Option<String>,
}

/// Which app of it.
#[derive(Debug, Default, clap::Args)]
pub struct AppArgs {
    /// The app: its api key, or its name [default: `STREAM_API_KEY` when the emulator knows it, then the app it was started for]
    #[arg(long, value_name = "KEY|NAME", global = true)]
    pub app: Option<String>,
}

/// Which app of which millpond, and for whom the answer is.
#[derive(Debug, Default, clap::Args)]
pub struct CommonArgs {
    #[command(flatten)]
    pub app: AppArgs,
    #[command(flatten)]
    pub target: TargetArgs,
    /// Print JSON
    #[arg(long, global = true)]
    pub json: bool,
}

impl CommonArgs {
    /// The millpond, and the app.
    pub fn find(&self) -> Result<(Client, RemoteApp), Failure> {
        let client = self.target.find()?;
        let app = self.app.of(&client)?;
        Ok((client, app))
    }
}

impl TargetArgs {
    /// Whether somebody says which one: then it is a fault when it does not answer.
    pub fn is_named(&self) -> bool {
        self.url.is_some() || std::env::var_os("MILLPOND_URL").is_some_and(|url| !url.is_empty())
    }

    /// The emulator that `--url`, `MILLPOND_URL`, a run file or the default port leads to.
    pub fn find(&self) -> Result<Client, Failure> {
        if let Some(client) = self.find_named()? {
            return Ok(client);
        }
        let url = format!("http://127.0.0.1:{}", default_port()?);
        let client = Client::new(url, Found::DefaultPort);
        client.check().map_err(|cause| {
            failed(format!(
                "no millpond was found: neither --url nor MILLPOND_URL names one, .millpond/run.json leads to none, and \
                 {cause}. Start one with `millpond`."
            ))
        })?;
        Ok(client)
    }

    /// The same without the default port, which may be anybody's. `None` when nothing names an emulator that answers.
    pub fn find_named(&self) -> Result<Option<Client>, Failure> {
        let variable = std::env::var("MILLPOND_URL").ok().filter(|url| !url.is_empty());
        let named = match (&self.url, variable) {
            (Some(url), _) => Some((url.clone(), Found::Flag, "--url")),
            (None, Some(url)) => Some((url, Found::Variable, "MILLPOND_URL")),
            (None, None) => None,
        };
        if let Some((url, found, name)) = named {
            let client = Client::new(base(&url, name)?, found);
            client
                .check()
                .map_err(|cause| failed(format!("{cause} ({name} names it). Start millpond, or correct {name}.")))?;
            return Ok(Some(client));
        }
        let running = RunFile::all().into_iter().find_map(|(path, file)| {
            // A repository may come with a run file of somebody else's, who would be shown secrets.
            if !leads_to_this_machine(&file.url) {
                let shown = path.display();
                print::note(&format!("{shown} is not followed: {} is not on this machine. --url takes it.", file.url));
                return None;
            }
            let mut client = Client::new(file.url, Found::RunFile(path));
            client.started_for = Some(file.api_key);
            client.check().is_ok().then_some(client)
        });
        Ok(running)
    }
}

/// The port where millpond is when nobody says where: `MILLPOND_DEFAULT_PORT` is for who runs it elsewhere, and keeps the
/// tests to themselves.
pub fn default_port() -> Result<u16, Failure> {
    match std::env::var(PORT_VARIABLE).ok().filter(|port| !port.is_empty()) {
        None => Ok(PORT_DEFAULT),
        Some(port) => port.parse().map_err(|cause| input(format!("{PORT_VARIABLE}: `{port}` is no port ({cause})."))),
    }
}

/// Whether a URL names loopback, or an address that this machine has.
fn leads_to_this_machine(url: &str) -> bool {
    let host = Url::parse(url).ok().and_then(|url| url.host().map(|host| host.to_owned()));
    let has = |address: IpAddr| address.is_loopback() || UdpSocket::bind((address, 0)).is_ok();
    match host {
        Some(Host::Ipv4(address)) => has(address.into()),
        Some(Host::Ipv6(address)) => has(address.into()),
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}

fn base(text: &str, name: &str) -> Result<String, Failure> {
    let fault = |why: &str| input(format!("{name}: `{text}` {why}; it should look like http://127.0.0.1:7663."));
    let url = Url::parse(text).map_err(|cause| fault(&format!("is no URL ({cause})")))?;
    match url.scheme() {
        "http" if url.has_host() => Ok(url.as_str().trim_end_matches('/').to_owned()),
        "https" => Err(fault("asks for https, which millpond does not speak")),
        _ => Err(fault("is no http URL")),
    }
}

impl AppArgs {
    /// The app of this millpond that is meant.
    pub fn of(&self, client: &Client) -> Result<RemoteApp, Failure> {
        let apps = client.apps()?;
        let known = |key: &str| apps.iter().find(|app| app.api_key == key);
        let chosen = match &self.app {
            Some(wanted) => {
                let named = apps.iter().map(|app| (app.api_key.as_str(), app.name.as_str()));
                known(&chosen("--app", wanted, named)?)
            }
            None => pair::key_in_use()
                .and_then(|key| known(&key))
                .or_else(|| client.started_for.as_deref().and_then(known))
                .or(apps.first()),
        };
        let none = || input(format!("{} has no app. `millpond apps create` makes one.", client.url));
        chosen.cloned().ok_or_else(none)
    }
}

/// The key of the app that is meant by a key or a name, of apps of which these are the keys and names. A key wins.
pub fn chosen<'a>(
    flag: &str,
    wanted: &str,
    apps: impl Iterator<Item = (&'a str, &'a str)> + Clone,
) -> Result<String, Failure> {
    if let Some((key, _)) = apps.clone().find(|(key, _)| *key == wanted) {
        return Ok(key.to_owned());
    }
    let of_that_name: Vec<_> = apps.clone().filter(|(_, name)| *name == wanted).map(|(key, _)| key).collect();
    match of_that_name.as_slice() {
        [key] => Ok((*key).to_owned()),
        [] => {
            let words: Vec<_> = apps.clone().flat_map(|(key, name)| [key, name]).collect();
            let near = did_you_mean(wanted, &words).map(|near| format!(" ({near})")).unwrap_or_default();
            let listed = apps.map(|(key, name)| if key == name { key.to_owned() } else { format!("{key} ({name})") });
            let listed = listed.collect::<Vec<_>>().join(", ");
            Err(input(format!(
                "{flag}: millpond has no app with the api key or the name \"{wanted}\"{near}. It has: {listed}."
            )))
        }
        keys => Err(input(format!(
            "{flag}: {} apps have the name \"{wanted}\"; give the api key of one: {}.",
            keys.len(),
            keys.join(", ")
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_an_http_url_without_a_slash_at_its_end() {
        assert_eq!(base("http://localhost:1/", "--url").expect("fine"), "http://localhost:1");
        for wrong in ["localhost:7663", "https://localhost", "7663", "", "ftp://x"] {
            let refused = base(wrong, "--url").expect_err("refused").to_string();
            assert!(refused.starts_with("--url: `"), "{refused}");
        }
    }
}
