//! Starting and stopping a process: store, fixtures, listeners; in that order, and back.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::rt::task::JoinHandle;
use actix_web::web::Data;
use rustls::ServerConfig;
use serde_json::{Value, json};
use socket2::{Domain, Protocol, Socket, Type};

use crate::body::Flight;
use crate::clock::system_now;
use crate::config::{Config, Database};
use crate::control::Control;
use crate::control::guard::Reach;
use crate::door::Gate;
use crate::entrance::{Addresses, Entrance, Lan, Secure};
use crate::fixture::apply::{self, Mode};
use crate::live::hub::{self, Hub};
use crate::live::tell::Tell;
use crate::outcome::Failure;
use crate::server::{self, InFlight, Listener, Shared};
use crate::store::apps::NewApp;
use crate::store::file::{self, InUse, Place};
use crate::store::{Scope, Store, users};
use crate::tls::{self, Authority, Names, Wanted};

mod files;
pub(crate) mod holder;

/// Asked to listen on this port, millpond also listens on [`SOCKET_PORTS`].
pub const REWRITTEN_PORT: u16 = 3030;
/// The ports to which SDKs rewrite `:3030` for sockets and long-poll (sdk-base-urls).
pub const SOCKET_PORTS: [u16; 2] = [8800, 8900];

/// How long a stop waits for sockets to be closed by their clients.
const SOCKETS_TIMEOUT: Duration = Duration::from_secs(1);

/// A process that runs.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    /// The same as a URL, and where else.
    pub addresses: Addresses,
    /// The store.
    pub store: Store,
    /// What the control API answers from.
    pub control: Data<Control>,
    /// The sockets.
    pub hub: Arc<Hub>,
    handle: ServerHandle,
    in_flight: InFlight,
    leaves: JoinHandle<()>,
    expiries: JoinHandle<()>,
}

/// Starts: opens the store, loads the fixtures, binds the listeners, and only then is ready.
pub async fn start(config: Config) -> Result<Running, Failure> {
    let started_at = system_now();
    let store = open_store(&config)?;
    if let Database::File(_) = &config.database {
        tell_of_merges(&store, &config).await?;
    }
    prepare(&store, &config).await?;
    let (listeners, addresses) = bind(&config, &store)?;
    let address = listeners[0].socket.local_addr().map_err(anyhow::Error::from)?;
    store.announce(&addresses.url);
    let defaults = config.fixture_defaults();
    let reach =
        Reach { bound: config.host, allowed_hosts: config.allowed_hosts, allowed_origins: config.allowed_origins };
    let control = Data::new(Control::new(store.clone(), addresses.clone(), started_at, defaults));
    let (hub, leaving) = Hub::new(config.limits);
    store.listen(Tell(Arc::clone(&hub)));
    let leaves = actix_web::rt::spawn(hub::write_leaves(store.clone(), leaving));
    let shared = Shared {
        gate: Data::new(Gate::new(store.clone())),
        control: Data::clone(&control),
        reach: Data::new(reach),
        hub: Arc::clone(&hub),
        in_flight: InFlight::default(),
        flight: Data::new(Flight::default()),
    };
    let in_flight = shared.in_flight.clone();
    let server = server::serve(listeners, &shared, config.workers)?;
    let handle = server.handle();
    actix_web::rt::spawn(server);
    let expiry = Data::clone(&control);
    let expiries = actix_web::rt::spawn(async move { expiry.delete_expired_apps().await });
    control.set_ready();
    Ok(Running { address, addresses, store, control, hub, handle, in_flight, leaves, expiries })
}

fn open_store(config: &Config) -> Result<Store, Failure> {
    let input = |cause: anyhow::Error| {
        Failure::Input(match cause.downcast_ref::<InUse>() {
            Some(taken) => format!("{taken}. {}", instead(config, taken.url.as_deref(), "another --db or --memory")),
            None => format!("{cause:#}"),
        })
    };
    let place = match &config.database {
        Database::File(path) => Place::file(path).map_err(input)?,
        Database::Memory => {
            file::sweep();
            Place::temporary()?
        }
    };
    Store::open_seeded(place, config.seed).map_err(input)
}

/// What to do in place of a start beside a millpond that has what was asked for: most want that one.
fn instead(config: &Config, url: Option<&str>, another: &str) -> String {
    let Some(url) = url else { return format!("Stop that one, or use {another}.") };
    let wanted: Vec<_> = match config.fixtures.as_slice() {
        [] => vec![format!("`millpond env --url {url}` points programs at it")],
        fixtures => {
            let name = |file: &str| file.trim_end_matches(" (shipped)").to_owned();
            let load = |file| format!("`millpond fixture load {} --merge --url {url}`", name(file));
            fixtures.iter().map(|fixture| load(&fixture.file)).collect()
        }
    };
    let loads = if config.fixtures.is_empty() { "" } else { " loads the fixture into it" };
    let wanted = wanted.join(" and ");
    format!("It answers at {url}: {wanted}{loads}. `millpond stop --url {url}` ends it. Or use {another}.")
}

/// Says what fixtures will do to apps that hold something already.
async fn tell_of_merges(store: &Store, config: &Config) -> Result<(), Failure> {
    for loaded in &config.fixtures {
        for named in &loaded.fixture.apps {
            let key = named.api_key.as_deref().unwrap_or(&config.pair.api_key);
            let Some(app) = store.apps().get(key) else { continue };
            let ids: Vec<_> = named.users.iter().map(|(id, _)| id.to_owned()).collect();
            let said = ids.len();
            let scope = Scope::own(&app);
            let counted = store.scan(&scope, move |tx| {
                let known = ids.iter().map(|id| users::exists(tx, id)).collect::<crate::error::Result<Vec<_>>>()?;
                Ok((users::count(tx)?, known.into_iter().filter(|known| *known).count()))
            });
            let (there, known) = counted.await.map_err(|cause| anyhow::anyhow!("{}", cause.message))?;
            let file = &loaded.file;
            tracing::info!(
                "{file} is merged into the app {key}, which has {there} users: {known} of the {said} that the fixture names \
                 are written anew, the others of the app stay. --memory or another --db begins with nothing"
            );
        }
    }
    Ok(())
}

/// Makes the first app when it is wanted, and loads the fixtures.
async fn prepare(store: &Store, config: &Config) -> Result<(), Failure> {
    let other = |cause: crate::error::ApiError| Failure::Other(anyhow::anyhow!("{}", cause.message));
    if let Some(app) = store.apps().get(&config.pair.api_key)
        && config.pair_is_given
        && app.state().secret.reveal() != config.pair.api_secret
    {
        return Err(Failure::Input(format!(
            "the database knows the api key \"{}\" with another secret. Give that secret, another key, or another --db.",
            config.pair.api_key
        )));
    }
    for loaded in &config.fixtures {
        let outcome = apply::apply(store, loaded.fixture.clone(), Mode::Merge, &config.fixture_defaults()).await;
        let apps = outcome.map_err(|refused| {
            Failure::Input(format!("the fixtures cannot be loaded:\n{}", loaded.problem(&refused)))
        })?;
        for (app, said) in apps.iter().zip(&loaded.fixture.apps) {
            files::put_back(store, &app.api_key, said, &loaded.file).await?;
        }
    }
    // A fixture with keys of its own is all that was asked for, unless a pair was given besides.
    let wanted = store.apps().all().is_empty() || config.pair_is_given;
    if wanted && store.apps().get(&config.pair.api_key).is_none() {
        let pair = config.pair.clone();
        let new = NewApp {
            name: "millpond".to_owned(),
            api_key: pair.api_key,
            api_secret: pair.api_secret,
            clock: config.clock,
            is_base: true,
        };
        store.create_app(new).await.map_err(other)?;
    }
    store.keep_missing_baselines().await.map_err(other)
}

/// Binds all that is to be listened on, the plain listener of this machine first.
fn bind(config: &Config, store: &Store) -> Result<(Vec<Listener>, Addresses), Failure> {
    let word: Option<Arc<str>> = config.lan.map(|_| format!("{:016x}", rand::random::<u64>()).into());
    let places = [Some(config.host), config.lan];
    let mut listeners = Vec::new();
    let mut bind = |asked: Vec<u16>, tls: Option<&ServerConfig>, instead: &str| -> Result<Vec<SocketAddr>, Failure> {
        let mut bound = Vec::new();
        for port in asked {
            let mut port = port;
            for host in places.into_iter().flatten() {
                let socket = listen(config, SocketAddr::new(host, port), instead)?;
                let address = socket.local_addr().map_err(anyhow::Error::from)?;
                // One port for all, whichever is free.
                port = address.port();
                let word = word.clone().filter(|_| Some(host) == config.lan);
                let entrance = Entrance { is_encrypted: tls.is_some(), word };
                listeners.push(Listener { socket, tls: tls.cloned(), entrance });
                bound.push(address);
            }
        }
        Ok(bound)
    };
    let plain = bind(ports(config.port), None, "a free port with --port 0")?;
    let url = |scheme: &str, address: SocketAddr| format!("{scheme}://{}", reachable(address));
    let mut in_network = None;
    let mut addresses = Addresses { url: url("http", plain[0]), ..Addresses::default() };
    if let Some(wanted) = &config.tls {
        let (authority, served, for_phones) = secured(config, wanted, store)?;
        let bound = bind(vec![wanted.port], Some(&served), "another with --tls=PORT")?;
        let (ca, pem, fingerprint) = (authority.path(), authority.pem().to_owned(), authority.fingerprint()?);
        let is_kept = wanted.folder.is_some() || store.file().is_some();
        addresses.secure = Some(Secure { url: url("https", bound[0]), ca, pem, fingerprint, is_kept });
        in_network = for_phones.map(|host| format!("https://{host}:{}", bound[0].port()));
    }
    addresses.lan = word.map(|word| Lan { url: url("http", plain[1]), secure_url: in_network, word });
    Ok((listeners, addresses))
}

/// The authority, what is presented by it under all names that this process has and it can name, and by which of them phones call.
fn secured(
    config: &Config,
    wanted: &Wanted,
    store: &Store,
) -> Result<(Authority, ServerConfig, Option<String>), Failure> {
    let input = |cause: anyhow::Error| Failure::Input(format!("{cause:#}"));
    let required = wanted.names.iter().map(|name| name.to_ascii_lowercase()).collect();
    let in_network = config.lan.map(|address| address.to_string());
    let host = Some(config.host).filter(|host| !host.is_unspecified()).map(|host| host.to_string());
    let allowed = config.allowed_hosts.iter().filter(|name| tls::is_name(name)).map(|name| name.to_ascii_lowercase());
    let wished = tls::own_names().into_iter().chain(host).chain(in_network.clone()).chain(allowed).collect();
    let names = Names { required, wished };
    let folder = wanted.folder.clone().unwrap_or_else(|| tls::folder_beside(store.database()));
    let authority = tls::authority(&folder, &names).map_err(input)?;
    let (served, missing): (BTreeSet<String>, BTreeSet<String>) =
        names.required.into_iter().chain(names.wished).partition(|name| authority.may_name(name));
    if !missing.is_empty() {
        let missing: Vec<_> = missing.iter().map(String::as_str).collect();
        tracing::warn!(
            "HTTPS is not served under {}: the authority in {} was made without. Remove that folder to have one made with it, which \
             then has to be trusted anew",
            missing.join(", "),
            folder.display()
        );
    }
    if config.host.is_unspecified() {
        tracing::warn!(
            "HTTPS is served under this machine's names alone; its addresses are to be given with --tls-name"
        );
    }
    let for_phones = in_network.filter(|address| served.contains(address));
    let for_phones = for_phones.or_else(|| tls::network_name().filter(|name| served.contains(name)));
    let config = tls::server(&authority, &served)?;
    Ok((authority, config, for_phones))
}

/// The ports to listen on when this one is asked for.
fn ports(asked: u16) -> Vec<u16> {
    let mut ports = vec![asked];
    if asked == REWRITTEN_PORT {
        ports.extend(SOCKET_PORTS);
    }
    ports
}

fn listen(config: &Config, address: SocketAddr, another: &str) -> Result<TcpListener, Failure> {
    bound(address).map_err(|cause| match cause.kind() {
        std::io::ErrorKind::AddrInUse => {
            let holder = holder::of(address).map(|holder| format!(" by {holder}")).unwrap_or_default();
            let url = holder::millpond_at(reachable(address));
            let instead = instead(config, url.as_deref(), another);
            Failure::Other(anyhow::anyhow!("{address} is in use{holder}. {instead}"))
        }
        _ => Failure::Other(anyhow::anyhow!("cannot listen on {address}: {cause}")),
    })
}

/// As the standard library binds, with a longer queue.
fn bound(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    // A port whose last connections still linger is free; on Windows the option means another thing.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(server::BACKLOG)?;
    Ok(socket.into())
}

/// An address that a client on this machine can call: the unspecified one listens everywhere, but is no target.
fn reachable(address: SocketAddr) -> SocketAddr {
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => {
            SocketAddr::new(IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), address.port())
        }
        IpAddr::V6(ip) if ip.is_unspecified() => {
            SocketAddr::new(IpAddr::V6(std::net::Ipv6Addr::LOCALHOST), address.port())
        }
        _ => address,
    }
}

impl Running {
    /// What the ready line says (design.md 6).
    pub fn ready_line(&self) -> Value {
        let apps: Vec<_> = self
            .store
            .apps()
            .all()
            .iter()
            .map(|app| {
                let state = app.state();
                json!({"name": state.name, "api_key": &*app.api_key, "api_secret": state.secret.reveal()})
            })
            .collect();
        let mut line = json!({
            "event": "ready",
            "url": self.addresses.url,
            "port": self.address.port(),
            "pid": std::process::id(),
            "version": crate::VERSION,
            "db": self.store.file(),
            "apps": apps,
        });
        // Only where they were asked for.
        if let Some(secure) = &self.addresses.secure {
            line["https_url"] = json!(secure.url);
            line["ca"] = json!(secure.ca);
        }
        if let Some(lan) = &self.addresses.lan {
            line["phone_url"] = json!(lan.page());
        }
        line
    }

    /// Stops: takes no more connections, lets finish what is in flight, closes the database.
    ///
    /// What is in flight gets a bounded time; the library's own stop would sleep first (field.md 4.10).
    pub async fn stop(self) {
        self.handle.pause().await;
        self.in_flight.stop();
        self.expiries.abort();
        if tokio::time::timeout(SOCKETS_TIMEOUT, self.hub.stop()).await.is_err() {
            tracing::warn!("stopping although sockets are still open");
        }
        self.in_flight.drained().await;
        // Who has left is written down before the database is closed.
        self.hub.end_leaves();
        if self.leaves.await.is_err() {
            tracing::error!("what writes down who leaves ended by a panic");
        }
        // The last answers were handed to their connections; now they are written out, too.
        self.hub.echo().await;
        if let Err(error) = self.store.write_all_down().await {
            tracing::warn!(%error, "stopping although not everything could be written down");
        }
        self.store.close();
        // Without waiting for idle connections to be closed by their clients.
        drop(self.handle.stop(false));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_that_sdks_rewrite_brings_its_socket_ports_along() {
        assert_eq!(ports(3030), [3030, 8800, 8900]);
        assert_eq!(ports(7663), [7663]);
        assert_eq!(ports(0), [0]);
    }
}
