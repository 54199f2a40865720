//! Pinning activities in feeds (feeds-core 7).

use std::collections::HashMap;
use std::sync::Arc;

use super::access::{self, Actor, Standing};
use super::activities::live_of;
use super::enrich::{self, OwnFields, Parts, Users};
use super::events;
use super::feeds::present;
use super::listing::enriched_in;
use crate::error::{ApiError, Result};
use crate::event::feeds::{About, Change};
use crate::ids::{FeedId, UserId};
use crate::model::feeds::activity::Activity;
use crate::model::feeds::feed::{EnrichedFeed, Feed};
use crate::model::feeds::page::Page;
use crate::model::feeds::pin::{EnrichedPin, Pin};
use crate::model::user::User;
use crate::permission::capability::Capability;
use crate::query::page::Walk;
use crate::store::feeds::timeline::Reader;
use crate::store::feeds::{activities as activity_rows, feeds as feed_rows, pins as rows};
use crate::store::{ReadTx, WriteTx};

pub use rows::QUERIED;

/// Pins that a feed shows where it is read. How many production shows is not known.
const SHOWN_MAX: u32 = 100;

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

/// Who reads a feed, as far as what is private in it is concerned.
fn reader<'a>(actor: Actor<'a>, standing: &Standing) -> Reader<'a> {
    Reader {
        user: actor.user.map(UserId::as_str),
        sees_private: standing.is_owner || actor.by.is_none() && actor.user.is_none(),
        without: None,
        skips_watched: false,
    }
}

/// What is pinned in a feed, the newest pin first, for who may read it.
pub fn shown(
    tx: &ReadTx<'_>,
    actor: Actor<'_>,
    feed: &EnrichedFeed,
    standing: &Standing,
    parts: Parts,
) -> Result<Vec<EnrichedPin>> {
    if feed.feed.counts.pins == 0 || !access::may_read(actor, standing) {
        return Ok(Vec::new());
    }
    let pins = rows::newest(tx, feed.feed.no, reader(actor, standing), SHOWN_MAX)?;
    in_feed(tx, actor, feed, pins, parts)
}

/// A page of what is pinned in a feed.
pub fn query(
    tx: &ReadTx<'_>,
    actor: Actor<'_>,
    fid: &FeedId,
    walk: Option<&Walk>,
    own: OwnFields,
) -> Result<Page<EnrichedPin>> {
    let feed = present(tx, fid)?;
    let standing = access::standing(tx, actor, &feed)?;
    access::judge(actor, &feed, &standing, Capability::ReadActivities)?;
    let Some(walk) = walk else { return Ok(Page::default()) };
    let (pins, next) = rows::select(tx, feed.no, reader(actor, &standing), walk)?;
    let feed = enrich::feed(tx, actor, feed, own)?;
    Ok(Page { items: in_feed(tx, actor, &feed, pins, Parts::ALL)?, next, prev: None })
}

/// Pins with their activities, seen through the feed that they are in.
fn in_feed(
    tx: &ReadTx<'_>,
    actor: Actor<'_>,
    feed: &EnrichedFeed,
    pins: Vec<Pin>,
    parts: Parts,
) -> Result<Vec<EnrichedPin>> {
    let numbers: Vec<i64> = pins.iter().map(|pin| pin.activity).collect();
    let found = activity_rows::by_number(tx, &numbers)?;
    let with_feed = found.into_values().map(|activity| (activity, Some(feed.clone()))).collect();
    let activities = enrich::activities(tx, actor.user, with_feed, parts)?;
    let mut activities: HashMap<i64, _> = activities.into_iter().map(|one| (one.activity.no, one)).collect();
    let users = Users::load(tx, pins.iter().map(|pin| pin.user_id.as_str()))?;
    let enriched = |pin: Pin| {
        let activity = activities.remove(&pin.activity)?;
        Some(EnrichedPin { user: users.get(pin.user_id.as_str()), fid: feed.feed.fid.clone(), activity, pin })
    };
    Ok(pins.into_iter().filter_map(enriched).collect())
}
