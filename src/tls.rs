//! HTTPS for those who insist on it: an authority of this machine's own, made once, and a certificate made at each start.
//!
//! The authority can speak for the names of this machine and what lies below them, to servers' clients and for nothing else, so that
//! who trusts it trusts nobody with another site.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::version::{TLS12, TLS13};

pub use self::authority::Authority;
use crate::store::file::beside;

mod authority;
pub mod bundle;

/// What a process is asked to do about HTTPS.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Its port; 0 for a free one.
    pub port: u16,
    /// The authority's folder; `None` is one beside the database.
    pub folder: Option<PathBuf>,
    /// Names and addresses that have to be served beside the machine's own.
    pub names: Vec<String>,
}

/// Under what a server wants to be spoken to.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// What was asked for: an authority that cannot name it is of no use.
    pub required: BTreeSet<String>,
    /// What is served if the authority can name it: a new one can.
    pub wished: BTreeSet<String>,
}

/// The alias under which Android's emulator reaches the machine that runs it.
const EMULATOR: Ipv4Addr = Ipv4Addr::new(10, 0, 2, 2);

/// What this machine is called on itself and beside itself.
pub fn own_names() -> Vec<String> {
    let addresses = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST), IpAddr::V4(EMULATOR)];
    let addresses = addresses.map(|address| address.to_string());
    ["localhost".to_owned()].into_iter().chain(network_name()).chain(addresses).collect()
}

/// What this machine is called in its network. Not by one word alone: that may be the name of a whole domain.
pub fn network_name() -> Option<String> {
    host_name().map(|host| if host.contains('.') { host } else { format!("{host}.local") })
}

/// The machine's name, if a certificate can name it.
fn host_name() -> Option<String> {
    #[cfg(unix)]
    let name = nix::unistd::gethostname().ok()?.into_string().ok()?;
    #[cfg(not(unix))]
    let name = std::env::var("COMPUTERNAME").ok()?;
    let name = name.to_ascii_lowercase();
    (is_name(&name) && name != "localhost").then_some(name)
}

/// Whether it is an address, or a name as the domain system has them.
pub fn is_name(text: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    text.parse::<IpAddr>().is_ok() || (text.len() <= 253 && text.split('.').all(is_label))
}

/// What a server presents: a certificate for these names that is made now and lives in memory alone.
pub fn server(authority: &Authority, names: &BTreeSet<String>) -> anyhow::Result<ServerConfig> {
    let (chain, key) = authority.certificate(names)?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[&TLS13, &TLS12])?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    // Sockets are upgrades of HTTP/1.1.
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// A certificate with those above it, and its key.
type Presented = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

fn presented(certificate: &rcgen::Certificate, authority: CertificateDer<'static>, key: &rcgen::KeyPair) -> Presented {
    let key = PrivatePkcs8KeyDer::from(key.serialize_der());
    (vec![certificate.der().clone(), authority], key.into())
}

/// Where the authority of a millpond that keeps its database here lies: in millpond's own folder, else under a name like the
/// database's.
pub fn folder_beside(database: &Path) -> PathBuf {
    match database.parent() {
        Some(own) if own.ends_with(".millpond") => own.join("tls"),
        _ => beside(database, "-tls"),
    }
}

/// The authority in a folder, made if there is none. It can name all that is required; what else it can is left to be seen.
pub fn authority(folder: &Path, names: &Names) -> anyhow::Result<Authority> {
    Authority::open_or_make(folder, names)
        .with_context(|| format!("the authority in {} cannot be used", folder.display()))
}
