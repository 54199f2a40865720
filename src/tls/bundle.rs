//! What a command's programs are told to trust: the authority beside what they trusted before, so that their other HTTPS goes on.

use std::fs;
use std::path::{Path, PathBuf};

use super::Authority;
use crate::private;

/// Where systems keep the roots that they trust, in one file.
const SYSTEM_ROOTS: [&str; 5] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

/// What Node trusts beside its own roots.
const NODE: &str = "NODE_EXTRA_CA_CERTS";
/// What OpenSSL, and with it Python, trusts instead of the system's roots; and the same for Python's requests.
const INSTEAD: [&str; 2] = ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"];

/// The variables that have programs trust the authority, with files for them in its folder. What replaces the system's roots is
/// left out where those were not found: programs would trust nothing else.
pub fn variables(
    authority: &Authority,
    inherited: impl Fn(&str) -> Option<PathBuf>,
) -> anyhow::Result<Vec<(&'static str, PathBuf)>> {
    let beside = |name: &str| authority.path().with_file_name(name);
    let with = |roots: &Path, name: &str| -> anyhow::Result<PathBuf> {
        let text = format!("{}\n{}", fs::read_to_string(roots)?.trim_end(), authority.pem());
        private::replace(&beside(name), &text)?;
        Ok(beside(name))
    };
    let there = |name: &str| inherited(name).filter(|file| file.is_file());
    let node = match there(NODE) {
        Some(file) => with(&file, "node.pem")?,
        None => authority.path(),
    };
    let mut variables = vec![(NODE, node)];
    let system = || SYSTEM_ROOTS.iter().map(PathBuf::from).find(|file| file.is_file());
    for (name, file) in INSTEAD.into_iter().zip(["openssl.pem", "requests.pem"]) {
        if let Some(roots) = there(name).or_else(system) {
            variables.push((name, with(&roots, file)?));
        }
    }
    Ok(variables)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_trusted_before_stays_trusted() {
        let place = tempfile::tempdir().expect("a place");
        let roots = place.path().join("roots.pem");
        fs::write(&roots, "THE ROOTS OF BEFORE\n").expect("written");
        let authority = super::super::authority(&place.path().join("tls"), &["localhost".to_owned()].into(), None)
            .expect("an authority");
        let inherited = |name: &str| (name != "NODE_EXTRA_CA_CERTS").then(|| roots.clone());
        let variables = variables(&authority, inherited).expect("variables");
        assert_eq!(variables.iter().map(|(name, _)| *name).collect::<Vec<_>>(), [NODE, INSTEAD[0], INSTEAD[1]]);
        for (name, file) in &variables {
            let text = fs::read_to_string(file).expect("it is there");
            assert_eq!(text.contains("THE ROOTS OF BEFORE"), *name != NODE, "{name}");
            assert!(text.contains(authority.pem()), "{name}");
        }
    }
}
