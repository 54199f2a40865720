//! The segments of a token as they were sent.

use std::borrow::Cow;

use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// base64url that does not mind padding or stray bits at the end, as Go's decoder does not.
pub const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A segment in base64url without padding, whichever alphabet and padding it was sent in (wire-contract 1.2).
pub fn normal_base64(segment: &str) -> Cow<'_, str> {
    let bare = segment.trim_end_matches('=');
    if bare.contains(['+', '/']) { bare.replace('+', "-").replace('/', "_").into() } else { bare.into() }
}

/// What the signature is over, and the signature: slices of the token as it was sent.
#[derive(Clone, Copy, Debug)]
pub struct SignedParts<'a> {
    /// `header.payload`.
    pub message: &'a str,
    /// The third segment.
    pub signature: &'a str,
}

/// Splits a token into what is signed and the signature. `None` unless it has three segments.
pub fn split(raw: &str) -> Option<SignedParts<'_>> {
    let (message, signature) = raw.rsplit_once('.')?;
    (message.matches('.').count() == 1).then_some(SignedParts { message, signature })
}
