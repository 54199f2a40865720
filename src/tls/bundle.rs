//! What a command's programs are told to trust: the authority beside what they trusted before, so that their other HTTPS goes on.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;

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
/// What OpenSSL, and with it Python, trusts instead of the system's roots; and the same for Python's requests, with what that goes by
/// where it is not set.
const INSTEAD: [(&str, &[&str], &str); 2] = [
    ("SSL_CERT_FILE", &["SSL_CERT_FILE"], "openssl.pem"),
    ("REQUESTS_CA_BUNDLE", &["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"], "requests.pem"),
];

/// The variables that have programs trust the authority, with files for them in its folder. What replaces the system's roots is
/// left out where those were not found, and where something else than a file was set: programs would trust nothing else.
pub fn variables(
    authority: &Authority,
    inherited: impl Fn(&str) -> Option<PathBuf>,
) -> anyhow::Result<Vec<(&'static str, PathBuf)>> {
    let folder = authority.path().parent().unwrap_or(Path::new(".")).to_owned();
    // One that we made before has all that it was made of.
    let set = |name: &str| inherited(name).filter(|file| !file.starts_with(&folder) && !file.as_os_str().is_empty());
    let with = |roots: &Path, name: &str| -> anyhow::Result<PathBuf> {
        let what = || format!("cannot have {} trusted beside {}", authority.path().display(), roots.display());
        let mut text = fs::read(roots).with_context(what)?;
        text.extend_from_slice(b"\n");
        text.extend_from_slice(authority.pem().as_bytes());
        let file = folder.join(name);
        private::replace(&file, &text)?;
        Ok(file)
    };
    let node = match set(NODE).filter(|file| file.is_file()) {
        Some(file) => with(&file, "node.pem")?,
        None => authority.path(),
    };
    let mut variables = vec![(NODE, node)];
    let system = || SYSTEM_ROOTS.iter().map(PathBuf::from).find(|file| file.is_file());
    for (name, places, file) in INSTEAD {
        let roots = places.iter().find_map(|place| set(place)).or_else(system);
        if let Some(roots) = roots.filter(|roots| roots.is_file()) {
            variables.push((name, with(&roots, file)?));
        }
    }
    Ok(variables)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::Names;
    use super::*;

    #[test]
    fn what_was_trusted_before_stays_trusted() {
        let place = tempfile::tempdir().expect("a place");
        let roots = place.path().join("roots.pem");
        fs::write(&roots, b"THE ROOTS OF BEFORE, \xfcber alles\n").expect("written");
        let names = Names { wished: ["localhost".to_owned()].into(), ..Names::default() };
        let authority = super::super::authority(&place.path().join("tls"), &names).expect("an authority");
        let mut set: BTreeMap<&str, PathBuf> = [("SSL_CERT_FILE", roots.clone()), ("CURL_CA_BUNDLE", roots)].into();
        let first = variables(&authority, |name| set.get(name).cloned()).expect("variables");
        assert_eq!(first.iter().map(|(name, _)| *name).collect::<Vec<_>>(), [NODE, INSTEAD[0].0, INSTEAD[1].0]);
        for (name, file) in &first {
            let text = String::from_utf8_lossy(&fs::read(file).expect("it is there")).into_owned();
            assert_eq!(text.contains("THE ROOTS OF BEFORE"), *name != NODE, "{name}");
            assert_eq!(text.matches(authority.pem()).count(), 1, "{name}");
        }
        // What it said before is not taken for what was trusted, and a folder is left alone.
        set.extend(first);
        set.insert("REQUESTS_CA_BUNDLE", place.path().to_owned());
        let again = variables(&authority, |name| set.get(name).cloned()).expect("variables");
        assert!(again.iter().all(|(name, _)| *name != "REQUESTS_CA_BUNDLE"));
        for (name, file) in &again {
            assert_eq!(fs::read_to_string(file).expect("text").matches(authority.pem()).count(), 1, "{name}");
        }
    }
}
