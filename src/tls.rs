//! HTTPS for those who insist on it: an authority of this machine's own, made once, and a certificate made at each start.
//!
//! The authority can name this machine and nothing else, so that who trusts it trusts nobody with another site.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::version::{TLS12, TLS13};

pub use self::authority::Authority;

mod authority;
pub mod bundle;

/// What a process is asked to do about HTTPS.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Its port; 0 for a free one.
    pub port: u16,
    /// The authority's folder; `None` is one beside the database.
    pub folder: Option<PathBuf>,
    /// Names and addresses beside [`own_names`].
    pub names: Vec<String>,
}

/// The alias under which Android's emulator reaches the machine that runs it.
const EMULATOR: Ipv4Addr = Ipv4Addr::new(10, 0, 2, 2);

/// What this machine is called on itself and beside itself.
pub fn own_names() -> Vec<String> {
    let mut names = vec!["localhost".to_owned()];
    if let Some(host) = host_name() {
        if !host.contains('.') {
            names.push(format!("{host}.local"));
        }
        names.push(host);
    }
    let addresses = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST), IpAddr::V4(EMULATOR)];
    names.extend(addresses.map(|address| address.to_string()));
    names
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

/// The names of a server: its own, and those that were asked for.
///
/// # Errors
/// When one of them is no name.
pub fn names(wanted: &[String]) -> anyhow::Result<BTreeSet<String>> {
    if let Some(wrong) = wanted.iter().find(|name| !is_name(name)) {
        bail!("\"{wrong}\" is neither a host name nor an address");
    }
    Ok(own_names().into_iter().chain(wanted.iter().map(|name| name.to_ascii_lowercase())).collect())
}

/// A certificate with those above it, and its key.
type Presented = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

fn presented(certificate: &rcgen::Certificate, authority: CertificateDer<'static>, key: &rcgen::KeyPair) -> Presented {
    let key = PrivatePkcs8KeyDer::from(key.serialize_der());
    (vec![certificate.der().clone(), authority], key.into())
}

/// Where the authority of a millpond that keeps its database here lies.
pub fn folder_beside(database: &Path) -> PathBuf {
    database.parent().unwrap_or(Path::new(".")).join("tls")
}

/// The authority in a folder, made if there is none. It can name all of these; `also` only if it was made with it.
pub fn authority(folder: &Path, names: &BTreeSet<String>, also: Option<&str>) -> anyhow::Result<Authority> {
    Authority::open_or_make(folder, names, also)
        .with_context(|| format!("the authority in {} cannot be used", folder.display()))
}
