//! An app's secret, which signs and verifies, and cannot be printed by accident.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, crypto};

use super::segments::{LENIENT, SignedParts, normal_base64};

/// A secret. The key is its raw bytes (wire-contract 1.2).
#[derive(Clone)]
pub struct Secret(Arc<Inner>);

struct Inner {
    text: String,
    decoding: DecodingKey,
    encoding: EncodingKey,
    generation: u64,
}

static GENERATIONS: AtomicU64 = AtomicU64::new(1);

impl Secret {
    /// A secret of the given text.
    pub fn new(text: &str) -> Self {
        Self(Arc::new(Inner {
            text: text.to_owned(),
            decoding: DecodingKey::from_secret(text.as_bytes()),
            encoding: EncodingKey::from_secret(text.as_bytes()),
            generation: GENERATIONS.fetch_add(1, Ordering::Relaxed),
        }))
    }

    /// The text itself, for whoever asked for it.
    pub fn reveal(&self) -> &str {
        &self.0.text
    }

    /// A number that no other secret of this process has: what a cache of verified signatures is keyed by.
    pub fn generation(&self) -> u64 {
        self.0.generation
    }

    /// Whether the signature over the segments, as they were sent, is this secret's (HS256).
    pub fn verifies(&self, parts: &SignedParts<'_>) -> bool {
        // Sent in any alphabet and padding, compared as bytes: the library wants the one canonical spelling.
        let Ok(signature) = LENIENT.decode(normal_base64(parts.signature).as_bytes()) else { return false };
        let signature = URL_SAFE_NO_PAD.encode(signature);
        crypto::verify(&signature, parts.message.as_bytes(), &self.0.decoding, Algorithm::HS256).unwrap_or(false)
    }

    /// Signs with the HMAC of this name, and with HS256 where it is none: the signature's bytes.
    pub fn sign(&self, message: &str, alg: &str) -> Vec<u8> {
        let algorithm = match alg {
            "HS384" => Algorithm::HS384,
            "HS512" => Algorithm::HS512,
            _ => Algorithm::HS256,
        };
        let signature = crypto::sign(message.as_bytes(), &self.0.encoding, algorithm);
        let text = signature.expect("HMAC takes keys of every length");
        URL_SAFE_NO_PAD.decode(text).expect("the library has just encoded it")
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}
