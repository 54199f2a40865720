//! The authority: its files, what it may name, and the certificates that it makes.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::io::{ErrorKind, Write as _};
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use chrono::{Datelike, Days, NaiveDate, TimeZone, Utc};
use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DnType, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, Issuer,
    KeyPair, KeyUsagePurpose, NameConstraints, date_time_ymd,
};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Names, Presented, presented};
use crate::clock::{SECOND_NS, system_now};
use crate::private;

/// All of it, in one file, so that two processes that make one at once make one: nobody else is to see it.
const KEPT: &str = "authority.json";
/// The certificate again, for those who are to trust it.
const CERTIFICATE: &str = "ca.pem";

/// A day.
const DAY_NS: i64 = 86_400 * SECOND_NS;
/// How long an authority is good for, in days.
const AUTHORITY_DAYS: u64 = 3_650;
/// The same of a certificate: with what it began before, less than the 398 that browsers take. No process runs for so long.
const CERTIFICATE_DAYS: u64 = 395;
/// Certificates begin so many days ago: a phone's clock may be behind.
const EARLIER_DAYS: u64 = 2;

/// An authority that can speak for one machine.
pub struct Authority {
    folder: PathBuf,
    kept: Kept,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    /// What it is called where it is trusted.
    name: String,
    /// What it may name.
    names: BTreeSet<String>,
    /// The day on which it was made, counted from 1970.
    made_on: i64,
    certificate: String,
    key: String,
}

impl Authority {
    /// The one in this folder, which has to be able to name what is required, or a new one, which may name all of it.
    pub(super) fn open_or_make(folder: &Path, names: &Names) -> anyhow::Result<Self> {
        if let Some(there) = Self::read(folder)? {
            let missing: Vec<_> =
                names.required.iter().filter(|name| !there.may_name(name)).map(String::as_str).collect();
            if !missing.is_empty() {
                bail!("it was made without {}. {}", missing.join(", "), there.anew());
            }
            return Ok(there);
        }
        if !folder.exists() {
            private::make_folder(folder)?;
            private::make(&folder.join(".gitignore"), "*\n")?;
        }
        check_is_ours(folder, true)?;
        let certificate = folder.join(CERTIFICATE);
        if fs::symlink_metadata(&certificate).is_ok() {
            // Another process may have made it meanwhile, which writes this one last.
            if let Some(there) = Self::read(folder)? {
                return Ok(there);
            }
            bail!(
                "{} is there already, and is not millpond's. Give another folder with --tls-dir",
                certificate.display()
            );
        }
        let all = names.required.union(&names.wished).cloned().collect();
        let made = Self { folder: std::path::absolute(folder)?, kept: Kept::new(all)? };
        made.write()
    }

    /// The one in this folder, if there is one.
    pub fn read(folder: &Path) -> anyhow::Result<Option<Self>> {
        let path = folder.join(KEPT);
        let text = match fs::read(&path) {
            Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(None),
            read => read?,
        };
        check_is_ours(folder, true)?;
        check_is_ours(&path, false)?;
        private::close_to_others(&path)?;
        let folder = std::path::absolute(folder)?;
        let kept: Kept = serde_json::from_slice(&text).ok().filter(Kept::is_whole).with_context(|| {
            format!("{} is damaged. Remove that folder, and the next start makes a new one", path.display())
        })?;
        let there = Self { folder, kept };
        let age = today() - there.kept.made_on;
        if age < 0 || age > i64::try_from(AUTHORITY_DAYS).unwrap_or(i64::MAX) {
            bail!("it has expired, or was made when the clock was ahead. {}", there.anew());
        }
        // Whoever is to trust it reads it there.
        if fs::read_to_string(there.path()).ok().as_deref() != Some(there.pem()) {
            private::replace(&there.path(), there.pem())?;
        }
        Ok(Some(there))
    }

    /// Puts it in its place, unless another process was faster: then it is that one's.
    fn write(self) -> anyhow::Result<Self> {
        let mut file = tempfile::NamedTempFile::new_in(&self.folder)?; // 0600 from the beginning
        file.write_all(serde_json::to_string_pretty(&self.kept)?.as_bytes())?;
        match file.persist_noclobber(self.folder.join(KEPT)) {
            Err(refused) if refused.error.kind() != ErrorKind::AlreadyExists => return Err(refused.error.into()),
            Ok(_) | Err(_) => {}
        }
        Self::read(&self.folder)?.context("it was removed by another process")
    }

    /// What to do about one that is of no use.
    fn anew(&self) -> String {
        format!(
            "Remove {}, and the next start makes one that is: whoever trusted the old one has to trust the new one. Or give another \
             folder with --tls-dir",
            self.folder.display()
        )
    }

    /// The certificate's file.
    pub fn path(&self) -> PathBuf {
        self.folder.join(CERTIFICATE)
    }

    /// The certificate's text.
    pub fn pem(&self) -> &str {
        &self.kept.certificate
    }

    /// What the certificate is called where it is trusted.
    pub fn name(&self) -> &str {
        &self.kept.name
    }

    /// What it may name.
    pub fn names(&self) -> &BTreeSet<String> {
        &self.kept.names
    }

    /// Whether it may name this.
    pub fn may_name(&self, name: &str) -> bool {
        let address = name.parse::<IpAddr>().ok();
        self.kept.names.iter().any(|known| match (address, known.parse::<IpAddr>()) {
            (Some(IpAddr::V4(asked)), Ok(IpAddr::V4(known))) => {
                asked == known || (asked.is_loopback() && known.is_loopback())
            }
            (Some(asked), Ok(known)) => asked == known,
            (None, Err(_)) => {
                name == known || name.strip_suffix(known.as_str()).is_some_and(|rest| rest.ends_with('.'))
            }
            _ => false,
        })
    }

    /// The SHA-256 of the certificate, as systems show it.
    pub fn fingerprint(&self) -> anyhow::Result<String> {
        let bytes = Sha256::digest(self.der()?);
        let pairs: Vec<String> = bytes.iter().map(|byte| hex(String::new(), *byte)).collect();
        Ok(pairs.join(":").to_uppercase())
    }

    fn der(&self) -> anyhow::Result<CertificateDer<'static>> {
        CertificateDer::from_pem_slice(self.pem().as_bytes()).context("its certificate is damaged")
    }

    /// A new certificate for these names.
    pub(super) fn certificate(&self, names: &BTreeSet<String>) -> anyhow::Result<Presented> {
        let authority = KeyPair::from_pem(&self.kept.key).context("its key is damaged")?;
        let issuer = Issuer::new(params(&self.kept.name, &self.kept.names)?, authority);
        let mut wanted = CertificateParams::new(names.iter().cloned().collect::<Vec<_>>())?;
        wanted.distinguished_name.push(DnType::CommonName, "millpond");
        wanted.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        wanted.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        wanted.use_authority_key_identifier_extension = true;
        last(&mut wanted, CERTIFICATE_DAYS);
        let key = KeyPair::generate()?;
        Ok(presented(&wanted.signed_by(&key, &issuer)?, self.der()?, &key))
    }
}

impl Kept {
    fn new(names: BTreeSet<String>) -> anyhow::Result<Self> {
        let key = KeyPair::generate()?;
        let mark = key.public_key_raw().iter().rev().take(3).fold(String::new(), |text, byte| hex(text, *byte));
        let machine = super::host_name().unwrap_or_else(|| "this machine".to_owned());
        let name = format!("millpond on {machine} ({mark})");
        let certificate = params(&name, &names)?.self_signed(&key)?.pem();
        Ok(Self { name, names, made_on: today(), certificate, key: key.serialize_pem() })
    }

    fn is_whole(&self) -> bool {
        KeyPair::from_pem(&self.key).is_ok() && CertificateDer::from_pem_slice(self.certificate.as_bytes()).is_ok()
    }
}

/// Who trusts the authority trusts whoever could write it: nobody but this user is to have had a hand in it.
fn check_is_ours(path: &Path, is_folder: bool) -> anyhow::Result<()> {
    let found = fs::symlink_metadata(path).with_context(|| format!("cannot read {}", path.display()))?;
    #[cfg(unix)]
    let (is_ours, is_open) = {
        use std::os::unix::fs::MetadataExt;
        (found.uid() == rustix::process::geteuid().as_raw(), found.mode() & 0o022 != 0)
    };
    #[cfg(not(unix))]
    let (is_ours, is_open) = (true, false);
    if found.is_symlink() || found.is_dir() != is_folder || !is_ours || is_open {
        bail!(
            "{} is a link, or another's, or others may write it: who trusts an authority has to know whose it is. Give another \
             folder with --tls-dir",
            path.display()
        );
    }
    Ok(())
}

fn hex(mut text: String, byte: u8) -> String {
    let _ = write!(text, "{byte:02x}");
    text
}

/// What the authority's own certificate says: its name is the same each time, so that its certificates name it as their issuer.
fn params(name: &str, names: &BTreeSet<String>) -> anyhow::Result<CertificateParams> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.distinguished_name.push(DnType::OrganizationName, "millpond, for development on one machine");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    // Of servers, and of nothing else: neither code nor mail.
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let permitted = names.iter().map(|name| subtree(name)).collect();
    params.name_constraints = Some(NameConstraints { permitted_subtrees: permitted, excluded_subtrees: Vec::new() });
    last(&mut params, AUTHORITY_DAYS);
    Ok(params)
}

/// What an authority may name: a name with those below it, an address alone, and of loopback all of it.
fn subtree(name: &str) -> GeneralSubtree {
    let Ok(address) = name.parse::<IpAddr>() else { return GeneralSubtree::DnsName(name.to_owned()) };
    GeneralSubtree::IpAddress(match address {
        IpAddr::V4(address) if address.is_loopback() => CidrSubnet::from_v4_prefix([127, 0, 0, 0], 8),
        IpAddr::V4(_) => CidrSubnet::from_addr_prefix(address, 32),
        IpAddr::V6(_) => CidrSubnet::from_addr_prefix(address, 128),
    })
}

/// The day by the system's clock, which those who judge a certificate go by.
fn today() -> i64 {
    system_now().0.div_euclid(DAY_NS)
}

/// From a little before today, for so many days.
fn last(params: &mut CertificateParams, days: u64) {
    let today = Utc.timestamp_nanos(system_now().0).date_naive();
    let day = |date: Option<NaiveDate>| {
        let date = date.unwrap_or(today);
        let number = |value: u32| u8::try_from(value).unwrap_or(1);
        date_time_ymd(date.year(), number(date.month()), number(date.day()))
    };
    params.not_before = day(today.checked_sub_days(Days::new(EARLIER_DAYS)));
    params.not_after = day(today.checked_add_days(Days::new(days)));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn names(required: &[&str], wished: &[&str]) -> Names {
        Names { required: set(required), wished: set(wished) }
    }

    fn refused(outcome: anyhow::Result<Authority>) -> String {
        outcome.map(|_| ()).expect_err("refused").to_string()
    }

    #[test]
    fn an_authority_is_made_once_and_refuses_what_it_was_not_made_for() {
        let place = tempfile::tempdir().expect("a place");
        let folder = place.path().join("tls");
        let first = Authority::open_or_make(&folder, &names(&["shop.test"], &["127.0.0.1", "10.1.2.3"])).expect("made");
        let again = Authority::open_or_make(&folder, &names(&["10.1.2.3"], &["10.3.2.1"])).expect("the same");
        assert_eq!(first.pem(), again.pem());
        assert_eq!(first.fingerprint().expect("a fingerprint").len(), 32 * 3 - 1);
        for (name, may) in [
            ("shop.test", true),
            ("www.shop.test", true),
            ("otshop.test", false),
            ("test", false),
            ("127.9.9.9", true),
            ("10.1.2.3", true),
            ("10.3.2.1", false),
            ("localhost", false),
        ] {
            assert_eq!(again.may_name(name), may, "{name}");
        }
        let other = refused(Authority::open_or_make(&folder, &names(&["other.test"], &[])));
        assert!(other.contains("made without other.test") && other.contains("Remove"), "{other}");
        #[cfg(unix)]
        for (path, mode) in [(folder.clone(), 0o700), (folder.join(KEPT), 0o600)] {
            let found =
                std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&path).expect("it is there").permissions());
            assert_eq!(found & 0o777, mode, "{}", path.display());
        }
        // Those who are to trust it find it, whatever became of the file.
        fs::write(first.path(), "of another").expect("written");
        assert_eq!(Authority::read(&folder).expect("read").expect("there").pem(), first.pem());
        assert_eq!(fs::read_to_string(first.path()).expect("read"), first.pem());
    }

    #[test]
    fn processes_that_make_one_at_once_have_one() {
        let place = tempfile::tempdir().expect("a place");
        let folder = place.path().join("tls");
        let make =
            || Authority::open_or_make(&folder, &names(&[], &["localhost"])).expect("an authority").pem().to_owned();
        let certificates: BTreeSet<String> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(make)).collect();
            threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
        });
        assert_eq!(certificates.len(), 1);
    }

    #[test]
    fn what_is_not_ours_is_neither_used_nor_written_over() {
        let place = tempfile::tempdir().expect("a place");
        let folder = place.path().join("certs");
        fs::create_dir(&folder).expect("a folder");
        fs::write(folder.join(CERTIFICATE), "somebody's").expect("written");
        let foreign = refused(Authority::open_or_make(&folder, &names(&[], &["localhost"])));
        assert!(foreign.contains("is there already"), "{foreign}");
        assert_eq!(fs::read_to_string(folder.join(CERTIFICATE)).expect("read"), "somebody's");
        fs::write(folder.join(KEPT), "no JSON").expect("written");
        let damaged = refused(Authority::open_or_make(&folder, &names(&[], &["localhost"])));
        assert!(damaged.contains("is damaged") && damaged.contains("Remove"), "{damaged}");
        #[cfg(unix)]
        {
            let (own, link) = (place.path().join("own"), place.path().join("link"));
            Authority::open_or_make(&own, &names(&[], &["localhost"])).expect("made");
            std::os::unix::fs::symlink(&own, &link).expect("a link");
            assert!(refused(Authority::open_or_make(&link, &names(&[], &["localhost"]))).contains("is a link"));
            let open = std::os::unix::fs::PermissionsExt::from_mode(0o777);
            fs::set_permissions(&own, open).expect("set");
            assert!(refused(Authority::open_or_make(&own, &names(&[], &["localhost"]))).contains("others may write"));
        }
    }

    #[test]
    fn what_it_makes_is_believed_under_its_names_alone() {
        use rustls::client::danger::ServerCertVerifier as _;
        use rustls::pki_types::{ServerName, UnixTime};

        let place = tempfile::tempdir().expect("a place");
        let authority =
            Authority::open_or_make(&place.path().join("tls"), &names(&[], &["localhost", "127.0.0.1"])).expect("made");
        let mut roots = rustls::RootCertStore::empty();
        roots.add(authority.der().expect("a certificate")).expect("a root");
        let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
        let verifier = rustls::client::WebPkiServerVerifier::builder_with_provider(roots.into(), provider)
            .build()
            .expect("a verifier");
        for (name, is_believed) in [("localhost", true), ("127.0.0.1", true), ("bank.test", false), ("10.0.0.1", false)]
        {
            // Even its own hand cannot sign for another name.
            let (chain, _) = authority.certificate(&set(&[name])).expect("a certificate");
            let server = ServerName::try_from(name).expect("a name");
            let now = UnixTime::since_unix_epoch(std::time::Duration::from_secs(
                system_now().0.unsigned_abs() / 1_000_000_000,
            ));
            let judged = verifier.verify_server_cert(&chain[0], &chain[1..], &server, &[], now);
            assert_eq!(judged.is_ok(), is_believed, "{name}: {judged:?}");
        }
    }
}
