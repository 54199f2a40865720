//! What may be shown of a token: enough to tell that two uses are of the same one, and nothing that could be used.

use std::fmt;

use serde::{Serialize, Serializer};
use sha2::{Digest, Sha256};

/// Bytes of a fingerprint.
const BYTES: usize = 6;

/// The first 12 hex digits of the SHA-256 of a token as it was sent. The same in every process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; BYTES]);

impl Fingerprint {
    /// The fingerprint of a token.
    pub fn of(token: &str) -> Self {
        let hash = Sha256::digest(token.as_bytes());
        Self(std::array::from_fn(|at| hash[at]))
    }

    /// Reads what [`fmt::Display`] writes; upper case as well.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = text.len() == 2 * BYTES && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let number = u64::from_str_radix(text, 16).ok().filter(|_| fits)?.to_be_bytes();
        Some(Self(std::array::from_fn(|at| number[at + size_of::<u64>() - BYTES])))
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_beginning_of_the_sha_256() {
        assert_eq!(Fingerprint::of("abc").to_string(), "ba7816bf8f01");
        assert_ne!(Fingerprint::of("abc"), Fingerprint::of("abd"));
    }

    #[test]
    fn what_is_written_is_read() {
        let own = Fingerprint::of("abc");
        assert_eq!(Fingerprint::parse(&own.to_string()), Some(own));
        assert_eq!(Fingerprint::parse("BA7816BF8F01"), Some(own));
        for wrong in ["", "ba7816bf8f0", "ba7816bf8f011", "ba7816bf8f0g", "+a7816bf8f01", "eyJhbGciOiJI"] {
            assert_eq!(Fingerprint::parse(wrong), None, "{wrong}");
        }
    }
}
