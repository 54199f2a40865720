//! What is pinned in feeds, as it is shown (feeds-core 7).

use std::collections::HashMap;

use super::access::{self, Actor, Standing};
use super::aggregation::Aggregation;
use super::enrich::{self, OwnFields, Parts, Users, previews};
use super::feeds::present;
use super::{groups, marks};
use crate::error::Result;
use crate::ids::{FeedId, UserId};
use crate::model::feeds::feed::EnrichedFeed;
use crate::model::feeds::page::Page;
use crate::model::feeds::pin::{EnrichedPin, Pin};
use crate::permission::capability::Capability;
use crate::query::page::{Leads, Walk};
use crate::store::ReadTx;
use crate::store::feeds::timeline::Reader;
use crate::store::feeds::{activities as activity_rows, pins as rows};

pub use rows::QUERIED;

/// Pins that a feed shows where it is read. How many production shows is not known.
const SHOWN_MAX: u32 = 100;

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
    let mut shown = in_feed(tx, actor, feed, pins, parts)?;
    shown.retain(|pin| !pin.activity.is_hidden);
    Ok(shown)
}

/// A page of what is pinned in a feed.
pub fn query(
    tx: &ReadTx<'_>,
    actor: Actor<'_>,
    fid: &FeedId,
    walk: &Walk,
    own: OwnFields,
) -> Result<Page<EnrichedPin>> {
    let feed = present(tx, fid)?;
    let standing = access::standing(tx, actor, &feed)?;
    access::judge(actor, &feed, &standing, Capability::ReadActivities)?;
    let (pins, Leads { next, prev }) = rows::select(tx, feed.no, reader(actor, &standing), walk)?;
    let feed = enrich::feed(tx, actor, feed, own)?;
    Ok(Page { items: in_feed(tx, actor, &feed, pins, Parts::ALL)?, next, prev })
}

/// Pins with their activities, seen through the feed that they are in: read and seen as they are there beside the others.
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
    let mut activities = enrich::activities(tx, actor.user, with_feed, parts)?;
    previews::for_anonymous(actor, &mut activities);
    if let Some(group) = groups::find(tx, feed.feed.fid.group())? {
        let is_flat = Aggregation::of_group(&group).is_none();
        marks::Reader::of(tx, &feed.feed, &group, actor.user)?.on_activities(tx, &mut activities, is_flat)?;
    }
    let mut activities: HashMap<i64, _> = activities.into_iter().map(|one| (one.activity.no, one)).collect();
    let users = Users::load(tx, pins.iter().map(|pin| pin.user_id.as_str()))?;
    let enriched = |pin: Pin| {
        let activity = activities.remove(&pin.activity)?;
        Some(EnrichedPin { user: users.get(pin.user_id.as_str()), fid: feed.feed.fid.clone(), activity, pin })
    };
    Ok(pins.into_iter().filter_map(enriched).collect())
}
