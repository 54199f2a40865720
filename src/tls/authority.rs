//! The authority: its files, what it may name, and the certificates that it makes.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::io::ErrorKind;
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

use super::{Presented, presented};
use crate::clock::system_now;
use crate::private;

/// The certificate, which others are to trust.
const CERTIFICATE: &str = "ca.pem";
/// The key and what it may be used for, which nobody else is to see.
const KEPT: &str = "authority.json";

/// How long an authority is good for, in days.
const AUTHORITY_DAYS: u64 = 3_650;
/// The same of a certificate. Browsers take no more than 398 days from a public authority; a process does not run for one.
const CERTIFICATE_DAYS: u64 = 397;
/// Certificates begin so many days ago: a phone's clock may be behind.
const EARLIER_DAYS: u64 = 2;

/// An authority that can name one machine.
pub struct Authority {
    folder: PathBuf,
    kept: Kept,
    certificate: String,
}

/// What is kept beside the certificate.
#[derive(Serialize, Deserialize)]
struct Kept {
    /// What it is called where it is trusted.
    name: String,
    /// What it may name.
    names: BTreeSet<String>,
    key: String,
}

impl Authority {
    /// The one in this folder, which has to be able to name these, or a new one, which may name `also` besides.
    pub(super) fn open_or_make(folder: &Path, names: &BTreeSet<String>, also: Option<&str>) -> anyhow::Result<Self> {
        private::make_folder(folder)?;
        private::close_to_others(folder)?;
        let Some(there) = Self::read(folder)? else {
            return Self::make(folder, names.iter().map(String::as_str).chain(also).map(str::to_owned).collect());
        };
        let missing: Vec<_> = names.difference(&there.kept.names).map(String::as_str).collect();
        if !missing.is_empty() {
            bail!(
                "it was made without {}. Remove that folder, and the next start makes one that has them: whoever trusted \
                 the old one has to trust the new one. Or give another with --tls-dir",
                missing.join(", ")
            );
        }
        Ok(there)
    }

    /// The one in this folder, if there is one.
    pub fn read(folder: &Path) -> anyhow::Result<Option<Self>> {
        let path = folder.join(KEPT);
        if private::is_link(&path) {
            bail!("{} is a link, and what it leads to is not millpond's", path.display());
        }
        let kept = match fs::read(&path) {
            Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(None),
            read => serde_json::from_slice(&read?).with_context(|| format!("{} is damaged", path.display()))?,
        };
        private::close_to_others(&path)?;
        let certificate = folder.join(CERTIFICATE);
        let certificate =
            fs::read_to_string(&certificate).with_context(|| format!("cannot read {}", certificate.display()))?;
        Ok(Some(Self { folder: std::path::absolute(folder)?, kept, certificate }))
    }

    fn make(folder: &Path, names: BTreeSet<String>) -> anyhow::Result<Self> {
        let key = KeyPair::generate()?;
        let mark: String = key.public_key_raw().iter().rev().take(3).fold(String::new(), |text, byte| hex(text, *byte));
        let name = format!("millpond on {} ({mark})", super::host_name().unwrap_or_else(|| "this machine".to_owned()));
        let kept = Kept { name, names, key: key.serialize_pem() };
        let certificate = params(&kept)?.self_signed(&key)?.pem();
        private::replace(&folder.join(CERTIFICATE), &certificate)?;
        // Last: with it, the authority is whole.
        private::replace(&folder.join(KEPT), &serde_json::to_string_pretty(&kept)?)?;
        Ok(Self { folder: std::path::absolute(folder)?, kept, certificate })
    }

    /// The certificate's file.
    pub fn path(&self) -> PathBuf {
        self.folder.join(CERTIFICATE)
    }

    /// The certificate's text.
    pub fn pem(&self) -> &str {
        &self.certificate
    }

    /// What the certificate is called where it is trusted.
    pub fn name(&self) -> &str {
        &self.kept.name
    }

    /// What it may name.
    pub fn names(&self) -> &BTreeSet<String> {
        &self.kept.names
    }

    /// The SHA-256 of the certificate, as systems show it.
    pub fn fingerprint(&self) -> anyhow::Result<String> {
        let bytes = Sha256::digest(self.der()?);
        let pairs: Vec<String> = bytes.iter().map(|byte| hex(String::new(), *byte)).collect();
        Ok(pairs.join(":").to_uppercase())
    }

    fn der(&self) -> anyhow::Result<CertificateDer<'static>> {
        CertificateDer::from_pem_slice(self.certificate.as_bytes()).context("its certificate is damaged")
    }

    /// A new certificate for these names.
    pub(super) fn certificate(&self, names: &BTreeSet<String>) -> anyhow::Result<Presented> {
        let authority = KeyPair::from_pem(&self.kept.key).context("its key is damaged")?;
        let issuer = Issuer::new(params(&self.kept)?, authority);
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

fn hex(mut text: String, byte: u8) -> String {
    let _ = write!(text, "{byte:02x}");
    text
}

/// What the authority's own certificate says: the same each time, so that its certificates name it as their issuer.
fn params(kept: &Kept) -> anyhow::Result<CertificateParams> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, kept.name.as_str());
    params.distinguished_name.push(DnType::OrganizationName, "millpond, for development on one machine");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let permitted = kept.names.iter().map(|name| subtree(name)).collect();
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

/// From a little before today, for so many days.
fn last(params: &mut CertificateParams, days: u64) {
    // The system's clock: it is what those who judge it go by.
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

    fn names(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn an_authority_is_made_once_and_refuses_what_it_was_not_made_for() {
        let place = tempfile::tempdir().expect("a place");
        let folder = place.path().join("tls");
        let first = Authority::open_or_make(&folder, &names(&["localhost", "127.0.0.1"]), Some("10.1.2.3"))
            .expect("an authority");
        let again = Authority::open_or_make(&folder, &names(&["localhost", "10.1.2.3"]), Some("10.3.2.1"))
            .expect("an authority");
        assert_eq!(first.pem(), again.pem());
        assert_eq!(first.fingerprint().expect("a fingerprint").len(), 32 * 3 - 1);
        let other = Authority::open_or_make(&folder, &names(&["localhost", "shop.test"]), None).map(|_| ());
        assert!(other.expect_err("it cannot name it").to_string().contains("made without shop.test"));
        #[cfg(unix)]
        for (path, mode) in [(folder.clone(), 0o700), (folder.join(KEPT), 0o600)] {
            let found =
                std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&path).expect("it is there").permissions());
            assert_eq!(found & 0o777, mode, "{}", path.display());
        }
    }

    #[test]
    fn a_damaged_authority_is_said_to_be_so() {
        let place = tempfile::tempdir().expect("a place");
        fs::write(place.path().join(KEPT), "no JSON").expect("written");
        let refused = Authority::open_or_make(place.path(), &names(&["localhost"]), None).map(|_| ());
        assert!(refused.expect_err("damaged").to_string().contains("is damaged"));
    }
}
