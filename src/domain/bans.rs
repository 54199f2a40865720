//! What holds of bans, whoever sets them (wire-contract 4.12).

use super::users as rules;
use crate::clock::SECOND_NS;
use crate::error::Result;
use crate::event::topic::Topic;
use crate::event::{Event, Payload};
use crate::ids::USER_ID_MAX_BYTES;
use crate::model::ban::Ban;
use crate::store::{WriteTx, bans, users};
use crate::validate::{max_chars, within};

/// The longest ban that has an end, in minutes: a hundred years.
const TIMEOUT_MAX_MINUTES: i64 = 100 * 366 * 24 * 60;

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

/// A timeout in minutes as nanoseconds; `None` where it is none.
pub fn timeout_ns(minutes: Option<i64>) -> Result<Option<i64>> {
    let minutes = within("timeout", minutes.unwrap_or_default(), 0, TIMEOUT_MAX_MINUTES)?;
    Ok((minutes > 0).then(|| minutes.saturating_mul(60 * SECOND_NS)))
}

/// Bans somebody who is there, and tells him.
pub fn set(tx: &WriteTx<'_>, ban: &Ban) -> Result<()> {
    check(ban)?;
    rules::undeleted(tx, &ban.user_id)?;
    bans::save(tx, ban)?;
    emit(tx, "user.banned", ban)
}

/// Lifts a ban, and tells him who had it; of what kind it was is said where there was none.
pub fn lift(tx: &WriteTx<'_>, user_id: &str, channel_cid: &str, shadow: bool) -> Result<()> {
    let shadow = rules::undeleted(tx, user_id)?.ban.map_or(shadow, |ban| ban.shadow);
    bans::lift(tx, user_id, channel_cid)?;
    let (user_id, channel_cid) = (user_id.to_owned(), channel_cid.to_owned());
    emit(tx, "user.unbanned", &Ban { user_id, channel_cid, shadow, ..Ban::default() })
}

/// Tells the banned user's own connections. The event shows the user as it now is.
fn emit(tx: &WriteTx<'_>, kind: &'static str, ban: &Ban) -> Result<()> {
    let user = rules::undeleted(tx, &ban.user_id)?;
    let by = ban.banned_by.as_deref().map(|id| users::get(tx, id)).transpose()?.flatten();
    let payload = Payload::Ban {
        user: Box::new(user.clone()),
        by: by.map(Box::new),
        reason: ban.reason.clone(),
        expiration: ban.expires_at,
        shadow: ban.shadow,
        channel_cid: Some(ban.channel_cid.clone()).filter(|cid| !cid.is_empty()),
    };
    tx.emit(Event::new(kind, tx.now, [Topic::Own(user.id)], payload));
    Ok(())
}
