//! What holds of bans, whoever sets them (wire-contract 4.12).

use crate::error::Result;
use crate::ids::USER_ID_MAX_BYTES;
use crate::model::ban::Ban;
use crate::validate::max_chars;

/// The reason at the most, in characters.
pub const REASON_MAX_CHARS: usize = 2_048;
/// A channel's cid at the most, in characters.
pub const CHANNEL_CID_MAX_CHARS: usize = 255;

/// Refuses a ban with a text that is too long to be kept.
pub fn check(ban: &Ban) -> Result<()> {
    max_chars("reason", ban.reason.as_deref().unwrap_or_default(), REASON_MAX_CHARS)?;
    max_chars("channel_cid", &ban.channel_cid, CHANNEL_CID_MAX_CHARS)?;
    max_chars("banned_by_id", ban.banned_by.as_deref().unwrap_or_default(), USER_ID_MAX_BYTES)
}
