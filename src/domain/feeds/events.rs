//! Who hears of a change in feeds (feeds-events 3).

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{groups, views};
use crate::error::Result;
use crate::event::feeds::{About, Change, FeedEvent};
use crate::event::topic::Topic;
use crate::event::{Event, Payload};
use crate::model::feeds::activity::EnrichedActivity;
use crate::model::feeds::feed::Feed;
use crate::model::user::User;
use crate::store::WriteTx;
use crate::store::feeds::{feeds, follows};

/// Tells those who watch a feed of a change.
pub fn tell(tx: &WriteTx<'_>, kind: &'static str, feed: &Feed, change: &Arc<Change>) {
    let event = FeedEvent { fid: feed.fid.clone(), visibility: feed.visibility, change: Arc::clone(change) };
    tx.emit(Event::new(kind, tx.now, [Topic::Feed(feed.fid.clone())], Payload::Feeds(event)));
}

/// Tells those of a change to an activity who watch a feed that it is in, and those who watch one that follows such a feed.
pub fn tell_activity(
    tx: &WriteTx<'_>,
    kind: &'static str,
    user: Option<Arc<User>>,
    activity: &EnrichedActivity,
    feeds: &[Feed],
) -> Result<()> {
    let change = Change::new(user, About::Activity(Box::new(activity.clone())));
    for feed in feeds {
        tell(tx, kind, feed, &change);
    }
    for timeline in watched_timelines(tx, feeds)? {
        tell(tx, kind, &timeline, &change);
    }
    Ok(())
}

/// The feeds that are watched and show what these have, since they follow one of them. What it costs goes by who watches, not
/// by who follows.
fn watched_timelines(tx: &WriteTx<'_>, feeds: &[Feed]) -> Result<Vec<Feed>> {
    let mut watched = tx.watched_feeds();
    watched.retain(|fid| feeds.iter().all(|feed| feed.fid != *fid));
    if watched.is_empty() {
        return Ok(Vec::new());
    }
    let mut timelines = feeds::by_address(tx, &watched)?;
    let names: BTreeSet<String> = timelines.iter().map(|timeline| timeline.fid.group().to_owned()).collect();
    let mut following = BTreeSet::new();
    for name in names {
        let Some(group) = groups::find(tx, &name)? else { continue };
        if groups::sources(&views::selectors(tx, &group, None)?).followed {
            following.insert(name);
        }
    }
    timelines.retain(|timeline| following.contains(timeline.fid.group()));
    let numbers = |feeds: &[Feed]| feeds.iter().map(|feed| feed.no).collect::<Vec<_>>();
    let following = follows::among(tx, &numbers(&timelines), &numbers(feeds))?;
    timelines.retain(|timeline| following.iter().any(|(source, _)| *source == timeline.no));
    Ok(timelines)
}
