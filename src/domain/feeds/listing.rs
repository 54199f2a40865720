//! Where activities are listed, and who is told of it: what adding, changing and deleting them have in common, whoever does it.

use std::sync::Arc;

use super::access::Actor;
use super::aggregation::Aggregation;
use super::enrich::{self, OwnFields, Parts, previews};
use super::{events, groups, updates};
use crate::error::{ApiError, Result};
use crate::model::feeds::activity::{Activity, EnrichedActivity};
use crate::model::feeds::feed::Feed;
use crate::model::user::User;
use crate::store::feeds::activities::Listed;
use crate::store::feeds::{activities as rows, aggregates, feeds as feed_rows, marks};
use crate::store::{ReadTx, WriteTx};

/// Lists an activity in a feed, which counts it. Where the feed's group aggregates, the key of the activity's group is worked
/// out here, once and for all; and who had read that group has not read it any more.
pub fn list(tx: &WriteTx<'_>, activity: &Activity, feed: &mut Feed) -> Result<()> {
    let group = groups::find(tx, feed.fid.group())?;
    let aggregation = group.as_ref().and_then(Aggregation::of_group);
    list_by(tx, activity, feed.no, aggregation.as_ref())?;
    feed.counts.activities += 1;
    feed_rows::save_counts(tx, feed)
}

fn list_by(tx: &WriteTx<'_>, activity: &Activity, feed: i64, aggregation: Option<&Aggregation>) -> Result<()> {
    let key = aggregation.map(|aggregation| aggregation.key(activity));
    rows::list_in(tx, activity, feed, key.as_deref())?;
    if let Some(key) = key {
        aggregates::renew(tx, feed, &key, hides(activity))?;
        marks::forget(tx, feed, &key)?;
    }
    Ok(())
}

/// Takes an activity out of a feed. What was marked of it goes with it, and its group with its last activity.
pub fn unlist(tx: &WriteTx<'_>, activity: &Activity, feed: &mut Feed) -> Result<()> {
    match rows::unlist_from(tx, activity, feed.no)? {
        // It came into the feed's list of feeds while there was none, or has left with a feed that is another by now.
        Listed::Not => return Ok(()),
        Listed::Under(key) if !aggregates::renew(tx, feed.no, &key, false)? => marks::forget(tx, feed.no, &key)?,
        Listed::Under(_) | Listed::Plainly => {}
    }
    marks::forget(tx, feed.no, &activity.id)?;
    feed.counts.activities -= 1;
    feed_rows::save_counts(tx, feed)
}

/// Whether an activity is not shown to all, or not for ever.
fn hides(activity: &Activity) -> bool {
    activity.expires_at.is_some() || activity.visibility == "private"
}

/// Has the groups of an activity that was changed know that it may be hidden.
pub fn regard(tx: &WriteTx<'_>, activity: &Activity, feeds: &[Feed]) -> Result<()> {
    for feed in feeds.iter().filter(|_| hides(activity)) {
        if let Some(key) = aggregates::keys(tx, feed.no, &[activity.no])?.remove(&activity.no) {
            aggregates::renew(tx, feed.no, &key, true)?;
        }
    }
    Ok(())
}

/// Gives what is in a group's feeds the keys that it did not get when it came, since the group did not aggregate.
pub fn regroup(tx: &WriteTx<'_>, aggregation: &Aggregation, group: &str) -> Result<()> {
    for feed in feed_rows::of_group(tx, group)? {
        let numbers = aggregates::without_key(tx, feed.no)?;
        for activity in rows::by_number(tx, &numbers)?.into_values() {
            list_by(tx, &activity, feed.no, Some(aggregation))?;
        }
    }
    Ok(())
}

/// An activity with what an answer shows of it. The feed through which it is seen is told where it is in one alone
/// (feeds-core 6.1).
pub fn enriched_in(
    tx: &ReadTx<'_>,
    actor: Actor<'_>,
    activity: Activity,
    feeds: &[Feed],
    asked: OwnFields,
) -> Result<EnrichedActivity> {
    enriched_by(tx, actor, activity, feeds, asked, Parts::ALL)
}

/// The same with these parts of it.
pub fn enriched_by(
    tx: &ReadTx<'_>,
    actor: Actor<'_>,
    activity: Activity,
    feeds: &[Feed],
    asked: OwnFields,
    parts: Parts,
) -> Result<EnrichedActivity> {
    let current_feed = match feeds {
        [only] => Some(enrich::feed(tx, actor, only.clone(), asked)?),
        _ => None,
    };
    let mut enriched = enrich::activities(tx, actor.user, vec![(activity, current_feed)], parts)?;
    previews::for_anonymous(actor, &mut enriched);
    enriched.pop().ok_or_else(|| ApiError::internal(&"an activity was lost on its way to the answer"))
}

/// Tells of an activity what is the same for all who hear of it; and then, what feeds are by now that keep account of it.
pub fn tell(
    tx: &WriteTx<'_>,
    kind: &'static str,
    author: Option<&User>,
    activity: &EnrichedActivity,
    feeds: &[Feed],
) -> Result<()> {
    let shared = activity.clone().for_all();
    let user = author.cloned().map(Arc::new);
    events::tell_activity(tx, kind, user.clone(), &shared, feeds)?;
    updates::tell(tx, kind, user.as_ref(), &activity.activity, feeds)
}
