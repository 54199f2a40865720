//! Queries of activities, feeds and follows: what an actor finds of them (feeds-core 1.5, 4.2, 6.4 and 8).

use std::collections::{BTreeSet, HashMap, HashSet};

use serde_json::{Map, Value};

use super::access::{self, Actor, Standing, may_read, standings};
use super::enrich::{self, OwnFields, Parts, previews};
use crate::error::Result;
use crate::ids::{FeedId, UserId};
use crate::model::feeds::activity::{Activity, EnrichedActivity};
use crate::model::feeds::feed::{EnrichedFeed, Feed, Visibility};
use crate::model::feeds::follow::{EnrichedFollow, Follow};
use crate::model::feeds::page::Page;
use crate::permission::capability::Capability;
use crate::query::Query;
use crate::query::page::{Leads, Row, Walk};
use crate::store::ReadTx;
use crate::store::feeds::feeds as feed_rows;
use crate::store::feeds::query::{self as rows, Shown};

pub use rows::{ACTIVITIES, FEEDS, FOLLOWS};

/// The activities that are asked for.
#[derive(Clone, Debug)]
pub struct Filter {
    pub asked: Map<String, Value>,
    pub query: Query,
}

impl Filter {
    /// A filter as QueryActivities takes it.
    pub fn of(asked: Map<String, Value>) -> Result<Self> {
        Ok(Self { query: ACTIVITIES.parse(&asked, &[])?, asked })
    }
}

/// Which activities are asked for that feeds do not show.
#[derive(Clone, Copy, Debug, Default)]
pub struct Included {
    pub expired: bool,
    pub deleted: bool,
    pub private: bool,
}

fn page<T>((items, Leads { next, prev }): (Vec<T>, Leads)) -> Page<T> {
    Page { items, next, prev }
}

/// A page of activities. A server finds all; a user, and a server that names one, what lies in public and visible feeds that he may
/// read, and his own. Who asks when they expire means those that have, too.
pub fn activities(
    tx: &ReadTx<'_>,
    actor: Actor<'_>,
    walk: Walk,
    included: Included,
    own: OwnFields,
) -> Result<Page<EnrichedActivity>> {
    access::as_client(tx, actor, |actor| found_by(tx, actor, walk, included, own))
}

fn found_by(
    tx: &ReadTx<'_>,
    actor: Actor<'_>,
    walk: Walk,
    included: Included,
    own: OwnFields,
) -> Result<Page<EnrichedActivity>> {
    let walk = walk.seen_by(actor.user.map(UserId::as_str));
    let shown = Shown {
        expired: included.expired || walk.names("expires_at"),
        deleted: included.deleted,
        private: included.private,
        user: actor.user.map(UserId::as_str),
    };
    let found = walk.gather(|walk| rows::activities(tx, walk, shown), |found| searched(tx, actor, found));
    let Page { items, next, prev } = page(found?);
    Ok(Page { items: enriched(tx, actor, items, own)?, next, prev })
}

/// Those of these activities that an actor finds: his own, and what lies in open feeds and is not private.
fn searched(tx: &ReadTx<'_>, actor: Actor<'_>, mut found: Vec<Row<Activity>>) -> Result<Vec<Row<Activity>>> {
    let is_open = |feed: &Feed| matches!(feed.visibility, Visibility::Public | Visibility::Visible);
    let may = |activity: &Activity, feed: &Feed, standing: &Standing| {
        activity.visibility != "private" && is_open(feed) && may_read(actor, standing)
    };
    let readable = readable_where(tx, actor, found.iter().map(|(activity, _)| activity), may)?;
    found.retain(|(activity, _)| readable.contains(&activity.no));
    Ok(found)
}

/// Which of these activities an actor may read, by number: his own, and what lies in a feed that he may read; of what is
/// private, what lies in a feed of his.
pub fn readable_of<'a>(
    tx: &ReadTx<'_>,
    actor: Actor<'_>,
    all: impl Iterator<Item = &'a Activity> + Clone,
) -> Result<HashSet<i64>> {
    readable_where(tx, actor, all, |activity, _, standing| match activity.visibility.as_str() {
        "private" => standing.is_owner,
        _ => may_read(actor, standing),
    })
}

/// Which of these activities are an actor's own, or in a feed through which he may read them, by number. A server reads all.
fn readable_where<'a>(
    tx: &ReadTx<'_>,
    actor: Actor<'_>,
    all: impl Iterator<Item = &'a Activity> + Clone,
    may: impl Fn(&Activity, &Feed, &Standing) -> bool,
) -> Result<HashSet<i64>> {
    if actor.by.is_none() {
        return Ok(all.map(|activity| activity.no).collect());
    }
    let feeds = feeds_of(tx, all.clone())?;
    let standings = standings(tx, actor, feeds.values())?;
    let is_readable = |activity: &&Activity| {
        let in_feeds = activity.feeds.iter().filter_map(|fid| feeds.get(fid));
        let mut in_feeds = in_feeds.filter_map(|feed| Some((feed, standings.get(&feed.no)?)));
        actor.user.is_some_and(|user| *user == activity.user_id)
            || in_feeds.any(|(feed, standing)| may(activity, feed, standing))
    };
    Ok(all.filter(is_readable).map(|activity| activity.no).collect())
}

/// The feeds that these activities are in, as far as they are there.
fn feeds_of<'a>(tx: &ReadTx<'_>, all: impl Iterator<Item = &'a Activity>) -> Result<HashMap<FeedId, Feed>> {
    let fids: BTreeSet<&FeedId> = all.flat_map(|activity| &activity.feeds).collect();
    let fids: Vec<FeedId> = fids.into_iter().cloned().collect();
    let feeds = feed_rows::by_address(tx, &fids)?;
    Ok(feeds.into_iter().map(|feed| (feed.fid.clone(), feed)).collect())
}

/// Each with the feed that it is in, where it is in one alone.
pub fn enriched(
    tx: &ReadTx<'_>,
    actor: Actor<'_>,
    found: Vec<Activity>,
    own: OwnFields,
) -> Result<Vec<EnrichedActivity>> {
    let alone = found.iter().filter(|activity| activity.feeds.len() == 1);
    let feeds = feeds_of(tx, alone)?;
    let feeds = enrich::feeds(tx, actor, feeds.into_values(), own)?;
    let feeds: HashMap<&FeedId, &EnrichedFeed> = feeds.values().map(|feed| (&feed.feed.fid, feed)).collect();
    let with_feed = |activity: Activity| {
        let feed = match activity.feeds.as_slice() {
            [only] => feeds.get(only).map(|feed| (*feed).clone()),
            _ => None,
        };
        (activity, feed)
    };
    let mut enriched = enrich::activities(tx, actor.user, found.into_iter().map(with_feed).collect(), Parts::ALL)?;
    previews::for_anonymous(actor, &mut enriched);
    Ok(enriched)
}

/// A page of feeds, of those that a user may read.
pub fn feeds(tx: &ReadTx<'_>, actor: Actor<'_>, walk: Walk, own: OwnFields) -> Result<Page<EnrichedFeed>> {
    let found = walk.gather(
        |walk| rows::feeds(tx, walk),
        |mut found| {
            if actor.by.is_some() {
                let standings = standings(tx, actor, found.iter().map(|(feed, _)| feed))?;
                found.retain(|(feed, _)| {
                    standings.get(&feed.no).is_some_and(|one| one.capabilities.has(Capability::ReadFeed))
                });
            }
            Ok(found)
        },
    );
    let Page { items, next, prev } = page(found?);
    let order: Vec<i64> = items.iter().map(|feed| feed.no).collect();
    let mut enriched = enrich::feeds(tx, actor, items, own)?;
    Ok(Page { items: order.iter().filter_map(|no| enriched.remove(no)).collect(), next, prev })
}

/// A page of follows, whatever became of them: of those of which a user may ask in one of the two feeds. Inferred.
pub fn follows(tx: &ReadTx<'_>, actor: Actor<'_>, walk: Walk) -> Result<Page<EnrichedFollow>> {
    let found = walk.gather(
        |walk| rows::follows(tx, walk),
        |mut found: Vec<Row<Follow>>| {
            if actor.by.is_some() {
                let ends: BTreeSet<i64> = found.iter().flat_map(|(follow, _)| [follow.source, follow.target]).collect();
                let feeds = feed_rows::by_number(tx, &ends.into_iter().collect::<Vec<_>>())?;
                let standings = access::standings(tx, actor, feeds.values())?;
                let may = |no| standings.get(&no).is_some_and(|one| one.capabilities.has(Capability::QueryFollows));
                found.retain(|(follow, _)| may(follow.source) || may(follow.target));
            }
            Ok(found)
        },
    );
    let Page { items, next, prev } = page(found?);
    Ok(Page { items: enrich::follows(tx, actor, items)?, next, prev })
}
