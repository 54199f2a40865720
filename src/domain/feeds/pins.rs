//! Pinning activities in feeds (feeds-core 7).

use std::sync::Arc;

use super::access::{self, Actor};
use super::activities::live_of;
use super::enrich::{OwnFields, Users};
use super::events;
use super::feeds::present;
use super::listing::enriched_in;
use crate::error::{ApiError, Result};
use crate::event::feeds::{About, Change};
use crate::ids::FeedId;
use crate::model::feeds::activity::Activity;
use crate::model::feeds::feed::Feed;
use crate::model::feeds::pin::{EnrichedPin, Pin};
use crate::model::user::User;
use crate::permission::capability::Capability;
use crate::store::WriteTx;
use crate::store::feeds::{activities as activity_rows, feeds as feed_rows, pins as rows};

/// Pins an activity in a feed that it is in. One that is pinned stays as it is.
pub fn pin(
    tx: &WriteTx<'_>,
    actor: Actor<'_>,
    by: &User,
    fid: &FeedId,
    activity: &str,
    own: OwnFields,
) -> Result<EnrichedPin> {
    let (mut feed, activity) = both(tx, actor, fid, activity)?;
    // Inferred: what only shows up in a timeline cannot be pinned there.
    if !activity.feeds.contains(fid) {
        return Err(ApiError::input(format!("activity with id {} is not in feed {fid}", activity.id)));
    }
    if let Some(pin) = rows::get(tx, feed.no, activity.no)? {
        return enriched(tx, actor, pin, feed, activity, own);
    }
    let pin =
        Pin { feed: feed.no, activity: activity.no, user_id: by.id.clone(), created_at: tx.now, updated_at: tx.now };
    rows::add(tx, &pin)?;
    feed.counts.pins += 1;
    feed_rows::save_counts(tx, &feed)?;
    let pinned = enriched(tx, actor, pin, feed.clone(), activity, own)?;
    tell(tx, "feeds.activity.pinned", by, &feed, &pinned)?;
    Ok(pinned)
}

/// Takes a pin away.
pub fn unpin(
    tx: &WriteTx<'_>,
    actor: Actor<'_>,
    by: &User,
    fid: &FeedId,
    activity: &str,
    own: OwnFields,
) -> Result<EnrichedPin> {
    let (mut feed, activity) = both(tx, actor, fid, activity)?;
    let pin = rows::get(tx, feed.no, activity.no)?
        .ok_or_else(|| ApiError::not_found(format!("activity with id {} is not pinned in feed {fid}", activity.id)))?;
    activity_rows::unpin(tx, &activity, &mut feed)?;
    feed_rows::save_counts(tx, &feed)?;
    let pin = Pin { user_id: by.id.clone(), ..pin };
    let unpinned = enriched(tx, actor, pin, feed.clone(), activity, own)?;
    tell(tx, "feeds.activity.unpinned", by, &feed, &unpinned)?;
    Ok(unpinned)
}

/// The feed and the activity, for who may pin there.
fn both(tx: &WriteTx<'_>, actor: Actor<'_>, fid: &FeedId, activity: &str) -> Result<(Feed, Activity)> {
    let feed = present(tx, fid)?;
    access::require(tx, actor, &feed, Capability::PinActivity)?;
    Ok((feed, live_of(tx, activity)?))
}

fn enriched(
    tx: &WriteTx<'_>,
    actor: Actor<'_>,
    pin: Pin,
    feed: Feed,
    activity: Activity,
    own: OwnFields,
) -> Result<EnrichedPin> {
    let user = Users::load(tx, [pin.user_id.as_str()])?.get(pin.user_id.as_str());
    let fid = feed.fid.clone();
    let feeds = if activity.feeds.len() == 1 { vec![feed] } else { Vec::new() };
    Ok(EnrichedPin { pin, fid, activity: enriched_in(tx, actor, activity, &feeds, own)?, user })
}

fn tell(tx: &WriteTx<'_>, kind: &'static str, by: &User, feed: &Feed, pin: &EnrichedPin) -> Result<()> {
    let shared = EnrichedPin { activity: pin.activity.clone().for_all(), ..pin.clone() };
    let change = Change::new(Some(Arc::new(by.clone())), About::Pin(Box::new(shared)));
    events::tell_in(tx, kind, feed, &pin.activity.activity, &change)
}
