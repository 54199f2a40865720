//! Marking what is in a feed as read, seen and watched (feeds-core 7).

use std::sync::Arc;

use super::access::{self, Actor};
use super::aggregation::Aggregation;
use super::marks::{self, Tracked};
use super::{events, feeds, groups, updates};
use crate::error::Result;
use crate::event::feeds::{About, Change};
use crate::ids::FeedId;
use crate::model::feeds::activity::Activity;
use crate::model::feeds::aggregate::Marked;
use crate::model::feeds::feed::Feed;
use crate::model::user::User;
use crate::permission::capability::Capability;
use crate::store::feeds::marks::{self as rows, Items, Kind};
use crate::store::feeds::{activities as activity_rows, aggregates, feeds as feed_rows};
use crate::store::{ReadTx, WriteTx};

/// Marks what a user has read, seen or watched of a feed that he may read. What the feed does not have is passed over, and so
/// is what its group does not track.
pub fn mark(tx: &WriteTx<'_>, actor: Actor<'_>, user: &User, fid: &FeedId, marked: Marked) -> Result<()> {
    let feed = feeds::present(tx, fid)?;
    access::require(tx, actor, &feed, Capability::ReadFeed)?;
    let group = groups::present(tx, fid.group())?;
    let tracked = Tracked::by(&group);
    let items = if Aggregation::of_group(&group).is_some() { Items::Groups } else { Items::Activities };
    let mut has_marked = false;
    for (kind, is_tracked, all, some) in [
        (Kind::Read, tracked.read, marked.all_read, &marked.read),
        (Kind::Seen, tracked.seen, marked.all_seen, &marked.seen),
    ] {
        if !is_tracked {
            continue;
        }
        if all == Some(true) {
            rows::mark_all(tx, feed.no, &user.id, kind, items, marks::since(tx.now))?;
            has_marked = true;
        }
        if let Some(some) = some.as_deref().filter(|some| !some.is_empty()) {
            rows::mark(tx, feed.no, &user.id, kind, &named(tx, &feed, items, some)?)?;
            has_marked = true;
        }
    }
    let watched = if group.config.stories.is_some() { marked.watched.clone().unwrap_or_default() } else { Vec::new() };
    let watched = watch(tx, actor, user, &watched)?;
    let change = Change::new(Some(Arc::new(user.clone())), About::Marked(marked));
    // Nobody else is told what somebody has read.
    let own: Vec<_> = tx.watchers(fid).into_iter().filter(|watcher| *watcher == user.id).collect();
    events::tell_some(tx, "feeds.activity.marked", &feed, &change, own);
    if has_marked {
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

/// What a feed has of what is named.
fn named(tx: &ReadTx<'_>, feed: &Feed, items: Items, names: &[String]) -> Result<Vec<String>> {
    match items {
        Items::Groups => aggregates::named(tx, feed.no, names),
        Items::Activities => rows::named(tx, feed.no, names),
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
