//! Marking what is in a feed as read, seen and watched (feeds-core 7).

use std::sync::Arc;

use super::access::{self, Actor};
use super::aggregation::Aggregation;
use super::marks::{self, Item, Tracked};
use super::{events, feeds, groups, read, updates};
use crate::error::Result;
use crate::event::feeds::{About, Change};
use crate::ids::{FeedId, UserId};
use crate::model::feeds::activity::Activity;
use crate::model::feeds::aggregate::Marked;
use crate::model::feeds::feed::Feed;
use crate::model::user::User;
use crate::permission::capability::Capability;
use crate::store::WriteTx;
use crate::store::feeds::marks::{self as rows, Items, Kind};
use crate::store::feeds::{activities as activity_rows, aggregates, feeds as feed_rows};

/// Marks what a user has read, seen or watched of a feed that he may read. What the feed does not have is passed over, and so
/// is what its group does not track.
pub fn mark(tx: &WriteTx<'_>, actor: Actor<'_>, user: &User, fid: &FeedId, marked: Marked) -> Result<()> {
    let feed = feeds::present(tx, fid)?;
    access::require(tx, actor, &feed, Capability::ReadFeed)?;
    let group = groups::present(tx, fid.group())?;
    let tracked = Tracked::by(&group);
    let items = if Aggregation::of_group(&group).is_some() { Items::Groups } else { Items::Activities };
    // What it shows of others is marked by what it shows by now.
    let shown = if tracked.read || tracked.seen { read::items(tx, actor, &feed)? } else { None };
    let of = Marking { tx, feed: &feed, user: &user.id, items, shown: shown.as_deref() };
    let mut has_marked = false;
    for (kind, is_tracked, all, some) in [
        (Kind::Read, tracked.read, marked.all_read, &marked.read),
        (Kind::Seen, tracked.seen, marked.all_seen, &marked.seen),
    ] {
        if is_tracked && all == Some(true) {
            of.all(kind)?;
            has_marked = true;
        }
        if let Some(some) = some.as_deref().filter(|some| is_tracked && !some.is_empty()) {
            of.some(kind, some)?;
            has_marked = true;
        }
    }
    let watched = if group.config.stories.is_some() { marked.watched.clone().unwrap_or_default() } else { Vec::new() };
    let watched = watch(tx, actor, user, &watched)?;
    let change = Change::new(Some(Arc::new(user.clone())), About::Marked(marked));
    // Nobody else is told what somebody has read.
    let own: Vec<_> = tx.watchers(fid).into_iter().filter(|watcher| *watcher == user.id).collect();
    events::tell_some(tx, "feeds.activity.marked", &feed, &change, own);
    if has_marked && tracked.has_status {
        updates::tell_own_status(tx, user, &feed)?;
    }
    if watched.is_empty() {
        return Ok(());
    }
    let mut fids: Vec<FeedId> =
        watched.iter().flat_map(|activity| activity.feeds.clone()).chain([fid.clone()]).collect();
    fids.sort_unstable();
    fids.dedup();
    updates::tell_watched(tx, user, &feed_rows::by_address(tx, &fids)?, &watched)
}

/// What a user marks of a feed.
struct Marking<'a, 'tx> {
    tx: &'a WriteTx<'tx>,
    feed: &'a Feed,
    user: &'a UserId,
    items: Items,
    /// What it shows, where that is not its own.
    shown: Option<&'a [Item]>,
}

impl Marking<'_, '_> {
    /// Marks all that is there. Clients know what is read by whole milliseconds: what is of this very millisecond is marked one
    /// by one, so that what comes in it later is not read.
    fn all(&self, kind: Kind) -> Result<()> {
        let Self { tx, feed, user, items, shown } = *self;
        rows::mark_all(tx, feed.no, user, kind)?;
        let since = marks::since(tx.now);
        match shown {
            None => rows::mark_since(tx, feed.no, user, kind, items, since),
            Some(shown) => {
                let fresh = shown.iter().filter(|item| item.at.0 >= since).map(|item| item.name.clone());
                rows::mark(tx, feed.no, user, kind, &fresh.collect::<Vec<_>>())
            }
        }
    }

    /// Marks what is named, as far as it is there.
    fn some(&self, kind: Kind, names: &[String]) -> Result<()> {
        let Self { tx, feed, user, items, shown } = *self;
        let is_shown = |shown: &[Item], name: &String| shown.iter().any(|item| item.name == *name);
        let there = match (shown, items) {
            (Some(shown), _) => names.iter().filter(|name| is_shown(shown, name)).cloned().collect(),
            (None, Items::Groups) => aggregates::named(tx, feed.no, names)?,
            (None, Items::Activities) => rows::named(tx, feed.no, names)?,
        };
        rows::mark(tx, feed.no, user, kind, &there)
    }
}

/// Remembers the stories that a user has watched, of those that he may read.
fn watch(tx: &WriteTx<'_>, actor: Actor<'_>, user: &User, ids: &[String]) -> Result<Vec<Activity>> {
    let mut watched = activity_rows::by_id(tx, ids)?;
    watched.retain(|activity| activity.is_live(tx.now));
    let fids: Vec<FeedId> = watched.iter().flat_map(|activity| activity.feeds.clone()).collect();
    let feeds = feed_rows::by_address(tx, &fids)?;
    let standings = access::standings(tx, actor, &feeds)?;
    let may_read = |fid: &FeedId| {
        let feed = feeds.iter().find(|feed| feed.fid == *fid);
        feed.and_then(|feed| standings.get(&feed.no)).is_some_and(|standing| access::may_read(actor, standing))
    };
    watched.retain(|activity| activity.user_id == user.id || activity.feeds.iter().any(may_read));
    let numbers: Vec<i64> = watched.iter().map(|activity| activity.no).collect();
    rows::watch(tx, &user.id, &numbers)?;
    Ok(watched)
}
