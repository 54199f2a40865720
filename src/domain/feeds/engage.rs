//! Who may do something with an activity that others made: react to it, bookmark it, comment on it.

use super::access::{self, Actor, Standing};
use super::activities::{live_of, missing};
use super::enrich::OwnFields;
use super::listing::enriched_in;
use crate::error::Result;
use crate::model::feeds::activity::{Activity, ActivityCounts, EnrichedActivity};
use crate::model::feeds::feed::Feed;
use crate::permission::capability::Capability;
use crate::store::feeds::{activities as rows, feeds as feed_rows};
use crate::store::{ReadTx, WriteTx};

/// An activity that feeds show, with its feeds, for who may do this in one of them. With what is private that are its author
/// and who owns one of its feeds.
pub fn open(tx: &ReadTx<'_>, actor: Actor<'_>, id: &str, wanted: Capability) -> Result<(Activity, Vec<Feed>)> {
    let activity = live_of(tx, id)?;
    let feeds = feed_rows::by_address(tx, &activity.feeds)?;
    if actor.by.is_some() {
        let standings = access::standings(tx, actor, &feeds)?;
        let is_private = activity.visibility == "private" && actor.user != Some(&activity.user_id);
        let may = |standing: &Standing| standing.capabilities.has(wanted) && (!is_private || standing.is_owner);
        if !standings.values().any(may) {
            let feed = feeds.first().ok_or_else(|| missing(id))?;
            access::judge(actor, feed, &Standing::default(), wanted)?;
        }
    }
    Ok((activity, feeds))
}

/// The same activity, with what it counts changed.
pub fn recount(tx: &WriteTx<'_>, activity: Activity, change: impl FnOnce(&mut ActivityCounts)) -> Result<Activity> {
    let mut counts = activity.counts;
    change(&mut counts);
    let activity = Activity { counts: counts.summed(), ..activity };
    rows::save_counts(tx, &activity)?;
    Ok(activity)
}

/// An activity as an actor is shown it, and as those are told of it to whom it is open: in full, whoever the actor is.
pub fn shown_and_told(
    tx: &WriteTx<'_>,
    actor: Actor<'_>,
    activity: &Activity,
    feeds: &[Feed],
) -> Result<(EnrichedActivity, EnrichedActivity)> {
    let shown = enriched_in(tx, actor, activity.clone(), feeds, OwnFields::NONE)?;
    let told = if shown.is_preview {
        enriched_in(tx, Actor::SERVER, activity.clone(), feeds, OwnFields::NONE)?
    } else {
        shown.clone()
    };
    Ok((shown, told.for_all()))
}
