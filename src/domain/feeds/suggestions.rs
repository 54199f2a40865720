//! Feeds that somebody may want to follow (feeds-core 8).

use super::access::{self, Actor};
use super::enrich::{self, OwnFields};
use super::groups;
use crate::error::Result;
use crate::ids::UserId;
use crate::model::feeds::feed::Feed;
use crate::model::feeds::follow::FollowStatus;
use crate::model::feeds::suggestion::Suggestion;
use crate::permission::capability::Capability;
use crate::store::ReadTx;
use crate::store::feeds::suggestions as rows;

/// How feeds are suggested: those that most follow.
pub const ALGORITHM: &str = "popular";
/// Feeds that are looked at, before fewer are suggested than were asked for.
const VISITED_MAX: usize = 2_000;
/// Feeds that are read at once.
const ROWS: u32 = 200;

/// The most followed feeds of a group that the user neither owns nor follows nor has asked to, and may read.
pub fn suggest(tx: &ReadTx<'_>, actor: Actor<'_>, group: &str, limit: u32) -> Result<Vec<Suggestion>> {
    groups::present(tx, group)?;
    let feeds = found(tx, actor, group, limit as usize)?;
    let order: Vec<i64> = feeds.iter().map(|feed| feed.no).collect();
    let mut enriched = enrich::feeds(tx, actor, feeds, OwnFields::ALL)?;
    let suggestion = |no: &i64| Some(Suggestion { feed: enriched.remove(no)?, reason: ALGORITHM });
    Ok(order.iter().filter_map(suggestion).collect())
}

/// The same as rows.
pub fn found(tx: &ReadTx<'_>, actor: Actor<'_>, group: &str, wanted: usize) -> Result<Vec<Feed>> {
    let owner = actor.user.map(UserId::as_str);
    let (mut feeds, mut visited, mut behind) = (Vec::new(), 0, None);
    while feeds.len() < wanted && visited < VISITED_MAX {
        let batch = rows::most_followed(tx, group, owner, behind, ROWS)?;
        let is_all = batch.len() < ROWS as usize;
        visited += batch.len();
        behind = batch.last().map(|last| (last.counts.followers, last.no));
        let standings = access::standings(tx, actor, &batch)?;
        feeds.extend(batch.into_iter().filter(|feed| {
            standings.get(&feed.no).is_some_and(|standing| {
                let follows = |status| standing.follows.iter().any(|follow| follow.status == status);
                let may_read = actor.by.is_none() || standing.capabilities.has(Capability::ReadFeed);
                may_read && !follows(FollowStatus::Accepted) && !follows(FollowStatus::Pending)
            })
        }));
        if is_all {
            break;
        }
    }
    feeds.truncate(wanted);
    Ok(feeds)
}
